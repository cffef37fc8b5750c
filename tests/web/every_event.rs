//! Each kind of security event is told: to whoever listens, in the table, and to the person it happened to.

use std::rc::Rc;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use app::people::{Event, SecurityEvent};
use diesel::connection::SimpleConnection as _;
use strum::VariantArray as _;

use crate::browser::{Browser, OTHER_PASSWORD, PASSWORD, Site, address};
use crate::database::HOLD_EVERYTHING;
use crate::operator::command;
#[cfg(feature = "passkeys")]
use crate::passkeys;
use crate::rights::FAILED;
use crate::second_factor;
#[cfg(feature = "oidc")]
use crate::{other_site::OtherSite, providers};

/// For the log alone: what programs do all day, what is nobody's, and what happened to who is gone.
const NOT_KEPT: &[&str] = &[
    "token_refreshed",
    "account_deleted",
    "token_refused",
    "unauthorized",
    "out_of_scope",
    "needs_fresh",
    "limit_reached",
];

/// What is told of nobody.
const NOBODYS: &[&str] = &["unauthorized", "token_refused", "out_of_scope", "limit_reached"];

/// What only a command tells: nobody listens in its process.
const COMMANDS: [&str; 6] = [
    "reset_link_made",
    "sessions_ended",
    "account_disabled",
    "account_enabled",
    "administrator_made",
    "administrator_unmade",
];

/// The name of every kind there is.
fn kinds() -> Vec<&'static str> {
    Event::VARIANTS.iter().map(|event| event.name()).collect()
}

/// Ada, whose id is 1, logged in where `root` is the administrator.
async fn ada() -> Browser {
    let settings = [
        ("TRUSTED_PROXIES", "127.0.0.1"),
        #[cfg(feature = "oidc")]
        ("OIDC_PROVIDERS", &OtherSite::open().setting("Example")),
    ];
    let site = Site::with(&settings).await;
    site.user("ada").await;
    site.admin("root").await;
    site.logged_in("ada").await
}

/// Does at a browser what is told as `kind`; whether anything here is.
async fn at_a_browser(kind: &str, ada: &Browser) -> bool {
    let wrong = [("email", "ada@example.com"), ("password", "not her password")];
    let change = [("current", PASSWORD), ("password", OTHER_PASSWORD)];
    let token = [("name", "x"), ("days", "30"), ("papers:read", "yes")];
    let from_afar = || {
        ada.set_header("x-forwarded-for", Some("203.0.113.9"))
            .set_header("user-agent", Some("curl"))
    };
    match kind {
        "logged_in" => ada.log_in("ada").await,
        "log_in_failed" => ada.submit("/login", &wrong).await,
        "logged_out" => ada.submit("/logout", &[]).await,
        "password_changed" => ada.submit("/account/password", &change).await,
        "other_sessions_ended" => ada.submit("/account/sessions/end-others", &[]).await,
        "data_exported" => ada.get("/account/export").await,
        "account_deleted" => ada.leave("ada").await,
        "session_moved" => from_afar().get("/dashboard").await,
        "needs_fresh" => {
            ada.site.clock.advance(time::Duration::minutes(10));
            ada.get("/account/email").await
        }
        "sudo_granted" => ada.submit("/sudo", &[("password", PASSWORD)]).await,
        "sudo_denied" => ada.submit("/sudo", &[("password", "not her password")]).await,
        "api_token_created" => ada.submit("/account/tokens", &token).await,
        "limit_reached" => {
            for _ in 0..5 {
                ada.submit("/sudo", &[("password", "not her password")]).await;
            }
            ada.submit("/sudo", &[("password", PASSWORD)]).await
        }
        "second_factor_added" => second_factor::turn_on(ada).await.0,
        "second_factor_removed" => {
            second_factor::turn_on(ada).await;
            ada.submit("/account/second-factor/remove", &[]).await
        }
        "recovery_codes_made" => {
            second_factor::turn_on(ada).await;
            ada.submit("/account/second-factor/codes", &[]).await
        }
        "recovery_code_used" => {
            let codes = second_factor::turn_on(ada).await.1;
            second_factor::try_code(&ada.site, &codes[0]).await
        }
        #[cfg(feature = "passkeys")]
        "passkey_added" => passkeys::turn_on(ada).await.1,
        #[cfg(feature = "passkeys")]
        "passkey_removed" => {
            passkeys::turn_on(ada).await;
            ada.submit("/account/passkeys/1/remove", &[]).await
        }
        #[cfg(feature = "passkeys")]
        "passkey_refused" => {
            let (mut device, _) = passkeys::turn_on(ada).await;
            device.handle.reverse();
            passkeys::log_in(&ada.site, &mut device).await.1
        }
        #[cfg(feature = "oidc")]
        "identity_linked" | "identity_unlinked" | "identity_refused" => {
            providers::bring_about(kind, ada).await
        }
        "second_factor_failed" => {
            second_factor::turn_on(ada).await;
            second_factor::try_code(&ada.site, "000000").await
        }
        "unauthorized" => ada.site.stranger().get("/dashboard").await,
        "session_ended" => {
            ada.site.logged_in("ada").await;
            ada.submit("/account/sessions/2/end", &[]).await
        }
        _ => return false,
    };
    true
}

