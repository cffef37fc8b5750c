//! Notes.

use actix_web::http::Method;
use serde_json::json;

use crate::browser::{Browser, Site};

const FORM: &[(&str, &str)] = &[("title", "Milk"), ("body", "Two litres")];

#[actix_web::test]
async fn a_note_is_added_read_changed_deleted_and_brought_back() {
    let ada = Browser::logged_in("ada").await;
    let answer = ada.submit("/notes", FORM).await;
    ada.follow(&answer).await.shows("Your note is saved.").shows("Milk");
    let changed = [FORM, &[("title", "Bread")]].concat();
    let answer = ada.submit("/notes/1", &changed).await;
    ada.follow(&answer).await.shows("Your changes are saved.").shows("<h1>Bread</h1>");
    ada.get("/notes/1/edit").await.shows("value=\"Bread\"");
    let answer = ada.submit("/notes/1/delete", &[]).await;
    ada.follow(&answer).await.shows("Your note is deleted.").hides("Bread");
    assert_eq!(ada.get("/notes/1").await.status, 404);
    let answer = ada.submit("/notes/1/restore", &[]).await;
    ada.follow(&answer).await.shows("Your note is back.").shows("<h1>Bread</h1>");
}

#[actix_web::test]
async fn anothers_note_is_not_there() {
    let site = Site::open().await;
    let (ada, eve) = (site.logged_in("ada").await, site.logged_in("eve").await);
    ada.submit("/notes", FORM).await;
    eve.get("/notes").await.hides("Milk");
    for path in ["/notes/1", "/notes/1/edit", "/notes/1/delete"] {
        assert_eq!(eve.get(path).await.status, 404, "{path}");
    }
    for path in ["/notes/1", "/notes/1/delete", "/notes/1/restore"] {
        assert_eq!(eve.submit(path, FORM).await.status, 404, "{path}");
    }
    ada.get("/notes/1").await.shows("<h1>Milk</h1>");
}

#[actix_web::test]
async fn what_is_wrong_is_said_at_its_field_and_nothing_is_lost() {
    let ada = Browser::logged_in("ada").await;
    let wrong = [FORM, &[("title", " ")]].concat();
    let page = ada.submit("/notes", &wrong).await;
    assert_eq!(page.status, 422);
    page.shows("Enter a title.");
    page.shows("Two litres</textarea>");
    assert_eq!(ada.site.count("SELECT count(*) AS count FROM notes").await, 0);
}

#[actix_web::test]
async fn notes_are_found_by_their_words_and_sorted_by_a_head() {
    let ada = Browser::logged_in("ada").await;
    for word in ["Bread", "Tea"] {
        ada.submit("/notes", &[FORM, &[("title", word)]].concat()).await;
    }
    ada.get("/notes?q=tea").await.shows(">Tea</a>").hides(">Bread</a>");
    let sorted = ada.get("/notes?sort=title").await.body;
    assert!(sorted.find(">Bread</a>") < sorted.find(">Tea</a>"), "{sorted}");
}

#[actix_web::test]
async fn a_program_adds_reads_changes_and_deletes_a_note() {
    let site = Site::open().await;
    let program = site.program("ada", "notes:read notes:write").await;
    let draft = json!({ "title": "Milk", "body": "Two litres" });
    let made = program.json(Method::POST, "/api/notes", &draft).await;
    assert_eq!((made.status, &made.json()["body"]), (201, &draft["body"]), "{}", made.body);
    assert_eq!(program.get("/api/notes/1").await.json(), made.json());
    let mut changed = draft.clone();
    changed["title"] = json!("Bread");
    let answer = program.json(Method::PUT, "/api/notes/1", &changed).await;
    assert_eq!(answer.json()["title"], "Bread");
    changed["title"] = json!("");
    let refused = program.json(Method::PUT, "/api/notes/1", &changed).await;
    assert_eq!(
        (refused.status, &refused.json()["errors"]["title"]),
        (422, &json!("Enter a title."))
    );
    assert_eq!(program.get("/api/notes?q=bread").await.json()["total"], 1);
    assert_eq!(program.send(Method::DELETE, "/api/notes/1", None).await.status, 204);
    assert_eq!(program.get("/api/notes/1").await.status, 404);
}
