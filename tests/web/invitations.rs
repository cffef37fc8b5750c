//! Invitations.

use std::rc::Rc;

use app::mail::Outbox;
use kit::mail::Queue as _;
use time::Duration;

use crate::browser::{Answer, Browser, OTHER_PASSWORD, Site};

/// An administrator's browser.
async fn admin() -> Browser {
    Site::open().await.administrator("ada").await
}

/// The same where `REGISTRATION` is set so.
async fn admin_where(registration: &str) -> Browser {
    Site::with(&[("REGISTRATION", registration)]).await.administrator("ada").await
}

async fn invite(ada: &Browser, name: &str) -> String {
    let email = format!("{name}@example.com");
    let answer = ada.submit("/account/invitations", &[("email", &email)]).await;
    assert_eq!(answer.location(), "/account/invitations", "{}", answer.body);
    ada.follow(&answer).await.shows(&email);
    ada.site.link_to(name).await
}

const BOB: [(&str, &str); 2] = [("name", "Bob"), ("password", OTHER_PASSWORD)];

#[actix_web::test]
async fn somebody_who_is_invited_chooses_a_name_and_a_password_and_is_in() {
    let ada = admin().await;
    ada.get("/account").await.shows("/account/invitations");
    let link = invite(&ada, "bob").await;
    let bob = ada.site.stranger();
    bob.open_link(&link).await.shows("You are invited").shows("bob@example.com");
    assert_eq!(bob.submit("/join", &[("name", ""), BOB[1]]).await.status, 422);
    let answer = bob.submit("/join", &BOB).await;
    bob.follow(&answer).await.shows("Hello, Bob").hides("not confirmed");
    bob.open_link(&link).await.shows("This link has ended");
}

#[actix_web::test]
async fn so_they_are_where_nobody_else_makes_an_account() {
    let ada = admin_where("invite").await;
    let link = invite(&ada, "bob").await;
    let bob = ada.site.stranger();
    bob.open_link(&link).await.shows("You are invited");
    assert_eq!(bob.submit("/join", &BOB).await.location(), "/dashboard");
}

#[actix_web::test]
async fn an_invitation_lasts_for_seven_days() {
    for (seconds, status) in [(-1, 303), (0, 410)] {
        let ada = admin().await;
        let link = invite(&ada, "bob").await;
        let bob = ada.site.stranger();
        bob.open_link(&link).await;
        ada.site.clock.advance(Duration::days(7) + Duration::seconds(seconds));
        assert_eq!(bob.submit("/join", &BOB).await.status, status);
    }
}

#[actix_web::test]
async fn where_registration_is_closed_form_link_and_post_are_gone() {
    let ada = admin_where("closed").await;
    assert_eq!(ada.get("/account/invitations").await.status, 404);
    let sent = ada.submit("/account/invitations", &[("email", "bob@example.com")]).await;
    assert_eq!(sent.status, 404);
    assert!(ada.site.mails().await.is_empty());
    assert_eq!(ada.get("/join").await.status, 404);
    assert_eq!(ada.submit("/join", &BOB).await.status, 404);
    ada.get("/account").await.hides("/account/invitations");
}

#[actix_web::test]
async fn only_an_administrator_invites() {
    let site: Rc<Site> = Site::open().await;
    let bob = site.logged_in("bob").await;
    assert_eq!(bob.get("/account/invitations").await.status, 403);
    let sent = bob.submit("/account/invitations", &[("email", "eve@example.com")]).await;
    assert_eq!(sent.status, 403);
    assert!(site.mails().await.is_empty());
    bob.get("/account").await.hides("/account/invitations");
}

#[actix_web::test]
async fn an_administrator_confirms_their_own_address_before_they_invite() {
    let ada = admin().await;
    ada.site.sql("UPDATE users SET verified_at = NULL").await;
    let refused = ada.get("/account/invitations").await;
    assert_eq!((refused.status, refused.location()), (303, "/account"));
    ada.follow(&refused).await.shows("confirm your e-mail address first");
    let sent = ada.submit("/account/invitations", &[("email", "eve@example.com")]).await;
    assert_eq!(sent.status, 303);
    assert!(ada.site.mails().await.is_empty());
    ada.site.sql("UPDATE users SET is_admin = FALSE").await;
    assert_eq!(ada.get("/account/invitations").await.status, 403);
}

#[actix_web::test]
async fn somebody_with_an_account_is_told_so_instead_and_an_ended_invitation_makes_none() {
    let ada = admin().await;
    let link = invite(&ada, "bob").await;
    let bob = ada.site.stranger();
    bob.open_link(&link).await;
    ada.site.user("bob").await;
    assert_eq!(bob.submit("/join", &BOB).await.status, 410);
    let again = ada.submit("/account/invitations", &[("email", "bob@example.com")]).await;
    assert_eq!(again.status, 303);
    assert_eq!(ada.site.mail_to("bob").await.subject, "You have an account already");
}

#[actix_web::test]
async fn an_administrator_is_told_when_somebody_was_invited_often_enough() {
    let ada = admin().await;
    for _ in 0..3 {
        invite(&ada, "bob").await;
    }
    let fourth = ada.submit("/account/invitations", &[("email", "bob@example.com")]).await;
    assert_eq!(fourth.status, 422);
    fourth.shows("invited often enough. Try again in 60 minutes.").shows("bob@example.com");
}