/// The same for what goes by mail.
async fn by_mail(kind: &str, ada: &Browser) -> bool {
    let site = &ada.site;
    let confirm = async |ada: &Browser, name: &str, path: &str, fields: &[(&str, &str)]| {
        ada.open_link(&site.link_to(name).await).await;
        ada.submit(path, fields).await;
    };
    let invite = [("email", "bob@example.com")];
    match kind {
        "invited" => {
            drop(site.logged_in("root").await.submit("/account/invitations", &invite).await);
        }
        "invitation_taken_back" => {
            let root = site.logged_in("root").await;
            root.submit("/account/invitations", &invite).await;
            site.mails().await;
            root.submit("/account/invitations/take-back", &invite).await;
        }
        "registered" => {
            site.stranger().register("bob").await;
            let fields = [("name", "Bob"), ("password", PASSWORD)];
            confirm(&site.stranger(), "bob", "/register/confirm", &fields).await;
        }
        "email_confirmed" => {
            site.sql("UPDATE users SET verified_at = NULL").await;
            ada.submit("/account/confirm", &[]).await;
            confirm(ada, "ada", "/confirm", &[]).await;
        }
        "email_change_asked" | "email_changed" => {
            ada.submit("/account/email", &[("email", &address("lovelace"))]).await;
            confirm(ada, "lovelace", "/account/email/confirm", &[]).await;
        }
        "password_reset" => {
            ada.submit("/forgot", &[("email", &address("ada"))]).await;
            confirm(ada, "ada", "/reset", &[("password", OTHER_PASSWORD)]).await;
        }
        _ => return false,
    }
    true
}

/// The same for programs.
async fn by_a_program(kind: &str, site: &Rc<Site>) -> bool {
    let program = site.stranger();
    let tokens = async || program.token(&[("username", &address("ada"))]).await.json();
    let refresh = async |tokens: &serde_json::Value| {
        program.refresh(tokens["refresh_token"].as_str().unwrap()).await;
    };
    match kind {
        "token_issued" => drop(tokens().await),
        "token_refused" => drop(program.token(&[("username", "no@example.com")]).await),
        "out_of_scope" => drop(site.program("ada", "profile:read").await.get("/api/papers").await),
        "token_refreshed" | "token_reused" => {
            let first = tokens().await;
            refresh(&first).await;
            refresh(&first).await;
        }
        "token_revoked" => {
            let token = tokens().await["access_token"].as_str().unwrap().to_owned();
            program.submit("/auth/revoke", &[("token", &token)]).await;
        }
        _ => return false,
    }
    true
}

/// The same for what an administrator does alone.
async fn by_an_administrator(kind: &str, site: &Rc<Site>) -> bool {
    let root = site.logged_in("root").await;
    match kind {
        "reset_link_sent" => {
            root.submit("/admin/people/1", &[("act", "send-reset-link")]).await;
        }
        "account_removed" => {
            root.submit("/admin/people/1", &[("act", "delete")]).await;
        }
        "mail_tried_again" => {
            site.sql(FAILED).await;
            root.submit("/admin/outbox/1", &[]).await;
        }
        _ => return false,
    }
    true
}

