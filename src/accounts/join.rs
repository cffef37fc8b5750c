//! Making an account through a link from a mail: one that somebody registered for, or an invitation.

use kit::password::PasswordRule;

use crate::accounts::opened::{For, Opened};
use crate::error::LinkEnding;
use crate::people::{Accounts, Event, Limited, LogIn, Name, NewUser, Purpose, User, limits};
use crate::web::{
    Client, Deserialize, Errors, Flash, Form, HttpRequest, Page, Response, Submitted, Template,
    Typed, redirect, render_with,
};

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct JoinForm {
    name: Typed<Name>,
    password: String,
}

impl Form for JoinForm {
    fn check(&mut self, errors: &mut Errors) {
        errors.typed("name", &self.name);
    }
}

#[derive(Template)]
#[template(path = "accounts/join.html")]
struct JoinPage {
    page: Page,
    form: Submitted<JoinForm>,
    email: String,
    link: String,
    is_invitation: bool,
    rule: PasswordRule,
}

pub(super) async fn show<P: For>(opened: Opened<P>, page: Page, accounts: Accounts) -> Response {
    show_form(&opened, page, Submitted::default(), &accounts)
}

/// Whoever opened the link reads the mail of its address: that is the proof.
pub(super) async fn join<P: For>(
    limited: Limited<limits::Redeem>, opened: Opened<P>, req: HttpRequest, client: Client,
    page: Page, accounts: Accounts, mut form: Submitted<JoinForm>,
) -> Response {
    if form.is_back {
        return show_form(&opened, page, form, &accounts);
    }
    let email = opened.link.address()?;
    let words = [form.fields.name.text(), email.typed.as_str()];
    let password = &form.fields.password;
    accounts.check_new_password(&client, &mut form.errors, password, &words).await?;
    let (true, Ok(name)) = (form.is_valid(), form.fields.name.value().cloned()) else {
        limited.give_back().await?;
        return show_form(&opened, page, form, &accounts);
    };
    let password_hash = accounts.passwords().hash(&client, form.fields.password).await?;
    let (is_admin, is_verified, created_at) = (false, true, accounts.now());
    let new = NewUser { email, name, password_hash, is_admin, created_at, is_verified };
    let (redeem, too_early) = (opened.redeem(), P::ended(LinkEnding::NoFirstAccount));
    let allowed = move |conn: &mut _| {
        redeem(conn)?;
        // The first account is the operator's, through their own link.
        if User::any_exists(conn)? { Ok(()) } else { Err(too_early) }
    };
    let created = accounts.create(new, allowed).await?;
    let user = created.ok_or_else(|| P::ended(LinkEnding::Taken))?;
    accounts.tell(&client, Event::Registered.of(user.id)).await;
    let mut response = redirect("/dashboard", Flash::success("Welcome! Your account is ready."));
    opened.close(&mut response)?;
    accounts.log_in(&req, &user, LogIn::by_password(), &mut response).await?;
    Ok(response)
}

fn show_form<P: For>(
    opened: &Opened<P>, page: Page, form: Submitted<JoinForm>, accounts: &Accounts,
) -> Response {
    let (link, email, rule) =
        (opened.mark(), opened.link.email.clone(), accounts.passwords().rule());
    let is_invitation = P::PURPOSE == Purpose::Invite;
    render_with(form.status(), &JoinPage { page, form, email, link, is_invitation, rule })
}
