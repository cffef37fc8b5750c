//! Other sites that open somebody's account: linked while they are logged in, and never by an address alone.

use kit::Time;

use crate::accounts::away::send_away;
use crate::db::Connection;
use crate::mail::Notice;
use crate::people::identity::{Linked, Subject};
use crate::people::providers::{Providers, Visit};
use crate::people::{
    Accounts, CurrentSession, CurrentUser, Ending, Event, Identity, Limited, Sessions, Sudo, limits,
};
use crate::web::{
    Client, Db, Error, Flash, HttpRequest, HttpResponse, Page, Path, Response, Result, Sent,
    ServiceConfig, Template, once, redirect, render, resource,
};

pub(super) const HOME: &str = "/account/identities";

pub(super) fn routes(config: &mut ServiceConfig) {
    config
        .service(resource(HOME).get(index))
        .service(resource("/account/identities/{provider}").post(link))
        .service(resource("/account/identities/{provider}/unlink").post(unlink));
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
    slug: String,
    linked: Option<(Identity, bool)>,
}

/// What became of unlinking.
#[derive(PartialEq, Eq)]
enum Unlinked {
    Now,
    Before,
    /// It is the last way in.
    Not,
}

/// Who somebody is at another site, which is called so.
pub(super) struct Elsewhere {
    pub(super) name: String,
    pub(super) subject: Subject,
}

async fn index(
    user: CurrentUser, page: Page, db: Db, accounts: Accounts, providers: Providers,
) -> Response {
    if page.providers.is_empty() {
        return Err(Error::NotFound);
    }
    let user_id = user.id;
    let own = db.run(move |conn| Identity::of(conn, user_id)).await?;
    let rows = providers.iter().map(|provider| {
        let linked = own.iter().find(|own| own.issuer == provider.issuer).cloned();
        let linked = linked.map(|own| (own.clone(), own.is_trusted(&user)));
        Row { name: provider.name.clone(), slug: provider.slug.clone(), linked }
    });
    render(&Index { page, rows: rows.collect(), now: accounts.now() })
}

async fn link(
    _: Sudo, session: CurrentSession, _: Limited<limits::Leave>, req: HttpRequest, page: Page,
    provider: Path<String>, providers: Providers,
) -> Response {
    let visit = Visit::Link { session_id: session.id };
    let away = send_away(&req, page, &providers, &provider, &visit).await?;
    Ok(away.unwrap_or_else(|sentence| redirect(HOME, Flash::error(sentence))))
}

/// Whoever comes back has shown whom they are there.
pub(super) async fn finish(
    session: &CurrentSession, client: &Client, accounts: &Accounts,
    (db, sessions): (&Db, &Sessions), Elsewhere { name, subject }: Elsewhere,
) -> Response {
    let (user, current, now) = (session.user().user.clone(), session.id, accounts.now());
    let renewal = sessions.renew(session)?;
    let (store, provider) = (renewal.store(), name.clone());
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
    let sentence = format!("From now on, you can log in with {name}.");
    let mut response = redirect(HOME, Flash::success(sentence));
    response.add_cookie(renewal.cookie())?;
    Ok(response)
}

pub(super) fn failed(name: &str) -> HttpResponse {
    redirect(HOME, Flash::error(format!("{name} did not say who you are. Nothing has happened.")))
}

/// Not the last way in: a password, or another site that is asked here, has to be left.
async fn unlink(
    _: Sudo, session: CurrentSession, client: Client, provider: Path<String>, providers: Providers,
    (db, sessions, accounts): (Db, Sessions, Accounts), sent: Sent,
) -> Response {
    let gone = providers.named(&provider)?.clone();
    let issuers: Vec<_> = providers.iter().map(|provider| provider.issuer.clone()).collect();
    let (user, current, now) = (session.user().user.clone(), session.id, accounts.now());
    let renewal = sessions.renew(&session)?;
    let (store, name) = (renewal.store(), gone.name.clone());
    let unlink = once(sent, move |conn: &mut Connection| -> Result<Unlinked> {
        let is_way = |own: &Identity| own.issuer != gone.issuer && issuers.contains(&own.issuer);
        let others = Identity::of(conn, user.id)?;
        if !user.has_password() && !others.iter().any(|own| is_way(own) && own.is_trusted(&user)) {
            return Ok(Unlinked::Not);
        }
        if !Identity::unlink(conn, user.id, &gone.issuer)? {
            return Ok(Unlinked::Before);
        }
        store(conn)?;
        Ending::IdentitiesChanged.end(conn, user.id, Some(current))?;
        let notice = Notice::IdentityUnlinked { provider: gone.name.clone() };
        notice.post(conn, &user.address(), now)?;
        Ok(Unlinked::Now)
    });
    let unlinked = session.user().write(&db, unlink).await?;
    if unlinked == Some(Unlinked::Not) {
        let sentence =
            format!("Without {name} nothing opens your account. Choose a password first.");
        return Ok(redirect(HOME, Flash::error(sentence)));
    }
    let sentence = format!("{name} opens your account no more.");
    let mut response = redirect(HOME, Flash::success(sentence));
    if unlinked == Some(Unlinked::Now) {
        accounts.tell(&client, Event::IdentityUnlinked.of(session.user_id)).await;
        response.add_cookie(renewal.cookie())?;
    }
    Ok(response)
}
