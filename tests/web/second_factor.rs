//! Second factors: set up, asked for, lost.

use std::collections::BTreeSet;
use std::rc::Rc;

use actix_web::HttpResponse;
use actix_web::test::TestRequest;
use app::error::Error;
use app::people::LogIn;
use time::Duration;

use crate::browser::{Answer, Browser, OTHER_PASSWORD, PASSWORD, Site, address};
use crate::operator::command;
use crate::phone::Phone;

const HOME: &str = "/account/second-factor";

/// Ada with a second factor, logged in; her phone, and her recovery codes.
struct Guarded {
    ada: Browser,
    phone: Phone,
    codes: Vec<String>,
}

impl Guarded {
    async fn new() -> Self {
        Self::on(Site::open().await).await
    }

    async fn on(site: Rc<Site>) -> Self {
        let ada = site.logged_in("ada").await;
        let phone = Phone::set_up(&ada).await;
        let codes = codes(&confirm(&ada, &phone).await);
        // The code that turned it on works no more: the next one does.
        site.clock.advance(Duration::seconds(30));
        Self { ada, phone, codes }
    }

    fn site(&self) -> &Rc<Site> {
        &self.ada.site
    }

    /// Another browser, in which the password was right.
    async fn half_way(&self) -> Browser {
        let browser = self.site().stranger();
        let answer = browser.log_in("ada").await;
        assert_eq!((answer.status, answer.location()), (303, "/login/code"));
        browser
    }

    fn code(&self) -> String {
        self.phone.code(self.site().clock.now())
    }
}

/// Turns a second factor on for whoever is logged in: the page that says so, and their recovery codes.
pub async fn turn_on(browser: &Browser) -> (Answer, Vec<String>) {
    let phone = Phone::set_up(browser).await;
    let page = confirm(browser, &phone).await;
    let codes = codes(&page);
    (page, codes)
}

/// Ada's log-in elsewhere, up to this code.
pub async fn try_code(site: &Rc<Site>, code: &str) -> Answer {
    let browser = site.stranger();
    browser.log_in("ada").await;
    prove(&browser, code).await
}

pub async fn confirm(browser: &Browser, phone: &Phone) -> Answer {
    let code = phone.code(browser.site.clock.now());
    browser.submit("/account/second-factor/app/confirm", &[("otp", &code)]).await
}

/// The recovery codes that a page shows.
pub fn codes(page: &Answer) -> Vec<String> {
    let lines = page.body.lines().filter_map(|line| line.trim().strip_prefix("<li><code>"));
    let codes: Vec<_> = lines.map(|rest| rest.split('<').next().unwrap().to_owned()).collect();
    assert_eq!(codes.len(), 10, "{}", page.body);
    codes
}

async fn prove(browser: &Browser, code: &str) -> Answer {
    browser.submit("/login/code", &[("otp", code)]).await
}

#[actix_web::test]
async fn a_code_is_asked_for_after_the_password_and_nothing_is_open_before() {
    let guarded = Guarded::new().await;
    let browser = guarded.half_way().await;
    browser.get("/login/code").await.shows("One more step").shows("one-time-code");
    assert!(!browser.is_logged_in().await);
    let wrong = prove(&browser, "000000").await;
    assert_eq!(wrong.status, 422);
    wrong.shows("This code is wrong");
    let right = prove(&browser, &guarded.code()).await;
    assert_eq!((right.status, right.location()), (303, "/dashboard"));
    assert!(browser.is_logged_in().await);
    assert!(browser.cookie("half_log_in").is_none());
}

#[actix_web::test]
async fn whoever_loses_the_phone_comes_in_with_a_recovery_code_and_sets_up_a_new_one() {
    let guarded = Guarded::new().await;
    guarded.ada.submit("/logout", &[]).await;
    let ada = guarded.half_way().await;
    let spelt = guarded.codes[3].to_uppercase().replace('-', " ");
    assert_eq!(prove(&ada, &spelt).await.status, 303);
    guarded.site().mail_to("ada").await.text.contains("Codes left: 9");
    ada.get(HOME).await.shows("9 left");
    assert_eq!(ada.submit("/account/second-factor/remove", &[]).await.location(), HOME);
    let phone = Phone::set_up(&ada).await;
    codes(&confirm(&ada, &phone).await);
    guarded.site().clock.advance(Duration::seconds(30));
    let next = guarded.half_way().await;
    assert_eq!(prove(&next, &guarded.code()).await.status, 422, "of the old phone");
    assert_eq!(prove(&next, &guarded.codes[4]).await.status, 422, "of the old codes");
    assert_eq!(prove(&next, &phone.code(ada.site.clock.now())).await.status, 303);
}

