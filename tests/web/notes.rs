//! The worked example.

use time::Duration;

use crate::browser::{Browser, Site};

const MILK: [(&str, &str); 2] = [("title", "Milk"), ("body", "Two litres\nof it")];

#[actix_web::test]
async fn a_note_is_written_read_changed_and_deleted() {
    let ada = Browser::logged_in("ada").await;
    ada.get("/notes").await.shows("No notes yet");
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
    ada.get("/notes/1/delete").await.shows("“Oat milk” leaves your notes.");
    let answer = ada.submit("/notes/1/delete", &[]).await;
    ada.follow(&answer).await.shows("Your note is deleted.").hides("Oat milk");
    assert_eq!(ada.get("/notes/1").await.status, 404);
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

#[actix_web::test]
async fn a_deleted_note_can_be_brought_back_for_a_minute_and_by_its_owner_alone() {
    let site = Site::open().await;
    let (ada, eve) = (site.logged_in("ada").await, site.logged_in("eve").await);
    ada.submit("/notes", &MILK).await;
    let answer = ada.submit("/notes/1/delete", &[]).await;
    ada.follow(&answer).await.shows("action=\"/notes/1/restore\"");
    eve.get("/notes?deleted=1").await.hides("/notes/1/restore");
    assert_eq!(eve.submit("/notes/1/restore", &[]).await.status, 404);
    let answer = ada.submit("/notes/1/restore", &[]).await;
    ada.follow(&answer).await.shows("Your note is back.").shows("Two litres");
    ada.submit("/notes/1/delete", &[]).await;
    assert_eq!(ada.get("/account/export").await.json()["notes"].as_array().unwrap().len(), 0);
    site.clock.advance(Duration::minutes(1));
    assert_eq!(ada.submit("/notes/1/restore", &[]).await.status, 404);
    app::purge::purge(&site.db, &site.clock).await.unwrap();
    assert_eq!(site.count("SELECT count(*) AS count FROM notes").await, 0);
}

/// The titles on a page, in their order.
async fn titles(ada: &Browser, path: &str) -> Vec<String> {
    let page = ada.get(path).await.body;
    let rows = page.split("<tr><td><a href=\"/notes/").skip(1);
    rows.map(|row| row.split(['>', '<']).nth(1).unwrap().to_owned()).collect()
}

#[actix_web::test]
async fn notes_are_found_by_their_words_however_they_are_written() {
    let ada = Browser::logged_in("ada").await;
    for (title, body) in [("Ärger", "50% off"), ("Tea", "für zwei"), ("_", "none")] {
        ada.submit("/notes", &[("title", title), ("body", body)]).await;
    }
    for (typed, found) in [
        ("%C3%A4rger", &["Ärger"][..]),
        ("F%C3%9CR", &["Tea"]),
        ("0%25", &["Ärger"]),
        ("%25", &["Ärger"]),
        ("_", &["_"]),
        ("milk", &[]),
    ] {
        assert_eq!(titles(&ada, &format!("/notes?q={typed}")).await, found, "{typed}");
    }
    ada.get("/notes?q=%3Cb%3E").await.shows("“&#60;b&#62;” in it").hides("<b>");
}

#[actix_web::test]
async fn notes_are_sorted_by_the_head_that_was_clicked_and_counted() {
    let ada = Browser::logged_in("ada").await;
    for n in 0..48 {
        ada.submit("/notes", &[("title", &format!("{} {n:02}", ["b", "A"][n % 2]))]).await;
    }
    assert_eq!(titles(&ada, "/notes?sort=title").await[0], "A 01");
    assert_eq!(titles(&ada, "/notes?sort=-title").await[0], "b 46");
    assert_eq!(titles(&ada, "/notes?sort=created").await[0], "b 00");
    assert_eq!(titles(&ada, "/notes?sort=nonsense").await[0], "A 47");
    for n in 0..3 {
        ada.submit("/notes", &[("title", "c"), ("body", &n.to_string())]).await;
    }
    let twins = ada.get("/notes?sort=-title").await.body;
    assert!(twins.find("/notes/51\"") < twins.find("/notes/50\""), "in an order of their own");
    let page = ada.get("/notes?sort=title&q=a&page=2").await;
    page.shows("21–24 of 24").shows("rel=\"prev\" href=\"/notes?q=a&#38;sort=title\"");
    page.shows("aria-sort=\"ascending\"").shows("sort=-title").hides("rel=\"next\"");
    ada.get("/notes").await.shows("1–20 of 51").shows("rel=\"next\" href=\"/notes?page=2\"");
}
