//! `user …`: what an operator does with people.

use std::io::{self, IsTerminal};

use clap::Subcommand;

use super::output::{Failure, say};
use crate::app::App;
use crate::auth::Sessions;
use crate::auth::authenticator::Authenticator;
use crate::auth::event::SecurityEvent;
use crate::config::Registration;
use crate::db::Connection;
use crate::error::Result;
use crate::link::{Link, Purpose};
use crate::mail::{Posted, Request};
use crate::peer::{Network, Origin};
use crate::user::{Email, NAME_MAX, NewUser, User};
use crate::web::Errors;

#[derive(Clone, Subcommand)]
pub(super) enum Command {
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
    /// Stop somebody from logging in, and log them out
    Disable { email: String },
    /// Let somebody log in again
    Enable { email: String },
    /// Make somebody an administrator
    Promote { email: String },
    /// Make an administrator an ordinary user
    Demote { email: String },
    /// Send somebody an invitation to make an account
    Invite { email: String },
    /// Print a link with which somebody can choose a new password, for 30 minutes
    ResetLink { email: String },
    /// Log somebody out everywhere, and end their tokens
    EndSessions { email: String },
    /// Set a new password, and log them out; it is asked for, or read from standard input
    Password { email: String },
}

/// Does what was asked with people.
pub(super) async fn manage(command: Command, app: &App) -> Result<(), Failure> {
    let accounts = app.accounts();
    match command {
        Command::Add { email, name, admin } => {
            let email = Email::parse(&email)?;
            let mut name = name.unwrap_or_else(|| email.local_part().to_owned());
            let mut errors = Errors::default();
            errors.require("name", &mut name, "a name", NAME_MAX);
            if let Some(sentence) = errors.get("name") {
                return Err(sentence.into());
            }
            let password = read_new_password(accounts, &[&name, &email.typed]).await?;
            let password_hash = accounts.passwords.hash(Network::Operator, password).await?;
            let (typed, created_at) = (email.typed.clone(), accounts.clock.now());
            let (is_admin, is_verified) = (admin, false);
            let new = NewUser { email, name, password_hash, is_admin, created_at, is_verified };
            let created = accounts.create_account(new, |_| Ok(())).await?;
            created.ok_or_else(|| format!("{typed} has an account already."))?;
            say(format!("{typed} can log in now."))?;
        }
        Command::List => {
            for user in accounts.db.run(User::all).await? {
                let role = if user.is_admin { "admin" } else { "user" };
                let state = if user.disabled_at.is_some() { "disabled" } else { "active" };
                // A name from before names were checked must not move the terminal's cursor.
                let name = user.name.escape_debug();
                say(format!("{:6} {role:6} {state:9} {} ({name})", user.id, user.email))?;
            }
        }
        Command::Disable { email } => {
            let now = accounts.clock.now();
            let disable = move |conn: &mut _, user: &User| {
                User::set_disabled(conn, user.id, Some(now))?;
                Authenticator::end_everything(conn, user.id, None)
            };
            change_and_tell(accounts, &email, disable).await?;
            say(format!("{email} is logged out and can no longer log in."))?;
        }
        Command::Enable { email } => {
            let enable = |conn: &mut _, user: &User| User::set_disabled(conn, user.id, None);
            change(accounts, &email, enable).await?;
            say(format!("{email} can log in again."))?;
        }
        Command::Promote { email } => {
            let promote = |conn: &mut _, user: &User| User::set_admin(conn, user.id, true);
            change(accounts, &email, promote).await?;
            say(format!("{email} is an administrator."))?;
        }
        Command::Demote { email } => {
            let demote = |conn: &mut _, user: &User| User::set_admin(conn, user.id, false);
            change(accounts, &email, demote).await?;
            say(format!("{email} is no administrator any more."))?;
        }
        Command::Invite { email } => invite(app, &email).await?,
        Command::ResetLink { email } => make_reset_link(app, &email).await?,
        Command::EndSessions { email } => {
            change_and_tell(accounts, &email, |conn, user| {
                Ok(Sessions::end_all(conn, user.id, None)?)
            })
            .await?;
            say(format!("{email} is logged out everywhere."))?;
        }
        Command::Password { email } => {
            let password = read_new_password(accounts, &[&email]).await?;
            let (hash, now) =
                (accounts.passwords.hash(Network::Operator, password).await?, accounts.clock.now());
            let set = move |conn: &mut _, user: &User| {
                Authenticator::replace_password(conn, user, &hash, None, now)
            };
            change_and_tell(accounts, &email, set).await?;
            say(format!("{email} has a new password and is logged out everywhere."))?;
        }
    }
    Ok(())
}

async fn invite(app: &App, email: &str) -> Result<(), Failure> {
    let accounts = app.accounts();
    if app.config().registration == Registration::Closed {
        return Err("REGISTRATION=closed lets nobody make an account. Use `user add`.".into());
    }
    let to = Email::parse(email)?;
    if !accounts.db.run(User::any_exists).await? {
        return Err("Make the first account first: by the link that the server prints.".into());
    }
    let now = accounts.clock.now();
    let request = Request::Invite { by: "An administrator".to_owned() };
    if let Posted::LeftOut(again) =
        accounts.db.write(move |conn| request.post(conn, &to, now)).await?
    {
        return Err(format!("{email} was invited often enough. {again}").into());
    }
    say(format!("The invitation to {email} waits to be sent by the running server."))
}

async fn make_reset_link(app: &App, email: &str) -> Result<(), Failure> {
    let accounts = app.accounts();
    let now = accounts.clock.now();
    let made = change(accounts, email, move |conn, user| {
        if user.disabled_at.is_some() {
            return Ok(None);
        }
        // Sent nowhere: who opens it has not proved the address.
        let nowhere = Email { typed: String::new(), canonical: String::new() };
        let token = Link::make(conn, Purpose::Reset, &nowhere, Some(user), now)?;
        Ok(Some((user.id, token)))
    });
    let made = made.await?;
    let (user_id, token) =
        made.ok_or_else(|| format!("{email} is disabled: `user enable` first."))?;
    let event = SecurityEvent::ResetLinkMade { user_id };
    accounts.events.tell(&Origin::default(), event).await;
    say(Purpose::Reset.url(&app.config().origin(), &token))
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
    let nobody = || format!("Nobody has the address {email}.");
    let address = Email::of_account(email).ok_or_else(nobody)?;
    let found = accounts
        .db
        .write(move |conn| match User::by_email(conn, &address)? {
            Some(user) => work(conn, &user).map(Some),
            None => Ok(None),
        })
        .await?;
    Ok(found.ok_or_else(nobody)?)
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
    accounts.passwords.check(Network::Operator, &password, words).await??;
    Ok(password)
}
