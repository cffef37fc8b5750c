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

impl Act {
    pub fn all() -> impl Iterator<Item = Self> {
        Self::VARIANTS.iter().copied()
    }

    /// Its name in a form.
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// What is told of it.
    pub fn event(self) -> Event {
        match self {
            Self::EndSessions => Event::SessionsEnded,
            Self::SendResetLink => Event::ResetLinkSent,
            Self::RemoveSecondFactor => Event::SecondFactorRemoved,
            Self::Promote => Event::AdministratorMade,
            Self::Demote => Event::AdministratorUnmade,
            Self::Disable => Event::AccountDisabled,
            Self::Enable => Event::AccountEnabled,
            Self::Delete => Event::AccountRemoved,
        }
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
                // Before the user: whoever sends a mail takes its row first, and then that of its user.
                mail::forget(conn, &address)?;
                User::delete(conn, id)?;
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
