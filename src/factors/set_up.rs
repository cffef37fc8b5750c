//! A second factor is set up, looked after, and removed.

use kit::totp::Seed;
use kit::{Time, qr};

use crate::brand;
use crate::db::Connection;
use crate::mail::Notice;
use crate::people::factors::authenticator::Authenticator;
use crate::people::factors::passkey::Passkey;
use crate::people::factors::{recovery, turn_off_one, turn_on};
use crate::people::{
    Accounts, CurrentSession, CurrentUser, Enrolling, Entrant, Event, Factors, Limited, Sessions,
    Sudo, limits,
};
use crate::web::{
    Client, Db, Deserialize, Error, Errors, Flash, Form, Page, Response, Result, Sent,
    ServiceConfig, Submitted, Template, once, redirect, render, render_with, resource,
};

const HOME: &str = "/account/second-factor";
const NEW: &str = "/account/second-factor/new";
const APP: &str = "/account/second-factor/app";

pub(super) fn routes(config: &mut ServiceConfig) {
    config
        .service(resource(HOME).get(index))
        .service(resource(NEW).get(new))
        .service(resource(APP).get(show).post(begin))
        .service(resource("/account/second-factor/app/confirm").post(confirm))
        .service(resource("/account/second-factor/remove").post(remove))
        .service(resource("/account/second-factor/codes").post(make_codes));
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct ConfirmForm {
    otp: String,
}

impl Form for ConfirmForm {
    fn check(&mut self, errors: &mut Errors) {
        errors.require("otp", &mut self.otp, "the code that the app shows", 16);
    }
}

#[derive(Template)]
#[template(path = "factors/index.html")]
struct IndexPage {
    page: Page,
    since: Option<Time>,
    passkeys: i64,
    codes_left: i64,
}

#[derive(Template)]
#[template(path = "factors/new.html")]
struct NewPage {
    page: Page,
    is_verified: bool,
    email: String,
}

#[derive(Template)]
#[template(path = "factors/app.html")]
struct AppPage {
    page: Page,
    form: Submitted<ConfirmForm>,
    picture: String,
    secret: String,
}

#[derive(Template)]
#[template(path = "factors/codes.html")]
struct CodesPage {
    page: Page,
    codes: Vec<String>,
    /// The same as a file.
    file: String,
}

async fn index(user: CurrentUser, page: Page, db: Db) -> Response {
    let user_id = user.id;
    let look = move |conn: &mut Connection| -> Result<_> {
        let passkeys = Passkey::count(conn, user_id)?;
        Ok((Authenticator::since(conn, user_id)?, passkeys, recovery::left(conn, user_id)?))
    };
    let (since, passkeys, codes_left) = db.run(look).await?;
    render(&IndexPage { page, since, passkeys, codes_left })
}

async fn new(entrant: Entrant, page: Page) -> Response {
    let (is_verified, email) = (entrant.user().is_verified(), entrant.user().email.clone());
    render(&NewPage { page, is_verified, email })
}

async fn begin(
    entrant: Enrolling, _: Limited<limits::Costly>, db: Db, factors: Factors, accounts: Accounts,
    sent: Sent,
) -> Response {
    let (user_id, vault, now) = (entrant.user_id, factors.vault().clone(), accounts.now());
    let begin = once(sent, move |conn| Authenticator::begin(conn, &vault, user_id, now));
    entrant.user().write(&db, begin).await?;
    Ok(redirect(APP, None))
}

async fn show(
    entrant: Enrolling, page: Page, db: Db, (factors, accounts): (Factors, Accounts),
) -> Response {
    match begun(&entrant, &db, &factors, accounts.now()).await? {
        Some(seed) => draw(&entrant, page, Submitted::default(), &seed),
        None => Ok(redirect(NEW, None)),
    }
}

/// The secret of the app that is being set up.
async fn begun(entrant: &Enrolling, db: &Db, factors: &Factors, now: Time) -> Result<Option<Seed>> {
    let (user_id, vault) = (entrant.user_id, factors.vault().clone());
    let find = move |conn: &mut Connection| Authenticator::begun(conn, &vault, user_id, now);
    entrant.user().read(db, find).await
}

fn draw(entrant: &Enrolling, page: Page, form: Submitted<ConfirmForm>, seed: &Seed) -> Response {
    let address = seed.address(brand::NAME, &entrant.user().email);
    // Of the longest address, too: what is too long for a picture can be typed.
    let picture = qr::svg(&address, "The secret for your app").unwrap_or_default();
    render_with(form.status(), &AppPage { page, form, picture, secret: seed.text() })
}

async fn confirm(
    entrant: Enrolling, client: Client, limited: Limited<limits::Costly>, page: Page,
    (db, sessions): (Db, Sessions), (factors, accounts): (Factors, Accounts),
    mut form: Submitted<ConfirmForm>,
) -> Response {
    let now = accounts.now();
    let Some(seed) = begun(&entrant, &db, &factors, now).await? else {
        return Ok(redirect(NEW, None));
    };
    let step = seed.step_of(&form.fields.otp, now);
    if form.is_valid() && step.is_none() {
        form.errors.add("otp", "This is not the code of now. Is the clock of your phone right?");
    }
    let (true, Some(step)) = (form.is_valid(), step) else {
        limited.give_back().await?;
        return draw(&entrant, page, form, &seed);
    };
    let (user, current, renewal) =
        (entrant.user().user.clone(), entrant.id, sessions.renew(&entrant)?);
    let store = renewal.store();
    let turn_on = once(form.sent, move |conn| -> Result<Option<Option<Vec<String>>>> {
        if !Authenticator::confirm(conn, user.id, step, now)? {
            return Ok(None);
        }
        store(conn)?;
        turn_on(conn, &user, current, &Notice::SecondFactorAdded, now).map(Some)
    });
    let Some(codes) = entrant.user().write(&db, turn_on).await?.flatten() else {
        let sentence =
            "Your first click did it. Its recovery codes cannot be shown again: make new ones.";
        return Ok(redirect(HOME, Flash::notice(sentence)));
    };
    accounts.tell(&client, Event::SecondFactorAdded.of(entrant.user_id)).await;
    let mut response = match codes {
        Some(codes) => show_codes(page, codes)?,
        None => redirect(HOME, Flash::success("The app is set up.")),
    };
    response.add_cookie(renewal.cookie())?;
    Ok(response)
}

/// The page that shows them, this once.
pub(super) fn show_codes(page: Page, codes: Vec<String>) -> Response {
    render(&CodesPage { page, file: file(&codes), codes })
}

async fn remove(
    _: Sudo, session: CurrentSession, client: Client, (db, sessions): (Db, Sessions),
    accounts: Accounts, sent: Sent,
) -> Response {
    let (user, current, now) = (session.user().user.clone(), session.id, accounts.now());
    let renewal = sessions.renew(&session)?;
    let store = renewal.store();
    let turn_off = once(sent, move |conn| -> Result<bool> {
        if Authenticator::since(conn, user.id)?.is_none() {
            return Ok(false);
        }
        Authenticator::remove(conn, user.id)?;
        store(conn)?;
        turn_off_one(conn, &user, current, &Notice::AuthenticatorRemoved, now)?;
        Ok(true)
    });
    let mut response = redirect(HOME, Flash::success("Your second factor is removed."));
    if session.user().write(&db, turn_off).await? == Some(true) {
        accounts.tell(&client, Event::SecondFactorRemoved.of(session.user_id)).await;
        response.add_cookie(renewal.cookie())?;
    }
    Ok(response)
}

async fn make_codes(
    user: Sudo, client: Client, _: Limited<limits::Costly>, page: Page, db: Db, accounts: Accounts,
    sent: Sent,
) -> Response {
    if user.second_factor_at.is_none() {
        return Err(Error::NotFound);
    }
    let user_id = user.id;
    let made = once(sent, move |conn: &mut Connection| -> Result<_> {
        Ok(recovery::make(conn, user_id)?)
    });
    let Some(codes) = user.write(&db, made).await? else {
        let sentence = "Your first click made new codes, which cannot be shown again.";
        return Ok(redirect(HOME, Flash::notice(sentence)));
    };
    accounts.tell(&client, Event::RecoveryCodesMade.of(user_id)).await;
    show_codes(page, codes)
}

/// As the address of a file, so that no script is needed and nothing is kept here.
fn file(codes: &[String]) -> String {
    let head = format!("Recovery codes of {}. Each works once.", brand::NAME);
    let lines = format!("{head}\n\n{}\n", codes.join("\n"));
    format!("data:text/plain;charset=utf-8,{}", lines.replace(' ', "%20").replace('\n', "%0A"))
}