#[actix_web::test]
async fn a_code_works_once_on_whichever_instance() {
    let guarded = Guarded::new().await;
    let (one, other) = (guarded.half_way().await, guarded.half_way().await);
    assert_eq!(prove(&one, &guarded.code()).await.status, 303);
    assert_eq!(prove(&other, &guarded.code()).await.status, 422);
    let beside = guarded.site().beside().await;
    beside.clock.advance(Duration::seconds(30));
    let third = beside.stranger();
    third.log_in("ada").await;
    assert_eq!(prove(&third, &guarded.code()).await.status, 422);
}

#[actix_web::test]
async fn the_code_of_the_step_before_works_and_no_older_and_no_later_one() {
    for (steps, status) in [(-2, 422), (-1, 303), (0, 303), (1, 422), (2, 422)] {
        let guarded = Guarded::new().await;
        guarded.site().clock.advance(Duration::minutes(5));
        let now = guarded.site().clock.now().assume_utc().unix_timestamp() / 30;
        let code = guarded.phone.code_of(now + steps);
        assert_eq!(prove(&guarded.half_way().await, &code).await.status, status, "{steps}");
    }
}

#[actix_web::test]
async fn an_older_code_does_not_work_after_a_newer_one() {
    let guarded = Guarded::new().await;
    guarded.site().clock.advance(Duration::minutes(5));
    let now = guarded.site().clock.now().assume_utc().unix_timestamp() / 30;
    let [newer, older] = [0, -1].map(|steps| guarded.phone.code_of(now + steps));
    assert_eq!(prove(&guarded.half_way().await, &newer).await.status, 303);
    assert_eq!(prove(&guarded.half_way().await, &older).await.status, 422);
}

#[actix_web::test]
async fn a_recovery_code_works_once_and_its_owner_is_told() {
    let guarded = Guarded::new().await;
    assert_eq!(prove(&guarded.half_way().await, &guarded.codes[0]).await.status, 303);
    assert_eq!(prove(&guarded.half_way().await, &guarded.codes[0]).await.status, 422);
    let mail = guarded.site().mail_to("ada").await;
    assert_eq!(mail.subject, "A recovery code was used");
    let used = "SELECT count(*) AS count FROM recovery_codes WHERE used_at IS NOT NULL";
    assert_eq!(guarded.site().count(used).await, 1);
}

#[actix_web::test]
async fn new_recovery_codes_end_the_old_ones() {
    let guarded = Guarded::new().await;
    let new = codes(&guarded.ada.submit("/account/second-factor/codes", &[]).await);
    assert_eq!(prove(&guarded.half_way().await, &guarded.codes[0]).await.status, 422);
    assert_eq!(prove(&guarded.half_way().await, &new[0]).await.status, 303);
}

#[actix_web::test]
async fn the_recovery_codes_of_others_open_nothing() {
    let guarded = Guarded::new().await;
    let bob = guarded.site().logged_in("bob").await;
    let phone = Phone::set_up(&bob).await;
    let theirs = codes(&confirm(&bob, &phone).await);
    assert_eq!(prove(&guarded.half_way().await, &theirs[0]).await.status, 422);
    assert_eq!(
        prove(&guarded.half_way().await, &phone.code(bob.site.clock.now())).await.status,
        422
    );
}

#[actix_web::test]
async fn a_log_in_waits_for_a_quarter_of_an_hour() {
    for (seconds, location) in [(899, "/dashboard"), (900, "/login")] {
        let guarded = Guarded::new().await;
        let browser = guarded.half_way().await;
        guarded.site().clock.advance(Duration::seconds(seconds));
        assert_eq!(prove(&browser, &guarded.code()).await.location(), location, "{seconds}");
    }
}

