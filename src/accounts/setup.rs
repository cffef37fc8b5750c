//! The first account: made through a link that only whoever started the program has seen.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Mutex, MutexGuard, PoisonError};

use actix_web::dev::Payload;
use actix_web::web::{Data, Query, ServiceConfig, resource};
use actix_web::{FromRequest, HttpRequest};
use askama::Template;
use serde::Deserialize;
use time::{Duration, PrimitiveDateTime};

use crate::accounts::check_new_password;
use crate::accounts::opened::is_token;
use crate::auth::Authenticator;
use crate::auth::password::PasswordRule;
use crate::clock::Clock;
use crate::error::{Error, LinkEnding, Response, Result};
use crate::keys::{hash_token, random_token};
use crate::mail::{Posted, Request};
use crate::peer::Origin;
use crate::user::{Email, NewUser, User};
use crate::web::{Errors, Flash, Form, Page, Submitted, redirect, render_with};

/// How long the link works. Starting the program again makes a new one.
const LIFETIME: Duration = Duration::minutes(30);

/// The routes of this feature.
pub fn routes(config: &mut ServiceConfig) {
    config.service(resource("/setup").get(show).post(set_up));
}

/// The link that was printed last, if any.
pub struct SetupLink {
    clock: Clock,
    printed: Mutex<Option<Printed>>,
}

struct Printed {
    token_hash: String,
    until: PrimitiveDateTime,
    used_at: Option<PrimitiveDateTime>,
}

impl SetupLink {
    /// No link yet.
    pub fn closed(clock: Clock) -> Self {
        Self { clock, printed: Mutex::new(None) }
    }

    /// Makes a link, and makes every earlier one useless. Returns its path.
    pub fn open(&self) -> String {
        let token = random_token();
        let until = self.clock.now() + LIFETIME;
        let printed = Printed { token_hash: hash_token(&token), until, used_at: None };
        *self.lock() = Some(printed);
        format!("/setup?token={token}")
    }

    /// Whether the link with this token opens the page, or why not.
    fn require(&self, token: &str, has_users: bool) -> Result<()> {
        let (printed, now) = (self.lock(), self.clock.now());
        let ending = match printed.as_ref().filter(|printed| printed.is_of(token)) {
            Some(Printed { used_at: Some(at), .. }) => {
                LinkEnding::Used { at: *at, deed: "to make the first account" }
            }
            _ if has_users => LinkEnding::SetUpDone,
            // After a restart, one that was too old cannot be told from one that was not.
            None => LinkEnding::SetUpEarlier,
            Some(printed) if now >= printed.until => LinkEnding::SetUpTooOld(printed.until),
            Some(_) => return Ok(()),
        };
        Err(ended(ending))
    }

    /// Notes that the account is made, to say so to whoever opens the link again.
    fn note_use(&self, token: &str) {
        if let Some(link) = self.lock().as_mut().filter(|link| link.is_of(token)) {
            link.used_at = Some(self.clock.now());
        }
    }

    fn lock(&self) -> MutexGuard<'_, Option<Printed>> {
        self.printed.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Printed {
    /// Hashes are compared: how long that takes tells nothing about the token.
    fn is_of(&self, token: &str) -> bool {
        self.token_hash == hash_token(token)
    }
}

/// Why a set-up link opens nothing, and where to go from there.
fn ended(ending: LinkEnding) -> Error {
    match ending {
        LinkEnding::Used { .. } | LinkEnding::SetUpDone => Error::LinkEnded(ending, "/login"),
        _ => Error::LinkEnded(ending, "/"),
    }
}

/// Guard: the request carries the link's token, and there is no user yet. Otherwise
/// [`Error::LinkEnded`]; without a token there is no such page.
struct FirstVisitor {
    token: String,
    link: Data<SetupLink>,
}

#[derive(Deserialize)]
struct Token {
    token: String,
}

impl FromRequest for FirstVisitor {
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self>>>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        let token = Query::<Token>::from_query(req.query_string());
        let link = req.app_data::<Data<SetupLink>>().cloned();
        let accounts = req.app_data::<Data<Authenticator>>().cloned();
        Box::pin(async move {
            let (Ok(token), Some(link), Some(accounts)) = (token, link, accounts) else {
                return Err(Error::NotFound);
            };
            let token = token.into_inner().token;
            if !is_token(&token) {
                return Err(Error::NotFound);
            }
            link.require(&token, accounts.db.run(User::any_exists).await?)?;
            Ok(Self { token, link })
        })
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct SetupForm {
    email: String,
    password: String,
}

impl Form for SetupForm {
    fn check(&mut self, errors: &mut Errors) {
        errors.email("email", &self.email);
    }
}

#[derive(Template)]
#[template(path = "accounts/setup.html")]
struct SetupPage {
    page: Page,
    form: Submitted<SetupForm>,
    token: String,
    rule: PasswordRule,
}

async fn show(visitor: FirstVisitor, page: Page, accounts: Data<Authenticator>) -> Response {
    show_form(visitor, page, Submitted::default(), &accounts)
}

async fn set_up(
    visitor: FirstVisitor,
    req: HttpRequest,
    page: Page,
    accounts: Data<Authenticator>,
    mut form: Submitted<SetupForm>,
) -> Response {
    let origin = Origin::of(&req);
    let SetupForm { email, password } = &form.fields;
    check_new_password(&accounts, &origin, &mut form.errors, password, &[email]).await?;
    let email = Email::parse(&form.fields.email);
    let (true, Ok(email)) = (form.is_valid(), email) else {
        return show_form(visitor, page, form, &accounts);
    };
    let password_hash = accounts.passwords.hash(&origin, form.fields.password).await?;
    // Once more: hashing takes a while, and a new link ends the older ones.
    visitor.link.require(&visitor.token, false)?;
    let (name, created_at) = (email.local_part().to_owned(), accounts.clock.now());
    let to = email.clone();
    let new =
        NewUser { email, name, password_hash, is_admin: true, created_at, is_verified: false };
    // The transaction decides who is first, here and at `user add`.
    let nobody_yet = move |connection: &mut _| {
        if !User::is_nobody(connection)? {
            return Err(ended(LinkEnding::SetUpDone));
        }
        // Nothing is promised: the profile offers the link again.
        Request::Confirm.post(connection, &to, created_at).map(Posted::tell_nobody)
    };
    let created = accounts.create_account(new, nobody_yet).await?;
    let user = created.ok_or_else(|| ended(LinkEnding::SetUpDone))?;
    visitor.link.note_use(&visitor.token);
    let welcome = "Welcome! You are logged in, and you are the administrator.";
    let mut response = redirect("/dashboard", Flash::success(welcome));
    response.add_cookie(&accounts.log_in(&req, &user, false).await?)?;
    Ok(response)
}

fn show_form(
    visitor: FirstVisitor,
    page: Page,
    form: Submitted<SetupForm>,
    accounts: &Authenticator,
) -> Response {
    let (token, rule) = (visitor.token, accounts.passwords.rule());
    render_with(form.status(), &SetupPage { page, form, token, rule })
}
