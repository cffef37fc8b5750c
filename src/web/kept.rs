//! What somebody typed while their session ended, or their log-in was no longer fresh: the pages that ask
//! who they are carry it ([`kit::http::kept`]), and lead back to it.

use actix_login::next::{here, with_next};
use actix_web::HttpRequest;
use actix_web::http::{Method, StatusCode};
use askama::Template;
use kit::http::flash::{Flash, redirect};
use kit::http::kept::{Kept, Typed, leads_to, typed};
use kit::http::problem::{Token, add_headers};
use kit::http::site::Site;

use crate::config::APP_NAME;
use crate::error::Response;
use crate::people::{Accounts, CurrentUser, LogIn, Login, User};
use crate::state::State;
use crate::web::page::{Page, render};
use crate::web::words::{Wanted, Words};

/// The pages that ask who somebody is.
#[derive(Clone, Copy)]
pub struct Doors {
    pub log_in: Door,
    pub confirm: Door,
}

/// Draws such a page, with what its form is to carry.
pub type Door = fn(&HttpRequest, Carried) -> Response;

#[derive(Clone, Copy)]
pub enum Asks {
    LogIn,
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

/// What somebody gets who has to say first who they are: the page that asks for it, and back here after
/// it. It carries what was typed; where there is nothing to carry, a sentence says so.
pub fn ask(req: &HttpRequest, doors: Doors, words: Words, asks: Asks) -> Response {
    let say = |wanted| Flash::notice(words(req, wanted));
    let (path, send_again) = match asks {
        Asks::LogIn => ("/login", Wanted::LogInAndSend),
        Asks::Password => ("/sudo", Wanted::PasswordAndSend),
    };
    if req.method() == Method::GET {
        // The page that asks for the password says itself what it wants.
        let said = matches!(asks, Asks::LogIn).then(|| say(Wanted::LogIn));
        return Ok(redirect(&with_next(path, here(req)), said));
    }
    let kept = typed(req, State::of(req).sessions().last_user(req))?;
    let next = match asks {
        Asks::LogIn => leads_to(req),
        // What asks for the password has a page at the same address, as a rule.
        Asks::Password => leads_to(req).or_else(|| Some(here(req).to_owned())),
    };
    let wanted = match kept {
        Typed::Kept(kept) => {
            return open(req, doors, asks, Carried { kept, next: next.unwrap_or_default() });
        }
        Typed::Nothing => send_again,
        Typed::Lost => Wanted::SmallerForm,
    };
    Ok(redirect(&with_next(path, &next.unwrap_or_default()), say(wanted)))
}

fn open(req: &HttpRequest, doors: Doors, asks: Asks, carried: Carried) -> Response {
    let (door, status) = match asks {
        Asks::LogIn => (doors.log_in, StatusCode::UNAUTHORIZED),
        Asks::Password => (doors.confirm, StatusCode::FORBIDDEN),
    };
    let mut page = door(req, carried)?;
    *page.status_mut() = status;
    add_headers(&mut page, APP_NAME, Token::Missing)?;
    Ok(page)
}

/// Logs somebody in, who then goes where [`land`] leads.
pub async fn enter(
    req: &HttpRequest, accounts: &Accounts, user: &User, how: LogIn, to: &Carried,
) -> Response {
    let shown = CurrentUser::just_logged_in(Login::to_be_shown(user.clone()));
    let mut response = land(req, shown, to)?;
    accounts.log_in(req, user, how, &mut response).await?;
    Ok(response)
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
