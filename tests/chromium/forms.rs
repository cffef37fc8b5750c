//! Forms in a real browser, with and without scripts.

use fantoccini::Locator;

use crate::driver::{PASSWORD, Visitor};

/// Ada at a browser of either kind, on a server where she is the administrator.
async fn ada(with_scripts: bool) -> (Visitor, Visitor) {
    let home = Visitor::logged_in().await;
    let ada =
        if with_scripts { home.elsewhere().await } else { home.elsewhere_without_scripts().await };
    ada.log_in("ada@example.com", PASSWORD).await;
    (home, ada)
}

async fn value(visitor: &Visitor, name: &str) -> String {
    let field = visitor.browser.find(Locator::Css(&format!("[name='{name}']"))).await.unwrap();
    field.prop("value").await.unwrap().unwrap()
}

async fn fill_in_login(ada: &Visitor) {
    ada.fill(&[("email", "ada@example.com"), ("password", PASSWORD)]).await;
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
        ada.reads("Nothing was saved yet: your session has ended.").await;
        fill_in_login(&ada).await;
        ada.press("Log in").await;
        if !with_scripts {
            ada.reads("You are back").await;
            ada.reads("Two litres").await;
            ada.press("Back to the form").await;
        }
        ada.comes_to_read("Nothing was saved yet: look it over, and send it again.").await;
        assert_eq!(
            (value(&ada, "title").await, value(&ada, "body").await),
            ("Milk".into(), "Two litres".into())
        );
        ada.press("Save").await;
        ada.reads("Your note is saved.").await;
        ada.leave().await;
        home.leave().await;
    }
}

#[actix_web::test]
#[ignore = "needs Chromium: scripts/check"]
async fn ada_who_is_asked_for_her_password_is_back_at_the_boxes_she_ticked() {
    for with_scripts in [true, false] {
        let (home, ada) = ada(with_scripts).await;
        ada.open("/account/tokens/new").await;
        ada.fill(&[("name", "Backup script")]).await;
        ada.tick("notes:write").await;
        ada.turns_into_another_browser().await;
        ada.press("Create token").await;
        ada.reads("Confirm your password, and you come back to what you typed.").await;
        ada.fill(&[("password", PASSWORD)]).await;
        ada.press("Confirm").await;
        if !with_scripts {
            ada.press("Back to the form").await;
        }
        ada.comes_to_read("Nothing was saved yet: look it over, and send it again.").await;
        assert_eq!(value(&ada, "name").await, "Backup script");
        let ticked = ada.browser.find_all(Locator::Css("[type=checkbox]:checked")).await.unwrap();
        assert_eq!(ticked.len(), 1);
        ada.press("Create token").await;
        ada.reads("It will not be shown again.").await;
        ada.leave().await;
        home.leave().await;
    }
}

#[actix_web::test]
#[ignore = "needs Chromium: scripts/check"]
async fn a_double_click_sends_a_form_once_and_the_button_is_ready_when_the_page_is_back() {
    let ada = Visitor::logged_in().await;
    ada.open("/notes/new").await;
    // Nothing is left for: the form is sent, and no answer comes.
    let script = "const form = document.querySelector('main form');
        const button = form.querySelector('button');
        button.name = 'save';
        button.value = 'Save';
        window.sent = 0;
        window.data = '';
        form.addEventListener('formdata', (event) => { window.sent += 1; window.data = event.formData.get('save'); });
        form.target = 'nowhere';
        form.title.value = 'Milk';
        const frame = document.createElement('iframe');
        frame.name = 'nowhere';
        document.body.append(frame);
        button.click();
        button.click();";
    ada.browser.execute(script, vec![]).await.unwrap();
    let state = "const button = document.querySelector('main form button');
        return [button.disabled, window.sent, window.data];";
    tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    let seen = ada.browser.execute(state, vec![]).await.unwrap();
    assert_eq!(seen, serde_json::json!([true, 1, "Save"]));
    let back = "dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }));
        return document.querySelector('main form button').disabled;";
    assert_eq!(ada.browser.execute(back, vec![]).await.unwrap(), false);
    ada.leave().await;
}

#[actix_web::test]
#[ignore = "needs Chromium: scripts/check"]
async fn what_is_pasted_is_not_cut_off_and_what_is_too_much_is_counted() {
    let ada = Visitor::logged_in().await;
    ada.open("/notes/new").await;
    let paste = |text: &str, name: &str| {
        format!(
            "const field = document.querySelector('[name={name}]');
             field.focus();
             document.execCommand('insertText', false, '{text}');"
        )
    };
    for (length, sentence) in [
        (89, ""),
        (95, "5 characters left"),
        (99, "1 character left"),
        (103, "3 characters too many"),
    ] {
        ada.open("/notes/new").await;
        ada.browser.execute(&paste(&"m".repeat(length), "title"), vec![]).await.unwrap();
        ada.comes_to_read(sentence).await;
        assert_eq!(value(&ada, "title").await.len(), length);
    }
    ada.browser.execute(&paste(&"m".repeat(5001), "body"), vec![]).await.unwrap();
    ada.comes_to_read("1 character too many").await;
    ada.press("Save").await;
    ada.reads("Use at most 100 characters; these are 103.").await;
    ada.reads("Use at most 5000 characters; these are 5001.").await;
    ada.reads("3 characters too many").await;
    assert_eq!(value(&ada, "body").await.len(), 5001);
    ada.leave().await;
}
