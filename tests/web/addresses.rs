//! E-mail addresses, at every door.

use std::rc::Rc;

use app::people::Email;
use kit::text::trim;

use crate::browser::{Browser, PASSWORD, Site};

/// What cannot exist, and what mail cannot be written to.
const IMPOSSIBLE: &[&str] = &[
    "ada@gmail.com,",
    "ada@mail.example,com",
    "a@b!.com",
    "a@*.example.com",
    "a@-dash.example.com",
    "a@dash-.example.com",
    "a@under_score.example.com",
    "a..b@ex.org",
    ".a@ex.org",
    "a.@ex.org",
    "a@(x)ex.org",
    "a@ex.org(x)",
    "a@ex'.org",
    "a@ex.org;b@ex.org",
    "a@ex..org",
    "a@.ex.org",
    "a@ex.org.",
    "a@org",
    "a@b@ex.org",
    "a@ex.123",
    "a@127.0.0.1",
    "a@[127.0.0.1]",
    "a b@ex.org",
    "a@ex.org\r\nBcc: b@ex.org",
    "\u{e9}@ex.org",
];

/// What a paste may leave at both ends, unseen.
const UNSEEN: &[&str] =
    &[" ", "\t", "\r\n", "\u{a0}", "\u{feff}", "\u{200b}", "\u{200d}", "\u{2060}", "\u{202a}"];

#[test]
fn addresses_that_cannot_exist_are_refused_with_a_sentence() {
    let long = format!("a@{}.org", "x".repeat(64));
    let longer = format!("{}@ex.org", "x".repeat(65));
    let longest = format!("a@{}org", "abcdefghi.".repeat(25));
    let long = [long.as_str(), &longer, &longest];
    for address in IMPOSSIBLE.iter().chain(&long) {
        let sentence = Email::parse(address).expect_err(address);
        assert!(sentence.ends_with('.'), "{address:?}: {sentence}");
    }
}

#[test]
fn addresses_that_exist_are_taken() {
    for (typed, canonical) in [
        ("Ada@Example.COM", "ada@example.com"),
        ("o'brien+list=1@mail.example.co.uk", "o'brien+list=1@mail.example.co.uk"),
        ("a@3com.example", "a@3com.example"),
        ("a@xn--bcher-kva.example", "a@xn--bcher-kva.example"),
        ("a@b\u{fc}cher.example", "a@xn--bcher-kva.example"),
        ("{a}|~#@ex.org", "{a}|~#@ex.org"),
    ] {
        assert_eq!(Email::parse(typed).expect(typed).canonical, canonical);
    }
}

#[test]
fn what_nobody_sees_at_the_ends_is_taken_away_and_nothing_else() {
    for unseen in UNSEEN {
        let pasted = format!("{unseen}{unseen}ada@example.com{unseen}");
        assert_eq!(trim(&pasted), "ada@example.com", "{unseen:?}");
    }
    for seen in ["-", ".", "\u{301}", "\u{fe0f}", "\u{202e}"] {
        assert_eq!(trim(seen), seen);
    }
}

#[actix_web::test]
async fn a_pasted_address_opens_every_door() {
    let site = Site::with(&[("LIMIT_MAILS", "off")]).await;
    site.user("ada").await;
    for unseen in UNSEEN {
        let pasted = format!("{unseen}ada@example.com{unseen}");
        let stranger = site.stranger();
        let form = [("email", pasted.as_str()), ("password", PASSWORD)];
        assert_eq!(stranger.submit("/login", &form).await.status, 303, "{unseen:?}");
        let answer = site.stranger().submit("/forgot", &[("email", &pasted)]).await;
        assert_eq!(answer.status, 303, "{unseen:?}: {}", answer.body);
    }
}

#[actix_web::test]
async fn a_pasted_address_gets_a_program_its_token() {
    let site = Site::open().await;
    site.user("ada").await;
    for unseen in UNSEEN {
        let pasted = format!("{unseen}ada@example.com{unseen}");
        let answer = site.stranger().token(&[("username", &pasted)]).await;
        assert_eq!(answer.status, 200, "{unseen:?}: {}", answer.body);
    }
}

#[actix_web::test]
async fn a_pasted_address_is_registered_without_its_ends() {
    for unseen in UNSEEN {
        let browser = Browser::stranger().await;
        browser.site.user("ada").await;
        let pasted = format!("{unseen}grace@example.com{unseen}");
        let form = [("name", "Grace"), ("email", pasted.as_str()), ("password", PASSWORD)];
        assert_eq!(browser.submit("/register", &form).await.status, 303, "{unseen:?}");
        let mails = browser.site.mails().await;
        let to: Vec<_> = mails.iter().map(|mail| mail.to.as_str()).collect();
        assert_eq!(to, ["grace@example.com"], "{unseen:?}");
    }
}

#[actix_web::test]
async fn a_name_of_nothing_that_is_seen_is_no_name() {
    let ada = Browser::logged_in("ada").await;
    for unseen in UNSEEN {
        let answer = ada.submit("/account", &[("name", &unseen.repeat(3))]).await;
        assert_eq!(answer.status, 422, "{unseen:?}");
        let name = format!("{unseen}Countess{unseen}");
        assert_eq!(ada.submit("/account", &[("name", &name)]).await.status, 303);
        ada.get("/account").await.shows("value=\"Countess\"");
    }
}

/// Where an address is typed that may be anybody's.
const DOORS_FOR_STRANGERS: &[&str] = &["/forgot", "/register"];
const DOORS_FOR_ADMINISTRATORS: &[&str] = &["/account/email", "/account/invitations"];

#[actix_web::test]
async fn an_impossible_address_is_refused_at_every_door() {
    let site = Site::open().await;
    site.admin("root").await;
    let root = site.logged_in("root").await;
    for address in IMPOSSIBLE {
        let form = [("name", "Eve"), ("email", address), ("password", PASSWORD)];
        for path in DOORS_FOR_STRANGERS {
            assert_eq!(site.stranger().submit(path, &form).await.status, 422, "{path} {address:?}");
        }
        for path in DOORS_FOR_ADMINISTRATORS {
            let answer = root.submit(path, &form).await;
            assert_eq!(answer.status, 422, "{path} {address:?}");
        }
    }
    assert!(site.mails().await.is_empty());
}

/// Accounts from before the rules for addresses, and what they have for one.
async fn with_old_accounts() -> (Rc<Site>, [&'static str; 3]) {
    let site = Site::open().await;
    let addresses = ["a..b@ex.org", "ada@gmail.com,", "ada@under_score.ex.org"];
    for (id, address) in addresses.iter().enumerate() {
        let name = format!("old{id}");
        site.user(&name).await;
        let sql = format!("email = '{address}', email_canonical = '{address}'");
        site.sql(format!("UPDATE users SET {sql} WHERE name = '{name}'")).await;
    }
    (site, addresses)
}

#[actix_web::test]
async fn an_account_from_before_the_rules_is_still_found() {
    let (site, addresses) = with_old_accounts().await;
    for address in addresses {
        let form = [("email", address), ("password", PASSWORD)];
        assert_eq!(site.stranger().submit("/login", &form).await.status, 303, "{address}");
    }
}

#[actix_web::test]
async fn so_it_is_when_a_program_logs_in() {
    let (site, addresses) = with_old_accounts().await;
    for address in addresses {
        assert_eq!(site.stranger().token(&[("username", address)]).await.status, 200, "{address}");
    }
}
