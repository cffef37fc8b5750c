//! The second step of a log-in: the code of the second factor.

use actix_web::FromRequest;
use actix_web::dev::Payload;
use diesel::QueryResult;
use kit::http::Later;

use crate::db::Connection;
use crate::people::factors::authenticator::Authenticator;
use crate::people::factors::half::HalfLogIn;
use crate::people::factors::passkey::Passkey;
use crate::people::{Accounts, Factors, Limited, LogIn, User, limits};
use crate::state::State;
use crate::web::kept::{self, Carried};
use crate::web::{
    Client, Deserialize, Error, Errors, Form, HttpRequest, Page, Response, Result, ServiceConfig,
    Submitted, Template, render_with, resource, until_later,
};

pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(resource("/login/code").get(show).post(prove));
}

/// Longer than any code, however it is written.
const CODE_MAX: usize = 64;

#[derive(Default, Deserialize)]
#[serde(default)]
struct CodeForm {
    otp: String,
    trust: String,
}

impl Form for CodeForm {
    fn check(&mut self, errors: &mut Errors) {
        errors.require("otp", &mut self.otp, "the code", CODE_MAX);
    }
}

#[derive(Template)]
#[template(path = "factors/code.html")]
struct CodePage<'a> {
    page: Page,
    form: Submitted<CodeForm>,
    waiting: &'a Waiting,
}

/// Guard: a log-in waits in this browser for its second factor. Otherwise [`Error::LogInAgain`].
struct Waiting {
    half: HalfLogIn,
    user: User,
    factors: Factors,
    /// What they can prove, beside recovery codes.
    has_app: bool,
    has_passkey: bool,
}

impl Waiting {
    async fn admit(req: HttpRequest) -> Result<Self> {
        let factors = State::of(&req).factors().clone();
        let (half, user) = factors.waiting(&req).await?.ok_or(Error::LogInAgain)?;
        let user_id = user.id;
        let look = move |conn: &mut Connection| {
            let app = Authenticator::since(conn, user_id)?;
            QueryResult::Ok((app.is_some(), Passkey::count(conn, user_id)? > 0))
        };
        let (has_app, has_passkey) = State::of(&req).db().look_up(look).await?;
        Ok(Self { half, user, factors, has_app, has_passkey })
    }

    fn draw(&self, page: Page, form: Submitted<CodeForm>) -> Response {
        render_with(form.status(), &CodePage { page, form, waiting: self })
    }
}

impl FromRequest for Waiting {
    type Error = Error;
    type Future = Later<Self, Self::Error>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        Box::pin(Self::admit(req.clone()))
    }
}

async fn show(waiting: Waiting, page: Page) -> Response {
    waiting.draw(page, Submitted::default())
}

async fn prove(
    limited: Limited<limits::SecondFactor>, waiting: Waiting, req: HttpRequest, page: Page,
    accounts: Accounts, mut form: Submitted<CodeForm>,
) -> Response {
    if !form.is_valid() {
        return waiting.draw(page, form);
    }
    let Waiting { half, user, factors, .. } = &waiting;
    let (client, code) = (Client::of(&req), std::mem::take(&mut form.fields.otp));
    match factors.prove(&client, &limited, user, code).await {
        Err(Error::Request(kit::Error::TooOften(wait))) => {
            form.errors.add("otp", format!("Too many wrong codes. {wait}"));
            return Ok(until_later(waiting.draw(page, form)?, wait));
        }
        Ok(true) => {}
        tried => {
            tried?;
            if factors.count_failure(half, user).await? {
                return Err(Error::LogInAgain);
            }
            form.errors
                .add("otp", "This code is wrong, or was used before. Wait for the next one.");
            return waiting.draw(page, form);
        }
    }
    // Of two at once with two right codes, one gets in.
    if !factors.end_waiting(half).await? {
        return Err(Error::LogInAgain);
    }
    let how = if half.is_fresh { LogIn::by_password() } else { LogIn::otherwise() };
    let how = how.and_second_factor().remembered(half.remembered);
    let carried = Carried { kept: half.kept.clone(), next: half.next.clone() };
    let mut response = kept::enter(&req, &accounts, user, how, &carried).await?;
    response.add_cookie(&factors.clear_cookie())?;
    if !form.fields.trust.is_empty()
        && let Some(trusted) = factors.trust(user)?
    {
        response.add_cookie(&trusted)?;
    }
    Ok(response)
}
