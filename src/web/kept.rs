//! What somebody typed while their session ended, or their log-in was no longer fresh. It is not
//! lost and not carried out: it travels, sealed, in the form that asks who they are, and is back in
//! its own form after that, to be looked over and sent again.
//!
//! It is kept in the page alone: no table holds what nobody asked to be saved, it works without
//! scripts, and closing the page ends it. Passwords are never kept.

use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderValue};
use actix_web::web::Data;
use actix_web::{HttpMessage, HttpRequest, HttpResponse};
use askama::Template;

use crate::auth::{CurrentUser, Login, LoginManager};
use crate::config::APP_NAME;
use crate::error::{Error, Response, Result};
use crate::web::fields::{FORM_ID, Fields};
use crate::web::flash::{Flash, redirect};
use crate::web::next::{here, landing_page, safe_next, with_next};
use crate::web::page::{Page, render};
use crate::web::seal::{Kept, Seals};

/// The hidden field with the seal, in the forms that ask who somebody is.
pub const SEAL: &str = "kept";

/// The hidden field of a form that is only brought back: nothing may be saved yet.
pub const BACK: &str = "brought_back";

/// Fields that people type a password into. `tests/web/kept.rs` walks the templates for others.
pub const PASSWORDS: [&str; 2] = ["password", "current"];

/// Fields that nobody typed. The same test walks the templates for others.
pub const HIDDEN: [&str; 5] = [FORM_ID, SEAL, BACK, "link", "next"];

/// The pages that ask who somebody is. They belong to a feature, so `app.rs` names them.
#[derive(Clone, Copy)]
pub struct Doors {
    /// Asks for address and password.
    pub log_in: Door,
    /// Asks for the password of whoever is logged in.
    pub confirm: Door,
}

/// What is asked.
#[derive(Clone, Copy)]
pub enum Asks {
    /// Address and password.
    LogIn,
    /// The password of whoever is logged in.
    Password,
}

/// Draws such a page, with what its form is to carry.
pub type Door = fn(&HttpRequest, Carried) -> Response;

/// What the form of a [`Door`] carries.
#[derive(Debug)]
pub struct Carried {
    /// For the hidden field [`SEAL`].
    pub kept: String,
    /// Where to go if that cannot be read any more.
    pub next: String,
}

#[derive(Template)]
#[template(path = "kept.html")]
struct BackPage {
    page: Page,
    kept: Kept,
}

impl BackPage {
    /// What a person knows to have typed.
    fn typed(&self) -> impl Iterator<Item = &(String, String)> {
        self.kept.fields.iter().filter(|(name, value)| is_typed(name, value))
    }
}

/// Whether a form was only brought back, by [`land`].
pub fn is_back(fields: &Fields) -> bool {
    fields.get(BACK).is_some()
}

/// The same for what a request carries.
pub fn brings_back(req: &impl HttpMessage) -> bool {
    Fields::of(req).is_some_and(|fields| is_back(&fields))
}

/// What somebody gets who sent something and has to say first who they are: the page at `path` that
/// asks for it. It carries what was typed; where there is nothing to carry, a sentence says so.
pub fn ask(req: &HttpRequest, path: &str, asks: Asks) -> Response {
    // What asks for the password has a page at the same address, as a rule.
    let next = own_next(req).or_else(|| form_page(req)).or_else(|| match asks {
        Asks::LogIn => None,
        Asks::Password => Some(here(req).to_owned()),
    });
    let (kept, doors) = (typed(req)?, req.app_data::<Data<Doors>>());
    if let (Typed::Kept(kept), Some(doors)) = (&kept, doors) {
        let carried = Carried { kept: kept.clone(), next: next.unwrap_or_default() };
        return match asks {
            Asks::LogIn => (doors.log_in)(req, carried).and_then(challenge),
            Asks::Password => (doors.confirm)(req, carried).map(forbidden),
        };
    }
    let sentence = match (kept, asks) {
        (Typed::Nothing, Asks::LogIn) => {
            "Nothing was changed yet: please log in, then send it again."
        }
        (Typed::Nothing, Asks::Password) => {
            "Nothing was changed yet: please confirm your password, then send it again."
        }
        _ => "Nothing was saved, and what you sent is too much to be kept meanwhile.",
    };
    let to = next.map_or_else(|| path.to_owned(), |next| with_next(path, &next));
    Ok(redirect(&to, Flash::notice(sentence)))
}

