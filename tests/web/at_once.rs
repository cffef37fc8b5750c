//! Ten at the same moment, where one may.

use std::rc::Rc;
use std::time::Duration;

use diesel::connection::SimpleConnection as _;
use futures_util::future::{join, join_all};

use crate::browser::{Answer, Browser, OTHER_PASSWORD, PASSWORD, Site, address};
use crate::locked::writer;

/// As many connections, so that all who write can stand before the same lock.
async fn site() -> Rc<Site> {
    Site::with(&[("DATABASE_CONNECTIONS", "24")]).await
}

/// Sends a form again while the answer is "busy": so many passwords at once find the queue full, and
/// who is turned away there has not competed yet.
pub async fn insist(browser: &Browser, path: &str, fields: &[(&str, &str)]) -> Answer {
    loop {
        let answer = browser.submit(path, fields).await;
        if answer.status != 503 {
            return answer;
        }
        actix_web::rt::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Sends forms behind links from mails, and lets them go on when the guard of each has looked its link
/// up and found it good: what is decided is decided after that, by all of them at once.
async fn together<T: Future<Output = Answer>>(site: &Site, forms: Vec<T>) -> Vec<Answer> {
    let (asked, mut other, count) = (site.record(), writer(site, "links"), forms.len());
    let release = async {
        let mut found = 0;
        // Half a minute at the least; then they go on as they are.
        for _ in 0..6000 {
            actix_web::rt::time::sleep(Duration::from_millis(5)).await;
            let finds = |text: &&String| text.starts_with("SELECT") && text.contains("links");
            found += asked.take().iter().filter(finds).count();
            if found >= count {
                break;
            }
        }
        other.batch_execute("ROLLBACK").unwrap();
    };
    join(join_all(forms), release).await.0
}

/// A form of one browser, ten times at once.
async fn ten_times(browser: &Browser, path: &str, fields: &[(&str, &str)]) -> Vec<Answer> {
    together(&browser.site, (0..10).map(|_| insist(browser, path, fields)).collect()).await
}

fn leading_to<'a>(answers: &'a [Answer], place: &str) -> Vec<&'a Answer> {
    answers.iter().filter(|answer| answer.location() == place).collect()
}

async fn told(site: &Site, kind: &str) -> i64 {
    site.count(format!("SELECT count(*) AS count FROM events WHERE kind = '{kind}'")).await
}

/// A site with an administrator, who has invited Bob; the link to him.
async fn invited() -> (Rc<Site>, String) {
    let site = site().await;
    site.admin("root").await;
    let root = site.logged_in("root").await;
    root.submit("/account/invitations", &[("email", "bob@example.com")]).await;
    let link = site.link_to("bob").await;
    (site, link)
}

#[actix_web::test]
async fn of_ten_who_accept_one_invitation_at_once_one_gets_the_account() {
    let (site, link) = invited().await;
    let bob = site.stranger();
    bob.open_link(&link).await;
    let answers = ten_times(&bob, "/join", &[("name", "Bob"), ("password", PASSWORD)]).await;
    // The others are told that it is done, and none of them is logged in by that.
    assert!(answers.iter().all(|answer| answer.location().ends_with("dashboard")), "{answers:?}");
    let logs_in =
        |answer: &&Answer| answer.cookies().iter().any(|c| c.name().ends_with("_session"));
    assert_eq!(answers.iter().filter(logs_in).count(), 1);
    assert_eq!(site.count("SELECT count(*) AS count FROM users").await, 2);
    assert_eq!(told(&site, "registered").await, 1);
}

#[actix_web::test]
async fn of_two_browsers_that_accept_one_invitation_at_once_one_chooses_the_password() {
    let (site, link) = invited().await;
    let (bob, eve) = (site.stranger(), site.stranger());
    bob.open_link(&link).await;
    eve.open_link(&link).await;
    let [bobs, eves] = [PASSWORD, OTHER_PASSWORD].map(|text| [("name", "Bob"), ("password", text)]);
    let forms = vec![insist(&bob, "/join", &bobs), insist(&eve, "/join", &eves)];
    let answers = together(&site, forms).await;
    let won: Vec<_> = answers.iter().map(|answer| answer.location() == "/dashboard").collect();
    assert_eq!(won.iter().filter(|won| **won).count(), 1, "{answers:?}");
    assert_eq!([bob.is_logged_in().await, eve.is_logged_in().await], *won);
}

#[actix_web::test]
async fn an_address_that_is_confirmed_ten_times_at_once_is_confirmed_once() {
    let ada = site().await.logged_in("ada").await;
    ada.site.sql("UPDATE users SET verified_at = NULL").await;
    ada.submit("/account/confirm", &[]).await;
    ada.open_link(&ada.site.link_to("ada").await).await;
    let answers = ten_times(&ada, "/confirm", &[]).await;
    assert_eq!(leading_to(&answers, "/account").len(), 10);
    assert_eq!(told(&ada.site, "email_confirmed").await, 1);
}

#[actix_web::test]
async fn an_address_that_is_changed_ten_times_at_once_is_changed_once() {
    let ada = site().await.logged_in("ada").await;
    ada.submit("/account/email", &[("email", &address("lovelace"))]).await;
    ada.open_link(&ada.site.link_to("lovelace").await).await;
    let answers = ten_times(&ada, "/account/email/confirm", &[]).await;
    assert_eq!(leading_to(&answers, "/account").len(), 10);
    assert_eq!(told(&ada.site, "email_changed").await, 1);
    let mails = ada.site.mails().await;
    let said = mails.iter().filter(|mail| mail.subject == "Your e-mail address was changed");
    assert_eq!(said.count(), 1);
}

#[actix_web::test]
async fn of_two_who_want_one_address_at_once_one_gets_it() {
    let site = site().await;
    let (ada, bob) = (site.logged_in("ada").await, site.logged_in("bob").await);
    for browser in [&ada, &bob] {
        browser.submit("/account/email", &[("email", &address("lovelace"))]).await;
        browser.open_link(&site.link_to("lovelace").await).await;
    }
    let change = |browser| insist(browser, "/account/email/confirm", &[]);
    let answers = together(&site, vec![change(&ada), change(&bob)]).await;
    let gone = answers.iter().filter(|answer| answer.status == 410).count();
    assert_eq!((leading_to(&answers, "/account").len(), gone), (1, 1), "{answers:?}");
}
