//! Guards: a handler asks for one as an argument, and runs only for those it lets in.

use std::future::{Ready, ready};
use std::marker::PhantomData;
use std::sync::Arc;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use derive_more::Deref;

use crate::caller::Caller;
use crate::error::{Error, Result};
use crate::scopes::RequiredScopes;

/// Guard: a person is logged in: the handler gets the user. Otherwise [`Error::NotAuthenticated`]. A
/// program's token does not pass: it may be good for less than all that a person may do. See
/// [`Scoped`] for those, and [`AnyUser`] for either.
///
/// ```
/// # use actix_login::CurrentUser;
/// struct User {
///     name: String,
/// }
///
/// async fn greet(user: CurrentUser<User>) -> String {
///     format!("Hello, {}!", user.name)
/// }
/// # let _: actix_web::Route = actix_web::web::get().to(greet);
/// ```
#[derive(Debug, Deref)]
pub struct CurrentUser<U>(#[deref(forward)] Arc<U>);

/// What another guard of this library lets in, or nobody, for pages that are open to all: [`OptionalUser`]
/// for a person, `Optional<AnyUser<User>>` for a program's token too. Whatever else goes wrong is an error:
/// a loader that fails, a token without the scope. (`Option<CurrentUser<User>>` is Actix Web's, and takes
/// those for nobody, too.)
///
/// ```
/// # use actix_login::{Optional, OptionalUser};
/// async fn home(Optional(user): OptionalUser<String>) -> String {
///     match user {
///         Some(name) => format!("Hello, {}!", *name),
///         None => "Hello, stranger!".to_owned(),
///     }
/// }
/// # let _: actix_web::Route = actix_web::web::get().to(home);
/// ```
#[derive(Clone, Debug)]
pub struct Optional<G>(pub Option<G>);

/// The person who is logged in, or nobody.
pub type OptionalUser<U> = Optional<CurrentUser<U>>;

/// Guard: a program calls, and holds all of the scopes `S`: one, or several as `(NotesRead, NotesWrite)`.
/// Otherwise [`Error::NeedsToken`] or [`Error::OutOfScope`].
///
/// ```
/// # use actix_login::Scoped;
/// actix_login::scopes! {
///     NotesRead = "notes:read", "Read your notes";
///     NotesWrite = "notes:write", "Write notes in your name";
/// }
///
/// async fn notes(name: Scoped<String, NotesRead>) -> String {
///     let tenant: Option<u32> = name.caller().claims().and_then(|claims| claims.get("tenant"));
///     format!("The notes of {} of {tenant:?}", *name)
/// }
///
/// async fn rewrite(name: Scoped<String, (NotesRead, NotesWrite)>) -> String {
///     name.to_uppercase()
/// }
/// # let _: actix_web::Route = actix_web::web::get().to(notes);
/// # let _: actix_web::Route = actix_web::web::put().to(rewrite);
/// ```
#[derive(Debug, Deref)]
pub struct Scoped<U, S: RequiredScopes = ()> {
    #[deref(forward)]
    user: Arc<U>,
    caller: Arc<Caller<U>>,
    scopes: PhantomData<fn() -> S>,
}

/// Guard: a program calls, whatever its scopes. Otherwise [`Error::NeedsToken`].
///
/// ```
/// # use actix_login::ApiUser;
/// async fn who_am_i(name: ApiUser<String>) -> String {
///     name.to_uppercase()
/// }
/// # let _: actix_web::Route = actix_web::web::get().to(who_am_i);
/// ```
pub type ApiUser<U> = Scoped<U>;

/// Guard: a person, or a program that holds all of the scopes `S`. Without `S`, any program, even with a
/// token that is good for nothing: name what it may do.
/// Otherwise [`Error::NotAuthenticated`] or [`Error::OutOfScope`].
///
/// ```
/// # use actix_login::{AnyUser, Caller};
/// async fn whoever(name: AnyUser<String>) -> String {
///     match name.caller() {
///         Caller::Program { scopes, .. } => format!("a program of {}: {scopes:?}", *name),
///         _ => format!("{} in person", *name),
///     }
/// }
/// # let _: actix_web::Route = actix_web::web::get().to(whoever);
/// ```
#[derive(Debug, Deref)]
pub struct AnyUser<U, S: RequiredScopes = ()> {
    #[deref(forward)]
    user: Arc<U>,
    caller: Arc<Caller<U>>,
    scopes: PhantomData<fn() -> S>,
}

impl<U> Clone for CurrentUser<U> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

/// What the guards share that know how a caller was recognised.
macro_rules! knows_its_caller {
    ($($guard:ident)*) => {$(
        impl<U, S: RequiredScopes> Clone for $guard<U, S> {
            fn clone(&self) -> Self {
                let (user, caller) = (Arc::clone(&self.user), Arc::clone(&self.caller));
                Self { user, caller, scopes: PhantomData }
            }
        }

        impl<U, S: RequiredScopes> $guard<U, S> {
            /// How they were recognised: the token's claims, and what it holds besides.
            pub fn caller(&self) -> &Caller<U> {
                &self.caller
            }

            /// The user, to be taken along: into a closure of `web::block`, for one.
            pub fn into_inner(self) -> Arc<U> {
                self.user
            }
        }

        impl<U: 'static, S: RequiredScopes> FromRequest for $guard<U, S> {
            type Error = Error;
            type Future = Ready<Result<Self>>;

            fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
                ready(Self::admit(req))
            }
        }
    )*};
}
knows_its_caller! { Scoped AnyUser }

