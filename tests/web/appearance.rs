//! What somebody chooses about the look of the pages, and what pages say of the app.

use std::fs;

use app::brand;
use app::feature::Features;
use kit::color::Palette;

use crate::browser::{Browser, Site, features};

#[actix_web::test]
async fn the_theme_is_remembered_by_the_browser_for_pages_of_strangers_too() {
    let ada = Browser::logged_in("ada").await;
    ada.get("/").await.hides("data-theme").shows("media=\"(prefers-color-scheme: dark)\"");
    let answer = ada.submit("/account/appearance", &[("theme", "dark")]).await;
    assert_eq!((answer.status, answer.location()), (303, "/account/appearance"));
    ada.get("/account/appearance").await.shows("value=\"dark\" checked");
    ada.submit("/logout", &[]).await;
    ada.get("/login").await.shows("data-theme=\"dark\"").hides("prefers-color-scheme");
    let ada = Browser::logged_in("ada").await;
    assert_eq!(ada.submit("/account/appearance", &[("theme", "<b>")]).await.status, 422);
}

#[actix_web::test]
async fn while_nobody_has_an_account_the_start_page_tells_how_to_make_the_first() {
    let visitor = Browser::stranger().await;
    let page = visitor.get("/").await;
    page.shows("Open the link that <code>cargo run</code> printed").hides("href=\"/login\"");
    page.hides("href=\"/register\"");
    visitor.site.user("ada").await;
    let page = visitor.get("/").await;
    page.shows("href=\"/login\"").hides("cargo run");
    page.shows("href=\"/register\"");
}

#[actix_web::test]
async fn the_steps_of_a_beginner_tick_themselves_and_can_be_dismissed() {
    let ada = Browser::logged_in("ada").await;
    ada.get("/dashboard").await.shows("<li>").shows("Write a paper").shows("No papers yet");
    ada.submit("/papers", &[("title", "Milk")]).await;
    let page = ada.get("/dashboard").await.body;
    let step = page.split("<li").find(|step| step.contains("Write a paper")).unwrap();
    assert!(step.starts_with(" class=\"done\""), "{step}");
    assert_eq!(ada.submit("/dashboard/steps", &[]).await.location(), "/dashboard");
    ada.get("/dashboard").await.hides("Write a paper").shows("Milk");
}

#[actix_web::test]
async fn name_and_colours_come_from_one_place_for_pages_mails_icon_and_manifest() {
    let site = Site::open().await;
    let ada = site.logged_in("ada").await;
    let [accent, _] = brand::color("accent");
    let [paper, night] = brand::color("paper");
    ada.get("/").await.shows(brand::NAME).shows(paper).shows(night);
    ada.get("/icon.svg").await.shows(accent);
    let manifest = ada.get("/manifest.webmanifest").await.json();
    assert_eq!((&manifest["name"], &manifest["theme_color"]), (&brand::NAME.into(), &paper.into()));
    ada.submit("/forgot", &[("email", "ada@example.com")]).await;
    let mail = site.mail_to("ada").await;
    assert!(mail.html.contains(accent) && mail.html.contains(brand::NAME), "{}", mail.html);
}

#[test]
fn other_hues_are_another_brand_everywhere() {
    let sheet = fs::read_to_string("static/brand.css").unwrap();
    let other = sheet.replace("--brand: 168;", "--brand: 300;");
    let (ours, theirs) = (Palette::read(&sheet), Palette::read(&other));
    // As Chromium draws them.
    assert_eq!(ours.pair("accent"), ["#106b51", "#6fd5b0"]);
    assert_ne!(theirs.pair("accent"), ours.pair("accent"));
    assert_eq!(theirs.pair("danger"), ours.pair("danger"));
}

#[test]
fn no_colour_is_named_outside_of_the_brand() {
    let mut files: Vec<_> =
        fs::read_dir("static").unwrap().map(|file| file.unwrap().path()).collect();
    files.retain(|file| !file.ends_with("brand.css"));
    files.extend(fs::read_dir("templates/brand").unwrap().map(|file| file.unwrap().path()));
    files.push("templates/mail/letter.html".into());
    assert!(files.len() > 8, "{files:?}");
    for file in files {
        let text = fs::read_to_string(&file).unwrap();
        let is_hex =
            |word: &&str| word.len() >= 3 && word.chars().take(3).all(|c| c.is_ascii_hexdigit());
        let named = text.split('#').skip(1).find(|word| is_hex(word));
        let advice = "give the colour a name in static/brand.css, and use that";
        assert_eq!(named, None, "{}: {advice}", file.display());
        for function in ["rgb(", "hsl(", "oklch(", "color-mix("] {
            assert!(!text.contains(function), "{} has {function}: {advice}", file.display());
        }
    }
}

#[test]
fn what_a_page_names_of_the_icons_is_there() {
    let sprite = fs::read_to_string("static/icons.svg").unwrap();
    let of_places = Features(features()).places().map(|place| place.icon);
    for icon in of_places.chain(["phone", "program", "error"]) {
        assert!(sprite.contains(&format!("id=\"{icon}\"")), "draw {icon} in static/icons.svg");
    }
    for file in crate::kept::templates(std::path::Path::new("templates")) {
        let text = fs::read_to_string(&file).unwrap();
        for name in text.split("icon(\"").skip(1).map(|rest| rest.split('"').next().unwrap()) {
            let is_drawn = sprite.contains(&format!("id=\"{name}\""));
            assert!(is_drawn, "draw {name} of {} in static/icons.svg", file.display());
        }
    }
}
