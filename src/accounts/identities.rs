//! Other sites that open somebody's account: linked while they are logged in, and never by an address alone.

use kit::Time;

use crate::accounts::away::send_away;
use crate::db::Connection;
use crate::mail::Notice;
use crate::people::factors::note_change;
use crate::people::identity::{Linked, Subject};
use crate::people::providers::{Departure, Providers, Visit};
use crate::people::{
    Accounts, CurrentSession, CurrentUser, Ending, Event, Identity, Limited, Sessions, Sudo,
    Verified, limits,
};
use crate::web::{
    Client, Db, Flash, HttpRequest, Page, Path, Response, Result, Sent, ServiceConfig, Template,
    once, redirect, render, resource,
};

pub(super) const HOME: &str = "/account/identities";

pub(super) fn routes(config: &mut ServiceConfig) {
    config
        .service(resource(HOME).get(index))
        .service(resource("/account/identities/link/{provider}").post(link))
        .service(resource("/account/identities/{id}/unlink").post(unlink));
}

#[derive(Template)]
#[template(path = "providers/index.html")]
struct Index {
    page: Page,
    rows: Vec<Row>,
    now: Time,
}

/// A site, and what of it opens the account.
struct Row {
    name: String,
    /// None of one that is not asked any more.
    slug: Option<String>,
    linked: Option<(Identity, bool)>,
}

/// What became of unlinking.
enum Unlinked {
    /// The site that is called so.
    Now(String),
    Before,
    /// It is the last way in.
    Not(String),
}

/// Who somebody is at another site, which is called so.
pub(super) struct Elsewhere {
    pub(super) name: String,
    pub(super) subject: Subject,
}

async fn index(
    user: CurrentUser, page: Page, db: Db, accounts: Accounts, providers: Providers,
) -> Response {
    let user_id = user.id;
    let mut own = db.run(move |conn| Identity::of(conn, user_id)).await?;
    let linked = |own: Identity| {
        let is_trusted = own.is_trusted(&user);
        (own, is_trusted)
    };
    let mut rows = Vec::new();
    for provider in providers.iter() {
        let at = own.iter().position(|own| own.issuer == provider.issuer);
        let (name, slug) = (provider.name.clone(), Some(provider.slug.clone()));
        rows.push(Row { name, slug, linked: at.map(|at| linked(own.swap_remove(at))) });
    }
    let rest = own.into_iter();
    rows.extend(rest.map(|own| Row {
        name: own.issuer.clone(),
        slug: None,
        linked: Some(linked(own)),
    }));
    render(&Index { page, rows, now: accounts.now() })
}

/// By who can be told when somebody else does it.
async fn link(
    _: Sudo, _: Verified, session: CurrentSession, _: Limited<limits::Leave>, req: HttpRequest,
    (page, provider): (Page, Path<String>), (providers, db): (Providers, Db),
) -> Response {
    let visit = Visit::Link { session_id: session.id };
    let keep = async |departure: Departure| {
        session.user().write(&db, move |conn| departure.keep(conn)).await
    };
    let away = send_away(&req, page, (&providers, &provider), &visit, keep).await?;
    Ok(away.unwrap_or_else(|sentence| redirect(HOME, Flash::error(sentence))))
}

/// Whoever comes back has shown whom they are there.
pub(super) async fn finish(
    session: &CurrentSession, client: &Client, accounts: &Accounts,
    (db, sessions): (&Db, &Sessions), Elsewhere { name, subject }: Elsewhere,
) -> Response {
    let (user, current, now) = (session.user().user.clone(), session.id, accounts.now());
    let renewal = sessions.renew(session)?;
    let (store, provider, label) = (renewal.store(), name.clone(), subject.label.clone());
    let link = move |conn: &mut Connection| -> Result<Linked> {
        let linked = Identity::link(conn, &user, &subject, &provider, now)?;
        if linked == Linked::Now {
            store(conn)?;
            Ending::IdentitiesChanged.end(conn, user.id, Some(current))?;
        }
        Ok(linked)
    };
    match session.user().write(db, link).await? {
        Linked::Now => {}
        Linked::Elsewhere => {
            let sentence = format!("That account of {name} opens another account here.");
            return Ok(redirect(HOME, Flash::error(sentence)));
        }
        Linked::Another => {
            let sentence = format!("Another account of {name} opens yours: unlink it first.");
            return Ok(redirect(HOME, Flash::error(sentence)));
        }
    }
    accounts.tell(client, Event::IdentityLinked.of(session.user_id)).await;
    let sentence = format!("From now on, you can log in with {name}, as {label}.");
    let mut response = redirect(HOME, Flash::success(sentence));
    response.add_cookie(renewal.cookie())?;
    Ok(response)
}

/// Not the last way in: a password, or another site that is asked here, has to be left.
async fn unlink(
    _: Sudo, session: CurrentSession, client: Client, id: Path<i64>, providers: Providers,
    (db, sessions, accounts): (Db, Sessions, Accounts), sent: Sent,
) -> Response {
    let (user, current, id) = (session.user().user.clone(), session.id, *id);
    let (now, renewal) = (accounts.now(), sessions.renew(&session)?);
    let store = renewal.store();
    let unlink = once(sent, move |conn: &mut Connection| -> Result<Unlinked> {
        let (gone, others): (Vec<_>, Vec<_>) =
            Identity::of(conn, user.id)?.into_iter().partition(|own| own.id == id);
        let Some(gone) = gone.into_iter().next() else { return Ok(Unlinked::Before) };
        let named = |issuer: &str| providers.iter().find(|provider| provider.issuer == issuer);
        let provider = named(&gone.issuer).map_or(gone.issuer, |provider| provider.name.clone());
        let is_way = |own: &Identity| own.is_trusted(&user) && named(&own.issuer).is_some();
        if !user.has_password() && !others.iter().any(is_way) {
            return Ok(Unlinked::Not(provider));
        }
        Identity::unlink(conn, user.id, id)?;
        store(conn)?;
        // A log-in by it that is on its way is none, either.
        note_change(conn, user.id)?;
        Ending::IdentitiesChanged.end(conn, user.id, Some(current))?;
        let notice = Notice::IdentityUnlinked { provider: provider.clone() };
        notice.post(conn, &user.address(), now)?;
        Ok(Unlinked::Now(provider))
    });
    match session.user().write(&db, unlink).await? {
        Some(Unlinked::Not(name)) => {
            let advice = "nothing opens your account. Choose a password first.";
            Ok(redirect(HOME, Flash::error(format!("Without {name} {advice}"))))
        }
        Some(Unlinked::Now(name)) => {
            accounts.tell(&client, Event::IdentityUnlinked.of(session.user_id)).await;
            let sentence = format!("{name} opens your account no more.");
            let mut response = redirect(HOME, Flash::success(sentence));
            response.add_cookie(renewal.cookie())?;
            Ok(response)
        }
        Some(Unlinked::Before) | None => Ok(redirect(HOME, None)),
    }
}
