//! Our cookies: one way to make, end and read them.

use actix_web::HttpRequest;
use actix_web::cookie::{Cookie, SameSite};
use time::Duration;

/// A cookie of ours: its full name, and whether it may only travel encrypted.
#[derive(Clone, Debug)]
pub struct CookieKind {
    /// The full name, with the `__Host-` prefix where it applies.
    pub name: String,
    /// Whether the cookie carries `Secure`.
    pub secure: bool,
}

/// What a browser sent under one name.
#[derive(Debug, PartialEq, Eq)]
pub enum Presented {
    /// No such cookie.
    Nothing,
    /// Its value, as it was sent.
    One(String),
    /// Several of that name. One of them was planted ("cookie tossing"), so none is believed.
    Several,
}

impl CookieKind {
    /// The cookie with `value`. Without `max_age` it ends with the browser.
    ///
    /// `Lax`, not `Strict`, so that a link in a mail arrives logged in; writes are protected by
    /// [`crate::web::origin`].
    pub fn with(&self, value: impl Into<String>, max_age: Option<Duration>) -> Cookie<'static> {
        let mut cookie = Cookie::build(self.name.clone(), value.into())
            .path("/")
            .secure(self.secure)
            .http_only(true)
            .same_site(SameSite::Lax)
            .finish();
        cookie.set_max_age(max_age);
        cookie
    }

    /// The cookie that ends this one: the same attributes, and no time left.
    pub fn expired(&self) -> Cookie<'static> {
        self.with("", Some(Duration::ZERO))
    }

    /// What the request carries under this name.
    pub fn read(&self, req: &HttpRequest) -> Presented {
        let Ok(cookies) = req.cookies_raw() else { return Presented::Nothing };
        let mut values = cookies.iter().filter(|cookie| cookie.name() == self.name);
        match (values.next(), values.next()) {
            (None, _) => Presented::Nothing,
            (Some(only), None) => Presented::One(only.value().to_owned()),
            (Some(_), Some(_)) => Presented::Several,
        }
    }
}
