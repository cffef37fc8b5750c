//! Invitations in a real browser.

use crate::driver::{NEW_PASSWORD, Visitor};

#[actix_web::test]
#[ignore = "needs Chromium: scripts/check"]
async fn ada_confirms_her_address_and_invites_bea() {
    let ada = Visitor::logged_in().await;
    ada.proves_the_address().await;
    ada.reads("Your e-mail address is confirmed.").await;
    ada.press("Invitations").await;
    ada.fill(&[("email", "bea@example.com")]).await;
    ada.press("Send the invitation").await;
    let bea = ada.elsewhere().await;
    bea.open_the_link_in_the_mail("You are invited").await;
    bea.reads("You are invited.").await;
    bea.fill(&[("name", "Bea"), ("password", NEW_PASSWORD)]).await;
    bea.press("Make the account").await;
    bea.reads(", Bea").await;
    bea.leave().await;
    ada.leave().await;
}
