//! The account's first page: name and address.

use crate::people::{CurrentUser, Name, User};
use crate::web::{
    Db, Deserialize, Errors, Flash, Form, Page, Response, ServiceConfig, Submitted, Template,
    Typed, redirect, render, render_with, resource,
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
}

async fn show(user: CurrentUser, page: Page) -> Response {
    let form = Submitted::with(NameForm { name: Typed::new(user.name.as_str()) });
    render(&ProfilePage { page, form, user })
}

async fn rename(user: CurrentUser, page: Page, db: Db, form: Submitted<NameForm>) -> Response {
    let (true, Ok(name)) = (form.is_valid(), form.fields.name.value().cloned()) else {
        return render_with(form.status(), &ProfilePage { page, form, user });
    };
    let id = user.id;
    user.write(&db, move |conn| User::set_name(conn, id, &name)).await?;
    Ok(redirect("/account", Flash::success("Your name is saved.")))
}
