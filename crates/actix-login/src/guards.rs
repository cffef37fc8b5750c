//! Guards: a handler asks for one as an argument, and runs only for those it lets in.

use std::future::{Ready, ready};
use std::marker::PhantomData;
use std::rc::Rc;

use actix_web::body::MessageBody;
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{FromRequest, HttpRequest, http::header};
use derive_more::Deref;

use crate::caller::Caller;
use crate::error::{Error, Result};
use crate::manager::LoginManager;
use crate::scopes::Scope;

/// The middleware that asks once for each request who is calling. Guards only read its answer:
/// a handler's arguments are made at the same time, and each would ask on its own.
///
/// ```
/// # use std::future::ready;
/// # use actix_login::{CurrentUser, LoginManager, SigningKey, generate_key, identify};
/// # use actix_web::{App, middleware::from_fn, web::{self, Data}};
/// # let keys = vec![SigningKey::parse(&generate_key())?];
/// # let manager = LoginManager::builder(keys).user_loader(|claims| ready(Ok(Some(claims.sub)))).build()?;
/// let app = App::new()
///     .app_data(Data::new(manager))
///     .route("/", web::get().to(|name: CurrentUser<String>| async move { name.to_string() }))
///     .wrap(from_fn(identify::<String>));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub async fn identify<U: 'static>(
    logins: Data<LoginManager<U>>, req: ServiceRequest, next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    match logins.identify(req.request()).await {
        Ok(caller) => caller.replace(req.request()),
        Err(error) => return Ok(req.error_response(error).map_into_right_body()),
    }
    let mut res = next.call(req).await?;
    // A cookie that logs nobody in is ended, but not one that the handler has just set.
    let stale = matches!(
        Caller::<U>::of(res.request()).as_deref(),
        Some(Caller::Anonymous { stale: true })
    );
    if stale && !res.headers().contains_key(header::SET_COOKIE) {
        logins.clear_cookie(res.response_mut())?;
    }
    Ok(res.map_into_left_body())
}

/// Guard: a person is logged in, by the cookie: the handler gets the user. Otherwise
/// [`Error::NotAuthenticated`]. A token in the header does not pass: it may be good for less than
/// all that a person may do. See [`Scoped`] for those.
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
#[derive(Deref)]
pub struct CurrentUser<U>(#[deref(forward)] Rc<U>);

/// The user, or nobody, for pages that are open to all.
///
/// ```
/// # use actix_login::OptionalUser;
/// async fn home(OptionalUser(user): OptionalUser<String>) -> String {
///     match user {
///         Some(name) => format!("Hello, {}!", *name),
///         None => "Hello, stranger!".to_owned(),
///     }
/// }
/// # let _: actix_web::Route = actix_web::web::get().to(home);
/// ```
pub struct OptionalUser<U>(pub Option<CurrentUser<U>>);

/// Guard: a program calls with a token in the `Authorization` header. Otherwise
/// [`Error::NotAuthenticated`].
///
/// ```
/// # use actix_login::ApiUser;
/// async fn who_am_i(name: ApiUser<String>) -> String {
///     name.to_uppercase()
/// }
/// # let _: actix_web::Route = actix_web::web::get().to(who_am_i);
/// ```
#[derive(Deref)]
pub struct ApiUser<U>(#[deref(forward)] Rc<U>);

/// Guard: the same, and the token holds the scope. Otherwise [`Error::OutOfScope`].
///
/// ```
/// # use actix_login::Scoped;
/// actix_login::scopes! {
///     NotesRead = "notes:read", "Read your notes";
/// }
///
/// async fn notes(name: Scoped<NotesRead, String>) -> String {
///     format!("The notes of {}", *name)
/// }
/// # let _: actix_web::Route = actix_web::web::get().to(notes);
/// ```
#[derive(Deref)]
pub struct Scoped<S, U>(#[deref(forward)] Rc<U>, PhantomData<S>);

impl<U> Clone for CurrentUser<U> {
    fn clone(&self) -> Self {
        Self(Rc::clone(&self.0))
    }
}

impl<U: 'static> CurrentUser<U> {
    /// Whoever has just proved who they are, for the page that is drawn with the answer to that.
    pub fn just_logged_in(user: U) -> Self {
        Self(Rc::new(user))
    }

    /// Whoever is logged in, for code that has the request and is not a handler.
    pub fn of(req: &HttpRequest) -> Option<Self> {
        match &*Caller::of(req)? {
            Caller::Session { user, .. } => Some(Self(Rc::clone(user))),
            Caller::Token { .. } | Caller::Anonymous { .. } => None,
        }
    }
}

/// Whoever calls with a token that holds `scope`, if one is asked for.
fn program<U: 'static>(req: &HttpRequest, scope: Option<&'static str>) -> Result<Rc<U>> {
    match Caller::of(req).as_deref() {
        Some(caller @ Caller::Token { user, .. }) => match scope {
            Some(scope) if !caller.holds(scope) => Err(Error::OutOfScope(scope)),
            _ => Ok(Rc::clone(user)),
        },
        _ => Err(Error::NotAuthenticated),
    }
}

impl<U: 'static> FromRequest for CurrentUser<U> {
    type Error = Error;
    type Future = Ready<Result<Self>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Self::of(req).ok_or(Error::NotAuthenticated))
    }
}

impl<U: 'static> FromRequest for OptionalUser<U> {
    type Error = Error;
    type Future = Ready<Result<Self>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(Self(CurrentUser::of(req))))
    }
}

impl<U: 'static> FromRequest for ApiUser<U> {
    type Error = Error;
    type Future = Ready<Result<Self>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(program(req, None).map(Self))
    }
}

impl<S: Scope, U: 'static> FromRequest for Scoped<S, U> {
    type Error = Error;
    type Future = Ready<Result<Self>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(program(req, Some(S::NAME)).map(|user| Self(user, PhantomData)))
    }
}
