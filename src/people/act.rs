//! What whoever runs the place does with somebody's account, at the command line or on the administrators' pages:
//! each with what ends by it, and with the mail that tells them.

use kit::Time;
use strum::{EnumString, IntoStaticStr, VariantArray};

use crate::db::Connection;
use crate::error::Result;
use crate::mail::{self, Notice, Request};
use crate::people::{Ending, Event, User, factors};

#[derive(Clone, Copy, Debug, EnumString, IntoStaticStr, PartialEq, Eq, VariantArray)]
#[strum(serialize_all = "kebab-case")]
pub enum Act {
    EndSessions,
    SendResetLink,
    RemoveSecondFactor,
    Promote,
    Demote,
    Disable,
    Enable,
    Delete,
}

/// What is said of an act.
pub struct About {
    /// On its button.
    pub label: &'static str,
    /// Beside it: what it is good for.
    pub purpose: &'static str,
    /// To who did it.
    pub done: &'static str,
    pub event: Event,
}

impl Act {
    pub fn all() -> impl Iterator<Item = Self> {
        Self::VARIANTS.iter().copied()
    }

    /// Its name in a form.
    pub fn name(self) -> &'static str {
        self.into()
    }

    pub const fn about(self) -> About {
        let (label, purpose, done, event) = match self {
            Self::EndSessions => (
                "Log them out",
                "Ends every session, every token and every program of theirs.",
                "They are logged out everywhere.",
                Event::SessionsEnded,
            ),
            Self::SendResetLink => (
                "Send a link",
                "Mails them a link with which they choose a new password.",
                "The link to a new password is on its way.",
                Event::ResetLinkSent,
            ),
            Self::RemoveSecondFactor => (
                "Remove it",
                "Takes away a second factor that they have lost, and logs them out.",
                "They log in with the password alone.",
                Event::SecondFactorRemoved,
            ),
            Self::Promote => (
                "Make an administrator",
                "Lets them do what you do.",
                "They are an administrator now.",
                Event::AdministratorMade,
            ),
            Self::Demote => (
                "Make an ordinary user",
                "Takes the administrators' pages from them.",
                "They are no administrator any more.",
                Event::AdministratorUnmade,
            ),
            Self::Disable => (
                "Disable",
                "Logs them out, and lets them in no more. Nothing of theirs is deleted.",
                "They are logged out and can no longer log in.",
                Event::AccountDisabled,
            ),
            Self::Enable => {
                ("Enable", "Lets them in again.", "They can log in again.", Event::AccountEnabled)
            }
            Self::Delete => (
                "Delete…",
                "Deletes the account, and everything in it, for good.",
                "The account is deleted, and everything in it.",
                Event::AccountRemoved,
            ),
        };
        About { label, purpose, done, event }
    }

    /// Whether it would change anything about them.
    pub fn is_for(self, user: &User) -> bool {
        match self {
            Self::EndSessions | Self::Delete => true,
            Self::SendResetLink | Self::Disable => user.may_log_in(),
            Self::Enable => !user.may_log_in(),
            Self::RemoveSecondFactor => user.second_factor_at.is_some(),
            Self::Promote => !user.is_admin,
            Self::Demote => user.is_admin,
        }
    }

    /// Does it to somebody, as they are now; `false` when there is nothing to do.
    pub fn carry_out(self, conn: &mut Connection, user: &User, now: Time) -> Result<bool> {
        if !self.is_for(user) {
            return Ok(false);
        }
        let (id, address) = (user.id, user.address());
        let (ending, sentence) = match self {
            Self::EndSessions => (Some(Ending::OperatorEnded), "It was logged out everywhere."),
            Self::Promote => {
                User::set_admin(conn, id, true)?;
                (Some(Ending::RoleChanged), "It is an administrator's now.")
            }
            Self::Demote => {
                User::set_admin(conn, id, false)?;
                (Some(Ending::RoleChanged), "It is no administrator's any more.")
            }
            Self::Disable => {
                User::set_disabled(conn, id, Some(now))?;
                (Some(Ending::Disabled), "It is disabled: nobody can log in with it.")
            }
            Self::Enable => {
                User::set_disabled(conn, id, None)?;
                (None, "It is enabled: you can log in again.")
            }
            // These have a mail of their own.
            Self::SendResetLink => {
                Request::Reset.post_or_refuse(conn, &address, now)?;
                return Ok(true);
            }
            Self::RemoveSecondFactor => {
                factors::turn_off(conn, user, None, now)?;
                return Ok(true);
            }
            Self::Delete => {
                User::delete(conn, id)?;
                mail::forget(conn, &address)?;
                Notice::AccountDeleted.post(conn, &address, now)?;
                return Ok(true);
            }
        };
        if let Some(ending) = ending {
            ending.end(conn, id, None)?;
        }
        Notice::AccessChanged { sentence: sentence.to_owned() }.post(conn, &address, now)?;
        Ok(true)
    }
}
