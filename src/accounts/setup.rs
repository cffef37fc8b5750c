//! The first account: made through a link that only whoever started the program has seen.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Mutex, PoisonError};

use actix_web::dev::Payload;
use actix_web::web::{Data, Query, ServiceConfig, resource};
use actix_web::{FromRequest, HttpRequest};
use askama::Template;
use serde::Deserialize;
use time::{Duration, PrimitiveDateTime};

use crate::accounts::check_new_password;
use crate::auth::Authenticator;
use crate::auth::password::PasswordRule;
use crate::clock::Clock;
use crate::error::{Error, Response, Result};
use crate::keys::{hash_token, random_token};
use crate::mail::Message;
use crate::user::{Email, NewUser, User};
use crate::web::{Errors, Flash, Form, Page, Submitted, redirect, render_with};

/// How long the link works. Starting the program again makes a new one.
const LIFETIME: Duration = Duration::minutes(30);

/// The routes of this feature.
pub fn routes(config: &mut ServiceConfig) {
    config.service(resource("/setup").get(show).post(set_up));
}

/// The link that is open at the moment, if any.
pub struct SetupLink {
    clock: Clock,
    open: Mutex<Option<Open>>,
}

struct Open {
    token_hash: String,
    until: PrimitiveDateTime,
}

impl SetupLink {
    /// No link yet.
    pub fn closed(clock: Clock) -> Self {
        Self { clock, open: Mutex::new(None) }
    }

    /// Makes a link, and makes every earlier one useless. Returns its path.
    pub fn open(&self) -> String {
        let token = random_token();
        let until = self.clock.now() + LIFETIME;
        let open = Open { token_hash: hash_token(&token), until };
        *self.open.lock().unwrap_or_else(PoisonError::into_inner) = Some(open);
        format!("/setup?token={token}")
    }

    /// Whether `token` is the link's.
    fn admits(&self, token: &str) -> bool {
        let open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.as_ref().is_some_and(|open| open.admits(token, self.clock.now()))
    }

    /// Uses the link up; `None` when somebody else was quicker.
    fn redeem(&self, token: &str) -> Option<Open> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.take_if(|open| open.admits(token, self.clock.now()))
    }

    /// Puts back a link that was used for nothing.
    fn restore(&self, link: Open) {
        self.open.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(link);
    }
}

impl Open {
    /// Hashes are compared: how long that takes tells nothing about the token.
    fn admits(&self, token: &str, now: PrimitiveDateTime) -> bool {
        self.token_hash == hash_token(token) && now < self.until
    }
}

/// Guard: the request carries the link's token, and there is no user yet. Otherwise 404.
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
            if !link.admits(&token) || accounts.db.run(User::any_exists).await? {
                return Err(Error::NotFound);
            }
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
    let SetupForm { email, password } = &form.fields;
    check_new_password(&accounts, &mut form.errors, password, &[email]).await?;
    let email = Email::parse(&form.fields.email);
    let (true, Ok(email)) = (form.is_valid(), email) else {
        return show_form(visitor, page, form, &accounts);
    };
    let password_hash = accounts.passwords.hash(form.fields.password).await?;
    let link = visitor.link.redeem(&visitor.token).ok_or(Error::NotFound)?;
    let (name, created_at) = (email.local_part().to_owned(), accounts.clock.now());
    let to = email.clone();
    let new =
        NewUser { email, name, password_hash, is_admin: true, created_at, is_verified: false };
    // Asked again in the transaction: `user add` may have been quicker.
    let nobody_yet = move |connection: &mut _| {
        if User::any_exists(connection)? {
            return Err(Error::NotFound);
        }
        Message::Confirm.post(connection, &to, created_at).map(drop)
    };
    let created = accounts.create_account(new, nobody_yet).await;
    let user = created.inspect_err(|_| visitor.link.restore(link))?.ok_or(Error::NotFound)?;
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
