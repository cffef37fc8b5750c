//! What is sent to log in.

use std::fmt;

use serde::Deserialize;

/// A name and a password, as a log-in form and a client of `OAuth 2.0` send them (RFC 6749 section
/// 4.3.2): `Form<Credentials>`. Anything else in the form is left alone.
#[derive(Deserialize)]
#[non_exhaustive]
pub struct Credentials {
    /// The name, or whatever people log in with.
    pub username: String,
    /// The password. Hashes are compared, with a library such as `argon2`, and never the text itself.
    pub password: String,
}

impl fmt::Debug for Credentials {
    /// Without the password: what is printed ends up in a log.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Credentials({:?})", self.username)
    }
}
