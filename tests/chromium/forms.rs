//! Forms in a real browser, with and without scripts.

use fantoccini::Locator;

use crate::driver::{PASSWORD, Visitor};

/// Ada at a browser of either kind, on a server where she is the administrator.
pub async fn ada(with_scripts: bool) -> (Visitor, Visitor) {
    let home = Visitor::logged_in().await;
    let ada =
        if with_scripts { home.elsewhere().await } else { home.elsewhere_without_scripts().await };
    ada.log_in("ada@example.com", PASSWORD).await;
    (home, ada)
}

pub async fn value(visitor: &Visitor, name: &str) -> String {
    let field = visitor.browser.find(Locator::Css(&format!("[name='{name}']"))).await.unwrap();
    field.prop("value").await.unwrap().unwrap()
}

/// Says who she is where her form was not saved, by this button, and is back at the form: at once where a
/// script leads there, and otherwise over a page that shows what she had typed.
pub async fn is_back_after(button: &str, ada: &Visitor, with_scripts: bool, typed: &str) {
    if button == "Log in" {
        ada.reads("Nothing was saved yet: your session has ended.").await;
        ada.fill(&[("email", "ada@example.com")]).await;
    } else {
        ada.reads("Confirm your password, and you come back to what you typed.").await;
    }
    ada.fill(&[("password", PASSWORD)]).await;
    ada.press(button).await;
    if !with_scripts {
        ada.reads("You are back").await;
        ada.reads(typed).await;
        ada.press("Back to the form").await;
    }
    ada.comes_to_read("Nothing was saved yet: look it over, and send it again.").await;
}

/// Puts a text of this length into a field, in the place of what is there.
pub async fn paste(ada: &Visitor, name: &str, length: usize) {
    let script = format!(
        "const field = document.querySelector('[name={name}]');
         field.focus();
         field.select();
         document.execCommand('insertText', false, '{}');",
        "m".repeat(length)
    );
    ada.browser.execute(&script, vec![]).await.unwrap();
}

#[actix_web::test]
#[ignore = "needs Chromium: scripts/check"]
async fn ada_whose_session_has_ended_is_back_at_what_she_typed_after_the_login() {
    for with_scripts in [true, false] {
        let (home, ada) = ada(with_scripts).await;
        ada.open("/account").await;
        ada.fill(&[("name", "Countess of Lovelace")]).await;
        ada.browser.delete_all_cookies().await.unwrap();
        ada.press("Save").await;
        is_back_after("Log in", &ada, with_scripts, "Countess of Lovelace").await;
        assert_eq!(value(&ada, "name").await, "Countess of Lovelace");
        ada.press("Save").await;
        ada.reads("Your name is saved.").await;
        ada.leave().await;
        home.leave().await;
    }
}

#[actix_web::test]
#[ignore = "needs Chromium: scripts/check"]
async fn ada_who_is_asked_for_her_password_is_back_at_what_she_typed() {
    for with_scripts in [true, false] {
        let (home, ada) = ada(with_scripts).await;
        ada.open("/account/email").await;
        ada.fill(&[("email", "countess@example.com")]).await;
        ada.turns_into_another_browser().await;
        ada.press("Send the link").await;
        is_back_after("Confirm", &ada, with_scripts, "countess@example.com").await;
        assert_eq!(value(&ada, "email").await, "countess@example.com");
        ada.press("Send the link").await;
        ada.reads("We sent a link to countess@example.com.").await;
        ada.leave().await;
        home.leave().await;
    }
}

#[actix_web::test]
#[ignore = "needs Chromium: scripts/check"]
async fn a_double_click_sends_a_form_once_and_the_button_is_ready_when_the_page_is_back() {
    let ada = Visitor::logged_in().await;
    ada.open("/account").await;
    // Nothing is left for: the form is sent, and no answer comes.
    let script = "const form = document.querySelector('main form');
        const button = form.querySelector('button');
        button.name = 'save';
        button.value = 'Save';
        window.sent = 0;
        window.data = '';
        form.addEventListener('formdata', (event) => { window.sent += 1; window.data = event.formData.get('save'); });
        form.target = 'nowhere';
        form.elements.name.value = 'Countess';
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
    // The frame is this test's.
    assert!(ada.refused().await.iter().all(|line| line.contains("frame-src")));
    ada.leave().await;
}

#[actix_web::test]
#[ignore = "needs Chromium: scripts/check"]
async fn what_is_pasted_is_not_cut_off_and_what_is_too_much_is_counted() {
    let ada = Visitor::logged_in().await;
    for (length, sentence) in [
        (89, ""),
        (95, "5 characters left"),
        (99, "1 character left"),
        (101, "1 character too many"),
        (103, "3 characters too many"),
    ] {
        ada.open("/account").await;
        paste(&ada, "name", length).await;
        ada.comes_to_read(sentence).await;
        assert_eq!(value(&ada, "name").await.len(), length);
    }
    ada.press("Save").await;
    ada.reads("Use at most 100 characters; these are 103.").await;
    ada.reads("3 characters too many").await;
    assert_eq!(value(&ada, "name").await.len(), 103);
    ada.leave().await;
}
