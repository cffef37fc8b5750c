//! Pictures of every page, for the people who polish them: `scripts/screenshots`.

use std::fs;
use std::path::PathBuf;

use crate::driver::{LAPTOP, NEW_PASSWORD, PASSWORD, Screen, Visitor};

const SCREENS: [(&str, Screen); 4] = [
    ("phone-light", Screen { width: 390, height: 844, dark: false }),
    ("phone-dark", Screen { width: 390, height: 844, dark: true }),
    ("laptop-light", LAPTOP),
    ("laptop-dark", Screen { dark: true, ..LAPTOP }),
];

/// Takes the pictures, and fails when the page is wider than a screen.
pub async fn take(visitor: &Visitor, page: &str) {
    let dir = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("target/screenshots");
    fs::create_dir_all(&dir).unwrap();
    for (name, screen) in SCREENS {
        visitor.look_at(screen).await;
        // Not `innerWidth`: on a phone that grows with what is too wide.
        let script = "return document.documentElement.scrollWidth";
        let width = visitor.browser.execute(script, vec![]).await.unwrap().as_u64().unwrap();
        assert!(width <= screen.width.into(), "{page} is wider than the {name}: {width}");
        let picture = visitor.browser.screenshot().await.unwrap();
        assert!(picture.starts_with(b"\x89PNG"));
        fs::write(dir.join(format!("{page}-{name}.png")), picture).unwrap();
    }
    visitor.look_at(LAPTOP).await;
}

async fn take_all(visitor: &Visitor, pages: &[(&str, &str)]) {
    for (page, path) in pages {
        visitor.open(path).await;
        take(visitor, page).await;
    }
}

/// Fills in a form, sends it, and takes the page that comes.
async fn send(visitor: &Visitor, fields: &[(&str, &str)], button: &str, page: &str) {
    visitor.fill(fields).await;
    visitor.press(button).await;
    take(visitor, page).await;
}

#[actix_web::test]
#[ignore = "needs Chromium: scripts/check"]
async fn every_page_fits_every_screen() {
    let ada = Visitor::new().await;
    let link = ada.server.setup_link().unwrap().to_owned();
    take_all(&ada, &[("start-before", "/"), ("mailbox-empty", "/dev/mail")]).await;
    ada.browser.goto(&link).await.unwrap();
    take(&ada, "setup").await;
    let other = format!("{}?token={}", link.split_once('?').unwrap().0, "A".repeat(43));
    ada.browser.goto(&other).await.unwrap();
    take(&ada, "410-setup").await;
    ada.browser.goto(&link).await.unwrap();
    let fields = [("email", "ada@example.com"), ("password", PASSWORD)];
    send(&ada, &fields, "Make the account", "dashboard").await;
    notes(&ada).await;
    tokens(&ada).await;
    account(&ada).await;
    let plain = ada.elsewhere_without_scripts().await;
    coming_back(&plain).await;
    plain.leave().await;
    let library = ada.elsewhere().await;
    logging_in(&library).await;
    registering(&library).await;
    forgetting(&library).await;
    filled(&ada, &library).await;
    confirming(&ada, &library).await;
    library.leave().await;
    ada.leave().await;
}

async fn notes(ada: &Visitor) {
    take_all(ada, &[("notes-empty", "/notes"), ("note-new", "/notes/new")]).await;
    let long = "A note with a title that is long enough to need more than one line on a phone";
    for title in ["Milk", long] {
        ada.open("/notes/new").await;
        ada.fill(&[("title", title), ("body", "Two litres")]).await;
        ada.press("Save").await;
    }
    take(ada, "notes").await;
    take_all(ada, &[("note", "/notes/1"), ("delete", "/notes/1/delete")]).await;
    ada.open("/notes/new").await;
    ada.fill(&[("title", &"A title without an end ".repeat(5))]).await;
    ada.comes_to_read("too many").await;
    take(ada, "note-too-long").await;
}

/// What was typed when the session had ended, without a script that goes on by itself.
async fn coming_back(library: &Visitor) {
    library.log_in("ada@example.com", PASSWORD).await;
    library.open("/notes/new").await;
    library.fill(&[("title", "Milk"), ("body", "Two litres\nof it")]).await;
    library.browser.delete_all_cookies().await.unwrap();
    library.press("Save").await;
    take(library, "login-kept").await;
    let fields = [("email", "ada@example.com"), ("password", PASSWORD)];
    send(library, &fields, "Log in", "kept").await;
    library.press("Back to the form").await;
    take(library, "note-back").await;
}

