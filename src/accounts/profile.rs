//! The account's first page: name and address.

use crate::config::Registration;
use crate::people::{CurrentUser, Name, User};
use crate::web::{
    Db, Deserialize, Errors, Flash, Form, Page, Response, ServiceConfig, Submitted, Template,
    Typed, redirect, render_with, resource,
};

pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(resource("/account").get(show).post(rename));
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct NameForm {
    name: Typed<Name>,
}

impl Form for NameForm {
    fn check(&mut self, errors: &mut Errors) {
        errors.typed("name", &self.name);
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

async fn show(user: CurrentUser, page: Page, registration: Registration) -> Response {
    let form = Submitted::with(NameForm { name: Typed::new(user.name.as_str()) });
    show_form(user, page, form, registration)
}

async fn rename(
    user: CurrentUser, page: Page, registration: Registration, db: Db, form: Submitted<NameForm>,
) -> Response {
    let (true, Ok(name)) = (form.is_valid(), form.fields.name.value().cloned()) else {
        return show_form(user, page, form, registration);
    };
    let id = user.id;
    user.write(&db, move |conn| User::set_name(conn, id, &name)).await?;
    Ok(redirect("/account", Flash::success("Your name is saved.")))
}

fn show_form(
    user: CurrentUser, page: Page, form: Submitted<NameForm>, registration: Registration,
) -> Response {
    let may_invite = user.is_verified_admin() && registration != Registration::Closed;
    render_with(form.status(), &ProfilePage { page, form, user, may_invite })
}
