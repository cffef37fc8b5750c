//! Flash messages: a sentence that travels through one redirect and is shown once.

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::LOCATION;
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{HttpMessage, HttpRequest, HttpResponse};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64;

use crate::cookie::{CookieKind, Presented};

/// Longer ones are not ours.
const MAX_BYTES: usize = 500;

/// A sentence for the next page.
#[derive(Clone, Debug)]
pub struct Flash {
    /// What kind of news it is.
    pub category: Category,
    /// The sentence.
    pub text: String,
}

/// What kind of news a [`Flash`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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
    const ALL: [Self; 4] = [Self::Success, Self::Notice, Self::Error, Self::Mailed];

    /// Its name in the style sheet.
    pub fn name(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::Notice => "notice",
            Self::Error => "error",
            Self::Mailed => "mailed",
        }
    }
}

impl Flash {
    /// Something was done as asked.
    pub fn success(text: impl Into<String>) -> Self {
        Self { category: Category::Success, text: text.into() }
    }

    /// Something to know.
    pub fn notice(text: impl Into<String>) -> Self {
        Self { category: Category::Notice, text: text.into() }
    }

    /// Something could not be done.
    pub fn error(text: impl Into<String>) -> Self {
        Self { category: Category::Error, text: text.into() }
    }

    /// A mail was sent.
    pub fn mailed(text: impl Into<String>) -> Self {
        Self { category: Category::Mailed, text: text.into() }
    }

    fn encode(&self) -> String {
        format!("{}.{}", self.category.name(), BASE64.encode(&self.text))
    }

    fn decode(value: &str) -> Option<Self> {
        let (category, text) = value.split_once('.').filter(|_| value.len() <= 2 * MAX_BYTES)?;
        let category = Category::ALL.into_iter().find(|known| known.name() == category)?;
        let text = String::from_utf8(BASE64.decode(text).ok()?).ok()?;
        Some(Self { category, text })
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
pub struct FlashCookie(pub CookieKind);

/// Left in the request when a page showed the message.
pub(super) struct Shown;

impl FlashCookie {
    /// The message that came with the request; it will not come again.
    pub fn take(&self, req: &HttpRequest) -> Option<Flash> {
        let Presented::One(value) = self.0.read(req) else { return None };
        req.extensions_mut().insert(Shown);
        Flash::decode(&value)
    }
}

/// The middleware that puts a response's message into the cookie, and ends a cookie whose message
/// was shown.
pub async fn carry(
    cookie: Data<FlashCookie>,
    req: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    let mut res = next.call(req).await?;
    let flash = res.response_mut().extensions_mut().remove::<Flash>();
    let shown = res.request().extensions().contains::<Shown>();
    if let Some(flash) = flash {
        res.response_mut().add_cookie(&cookie.0.with(flash.encode(), None))?;
    } else if shown {
        res.response_mut().add_cookie(&cookie.0.expired())?;
    }
    Ok(res)
}
