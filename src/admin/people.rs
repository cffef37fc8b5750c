//! Everybody with an account, and what may be done with one.

use kit::{Clock, Time};

use crate::admin::words::{Words, words};
use crate::people::audit::{Entry, Wanted};
use crate::people::directory::{PARTS, Person, people};
use crate::people::{Accounts, Act, Admin, Limited, PersonalToken, Session, Sudo, User, limits};
use crate::state::State;
use crate::web::{
    Client, Db, Deserialize, Error, Flash, Form, List, Page, Paging, Path, Response, Result,
    ServiceConfig, Submitted, Template, once, redirect, render, resource,
};

pub(super) fn routes(config: &mut ServiceConfig) {
    config
        .service(resource("/admin/people").get(index))
        .service(resource("/admin/people/{id}").get(show).post(act))
        .service(resource("/admin/people/{id}/delete").get(confirm_delete));
}

/// How much of what happened stands on somebody's page.
const ENTRIES: i64 = 10;

#[derive(Default, Deserialize)]
#[serde(default)]
struct ActForm {
    act: String,
}

impl Form for ActForm {}

#[derive(Template)]
#[template(path = "admin/people.html")]
struct Index {
    page: Page,
    people: List<Person>,
    parts: &'static [(&'static str, &'static str)],
    now: Time,
}

#[derive(Template)]
#[template(path = "admin/person.html")]
struct Show {
    page: Page,
    person: User,
    /// What may be done with them.
    acts: Vec<(Act, Words)>,
    sessions: Vec<Session>,
    tokens: Vec<PersonalToken>,
    entries: Vec<Entry>,
    now: Time,
}

#[derive(Template)]
#[template(path = "admin/delete.html")]
struct ConfirmDelete {
    page: Page,
    person: User,
}

async fn index(_: Admin, page: Page, db: Db, clock: Clock, paging: Paging) -> Response {
    let people = people(&db, paging).await?;
    render(&Index { page, people, parts: &PARTS, now: clock.now() })
}

async fn show(admin: Admin, page: Page, state: State, id: Path<i64>) -> Response {
    let person = find(state.db(), *id).await?;
    let acts = Act::all().filter(|act| person.id != admin.id && act.is_for(&person));
    let acts = acts.map(|act| (act, words(act))).collect();
    let sessions = state.sessions().of(person.id).await?;
    let tokens = PersonalToken::of(state.db(), person.id).await?;
    let wanted = Wanted { person: Some(person.id), ..Wanted::default() };
    let entries = state.db().run(move |conn| wanted.load(conn, (0, ENTRIES))).await?;
    let now = state.site().clock().now();
    render(&Show { page, person, acts, sessions, tokens, entries, now })
}

async fn confirm_delete(admin: Admin, page: Page, db: Db, id: Path<i64>) -> Response {
    require_other(&admin, *id)?;
    render(&ConfirmDelete { page, person: find(&db, *id).await? })
}

/// Nobody manages their own account here: a slip would lock them out.
fn require_other(admin: &Admin, id: i64) -> Result<()> {
    if id == admin.id { Err(Error::Forbidden) } else { Ok(()) }
}

async fn find(db: &Db, id: i64) -> Result<User> {
    db.look_up(move |conn| User::by_id(conn, id)).await?.ok_or(Error::NotFound)
}

async fn act(
    _: Limited<limits::Costly>, (admin, _): (Admin, Sudo), client: Client, id: Path<i64>,
    (db, accounts): (Db, Accounts), form: Submitted<ActForm>,
) -> Response {
    let act: Act = form.fields.act.parse().map_err(|_| kit::Error::BadRequest)?;
    let (id, now) = (*id, accounts.now());
    require_other(&admin, id)?;
    let carry_out = once(form.sent, move |conn| -> Result<bool> {
        let person = User::by_id(conn, id)?.ok_or(Error::NotFound)?;
        act.carry_out(conn, &person, now)
    });
    if admin.write_about(id, &db, carry_out).await? == Some(true) {
        accounts.tell(&client, act.event().of(id).by(admin.id)).await;
    }
    let list = "/admin/people".to_owned();
    let page = if act == Act::Delete { list } else { format!("/admin/people/{id}") };
    Ok(redirect(&page, Flash::success(words(act).done)))
}
