//! The commands of the program.

use std::io::{self, IsTerminal};
use std::process::ExitCode;

use actix_web::rt::System;
use clap::{Parser, Subcommand};

use crate::app::App;
use crate::auth::authenticator::Authenticator;
use crate::auth::event::SecurityEvent;
use crate::auth::password::Passwords;
use crate::auth::session::Sessions;
use crate::clock::Clock;
use crate::config::{Config, Environment, Registration};
use crate::db::{Connection, Db};
use crate::error::{Error, Result};
use crate::link::{Link, Purpose, Registration as NoRegistration};
use crate::mail::Message;
use crate::peer::Origin;
use crate::purge::purge;
use crate::user::{Email, NAME_MAX, NewUser, User};
use crate::web::Errors;
use crate::{keys, logger};

/// `EX_CONFIG` of BSD's sysexits.h: the settings are wrong, and starting again will not help.
pub const EXIT_CONFIG: u8 = 78;

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
    /// Bring the database's tables up to date
    Migrate,
    /// Delete what has expired; `serve` does it every hour
    Purge,
    /// Add, list and change the people who can log in
    #[command(subcommand)]
    User(UserCommand),
    /// Print a new key for `SECRET_KEY`, or put one into `SECRET_KEY_FILE`
    Secret {
        #[command(subcommand)]
        command: Option<SecretCommand>,
    },
    /// List every route with its methods
    Routes,
}

#[derive(Clone, Subcommand)]
enum SecretCommand {
    /// Put a new key in front of those in `SECRET_KEY_FILE`: it signs, and the others still verify.
    /// Take the old ones out when the longest session is over
    Rotate,
}

#[derive(Clone, Subcommand)]
enum UserCommand {
    /// Add somebody; the password is asked for, or read from standard input
    Add {
        email: String,
        /// How the app greets them (else the part before the @)
        #[arg(long)]
        name: Option<String>,
        /// Make them an administrator
        #[arg(long)]
        admin: bool,
    },
    /// List everybody
    List,
    /// Let somebody no longer log in, and log them out
    Disable { email: String },
    /// Let somebody log in again
    Enable { email: String },
    /// Send somebody an invitation to make an account
    Invite { email: String },
    /// Print a link with which somebody can choose a new password, for 30 minutes
    ResetLink { email: String },
    /// Log somebody out everywhere, and end their tokens
    EndSessions { email: String },
    /// Set a new password, and log them out; it is asked for, or read from standard input
    Password { email: String },
}

/// Why the program stops early: a text for the operator.
struct Failure {
    message: String,
    code: u8,
}

impl From<String> for Failure {
    fn from(message: String) -> Self {
        Self { message, code: 1 }
    }
}

impl From<&str> for Failure {
    fn from(message: &str) -> Self {
        Self::from(message.to_owned())
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::from(error.to_string())
    }
}

impl Cli {
    /// Does what was asked.
    pub fn run(self) -> ExitCode {
        match self.execute() {
            Ok(()) => ExitCode::SUCCESS,
            Err(failure) => {
                eprintln!("{}", failure.message.trim_end());
                ExitCode::from(failure.code)
            }
        }
    }

    fn execute(self) -> Result<(), Failure> {
        let command = self.command.unwrap_or_default();
        if matches!(command, Command::Secret { command: None }) {
            println!("{}", keys::generate());
            return Ok(());
        }
        let config = Config::read(|name| std::env::var(name).ok())
            .map_err(|message| Failure { message, code: EXIT_CONFIG })?;
        if matches!(command, Command::Secret { .. }) {
            return rotate_secret(&config);
        }
        logger::init(&config);
        let db = Db::connect(config.database_url.expose(), config.database_connections)?;
        if matches!(command, Command::Migrate) {
            println!("{} migrations were run; the tables are up to date.", db.migrate()?);
            return Ok(());
        }
        bring_up_to_date(&db, config.environment)?;
        System::new().block_on(async {
            match command {
                Command::User(command) => manage_users(command, &app(config, db)?).await,
                Command::Routes => list_routes(&app(config, db)?).await,
                Command::Purge => {
                    println!("{} rows were deleted.", purge(&db, &Clock::System).await?);
                    Ok(())
                }
                _ => serve(config, db).await,
            }
        })
    }
}

