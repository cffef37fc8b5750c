//! The address of an account: proving it, and changing it.

use time::Duration;

use crate::browser::{Browser, OTHER_PASSWORD, PASSWORD, Site, address};

/// Ada's browser, the address of whose account is not proved yet, and the link that proves it.
async fn unproved() -> (Browser, String) {
    let ada = Browser::logged_in("ada").await;
    ada.site.sql("UPDATE users SET verified_at = NULL").await;
    ada.get("/account").await.shows("not confirmed yet");
    let answer = ada.submit("/account/confirm", &[]).await;
    assert_eq!(answer.location(), "/account");
    ada.follow(&answer).await.shows("look into your mail").shows("/dev/mail");
    let link = ada.site.link_to("ada").await;
    (ada, link)
}

#[actix_web::test]
async fn the_first_account_is_sent_the_link_by_itself() {
    let ada = Browser::stranger().await;
    let setup = ada.site.app.open_setup_link().await.unwrap().unwrap();
    ada.submit(&setup, &[("name", "Ada"), ("email", "ada@example.com"), ("password", PASSWORD)])
        .await;
    ada.get("/dashboard").await.shows("not confirmed yet");
    ada.open_link(&ada.site.link_to("ada").await).await;
    assert_eq!(ada.submit("/confirm", &[]).await.location(), "/account");
    ada.get("/dashboard").await.hides("not confirmed yet");
}

#[actix_web::test]
async fn ada_confirms_with_one_button_and_every_other_login_ends() {
    let (ada, link) = unproved().await;
    let elsewhere = ada.site.logged_in("ada").await;
    for _ in 0..3 {
        ada.open_link(&link).await.hides("name=\"password\"").shows("ada@example.com");
    }
    let answer = ada.submit("/confirm", &[]).await;
    assert_eq!(answer.location(), "/account");
    ada.follow(&answer).await.shows("confirmed").hides("not confirmed yet");
    assert!(!elsewhere.is_logged_in().await);
    assert_eq!(ada.site.stranger().log_in("ada").await.status, 303, "her password stays");
    assert_eq!(ada.open_link(&link).await.status, 410, "once");
}

#[actix_web::test]
async fn who_reads_the_mail_but_is_not_logged_in_is_sent_to_the_login_and_comes_back() {
    let (ada, link) = unproved().await;
    let phone = ada.site.stranger();
    let opened = phone.get(&link).await;
    let login = phone.follow(&opened).await;
    assert_eq!(login.location(), "/login?next=%2Fconfirm");
    phone.follow(&login).await.shows("value=\"/confirm\"");
    let fields = [("email", "ada@example.com"), ("password", PASSWORD), ("next", "/confirm")];
    let back = phone.submit("/login", &fields).await;
    assert_eq!(back.location(), "/confirm");
    phone.follow(&back).await.shows("ada@example.com").hides("name=\"password\"");
    assert_eq!(phone.submit("/confirm", &[]).await.location(), "/account");
    phone.get("/dashboard").await.hides("not confirmed yet");
}

#[actix_web::test]
async fn whoever_gets_the_mail_of_a_mistyped_address_can_do_nothing_with_it() {
    let ada = Browser::stranger().await;
    let setup = ada.site.app.open_setup_link().await.unwrap().unwrap();
    ada.submit(&setup, &[("name", "Ada"), ("email", "aba@example.com"), ("password", PASSWORD)])
        .await;
    let page = ada.get("/dashboard").await;
    page.shows("<strong>aba@example.com</strong>").shows("not confirmed yet");
    page.shows("href=\"/account/email\"");
    let aba = ada.site.stranger();
    aba.get(&ada.site.link_to("aba").await).await;
    let (name, mark) = aba.mark("confirm");
    let own = [("password", OTHER_PASSWORD), (name, &mark)];
    for answer in [aba.get("/confirm").await, aba.submit("/confirm", &own).await] {
        assert!(answer.location().starts_with("/login"), "{answer:?}");
    }
    // Nor with the address itself.
    aba.submit("/forgot", &[("email", "aba@example.com")]).await;
    let mail = ada.site.mail_to("aba").await;
    assert!(
        mail.text.contains("user reset-link") && !mail.text.contains("token="),
        "{}",
        mail.text
    );
    assert!(ada.is_logged_in().await);
    let link = ask(&ada, "ada").await;
    ada.open_link(&link).await;
    assert_eq!(ada.submit("/account/email/confirm", &[]).await.location(), "/account");
    ada.get("/dashboard").await.hides("not confirmed yet");
    aba.submit("/login", &[("email", "aba@example.com"), own[0]]).await;
    assert!(!aba.is_logged_in().await);
}