impl<U: 'static> CurrentUser<U> {
    /// Whoever has just proved who they are, for the page that is drawn with the answer to that.
    pub fn just_logged_in(user: U) -> Self {
        Self(Arc::new(user))
    }

    /// Whoever is logged in, for code that has the request and is not a handler.
    pub fn of(req: &HttpRequest) -> Option<Self> {
        Self::among(&*Caller::of(req)?)
    }

    /// The same for guards that ask for more: why nobody is let in.
    pub fn admit(req: &HttpRequest) -> Result<Self> {
        Self::among(&*Caller::expect(req)?).ok_or(Error::NotAuthenticated)
    }

    /// The user, to be taken along: into a closure of `web::block`, for one.
    pub fn into_inner(self) -> Arc<U> {
        self.0
    }

    fn among(caller: &Caller<U>) -> Option<Self> {
        match caller {
            Caller::Person { user, .. } => Some(Self(Arc::clone(user))),
            Caller::Program { .. } | Caller::Anonymous { .. } => None,
        }
    }
}

impl<U: 'static, S: RequiredScopes> Scoped<U, S> {
    /// Whether one calls, for guards that ask for more: why it is not let in.
    pub fn admit(req: &HttpRequest) -> Result<Self> {
        let caller = Caller::expect(req)?;
        let Caller::Program { user, .. } = &*caller else { return Err(Error::NeedsToken) };
        let user = Arc::clone(user);
        require::<U, S>(&caller)?;
        Ok(Self { user, caller, scopes: PhantomData })
    }
}

impl<U: 'static, S: RequiredScopes> AnyUser<U, S> {
    /// Whether somebody calls, for guards that ask for more: why nobody is let in.
    pub fn admit(req: &HttpRequest) -> Result<Self> {
        let caller = Caller::expect(req)?;
        let user = caller.user().cloned().ok_or(Error::NotAuthenticated)?;
        if matches!(*caller, Caller::Program { .. }) {
            require::<U, S>(&caller)?;
        }
        Ok(Self { user, caller, scopes: PhantomData })
    }
}

fn require<U: 'static, S: RequiredScopes>(caller: &Caller<U>) -> Result<()> {
    let lacking = S::NAMES.iter().find(|scope| !caller.holds(scope));
    lacking.map_or(Ok(()), |scope| Err(Error::OutOfScope(scope)))
}

impl<U: 'static> FromRequest for CurrentUser<U> {
    type Error = Error;
    type Future = Ready<Result<Self>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Self::admit(req))
    }
}

impl<G> FromRequest for Optional<G>
where
    G: FromRequest<Error = Error, Future = Ready<Result<G>>>,
{
    type Error = Error;
    type Future = Ready<Result<Self>>;

    fn from_request(req: &HttpRequest, payload: &mut Payload) -> Self::Future {
        ready(match G::from_request(req, payload).into_inner() {
            Ok(user) => Ok(Self(Some(user))),
            Err(Error::NotAuthenticated | Error::NeedsToken) => Ok(Self(None)),
            Err(error) => Err(error),
        })
    }
}
