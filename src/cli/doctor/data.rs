//! The database, its tables, and its clock.

use std::fs;
use std::path::Path;
use std::time::Instant;

use database::Migrations;
use diesel::RunQueryDsl as _;
use diesel::dsl::sql;
use diesel::sql_types::{Integer, Timestamp};
use kit::config::Environment;
use kit::doctor::Finding::{self, Fine, Problem, Warning};
use kit::vault::Vault;
use kit::{Clock, Time, clock, key_file};
use time::format_description::BorrowedFormatItem;
use time::macros::format_description;
use time::{Date, Duration, OffsetDateTime};

use crate::config::{APP_NAME, Config};
use crate::db::{self, Connection, Db};
use crate::people::factors::authenticator::{Authenticator, PURPOSE};

/// How a migration's version begins.
const DAY: &[BorrowedFormatItem<'_>] = format_description!("[year][month][day]");

/// How far ahead a migration may be dated, to come after others.
const MADE_AHEAD: Duration = Duration::days(7);

/// The migrations, or why nobody knows.
pub(super) type Found = Result<Migrations, String>;

/// The database; none where a file is still to be made, which a look at it must not do.
pub(super) fn open(config: &Config) -> Result<Option<Db>, String> {
    let url = config.database_url.expose();
    if !cfg!(feature = "postgres") && !Path::new(url).exists() {
        return Ok(None);
    }
    db::connect(url, config.database_connections).map(Some)
}

pub(super) fn not_there(config: &Config) -> Finding {
    let file = config.database_url.expose();
    match config.environment {
        Environment::Development => Fine(format!("The first start makes the file {file}.")),
        Environment::Production => Problem(format!(
            "There is no file {file}: run `{APP_NAME} migrate`, or correct DATABASE_URL."
        )),
    }
}

pub(super) async fn answer(db: &Db) -> Finding {
    let asked = Instant::now();
    match db.run(|conn| diesel::select(sql::<Integer>("1")).execute(conn)).await {
        Ok(_) => Fine(format!("It answers, in {} ms.", asked.elapsed().as_millis())),
        Err(error) => Problem(format!("It does not answer: {error}. Check DATABASE_URL.")),
    }
}

pub(super) fn migrations(found: &Found, environment: Environment) -> Finding {
    let Migrations { known, missing, unknown } = match found {
        Ok(found) => found,
        Err(sentence) => return Problem(sentence.clone()),
    };
    let (lacking, newer) = (missing.len(), unknown.len());
    match (lacking, newer, environment) {
        (0, 0, _) => Fine(format!("All {} were run.", known.len())),
        (_, 0, Environment::Development) => Fine(format!("{lacking} are run at the next start.")),
        (_, 0, Environment::Production) => {
            Problem(format!("{lacking} are missing: run `{APP_NAME} migrate`."))
        }
        (0, _, Environment::Production) => Warning(format!(
            "{newer} are from a newer version of this program, which should be the one that runs."
        )),
        _ => Problem(format!(
            "{newer} are from a newer version of this program: start that one, or restore a backup."
        )),
    }
}

/// Whether the secrets of second factors can be read, if there are any, and by the newest key.
pub(super) async fn second_factors(db: &Db, config: &Config) -> Option<Finding> {
    let keys = match &config.secret_key_file {
        Some(file) if config.secret_keys.is_empty() => key_file::read(file).ok()?,
        _ => config.secret_keys.clone(),
    };
    let vault = Vault::new(&keys, PURPOSE);
    let count = move |conn: &mut Connection| Authenticator::closed_by_others(conn, &vault);
    match db.run(count).await.ok()? {
        (0, 0) => None,
        (old, 0) => Some(Warning(format!(
            "{old} were closed by an older SECRET_KEY: leave it in until their owners have logged in once more."
        ))),
        (_, lost) => Some(Problem(format!(
            "{lost} were closed by a SECRET_KEY that is gone: put it behind the new one, or run `{APP_NAME} user \
             remove-second-factor` for who asks."
        ))),
    }
}

/// Log-ins and tokens live by this machine's clock. Others know the time, too: the server of the database, a
/// file that was written, and the migrations, which are older than the program.
pub(super) async fn compare_clocks(db: &Db, found: &Found, config: &Config) -> Finding {
    let now = Clock::System.now();
    let newest = found.as_ref().ok().and_then(|found| found.known.iter().max());
    let made = newest.and_then(|version| Date::parse(version.get(..8)?, DAY).ok());
    if made.is_some_and(|made| made - now.date() > MADE_AHEAD) {
        return Problem(format!(
            "It is {} here, before this program was made: set the clock, as by `timedatectl set-ntp true`.",
            clock::readable(&now)
        ));
    }
    let other = if cfg!(feature = "postgres") {
        let theirs = sql::<Timestamp>("date_trunc('second', CURRENT_TIMESTAMP AT TIME ZONE 'UTC')");
        db.run(|conn| diesel::select(theirs).get_result::<Time>(conn)).await.ok()
    } else {
        // It may have been written long ago, and not in the future.
        modified(config.database_url.expose()).map(|written| written.max(now))
    };
    match other.map(|other| (other - now).whole_seconds()) {
        Some(seconds) if seconds.abs() > clock::LEEWAY.whole_seconds() => Warning(format!(
            "It differs by {} s from that by which the database was written: let both follow a time server \
             (`timedatectl set-ntp true`).",
            seconds.abs()
        )),
        _ => Fine(format!("It is {}.", clock::readable(&now))),
    }
}

fn modified(file: &str) -> Option<Time> {
    let time = OffsetDateTime::from(fs::metadata(file).ok()?.modified().ok()?);
    Some(Time::new(time.date(), time.time()))
}
