//! What ends what: the table in `docs/security.md`, as code.

use diesel::prelude::*;
use strum::VariantArray;

use crate::db::Connection;
use crate::people::User;
use crate::schema::{api_tokens, links, refresh_tokens, sessions};

/// Something that happens to a user's log-ins: the rows of the table, in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, VariantArray)]
pub enum Ending {
    LoggedOut,
    SessionEnded,
    OthersEnded,
    /// The password is changed, by who knows it.
    PasswordChanged,
    /// The password is reset, by who reads the mail.
    PasswordReset,
    /// The address is proved for the first time.
    AddressProved,
    AddressChanged,
    /// The password is confirmed (`/sudo`).
    PasswordConfirmed,
    /// A personal API token is ended.
    TokenEnded,
    OperatorEnded,
    RoleChanged,
    Disabled,
    Deleted,
    NameChanged,
}

/// What becomes of one column of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    Stays,
    /// It goes on with a new secret: whoever had the old cookie is out ([`super::Sessions::renew`]).
    Renewed,
    /// Of several, the one that it is about ends, where it is known.
    OneEnds,
    /// It is dead at the next request; of several, all.
    Ends,
}

/// What becomes of all of them: the columns of the table. All links share one.
#[derive(Clone, Copy, Debug)]
pub struct Fates {
    pub this_session: Fate,
    pub other_sessions: Fate,
    /// The tokens of programs that know the password.
    pub refresh_tokens: Fate,
    /// The tokens that people made for their programs.
    pub personal_tokens: Fate,
    /// The links to a new password, to prove an address, and to change it.
    pub links: Fate,
}

impl Ending {
    /// What it ends.
    pub const fn fates(self) -> Fates {
        use Fate::{Ends, OneEnds, Renewed, Stays};
        let [this_session, other_sessions, refresh_tokens, personal_tokens, links] = match self {
            Self::LoggedOut => [Ends, Stays, Stays, Stays, Stays],
            Self::SessionEnded => [Stays, OneEnds, Stays, Stays, Stays],
            Self::OthersEnded => [Stays, Ends, Ends, Stays, Stays],
            Self::PasswordChanged | Self::AddressProved => [Renewed, Ends, Ends, Ends, Ends],
            Self::AddressChanged => [Renewed, Ends, Ends, Stays, Ends],
            Self::PasswordConfirmed => [Renewed, Stays, Stays, Stays, Stays],
            Self::TokenEnded => [Stays, Stays, Stays, OneEnds, Stays],
            Self::OperatorEnded => [Ends, Ends, Ends, Ends, Stays],
            Self::RoleChanged => [Stays, Stays, Stays, Stays, Ends],
            Self::PasswordReset | Self::Disabled | Self::Deleted => [Ends; 5],
            Self::NameChanged => [Stays; 5],
        };
        Fates { this_session, other_sessions, refresh_tokens, personal_tokens, links }
    }

    /// Ends what it ends of a user, in the transaction of what happens; `current` is the session in
    /// which it happens, if in any. Holds the user's row, so that nothing is added meanwhile.
    pub fn end(self, conn: &mut Connection, user_id: i64, current: Option<i64>) -> QueryResult<()> {
        let fates = self.fates();
        User::lock(conn, user_id)?;
        let (here, own) =
            (current.unwrap_or_default(), sessions::table.filter(sessions::user_id.eq(user_id)));
        if fates.this_session == Fate::Ends {
            diesel::delete(own.filter(sessions::id.eq(here))).execute(conn)?;
        }
        if fates.other_sessions == Fate::Ends {
            diesel::delete(own.filter(sessions::id.ne(here))).execute(conn)?;
        }
        if fates.refresh_tokens == Fate::Ends {
            let own = refresh_tokens::table.filter(refresh_tokens::user_id.eq(user_id));
            diesel::delete(own).execute(conn)?;
        }
        if fates.personal_tokens == Fate::Ends {
            let own = api_tokens::table.filter(api_tokens::user_id.eq(user_id));
            diesel::delete(own).execute(conn)?;
        }
        if fates.links == Fate::Ends {
            // Bound to nothing. Their rows stay, to say why they open nothing.
            let own = links::table.filter(links::user_id.eq(user_id));
            diesel::update(own).set(links::bound_to.eq(None::<String>)).execute(conn)?;
        }
        Ok(())
    }
}
