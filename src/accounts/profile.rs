//! The account's first page: name and address.

use crate::people::{CurrentUser, Rename, User};
use crate::web::{
    Db, Flash, Page, Response, ServiceConfig, Submitted, Template, Typed, redirect, render,
    render_with, resource,
};

pub(super) fn routes(config: &mut ServiceConfig) {
    config.service(resource("/account").get(show).post(rename));
}

#[derive(Template)]
#[template(path = "accounts/profile.html")]
struct ProfilePage {
    page: Page,
    form: Submitted<Rename>,
    user: CurrentUser,
}

async fn show(user: CurrentUser, page: Page) -> Response {
    let form = Submitted::with(Rename { name: Typed::new(user.name.as_str()) });
    render(&ProfilePage { page, form, user })
}

async fn rename(user: CurrentUser, page: Page, db: Db, form: Submitted<Rename>) -> Response {
    let (true, Ok(name)) = (form.is_valid(), form.fields.name.value().cloned()) else {
        return render_with(form.status(), &ProfilePage { page, form, user });
    };
    let id = user.id;
    user.write(&db, move |conn| User::set_name(conn, id, &name)).await?;
    Ok(redirect("/account", Flash::success("Your name is saved.")))
}