#[actix_web::test]
async fn being_logged_in_as_somebody_else_is_not_being_the_owner() {
    let (ada, link) = unproved().await;
    let bob = ada.site.logged_in("bob").await;
    let page = bob.open_link(&link).await;
    assert_eq!(page.status, 410);
    page.shows("This link does not work here").shows("It is for another account");
    let (name, mark) = bob.mark("confirm");
    assert_eq!(bob.submit("/confirm", &[(name, &mark)]).await.status, 410);
    let unproved = "SELECT count(*) AS count FROM users WHERE verified_at IS NULL";
    assert_eq!(ada.site.count(unproved).await, 1);
}

#[actix_web::test]
async fn the_link_works_for_24_hours() {
    for (seconds, status) in [(-1, 303), (0, 410)] {
        let (ada, link) = unproved().await;
        ada.site.clock.advance(Duration::hours(24) + Duration::seconds(seconds));
        ada.log_in("ada").await;
        assert_eq!(ada.open_link(&link).await.status, if status == 303 { 200 } else { 410 });
        let (name, mark) = ada.mark("confirm");
        assert_eq!(ada.submit("/confirm", &[(name, &mark)]).await.status, status);
    }
}

#[actix_web::test]
async fn a_confirmed_address_gets_no_further_link() {
    let ada = Browser::logged_in("ada").await;
    ada.submit("/account/confirm", &[]).await;
    assert!(ada.site.mails().await.is_empty());
}

/// Asks for another address for Ada; returns the link that goes there.
async fn ask(ada: &Browser, name: &str) -> String {
    let answer = ada.submit("/account/email", &[("email", &address(name))]).await;
    assert_eq!(answer.location(), "/account", "{}", answer.body);
    ada.follow(&answer).await.shows(&address(name));
    ada.site.link_to(name).await
}

#[actix_web::test]
async fn ada_changes_her_address_and_both_are_told() {
    let ada = Browser::logged_in("ada").await;
    let link = ask(&ada, "lovelace").await;
    let told = ada.site.mail_to("ada").await;
    assert_eq!(told.subject, "Your e-mail address is about to change");
    assert!(told.text.contains("lovelace@example.com"));
    ada.open_link(&link).await.shows("lovelace@example.com");
    assert_eq!(ada.site.stranger().log_in("ada").await.status, 303, "not before the button");
    let answer = ada.submit("/account/email/confirm", &[]).await;
    ada.follow(&answer).await.shows("address is changed").shows("lovelace@example.com");
    assert_eq!(ada.site.stranger().log_in("ada").await.status, 422);
    assert_eq!(ada.site.stranger().log_in("lovelace").await.status, 303);
    assert_eq!(ada.site.mail_to("ada").await.subject, "Your e-mail address was changed");
}

#[actix_web::test]
async fn the_link_to_the_new_address_works_for_an_hour_and_once() {
    for (seconds, status) in [(-1, 303), (0, 410)] {
        let ada = Browser::logged_in("ada").await;
        let link = ask(&ada, "lovelace").await;
        ada.open_link(&link).await;
        ada.site.clock.advance(Duration::HOUR + Duration::seconds(seconds));
        // The session would be over as well.
        ada.log_in("ada").await;
        assert_eq!(ada.submit("/account/email/confirm", &[]).await.status, status);
        assert_eq!(ada.open_link(&link).await.status, 410);
    }
}