fn rotate_secret(config: &Config) -> Result<(), Failure> {
    if !config.secret_keys.is_empty() {
        let sentence = "SECRET_KEY is set: put a line of `secret` in front of it, with a comma.";
        return Err(Failure::from(sentence));
    }
    let kept = keys::rotate(&config.secret_key_file)?;
    println!("A new key signs from the next start on; {kept} older ones still verify.");
    Ok(())
}

fn app(config: Config, db: Db) -> Result<App, String> {
    let passwords = Passwords::new(&config)?;
    App::new(config, db, Clock::System, passwords)
}

/// In production, changing the tables is a step of its own: with several servers, one does it.
fn bring_up_to_date(db: &Db, environment: Environment) -> Result<(), String> {
    match environment {
        Environment::Development => db.migrate().map(drop),
        Environment::Production => match db.pending_migrations()? {
            0 => Ok(()),
            n => Err(format!("The database lacks {n} migrations. Run `migrate` first.")),
        },
    }
}

async fn serve(config: Config, db: Db) -> Result<(), Failure> {
    let (url, host, port) = (config.origin(), config.host, config.port);
    if !config.secure_cookies() {
        log::warn!("cookies travel unprotected, because {url} is neither https nor this machine");
    }
    let app = app(config, db)?;
    let setup = app.open_setup_link().await?;
    let announce = || match setup {
        Some(path) => println!("Latchkey runs at {url}. Make the first account: {url}{path}"),
        None => println!("Latchkey runs at {url}"),
    };
    app.serve(announce).await.map_err(|error| match error.kind() {
        io::ErrorKind::AddrInUse => Failure::from(format!(
            "Port {port} of {host} is in use by another program. Stop that one, or set PORT."
        )),
        _ => Failure::from(format!("The port {port} of {host} cannot be opened: {error}.")),
    })
}

async fn list_routes(app: &App) -> Result<(), Failure> {
    for (path, methods) in app.routes().await {
        println!("{:12} {path}", methods.join(","));
    }
    Ok(())
}

async fn manage_users(command: UserCommand, app: &App) -> Result<(), Failure> {
    let accounts = app.accounts();
    match command {
        UserCommand::Add { email, name, admin } => {
            let email = Email::parse(&email)?;
            let mut name = name.unwrap_or_else(|| email.local_part().to_owned());
            let mut errors = Errors::default();
            errors.require("name", &mut name, "a name", NAME_MAX);
            if let Some(sentence) = errors.get("name") {
                return Err(sentence.into());
            }
            let password = read_new_password(accounts, &[&name, &email.typed]).await?;
            let password_hash = accounts.passwords.hash(password).await?;
            let (typed, created_at) = (email.typed.clone(), accounts.clock.now());
            let (is_admin, is_verified) = (admin, false);
            let new = NewUser { email, name, password_hash, is_admin, created_at, is_verified };
            let created = accounts.create_account(new, |_| Ok(())).await?;
            created.ok_or_else(|| format!("{typed} has an account already."))?;
            println!("{typed} can log in now.");
        }
        UserCommand::List => {
            for user in accounts.db.run(User::all).await? {
                let role = if user.is_admin { "admin" } else { "user" };
                let state = if user.disabled_at.is_some() { "disabled" } else { "active" };
                // A name from before names were checked must not move the terminal's cursor.
                let name = user.name.escape_debug();
                println!("{:6} {role:6} {state:9} {} ({name})", user.id, user.email);
            }
        }
        UserCommand::Disable { email } => {
            let now = accounts.clock.now();
            let disable = move |conn: &mut _, user: &User| {
                User::set_disabled(conn, user.id, Some(now))?;
                log_out_everywhere(conn, user)
            };
            change_and_tell(accounts, &email, disable).await?;
            println!("{email} is logged out and can no longer log in.");
        }
        UserCommand::Enable { email } => {
            let enable =
                |conn: &mut _, user: &User| Ok(User::set_disabled(conn, user.id, None).map(drop)?);
            change(accounts, &email, enable).await?;
            println!("{email} can log in again.");
        }
        UserCommand::Invite { email } => {
            if app.config().registration == Registration::Closed {
                return Err(
                    "REGISTRATION=closed lets nobody make an account. Use `user add`.".into()
                );
            }
            let (to, now) = (Email::parse(&email)?, accounts.clock.now());
            let message = Message::Invite { by: "An administrator".to_owned() };
            accounts.db.write(move |conn| message.post(conn, &to, now)).await?;
            println!("The invitation to {email} waits to be sent by the running server.");
        }
        UserCommand::ResetLink { email } => {
            let now = accounts.clock.now();
            let token = change(accounts, &email, move |conn, user| {
                if user.disabled_at.is_some() {
                    return Ok(None);
                }
                let (to, none) = (user.address(), NoRegistration::default());
                Ok(Some(Link::make(conn, Purpose::Reset, &to, Some(user), &none, now)?))
            })
            .await?;
            let token =
                token.ok_or_else(|| format!("{email} is disabled: `user enable` first."))?;
            println!("{}", Purpose::Reset.url(&app.config().origin(), &token));
        }
        UserCommand::EndSessions { email } => {
            change_and_tell(accounts, &email, |conn, user| {
                Ok(Sessions::end_all(conn, user.id, None)?)
            })
            .await?;
            println!("{email} is logged out everywhere.");
        }
        UserCommand::Password { email } => {
            let password = read_new_password(accounts, &[&email]).await?;
            let (hash, now) = (accounts.passwords.hash(password).await?, accounts.clock.now());
            let set = move |conn: &mut _, user: &User| {
                User::set_password(conn, user.id, &hash)?;
                Message::PasswordChanged.post(conn, &user.address(), now)?;
                log_out_everywhere(conn, user)
            };
            change_and_tell(accounts, &email, set).await?;
            println!("{email} has a new password and is logged out everywhere.");
        }
    }
    Ok(())
}