/// What a request holds that somebody typed.
enum Typed {
    Nothing,
    Kept(String),
    Lost,
}

fn typed(req: &HttpRequest) -> Result<Typed> {
    let Some(sent) = Fields::of(req) else {
        let is_empty = req.content_type().is_empty();
        return Ok(if is_empty { Typed::Nothing } else { Typed::Lost });
    };
    // The session ended while the password was asked for: it is carried on to the next door.
    if let Some(seal) = sent.get(SEAL).filter(|seal| !seal.is_empty()) {
        return Ok(Typed::Kept(seal.to_owned()));
    }
    if !sent.iter().any(|(name, value)| is_typed(name, value)) {
        return Ok(Typed::Nothing);
    }
    let path = req.uri().path_and_query().and_then(|path| safe_next(path.as_str()));
    let (Some(path), Some(seals)) = (path, req.app_data::<Data<Seals>>()) else {
        return Ok(Typed::Lost);
    };
    let is_kept =
        |(name, _): &(&str, &str)| !is_secret(name) && ![FORM_ID, SEAL, BACK].contains(name);
    let fields =
        sent.iter().filter(is_kept).map(|(name, value)| (name.to_owned(), value.to_owned()));
    let kept = Kept { path, user: last_user(req), fields: fields.collect() };
    Ok(seals.seal(kept)?.map_or(Typed::Lost, Typed::Kept))
}

fn is_typed(name: &str, value: &str) -> bool {
    !value.is_empty() && !HIDDEN.contains(&name) && !is_secret(name)
}

/// Better one too many than one too few.
fn is_secret(name: &str) -> bool {
    PASSWORDS.contains(&name) || name.contains("password") || name.contains("secret")
}

fn last_user(req: &HttpRequest) -> Option<String> {
    req.app_data::<Data<LoginManager<Login>>>()?.last_user(req)
}

/// Where a form leads by itself: the one that asks for the password knows it.
fn own_next(req: &HttpRequest) -> Option<String> {
    safe_next(Fields::of(req)?.get("next")?)
}

/// The page that a form was on: the address that it is sent to may have none.
fn form_page(req: &HttpRequest) -> Option<String> {
    let referer = req.headers().get(header::REFERER)?.to_str().ok()?;
    safe_next(url::Url::parse(referer).ok()?.path())
}

/// Where somebody goes who has just said who they are: back to what they typed, or to a page.
pub fn land(req: &HttpRequest, user: CurrentUser, to: &Carried) -> Response {
    let next = landing_page(&to.next);
    if to.kept.is_empty() {
        return Ok(redirect(&next, None));
    }
    let seals = req.app_data::<Data<Seals>>();
    let Some(kept) = seals.and_then(|seals| seals.open(&to.kept, user.id)) else {
        let sentence = "Nothing was saved: what was typed here before is too old, or not yours.";
        return Ok(redirect(&next, Flash::error(sentence)));
    };
    let mut page = Page::without_flash(req)?;
    page.user = Some(user);
    render(&BackPage { page, kept })
}

/// RFC 9110 section 15.5.2 wants a challenge; browsers ask nobody for a token.
fn challenge(mut page: HttpResponse) -> Response {
    let bearer = HeaderValue::try_from(format!("Bearer realm=\"{APP_NAME}\""));
    let bearer = bearer.map_err(|e| Error::Internal(e.to_string()))?;
    page.headers_mut().insert(header::WWW_AUTHENTICATE, bearer);
    *page.status_mut() = StatusCode::UNAUTHORIZED;
    Ok(page)
}

fn forbidden(mut page: HttpResponse) -> HttpResponse {
    *page.status_mut() = StatusCode::FORBIDDEN;
    page
}
