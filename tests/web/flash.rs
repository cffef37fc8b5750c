//! Messages that travel through a redirect.

use std::rc::Rc;

use actix_web::web::{self, ServiceConfig};
use app::web::{Flash, redirect};

use crate::browser::{Site, config, features_and, passwords};

/// Redirects with a message of each category.
fn news(config: &mut ServiceConfig) {
    let leads = |flash: fn(&'static str) -> Flash| {
        move || async move { redirect("/", flash("It was <so>.")) }
    };
    config
        .route("/success", web::get().to(leads(Flash::success)))
        .route("/notice", web::get().to(leads(Flash::notice)))
        .route("/error", web::get().to(leads(Flash::error)))
        .route("/mailed", web::get().to(leads(Flash::mailed)));
}

async fn site() -> Rc<Site> {
    Site::build(&[], passwords(&config(&[])), features_and(news)).await
}

/// An error is read out at once.
fn role(category: &str) -> &str {
    if category == "error" { "alert" } else { "status" }
}

#[actix_web::test]
async fn a_message_of_each_category_is_shown_once_in_its_colour() {
    let visitor = site().await.stranger();
    let style = visitor.get("/static/app.css").await;
    for category in ["success", "notice", "error", "mailed"] {
        let answer = visitor.get(&format!("/{category}")).await;
        assert_eq!(answer.status, 303);
        let sentence = format!("<div class=\"flash {category}\" role=\"{}\">", role(category));
        visitor.follow(&answer).await.shows(&sentence).shows("It was &#60;so&#62;.");
        visitor.get("/").await.hides("It was");
        let of_its_own = if matches!(category, "notice" | "error") {
            format!(".{category}")
        } else {
            String::new()
        };
        style.shows(&format!(".flash{of_its_own} {{"));
    }
}

#[actix_web::test]
async fn a_mail_that_was_sent_offers_the_mailbox_and_nothing_else_does() {
    let visitor = site().await.stranger();
    for category in ["success", "notice", "error", "mailed"] {
        visitor.get(&format!("/{category}")).await;
        let offers = visitor.get("/").await.body.contains("Open the development mailbox");
        assert_eq!(offers, category == "mailed", "{category}");
    }
}

#[actix_web::test]
async fn a_category_that_nobody_knows_shows_nothing() {
    let visitor = site().await.stranger();
    visitor.get("/notice").await;
    let planted = visitor.cookie("flash").unwrap().replace("notice", "alarm\"><b>");
    visitor.set_cookie("flash", &planted);
    visitor.get("/").await.hides("It was").hides("alarm");
}
