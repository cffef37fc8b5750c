//! The middleware that asks who is calling.

use std::any::type_name;
use std::future::{Ready, ready};

use actix_web::body::MessageBody;
use actix_web::dev::{Payload, Service, ServiceRequest, ServiceResponse, Transform};
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
    match logins.caller_of(req.request()).await {
        Ok(caller) => caller.replace(req.request()),
        Err(error) => return Ok(req.error_response(error).map_into_right_body()),
    }
    if logins.reads_header() && has_bearer(req.request()) {
        req.extensions_mut().insert(SpeaksByToken);
    }
    req.extensions_mut().insert(logins.clone());
    let mut res = next.call(req).await?;
    // A cookie that logs nobody in is ended, but not one that the handler has just set.
    let stale = matches!(
        Caller::<U>::of(res.request()).as_deref(),
        Some(Caller::Anonymous { stale: true })
    );
    if stale && !res.response().cookies().any(|cookie| cookie.name() == logins.cookie_name()) {
        logins.clear_cookie(res.response_mut())?;
    }
    Ok(res.map_into_left_body())
}

impl<U: 'static> Caller<U> {
    /// Who is calling, for guards, which cannot do without: an error that names what is missing. A valid
    /// cookie would otherwise be answered with 401, and nobody would know why.
    pub(crate) fn expect(req: &HttpRequest) -> Result<std::rc::Rc<Self>> {
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
