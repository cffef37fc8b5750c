//! Logging in through another site: who gets in, who gets an account, and what is refused.

use std::rc::Rc;

use app::config::Config;
use time::Duration;
use url::Url;

use crate::browser::{
    Answer, Browser, OTHER_PASSWORD, PASSWORD, Site, address, config, features, passwords,
};
use crate::other_site::{OtherSite, Says, Signed, say_yes};
use crate::second_factor;

const LEAVE: &str = "/login/with/example";
const BACK: &str = "/login/with/example/back";
const HOME: &str = "/account/identities";
const LINK: &str = "/account/identities/link/example";
const UNLINK: &str = "/account/identities/1/unlink";

/// A site that knows another one, and has accounts already.
async fn site(settings: &[(&str, &str)]) -> (Rc<Site>, OtherSite) {
    let other = OtherSite::open();
    let provider = other.setting("Example");
    let site = Site::with(&[&[("OIDC_PROVIDERS", provider.as_str())], settings].concat()).await;
    site.user("root").await;
    (site, other)
}

/// Where somebody is sent by this form.
pub async fn leave(browser: &Browser, path: &str, fields: &[(&str, &str)]) -> Url {
    let answer = browser.submit(path, fields).await;
    assert_eq!(answer.status, 200, "{} {}", answer.location(), answer.body);
    let (_, rest) = answer.body.split_once("content=\"0; url=").unwrap();
    rest.split_once('"').unwrap().0.replace("&#38;", "&").parse().unwrap()
}

pub async fn come_back(browser: &Browser, brought: &[(String, String)]) -> Answer {
    let query: String =
        url::form_urlencoded::Serializer::new(String::new()).extend_pairs(brought).finish();
    browser.get(&format!("{BACK}?{query}")).await
}

/// There and back.
async fn go(browser: &Browser, path: &str) -> Answer {
    let sent_to = leave(browser, path, &[]).await;
    come_back(browser, &say_yes(&sent_to)).await
}

async fn log_in(browser: &Browser) -> Answer {
    go(browser, LEAVE).await
}

/// Ada with a password, and that site linked.
async fn linked(settings: &[(&str, &str)]) -> (Browser, OtherSite) {
    let (site, other) = site(settings).await;
    let ada = site.logged_in("ada").await;
    let answer = go(&ada, LINK).await;
    assert_eq!(answer.location(), HOME, "{}", answer.body);
    (ada, other)
}

/// Every step of Ada's, who has a password: it is linked, opens the account, is unlinked.
pub async fn walk(ada: &Browser) {
    assert_eq!(go(ada, LINK).await.location(), HOME);
    ada.get(HOME).await;
    let elsewhere = ada.site.stranger();
    assert_eq!(log_in(&elsewhere).await.status, 303);
    assert_eq!(ada.submit(UNLINK, &[]).await.location(), HOME);
}

/// What is told as `kind`.
pub async fn bring_about(kind: &str, ada: &Browser) -> Answer {
    let linked = go(ada, LINK).await;
    match kind {
        "identity_unlinked" => ada.submit(UNLINK, &[]).await,
        "identity_refused" => {
            ada.site.sql("UPDATE identities SET password_mark = 'another'").await;
            log_in(&ada.site.stranger()).await
        }
        _ => linked,
    }
}

/// Whoever is refused reads this, and is not logged in.
async fn is_refused(browser: &Browser, answer: &Answer, sentence: &str) {
    assert!(answer.location().starts_with("/login"), "{} {}", answer.location(), answer.body);
    browser.follow(answer).await.shows(sentence);
    assert!(!browser.is_logged_in().await);
}

#[actix_web::test]
async fn a_first_log_in_makes_an_account_with_the_address_that_is_proved() {
    let (site, _) = site(&[]).await;
    let ada = site.stranger();
    ada.get("/login").await.shows("Continue with Example");
    ada.get("/register").await.shows("Continue with Example");
    assert_eq!(log_in(&ada).await.location(), "/dashboard");
    ada.get("/account").await.shows("Ada Lovelace").shows("ada@example.com").hides("Confirm");
    let mail = site.mail_to("ada").await;
    assert_eq!(mail.subject, "Another site opens your account");
    assert!(mail.text.contains("Example"));
    let again = site.stranger();
    assert_eq!(log_in(&again).await.location(), "/dashboard");
    assert_eq!(site.count("SELECT count(*) AS count FROM users").await, 2, "root and Ada");
}

