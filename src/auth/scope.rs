//! Scopes: what a token is good for, and the guard that asks for one.

use std::future::{Ready, ready};
use std::marker::PhantomData;
use std::ops::Deref;
use std::rc::Rc;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};

use crate::auth::login::Login;
use crate::auth::manager::Caller;
use crate::error::{Error, Result};
use crate::user::User;

/// A permission that a token can hold.
pub trait Scope: 'static {
    /// Its name in tokens.
    const NAME: &'static str;
}

/// Declares scopes: a type for the guard, a name for the token, a sentence for people.
macro_rules! scopes {
    ($($name:ident = $text:literal, $about:literal;)*) => {
        $(
            #[doc = $about]
            pub struct $name;

            impl Scope for $name {
                const NAME: &'static str = $text;
            }
        )*

        /// Every scope, with what it allows.
        pub const ALL: &[(&str, &str)] = &[$(($text, $about)),*];
    };
}

scopes! {
    ProfileRead = "profile:read", "See your name and address";
    ProfileWrite = "profile:write", "Change your name";
    NotesRead = "notes:read", "Read your notes";
    NotesWrite = "notes:write", "Write, change and delete your notes";
    UsersRead = "users:read", "List the people with accounts (administrators)";
}

/// What a token holds that was asked for without naming scopes: the least there is.
pub const DEFAULT: &str = ProfileRead::NAME;

/// Whether a token of this user may hold the scope. Asked when a token is made, and again whenever
/// it is used: who is no longer an administrator holds an administrator's token for nothing.
pub fn may_hold(user: &User, scope: &str) -> bool {
    let is_admin = user.is_admin && user.verified_at.is_some();
    ALL.iter().any(|(known, _)| *known == scope) && (scope != UsersRead::NAME || is_admin)
}

/// The scopes a request for a token names, if they exist and the user may hold all of them.
pub fn parse(user: &User, requested: &str) -> Option<String> {
    let requested = if requested.trim().is_empty() { DEFAULT } else { requested };
    let mut names: Vec<_> = requested.split_ascii_whitespace().collect();
    names.sort_unstable();
    names.dedup();
    names.iter().all(|name| may_hold(user, name)).then(|| names.join(" "))
}

/// Guard: a program calls with a token in the `Authorization` header. Otherwise
/// [`Error::NotAuthenticated`].
pub struct ApiUser<U = Login>(Rc<U>);

/// Guard: the same, and the token holds the scope. Otherwise [`Error::OutOfScope`].
pub struct Scoped<S, U = Login>(ApiUser<U>, PhantomData<S>);

impl<U> Deref for ApiUser<U> {
    type Target = U;

    fn deref(&self) -> &U {
        &self.0
    }
}

impl<S, U> Deref for Scoped<S, U> {
    type Target = U;

    fn deref(&self) -> &U {
        &self.0
    }
}

impl<U: 'static> ApiUser<U> {
    /// Whoever calls with a token, and its scopes.
    fn of(req: &HttpRequest) -> Result<(Self, Rc<Caller<U>>)> {
        let caller = Caller::of(req).ok_or(Error::NotAuthenticated)?;
        match &*caller {
            Caller::Token { user, .. } => Ok((Self(Rc::clone(user)), caller)),
            _ => Err(Error::NotAuthenticated),
        }
    }
}

impl<S: Scope, U: 'static> Scoped<S, U> {
    /// Whoever calls with a token that holds the scope.
    pub fn of(req: &HttpRequest) -> Result<Self> {
        let (user, caller) = ApiUser::of(req)?;
        if caller.holds(S::NAME) {
            return Ok(Self(user, PhantomData));
        }
        Err(Error::OutOfScope(S::NAME))
    }
}

impl<U: 'static> FromRequest for ApiUser<U> {
    type Error = Error;
    type Future = Ready<Result<Self>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Self::of(req).map(|(user, _)| user))
    }
}

impl<S: Scope, U: 'static> FromRequest for Scoped<S, U> {
    type Error = Error;
    type Future = Ready<Result<Self>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Self::of(req))
    }
}