/// Ends sessions, tokens and links.
fn log_out_everywhere(conn: &mut Connection, user: &User) -> Result<()> {
    Sessions::end_all(conn, user.id, None)?;
    Ok(Link::end_all(conn, user.id).map(drop)?)
}

/// Does something that logs the user out who has this address.
async fn change_and_tell<F>(accounts: &Authenticator, email: &str, work: F) -> Result<(), Failure>
where
    F: FnOnce(&mut Connection, &User) -> Result<()> + Send + 'static,
{
    let user_id = change(accounts, email, move |conn, user| {
        work(conn, user)?;
        Ok(user.id)
    })
    .await?;
    accounts.events.tell(&Origin::default(), SecurityEvent::SessionsEnded { user_id }).await;
    Ok(())
}

/// Does something to the user with this address.
async fn change<T, F>(accounts: &Authenticator, email: &str, work: F) -> Result<T, Failure>
where
    T: Send + 'static,
    F: FnOnce(&mut Connection, &User) -> Result<T> + Send + 'static,
{
    let email_parsed = Email::parse(email)?;
    let found = accounts
        .db
        .write(move |conn| match User::by_email(conn, &email_parsed)? {
            Some(user) => work(conn, &user).map(Some),
            None => Ok(None),
        })
        .await?;
    Ok(found.ok_or_else(|| format!("Nobody has the address {email}."))?)
}

async fn read_new_password(accounts: &Authenticator, words: &[&str]) -> Result<String, Failure> {
    let ask = |prompt: &str| rpassword::prompt_password(prompt);
    let read = || -> io::Result<(String, bool)> {
        if io::stdin().is_terminal() {
            let password = ask("New password: ")?;
            let same = ask("Once more: ")? == password;
            return Ok((password, same));
        }
        let mut line = String::new();
        io::stdin().read_line(&mut line)?;
        Ok((line.trim_end_matches(['\r', '\n']).to_owned(), true))
    };
    let (password, same) = read().map_err(|e| format!("The password cannot be read: {e}."))?;
    if !same {
        return Err(Failure::from("The two passwords differ.".to_owned()));
    }
    accounts.passwords.check(&password, words).await??;
    Ok(password)
}
