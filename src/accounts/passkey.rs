//! Getting in with a passkey, and confirming with one.

use crate::accounts::login::{self, LoginForm};
use crate::accounts::sudo;
use crate::people::passkeys::Passkeys;
use crate::people::{Accounts, Entrant, Event, Factors, Limited, LogIn, Sessions, limits};
use crate::web::kept::{self, Carried};
use crate::web::passkeys::question;
use crate::web::{
    Client, Db, Deserialize, Form, HttpRequest, Page, Response, ServiceConfig, Submitted, resource,
};

pub(super) fn routes(config: &mut ServiceConfig) {
    config
        .service(resource("/login/passkey").post(log_in))
        .service(resource("/login/passkey/options").post(ask))
        .service(resource("/sudo/passkey").post(confirm));
}

/// One sentence for all: it must not tell whether there is such a passkey.
const REFUSED: &str = "This passkey opens nothing here. Log in with your password.";

/// The form of a page that asks who somebody is, with what their device has answered.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Answered {
    credential: String,
    email: String,
    remember: String,
    next: String,
    kept: String,
}

impl Form for Answered {}

async fn ask(_: Limited<limits::Ask>, req: HttpRequest, passkeys: Option<Passkeys>) -> Response {
    let asked = match passkeys {
        Some(passkeys) => Some(passkeys.ask().await?),
        None => None,
    };
    Ok(question(&req, asked.as_ref()))
}

async fn log_in(
    limited: Limited<limits::Passkey>, req: HttpRequest, client: Client, page: Page,
    passkeys: Passkeys, (accounts, factors): (Accounts, Factors), form: Submitted<Answered>,
) -> Response {
    let Answered { credential, email, remember, next, kept } = form.fields;
    let half = factors.waiting(&req).await?;
    let beside = half.as_ref().filter(|(half, _)| half.is_fresh).map(|(_, whose)| whose.id);
    let Some(user) = passkeys.prove(&client, &credential, beside).await? else {
        let fields = LoginForm { email, remember, next, kept, ..LoginForm::default() };
        return login::refuse(page, fields, REFUSED);
    };
    let mut remembered = !remember.is_empty();
    let mut carried = Carried { kept, next };
    // A log-in whose first step was right waits here for what this is: it goes on to where it wanted.
    let waiting = half.filter(|(_, whose)| whose.id == user.id);
    limited.give_back().await?;
    if let Some((half, _)) = &waiting {
        factors.end_waiting(half).await?;
        if carried.kept.is_empty() && carried.next.is_empty() {
            remembered = half.remembered;
            carried = Carried { kept: half.kept.clone(), next: half.next.clone() };
        }
    }
    let how = LogIn::by_passkey().remembered(remembered);
    let mut response = kept::enter(&req, &accounts, &user, how, &carried).await?;
    if waiting.is_some() {
        response.add_cookie(&factors.clear_cookie())?;
    }
    Ok(response)
}

async fn confirm(
    _: Limited<limits::Passkey>, (session, passkeys): (Entrant, Passkeys), req: HttpRequest,
    page: Page, accounts: Accounts, (db, sessions): (Db, Sessions), form: Submitted<Answered>,
) -> Response {
    let client = Client::of(&req);
    let Answered { credential, next, kept, .. } = form.fields;
    // Whose session has ended meanwhile is told that, and not that they are somebody else.
    session.user().read(&db, |_| Ok(())).await?;
    let proved = passkeys.prove(&client, &credential, None).await?;
    if proved.is_some_and(|user| user.id == session.user_id) {
        return sudo::grant(&session, &req, &accounts, (&db, &sessions), &Carried { kept, next })
            .await;
    }
    accounts.tell(&client, Event::SudoDenied.of(session.user_id)).await;
    sudo::refuse(page, Carried { kept, next }, "This is no passkey of yours.")
}
