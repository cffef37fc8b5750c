//! The layout's needs, and how a template becomes an answer.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::http::header::ContentType;
use actix_web::web::Data;
use actix_web::{FromRequest, HttpRequest, HttpResponse};
use askama::Template;

use crate::auth::CurrentUser;
use crate::error::{Error, Response, Result};
use crate::mail::DevMailbox;
use crate::web::assets::Assets;
use crate::web::flash::{Flash, FlashCookie};

/// What `base.html` needs. A handler asks for it as an argument and puts it into its template's
/// field `page`; the compiler sees to it that no page forgets.
pub struct Page {
    /// Who is logged in.
    pub user: Option<CurrentUser>,
    /// The message of the redirect that led here.
    pub flash: Option<Flash>,
    /// The path of this page.
    pub path: String,
    /// Whether mail stays here, to be read at `/dev/mail`.
    pub has_mailbox: bool,
    assets: Data<Assets>,
}

impl Page {
    /// For a page about a request that could not be served: it leaves the message for the next.
    pub fn without_flash(req: &HttpRequest) -> Result<Self> {
        Ok(Self {
            user: CurrentUser::of(req),
            flash: None,
            path: req.path().to_owned(),
            has_mailbox: req.app_data::<Data<DevMailbox>>().is_some(),
            assets: data::<Assets>(req)?.clone(),
        })
    }

    /// For a page about a request that is gone.
    pub fn bare(path: &str, assets: Data<Assets>) -> Self {
        Self { user: None, flash: None, path: path.to_owned(), has_mailbox: false, assets }
    }

    /// The address of a static file.
    pub fn asset(&self, name: &str) -> String {
        self.assets.url(name)
    }

    /// Whether this page lies at or under `path`; for the navigation.
    pub fn is_under(&self, path: &str) -> bool {
        self.path.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }
}

impl FromRequest for Page {
    type Error = Error;
    type Future = Ready<Result<Self>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(data::<FlashCookie>(req).and_then(|cookie| {
            let flash = cookie.take(req);
            Ok(Self { flash, ..Self::without_flash(req)? })
        }))
    }
}

fn data<T: 'static>(req: &HttpRequest) -> Result<&Data<T>> {
    let missing = || Error::Internal(format!("no {} in the app", std::any::type_name::<T>()));
    req.app_data::<Data<T>>().ok_or_else(missing)
}

/// The page that `template` draws, with 200.
pub fn render(template: &impl Template) -> Response {
    render_with(StatusCode::OK, template)
}

/// The page that `template` draws, with another status: 422 for a form to be corrected.
pub fn render_with(status: StatusCode, template: &impl Template) -> Response {
    Ok(HttpResponse::build(status).content_type(ContentType::html()).body(template.render()?))
}
