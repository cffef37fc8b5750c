//! Scopes: what tokens are good for.

use std::future::{Ready, ready};
use std::sync::Arc;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};

use crate::error::{Error, Result};

/// A permission that a token can hold. [`scopes!`](crate::scopes) declares one.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a scope",
    note = "`scopes!` declares them; in a guard, the user comes first: `Scoped<User, Scope>`"
)]
pub trait Scope: 'static {
    /// Its name in tokens.
    const NAME: &'static str;
}

/// What a guard asks for: one [`Scope`], several in brackets, or `()` for none.
pub trait RequiredScopes: 'static {
    /// Their names.
    const NAMES: &'static [&'static str];
}

impl<S: Scope> RequiredScopes for S {
    const NAMES: &'static [&'static str] = &[S::NAME];
}

macro_rules! required {
    ($(($($scope:ident),*))*) => {
        $(impl<$($scope: Scope),*> RequiredScopes for ($($scope,)*) {
            const NAMES: &'static [&'static str] = &[$($scope::NAME),*];
        })*
    };
}
required! { () (A, B) (A, B, C) (A, B, C, D) }

/// Whether a token can name a scope so: printable ASCII without spaces, quotes and backslashes (RFC 6749
/// section 3.3). Names stand in a list with spaces between them, so that one with a space in it would
/// pass for two.
pub const fn is_scope_name(name: &str) -> bool {
    let (bytes, mut n) = (name.as_bytes(), 0);
    while n < bytes.len() {
        if !matches!(bytes[n], 0x21 | 0x23..=0x5b | 0x5d..=0x7e) {
            return false;
        }
        n += 1;
    }
    n > 0
}

/// What people read about a scope, and who may hold it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ScopeInfo {
    /// Its name in tokens.
    pub name: &'static str,
    /// What it allows.
    pub about: &'static str,
    /// Whether only administrators hold it.
    pub for_admins: bool,
}

impl ScopeInfo {
    /// What [`scopes!`](crate::scopes) declares.
    pub const fn new(name: &'static str, about: &'static str, for_admins: bool) -> Self {
        Self { name, about, for_admins }
    }
}

/// Declares scopes: a type for the guard, a name for the token, a sentence for people, and the list
/// `SCOPES` of all of them. `admins` behind one keeps it from everybody else. A name that no token can
/// carry does not compile:
///
/// ```compile_fail
/// actix_login::scopes! {
///     NotesRead = "notes read", "Read your notes";
/// }
/// ```
///
/// ```
/// actix_login::scopes! {
///     NotesRead = "notes:read", "Read your notes";
///     UsersRead = "users:read", "List the people with accounts", admins;
/// }
/// assert_eq!(SCOPES[0].name, "notes:read");
/// assert!(SCOPES[1].for_admins);
/// ```
#[macro_export]
macro_rules! scopes {
    (@for_admins) => { false };
    (@for_admins admins) => { true };
    ($($name:ident = $text:literal, $about:literal $(, $admins:ident)?;)*) => {
        $(
            #[doc = $about]
            pub struct $name;

            impl $crate::Scope for $name {
                const NAME: &'static str = {
                    assert!($crate::is_scope_name($text), "a scope's name has no spaces and quotes");
                    $text
                };
            }
        )*

        /// All of them.
        pub const SCOPES: &[$crate::ScopeInfo] = &[$($crate::ScopeInfo::new(
            <$name as $crate::Scope>::NAME,
            $about,
            $crate::scopes!(@for_admins $($admins)?),
        )),*];
    };
}

/// Every scope of an application. Cheap to clone.
///
/// ```
/// # use actix_login::Scopes;
/// actix_login::scopes! {
///     NotesRead = "notes:read", "Read your notes";
///     UsersRead = "users:read", "List the people with accounts", admins;
/// }
/// let scopes = Scopes::new(SCOPES.iter().copied(), "notes:read");
/// assert_eq!(scopes.parse(true, "users:read notes:read").as_deref(), Some("notes:read users:read"));
/// assert_eq!(scopes.parse(false, "users:read"), None);
/// assert_eq!(scopes.parse(false, "").as_deref(), Some("notes:read"));
/// ```
#[derive(Clone, Debug)]
pub struct Scopes {
    all: Arc<[ScopeInfo]>,
    default: &'static str,
}

impl Scopes {
    /// These, of which `default` is what a token holds that was asked for without naming any.
    pub fn new(all: impl Iterator<Item = ScopeInfo>, default: &'static str) -> Self {
        Self { all: all.collect(), default }
    }

    /// All of them.
    pub fn all(&self) -> &[ScopeInfo] {
        &self.all
    }

    /// Those that somebody may hold.
    pub fn of(&self, is_admin: bool) -> Vec<ScopeInfo> {
        self.all.iter().filter(|scope| self.may_hold(is_admin, scope.name)).copied().collect()
    }

    /// Whether somebody's token may hold the scope. To be asked when a token is made, and again
    /// whenever it is used: who is no longer an administrator holds an administrator's token for nothing.
    /// A scope that is declared twice is for administrators if it is so once.
    pub fn may_hold(&self, is_admin: bool, scope: &str) -> bool {
        let mut known = self.all.iter().filter(|known| known.name == scope).peekable();
        known.peek().is_some() && known.all(|known| is_admin || !known.for_admins)
    }

    /// The scopes that a request for a token names, in their order and without repetition, if they exist
    /// and its owner may hold all of them.
    pub fn parse(&self, is_admin: bool, requested: &str) -> Option<String> {
        let requested = if requested.trim().is_empty() { self.default } else { requested };
        let mut names: Vec<_> = requested.split_ascii_whitespace().collect();
        names.sort_unstable();
        names.dedup();
        names.iter().all(|name| self.may_hold(is_admin, name)).then(|| names.join(" "))
    }
}

/// As an argument of handlers: what the application put beside its routes with `app_data`.
impl FromRequest for Scopes {
    type Error = Error;
    type Future = Ready<Result<Self>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        let missing =
            || Error::misuse("no Scopes beside the routes: add `.app_data(scopes)` to the App");
        ready(req.app_data::<Self>().cloned().ok_or_else(missing))
    }
}
