//! Notes in a real browser: from the first start to the first one, and what becomes of what was typed.

use crate::driver::Visitor;
use crate::forms::{ada, is_back_after, paste, value};

#[actix_web::test]
#[ignore = "needs Chromium: scripts/check"]
async fn ada_writes_changes_and_deletes_a_note() {
    // From the terminal's link to the first note: four pages, and a click on each.
    let ada = Visitor::logged_in().await;
    ada.press("Add the first one").await;
    ada.fill(&[("title", "Milk"), ("body", "Two litres")]).await;
    ada.press("Save").await;
    ada.reads("Your note is saved.").await;
    ada.press("Milk").await;
    ada.reads("Two litres").await;
    ada.press("Edit").await;
    ada.fill(&[("title", "Oat milk")]).await;
    ada.press("Save").await;
    ada.reads("Oat milk").await;
    ada.click("a[data-ask]").await;
    ada.comes_to_read("Delete this note?").await;
    assert_eq!(ada.path().await, "/notes/1", "the question is on the page");
    ada.press("Delete note").await;
    ada.reads("No notes yet").await;
    ada.leave().await;
}

#[actix_web::test]
#[ignore = "needs Chromium: scripts/check"]
async fn without_scripts_a_note_is_deleted_by_a_page_and_brought_back() {
    let (home, ada) = ada(false).await;
    ada.open("/notes/new").await;
    ada.fill(&[("title", "Milk"), ("body", "Two litres")]).await;
    ada.press("Save").await;
    ada.open("/notes/1").await;
    ada.press("Delete…").await;
    ada.press("Delete note").await;
    ada.press("Undo").await;
    ada.reads("Two litres").await;
    home.leave().await;
    ada.leave().await;
}

#[actix_web::test]
#[ignore = "needs Chromium: scripts/check"]
async fn ada_whose_session_has_ended_is_back_at_her_note_after_the_login() {
    for with_scripts in [true, false] {
        let (home, ada) = ada(with_scripts).await;
        ada.open("/notes/new").await;
        ada.fill(&[("title", "Milk"), ("body", "Two litres")]).await;
        ada.browser.delete_all_cookies().await.unwrap();
        ada.press("Save").await;
        is_back_after("Log in", &ada, with_scripts, "Two litres").await;
        let kept = (value(&ada, "title").await, value(&ada, "body").await);
        assert_eq!(kept, ("Milk".into(), "Two litres".into()));
        ada.press("Save").await;
        ada.reads("Your note is saved.").await;
        ada.leave().await;
        home.leave().await;
    }
}

#[actix_web::test]
#[ignore = "needs Chromium: scripts/check"]
async fn a_note_that_is_too_long_is_not_cut_off_and_says_so() {
    let ada = Visitor::logged_in().await;
    ada.open("/notes/new").await;
    paste(&ada, "title", 103).await;
    paste(&ada, "body", 5001).await;
    ada.comes_to_read("1 character too many").await;
    ada.press("Save").await;
    ada.reads("Use at most 100 characters; these are 103.").await;
    ada.reads("Use at most 5000 characters; these are 5001.").await;
    ada.reads("3 characters too many").await;
    assert_eq!(value(&ada, "body").await.len(), 5001);
    ada.leave().await;
}
