//! Who is calling, by what, and for how long: a person by the cookie, or a program by its token.

use std::sync::Arc;

use actix_login::{Caller, Claims};
use kit::{Clock, Time};
use time::{OffsetDateTime, PrimitiveDateTime};

use crate::dev::developer::Developer;
use crate::people::session::FRESH_FOR;
use crate::people::{Login, Session};
use crate::web::{HttpRequest, Page, Response, Template, render};

#[derive(Template)]
#[template(path = "dev/me.html")]
struct Me {
    page: Page,
    caller: Option<Arc<Caller<Login>>>,
    now: Time,
}

impl Me {
    fn login(&self) -> Option<&Login> {
        self.caller.as_ref()?.user().map(Arc::as_ref)
    }

    /// What the token says. Its id is the session's secret, and is shown nowhere.
    fn claims(&self) -> Option<&Claims> {
        self.caller.as_ref()?.claims()
    }

    /// What it says of times: the name, the number that stands there, and what that means.
    fn times(&self) -> Vec<(&'static str, i64, Option<Time>)> {
        let Some(claims) = self.claims() else { return Vec::new() };
        let times = [("iat", claims.iat), ("nbf", claims.nbf), ("exp", claims.exp)];
        times.map(|(name, seconds)| (name, seconds, time(seconds))).to_vec()
    }

    /// Until when the password that was typed counts.
    fn fresh_until(&self, session: &Session) -> Option<Time> {
        let until = session.authenticated_at? + FRESH_FOR;
        Some(until).filter(|until| *until > self.now)
    }
}

pub(super) async fn show(_: Developer, page: Page, req: HttpRequest, clock: Clock) -> Response {
    render(&Me { page, caller: Caller::of(&req), now: clock.now() })
}

fn time(seconds: i64) -> Option<Time> {
    let time = OffsetDateTime::from_unix_timestamp(seconds).ok()?;
    Some(PrimitiveDateTime::new(time.date(), time.time()))
}