#[actix_web::test]
async fn five_wrong_codes_end_the_log_in_and_its_owner_is_told() {
    let guarded = Guarded::new().await;
    let thief = guarded.half_way().await;
    for _ in 0..4 {
        assert_eq!(prove(&thief, "000000").await.status, 422);
    }
    assert_eq!(prove(&thief, "000000").await.location(), "/login");
    assert_eq!(prove(&thief, &guarded.code()).await.location(), "/login");
    assert!(!thief.is_logged_in().await);
    assert_eq!(guarded.site().mail_to("ada").await.subject, "Somebody knows your password");
}

#[actix_web::test]
async fn whoever_knows_the_password_guesses_ten_codes_an_hour_and_keeps_the_owner_out_of_nothing() {
    let guarded = Guarded::new().await;
    let mut tried = 0;
    let refused = loop {
        let thief = guarded.half_way().await;
        let answer = prove(&thief, "000000").await;
        if answer.status != 422 {
            break answer;
        }
        tried += 1;
    };
    assert_eq!((tried, refused.status), (10, 429));
    refused.shows("Too many wrong codes.");
    let owner = &guarded.ada;
    owner.submit("/logout", &[]).await;
    owner.log_in("ada").await;
    assert_eq!(prove(owner, &guarded.code()).await.status, 303);
}

#[actix_web::test]
async fn another_password_or_second_factor_ends_a_log_in_that_waits() {
    let guarded = Guarded::new().await;
    let thief = guarded.half_way().await;
    let change = [("current", PASSWORD), ("password", OTHER_PASSWORD)];
    assert_eq!(guarded.ada.submit("/account/password", &change).await.status, 303);
    assert_eq!(prove(&thief, &guarded.code()).await.location(), "/login");
    let guarded = Guarded::new().await;
    let thief = guarded.half_way().await;
    guarded.ada.submit("/account/second-factor/remove", &[]).await;
    assert_eq!(prove(&thief, &guarded.codes[0]).await.location(), "/login");
}

#[actix_web::test]
async fn of_two_clicks_with_two_right_codes_one_gets_in() {
    let guarded = Guarded::new().await;
    let browser = guarded.half_way().await;
    let again = guarded.site().stranger();
    again.set_cookie("half_log_in", &browser.cookie("half_log_in").unwrap());
    assert_eq!(prove(&browser, &guarded.codes[0]).await.location(), "/dashboard");
    assert_eq!(prove(&again, &guarded.codes[1]).await.location(), "/login");
    assert!(!again.is_logged_in().await);
}

#[actix_web::test]
async fn a_trusted_browser_is_asked_for_the_password_alone_for_two_weeks() {
    let guarded = Guarded::new().await;
    let browser = guarded.half_way().await;
    browser.get("/login/code").await.shows("Trust this browser");
    browser.submit("/login/code", &[("otp", &guarded.code()), ("trust", "yes")]).await;
    browser.submit("/logout", &[]).await;
    assert_eq!(browser.log_in("ada").await.location(), "/dashboard");
    guarded.site().user("bob").await;
    guarded.site().clock.advance(Duration::days(14));
    assert_eq!(browser.log_in("ada").await.location(), "/login/code");
    assert_eq!(guarded.half_way().await.get("/login/code").await.status, 200, "others are asked");
}

#[actix_web::test]
async fn a_browser_is_trusted_no_more_with_another_password_or_second_factor() {
    let guarded = Guarded::new().await;
    let browser = guarded.half_way().await;
    browser.submit("/login/code", &[("otp", &guarded.code()), ("trust", "yes")]).await;
    guarded.ada.submit("/account/second-factor/remove", &[]).await;
    let phone = Phone::set_up(&guarded.ada).await;
    guarded.site().clock.advance(Duration::seconds(1));
    codes(&confirm(&guarded.ada, &phone).await);
    assert_eq!(browser.log_in("ada").await.location(), "/login/code");
}

#[actix_web::test]
async fn an_operator_may_have_no_browser_trusted() {
    let site = Site::with(&[("TRUST_BROWSERS", "0s")]).await;
    let guarded = Guarded::on(site).await;
    let browser = guarded.half_way().await;
    browser.get("/login/code").await.hides("Trust this browser");
    browser.submit("/login/code", &[("otp", &guarded.code()), ("trust", "yes")]).await;
    browser.submit("/logout", &[]).await;
    assert_eq!(browser.log_in("ada").await.location(), "/login/code");
}

