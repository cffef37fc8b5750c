//! Getting in through another site.

use actix_login::next::with_next;
use kit::http::site::Site;

use crate::accounts::asked;
use crate::accounts::away::send_away;
use crate::accounts::identities::{self, Elsewhere};
use crate::accounts::login::{self, LoginForm};
use crate::config::Registration;
use crate::db::Connection;
use crate::people::identity::{Linked, Told};
use crate::people::providers::{Answer, Brought, Departure, Providers, Visit};
use crate::people::{
    Accounts, CurrentSession, Event, Factors, Identity, Limited, LogIn, Name, NewUser, Sessions,
    User, limits,
};
use crate::state::State;
use crate::web::kept::Carried;
use crate::web::{
    Client, Db, Deserialize, Error, Flash, Form, HttpRequest, Page, Path, Query, Response, Result,
    ServiceConfig, Submitted, redirect, resource,
};

pub(super) fn routes(config: &mut ServiceConfig) {
    config
        .service(resource("/login/with/{provider}").post(leave))
        .service(resource("/login/with/{provider}/back").get(come_back));
}

/// The form of a page that asks who somebody is.
#[derive(Default, Deserialize)]
#[serde(default)]
struct LeaveForm {
    remember: String,
    next: String,
    kept: String,
}

impl Form for LeaveForm {}

/// As much of what was typed as comes along, in bytes: strangers send it, and it is a row until they are back.
const KEPT_MAX: usize = 32 * 1024;

async fn leave(
    _: Limited<limits::Leave>, req: HttpRequest, page: Page, provider: Path<String>,
    providers: Providers, db: Db, form: Submitted<LeaveForm>,
) -> Response {
    let LeaveForm { remember, next, kept } = form.fields;
    if kept.len() > KEPT_MAX || !kept.bytes().all(|byte| byte.is_ascii_graphic()) {
        let sentence = "What you typed is too much to come along: log in here with your password.";
        return refuse(&req, Carried { kept, next }, sentence.to_owned());
    }
    // Not as long as a stranger likes, either.
    let next = if next.is_empty() { next } else { Site::of(&req).landing_page(&next) };
    let remembered = !remember.is_empty();
    let visit = Visit::LogIn { next: next.clone(), kept: kept.clone(), remembered };
    let keep = async |departure: Departure| db.write(move |conn| departure.keep(conn)).await;
    match send_away(&req, page, (&providers, &provider), &visit, keep).await? {
        Ok(away) => Ok(away),
        Err(sentence) => refuse(&req, Carried { kept, next }, sentence),
    }
}

async fn come_back(
    req: HttpRequest, provider: Path<String>, providers: Providers,
    session: Result<CurrentSession>, (db, sessions): (Db, Sessions),
    (accounts, factors): (Accounts, Factors), Query(brought): Query<Brought>,
) -> Response {
    let (client, secret) = (Client::of(&req), asked::secret(&req));
    let name = providers.named(&provider)?.name.clone();
    let answer = providers.answer(&client, &provider, secret.as_deref(), brought).await?;
    match answer {
        Answer::Unasked => {
            let sentence = format!("That log-in with {name} is over, or began in another browser.");
            Ok(redirect("/login", Flash::error(format!("{sentence} Try it once more."))))
        }
        Answer::Refused(visit) => {
            let sentence = format!("{name} did not say who you are. Nothing has happened.");
            match visit {
                Visit::LogIn { next, kept, .. } => refuse(&req, Carried { kept, next }, sentence),
                Visit::Link { .. } => Ok(redirect(identities::HOME, Flash::error(sentence))),
            }
        }
        Answer::Told(Visit::Link { session_id }, told) => {
            // Whoever sits here now may be somebody else.
            let Some(session) = session.ok().filter(|session| session.id == session_id) else {
                let sentence = format!("Log in, and link {name} once more.");
                return Ok(redirect(
                    &with_next("/login", identities::HOME),
                    Flash::error(sentence),
                ));
            };
            let told = Elsewhere { name, subject: told.subject };
            identities::finish(&session, &client, &accounts, (&db, &sessions), told).await
        }
        Answer::Told(Visit::LogIn { next, kept, remembered }, told) => {
            let to = Carried { kept, next };
            match recognise(&client, &req, &db, &accounts, (&name, *told)).await? {
                Ok(user) => {
                    let how = LogIn::otherwise().remembered(remembered);
                    login::go_on(&req, (&accounts, &factors), &user, how, to).await
                }
                Err(sentence) => refuse(&req, to, sentence),
            }
        }
    }
}

