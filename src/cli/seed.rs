//! `seed`: somebody to log in as, with something to look at.

use actix_login::random_token;
use kit::Network;
use kit::cli::{Failure, say};
use kit::config::Environment;

use crate::app::App;
use crate::config::{APP_NAME, Config};
use crate::db::Connection;
use crate::error::Result;
use crate::feature::{Features, Samples};
use crate::people::{Email, Name, NewUser, User};

const ADDRESS: &str = "demo@example.com";

/// In production, an account of a known name would be one to be tried.
pub(super) fn require_development(config: &Config) -> Result<(), Failure> {
    match config.environment {
        Environment::Development => Ok(()),
        Environment::Production => {
            Err("APP_ENV=production: `seed` is for development alone.".into())
        }
    }
}

pub(super) async fn sow(app: &App) -> Result<(), Failure> {
    let (state, accounts) = (app.state(), app.state().accounts());
    // Not one that is written here: a copy of this database may be where others reach it.
    let password: String = random_token().chars().take(20).collect();
    let new = NewUser {
        email: Email::parse(ADDRESS)?,
        name: Name::parse("Demo")?,
        password_hash: accounts.passwords().hash(Network::Operator, password.clone()).await?,
        is_admin: false,
        created_at: accounts.now(),
        is_verified: true,
    };
    let features = *state.features();
    let Some((user, rows)) = state.db().write(move |conn| make(conn, new, features)).await? else {
        return say(format!(
            "{ADDRESS} is there already, and stays as it is. For another password: `{APP_NAME} user password \
             {ADDRESS}`."
        ));
    };
    let role = if user.is_admin { ", who is the administrator," } else { "" };
    say(format!(
        "{ADDRESS}{role} has {rows} rows to look at. Log in at {}/login with this password:\n\n    {password}",
        state.config().origin()
    ))
}

/// Makes all of it, or nothing; `None` if the user is there.
fn make(conn: &mut Connection, new: NewUser, features: Features) -> Result<Option<(User, usize)>> {
    // The first one runs the place, as by the set-up link: there is none any more afterwards.
    let new = NewUser { is_admin: !User::any_exists(conn)?, ..new };
    let Some(user) = User::create(conn, &new)? else { return Ok(None) };
    let (mut left, mut rows): (Vec<Samples>, _) = (features.samples().collect(), 0);
    loop {
        // Rows that name others are made once those are there.
        let (before, mut waiting) = (rows, Vec::new());
        for samples in left {
            match samples(conn, user.id)? {
                0 => waiting.push(samples),
                made => rows += made,
            }
        }
        left = waiting;
        if left.is_empty() || rows == before {
            return Ok(Some((user, rows)));
        }
    }
}
