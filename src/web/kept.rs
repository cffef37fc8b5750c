//! What somebody typed while their session ended, or their log-in was no longer fresh: the pages that ask
//! who they are carry it ([`kit::http::kept`]), and lead back to it.

use actix_web::http::StatusCode;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use kit::http::flash::{Flash, redirect};
use kit::http::kept::{Kept, Typed, leads_to, typed};
use kit::http::next::{here, with_next};
use kit::http::site::Site;

use crate::error::Response;
use crate::people::CurrentUser;
use crate::state::State;
use crate::web::draw::challenge;
use crate::web::page::{Page, render};

/// The pages that ask who somebody is.
#[derive(Clone, Copy)]
pub struct Doors {
    /// Asks for address and password.
    pub log_in: Door,
    /// Asks for the password of whoever is logged in.
    pub confirm: Door,
}

/// Draws such a page, with what its form is to carry.
pub type Door = fn(&HttpRequest, Carried) -> Response;

/// What is asked.
#[derive(Clone, Copy)]
pub enum Asks {
    /// Address and password.
    LogIn,
    /// The password of whoever is logged in.
    Password,
}

/// What the form of a [`Door`] carries.
#[derive(Debug)]
pub struct Carried {
    /// For the hidden field [`kit::http::kept::SEAL`].
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

/// What somebody gets who sent something and has to say first who they are: the page that asks for it.
/// It carries what was typed; where there is nothing to carry, a sentence says so.
pub fn ask(req: &HttpRequest, doors: &Doors, asks: Asks) -> Response {
    let user = State::of(req).sessions().last_user(req);
    let kept = typed(req, user)?;
    let (path, next) = match asks {
        Asks::LogIn => ("/login", leads_to(req)),
        // What asks for the password has a page at the same address, as a rule.
        Asks::Password => ("/sudo", leads_to(req).or_else(|| Some(here(req).to_owned()))),
    };
    let sentence = match (kept, asks) {
        (Typed::Kept(kept), asks) => {
            return open(req, doors, asks, Carried { kept, next: next.unwrap_or_default() });
        }
        (Typed::Nothing, Asks::LogIn) => {
            "Nothing was changed yet: please log in, then send it again."
        }
        (Typed::Nothing, Asks::Password) => {
            "Nothing was changed yet: please confirm your password, then send it again."
        }
        (Typed::Lost, _) => {
            "Nothing was saved, and what you sent is too much to be kept meanwhile."
        }
    };
    let to = next.map_or_else(|| path.to_owned(), |next| with_next(path, &next));
    Ok(redirect(&to, Flash::notice(sentence)))
}

fn open(req: &HttpRequest, doors: &Doors, asks: Asks, carried: Carried) -> Response {
    let mut page: HttpResponse = match asks {
        Asks::LogIn => (doors.log_in)(req, carried)?,
        Asks::Password => (doors.confirm)(req, carried)?,
    };
    *page.status_mut() = match asks {
        Asks::LogIn => StatusCode::UNAUTHORIZED,
        Asks::Password => StatusCode::FORBIDDEN,
    };
    if matches!(asks, Asks::LogIn) {
        challenge(&mut page, "")?;
    }
    Ok(page)
}

/// Where somebody goes who has just said who they are: back to what they typed, or to a page.
pub fn land(req: &HttpRequest, user: CurrentUser, to: &Carried) -> Response {
    let next = Site::of(req).landing_page(&to.next);
    if to.kept.is_empty() {
        return Ok(redirect(&next, None));
    }
    let Some(kept) = Kept::open(req, &to.kept, &user.id.to_string()) else {
        let sentence = "Nothing was saved: what was typed here before is too old, or not yours.";
        return Ok(redirect(&next, Flash::error(sentence)));
    };
    let mut page = Page::without_flash(req);
    page.user = Some(user);
    render(&BackPage { page, kept })
}
