//! Somebody's passkeys: made, named, removed.

use diesel::QueryResult;
use kit::{Clock, Time};

use crate::db::Connection;
use crate::factors::set_up::show_codes;
use crate::mail::Notice;
use crate::people::factors::passkey::{NAME_MAX, NewPasskey, Passkey};
use crate::people::factors::{turn_off_one, turn_on};
use crate::people::passkeys::Passkeys;
use crate::people::{
    Accounts, CurrentSession, Enrolling, Entrant, Event, Limited, Sessions, Sudo, limits,
};
use crate::web::passkeys::question;
use crate::web::{
    Client, Db, Deserialize, Error, Errors, Flash, Form, HttpRequest, Own, Owned, Page, Path,
    Response, Result, Sent, ServiceConfig, Submitted, Template, once, redirect, render_with,
    resource, save,
};

const HOME: &str = "/account/passkeys";

pub(super) fn routes(config: &mut ServiceConfig) {
    config
        .service(resource(HOME).get(index).post(add))
        .service(resource("/account/passkeys/options").post(ask))
        .service(resource("/account/passkeys/{id}").get(edit).post(rename))
        .service(resource("/account/passkeys/{id}/remove").post(remove));
}

#[derive(Clone, Default, Deserialize)]
#[serde(default)]
struct PasskeyForm {
    name: String,
    /// What the device has answered, when there is to be a new one.
    credential: String,
}

impl Form for PasskeyForm {
    fn check(&mut self, errors: &mut Errors) {
        errors.require("name", &mut self.name, "a name", NAME_MAX);
    }
}

#[derive(Template)]
#[template(path = "passkeys/index.html")]
struct Index {
    page: Page,
    form: Submitted<PasskeyForm>,
    passkeys: Vec<Passkey>,
    now: Time,
}

#[derive(Template)]
#[template(path = "passkeys/edit.html")]
struct Edit {
    page: Page,
    form: Submitted<PasskeyForm>,
    passkey: Passkey,
}

impl Owned for Passkey {
    fn find(conn: &mut Connection, user_id: i64, id: i64) -> QueryResult<Self> {
        Self::own(conn, user_id, id)
    }
}

async fn index(entrant: Entrant, page: Page, db: Db, clock: Clock) -> Response {
    draw(entrant.user_id, page, Submitted::default(), &db, clock.now()).await
}

async fn draw(
    user_id: i64, page: Page, form: Submitted<PasskeyForm>, db: &Db, now: Time,
) -> Response {
    let passkeys = db.run(move |conn| Passkey::of(conn, user_id)).await?;
    render_with(form.status(), &Index { page, form, passkeys, now })
}

async fn ask(
    _: Limited<limits::Costly>, entrant: Enrolling, req: HttpRequest, passkeys: Option<Passkeys>,
) -> Response {
    let asked = match passkeys {
        Some(passkeys) => Some(passkeys.begin(entrant.user()).await?),
        None => None,
    };
    Ok(question(&req, asked.as_ref()))
}

async fn add(
    _: Limited<limits::Costly>, entrant: Enrolling, client: Client, page: Page, passkeys: Passkeys,
    (db, sessions, accounts): (Db, Sessions, Accounts), mut form: Submitted<PasskeyForm>,
) -> Response {
    let (user_id, now) = (entrant.user_id, accounts.now());
    if !form.is_valid() {
        return draw(user_id, page, form, &db, now).await;
    }
    let (user, current, renewal) =
        (entrant.user().user.clone(), entrant.id, sessions.renew(&entrant)?);
    let (store, devices) = (renewal.store(), passkeys.clone());
    let PasskeyForm { name, credential } = form.fields.clone();
    let keep = once(form.sent.clone(), move |conn| -> Result<_> {
        let made = devices.made(conn, &user, &credential)?.ok_or_else(not_made)?;
        Passkey::add(conn, &NewPasskey { name: name.clone(), ..made })?;
        store(conn)?;
        turn_on(conn, &user, current, &Notice::PasskeyAdded { name }, now)
    });
    let codes = match entrant.user().write(&db, keep).await {
        Err(Error::Request(kit::Error::Invalid(sentences))) => {
            passkeys.forget(&form.fields.credential).await?;
            form.errors.extend(sentences);
            return draw(user_id, page, form, &db, now).await;
        }
        kept => kept?,
    };
    // Of two clicks, the first one did it.
    let Some(codes) = codes else { return Ok(redirect(HOME, None)) };
    accounts.tell(&client, Event::PasskeyAdded.of(user_id)).await;
    let mut response = match codes {
        Some(codes) => show_codes(page, codes)?,
        None => redirect(HOME, Flash::success("The passkey is added.")),
    };
    response.add_cookie(renewal.cookie())?;
    Ok(response)
}

fn not_made() -> Error {
    let sentence = "No passkey was made: your device did not answer as it should, or too late.";
    Error::Request(kit::Error::Invalid(vec![("", sentence.to_owned())]))
}

async fn edit(passkey: Own<Passkey>, page: Page) -> Response {
    let passkey = passkey.into_inner();
    let form = PasskeyForm { name: passkey.name.clone(), ..PasskeyForm::default() };
    let form = Submitted::with(form);
    render_with(form.status(), &Edit { page, form, passkey })
}

async fn rename(
    passkey: Own<Passkey>, page: Page, db: Db, mut form: Submitted<PasskeyForm>,
) -> Response {
    let (user_id, id) = (passkey.owner().id, passkey.id);
    let rename = move |conn: &mut Connection, form: PasskeyForm| {
        Ok(Passkey::rename(conn, user_id, id, &form.name)?)
    };
    if !save(&mut form, passkey.owner(), &db, rename).await? {
        let passkey = passkey.into_inner();
        return render_with(form.status(), &Edit { page, form, passkey });
    }
    Ok(redirect(HOME, Flash::success("The passkey has another name.")))
}

/// Not by `Own`: on a second click it is gone, and that is what was wanted.
async fn remove(
    _: Sudo, session: CurrentSession, client: Client, id: Path<i64>,
    (db, sessions, accounts): (Db, Sessions, Accounts), sent: Sent,
) -> Response {
    let (user, current, id) = (session.user().user.clone(), session.id, *id);
    let (now, renewal) = (accounts.now(), sessions.renew(&session)?);
    let store = renewal.store();
    let remove = once(sent, move |conn: &mut Connection| -> Result<bool> {
        let name = Passkey::of(conn, user.id)?.into_iter().find(|passkey| passkey.id == id);
        let Some(Passkey { name, .. }) = name else { return Ok(false) };
        store(conn)?;
        Passkey::remove(conn, user.id, id)?;
        turn_off_one(conn, &user, current, &Notice::PasskeyRemoved { name }, now)?;
        Ok(true)
    });
    let mut response = redirect(HOME, Flash::success("The passkey is removed."));
    if session.user().write(&db, remove).await? == Some(true) {
        accounts.tell(&client, Event::PasskeyRemoved.of(session.user_id)).await;
        response.add_cookie(renewal.cookie())?;
    }
    Ok(response)
}
