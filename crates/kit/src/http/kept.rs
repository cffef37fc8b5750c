//! What somebody typed while their session ended, or their log-in was no longer fresh. It is not
//! lost and not carried out: it travels, sealed, in the form that asks who they are, and is back in
//! its own form after that, to be looked over and sent again.
//!
//! It is kept in the page alone, or, while whoever logs in takes a second step, with that for a quarter of an hour: no
//! table holds for longer what nobody asked to be saved, it works without scripts, and closing the page ends it. Passwords
//! are never kept.

use actix_login::next::safe;
use actix_web::http::header;
use actix_web::web::Bytes;
use actix_web::{HttpMessage, HttpRequest};
use serde::{Deserialize, Serialize};

use crate::error::Result;
use crate::http::body::{Beginning, Received};
use crate::http::fields::{FORM_ID, Fields, is_form};
use crate::http::site::Site;

/// The hidden field with the seal, in the forms that ask who somebody is.
pub const SEAL: &str = "kept";

/// The hidden field of a form that is only brought back: nothing may be saved yet.
pub const BACK: &str = "brought_back";

/// How many fields somebody fills in, at most. Each comes back with some markup around it: without a limit, what
/// a stranger sends is answered with twenty times as much.
const TYPED_MAX: usize = 100;

/// Fields that people type a password into. `tests/web/kept.rs` walks the templates for others.
pub const PASSWORDS: [&str; 3] = ["password", "current", "otp"];

/// Fields that nobody typed. The same test walks the templates for others.
pub const HIDDEN: [&str; 6] = [FORM_ID, SEAL, BACK, "link", "next", "credential"];

/// What was typed into a form.
#[derive(Serialize, Deserialize)]
pub struct Kept {
    /// Where the form is sent.
    pub path: String,
    /// Whose session it was, as far as their cookie said.
    pub(crate) user: Option<String>,
    /// Names and values.
    pub fields: Vec<(String, String)>,
}

/// What somebody typed into a form that could not be carried out, to be shown to them once more. It holds what
/// the request held: nothing has to be sealed.
pub struct Unsent {
    /// The form.
    pub form: Kept,
    /// Whether all of it arrived.
    pub is_whole: bool,
}

impl Unsent {
    /// What the request carries; `None` when nobody typed anything.
    pub fn of(req: &HttpRequest) -> Option<Self> {
        Arrived::of(req, &[])?.unsent()
    }
}

/// A form as it arrived, not read yet: most are carried out, and nobody asks.
pub(crate) struct Arrived {
    path: String,
    body: Bytes,
    is_whole: bool,
}

impl Arrived {
    /// What the request carries, or `so_far`, if that is all that arrived.
    pub(crate) fn of(req: &HttpRequest, so_far: &[u8]) -> Option<Self> {
        let path = req.uri().path_and_query().filter(|_| is_form(req))?;
        // The pages of a form need not be pages to be led to.
        let path = safe(path.as_str())?;
        let extensions = req.extensions();
        if let Some(Received(body)) = extensions.get() {
            return Some(Self { path, body: body.clone(), is_whole: true });
        }
        let body = extensions.get::<Beginning>().map(|beginning| beginning.0.clone());
        let body = body.unwrap_or_else(|| Bytes::copy_from_slice(so_far));
        Some(Self { path, body, is_whole: false })
    }

    pub(crate) fn unsent(self) -> Option<Unsent> {
        let Self { path, body, is_whole } = self;
        let fields = if is_whole { Fields::read(&body).ok()? } else { Fields::beginning(&body) };
        let form = Kept { path, user: None, fields: to_be_kept(&fields) };
        let is_typed =
            (1..=TYPED_MAX).contains(&form.fields.len()) && form.typed().next().is_some();
        is_typed.then_some(Unsent { form, is_whole })
    }
}

/// What a request holds that somebody typed.
pub enum Typed {
    /// Nothing.
    Nothing,
    /// This, sealed.
    Kept(String),
    /// Something that cannot be kept: a file, or too much.
    Lost,
}

impl Kept {
    /// What a person knows to have typed.
    pub fn typed(&self) -> impl Iterator<Item = &(String, String)> {
        self.fields.iter().filter(|(name, value)| is_typed(name, value))
    }

    /// What was sealed for this user, unless it was changed, is too old, or is somebody else's.
    pub fn open(req: &HttpRequest, seal: &str, user: &str) -> Option<Self> {
        let site = Site::of(req);
        let kept = site.0.seals.open(seal, user)?;
        site.safe_next(&kept.path).is_some().then_some(kept)
    }
}

/// Whether a form was only brought back.
pub fn is_back(fields: &Fields) -> bool {
    fields.get(BACK).is_some()
}

/// The same for what a request carries.
pub fn brings_back(req: &impl HttpMessage) -> bool {
    Fields::of(req).is_some_and(|fields| is_back(&fields))
}

/// What somebody typed into the form that the request carries, sealed for `user`: whose session it was.
pub fn typed(req: &HttpRequest, user: Option<String>) -> Result<Typed> {
    let Some(sent) = Fields::of(req) else {
        let is_empty = req.content_type().is_empty();
        return Ok(if is_empty { Typed::Nothing } else { Typed::Lost });
    };
    // The session ended while the password was asked for: it is carried on to the next door.
    if let Some(seal) = sent.get(SEAL).filter(|seal| !seal.is_empty()) {
        return Ok(Typed::Kept(seal.to_owned()));
    }
    if !sent.iter().any(|(name, value)| is_typed(name, value)) {
        return Ok(Typed::Nothing);
    }
    let site = Site::of(req);
    let path = req.uri().path_and_query().and_then(|path| site.safe_next(path.as_str()));
    let Some(path) = path else { return Ok(Typed::Lost) };
    let kept = Kept { path, user, fields: to_be_kept(&sent) };
    Ok(site.0.seals.seal(kept)?.map_or(Typed::Lost, Typed::Kept))
}

/// All but passwords, and what belongs to this one time.
fn to_be_kept(sent: &Fields) -> Vec<(String, String)> {
    let is_kept =
        |(name, _): &(&str, &str)| !is_secret(name) && ![FORM_ID, SEAL, BACK].contains(name);
    sent.iter().filter(is_kept).map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

/// Where a form leads: by itself, or to the page that it was on, since the address that it is sent to
/// may have none.
pub fn leads_to(req: &HttpRequest) -> Option<String> {
    let site = Site::of(req);
    let own = || site.safe_next(Fields::of(req)?.get("next")?);
    let page = || {
        let referer = req.headers().get(header::REFERER)?.to_str().ok()?;
        site.safe_next(url::Url::parse(referer).ok()?.path())
    };
    own().or_else(page)
}

fn is_typed(name: &str, value: &str) -> bool {
    !value.is_empty() && !HIDDEN.contains(&name) && !is_secret(name)
}

/// Better one too many than one too few.
fn is_secret(name: &str) -> bool {
    PASSWORDS.contains(&name) || name.contains("password") || name.contains("secret")
}