#[actix_web::test]
async fn they_come_back_to_the_page_that_they_wanted_and_stay_for_as_long_as_they_said() {
    let (site, _) = site(&[]).await;
    let ada = site.stranger();
    let fields = [("next", "/papers/new"), ("remember", "yes")];
    let sent_to = leave(&ada, LEAVE, &fields).await;
    let answer = come_back(&ada, &say_yes(&sent_to)).await;
    assert_eq!(answer.location(), "/papers/new");
    let session = answer.cookies().into_iter().find(|cookie| cookie.name().ends_with("_session"));
    assert!(session.unwrap().max_age().is_some());
    let eve = site.stranger();
    let sent_to = leave(&eve, LEAVE, &[("next", "https://evil.example")]).await;
    assert_eq!(come_back(&eve, &say_yes(&sent_to)).await.location(), "/dashboard");
}

#[actix_web::test]
async fn what_was_typed_while_the_session_ended_is_there_afterwards() {
    let (ada, _) = linked(&[]).await;
    ada.submit("/account/sessions/end-others", &[]).await;
    ada.site.sql("DELETE FROM sessions").await;
    let asked = ada.submit("/papers", &[("title", "Typed for an hour"), ("body", "…")]).await;
    let (_, rest) = asked.body.split_once("name=\"kept\" value=\"").unwrap();
    let kept = rest.split_once('"').unwrap().0;
    let sent_to = leave(&ada, LEAVE, &[("kept", kept)]).await;
    let declined =
        come_back(&ada, &[("error".to_owned(), "access_denied".to_owned()), state(&sent_to)]).await;
    declined.shows("Example did not say who you are").shows(kept);
    let sent_to = leave(&ada, LEAVE, &[("kept", kept)]).await;
    come_back(&ada, &say_yes(&sent_to)).await.shows("Typed for an hour");
}

fn state(sent_to: &Url) -> (String, String) {
    sent_to.query_pairs().into_owned().find(|(name, _)| name == "state").unwrap()
}

#[actix_web::test]
async fn an_account_with_the_same_address_is_not_opened_by_it() {
    let (site, _) = site(&[]).await;
    site.user("ada").await;
    let stranger = site.stranger();
    let answer = log_in(&stranger).await;
    is_refused(&stranger, &answer, "There is an account with your address. Log in to it").await;
    assert_eq!(site.count("SELECT count(*) AS count FROM identities").await, 0);
}

#[actix_web::test]
async fn an_address_that_nobody_has_made_sure_of_makes_no_account() {
    let (site, other) = site(&[]).await;
    for is_verified in [Some(false), None] {
        other.says(|says| says.is_verified = is_verified);
        let stranger = site.stranger();
        let answer = log_in(&stranger).await;
        is_refused(&stranger, &answer, "does not say that it has made sure of your address").await;
    }
    other.says(|says| (says.is_verified, says.email) = (Some(true), None));
    let stranger = site.stranger();
    let answer = log_in(&stranger).await;
    is_refused(&stranger, &answer, "does not say that it has made sure").await;
    assert_eq!(site.count("SELECT count(*) AS count FROM users").await, 1);
}

#[actix_web::test]
async fn an_address_that_is_not_proved_tells_nobody_whether_it_has_an_account() {
    let (site, other) = site(&[]).await;
    site.user("ada").await;
    let mut answers = Vec::new();
    for name in ["ada", "bob"] {
        other.says(|says| (says.email, says.is_verified) = (Some(address(name)), Some(false)));
        let stranger = site.stranger();
        let answer = log_in(&stranger).await;
        let page = stranger.follow(&answer).await.body;
        answers.push((answer.status, answer.location().to_owned(), page));
    }
    assert_eq!(answers[0], answers[1]);
}

