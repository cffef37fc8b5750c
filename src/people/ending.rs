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
    /// A second factor is added or removed.
    FactorsChanged,
    /// Another site opens the account from now on, or no more.
    IdentitiesChanged,
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

const COLUMNS: usize = 5;

/// What becomes of this session, the other sessions, the tokens of programs that know the password, the
/// tokens that people made for their programs, and all links: the columns of the table.
pub type Fates = [Fate; COLUMNS];

impl Ending {
    #[expect(clippy::match_same_arms, reason = "a row each")]
    pub const fn fates(self) -> Fates {
        use Fate::{Ends, OneEnds, Renewed, Stays};
        match self {
            Self::LoggedOut => [Ends, Stays, Stays, Stays, Stays],
            Self::SessionEnded => [Stays, OneEnds, Stays, Stays, Stays],
            Self::OthersEnded => [Stays, Ends, Ends, Stays, Stays],
            Self::PasswordChanged => [Renewed, Ends, Ends, Ends, Ends],
            Self::PasswordReset => [Ends; COLUMNS],
            Self::AddressProved => [Renewed, Ends, Ends, Ends, Ends],
            Self::AddressChanged => [Renewed, Ends, Ends, Stays, Ends],
            Self::PasswordConfirmed => [Renewed, Stays, Stays, Stays, Stays],
            Self::FactorsChanged => [Renewed, Ends, Ends, Stays, Stays],
            Self::IdentitiesChanged => [Renewed, Ends, Ends, Stays, Stays],
            Self::TokenEnded => [Stays, Stays, Stays, OneEnds, Stays],
            Self::OperatorEnded => [Ends, Ends, Ends, Ends, Stays],
            Self::RoleChanged => [Stays, Stays, Stays, Stays, Ends],
            Self::Disabled | Self::Deleted => [Ends; COLUMNS],
            Self::NameChanged => [Stays; COLUMNS],
        }
    }

    /// Ends what it ends of a user, in the transaction of what happens, but for the one of several that
    /// only its caller knows; `current` is the session in which it happens, if in any. Holds the user's row, so
    /// that nothing is added meanwhile.
    pub fn end(self, conn: &mut Connection, user_id: i64, current: Option<i64>) -> QueryResult<()> {
        let ends = self.fates().map(|fate| fate == Fate::Ends);
        let [this_session, other_sessions, programs, personal_tokens, links] = ends;
        User::lock(conn, user_id)?;
        let own = sessions::table.filter(sessions::user_id.eq(user_id));
        let here = current.unwrap_or_default();
        if this_session {
            diesel::delete(own.filter(sessions::id.eq(here))).execute(conn)?;
        }
        if other_sessions {
            diesel::delete(own.filter(sessions::id.ne(here))).execute(conn)?;
        }
        if programs {
            let own = refresh_tokens::table.filter(refresh_tokens::user_id.eq(user_id));
            diesel::delete(own).execute(conn)?;
        }
        if personal_tokens {
            diesel::delete(api_tokens::table.filter(api_tokens::user_id.eq(user_id)))
                .execute(conn)?;
        }
        if links {
            // Bound to nothing. Their rows stay, to say why they open nothing.
            let own = links::table.filter(links::user_id.eq(user_id));
            diesel::update(own).set(links::bound_to.eq(None::<String>)).execute(conn)?;
        }
        Ok(())
    }
}
