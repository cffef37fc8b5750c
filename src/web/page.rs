//! The layout's needs, and how a template becomes an answer.

use std::convert::Infallible;

use actix_web::http::StatusCode;
use actix_web::http::header::ContentType;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use askama::filters::Safe;
use kit::http::flash::{self, Flash};
use kit::http::site::Site;
use kit::{Time, clock, from_request};

use crate::error::Response;
use crate::people::CurrentUser;
use crate::state::State;

/// What `base.html` needs. A handler asks for it as an argument and puts it into its template's
/// field `page`; the compiler sees to it that no page forgets.
pub struct Page {
    pub user: Option<CurrentUser>,
    /// The message of the redirect that led here.
    pub flash: Option<Flash>,
    pub path: String,
    /// Whether mail stays here, to be read at `/dev/mail`.
    pub has_mailbox: bool,
    site: Site,
}

impl Page {
    /// For a page about a request that could not be served: it leaves the message for the next.
    pub fn without_flash(req: &HttpRequest) -> Self {
        Self {
            user: CurrentUser::of(req),
            has_mailbox: State::of(req).dev_mailbox().is_some(),
            ..Self::bare(req.path(), Site::of(req))
        }
    }

    /// For a page about a request that is gone.
    pub fn bare(path: &str, site: &Site) -> Self {
        let (path, site) = (path.to_owned(), site.clone());
        Self { user: None, flash: None, path, has_mailbox: false, site }
    }

    pub fn asset(&self, name: &str) -> String {
        self.site.assets().url(name)
    }

    /// Whether this page lies at or under `path`; for the navigation.
    pub fn is_under(&self, path: &str) -> bool {
        self.path.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }
}

from_request!(Page, Infallible, |req| {
    Ok(Page { flash: flash::take(req), ..Page::without_flash(req) })
});

/// The page that `template` draws, with 200.
pub fn render(template: &impl Template) -> Response {
    render_with(StatusCode::OK, template)
}

/// The page that `template` draws, with another status: 422 for a form to be corrected.
pub fn render_with(status: StatusCode, template: &impl Template) -> Response {
    // As much as most pages take: what grows while it is written is copied each time.
    let mut page = String::with_capacity(8 * 1024);
    template.render_into(&mut page)?;
    Ok(HttpResponse::build(status).content_type(ContentType::html()).body(page))
}

/// A time for people, with the exact one for who points at it.
pub fn when(time: &Time) -> Safe<String> {
    Safe(clock::when(time))
}

/// The same for a time not long ago: "5 minutes ago".
pub fn ago(time: &Time, now: &Time) -> Safe<String> {
    Safe(clock::ago(time, now))
}