#[actix_web::test]
async fn an_account_is_made_only_where_everybody_may_have_one() {
    for (registration, sentence) in [
        ("invite", "Example opens no account here. An invitation makes one"),
        ("closed", "Example opens no account here."),
    ] {
        let (site, _) = site(&[("REGISTRATION", registration)]).await;
        let stranger = site.stranger();
        let answer = log_in(&stranger).await;
        is_refused(&stranger, &answer, sentence).await;
        let ada = site.logged_in("ada").await;
        go(&ada, LINK).await;
        assert_eq!(log_in(&site.stranger()).await.location(), "/dashboard");
    }
}

#[actix_web::test]
async fn the_first_account_is_the_operators() {
    let (site, other) = site(&[]).await;
    site.sql("DELETE FROM users").await;
    let other_server = site.beside_with(&[("OIDC_PROVIDERS", &other.setting("Example"))]).await;
    let stranger = other_server.stranger();
    let sent_to = leave(&stranger, LEAVE, &[]).await;
    let answer = come_back(&stranger, &say_yes(&sent_to)).await;
    assert_eq!(answer.location(), "/login");
    stranger.follow(&answer).await.shows("through the link that the program printed");
    assert_eq!(site.count("SELECT count(*) AS count FROM users").await, 0);
}

#[actix_web::test]
async fn a_linked_account_is_known_by_its_number_and_not_by_its_address() {
    let (ada, other) = linked(&[]).await;
    other.says(|says| says.email = Some(address("bob")));
    let elsewhere = ada.site.stranger();
    log_in(&elsewhere).await;
    elsewhere.get("/account").await.shows("ada@example.com");
    other.says(|says| (says.subject, says.email) = ("ada-8".to_owned(), Some(address("ada"))));
    let heir = ada.site.stranger();
    let answer = log_in(&heir).await;
    is_refused(&heir, &answer, "There is an account with your address").await;
}

#[actix_web::test]
async fn linking_asks_for_the_password_renews_the_session_and_ends_the_others() {
    let (site, _) = site(&[]).await;
    let stale = site.stale("ada").await;
    assert!(stale.submit(LINK, &[]).await.location().starts_with("/sudo"));
    let (ada, elsewhere) = (site.logged_in("ada").await, site.logged_in("ada").await);
    let before = ada.cookie("session");
    go(&ada, LINK).await;
    assert_ne!(ada.cookie("session"), before);
    assert!(ada.is_logged_in().await && !elsewhere.is_logged_in().await);
    ada.get(HOME).await.shows("Example").shows("ada@example.com").shows("never</span>");
}

#[actix_web::test]
async fn one_account_elsewhere_opens_one_here() {
    let (ada, other) = linked(&[]).await;
    let bob = ada.site.logged_in("bob").await;
    let answer = go(&bob, LINK).await;
    bob.follow(&answer).await.shows("That account of Example opens another account here.");
    other.says(|says| says.subject = "ada-8".to_owned());
    let answer = go(&ada, LINK).await;
    ada.follow(&answer).await.shows("Another account of Example opens yours");
    assert_eq!(ada.site.count("SELECT count(*) AS count FROM identities").await, 1);
}

#[actix_web::test]
async fn whoever_sits_there_now_gets_no_link_that_another_began() {
    let (site, _) = site(&[]).await;
    let browser = site.logged_in("ada").await;
    let sent_to = leave(&browser, LINK, &[]).await;
    browser.submit("/logout", &[]).await;
    site.user("bob").await;
    browser.log_in("bob").await;
    let answer = come_back(&browser, &say_yes(&sent_to)).await;
    assert!(answer.location().starts_with("/login"), "{}", answer.location());
    assert_eq!(site.count("SELECT count(*) AS count FROM identities").await, 0);
}

