//! The middleware that asks who is calling.

use std::any::type_name;
use std::future::{Ready, ready};

use actix_web::body::MessageBody;
use actix_web::dev::{Payload, Service, ServiceRequest, ServiceResponse, Transform};
use actix_web::http::header::{CACHE_CONTROL, HeaderMap, HeaderValue, SET_COOKIE};
use actix_web::middleware::{Next, from_fn};
use actix_web::{FromRequest, HttpMessage as _, HttpRequest};

use crate::caller::{Caller, has_bearer};
use crate::error::{Error, Result};
use crate::manager::LoginManager;

impl<U: 'static> LoginManager<U> {
    /// The middleware that asks once for each request who is calling. Guards only read its answer:
    /// a handler's arguments are made at the same time, and each would ask on its own. Inside of it, the
    /// manager is an argument of handlers, too. Wrap the App in it, or the scopes that need it.
    ///
    /// ```
    /// # use std::future::ready;
    /// # use actix_login::{CurrentUser, LoginManager, SigningKey};
    /// # use actix_web::{App, web};
    /// # let keys = vec![SigningKey::random()];
    /// # let manager = LoginManager::builder(keys).user_loader(|claims| ready(Ok(Some(claims.sub)))).build()?;
    /// let app = App::new()
    ///     .route("/", web::get().to(|name: CurrentUser<String>| async move { name.to_string() }))
    ///     .wrap(manager.middleware());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn middleware<S, B>(
        &self,
    ) -> impl Transform<
        S,
        ServiceRequest,
        Response = ServiceResponse<impl MessageBody + use<S, B, U>>,
        Error = actix_web::Error,
        InitError = (),
    > + use<S, B, U>
    where
        S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = actix_web::Error>
            + 'static,
        B: MessageBody + 'static,
    {
        let logins = self.clone();
        from_fn(move |req: ServiceRequest, next: Next<B>| identify(logins.clone(), req, next))
    }
}

/// Left in a request whose token was looked at, whatever became of it.
struct SpeaksByToken;

/// Whether the request is a program's, which reads no log-in page.
pub(crate) fn speaks_by_token(req: &HttpRequest) -> bool {
    req.extensions().contains::<SpeaksByToken>()
}

async fn identify<U: 'static, B: MessageBody + 'static>(
    logins: LoginManager<U>, req: ServiceRequest, next: Next<B>,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    // Around a scope inside of a wrapped App, it was asked already.
    if req.extensions().get::<LoginManager<U>>().is_some_and(|asked| asked.is(&logins)) {
        return Ok(next.call(req).await?.map_into_left_body());
    }
    let caller = match logins.caller_of(req.request()).await {
        Ok(caller) => caller,
        Err(error) => return Ok(req.error_response(error).map_into_right_body()),
    };
    let was_stale = matches!(*caller, Caller::Anonymous { stale: true });
    caller.replace(req.request());
    if logins.reads_header() && has_bearer(req.request()) {
        req.extensions_mut().insert(SpeaksByToken);
    }
    req.extensions_mut().insert(logins.clone());
    let mut res = next.call(req).await?;
    if is_stale(&logins, res.request(), was_stale) && may_end_cookie(&logins, res.headers()) {
        logins.clear_cookie(res.response_mut())?;
    }
    Ok(res.map_into_left_body())
}

/// Whether the cookie logs nobody in. Some middleware may know better by now; another manager around an
/// inner scope speaks of its own cookie.
fn is_stale<U: 'static>(logins: &LoginManager<U>, req: &HttpRequest, was_stale: bool) -> bool {
    let is_ours = req.extensions().get::<LoginManager<U>>().is_some_and(|last| last.is(logins));
    match Caller::<U>::of(req).as_deref() {
        Some(caller) if is_ours => matches!(caller, Caller::Anonymous { stale: true }),
        _ => was_stale,
    }
}

/// Not one that the handler has just set, and not with an answer that a cache gives to others.
fn may_end_cookie<U: 'static>(logins: &LoginManager<U>, headers: &HeaderMap) -> bool {
    let name = format!("{}=", logins.cookie_name());
    // As octets: one odd value must not hide the rest.
    let is_set =
        headers.get_all(SET_COOKIE).any(|cookie| cookie.as_bytes().starts_with(name.as_bytes()));
    let is_public = |value: &HeaderValue| {
        String::from_utf8_lossy(value.as_bytes()).to_ascii_lowercase().contains("public")
    };
    !is_set && !headers.get_all(CACHE_CONTROL).any(is_public)
}

impl<U: 'static> Caller<U> {
    /// Who is calling, for guards, which cannot do without: an error that names what is missing. A valid
    /// cookie would otherwise be answered with 401, and nobody would know why.
    pub(crate) fn expect(req: &HttpRequest) -> Result<std::sync::Arc<Self>> {
        Self::of(req).ok_or_else(not_asked::<U>)
    }
}

/// As an argument of handlers: the one whose middleware is around them.
impl<U: 'static> FromRequest for LoginManager<U> {
    type Error = Error;
    type Future = Ready<Result<Self>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(req.extensions().get::<Self>().cloned().ok_or_else(not_asked::<U>))
    }
}

fn not_asked<U>() -> Error {
    let user = type_name::<U>();
    Error::misuse(format!(
        "nobody asked who is calling as a `{user}`: wrap the App in `.wrap(manager.middleware())`, with \
         a LoginManager<{user}>, or ask for guards of that manager's type"
    ))
}
