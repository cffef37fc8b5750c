//! `user …`: what an operator does with people.

use clap::Subcommand;
use kit::cli::{Failure, say};
use kit::{Client, Network};

use crate::app::App;
use crate::db::Connection;
use crate::error::Result;
use crate::mail::{Posted, Request};
use crate::people::{Accounts, Act, Email, Event, Link, Name, NewUser, Purpose, User};
use crate::state::State;

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
    /// Take away a second factor that somebody has lost, and log them out
    RemoveSecondFactor { email: String },
    /// Set a new password, and log them out; it is asked for, or read from standard input
    Password { email: String },
}

/// Does what was asked with people.
pub(super) async fn manage(command: Command, app: &App) -> Result<(), Failure> {
    let state = app.state();
    match command {
        Command::Add { email, name, admin } => add(state, &email, name, admin).await,
        Command::List => list(state).await,
        Command::Disable { email } => {
            act(state, &email, Act::Disable, "is logged out and can no longer log in").await
        }
        Command::Enable { email } => act(state, &email, Act::Enable, "can log in again").await,
        Command::Promote { email } => act(state, &email, Act::Promote, "is an administrator").await,
        Command::Demote { email } => {
            act(state, &email, Act::Demote, "is no administrator any more").await
        }
        Command::Invite { email } => invite(state, &email).await,
        Command::ResetLink { email } => make_reset_link(state, &email).await,
        Command::EndSessions { email } => {
            act(state, &email, Act::EndSessions, "is logged out everywhere").await
        }
        Command::RemoveSecondFactor { email } => {
            act(state, &email, Act::RemoveSecondFactor, "logs in with the password alone").await
        }
        Command::Password { email } => set_password(state, &email).await,
    }
}

async fn add(
    state: &State, email: &str, name: Option<String>, is_admin: bool,
) -> Result<(), Failure> {
    let (accounts, email) = (state.accounts(), Email::parse(email)?);
    let name = Name::parse(&name.unwrap_or_else(|| email.local_part().to_owned()))?;
    let password = read_new_password(accounts, &[name.as_str(), &email.typed]).await?;
    let password_hash = accounts.passwords().hash(Network::Operator, password).await?;
    let (typed, created_at, is_verified) = (email.typed.clone(), accounts.now(), false);
    let new = NewUser { email, name, password_hash, is_admin, created_at, is_verified };
    let created = accounts.create(new, |_| Ok(())).await?;
    created.ok_or_else(|| format!("{typed} has an account already."))?;
    say(format!("{typed} can log in now."))
}

async fn list(state: &State) -> Result<(), Failure> {
    for user in state.db().run(User::all).await? {
        let role = if user.is_admin { "admin" } else { "user" };
        let status = if user.may_log_in() { "active" } else { "disabled" };
        // A name from before names were checked must not move the terminal's cursor.
        let name = user.name.escape_debug();
        say(format!("{:6} {role:6} {status:9} {} ({name})", user.id, user.email))?;
    }
    Ok(())
}

/// Does to somebody what an administrator could, and says how they are then.
async fn act(state: &State, email: &str, act: Act, outcome: &str) -> Result<(), Failure> {
    let now = state.accounts().now();
    let carry_out =
        move |conn: &mut Connection, user: &User| Ok((user.id, act.carry_out(conn, user, now)?));
    let (user_id, is_done) = change(state, email, carry_out).await?;
    if is_done {
        state.events().tell(&Client::default(), act.event().of(user_id)).await;
    }
    say(format!("{email} {outcome}."))
}

async fn set_password(state: &State, email: &str) -> Result<(), Failure> {
    let (accounts, now) = (state.accounts(), state.accounts().now());
    let password = read_new_password(accounts, &[email]).await?;
    let hash = accounts.passwords().hash(Network::Operator, password).await?;
    let set = move |conn: &mut Connection, user: &User| {
        Accounts::replace_password(conn, user, &hash, None, now)?;
        Ok(user.id)
    };
    let user_id = change(state, email, set).await?;
    state.events().tell(&Client::default(), Event::SessionsEnded.of(user_id)).await;
    say(format!("{email} has a new password and is logged out everywhere."))
}

async fn invite(state: &State, email: &str) -> Result<(), Failure> {
    if !state.config().registration.invites() {
        return Err("REGISTRATION=closed lets nobody make an account. Use `user add`.".into());
    }
    let to = Email::parse(email)?;
    if state.accounts().are_none().await? {
        return Err("Make the first account first: by the link that the server prints.".into());
    }
    let now = state.accounts().now();
    let request = Request::Invite { by: "An administrator".to_owned() };
    let posted = state.db().write(move |conn| request.post(conn, &to, now)).await?;
    if let Posted::LeftOut(again) = posted {
        return Err(format!("{email} was invited often enough. {again}").into());
    }
    say(format!("The invitation to {email} waits to be sent by the running server."))
}

async fn make_reset_link(state: &State, email: &str) -> Result<(), Failure> {
    let now = state.accounts().now();
    let make = move |conn: &mut Connection, user: &User| {
        if !user.may_log_in() {
            return Ok(None);
        }
        // Sent nowhere: who opens it has not proved the address.
        let token = Link::make(conn, Purpose::Reset, &Email::nowhere(), Some(user), now)?;
        Ok(Some((user.id, token)))
    };
    let link = change(state, email, make).await?;
    let (user_id, token) =
        link.ok_or_else(|| format!("{email} is disabled: `user enable` first."))?;
    state.events().tell(&Client::default(), Event::ResetLinkMade.of(user_id)).await;
    say(Purpose::Reset.url(&state.config().origin(), &token))
}

/// Does something to the user with this address.
async fn change<T, F>(state: &State, email: &str, work: F) -> Result<T, Failure>
where
    T: Send + 'static,
    F: FnOnce(&mut Connection, &User) -> Result<T> + Send + 'static,
{
    let nobody = || format!("Nobody has the address {email}.");
    let address = Email::of_account(email).ok_or_else(nobody)?;
    let find_and_change = move |conn: &mut Connection| match User::by_email(conn, &address)? {
        Some(User { id, .. }) => {
            // First, as everybody takes it; and as they are then.
            User::lock(conn, id)?;
            User::by_id(conn, id)?.map(|user| work(conn, &user)).transpose()
        }
        None => Ok(None),
    };
    Ok(state.db().write(find_and_change).await?.ok_or_else(nobody)?)
}

async fn read_new_password(accounts: &Accounts, words: &[&str]) -> Result<String, Failure> {
    let password = kit::cli::read_new_password()?;
    accounts.passwords().check(Network::Operator, &password, words).await??;
    Ok(password)
}
