//! What the parts that all models share promise, at a model of the tests' own: it is there whatever
//! becomes of those of the app.

mod api;
mod feature;
mod model;

pub use self::feature::FEATURE;
use crate::browser::{Browser, Site};

const MILK: [(&str, &str); 2] = [("title", "Milk"), ("body", "Two litres\nof it")];

#[actix_web::test]
async fn a_paper_is_written_read_changed_and_deleted() {
    let ada = Browser::logged_in("ada").await;
    ada.get("/papers").await.shows("No papers yet");
    let answer = ada.submit("/papers", &MILK).await;
    assert_eq!((answer.status, answer.location()), (303, "/papers"));
    ada.follow(&answer).await.shows("Your paper is saved.").shows("Milk").shows("/papers/1");
    ada.get("/papers/1").await.shows("Two litres\nof it");
    let answer = ada.submit("/papers/1", &[("title", "Oat milk"), ("body", "")]).await;
    let page = ada.follow(&answer).await;
    page.shows("Your changes are saved.").shows("Oat milk").hides("Two litres");
    ada.get("/papers/1/delete").await.shows("Delete “Oat milk”?");
    let answer = ada.submit("/papers/1/delete", &[]).await;
    ada.follow(&answer).await.shows("Your paper is deleted.").hides("Oat milk");
    assert_eq!(ada.get("/papers/1").await.status, 404);
}

#[actix_web::test]
async fn anothers_paper_is_not_there() {
    let site = Site::open().await;
    let (ada, eve) = (site.logged_in("ada").await, site.logged_in("eve").await);
    ada.submit("/papers", &MILK).await;
    eve.get("/papers").await.hides("Milk");
    assert_eq!(eve.get("/papers/1").await.status, 404);
    assert_eq!(eve.submit("/papers/1", &MILK).await.status, 404);
    assert_eq!(eve.submit("/papers/1", &[("title", "")]).await.status, 404);
    assert_eq!(eve.get("/papers/1/delete").await.status, 404);
    assert_eq!(eve.submit("/papers/1/delete", &[]).await.status, 404);
    ada.get("/papers/1").await.shows("Milk");
}

#[actix_web::test]
async fn strange_ids_are_rows_that_are_not_there() {
    let ada = Browser::logged_in("ada").await;
    for id in ["0", "-1", "99", "x", "1.0", "9223372036854775808", "%00", "%2e%2e", "1%20OR%201=1"]
    {
        assert_eq!(ada.get(&format!("/papers/{id}")).await.status, 404, "{id}");
    }
}

#[actix_web::test]
async fn what_has_to_be_there_is_asked_for_and_the_rest_is_kept() {
    let ada = Browser::logged_in("ada").await;
    let answer = ada.submit("/papers", &[("title", "   "), ("body", "Two litres")]).await;
    assert_eq!(answer.status, 422);
    answer.shows("Enter a title.").shows("Two litres").shows("aria-invalid=\"true\"");
    assert_eq!(ada.site.count("SELECT count(*) AS count FROM papers").await, 0);
}

#[actix_web::test]
async fn a_rejected_change_stays_a_change_of_the_same_row() {
    let ada = Browser::logged_in("ada").await;
    ada.submit("/papers", &MILK).await;
    let answer = ada.submit("/papers/1", &[("title", ""), ("body", "x")]).await;
    assert_eq!(answer.status, 422);
    answer.shows("action=\"/papers/1\"");
    ada.get("/papers/1").await.shows("Milk");
}

#[actix_web::test]
async fn lengths_are_limited_in_characters() {
    let ada = Browser::logged_in("ada").await;
    let (title, body) = ("ü".repeat(100), "\u{1f95b}".repeat(5000));
    assert_eq!(ada.submit("/papers", &[("title", &title), ("body", &body)]).await.status, 303);
    let (title, body) = ("ü".repeat(101), "m".repeat(5001));
    let answer = ada.submit("/papers", &[("title", &title), ("body", &body)]).await;
    assert_eq!(answer.status, 422);
    answer.shows("Use at most 100 characters; these are 101.").shows("Use at most 5000 characters");
}

#[actix_web::test]
async fn line_breaks_count_as_the_browser_counts_them() {
    let ada = Browser::logged_in("ada").await;
    let body = format!("{}{}", "\r\n".repeat(100), "a".repeat(4900));
    assert_eq!(ada.submit("/papers", &[("title", "Lines"), ("body", &body)]).await.status, 303);
    assert_eq!(ada.submit("/papers", &[("title", "NUL"), ("body", "a\u{0}b")]).await.status, 422);
}

