//! The commands of the program.

mod doctor;
mod people;
mod seed;

use std::path::PathBuf;
use std::process::ExitCode;

use actix_web::rt::System;
use clap::{Parser, Subcommand};
use kit::cli::{Failure, announce, say, say_all};
use kit::config::Environment;
use kit::password::Passwords;
use kit::{Clock, http::health, key_file, logger, signals};

use crate::app::{App, FEATURES};
use crate::brand::NAME;
use crate::config::{APP_NAME, Config};
use crate::db::{self, Db, MIGRATIONS};
use crate::error::Result;
use crate::feature::Features;
use crate::purge::purge;

/// What the program is asked to do.
#[derive(Parser)]
#[command(version, about)]
pub struct Cli {
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Clone, Default, Subcommand)]
enum Command {
    /// Serve the app (what happens without a command)
    #[default]
    Serve,
    /// Ask the running server whether it is ready
    Health,
    /// Look at the settings and all that the program needs, and say what to do about each
    Doctor,
    /// Bring the database's tables up to date
    Migrate,
    /// Take the newest migration back, and what its table holds; in development only
    Revert,
    /// Copy the database as it is now into a new file, while it is used
    Backup { file: PathBuf },
    /// Copy all of the file `DATABASE_URL` into an empty database at `postgres://…`
    CopyTo { target: String },
    /// Delete what has expired; `serve` does it every hour
    Purge,
    /// Add, list and change the people who can log in
    #[command(subcommand)]
    User(people::Command),
    /// Print a new key for `SECRET_KEY`, or put one into `SECRET_KEY_FILE`
    Secret {
        #[command(subcommand)]
        command: Option<SecretCommand>,
    },
    /// Make a demo user with something to look at, in development only
    Seed,
    /// List every route with its methods
    Routes,
}

#[derive(Clone, Subcommand)]
enum SecretCommand {
    /// Put a new key in front of those in `SECRET_KEY_FILE`: it signs, and the others still verify.
    /// Take the old ones out when the longest session is over
    Rotate,
}

impl Cli {
    /// Does what was asked.
    pub fn run(self) -> ExitCode {
        kit::cli::end(self.execute())
    }

    fn execute(self) -> Result<(), Failure> {
        signals::hear(matches!(self.command, None | Some(Command::Serve)))?;
        match self.command.unwrap_or_default() {
            Command::Serve => run(serve),
            Command::Health => Config::load().and_then(|c| health::ask(c.host, c.port)),
            Command::Doctor => doctor::examine(),
            Command::Migrate => {
                let done = connect()?.1.migrate()?;
                say(format!("{done} migrations were run; the tables are up to date."))
            }
            Command::Revert => revert(),
            Command::Backup { file } => say(connect()?.1.backup(&file)?),
            Command::CopyTo { target } => {
                let source = kit::config::load(|read| read.sqlite_file(APP_NAME))?;
                say_all(database::copy(source.expose(), &target, || MIGRATIONS)?)
            }
            Command::Purge => run(async |_, db| {
                say(format!(
                    "{} rows were deleted.",
                    purge(&db, &Clock::System, Features(FEATURES)).await?
                ))
            }),
            Command::User(command) => {
                run(async |config, db| people::manage(command, &app(config, db)?).await)
            }
            Command::Secret { command: None } => say(actix_login::generate_key()),
            Command::Secret { command: Some(SecretCommand::Rotate) } => {
                say(key_file::rotate(Config::load()?.secret_key_file.as_deref())?)
            }
            Command::Seed => {
                seed::require_development(&Config::load()?)?;
                run(async |config, db| seed::sow(&app(config, db)?).await)
            }
            Command::Routes => run(async |config, db| {
                let routes = app(config, db)?.routes().await.into_iter();
                say_all(routes.map(|(path, methods)| format!("{:16} {path}", methods.join(","))))
            }),
        }
    }
}

/// The settings, and the database as it is. The log begins.
fn connect() -> Result<(Config, Db), Failure> {
    let config = Config::load()?;
    logger::init(&config.log)?;
    let db = db::connect(config.database_url.expose(), config.database_connections)?;
    Ok((config, db))
}

fn revert() -> Result<(), Failure> {
    let (config, db) = connect()?;
    if config.environment == Environment::Production {
        return Err(
            "In production, migrations are taken back by hand: migrations/README.md.".into()
        );
    }
    say(format!("The migration {} is taken back.", db.revert()?))
}

/// Does something with a database that is up to date.
fn run(work: impl AsyncFnOnce(Config, Db) -> Result<(), Failure>) -> Result<(), Failure> {
    let (config, db) = connect()?;
    match config.environment {
        Environment::Development => db.migrate().map(drop)?,
        Environment::Production => db.require_migrated()?,
    }
    System::new().block_on(work(config, db))
}

fn app(config: Config, db: Db) -> Result<App, String> {
    let site_words = [APP_NAME, NAME, config.host_name()];
    let passwords = Passwords::new(config.hash_cost, config.password_min_length, &site_words)?
        .refusing(config.breached_passwords.clone());
    App::new(config, db, Clock::System, passwords, FEATURES)
}

async fn serve(config: Config, db: Db) -> Result<(), Failure> {
    let url = config.origin();
    if !config.cookies().are_secure() {
        log::warn!("cookies travel unprotected, because {url} is neither https nor this machine");
    }
    let app = app(config, db)?;
    let setup = app.open_setup_link().await?;
    let db = app.state().db().clone();
    let server = app.serve()?;
    announce(match setup {
        // On a line of its own, to be opened by a click.
        Some(path) => {
            format!("{NAME} runs at {url}. Make the first account by this link:\n\n    {url}{path}")
        }
        None => format!("{NAME} runs at {url}"),
    });
    let stopped = server.await;
    db.write_uses().await;
    stopped.map_err(|error| Failure::from(format!("The server stopped: {error}.")))
}