async fn take_back(ada: &Browser, email: &str) -> Answer {
    ada.submit("/account/invitations/take-back", &[("email", email)]).await
}

#[actix_web::test]
async fn an_invitation_that_is_taken_back_opens_nothing() {
    let ada = admin().await;
    let link = invite(&ada, "bob").await;
    ada.submit("/account/invitations", &[("email", "BOB@example.com")]).await;
    ada.get("/account/invitations").await.shows("on its way");
    let answer = take_back(&ada, "bob@example.com").await;
    ada.follow(&answer).await.shows("The invitation is taken back.").shows("Nobody is invited");
    ada.site.stranger().open_link(&link).await.shows("This link has ended");
    assert_eq!(ada.site.mails().await.len(), 1, "what was on its way is not sent");
    take_back(&ada, "bob@example.com").await;
    let told = "SELECT count(*) AS count FROM events WHERE kind = 'invitation_taken_back'";
    assert_eq!(ada.site.count(told).await, 1, "of the second time there is nothing to tell");
    let bob = ada.site.logged_in("eve").await;
    assert_eq!(take_back(&bob, "bob@example.com").await.status, 403);
}

#[actix_web::test]
async fn an_invitation_that_nobody_has_sent_yet_can_be_taken_back_and_counts() {
    let ada = admin().await;
    for _ in 0..3 {
        ada.submit("/account/invitations", &[("email", "bob@example.com")]).await;
        ada.get("/account/invitations").await.shows("Take back").hides("Send again");
        take_back(&ada, "bob@example.com").await;
    }
    let fourth = ada.submit("/account/invitations", &[("email", "bob@example.com")]).await;
    assert_eq!(fourth.status, 422, "otherwise the limit would be none");
    assert!(ada.site.mails().await.is_empty());
}

#[actix_web::test]
async fn an_invitation_that_is_taken_back_while_it_is_about_to_be_written_has_no_link() {
    let ada = admin().await;
    ada.submit("/account/invitations", &[("email", "bob@example.com")]).await;
    let outbox = ada.site.app.state().outbox();
    let waiting = outbox.look(Outbox::kinds()).await.unwrap().remove(0);
    let mine = outbox.claim(waiting, ada.site.clock.now()).await.unwrap().unwrap();
    take_back(&ada, "bob@example.com").await;
    assert!(matches!(outbox.compose(&mine).await, Ok(None)));
    assert_eq!(ada.site.count("SELECT count(*) AS count FROM links").await, 0);
}

#[actix_web::test]
async fn an_invitation_is_sent_again_and_both_links_are_good() {
    let ada = admin().await;
    let first = invite(&ada, "bob").await;
    ada.get("/account/invitations").await.shows("Send again");
    assert_ne!(invite(&ada, "bob").await, first);
    ada.site.stranger().open_link(&first).await.shows("bob@example.com");
    let page = ada.get("/account/invitations").await.body;
    assert_eq!(page.matches("<strong>bob@example.com</strong>").count(), 1);
}

#[actix_web::test]
async fn an_address_is_invited_and_kept_as_it_was_typed() {
    let root = admin().await;
    root.submit("/account/invitations", &[("email", "Ada.McLovelace@example.com")]).await;
    let mail = root.site.mails().await.remove(0);
    assert_eq!(mail.to, "Ada.McLovelace@example.com");
    let link = mail.text.lines().find_map(|line| line.strip_prefix("http://localhost:8080"));
    let ada = root.site.stranger();
    ada.open_link(link.unwrap()).await.shows("Ada.McLovelace@example.com");
    ada.submit("/join", &BOB).await;
    ada.get("/account").await.shows("Ada.McLovelace@example.com");
}

#[actix_web::test]
async fn who_typed_the_password_long_ago_is_asked_for_it_before_they_invite() {
    let ada = admin().await;
    invite(&ada, "bob").await;
    ada.site.clock.advance(Duration::minutes(10));
    for path in ["/account/invitations", "/account/invitations/take-back"] {
        let answer = ada.submit(path, &[("email", "bob@example.com")]).await;
        assert_eq!(answer.status, 403, "{path}");
        answer.shows("Confirm your password");
    }
    assert_eq!(ada.site.mails().await.len(), 1, "the first one");
}

#[actix_web::test]
async fn an_administrator_sees_who_has_not_answered_and_since_when() {
    let ada = admin().await;
    invite(&ada, "bob").await;
    ada.site.clock.advance(Duration::minutes(30));
    ada.get("/account/invitations").await.shows("bob@example.com").shows("30 minutes ago");
    // Somebody with an account by now has answered in their way, and an old one is none any more.
    ada.site.user("bob").await;
    ada.get("/account/invitations").await.hides("bob@example.com");
    ada.log_in("ada").await;
    invite(&ada, "eve").await;
    ada.site.clock.advance(Duration::days(7));
    ada.log_in("ada").await;
    ada.get("/account/invitations").await.hides("eve@example.com");
}

#[actix_web::test]
async fn a_link_to_an_address_that_has_an_account_by_now_says_so_before_its_form() {
    let ada = admin().await;
    let link = invite(&ada, "bob").await;
    ada.site.user("bob").await;
    let bob = ada.site.stranger();
    let page = bob.open_link(&link).await;
    assert_eq!(page.status, 410);
    page.shows("There is an account with its address by now.");
}
