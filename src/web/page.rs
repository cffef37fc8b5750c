//! The layout's needs, and how a template becomes an answer.

use std::borrow::Cow;
use std::convert::Infallible;
use std::sync::Arc;

use actix_login::Presented;
use actix_web::http::StatusCode;
use actix_web::http::header::ContentType;
use actix_web::{HttpRequest, HttpResponse};
use askama::Template;
use askama::filters::Safe;
use kit::config::Provider;
use kit::http::flash::{self, Flash};
use kit::http::site::Site;
use kit::http::theme::Theme;
use kit::{Time, clock, from_request};
use time::Date;

use crate::brand;
use crate::config::{CookieUse, Registration, Switch};
use crate::error::Response;
use crate::feature::{Features, Place, Shelf};
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
    /// Whether there are the pages for developers, at `/dev`.
    pub is_for_developers: bool,
    pub theme: Theme,
    /// Whether people may log in by a link that is mailed to them.
    pub has_login_link: bool,
    /// Other sites that people may log in through.
    pub providers: Arc<[Provider]>,
    registration: Registration,
    features: Features,
    site: Site,
}

impl Page {
    /// For a page about a request that could not be served: it leaves the message for the next.
    pub fn without_flash(req: &HttpRequest) -> Self {
        let (state, user) = (State::of(req), CurrentUser::of(req));
        let theme = state.config().cookie(CookieUse::Theme).read(req);
        Self {
            registration: state.config().registration,
            has_login_link: state.config().login_link == Switch::On,
            providers: Arc::clone(&state.config().providers),
            user,
            has_mailbox: state.dev_mailbox().is_some(),
            is_for_developers: state.config().is_for_developers(),
            theme: match theme {
                Presented::One(name) => name.parse().unwrap_or_default(),
                _ => Theme::default(),
            },
            features: *state.features(),
            ..Self::bare(req.path(), Site::of(req))
        }
    }

    /// For a page about a request that is gone.
    pub fn bare(path: &str, site: &Site) -> Self {
        Self {
            user: None,
            flash: None,
            path: path.to_owned(),
            has_mailbox: false,
            is_for_developers: false,
            has_login_link: false,
            providers: Arc::default(),
            theme: Theme::default(),
            registration: Registration::Closed,
            features: Features(&[]),
            site: site.clone(),
        }
    }

    pub fn asset(&self, name: &str) -> Cow<'_, str> {
        self.site.assets().url(name)
    }

    /// One of `static/icons.svg`.
    pub fn icon(&self, name: &str) -> Safe<String> {
        let sprite = self.asset("icons.svg");
        Safe(format!(
            r#"<svg class="icon" width="20" viewBox="0 0 24 24" aria-hidden="true"><use href="{sprite}#{name}"/></svg>"#
        ))
    }

    /// The colours of what stands around the page, of the themes that it can have.
    pub fn theme_colors(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        let [light, dark] = brand::color("paper");
        let (theme, colors) = (self.theme, [(Theme::Light, light), (Theme::Dark, dark)]);
        let colors =
            colors.into_iter().filter(move |(of, _)| theme == *of || theme == Theme::System);
        colors.map(|(theme, color)| (theme.name(), color))
    }

    /// Whether this page lies at or under `path`; for the navigation.
    pub fn is_under(&self, path: &str) -> bool {
        self.path.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }

    /// Whether a stranger may make an account.
    pub fn can_register(&self) -> bool {
        self.registration == Registration::Open
    }

    /// Whether whoever is asked for a password may have none, because they come in through another site.
    pub fn may_lack_password(&self) -> bool {
        let known = self.user.as_ref().map(|user| !user.has_password());
        known.unwrap_or(!self.providers.is_empty())
    }

    /// Whether people can get in with a passkey here.
    pub fn has_passkeys(&self) -> bool {
        cfg!(feature = "passkeys")
    }

    /// Whether the page with invitations is there for them.
    pub fn may_invite(&self) -> bool {
        self.is_admin() && self.registration.invites()
    }

    fn is_admin(&self) -> bool {
        self.user.as_ref().is_some_and(|user| user.is_verified_admin())
    }

    /// For the side bar.
    pub fn places(&self) -> impl Iterator<Item = &'static Place> {
        self.features.places().filter(|place| match place.shelf {
            Shelf::Main => true,
            Shelf::Admins => self.is_admin(),
            _ => false,
        })
    }

    /// For the person's menu.
    pub fn own_places(&self) -> impl Iterator<Item = &'static Place> {
        self.features.places().filter(|place| place.shelf == Shelf::Person)
    }

    /// For who is lost.
    pub fn all_places(&self) -> impl Iterator<Item = &'static Place> {
        self.places().chain(self.own_places())
    }

    /// The account's pages, and whether this page belongs to each, or to one within it.
    pub fn tabs(&self) -> impl Iterator<Item = (&'static Place, bool)> {
        let here = self.trail().first().map(|first| first.path);
        let tabs = self.features.places().filter(|place| {
            matches!(place.shelf, Shelf::Person | Shelf::Account)
                || (place.shelf == Shelf::Invitations && self.may_invite())
        });
        tabs.map(move |place| (place, here == Some(place.path)))
    }

    /// The place that this page belongs to, after those that lead to it.
    pub fn trail(&self) -> Vec<&'static Place> {
        let here = self.features.places().filter(|place| self.is_under(place.path));
        let here = here.max_by_key(|place| place.path.len());
        let mut trail: Vec<_> = std::iter::successors(here, |place| match place.shelf {
            Shelf::Within(path) => self.features.places().find(|outer| outer.path == path),
            _ => None,
        })
        .collect();
        trail.reverse();
        trail
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
    // As much as nearly all pages take: what grows while it is written is copied each time.
    let mut page = String::with_capacity(12 * 1024);
    template.render_into(&mut page)?;
    Ok(HttpResponse::build(status).content_type(ContentType::html()).body(page))
}

/// A day, for people.
pub fn day(date: &Date) -> String {
    clock::day(*date)
}

/// A time for people, told in the reader's zone where a script runs.
pub fn when(time: &Time) -> Safe<String> {
    Safe(clock::when(time))
}

/// The same for a time not long ago: "5 minutes ago".
pub fn ago(time: &Time, now: &Time) -> Safe<String> {
    Safe(clock::ago(time, now))
}