#[actix_web::test]
async fn the_link_may_be_opened_on_a_phone_and_asks_for_a_login_there() {
    let ada = Browser::logged_in("ada").await;
    let link = ask(&ada, "lovelace").await;
    let phone = ada.site.stranger();
    let answer = phone.get(&link).await;
    let login = phone.get(answer.location()).await;
    assert_eq!(login.location(), "/login?next=%2Faccount%2Femail%2Fconfirm");
    let next = [("next", "/account/email/confirm")];
    let fields = [("email", "ada@example.com"), ("password", PASSWORD), next[0]];
    let back = phone.submit("/login", &fields).await;
    phone.follow(&back).await.shows("lovelace@example.com");
    assert_eq!(phone.submit("/account/email/confirm", &[]).await.location(), "/account");
}

#[actix_web::test]
async fn an_address_is_given_to_no_account_by_whoever_reads_its_mail_alone() {
    // Eve asks for Ada's address; Ada opens the link in her own browser.
    let eve = Browser::logged_in("eve").await;
    let link = ask(&eve, "ada").await;
    for ada in [eve.site.stranger(), eve.site.logged_in("bob").await] {
        ada.get(&link).await;
        let (name, mark) = ada.mark("change_email");
        let answer = ada.submit("/account/email/confirm", &[(name, &mark)]).await;
        assert!(answer.status == 410 || answer.location() == "/login", "{answer:?}");
    }
    assert_eq!(eve.site.stranger().log_in("eve").await.status, 303);
    assert_eq!(eve.site.stranger().log_in("ada").await.status, 422);
}

#[actix_web::test]
async fn a_new_password_ends_a_change_of_address_whose_mail_still_waits() {
    let ada = Browser::logged_in("ada").await;
    ada.submit("/account/email", &[("email", "evil@example.com")]).await;
    ada.site
        .sql("UPDATE outbox SET due_at = '2026-11-01 13:00:00' WHERE kind = 'change_email'")
        .await;
    assert_eq!(ada.site.mail_to("ada").await.subject, "Your e-mail address is about to change");
    let change = [("current", PASSWORD), ("password", OTHER_PASSWORD)];
    assert_eq!(ada.submit("/account/password", &change).await.status, 303);
    ada.site.clock.advance(Duration::HOUR);
    assert!(ada.site.mails().await.iter().all(|mail| mail.to != "evil@example.com"));
}

#[actix_web::test]
async fn a_session_whose_cookie_was_copied_does_not_survive_a_proof_or_a_change() {
    let (ada, link) = unproved().await;
    let thief = ada.site.stranger();
    thief.set_cookie("session", &ada.cookie("session").unwrap());
    ada.open_link(&link).await;
    ada.submit("/confirm", &[]).await;
    assert!(!thief.is_logged_in().await && ada.is_logged_in().await);
    let link = ask(&ada, "lovelace").await;
    thief.set_cookie("session", &ada.cookie("session").unwrap());
    ada.open_link(&link).await;
    ada.submit("/account/email/confirm", &[]).await;
    assert!(!thief.is_logged_in().await && ada.is_logged_in().await);
}

#[actix_web::test]
async fn an_address_that_was_taken_meanwhile_is_not_taken_over() {
    let ada = Browser::logged_in("ada").await;
    let link = ask(&ada, "bob").await;
    ada.site.user("bob").await;
    ada.open_link(&link).await;
    assert_eq!(ada.submit("/account/email/confirm", &[]).await.status, 410);
    assert_eq!(ada.site.stranger().log_in("ada").await.status, 303);
}