async fn tokens(ada: &Visitor) {
    take_all(ada, &[("tokens-empty", "/account/tokens"), ("token-new", "/account/tokens/new")])
        .await;
    ada.fill(&[("name", "Backup script")]).await;
    ada.press("Make the token").await;
    take(ada, "token-refused").await;
    ada.tick("notes:read").await;
    ada.press("Make the token").await;
    take(ada, "tokens").await;
}

async fn account(ada: &Visitor) {
    let pages = [
        ("start", "/"),
        ("404", "/none"),
        ("sudo", "/sudo"),
        ("profile-unconfirmed", "/account"),
        ("invitations-unconfirmed", "/account/invitations"),
        ("password", "/account/password"),
        ("sessions", "/account/sessions"),
        ("activity", "/account/activity"),
        ("data", "/account/data"),
        ("data-copy", "/account/data/copy"),
        ("account-delete", "/account/delete"),
        ("email", "/account/email"),
    ];
    take_all(ada, &pages).await;
    ada.open("/account/password").await;
    let fields = [("current", "not my password"), ("password", "passwordpassword")];
    ada.fill(&fields).await;
    ada.comes_to_read("This is in a list of common passwords").await;
    take(ada, "password-judged").await;
    ada.press("Change the password").await;
    take(ada, "password-refused").await;
    ada.open("/account").await;
    ada.press("Send me the link").await;
    take(ada, "profile-mailed").await;
}

async fn logging_in(library: &Visitor) {
    take_all(library, &[("start-logged-out", "/"), ("login", "/dashboard")]).await;
    let fields = [("email", "ada@example.com"), ("password", "not my password")];
    send(library, &fields, "Log in", "login-refused").await;
    library.log_in("ada@example.com", PASSWORD).await;
    library.press("Log out").await;
    take(library, "logged-out").await;
}

async fn registering(library: &Visitor) {
    take_all(library, &[("410-no-cookie", "/register/confirm"), ("register", "/register")]).await;
    send(library, &[("email", "bea@localhost")], "Send the link", "register-refused").await;
    send(library, &[("email", "bea@example.com")], "Send the link", "register-sent").await;
    library.open_the_link_in_the_mail("Make your account").await;
    take(library, "join").await;
    let fields = [("name", "Bea"), ("password", "passwordpassword")];
    send(library, &fields, "Make the account", "join-refused").await;
    library.fill(&[("password", NEW_PASSWORD)]).await;
    library.comes_to_read("This is a good password.").await;
    take(library, "join-judged").await;
    library.press("Make the account").await;
    take(library, "welcome").await;
    library.press("Log out").await;
    library.open("/register/confirm").await;
    take(library, "410").await;
}

async fn forgetting(library: &Visitor) {
    take_all(library, &[("forgot", "/forgot")]).await;
    send(library, &[("email", "bea@example.com")], "Send the link", "forgot-sent").await;
    library.open_the_link_in_the_mail("Choose a new password").await;
    take(library, "reset").await;
    send(library, &[("password", "bea@example.com")], "Save the password", "reset-refused").await;
    send(library, &[("password", NEW_PASSWORD)], "Save the password", "reset-done").await;
    library.open("/register").await;
    library.fill(&[("email", "cleo@example.com")]).await;
    library.press("Send the link").await;
}

/// What fills up while the account is used.
async fn filled(ada: &Visitor, library: &Visitor) {
    library.log_in("ada@example.com", PASSWORD).await;
    let pages = [
        ("sessions-several", "/account/sessions"),
        ("activity-filled", "/account/activity"),
        ("mailbox", "/dev/mail"),
        ("mail", "/dev/mail/1"),
        ("mail-html", "/dev/mail/1/html"),
    ];
    take_all(ada, &pages).await;
}

async fn confirming(ada: &Visitor, library: &Visitor) {
    library.press("Log out").await;
    for (visitor, page) in [(library, "login-to-confirm"), (ada, "confirm")] {
        visitor.open("/dev/mail/1").await;
        visitor.follow(".mail a").await;
        take(visitor, page).await;
    }
    ada.press("Confirm the address").await;
    take(ada, "profile").await;
    ada.open("/account/invitations").await;
    take(ada, "invitations").await;
    send(ada, &[("email", "dora@example.com")], "Send the invitation", "invitations-sent").await;
    library.open_the_link_in_the_mail("You are invited").await;
    take(library, "join-invited").await;
    ada.open("/account/email").await;
    send(ada, &[("email", "ada@example.org")], "Send the link", "email-mailed").await;
    ada.open_the_link_in_the_mail("Confirm your new e-mail address").await;
    take(ada, "email-confirm").await;
}