#[actix_web::test]
async fn markup_is_only_text() {
    let ada = Browser::logged_in("ada").await;
    let title = "<script>alert(1)</script>";
    ada.submit("/papers", &[("title", title), ("body", "</textarea><script>")]).await;
    for path in ["/papers", "/papers/1", "/papers/1/delete", "/dashboard"] {
        ada.get(path).await.shows("&#60;script&#62;").hides("<script>");
    }
}

/// Writes them one after the other.
async fn write(ada: &Browser, titles: impl IntoIterator<Item = String>) {
    for title in titles {
        assert_eq!(ada.submit("/papers", &[("title", &title)]).await.status, 303, "{title}");
    }
}

/// The titles on a page, in their order.
async fn titles(ada: &Browser, path: &str) -> Vec<String> {
    let page = ada.get(path).await.body;
    let rows = page.split("<tr><td><a href=\"/papers/").skip(1);
    rows.map(|row| row.split(['>', '<']).nth(1).unwrap().to_owned()).collect()
}

#[actix_web::test]
async fn a_list_begins_with_the_latest_and_comes_a_page_at_a_time() {
    let ada = Browser::logged_in("ada").await;
    write(&ada, (1..=21).map(|n| format!("Number {n}"))).await;
    let (first, last) = (titles(&ada, "/papers").await, titles(&ada, "/papers?page=2").await);
    assert_eq!((first.len(), &*first[0], &*first[19]), (20, "Number 21", "Number 2"));
    assert_eq!(last, ["Number 1"]);
    ada.get("/papers").await.shows("/papers?page=2");
    ada.get("/papers?page=2").await.hides("page=3");
    for page in ["0", "-1", "x", "99999999999999999999"] {
        let status = ada.get(&format!("/papers?page={page}")).await.status;
        assert!(matches!(status, 200 | 400), "{page} gave {status}");
    }
}

#[actix_web::test]
async fn what_is_looked_for_is_found_however_it_is_written() {
    let ada = Browser::logged_in("ada").await;
    for (title, body) in [("Ärger", "50% off"), ("Tea", "für zwei"), ("_", "none")] {
        ada.submit("/papers", &[("title", title), ("body", body)]).await;
    }
    for (typed, found) in [
        ("%C3%A4rger", &["Ärger"][..]),
        ("F%C3%9CR", &["Tea"]),
        ("0%25", &["Ärger"]),
        ("%25", &["Ärger"]),
        ("_", &["_"]),
        ("milk", &[]),
    ] {
        assert_eq!(titles(&ada, &format!("/papers?q={typed}")).await, found, "{typed}");
    }
    ada.get("/papers?q=%3Cb%3E").await.shows("“&#60;b&#62;” in it").hides("<b>");
}

#[actix_web::test]
async fn a_list_is_sorted_by_the_head_that_was_clicked() {
    let ada = Browser::logged_in("ada").await;
    write(&ada, (0..48).map(|n| format!("{} {n:02}", ["b", "A"][n % 2]))).await;
    assert_eq!(titles(&ada, "/papers?sort=title").await[0], "A 01");
    assert_eq!(titles(&ada, "/papers?sort=-title").await[0], "b 46");
    assert_eq!(titles(&ada, "/papers?sort=created").await[0], "b 00");
    assert_eq!(titles(&ada, "/papers?sort=nonsense").await[0], "A 47");
    let page = ada.get("/papers?sort=title&q=a&page=2").await;
    page.shows("21–24 of 24").shows("rel=\"prev\" href=\"/papers?q=a&#38;sort=title\"");
    page.shows("aria-sort=\"ascending\"").shows("sort=-title").hides("rel=\"next\"");
    ada.get("/papers").await.shows("1–20 of 48").shows("rel=\"next\" href=\"/papers?page=2\"");
}

#[actix_web::test]
async fn of_rows_that_are_alike_the_newest_comes_first_on_every_page() {
    let ada = Browser::logged_in("ada").await;
    for n in 1..=3 {
        ada.submit("/papers", &[("title", "c"), ("body", &n.to_string())]).await;
    }
    for path in ["/papers", "/papers?sort=title", "/papers?sort=-title"] {
        let page = ada.get(path).await.body;
        assert!(page.find("/papers/3\"") < page.find("/papers/2\""), "{path}");
    }
}