#[actix_web::test]
async fn the_holder_of_an_address_that_somebody_wants_is_told_and_no_link_is_made() {
    let ada = Browser::logged_in("ada").await;
    ada.site.user("bob").await;
    ada.submit("/account/email", &[("email", "bob@example.com")]).await;
    assert_eq!(ada.site.mail_to("bob").await.subject, "You have an account already");
    assert_eq!(ada.site.count("SELECT count(*) AS count FROM links").await, 0);
}

#[actix_web::test]
async fn changing_the_address_needs_a_fresh_login_and_another_address() {
    let ada = Site::open().await.stale("ada").await;
    assert_eq!(ada.get("/account/email").await.location(), "/sudo?next=%2Faccount%2Femail");
    let answer = ada.submit("/account/email", &[("email", "bob@example.com")]).await;
    assert_eq!(answer.status, 403);
    answer.shows("Nothing was saved yet").shows("action=\"/sudo\"");
    assert!(ada.site.mails().await.is_empty());
    ada.submit("/sudo", &[("password", PASSWORD)]).await;
    let same = ada.submit("/account/email", &[("email", "ADA@example.com")]).await;
    assert_eq!(same.status, 422);
    same.shows("This is your address already.").shows("ADA@example.com");
}

/// Asks for the link to confirm the address; what the next page says.
async fn ask_again(ada: &Browser) -> String {
    let answer = ada.submit("/account/confirm", &[]).await;
    ada.follow(&answer).await.body
}

#[actix_web::test]
async fn who_asks_too_often_is_told_that_nothing_was_sent_and_when_to_ask_again() {
    let (ada, _) = unproved().await;
    for _ in 0..2 {
        ada.site.clock.advance(Duration::minutes(10));
        assert!(ask_again(&ada).await.contains("on its way"));
    }
    for (later, again) in [(0, "in 40 minutes."), (30, "in 10 minutes."), (9, "in a minute.")] {
        ada.site.clock.advance(Duration::minutes(later));
        let said = ask_again(&ada).await;
        assert!(said.contains("was not sent") && said.contains(again), "{again}: {said}");
        assert!(said.contains("error") && !said.contains("on its way"), "{said}");
    }
    ada.site.clock.advance(Duration::MINUTE);
    assert!(ask_again(&ada).await.contains("on its way"));
    assert_eq!(ada.site.mails().await.len(), 4);
}

#[actix_web::test]
async fn who_has_spent_the_day_s_links_is_told_how_many_hours_to_wait() {
    let (ada, _) = unproved().await;
    for _ in 0..9 {
        ada.site.clock.advance(Duration::minutes(30));
        ada.get("/dashboard").await;
        assert!(ask_again(&ada).await.contains("on its way"));
    }
    assert!(ask_again(&ada).await.contains("Try again in 20 hours."));
}

#[actix_web::test]
async fn the_old_address_is_told_of_a_link_that_is_sent_and_of_no_other() {
    let ada = Browser::logged_in("ada").await;
    for n in 0..5 {
        let answer = ada.submit("/account/email", &[("email", "bob@example.com")]).await;
        assert_eq!(answer.status, if n < 3 { 303 } else { 422 });
        if n >= 3 {
            answer.shows("was not sent").shows("Try again in 60 minutes.").shows("bob@example.com");
        }
    }
    let told = ada.site.mails().await.into_iter().filter(|mail| mail.to == address("ada"));
    assert_eq!(told.count(), 3);
    let asked = "SELECT count(*) AS count FROM events WHERE kind = 'email_change_asked'";
    assert_eq!(ada.site.count(asked).await, 3);
}

#[actix_web::test]
async fn who_has_confirmed_already_is_promised_no_link() {
    let ada = Browser::logged_in("ada").await;
    let said = ask_again(&ada).await;
    assert!(said.contains("confirmed already") && !said.contains("on its way"), "{said}");
    assert_eq!(ada.site.mails().await.len(), 0);
}
