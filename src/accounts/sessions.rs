//! Where somebody is logged in, and ending it from afar.

use kit::Time;

use crate::people::{CurrentSession, Ending, Event, Events, Session, Sessions, Sudo};
use crate::web::{
    Client, Db, Flash, Page, Path, Response, Sent, ServiceConfig, Template, once, redirect, render,
    resource,
};

pub(super) fn routes(config: &mut ServiceConfig) {
    config
        .service(resource("/account/sessions").get(index))
        .service(resource("/account/sessions/end-others").post(end_others))
        .service(resource("/account/sessions/{id}/end").post(end));
}

#[derive(Template)]
#[template(path = "accounts/sessions.html")]
struct SessionsPage {
    page: Page,
    sessions: Vec<Session>,
    current: i64,
    now: Time,
}

async fn index(current: CurrentSession, page: Page, sessions: Sessions) -> Response {
    let now = sessions.now();
    let mut sessions = sessions.of(current.user_id).await?;
    // This one first; the others stay in their order.
    sessions.sort_by_key(|session| session.id != current.id);
    render(&SessionsPage { page, sessions, current: current.id, now })
}

async fn end(
    user: Sudo, client: Client, db: Db, events: Events, id: Path<i64>, sent: Sent,
) -> Response {
    let (user_id, id) = (user.id, *id);
    let ended = once(sent, move |conn| Sessions::end_one(conn, user_id, id));
    if user.write(&db, ended).await?.is_some() {
        events.tell(&client, Event::SessionEnded.of(user_id)).await;
    }
    Ok(redirect("/account/sessions", Flash::success("That browser is logged out.")))
}

// Not by who has stolen a cookie: the owner would be the one who is logged out.
async fn end_others(
    _: Sudo, current: CurrentSession, client: Client, db: Db, events: Events,
) -> Response {
    let (user_id, here) = (current.user_id, current.id);
    let end = move |conn: &mut _| Ending::OthersEnded.end(conn, user_id, Some(here));
    current.user().write(&db, end).await?;
    events.tell(&client, Event::OtherSessionsEnded.of(user_id)).await;
    let sentence = "You are logged out everywhere else, and so are programs with your password.";
    Ok(redirect("/account/sessions", Flash::success(sentence)))
}
