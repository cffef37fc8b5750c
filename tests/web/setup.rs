//! The first account.

use diesel::connection::SimpleConnection as _;
use futures_util::future::join_all;
use time::Duration;

use crate::at_once::insist;
use crate::browser::{Browser, PASSWORD, Site, address};
use crate::database::HOLD_EVERYTHING;

const ADA: [(&str, &str); 3] =
    [("name", "Ada"), ("email", "ada@example.com"), ("password", PASSWORD)];

async fn link(browser: &Browser) -> String {
    browser.site.app.open_setup_link().await.unwrap().unwrap()
}

#[actix_web::test]
async fn whoever_has_the_link_makes_the_first_account_and_is_logged_in() {
    let ada = Browser::stranger().await;
    let link = link(&ada).await;
    ada.get(&link).await.shows("Make the first account").shows("At least 12 characters");
    let answer = ada.submit(&link, &ADA).await;
    assert_eq!((answer.status, answer.location()), (303, "/dashboard"));
    ada.follow(&answer).await.shows("Hello, Ada").shows("You are the administrator");
    assert_eq!(ada.site.count("SELECT count(*) AS count FROM users WHERE is_admin").await, 1);
}

#[actix_web::test]
async fn the_link_works_once() {
    let ada = Browser::stranger().await;
    let link = link(&ada).await;
    ada.submit(&link, &ADA).await;
    let stranger = ada.site.stranger();
    for answer in [stranger.get(&link).await, stranger.submit(&link, &ADA).await] {
        assert_eq!(answer.status, 410);
        let when = "It was used already, on 1 November 2026, 12:00 UTC, to make the first account";
        answer.shows(when).shows("href=\"/login\"");
    }
}

#[actix_web::test]
async fn of_ten_who_use_the_link_at_once_one_becomes_the_administrator() {
    let site = Site::open().await;
    let link = link(&site.stranger()).await;
    // Each with an address of their own: it is not the address that lets only one through.
    let set_up = async |n: u32| {
        let email = address(&format!("ada{n}"));
        insist(&site.stranger(), &link, &[ADA[0], ("email", &email), ADA[2]]).await
    };
    let answers = join_all((0..10).map(set_up)).await;
    let of = |status| answers.iter().filter(|answer| answer.status == status).count();
    assert_eq!((of(303), of(410)), (1, 9));
    assert_eq!(site.count("SELECT count(*) AS count FROM users").await, 1);
}

#[actix_web::test]
async fn the_link_works_for_thirty_minutes() {
    let ada = Browser::stranger().await;
    let link = link(&ada).await;
    ada.site.clock.advance(Duration::minutes(30) - Duration::SECOND);
    assert_eq!(ada.get(&link).await.status, 200);
    ada.site.clock.advance(Duration::SECOND);
    for answer in [ada.get(&link).await, ada.submit(&link, &ADA).await] {
        assert_eq!(answer.status, 410);
        answer.shows("it worked until 1 November 2026, 12:30 UTC").shows("Start the program again");
    }
}

#[actix_web::test]
async fn the_links_of_two_servers_work_on_both_until_one_of_them_is_used() {
    let site = Site::open().await;
    let (one, two) = (site.stranger(), site.beside().await.stranger());
    let links = [link(&one).await, link(&two).await];
    assert_ne!(links[0], links[1]);
    for link in &links {
        assert_eq!((one.get(link).await.status, two.get(link).await.status), (200, 200));
    }
    assert_eq!(two.submit(&links[0], &ADA).await.status, 303);
    for browser in [&one, &two] {
        browser.get(&links[0]).await.shows("It was used already");
        browser.get(&links[1]).await.shows("The first account is made already");
        assert_eq!(browser.submit(&links[1], &ADA).await.status, 410);
    }
}

#[actix_web::test]
async fn without_the_link_there_is_no_set_up_page() {
    let stranger = Browser::stranger().await;
    link(&stranger).await;
    assert_eq!(stranger.get("/setup").await.status, 404);
    assert_eq!(stranger.get("/setup?token=").await.status, 404);
    assert_eq!(stranger.get("/setup?token=%3Cscript%3E").await.status, 404);
    let guess = "/setup?token=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    assert_eq!(stranger.submit(guess, &ADA).await.status, 410);
    assert_eq!(stranger.site.count("SELECT count(*) AS count FROM users").await, 0);
}

#[actix_web::test]
async fn once_a_user_exists_no_link_is_made_and_an_open_one_is_dead() {
    let stranger = Browser::stranger().await;
    let link = link(&stranger).await;
    stranger.site.user("ada").await;
    for answer in [stranger.get(&link).await, stranger.submit(&link, &ADA).await] {
        assert_eq!(answer.status, 410);
        answer.shows("The first account is made already");
    }
    assert_eq!(stranger.site.app.open_setup_link().await.unwrap(), None);
}

#[actix_web::test]
async fn a_mistake_in_the_form_costs_neither_the_link_nor_the_words() {
    let ada = Browser::stranger().await;
    let link = link(&ada).await;
    let answer = ada.submit(&link, &[("email", "ada@example.com"), ("password", "short")]).await;
    assert_eq!(answer.status, 422);
    answer.shows("ada@example.com").shows("Use at least 12 characters").hides("\"short\"");
    assert_eq!(ada.submit(&link, &ADA).await.status, 303);
}

#[actix_web::test]
async fn a_failure_of_ours_does_not_use_the_link_up() {
    let ada = Browser::stranger().await;
    let link = link(&ada).await;
    ada.site.sql("ALTER TABLE users RENAME COLUMN name TO other_name").await;
    assert_eq!(ada.submit(&link, &ADA).await.status, 503);
    ada.site.sql("ALTER TABLE users RENAME COLUMN other_name TO name").await;
    assert_eq!(ada.submit(&link, &ADA).await.status, 303);
}

#[actix_web::test]
async fn nor_does_an_answer_that_takes_too_long() {
    let ada = Site::with(&[("REQUEST_TIMEOUT", "3s")]).await.stranger();
    let link = link(&ada).await;
    let mut other = ada.site.database.other_program(HOLD_EVERYTHING);
    assert_eq!(ada.submit(&link, &ADA).await.status, 503);
    other.batch_execute("COMMIT").unwrap();
    assert_eq!(ada.submit(&link, &ADA).await.status, 303);
}