/// Whose account it opens, which is made if it may be; otherwise a sentence.
async fn recognise(
    client: &Client, req: &HttpRequest, db: &Db, accounts: &Accounts, (name, told): (&str, Told),
) -> Result<Result<User, String>> {
    let (subject, now) = (told.subject.clone(), accounts.now());
    let found = db.look_up(move |conn| Identity::find(conn, &subject)).await?;
    let Some((identity, user)) = found else {
        return join(client, req, db, accounts, name, told).await;
    };
    let is_trusted = identity.is_trusted(&user);
    if user.may_log_in() && is_trusted {
        db.write(move |conn| identity.note_use(conn, now)).await?;
        return Ok(Ok(user));
    }
    accounts.tell(client, Event::IdentityRefused.of(user.id)).await;
    Ok(Err(if is_trusted {
        opens_nothing(name)
    } else {
        format!(
            "You have another password since {name} was linked. Log in with it, and link {name} again \
             under “Security”."
        )
    }))
}

fn opens_nothing(name: &str) -> String {
    format!("{name} opens no account here.")
}

/// Makes an account for whoever has none, where everybody may have one, with an address that is proved: by the word of
/// that site. One that has an account is not theirs by that word alone.
async fn join(
    client: &Client, req: &HttpRequest, db: &Db, accounts: &Accounts, name: &str, told: Told,
) -> Result<Result<User, String>> {
    if accounts.are_none().await? {
        let sentence = "The first account is made through the link that the program printed.";
        return Ok(Err(sentence.to_owned()));
    }
    match State::of(req).config().registration {
        Registration::Open => {}
        Registration::Invite => {
            let sentence = "An invitation makes one: open the link in its mail.";
            return Ok(Err(format!("{} {sentence}", opens_nothing(name))));
        }
        Registration::Closed => return Ok(Err(opens_nothing(name))),
    }
    let Some(email) = told.email else {
        return Ok(Err(format!("{name} does not say that it has made sure of your address.")));
    };
    let called = [told.name.as_str(), email.local_part(), "Somebody"];
    let called = called.into_iter().find_map(|name| Name::parse(name).ok());
    let Some(called) = called else { return Ok(Err(opens_nothing(name))) };
    let (created_at, password_hash) = (accounts.now(), String::new());
    let (is_admin, is_verified) = (false, true);
    let new = NewUser { email, name: called, password_hash, is_admin, created_at, is_verified };
    let (subject, provider) = (told.subject, name.to_owned());
    let make = move |conn: &mut Connection| -> Result<Option<User>> {
        let Some(user) = User::create(conn, &new)? else { return Ok(None) };
        // Somebody else may just have come in with it.
        match Identity::link(conn, &user, &subject, &provider, created_at)? {
            Linked::Now => Ok(Some(user)),
            Linked::Elsewhere | Linked::Another => Err(Error::NotAuthenticated),
        }
    };
    let Some(user) = db.write(make).await? else {
        return Ok(Err(format!(
            "There is an account with your address. Log in to it, and link {name} under “Security”."
        )));
    };
    for happened in [Event::Registered, Event::IdentityLinked] {
        accounts.tell(client, happened.of(user.id)).await;
    }
    Ok(Ok(user))
}

/// The log-in page once more, with what was typed before.
fn refuse(req: &HttpRequest, Carried { kept, next }: Carried, sentence: String) -> Response {
    if kept.is_empty() {
        return Ok(redirect(&with_next("/login", &next), Flash::error(sentence)));
    }
    let typed = LoginForm { next, kept, ..LoginForm::default() };
    login::refuse(Page::without_flash(req), typed, sentence)
}
