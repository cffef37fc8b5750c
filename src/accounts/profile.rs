//! The account's first page: name and address.

use actix_web::web::{Data, ServiceConfig, resource};
use askama::Template;
use serde::Deserialize;

use crate::auth::CurrentUser;
use crate::config::Registration;
use crate::db::Db;
use crate::error::Response;
use crate::user::{NAME_MAX, User};
use crate::web::{Errors, Flash, Form, Page, Submitted, redirect, render_with};

/// The routes of this feature.
pub fn routes(config: &mut ServiceConfig) {
    config.service(resource("/account").get(show).post(rename));
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct NameForm {
    name: String,
}

impl Form for NameForm {
    fn check(&mut self, errors: &mut Errors) {
        errors.require("name", &mut self.name, "your name", NAME_MAX);
    }
}

#[derive(Template)]
#[template(path = "accounts/profile.html")]
struct ProfilePage {
    page: Page,
    form: Submitted<NameForm>,
    user: CurrentUser,
    may_invite: bool,
}

async fn show(user: CurrentUser, page: Page, registration: Data<Registration>) -> Response {
    let form = Submitted::with(NameForm { name: user.name.clone() });
    show_form(user, page, form, **registration)
}

async fn rename(
    user: CurrentUser,
    page: Page,
    registration: Data<Registration>,
    db: Data<Db>,
    form: Submitted<NameForm>,
) -> Response {
    if !form.is_valid() {
        return show_form(user, page, form, **registration);
    }
    let id = user.id;
    user.write(&db, move |conn| User::set_name(conn, id, &form.fields.name)).await?;
    Ok(redirect("/account", Flash::success("Your name is saved.")))
}

fn show_form(
    user: CurrentUser,
    page: Page,
    form: Submitted<NameForm>,
    registration: Registration,
) -> Response {
    let may_invite =
        user.is_admin && user.verified_at.is_some() && registration != Registration::Closed;
    render_with(form.status(), &ProfilePage { page, form, user, may_invite })
}
