//! Where to go after log-in.

use actix_login::next::safe;
use percent_encoding::percent_decode_str;

use crate::http::site::Site;

impl Site {
    /// Where to go once somebody is recognised: the page they wanted, or the one for everybody.
    pub fn landing_page(&self, next: &str) -> String {
        self.safe_next(next).unwrap_or_else(|| self.0.addresses.landing_page.to_owned())
    }

    /// `next` as a path of this site ([`safe`]) that leads to a page, or `None` for anything else.
    pub fn safe_next(&self, next: &str) -> Option<String> {
        let next = safe(next)?;
        let path = next.split('?').next().unwrap_or_default();
        let path = percent_decode_str(path).decode_utf8().ok()?;
        let is_page = !self.0.addresses.not_pages.iter().any(|prefix| {
            path.strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        });
        is_page.then_some(next)
    }
}
