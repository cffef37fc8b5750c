//! What those read who may not do what they asked for: the one place to translate.

use std::borrow::Cow;

use actix_web::HttpRequest;

/// The sentence for a request, in the language of whoever sent it.
pub type Words = fn(&HttpRequest, Wanted) -> Cow<'static, str>;

/// What is wanted of somebody before they get what they asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    LogIn,
    /// A form was sent, and has to be sent again afterwards.
    LogInAndSend,
    PasswordAndSend,
    /// The same, for a script in a page.
    LogInAndRepeat,
    PasswordAndRepeat,
    VerifiedAddress,
    /// Too much was sent to be kept meanwhile.
    SmallerForm,
}

/// A site in other languages has a function of its own, in `app.rs`.
pub fn in_english(_: &HttpRequest, wanted: Wanted) -> Cow<'static, str> {
    Cow::Borrowed(match wanted {
        Wanted::LogIn => "Please log in to see this page.",
        Wanted::LogInAndSend => "Nothing was changed yet: please log in, then send it again.",
        Wanted::PasswordAndSend => {
            "Nothing was changed yet: please confirm your password, then send it again."
        }
        Wanted::LogInAndRepeat => "Please log in, then do it again.",
        Wanted::PasswordAndRepeat => "Please confirm your password, then do it again.",
        Wanted::VerifiedAddress => "Please confirm your e-mail address first.",
        Wanted::SmallerForm => {
            "Nothing was saved, and what you sent is too much to be kept meanwhile."
        }
    })
}
