//! Why a one-time link opens nothing, in words.

use std::borrow::Cow;

use kit::clock::readable;

use crate::error::LinkEnding;

/// The title of the page, and the sentence on it.
pub fn words(ending: LinkEnding) -> (&'static str, Cow<'static, str>) {
    let title = match ending {
        LinkEnding::NoCookie | LinkEnding::Another | LinkEnding::OtherAccount => {
            "This link does not work here"
        }
        _ => "This link has ended",
    };
    let words = timeless(ending);
    let sentence = match ending {
        LinkEnding::Used { at, deed } => format!("{words}, on {}, {deed}.", readable(&at)).into(),
        LinkEnding::TooOld(until) | LinkEnding::SetUpTooOld(until) => {
            format!("It is too old: it worked until {}. {words}", readable(&until)).into()
        }
        _ => words.into(),
    };
    (title, sentence)
}

/// What is said whenever it was.
fn timeless(ending: LinkEnding) -> &'static str {
    match ending {
        LinkEnding::Used { .. } => "It was used already",
        LinkEnding::TooOld(_) => "Nothing was changed.",
        LinkEnding::SetUpTooOld(_) => "Start the program again: it prints a new one.",
        LinkEnding::Changed => {
            "Since it was sent, the account got another address or password, or was closed. That \
             ends such links, so this one changed nothing."
        }
        LinkEnding::Taken => "There is an account with its address by now. Nothing was changed.",
        LinkEnding::Unknown => {
            "It is not complete, or none of ours, or it ended more than a week ago, or the account \
             is gone that it was for. Nothing was changed."
        }
        LinkEnding::NoCookie => {
            "No such link was opened in this browser, or the browser kept no cookie of it. Open \
             the one in the mail once more. If that leads here again, allow cookies for this site."
        }
        LinkEnding::Another => {
            "This browser has opened another link since you saw the form, so nothing was changed. \
             Open the one that you mean once more."
        }
        LinkEnding::OtherAccount => {
            "It is for another account than the one that is logged in here, so nothing was \
             changed. Log out, then open it once more."
        }
        LinkEnding::NoFirstAccount => {
            "There is no account here yet, and the first one is made by whoever runs this site."
        }
        LinkEnding::SetUpEarlier => {
            "It is from an earlier start of the program, or none of its links. Open the one that \
             it printed last."
        }
        LinkEnding::SetUpDone => "The first account is made already.",
    }
}
