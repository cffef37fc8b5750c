//! Somebody who is logged in, and what they do with their rights. A guard asked who is calling before
//! the handler ran, and whatever takes time (a password's hash, a queue) lies between that and the
//! transaction: a right that was ended meanwhile must not make anything that outlives it.

use std::collections::BTreeSet;

use derive_more::Deref;
use diesel::dsl::exists;
use diesel::prelude::*;
use kit::Time;
use kit::http::deadline;

use crate::db::{Connection, Db};
use crate::error::{Error, Result};
use crate::people::{Session, User};
use crate::schema::{api_tokens, refresh_tokens, sessions};

#[derive(Clone, Deref)]
pub struct Login {
    #[deref]
    pub user: User,
    /// The session of a person at a browser; a program with a token has none.
    pub session: Option<Session>,
    pub(super) right: Right,
}

/// By what somebody is here: the row that has to be there as long as they act.
#[derive(Clone, Debug)]
pub(super) enum Right {
    /// A session, with the secret that the request came with.
    Session {
        id: i64,
        token_hash: String,
    },
    /// Of refresh tokens, which end then.
    Family(String, Time),
    ApiToken(i64),
    /// None: they are named on a page, and act with the next request.
    Nothing,
}

impl Right {
    /// Of what has no time of its own, the row is asked for at each request.
    pub(super) fn is_in_time(&self, now: Time) -> bool {
        match self {
            Self::Family(_, until) => now < *until,
            _ => true,
        }
    }

    fn is_alive(&self, conn: &mut Connection) -> QueryResult<bool> {
        match self {
            Self::Session { id, token_hash } => {
                let own = sessions::table.find(*id).filter(sessions::token_hash.eq(token_hash));
                diesel::select(exists(own)).get_result(conn)
            }
            Self::Family(family, _) => {
                let rows = refresh_tokens::table.filter(refresh_tokens::family.eq(family));
                diesel::select(exists(rows)).get_result(conn)
            }
            Self::ApiToken(id) => {
                diesel::select(exists(api_tokens::table.find(*id))).get_result(conn)
            }
            Self::Nothing => Ok(false),
        }
    }
}

impl Login {
    /// By what they are here, in words for a [`kit::limit::Key`]: no others come by the same.
    pub(super) fn right_name(&self) -> String {
        format!("{:?}", self.right)
    }

    /// Somebody who has just proved who they are, for the page that is drawn with the answer to that.
    pub fn to_be_shown(user: User) -> Self {
        Self { user, session: None, right: Right::Nothing }
    }

    /// The way to write with somebody's rights: [`Db::write`], which begins by asking whether they
    /// are there still, and is [`Error::NotAuthenticated`] otherwise; [`kit::Error::BroughtBack`] for a
    /// form that only came back. Holds the user's row, which whoever ends rights takes first, too: they
    /// wait, or this does.
    pub async fn write<T, E, F>(&self, db: &Db, work: F) -> Result<T>
    where
        T: Send + 'static,
        E: Into<Error> + Send + 'static,
        F: FnOnce(&mut Connection) -> Result<T, E> + Send + 'static,
    {
        self.write_about(self.user.id, db, work).await
    }

    /// The same about somebody else's account, whose row is held, too. Of two who do something to each other, the
    /// second waits for the first, because both take the rows in one order.
    pub async fn write_about<T, E, F>(&self, user_id: i64, db: &Db, work: F) -> Result<T>
    where
        T: Send + 'static,
        E: Into<Error> + Send + 'static,
        F: FnOnce(&mut Connection) -> Result<T, E> + Send + 'static,
    {
        // What waited for a log-in may have been sent by somebody else, who sat here before.
        deadline::may_write()?;
        let (then, right) = (self.user.clone(), self.right.clone());
        db.write(move |conn| -> Result<T> {
            for id in BTreeSet::from([then.id, user_id]) {
                User::lock(conn, id)?;
            }
            require(conn, &then, &right)?;
            work(conn).map_err(Into::into)
        })
        .await
    }

    /// The same to read ([`Db::snapshot`]), for what nobody may take along whose session was ended.
    pub async fn read<T, F>(&self, db: &Db, work: F) -> Result<T>
    where
        T: Send + 'static,
        F: FnOnce(&mut Connection) -> Result<T> + Send + 'static,
    {
        let (then, right) = (self.user.clone(), self.right.clone());
        db.snapshot(move |conn| {
            require(conn, &then, &right)?;
            work(conn)
        })
        .await
    }
}

/// Whether what the guard let in may go on: the right is there, the user may log in, and who was let
/// in as an administrator is one.
fn require(conn: &mut Connection, then: &User, right: &Right) -> Result<()> {
    let may_go_on = User::by_id(conn, then.id)?
        .is_some_and(|now| now.may_log_in() && (now.is_admin || !then.is_admin));
    if may_go_on && right.is_alive(conn)? { Ok(()) } else { Err(Error::NotAuthenticated) }
}