#[actix_web::test]
async fn what_is_unlinked_opens_nothing() {
    let (ada, _) = linked(&[]).await;
    let elsewhere = ada.site.logged_in("ada").await;
    let answer = ada.submit(UNLINK, &[]).await;
    ada.follow(&answer).await.shows("Example opens your account no more.");
    assert!(ada.is_logged_in().await && !elsewhere.is_logged_in().await);
    let subjects: Vec<_> = ada.site.mails().await.into_iter().map(|mail| mail.subject).collect();
    assert!(subjects.contains(&"Another site opens your account no more".to_owned()));
    let stranger = ada.site.stranger();
    let answer = log_in(&stranger).await;
    is_refused(&stranger, &answer, "There is an account with your address").await;
    assert_eq!(ada.submit(UNLINK, &[]).await.location(), HOME, "a second click");
    assert!(ada.is_logged_in().await);
}

#[actix_web::test]
async fn the_last_way_in_stays() {
    let (site, _) = site(&[]).await;
    let ada = site.stranger();
    log_in(&ada).await;
    let fresh = "UPDATE sessions SET authenticated_at = created_at";
    site.sql(fresh).await;
    let answer = ada.submit(UNLINK, &[]).await;
    ada.follow(&answer).await.shows("Without Example nothing opens your account.");
    assert_eq!(log_in(&site.stranger()).await.location(), "/dashboard");
    let hash =
        "UPDATE users SET password_hash = (SELECT u.password_hash FROM users u WHERE u.id = 1)";
    site.sql(hash).await;
    let answer = ada.submit(UNLINK, &[]).await;
    ada.follow(&answer).await.shows("Example opens your account no more.");
}

#[actix_web::test]
async fn another_site_that_is_linked_too_is_a_way_in() {
    let (one, two) = (OtherSite::open(), OtherSite::open());
    let providers = format!("{},{}", one.setting("Example"), two.setting("Our%20own"));
    let site = Site::with(&[("OIDC_PROVIDERS", &providers)]).await;
    site.user("root").await;
    let ada = site.stranger();
    log_in(&ada).await;
    site.sql("UPDATE sessions SET authenticated_at = created_at").await;
    let sent_to = leave(&ada, "/account/identities/link/our-own", &[]).await;
    let query = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(say_yes(&sent_to))
        .finish();
    let answer = ada.get(&format!("/login/with/our-own/back?{query}")).await;
    ada.follow(&answer).await.shows("you can log in with Our own, as ada@example.com.");
    let answer = ada.submit(UNLINK, &[]).await;
    ada.follow(&answer).await.shows("Example opens your account no more.");
    let answer = ada.submit("/account/identities/2/unlink", &[]).await;
    ada.follow(&answer).await.shows("Without Our own nothing opens your account.");
}

#[actix_web::test]
async fn no_password_opens_an_account_that_has_none() {
    let (site, _) = site(&[]).await;
    let ada = site.stranger();
    log_in(&ada).await;
    ada.submit("/logout", &[]).await;
    for password in ["", " ", PASSWORD] {
        let fields = [("email", "ada@example.com"), ("password", password)];
        assert_eq!(ada.submit("/login", &fields).await.status, 422, "{password:?}");
    }
    log_in(&ada).await;
    assert!(ada.get("/account/email").await.location().starts_with("/sudo"));
    assert_eq!(ada.submit("/sudo", &[("password", PASSWORD)]).await.status, 422);
    ada.get("/sudo").await.shows("No password yet?").shows("href=\"/forgot\"");
}

/// Chooses a password by a link that is mailed.
async fn reset(site: &Rc<Site>) -> Browser {
    let browser = site.stranger();
    browser.submit("/forgot", &[("email", "ada@example.com")]).await;
    browser.open_link(&site.link_to("ada").await).await;
    let answer = browser.submit("/reset", &[("password", OTHER_PASSWORD)]).await;
    assert_eq!(answer.location(), "/login", "{}", answer.body);
    browser
}

