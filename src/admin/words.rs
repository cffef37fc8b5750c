//! What is said of each thing that may be done with somebody's account.

use crate::people::Act;

pub(super) struct Words {
    /// On its button.
    pub label: &'static str,
    /// Beside it.
    pub purpose: &'static str,
    /// To whoever did it.
    pub done: &'static str,
}

pub(super) fn words(act: Act) -> Words {
    let (label, purpose, done) = match act {
        Act::EndSessions => (
            "Log them out",
            "Ends every session, every token and every program of theirs.",
            "They are logged out everywhere.",
        ),
        Act::SendResetLink => (
            "Send a link",
            "Mails them a link with which they choose a new password.",
            "The link to a new password is on its way.",
        ),
        Act::RemoveSecondFactor => (
            "Remove it",
            "Takes away a second factor that they have lost, and logs them out.",
            "They log in with the password alone.",
        ),
        Act::Promote => {
            ("Make an administrator", "Lets them do what you do.", "They are an administrator now.")
        }
        Act::Demote => (
            "Make an ordinary user",
            "Takes the administrators' pages from them.",
            "They are no administrator any more.",
        ),
        Act::Disable => (
            "Disable",
            "Logs them out, and lets them in no more. Nothing of theirs is deleted.",
            "They are logged out and can no longer log in.",
        ),
        Act::Enable => ("Enable", "Lets them in again.", "They can log in again."),
        Act::Delete => (
            "Delete…",
            "Deletes the account, and everything in it, for good.",
            "The account is deleted, and everything in it.",
        ),
    };
    Words { label, purpose, done }
}