#[actix_web::test]
async fn what_was_typed_before_the_session_ended_comes_back_after_the_code() {
    let guarded = Guarded::new().await;
    guarded.site().clock.advance(Duration::days(2));
    let paper = [("title", "Milk"), ("body", "Two litres")];
    let asked = guarded.ada.submit("/papers", &paper).await;
    let (_, rest) = asked.body.split_once("name=\"kept\" value=\"").expect(&asked.body);
    let kept = rest.split_once('"').unwrap().0;
    let email = address("ada");
    let log_in = [("email", &*email), ("password", PASSWORD), ("kept", kept)];
    assert_eq!(guarded.ada.submit("/login", &log_in).await.location(), "/login/code");
    prove(&guarded.ada, &guarded.code()).await.shows("Two litres");
}

#[actix_web::test]
async fn it_is_remembered_what_was_wanted() {
    let guarded = Guarded::new().await;
    let browser = guarded.site().stranger();
    let email = address("ada");
    let log_in =
        [("email", &*email), ("password", PASSWORD), ("next", "/papers"), ("remember", "yes")];
    browser.submit("/login", &log_in).await;
    let answer = prove(&browser, &guarded.code()).await;
    assert_eq!(answer.location(), "/papers");
    let session = answer.cookies().into_iter().find(|cookie| cookie.name().contains("session"));
    assert!(session.unwrap().max_age().unwrap() > Duration::days(29));
}

#[actix_web::test]
async fn it_is_set_up_by_somebody_who_typed_their_password_and_proved_their_address() {
    let site = Site::open().await;
    let stale = site.stale("ada").await;
    let asked = stale.submit("/account/second-factor/app", &[]).await;
    assert!(asked.location().starts_with("/sudo"), "{}", asked.location());
    let bob = site.logged_in("bob").await;
    site.sql("UPDATE users SET verified_at = NULL").await;
    assert_eq!(bob.submit("/account/second-factor/app", &[]).await.location(), "/account");
    bob.get("/account/second-factor/new").await.shows("Send me the link");
    assert_eq!(site.count("SELECT count(*) AS count FROM authenticators").await, 0);
}

#[actix_web::test]
async fn it_counts_for_nothing_until_a_code_was_typed() {
    let site = Site::open().await;
    let ada = site.logged_in("ada").await;
    let phone = Phone::set_up(&ada).await;
    assert_eq!(site.stranger().log_in("ada").await.location(), "/dashboard");
    let wrong = ada.submit("/account/second-factor/app/confirm", &[("otp", "000000")]).await;
    assert_eq!(wrong.status, 422);
    wrong.shows("This is not the code of now.");
    let same = Phone::read(&wrong).code(site.clock.now());
    assert_eq!(same, phone.code(site.clock.now()), "the picture stays");
    site.clock.advance(Duration::minutes(30));
    ada.submit("/sudo", &[("password", PASSWORD)]).await;
    assert_eq!(confirm(&ada, &phone).await.location(), "/account/second-factor/new");
}

#[actix_web::test]
async fn its_secret_is_not_to_be_read_in_the_database_nor_moved_to_another_row() {
    let guarded = Guarded::new().await;
    let site = guarded.site();
    let bob = site.logged_in("bob").await;
    let phone = Phone::set_up(&bob).await;
    confirm(&bob, &phone).await;
    site.sql(
        "UPDATE authenticators SET seed = (SELECT seed FROM authenticators WHERE user_id = 2)",
    )
    .await;
    site.clock.advance(Duration::seconds(30));
    let code = phone.code(site.clock.now());
    assert_eq!(prove(&guarded.half_way().await, &code).await.status, 500);
}