#[actix_web::test]
async fn after_another_password_it_opens_nothing_until_it_is_linked_again() {
    let (ada, _) = linked(&[]).await;
    let owner = reset(&ada.site).await;
    let thief = ada.site.stranger();
    let answer = log_in(&thief).await;
    is_refused(&thief, &answer, "You have another password since Example was linked.").await;
    let fields = [("email", "ada@example.com"), ("password", OTHER_PASSWORD)];
    owner.submit("/login", &fields).await;
    owner.get(HOME).await.shows("Link again");
    go(&owner, LINK).await;
    assert_eq!(log_in(&ada.site.stranger()).await.location(), "/dashboard");
}

#[actix_web::test]
async fn whoever_came_without_a_password_chooses_one_by_mail() {
    let (site, _) = site(&[]).await;
    log_in(&site.stranger()).await;
    let ada = reset(&site).await;
    let fields = [("email", "ada@example.com"), ("password", OTHER_PASSWORD)];
    assert_eq!(ada.submit("/login", &fields).await.location(), "/dashboard");
    assert_eq!(ada.get("/account/email").await.status, 200, "typed a moment ago");
}

#[actix_web::test]
async fn who_is_disabled_is_refused_as_if_there_were_no_account() {
    let (ada, _) = linked(&[]).await;
    ada.site.sql("UPDATE users SET disabled_at = created_at").await;
    let stranger = ada.site.stranger();
    let answer = log_in(&stranger).await;
    is_refused(&stranger, &answer, "Example opens no account here.").await;
}

#[actix_web::test]
async fn a_second_factor_is_asked_for_all_the_same() {
    let (site, _) = site(&[]).await;
    let ada = site.logged_in("ada").await;
    go(&ada, LINK).await;
    let (_, codes) = second_factor::turn_on(&ada).await;
    let elsewhere = site.stranger();
    let answer = log_in(&elsewhere).await;
    assert_eq!(answer.location(), "/login/code");
    elsewhere.follow(&answer).await.shows("The first step is done");
    assert!(!elsewhere.is_logged_in().await);
    let answer = elsewhere.submit("/login/code", &[("otp", &codes[0])]).await;
    assert_eq!(answer.location(), "/dashboard");
    assert!(elsewhere.get("/account/email").await.location().starts_with("/sudo"), "not fresh");
}

#[actix_web::test]
async fn an_answer_is_good_once_for_a_quarter_of_an_hour_and_in_the_browser_that_asked() {
    let (site, _) = site(&[]).await;
    let over = "is over, or began in another browser";
    let ada = site.stranger();
    let sent_to = leave(&ada, LEAVE, &[]).await;
    let brought = say_yes(&sent_to);
    let eve = site.stranger();
    is_refused(&eve, &come_back(&eve, &brought).await, over).await;
    leave(&eve, LEAVE, &[]).await;
    is_refused(&eve, &come_back(&eve, &brought).await, over).await;
    assert_eq!(come_back(&ada, &brought).await.location(), "/dashboard");
    ada.submit("/logout", &[]).await;
    is_refused(&ada, &come_back(&ada, &brought).await, over).await;
    for (seconds, place) in [(899, "/dashboard"), (900, "/login")] {
        let ada = site.stranger();
        let sent_to = leave(&ada, LEAVE, &[]).await;
        site.clock.advance(Duration::seconds(seconds));
        assert_eq!(come_back(&ada, &say_yes(&sent_to)).await.location(), place, "{seconds}");
    }
}

#[actix_web::test]
async fn a_code_that_somebody_else_was_given_is_refused() {
    let (site, other) = site(&[]).await;
    let (ada, eve) = (site.stranger(), site.stranger());
    let (adas, eves) = (leave(&ada, LEAVE, &[]).await, leave(&eve, LEAVE, &[]).await);
    let stolen = say_yes(&adas)[0].clone();
    let answer = come_back(&eve, &[stolen, state(&eves)]).await;
    is_refused(&eve, &answer, "Example did not say who you are").await;
    // Even where that site forgets to look at the verifier, the token names another question.
    other.says(|says| says.nonce = Some("of another log-in".to_owned()));
    let answer = log_in(&ada).await;
    is_refused(&ada, &answer, "Example did not say who you are").await;
}

