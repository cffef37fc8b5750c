//! The way to the log-in page, and back: where somebody wanted to go before they were asked who they
//! are.

use std::borrow::Cow;

use actix_web::body::MessageBody;
use actix_web::dev::{Service, ServiceRequest, ServiceResponse, Transform};
use actix_web::http::Method;
use actix_web::http::header::{LOCATION, SET_COOKIE};
use actix_web::middleware::{Next as Rest, from_fn};
use actix_web::{HttpRequest, HttpResponse};
use percent_encoding::percent_decode_str;
use serde::Deserialize;
use url::{Position, Url};

use crate::error::Error;
use crate::identify::speaks_by_token;

/// The longest address that is remembered over a log-in.
const MAX_BYTES: usize = 512;

/// The page that somebody wanted: `?next=…`, as it came from the address bar. [`safe`] is for using it.
///
/// ```
/// # use actix_login::next::{self, NextPage};
/// # use actix_web::web::{Query, Redirect};
/// async fn logged_in(Query(NextPage { next }): Query<NextPage>) -> Redirect {
///     Redirect::to(next::safe(&next).unwrap_or_else(|| "/".to_owned())).see_other()
/// }
/// # let _: actix_web::Route = actix_web::web::get().to(logged_in);
/// ```
#[derive(Deserialize)]
pub struct NextPage {
    /// Empty when there is none.
    #[serde(default)]
    pub next: String,
}

/// The address that was asked for: the path and the query.
pub fn here(req: &HttpRequest) -> &str {
    req.uri().path_and_query().map_or("/", |here| here.as_str())
}

/// The page, with where to go after it; without, if that is nowhere, or longer than [`safe`] takes.
///
/// ```
/// use actix_login::next::with_next;
/// assert_eq!(with_next("/login", "/notes?page=2"), "/login?next=%2Fnotes%3Fpage%3D2");
/// assert_eq!(with_next("/login?by=mail", "/notes"), "/login?by=mail&next=%2Fnotes");
/// ```
pub fn with_next(page: &str, next: &str) -> String {
    if next.is_empty() || next.len() > MAX_BYTES {
        return page.to_owned();
    }
    let next: String = url::form_urlencoded::byte_serialize(next.as_bytes()).collect();
    let mark = if page.contains('?') { '&' } else { '?' };
    format!("{page}{mark}next={next}")
}

/// `next` as a path of this site, or `None` for anything else. It comes from the address bar: an
/// attacker's link to our log-in page must not lead to the attacker's copy of it (open redirect).
///
/// ```
/// use actix_login::next::safe;
/// assert_eq!(safe("/notes?page=2").as_deref(), Some("/notes?page=2"));
/// for elsewhere in ["https://evil.example", "//evil.example", "/\\evil.example", ""] {
///     assert_eq!(safe(elsewhere), None);
/// }
/// ```
pub fn safe(next: &str) -> Option<String> {
    let url = path_here(next).filter(|_| next.len() <= MAX_BYTES)?;
    let path = &url[Position::BeforePath..Position::AfterQuery];
    // Some signs were encoded and are longer now: what is remembered is asked about again.
    (path.len() <= MAX_BYTES).then(|| path.to_owned())
}

/// A path that leads nowhere but here, whoever reads it; as an address of a host that is none.
fn path_here(text: &str) -> Option<Url> {
    // Browsers drop TAB and line breaks and read `\` as `/`, so "/\t/evil.example" is theirs.
    let plain = |text: &str| text.bytes().all(|b| (0x21..=0x7e).contains(&b) && b != b'\\');
    if !plain(text) || !text.starts_with('/') {
        return None;
    }
    let here = Url::parse("http://here.invalid").expect("a constant that parses");
    let url = here.join(text).ok()?;
    // Whoever decodes it once more must find no host and no control character in it either.
    let decoded = percent_decode_str(text).decode_utf8().ok()?;
    let path = percent_decode_str(url.path()).decode_utf8().ok()?;
    let is_safe = url.origin() == here.origin()
        && url.username().is_empty()
        && url.password().is_none()
        && !decoded.contains(char::is_control)
        && !path.contains("//")
        && !path.contains('\\');
    is_safe.then_some(url)
}

/// The middleware that sends whoever is not logged in to the log-in page, and tells that where they
/// wanted to go, as [`NextPage`]. A program that sent a token keeps its 401, and a form that was sent is not
/// sent again: after the log-in its sender chooses a page. Around the whole App it is for all routes,
/// around a scope for those; the inner one counts.
///
/// ```
/// # use actix_login::log_in_at;
/// # use actix_web::{App, web};
/// let app = App::new()
///     .service(web::scope("/office").wrap(log_in_at("/office/login")))
///     .wrap(log_in_at("/login"));
/// # let _ = app.app_data(());
/// ```
pub fn log_in_at<S, B, P>(
    page: P,
) -> impl Transform<
    S,
    ServiceRequest,
    Response = ServiceResponse<impl MessageBody + use<S, B, P>>,
    Error = actix_web::Error,
    InitError = (),
> + use<S, B, P>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = actix_web::Error> + 'static,
    B: MessageBody + 'static,
    P: Into<Cow<'static, str>> + 'static,
{
    let page = page.into();
    from_fn(move |req: ServiceRequest, next: Rest<B>| lead(page.clone(), req, next))
}

async fn lead<B: MessageBody + 'static>(
    page: Cow<'static, str>, req: ServiceRequest, next: Rest<B>,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    let res = next.call(req).await?;
    let error = res.response().error().and_then(actix_web::Error::as_error);
    if !matches!(error, Some(Error::NotAuthenticated)) || speaks_by_token(res.request()) {
        return Ok(res.map_into_left_body());
    }
    let is_page = matches!(*res.request().method(), Method::GET | Method::HEAD);
    let to = if is_page { with_next(&page, here(res.request())) } else { page.into_owned() };
    let mut answer = HttpResponse::SeeOther().insert_header((LOCATION, to)).finish();
    // A cookie that logs nobody in is ended on the way, too.
    for cookie in res.headers().get_all(SET_COOKIE) {
        answer.headers_mut().append(SET_COOKIE, cookie.clone());
    }
    Ok(res.into_response(answer.map_into_right_body()))
}