#[actix_web::test]
async fn a_new_password_by_mail_takes_no_second_factor_away() {
    let guarded = Guarded::new().await;
    let (site, ada) = (guarded.site(), guarded.site().stranger());
    ada.submit("/forgot", &[("email", "ada@example.com")]).await;
    ada.open_link(&site.link_to("ada").await).await;
    ada.submit("/reset", &[("password", OTHER_PASSWORD)]).await;
    let log_in = [("email", "ada@example.com"), ("password", OTHER_PASSWORD)];
    assert_eq!(ada.submit("/login", &log_in).await.location(), "/login/code");
    assert_eq!(prove(&ada, &guarded.code()).await.status, 303);
}

#[actix_web::test]
async fn a_program_with_the_password_needs_a_code_too() {
    let guarded = Guarded::new().await;
    let program = guarded.site().stranger();
    let ada = ("username", "ada@example.com");
    let code = guarded.code();
    let refused = program.token(&[ada]).await;
    assert_eq!(refused.status, 400);
    refused.shows("invalid_grant").shows("otp");
    assert_eq!(program.token(&[ada, ("otp", "000000")]).await.body, refused.body);
    let wrong = [("password", "wrong password"), ("grant_type", "password"), ada];
    let wrong = program.submit("/auth/token", &wrong).await;
    let nobody = program.token(&[("username", "nobody@example.com")]).await;
    assert_eq!((wrong.status, &wrong.body), (nobody.status, &nobody.body));
    wrong.hides("otp");
    assert_eq!(program.token(&[ada, ("otp", &code)]).await.status, 200);
    assert_eq!(program.token(&[ada, ("otp", &code)]).await.status, 400, "once");
}

#[actix_web::test]
async fn whoever_must_have_one_gets_no_further_than_to_set_it_up() {
    let site = Site::with(&[("REQUIRE_SECOND_FACTOR", "all")]).await;
    let ada = site.logged_in("ada").await;
    let program = site.program("ada", "papers:read").await;
    for path in ["/dashboard", "/account", "/papers", "/account/password", HOME] {
        assert_eq!(ada.get(path).await.location(), "/account/second-factor/new", "{path}");
    }
    assert_eq!(program.get("/api/papers").await.status, 401);
    assert_eq!(
        ada.submit("/papers", &[("title", "x")]).await.location(),
        "/account/second-factor/new"
    );
    site.clock.advance(Duration::minutes(10));
    let asked = ada.submit("/account/second-factor/app", &[]).await;
    ada.follow(&asked).await.shows("Confirm your password");
    ada.submit("/sudo", &[("password", PASSWORD)]).await;
    let phone = Phone::set_up(&ada).await;
    codes(&confirm(&ada, &phone).await);
    assert!(ada.is_logged_in().await);
}

#[actix_web::test]
async fn whoever_must_have_one_proves_their_address_on_the_way() {
    let site = Site::with(&[("REQUIRE_SECOND_FACTOR", "all")]).await;
    let ada = site.logged_in("ada").await;
    site.sql("UPDATE users SET verified_at = NULL").await;
    assert_eq!(ada.submit("/account/second-factor/app", &[]).await.location(), "/account");
    assert_eq!(ada.get("/account").await.location(), "/account/second-factor/new");
    ada.submit("/account/confirm", &[]).await;
    ada.open_link(&site.link_to("ada").await).await;
    ada.submit("/confirm", &[]).await;
    Phone::set_up(&ada).await;
}

#[actix_web::test]
async fn administrators_alone_may_have_to_have_one() {
    let site = Site::with(&[("REQUIRE_SECOND_FACTOR", "admins")]).await;
    assert!(site.logged_in("ada").await.is_logged_in().await);
    let root = site.administrator("root").await;
    assert_eq!(root.get("/dashboard").await.location(), "/account/second-factor/new");
    assert_eq!(root.submit("/logout", &[]).await.location(), "/");
}

#[actix_web::test]
async fn an_operator_removes_a_lost_second_factor_and_its_owner_is_told() {
    let guarded = Guarded::new().await;
    command(guarded.site(), &["user", "remove-second-factor", "ada@example.com"], "");
    assert!(!guarded.ada.is_logged_in().await);
    assert_eq!(guarded.site().stranger().log_in("ada").await.location(), "/dashboard");
    assert_eq!(guarded.site().mail_to("ada").await.subject, "The second factor is removed");
    let left = "SELECT count(*) AS count FROM recovery_codes";
    assert_eq!(guarded.site().count(left).await, 0);
}