/// The same for an operator.
async fn by_an_operator(kind: &str, site: &Site) -> bool {
    match kind {
        "account_enabled" => site.sql("UPDATE users SET disabled_at = created_at").await,
        "administrator_unmade" => drop(site.admin("ada").await),
        _ => {}
    }
    let done = match kind {
        "reset_link_made" => "reset-link",
        "sessions_ended" => "end-sessions",
        "account_disabled" => "disable",
        "account_enabled" => "enable",
        "administrator_made" => "promote",
        "administrator_unmade" => "demote",
        _ => return false,
    };
    drop(command(site, &["user", done, &address("ada")], ""));
    true
}

/// Brings it about; the events of that kind that somebody who listens has heard.
async fn heard(kind: &str, ada: &Browser) -> Vec<SecurityEvent> {
    let heard = Arc::new(Mutex::new(Vec::new()));
    let sink = Arc::clone(&heard);
    ada.site.app.state().events().listen(move |event| sink.lock().unwrap().push(event.clone()));
    let mut is_done = at_a_browser(kind, ada).await || by_mail(kind, ada).await;
    is_done = is_done || by_an_administrator(kind, &ada.site).await;
    is_done = is_done || by_an_operator(kind, &ada.site).await;
    is_done = is_done || by_a_program(kind, &ada.site).await;
    assert!(is_done, "nothing in this file brings about {kind}: add it");
    let heard = heard.lock().unwrap().clone();
    heard.into_iter().filter(|event| event.event.name() == kind).collect()
}

/// How many rows of that kind name their user, and where the request came from: from nowhere, when it
/// was a command.
async fn rows(site: &Site, kind: &str) -> i64 {
    let owner = owner(kind);
    // Whose account is deleted owns nothing any more.
    let owner = owner.filter(|_| kind != "account_removed");
    let owner = owner.map_or("IS NULL".to_owned(), |id| format!("= {id}"));
    let place = match kind {
        "session_moved" => "203.0.113.9",
        _ if COMMANDS.contains(&kind) => "",
        _ => "127.0.0.1",
    };
    let found = format!("kind = '{kind}' AND user_id {owner} AND ip_address = '{place}'");
    site.count(format!("SELECT count(*) AS count FROM events WHERE {found}")).await
}

/// Whose each kind is here.
fn owner(kind: &str) -> Option<i64> {
    if kind == "mail_tried_again" {
        return Some(2);
    }
    match kind {
        "invited" | "invitation_taken_back" => Some(2),
        "registered" => Some(3),
        _ if NOBODYS.contains(&kind) => None,
        _ => Some(1),
    }
}

#[actix_web::test]
async fn who_listens_hears_every_kind_once_and_of_whom() {
    for kind in kinds().into_iter().filter(|kind| !COMMANDS.contains(kind)) {
        let ada = ada().await;
        let whose: Vec<_> = heard(kind, &ada).await.iter().map(|event| event.user_id).collect();
        assert_eq!(whose, [owner(kind)], "{kind}");
    }
}

#[actix_web::test]
async fn the_table_keeps_every_kind_that_people_may_want_to_look_up_and_no_other() {
    for kind in kinds() {
        let ada = ada().await;
        let before = rows(&ada.site, kind).await;
        heard(kind, &ada).await;
        let kept = i64::from(!NOT_KEPT.contains(&kind));
        assert_eq!(rows(&ada.site, kind).await - before, kept, "{kind}");
    }
}

#[test]
fn the_list_of_kinds_is_found() {
    assert!(kinds().len() > 10 && kinds().contains(&"session_moved"), "{:?}", kinds());
}

#[actix_web::test]
async fn what_is_done_for_somebody_who_has_gone_meanwhile_is_told_all_the_same() {
    let ada = Browser::logged_in("ada").await;
    let site = &ada.site;
    site.logged_in("ada").await;
    let mut other = site.database.other_program(HOLD_EVERYTHING);
    let gone = ada.submit("/account/sessions/end-others", &[]);
    assert!(tokio::time::timeout(Duration::from_millis(300), gone).await.is_err());
    other.batch_execute("COMMIT").unwrap();
    let told = "SELECT count(*) AS count FROM events WHERE kind = 'other_sessions_ended'";
    for _ in 0..400 {
        if site.count(told).await == 1 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    panic!("nobody knows what was done");
}
