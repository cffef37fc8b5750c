//! The worked example.

use crate::browser::{Browser, Site};

const MILK: [(&str, &str); 2] = [("title", "Milk"), ("body", "Two litres\nof it")];

#[actix_web::test]
async fn a_note_is_written_read_changed_and_deleted() {
    let ada = Browser::logged_in("ada").await;
    ada.get("/notes").await.shows("You have no notes yet.");
    let answer = ada.submit("/notes", &MILK).await;
    assert_eq!((answer.status, answer.location()), (303, "/notes"));
    ada.follow(&answer).await.shows("Your note is saved.").shows("Milk").shows("/notes/1");
    ada.get("/notes/1").await.shows("Two litres\nof it");
    let answer = ada.submit("/notes/1", &[("title", "Oat milk"), ("body", "")]).await;
    ada.follow(&answer)
        .await
        .shows("Your changes are saved.")
        .shows("Oat milk")
        .hides("Two litres");
    ada.get("/notes/1/delete").await.shows("“Oat milk” will be gone for good.");
    let answer = ada.submit("/notes/1/delete", &[]).await;
    ada.follow(&answer).await.shows("Your note is deleted.").hides("Oat milk");
}

#[actix_web::test]
async fn the_list_begins_with_the_latest_note() {
    let ada = Browser::logged_in("ada").await;
    for title in ["First", "Second"] {
        ada.submit("/notes", &[("title", title)]).await;
    }
    let page = ada.get("/notes").await;
    assert!(page.body.find("Second") < page.body.find("First"));
}

#[actix_web::test]
async fn anothers_note_is_not_there() {
    let site = Site::open().await;
    let (ada, eve) = (site.logged_in("ada").await, site.logged_in("eve").await);
    ada.submit("/notes", &MILK).await;
    eve.get("/notes").await.hides("Milk");
    assert_eq!(eve.get("/notes/1").await.status, 404);
    assert_eq!(eve.submit("/notes/1", &MILK).await.status, 404);
    assert_eq!(eve.submit("/notes/1", &[("title", "")]).await.status, 404);
    assert_eq!(eve.get("/notes/1/delete").await.status, 404);
    assert_eq!(eve.submit("/notes/1/delete", &[]).await.status, 404);
    ada.get("/notes/1").await.shows("Milk");
}

#[actix_web::test]
async fn a_title_is_asked_for_and_the_text_is_kept() {
    let ada = Browser::logged_in("ada").await;
    let answer = ada.submit("/notes", &[("title", "   "), ("body", "Two litres")]).await;
    assert_eq!(answer.status, 422);
    answer.shows("Enter a title.").shows("Two litres").shows("aria-invalid=\"true\"");
    assert_eq!(ada.site.count("SELECT count(*) AS count FROM notes").await, 0);
}

#[actix_web::test]
async fn a_rejected_change_stays_a_change_of_the_same_note() {
    let ada = Browser::logged_in("ada").await;
    ada.submit("/notes", &MILK).await;
    let answer = ada.submit("/notes/1", &[("title", ""), ("body", "x")]).await;
    assert_eq!(answer.status, 422);
    answer.shows("action=\"/notes/1\"").shows("Edit note");
    ada.get("/notes/1").await.shows("Milk");
}

#[actix_web::test]
async fn lengths_are_limited_in_characters() {
    let ada = Browser::logged_in("ada").await;
    let (title, body) = ("ü".repeat(100), "\u{1f95b}".repeat(5000));
    assert_eq!(ada.submit("/notes", &[("title", &title), ("body", &body)]).await.status, 303);
    let (title, body) = ("ü".repeat(101), "m".repeat(5001));
    let answer = ada.submit("/notes", &[("title", &title), ("body", &body)]).await;
    assert_eq!(answer.status, 422);
    answer.shows("Use at most 100 characters; these are 101.").shows("Use at most 5000 characters");
}

#[actix_web::test]
async fn strange_ids_are_notes_that_are_not_there() {
    let ada = Browser::logged_in("ada").await;
    for id in ["0", "-1", "99", "x", "1.0", "9223372036854775808", "%00", "%2e%2e", "1%20OR%201=1"]
    {
        assert_eq!(ada.get(&format!("/notes/{id}")).await.status, 404, "{id}");
    }
}

#[actix_web::test]
async fn markup_in_a_note_is_only_text() {
    let ada = Browser::logged_in("ada").await;
    let title = "<script>alert(1)</script>";
    ada.submit("/notes", &[("title", title), ("body", "</textarea><script>")]).await;
    for path in ["/notes", "/notes/1", "/notes/1/delete"] {
        ada.get(path).await.hides("<script>");
    }
}

#[actix_web::test]
async fn many_notes_come_a_page_at_a_time() {
    let ada = Browser::logged_in("ada").await;
    for n in 1..=21 {
        ada.submit("/notes", &[("title", &format!("Number {n};"))]).await;
    }
    let first = ada.get("/notes").await;
    first.shows("Number 21;").shows("Number 2;").hides("Number 1;").shows("/notes?page=2");
    ada.get("/notes?page=2").await.shows("Number 1;").hides("Number 2;").hides("page=3");
    for page in ["0", "-1", "x", "99999999999999999999"] {
        let status = ada.get(&format!("/notes?page={page}")).await.status;
        assert!(matches!(status, 200 | 400), "{page} gave {status}");
    }
}

#[actix_web::test]
async fn line_breaks_count_as_the_browser_counts_them() {
    let ada = Browser::logged_in("ada").await;
    let body = format!("{}{}", "\r\n".repeat(100), "a".repeat(4900));
    assert_eq!(ada.submit("/notes", &[("title", "Lines"), ("body", &body)]).await.status, 303);
    assert_eq!(ada.submit("/notes", &[("title", "NUL"), ("body", "a\u{0}b")]).await.status, 422);
}
