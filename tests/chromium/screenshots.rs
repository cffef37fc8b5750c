//! Pictures of every page, for the people who polish them: `scripts/screenshots`.

use std::fs;
use std::path::PathBuf;

use crate::driver::{PASSWORD, Screen, Visitor};

const SCREENS: [(&str, Screen); 4] = [
    ("phone-light", Screen { width: 390, height: 844, dark: false }),
    ("phone-dark", Screen { width: 390, height: 844, dark: true }),
    ("laptop-light", Screen { width: 1280, height: 800, dark: false }),
    ("laptop-dark", Screen { width: 1280, height: 800, dark: true }),
];

/// Takes the picture, and fails when the page is wider than the screen.
async fn take(visitor: &Visitor, screen: &str, page: &str) {
    let script = "return document.documentElement.scrollWidth <= window.innerWidth";
    let fits = visitor.browser.execute(script, vec![]).await.unwrap();
    assert_eq!(fits, true, "{page} is wider than the {screen}");
    let dir = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("target/screenshots");
    fs::create_dir_all(&dir).unwrap();
    let picture = visitor.browser.screenshot().await.unwrap();
    assert!(picture.starts_with(b"\x89PNG"));
    fs::write(dir.join(format!("{page}-{screen}.png")), picture).unwrap();
}

async fn tour((name, screen): (&str, Screen)) {
    let ada = Visitor::at(screen).await;
    let link = ada.server.setup_link().unwrap().to_owned();
    ada.browser.goto(&link).await.unwrap();
    take(&ada, name, "setup").await;
    ada.fill(&[("email", "ada@example.com"), ("password", PASSWORD)]).await;
    ada.press("Make the account").await;
    take(&ada, name, "dashboard").await;
    ada.open("/notes").await;
    take(&ada, name, "notes-empty").await;
    for title in
        ["Milk", "A note with a title that is long enough to need more than one line on a phone"]
    {
        ada.open("/notes/new").await;
        ada.fill(&[("title", title), ("body", "Two litres")]).await;
        ada.press("Save").await;
    }
    take(&ada, name, "notes").await;
    ada.open("/account/tokens/new").await;
    take(&ada, name, "token-new").await;
    ada.fill(&[("name", "Backup script")]).await;
    ada.tick("notes:read").await;
    ada.press("Make the token").await;
    take(&ada, name, "tokens").await;
    for (page, path) in [
        ("note", "/notes/1"),
        ("delete", "/notes/1/delete"),
        ("start", "/"),
        ("404", "/none"),
        ("sudo", "/sudo"),
    ] {
        ada.open(path).await;
        take(&ada, name, page).await;
    }
    ada.press("Log out").await;
    take(&ada, name, "start-logged-out").await;
    ada.open("/dashboard").await;
    take(&ada, name, "login").await;
    ada.fill(&[("email", "ada@example.com"), ("password", "not my password")]).await;
    ada.press("Log in").await;
    take(&ada, name, "login-refused").await;
    ada.open("/register").await;
    ada.fill(&[("name", "Ada"), ("email", "ada@localhost"), ("password", "short")]).await;
    ada.press("Create the account").await;
    take(&ada, name, "register-refused").await;
    ada.leave().await;
}

#[actix_web::test]
#[ignore = "needs Chromium: scripts/check"]
async fn every_page_fits_every_screen() {
    for screen in SCREENS {
        tour(screen).await;
    }
}