#[actix_web::test]
async fn whatever_is_wrong_with_a_token_it_is_refused() {
    let wrongs: [fn(&mut Says); 9] = [
        |says| says.signed = Signed::Not,
        |says| says.signed = Signed::Shared,
        |says| says.signed = Signed::Strange,
        |says| (says.signed, says.shown) = (Signed::Strange, vec![Signed::Rsa, Signed::Ed25519]),
        |says| says.issuer = "https://evil.example".to_owned(),
        |says| says.audiences = vec!["another-client".to_owned()],
        |says| says.audiences.push("another-client".to_owned()),
        |says| says.nonce = Some(String::new()),
        |says| says.expires_at = 1_793_534_400,
    ];
    for (n, wrong) in wrongs.into_iter().enumerate() {
        let (site, other) = site(&[]).await;
        other.says(wrong);
        let stranger = site.stranger();
        let answer = log_in(&stranger).await;
        is_refused(&stranger, &answer, "Example did not say who you are").await;
        assert_eq!(site.count("SELECT count(*) AS count FROM users").await, 1, "{n}");
        other.says(|says| assert!(!says.subject.is_empty()));
    }
}

#[actix_web::test]
async fn what_one_site_says_is_not_taken_for_anothers() {
    let (honest, evil) = (OtherSite::open(), OtherSite::open());
    let providers = format!("{},{}", honest.setting("Example"), evil.setting("Evil"));
    let site = Site::with(&[("OIDC_PROVIDERS", &providers)]).await;
    site.user("root").await;
    let ada = site.stranger();
    let sent_to = leave(&ada, "/login/with/evil", &[]).await;
    let mixed = say_yes(&sent_to);
    let answer = come_back(&ada, &mixed).await;
    is_refused(&ada, &answer, "is over, or began in another browser").await;
    let sent_to = leave(&ada, LEAVE, &[]).await;
    let mut brought = say_yes(&sent_to);
    brought.push(("iss".to_owned(), evil.address.clone()));
    let answer = come_back(&ada, &brought).await;
    is_refused(&ada, &answer, "Example did not say who you are").await;
    assert!(!honest.asked().contains(&"/token".to_owned()), "{:?}", honest.asked());
    let sent_to = leave(&ada, LEAVE, &[]).await;
    let mut brought = say_yes(&sent_to);
    brought.push(("iss".to_owned(), honest.address.clone()));
    assert_eq!(come_back(&ada, &brought).await.location(), "/dashboard");
}

#[actix_web::test]
async fn a_site_that_calls_itself_otherwise_is_not_asked() {
    let other = OtherSite::open();
    let provider = other.setting("Example").replace('#', "/#");
    let site = Site::with(&[("OIDC_PROVIDERS", &provider)]).await;
    site.user("root").await;
    let stranger = site.stranger();
    let answer = stranger.submit(LEAVE, &[("next", "/papers")]).await;
    assert_eq!(answer.location(), "/login?next=%2Fpapers");
    stranger.follow(&answer).await.shows("Example does not answer.");
}

#[actix_web::test]
async fn a_site_on_this_machine_leads_nobody_elsewhere_without_tls() {
    for place in ["http://evil.example/in", "javascript:alert(1)", "data:text/html,in"] {
        let (site, other) = site(&[]).await;
        other.says(|says| says.log_in_at = Some(place.to_owned()));
        let stranger = site.stranger();
        let answer = stranger.submit(LEAVE, &[]).await;
        is_refused(&stranger, &answer, "Example does not answer.").await;
    }
    let (site, other) = site(&[]).await;
    let elsewhere = OtherSite::open();
    let port = elsewhere.address.rsplit(':').next().unwrap();
    other.says(|says| says.codes_at = Some(format!("http://0.0.0.0:{port}/token")));
    let stranger = site.stranger();
    let answer = log_in(&stranger).await;
    is_refused(&stranger, &answer, "Example did not say who you are").await;
    assert_eq!(elsewhere.asked(), [""; 0], "no code and no secret goes there");
}

