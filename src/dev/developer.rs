//! Who may see the pages for developers.

use kit::from_request;

use crate::web::Error;

/// What proxies add to a request.
const FORWARDED: [&str; 4] = ["forwarded", "via", "x-forwarded-for", "x-forwarded-host"];

/// Guard: who asks this machine itself. Through a tunnel that leaves everything else as it is, anybody could; for
/// them, there is no such page.
pub struct Developer;

from_request!(Developer, Error, |req| {
    let is_passed_on = FORWARDED.iter().any(|name| req.headers().contains_key(*name));
    if is_passed_on { Err(Error::NotFound) } else { Ok(Developer) }
});