#[actix_web::test]
async fn a_recovery_code_has_a_hundred_and_twenty_random_bits_and_is_stored_as_a_hash() {
    let guarded = Guarded::new().await;
    let letters: Vec<String> = guarded.codes.iter().map(|code| code.replace('-', "")).collect();
    // 24 of 32 letters each, of which hardly any is missing in all of them.
    assert!(letters.iter().all(|code| code.len() == 24), "{letters:?}");
    let seen: BTreeSet<char> = letters.concat().chars().collect();
    assert!(
        seen.len() > 25 && seen.is_subset(&"0123456789abcdefghjkmnpqrstvwxyz".chars().collect())
    );
    let stored = guarded.site().texts("SELECT code_hash AS text FROM recovery_codes").await;
    let hashes: Vec<_> = letters.iter().map(|code| actix_login::hash_token(code)).collect();
    assert!(hashes.iter().all(|hash| stored.contains(hash)), "{stored:?}");
}

#[actix_web::test]
async fn each_set_up_has_a_secret_of_its_own_of_a_hundred_and_sixty_bits() {
    let ada = Browser::logged_in("ada").await;
    let (one, other) = (Phone::set_up(&ada).await, Phone::set_up(&ada).await);
    assert_eq!((one.bits(), other.bits()), (160, 160));
    assert_ne!(one.code_of(1), other.code_of(1));
}

#[actix_web::test]
async fn a_secret_is_closed_with_the_newest_key_at_its_next_use() {
    let keys = [actix_login::generate_key(), actix_login::generate_key()];
    let guarded = Guarded::on(Site::with(&[("SECRET_KEY", &keys[0])]).await).await;
    let both = format!("{},{}", keys[1], keys[0]);
    let turned = guarded.site().beside_with(&[("SECRET_KEY", &both)]).await;
    let seeds = async || turned.texts("SELECT seed AS text FROM authenticators").await;
    let mut kept = vec![seeds().await];
    for _ in 0..2 {
        turned.clock.advance(Duration::MINUTE);
        let code = guarded.phone.code(turned.clock.now());
        assert_eq!(try_code(&turned, &code).await.status, 303);
        kept.push(seeds().await);
    }
    assert!(kept[0] != kept[1] && kept[1] == kept[2], "once");
    let new = guarded.site().beside_with(&[("SECRET_KEY", &keys[1])]).await;
    new.clock.advance(Duration::minutes(3));
    let code = guarded.phone.code(new.clock.now());
    assert_eq!(try_code(&new, &code).await.status, 303);
}

#[actix_web::test]
async fn whoever_began_without_a_second_factor_is_not_let_in_when_there_is_one_by_now() {
    let site = Site::open().await;
    let before = site.user("ada").await;
    turn_on(&site.logged_in("ada").await).await;
    let request = actix_web::test::TestRequest::default().to_http_request();
    let mut response = actix_web::HttpResponse::Ok().finish();
    let accounts = site.app.state().accounts();
    let entered = accounts.log_in(&request, &before, LogIn::by_password(), &mut response).await;
    assert!(matches!(entered, Err(Error::NotAuthenticated)), "{entered:?}");
}

#[actix_web::test]
async fn who_has_none_removes_none() {
    let ada = Site::open().await.logged_in("ada").await;
    let elsewhere = ada.site.logged_in("ada").await;
    Phone::set_up(&ada).await;
    ada.submit("/account/second-factor/remove", &[]).await;
    let mails = ada.site.mails().await;
    assert!(mails.iter().all(|mail| mail.subject == "A log-in from a new device"));
    assert!(elsewhere.is_logged_in().await);
}

#[actix_web::test]
async fn a_log_in_that_began_before_a_way_in_was_taken_away_is_none() {
    let site = Site::open().await;
    let user = site.user("ada").await;
    site.sql("UPDATE users SET factors_version = factors_version + 1").await;
    let request = TestRequest::default().to_http_request();
    let (accounts, mut response) = (site.app.state().accounts(), HttpResponse::Ok().finish());
    let begun = accounts.log_in(&request, &user, LogIn::by_password(), &mut response).await;
    assert!(matches!(begun, Err(Error::NotAuthenticated)), "{begun:?}");
}