#[actix_web::test]
async fn somebody_without_a_number_is_nobody() {
    let (site, other) = site(&[]).await;
    for subject in [String::new(), "7".repeat(256)] {
        other.says(|says| says.subject = subject);
        let stranger = site.stranger();
        let answer = log_in(&stranger).await;
        is_refused(&stranger, &answer, "Example did not say who you are").await;
    }
}

#[actix_web::test]
async fn nobody_fills_the_table_with_what_they_typed() {
    let (site, _) = site(&[]).await;
    for kept in ["x".repeat(32 * 1024 + 1), "\u{1}".repeat(100)] {
        let stranger = site.stranger();
        let answer = stranger.submit(LEAVE, &[("kept", &kept)]).await;
        assert_eq!(answer.status, 422);
        answer.shows("What you typed is too much to come along");
    }
    let stranger = site.stranger();
    leave(&stranger, LEAVE, &[("next", &format!("/{}", "x".repeat(9000)))]).await;
    let long = "SELECT count(*) AS count FROM authorization_requests WHERE length(visit) > 2500";
    assert_eq!(site.count(long).await, 0);
}

#[actix_web::test]
async fn a_log_in_that_waits_for_its_second_factor_ends_when_the_site_is_unlinked() {
    let (ada, _) = linked(&[]).await;
    let (_, codes) = second_factor::turn_on(&ada).await;
    let elsewhere = ada.site.stranger();
    assert_eq!(log_in(&elsewhere).await.location(), "/login/code");
    ada.submit(UNLINK, &[]).await;
    let answer = elsewhere.submit("/login/code", &[("otp", &codes[0])]).await;
    assert!(answer.location().starts_with("/login"), "{}", answer.location());
    assert!(!elsewhere.is_logged_in().await);
}

#[actix_web::test]
async fn a_stronger_hash_of_the_same_password_ends_no_trust() {
    let stronger = passwords(&config(&[("ARGON2_ITERATIONS", "3")]));
    let provider = OtherSite::open().setting("Example");
    let site = Site::build(&[("OIDC_PROVIDERS", &provider)], stronger, features()).await;
    let root = site.user("root").await;
    go(&site.logged_in("ada").await, LINK).await;
    // As it was in easier times.
    site.sql(
        "UPDATE users SET password_hash = (SELECT u.password_hash FROM users u WHERE u.id = 1)",
    )
    .await;
    site.sql(format!("UPDATE identities SET password_mark = '{}'", root.password_mark())).await;
    assert_eq!(log_in(&site.stranger()).await.location(), "/dashboard");
    site.stranger().log_in("ada").await;
    assert_eq!(
        site.count("SELECT count(*) AS count FROM users WHERE password_hash LIKE '%t=3%'").await,
        1
    );
    assert_eq!(log_in(&site.stranger()).await.location(), "/dashboard");
}

#[actix_web::test]
async fn what_is_linked_at_a_site_that_is_asked_no_more_can_be_unlinked() {
    let (ada, _) = linked(&[]).await;
    let without = ada.site.beside().await;
    let ada = without.logged_in("ada").await;
    ada.get(HOME).await.shows("http://127.0.0.1:").shows("ada@example.com").hides("Link again");
    let answer = ada.submit(UNLINK, &[]).await;
    ada.follow(&answer).await.shows("opens your account no more.");
    ada.get(HOME).await.shows("No other sites");
}

#[actix_web::test]
async fn who_cannot_be_told_links_nothing() {
    let (site, _) = site(&[]).await;
    let ada = site.logged_in("ada").await;
    site.sql("UPDATE users SET verified_at = NULL").await;
    assert_eq!(ada.submit(LINK, &[]).await.location(), "/account");
}

