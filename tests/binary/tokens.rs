//! Personal tokens, at the running server.

use crate::operation::answer_to_a_late_form;

/// Makes a personal token of Ada's, and reads it.
pub fn make_token(ada: &mut crate::client::Client) -> String {
    let fields = [("name", "script"), ("days", "365"), ("profile:read", "yes")];
    let page = ada.submit("/account/tokens", &fields).body;
    let shown = page.split_once("class=\"token\"").expect(&page).1;
    shown.split_once('>').unwrap().1.split_once('<').unwrap().0.to_owned()
}

#[test]
fn a_form_that_arrives_after_a_password_change_makes_no_token() {
    let dir = tempfile::tempdir().unwrap();
    let form = "name=late&days=365&profile%3Aread=yes";
    let answer = answer_to_a_late_form(dir.path(), "/account/tokens", form);
    assert!(answer.starts_with("HTTP/1.1 401") && answer.contains("action=\"/login\""), "{answer}");
    assert!(!answer.contains("class=\"token\""), "{answer}");
}

#[cfg(target_os = "linux")]
#[test]
#[ignore = "needs faketime: scripts/check"]
fn a_token_that_a_clock_made_that_was_ahead_is_refused_when_it_is_set_right() {
    use crate::clock::{HOUR, Machine, YEAR};
    for ahead in [HOUR, YEAR] {
        let (machine, mut ada) = Machine::ahead(ahead, &[]);
        let token = make_token(&mut ada).into();
        assert_eq!(machine.call(&token), 200);
        machine.set(0);
        assert_eq!(machine.call(&token), 401, "{ahead}");
    }
}
