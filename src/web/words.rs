//! What those read who may not do what they asked for: the one place to translate.

use std::borrow::Cow;

use actix_web::HttpRequest;
use strum::IntoStaticStr;

/// The sentence for a request, in the language of whoever sent it.
pub type Words = fn(&HttpRequest, Wanted) -> Cow<'static, str>;

/// What is wanted of somebody first: by a page, by a form to be sent again, by a script in a page.
#[derive(Clone, Copy, Debug, IntoStaticStr, PartialEq, Eq)]
pub enum Wanted {
    #[strum(serialize = "Please log in to see this page.")]
    LogIn,
    #[strum(serialize = "Nothing was changed yet: please log in, then send it again.")]
    LogInAndSend,
    #[strum(serialize = "Please log in, then do it again.")]
    LogInAndRepeat,
    #[strum(
        serialize = "Nothing was changed yet: please confirm your password, then send it again."
    )]
    PasswordAndSend,
    #[strum(serialize = "Please confirm your password, then do it again.")]
    PasswordAndRepeat,
    #[strum(serialize = "Please confirm your e-mail address first.")]
    VerifiedAddress,
    #[strum(serialize = "Your account needs a second factor first.")]
    SecondFactor,
    #[strum(serialize = "Nothing was saved, and what you sent is too much to be kept meanwhile.")]
    SmallerForm,
}

impl Wanted {
    /// Whether whoever did it comes back to what they wanted.
    pub fn leads_back(self) -> bool {
        !matches!(self, Self::VerifiedAddress | Self::SecondFactor)
    }
}

/// As they stand above. A site in other languages has a function of its own, in `app.rs`.
pub fn in_english(_: &HttpRequest, wanted: Wanted) -> Cow<'static, str> {
    Cow::Borrowed(wanted.into())
}
