//! Flash messages: a sentence that travels through one redirect and is shown once.

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::LOCATION;
use actix_web::middleware::Next;
use actix_web::{HttpMessage, HttpRequest, HttpResponse};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64;
use strum::{EnumString, IntoStaticStr};

use actix_login::{CookieKind, Presented};

use crate::http::site::Site;

/// Longer ones are not ours.
const MAX_BYTES: usize = 500;

/// A sentence for the next page.
#[derive(Clone, Debug)]
pub struct Flash {
    /// What kind of news it is.
    pub category: Category,
    /// The sentence.
    pub text: String,
    /// What a form there begins with: an address, where one is to log in with it.
    pub typed: String,
}

/// What kind of news a [`Flash`] is.
#[derive(Clone, Copy, Debug, EnumString, IntoStaticStr, PartialEq, Eq)]
#[strum(serialize_all = "snake_case")]
pub enum Category {
    /// Something was done as asked.
    Success,
    /// Something to know.
    Notice,
    /// Something could not be done.
    Error,
    /// A mail was sent.
    Mailed,
}

impl Category {
    /// Its name in the style sheet.
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// How it is told to who does not see it: an error at once, all else when there is a pause.
    pub fn role(self) -> &'static str {
        if self == Self::Error { "alert" } else { "status" }
    }
}

impl Flash {
    fn new(category: Category, text: impl Into<String>) -> Self {
        Self { category, text: text.into(), typed: String::new() }
    }

    /// The same, and a form there begins with `typed`. (In an address it would stay in histories and logs.)
    #[must_use]
    pub fn with_typed(self, typed: impl Into<String>) -> Self {
        Self { typed: typed.into(), ..self }
    }

    /// Something was done as asked.
    pub fn success(text: impl Into<String>) -> Self {
        Self::new(Category::Success, text)
    }

    /// Something to know.
    pub fn notice(text: impl Into<String>) -> Self {
        Self::new(Category::Notice, text)
    }

    /// Something could not be done.
    pub fn error(text: impl Into<String>) -> Self {
        Self::new(Category::Error, text)
    }

    /// A mail was sent.
    pub fn mailed(text: impl Into<String>) -> Self {
        Self::new(Category::Mailed, text)
    }

    fn encode(&self) -> String {
        let [text, typed] = [&self.text, &self.typed].map(|text| BASE64.encode(text));
        format!("{}.{text}.{typed}", self.category.name())
    }

    fn decode(value: &str) -> Option<Self> {
        let (category, texts) = value.split_once('.').filter(|_| value.len() <= 2 * MAX_BYTES)?;
        let category = category.parse().ok()?;
        let (text, typed) = texts.split_once('.').unwrap_or((texts, ""));
        let read = |text| String::from_utf8(BASE64.decode(text).ok()?).ok();
        Some(Self { category, text: read(text)?, typed: read(typed)? })
    }
}

/// The answer to a form that was accepted: go to `to` by GET, and say `flash` there.
pub fn redirect(to: &str, flash: impl Into<Option<Flash>>) -> HttpResponse {
    let mut response = HttpResponse::SeeOther().insert_header((LOCATION, to)).finish();
    if let Some(flash) = flash.into() {
        response.extensions_mut().insert(flash);
    }
    response
}

/// The cookie that carries the message.
pub(crate) struct FlashCookie(pub(crate) CookieKind);

/// Left in the request when a page showed the message.
struct Shown;

/// The message that came with the request; it will not come again.
pub fn take(req: &HttpRequest) -> Option<Flash> {
    let Presented::One(value) = Site::of(req).0.flash.0.read(req) else { return None };
    req.extensions_mut().insert(Shown);
    Flash::decode(&value)
}

/// Leaves the message for the next page: the one that would have shown it is not drawn.
pub fn put_back(req: &HttpRequest) {
    req.extensions_mut().remove::<Shown>();
}

/// The middleware that puts a response's message into the cookie, and ends a cookie whose message
/// was shown.
pub async fn carry(
    req: ServiceRequest, next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    let mut res = next.call(req).await?;
    let cookie = Site::of(res.request()).0.flash.0.clone();
    let flash = res.response_mut().extensions_mut().remove::<Flash>();
    let shown = res.request().extensions().contains::<Shown>();
    if let Some(flash) = flash {
        res.response_mut().add_cookie(&cookie.with(flash.encode(), None))?;
    } else if shown {
        res.response_mut().add_cookie(&cookie.expired())?;
    }
    Ok(res)
}