#[actix_web::test]
async fn new_keys_of_that_site_are_asked_for_and_not_for_every_token() {
    let (site, other) = site(&[]).await;
    log_in(&site.stranger()).await;
    site.clock.advance(Duration::minutes(1));
    other.says(|says| (says.signed, says.shown) = (Signed::Ed25519, vec![Signed::Ed25519]));
    assert_eq!(log_in(&site.stranger()).await.location(), "/dashboard");
    let keys = || other.asked().iter().filter(|path| *path == "/keys").count();
    assert_eq!(keys(), 2);
    other.says(|says| says.signed = Signed::Rsa);
    for _ in 0..3 {
        log_in(&site.stranger()).await;
    }
    assert_eq!(keys(), 2, "asked a moment ago");
}

#[actix_web::test]
async fn an_address_that_is_not_in_the_token_is_asked_for() {
    let (site, other) = site(&[]).await;
    other.says(|says| says.in_token = false);
    let ada = site.stranger();
    assert_eq!(log_in(&ada).await.location(), "/dashboard");
    ada.get("/account").await.shows("ada@example.com").shows("Ada Lovelace");
    other.says(|says| says.other_subject = Some("eve-1".to_owned()));
    let stranger = site.stranger();
    let answer = log_in(&stranger).await;
    is_refused(&stranger, &answer, "Example did not say who you are").await;
}

#[actix_web::test]
async fn nothing_that_was_brought_is_kept() {
    let (ada, _) = linked(&[]).await;
    let rows = "SELECT count(*) AS count FROM authorization_requests";
    assert_eq!(ada.site.count(rows).await, 0);
    let sent_to = leave(&ada, LEAVE, &[]).await;
    let visit = ada
        .site
        .texts("SELECT visit || state_hash || provider AS text FROM authorization_requests")
        .await;
    for (name, value) in sent_to.query_pairs() {
        if name == "state" || name == "nonce" {
            assert!(!visit[0].contains(&*value), "{name}");
        }
    }
    ada.site.clock.advance(Duration::minutes(15));
    ada.site.purge().await.unwrap();
    assert_eq!(ada.site.count(rows).await, 0);
}

#[actix_web::test]
async fn where_no_other_site_is_known_there_is_nothing_of_it() {
    let ada = Site::open().await.logged_in("ada").await;
    ada.get("/account/security").await.hides("Linked sites");
    ada.get("/sudo").await.hides("No password yet?");
    ada.get(HOME).await.shows("No other sites");
    assert_eq!(ada.get(BACK).await.status, 404);
    assert_eq!(ada.submit(LEAVE, &[]).await.status, 404);
    ada.site.stranger().get("/login").await.hides("Continue with");
}

#[test]
fn another_site_is_read_to_the_letter() {
    let read = |text: &str| config(&[("OIDC_PROVIDERS", text)]).providers.to_vec();
    let all =
        read("https://us%40home:s%2F%2C@a.example/realms/b/#Our%20own, http://us:s@[::1]:9#C");
    let [own, local] = &all[..] else { panic!("{all:?}") };
    assert_eq!((&*own.name, &*own.slug), ("Our own", "our-own"));
    assert_eq!(own.issuer, "https://a.example/realms/b/");
    assert_eq!((&*own.client_id, own.client_secret.expose()), ("us@home", "s/,"));
    assert_eq!(local.issuer, "http://[::1]:9", "without a slash that nobody wrote");
    assert!(!format!("{all:?}").contains("s/,"));
}

#[test]
fn what_is_wrong_with_another_site_is_told_without_its_secret() {
    for wrong in [
        "Google",
        "https://accounts.google.com#Google",
        "https://us@a.example#A",
        "https://:hush@a.example#A",
        "https://us:hush@a.example",
        "https://us:hush@a.example#",
        "https://us:hush@a.example#!!",
        "https://us:hush@a.example?x=1#A",
        "http://us:hush@a.example#A",
        "ftp://us:hush@a.example#A",
        "https://us:hush@a.example#A,https://us:hush@b.example#a",
        "https://us:hush@a.example#A,https://us:hush@a.example#B",
    ] {
        let find = |name: &str| (name == "OIDC_PROVIDERS").then_some(wrong);
        let told = Config::read(find).expect_err(wrong);
        assert!(told.contains("OIDC_PROVIDERS=(hidden)") && !told.contains("hush"), "{told}");
    }
}
