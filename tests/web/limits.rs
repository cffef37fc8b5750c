//! How often something may be done, and that nobody is kept out by what strangers do.

use std::rc::Rc;

use actix_web::http::Method;
use app::people::limits::{
    Ask, Confirm, Costly, Judge, Leave, Limit, LogIn, Mail, OwnRequests, Passkey, Redeem, Requests,
    SecondFactor,
};
use app::people::tries::{OF_ACCOUNT, OF_ALL, OF_DEVICES};
use app::people::{Email, Purpose};
use kit::limit::Quota;
use time::Duration;

use crate::browser::{Answer, Browser, OTHER_PASSWORD, PASSWORD, Site, address, config};

/// Forms for strangers without a limit of their own, and why; all but the first are counted among all requests.
const NO_OWN_LIMIT: &[(&str, &str)] = &[
    ("/logout", "nobody has to stay logged in"),
    ("/auth/revoke", "costs a look-up, and what it looks for has 256 bits"),
];

/// More than any limit of a form.
const MANY: usize = 70;

/// A site behind a proxy, with Ada, and these settings.
async fn site(settings: &[(&str, &str)]) -> Rc<Site> {
    let site = Site::with(&[&[("TRUSTED_PROXIES", "127.0.0.1")][..], settings].concat()).await;
    site.user("ada").await;
    site
}

/// A stranger's browser at an address.
fn at(site: &Rc<Site>, address: &str) -> Browser {
    let browser = site.stranger();
    browser.set_header("x-forwarded-for", Some(address));
    browser
}

async fn try_password(browser: &Browser, name: &str, password: &str) -> Answer {
    browser.submit("/login", &[("email", &address(name)), ("password", password)]).await
}

/// Uses up what browsers that nobody knows may try at this account.
async fn use_up(browser: &Browser, name: &str) {
    for _ in 0..5 {
        assert_eq!(try_password(browser, name, "wrong").await.status, 422);
    }
    assert_eq!(try_password(browser, name, "wrong").await.status, 429);
}

/// How many tries it takes until this is refused for now.
async fn tries_until_refused(mut one: impl AsyncFnMut(usize) -> Answer) -> Option<usize> {
    for n in 0..MANY {
        let answer = one(n).await;
        if answer.status == 429 {
            assert!(answer.header("retry-after").parse::<u32>().unwrap() > 0);
            return Some(n);
        }
    }
    None
}

#[actix_web::test]
async fn every_form_that_strangers_can_send_has_a_limit_or_a_reason() {
    let off = [("LIMIT_REQUESTS", "off")];
    let routes = site(&off).await.app.routes().await;
    let posts = routes.into_iter().filter(|(_, methods)| methods.iter().any(|m| m == "POST"));
    let mut seen = 0;
    for (path, _) in posts {
        let stranger = site(&off).await.stranger();
        let fields =
            [("email", "nobody@example.com"), ("username", "nobody"), ("password", "wrong")];
        let first = stranger.submit(&path, &fields).await;
        let asks_to_log_in = first.status == 303 && first.location().starts_with("/login");
        if first.status == 401 || asks_to_log_in || NO_OWN_LIMIT.iter().any(|(p, _)| *p == path) {
            continue;
        }
        seen += 1;
        let refused = tries_until_refused(async |_| stranger.submit(&path, &fields).await).await;
        let advice = "ask for `Limited<…>` (src/people/limits.rs) before all other arguments";
        assert!(refused.is_some(), "strangers may send {path} for ever: {advice}");
    }
    assert!(seen > 5, "only {seen} forms were found");
}

#[actix_web::test]
async fn what_costs_more_than_a_page_is_limited_for_each_person() {
    let off = [("LIMIT_OWN_REQUESTS", "off")];
    for (method, path) in [
        (Method::POST, "/account/tokens"),
        (Method::POST, "/account/confirm"),
        (Method::POST, "/account/email"),
        (Method::POST, "/account/password"),
        (Method::POST, "/account/second-factor/app"),
        (Method::POST, "/account/invitations"),
        (Method::GET, "/account/export"),
    ] {
        let ada = site(&off).await.administrator("ada").await;
        let one = async |n: usize| {
            let form = format!("email=n{n}%40example.com&name=x&days=30&papers%3Aread=yes");
            ada.send(method.clone(), path, Some(form)).await
        };
        assert_eq!(tries_until_refused(one).await, Some(30), "{path}");
    }
}

#[actix_web::test]
async fn it_is_limited_in_all_their_browsers_together() {
    let site = site(&[("LIMIT_OWN_REQUESTS", "off")]).await;
    let (here, there) = (site.logged_in("ada").await, site.logged_in("ada").await);
    there.set_cookie("device", "");
    for _ in 0..30 {
        here.get("/account/export").await;
    }
    assert_eq!(there.get("/account/export").await.status, 429);
    assert_eq!(site.logged_in("bob").await.get("/account/export").await.status, 200);
}

#[actix_web::test]
async fn whatever_is_asked_for_is_counted() {
    let settings = [("LIMIT_REQUESTS", "3/1m"), ("LIMIT_OWN_REQUESTS", "3/1m")];
    let site = Site::with(&settings).await;
    let (ada, routes) = (site.logged_in("ada").await, site.app.routes().await);
    let uncounted = ["/livez", "/readyz", "/logout", "/static"];
    let stranger = site.stranger();
    for browser in [&ada, &stranger] {
        assert!(tries_until_refused(async |_| browser.get("/").await).await.is_some());
    }
    for (path, methods) in routes {
        let method = methods.first().map_or("GET", String::as_str);
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        let send = async |browser: &Browser| {
            let body = (method == Method::POST).then(String::new);
            browser.send(method.clone(), &path, body).await.status
        };
        let is_counted = !uncounted.contains(&&*path);
        assert_eq!(send(&stranger).await == 429, is_counted, "{path}");
        assert!(!is_counted || send(&ada).await == 429, "{path}");
    }
    site.clock.advance(Duration::MINUTE);
    assert_eq!(stranger.get("/").await.status, 200);
}

#[actix_web::test]
async fn a_neighbour_behind_the_same_address_keeps_nobody_waiting_who_is_logged_in() {
    let site = Site::with(&[("LIMIT_REQUESTS", "5/1m")]).await;
    let (ada, neighbour) = (site.logged_in("ada").await, site.stranger());
    assert!(tries_until_refused(async |_| neighbour.get("/").await).await.is_some());
    assert_eq!(ada.get("/dashboard").await.status, 200);
    // Nor who is not, in a browser that is known.
    ada.submit("/logout", &[]).await;
    assert_eq!(ada.get("/login").await.status, 200);
}

#[actix_web::test]
async fn whoever_has_stolen_a_session_keeps_its_owner_from_no_page() {
    let site = Site::with(&[("LIMIT_OWN_REQUESTS", "5/1m")]).await;
    let (thief, ada) = (site.logged_in("ada").await, site.logged_in("ada").await);
    assert!(tries_until_refused(async |_| thief.get("/dashboard").await).await.is_some());
    assert_eq!(ada.get("/account/sessions").await.status, 200);
}

#[actix_web::test]
async fn what_is_only_brought_back_is_counted_too() {
    let ada = site(&[("LIMIT_OWN_REQUESTS", "off")]).await.logged_in("ada").await;
    let form = || Some("brought_back=1".to_owned());
    let one = async |_| ada.send(Method::GET, "/account/export", form()).await;
    assert_eq!(tries_until_refused(one).await, Some(30));
}

#[actix_web::test]
async fn who_has_tried_too_often_is_told_when_to_try_again_and_types_nothing_twice() {
    let stranger = site(&[]).await.stranger();
    use_up(&stranger, "ada").await;
    let answer = try_password(&stranger, "ada", PASSWORD).await;
    assert_eq!((answer.status, answer.header("retry-after")), (429, "60"));
    answer.shows("Try again in a minute.").shows("value=\"ada@example.com\"").hides(PASSWORD);
    stranger.site.clock.advance(Duration::seconds(59));
    assert_eq!(try_password(&stranger, "ada", PASSWORD).await.status, 429);
    stranger.site.clock.advance(Duration::seconds(1));
    assert_eq!(try_password(&stranger, "ada", PASSWORD).await.status, 303);
}

#[actix_web::test]
async fn while_the_database_is_in_trouble_nobody_uses_up_their_tries() {
    let ada = site(&[]).await.stranger();
    ada.site.sql("ALTER TABLE users RENAME TO lost").await;
    for _ in 0..10 {
        assert!(try_password(&ada, "ada", PASSWORD).await.status >= 500);
    }
    ada.site.sql("ALTER TABLE lost RENAME TO users").await;
    assert_eq!(try_password(&ada, "ada", PASSWORD).await.status, 303);
}

#[actix_web::test]
async fn an_address_without_an_account_is_refused_alike() {
    let site = site(&[]).await;
    let answers = async |name: &str| {
        let stranger = at(&site, "192.0.2.1");
        use_up(&stranger, name).await;
        let answer = try_password(&stranger, name, PASSWORD).await;
        let retry_after = answer.header("retry-after").to_owned();
        (answer.status, retry_after, answer.body.replace(name, "somebody"))
    };
    assert_eq!(answers("ada").await, answers("bob").await);
}

#[actix_web::test]
async fn a_stranger_cannot_keep_out_whoever_logged_in_before_in_their_browser() {
    let site = site(&[]).await;
    let ada = site.logged_in("ada").await;
    ada.submit("/logout", &[]).await;
    use_up(&site.stranger(), "ada").await;
    // From the same address, too.
    let neighbour = site.stranger();
    let one = async |n: usize| try_password(&neighbour, &format!("nobody{n}"), "wrong").await;
    assert!(tries_until_refused(one).await.is_some());
    assert_eq!(try_password(&ada, "ada", PASSWORD).await.status, 303);
    // Theirs are counted by themselves.
    ada.submit("/logout", &[]).await;
    let refused = tries_until_refused(async |_| try_password(&ada, "ada", "wrong").await).await;
    assert_eq!(refused, Some(10));
}

#[actix_web::test]
async fn whoever_has_an_account_cannot_log_in_to_it_for_ever() {
    let site = site(&[]).await;
    let one = async |_| try_password(&site.stranger(), "ada", PASSWORD).await;
    assert_eq!(tries_until_refused(one).await, Some(60));
}

#[actix_web::test]
async fn a_browser_is_known_for_its_owners_account_and_password_alone() {
    let site = site(&[]).await;
    let eve = site.logged_in("eve").await;
    use_up(&site.stranger(), "ada").await;
    assert_eq!(try_password(&eve, "ada", PASSWORD).await.status, 429, "another's browser");
    let thief = site.logged_in("grace").await; // who knows the password
    let change = [("current", PASSWORD), ("password", OTHER_PASSWORD)];
    site.logged_in("grace").await.submit("/account/password", &change).await;
    use_up(&site.stranger(), "grace").await;
    assert_eq!(try_password(&thief, "grace", OTHER_PASSWORD).await.status, 429, "an old password");
    let forger = site.stranger();
    forger.set_cookie("device", &eve.cookie("device").unwrap().replace('.', ".x"));
    assert_eq!(try_password(&forger, "ada", PASSWORD).await.status, 429, "a forged cookie");
}

#[actix_web::test]
async fn a_browser_is_known_for_half_a_year() {
    for (seconds, status) in [(-1, 303), (0, 429)] {
        let site = site(&[]).await;
        let ada = site.logged_in("ada").await;
        site.clock.advance(Duration::days(180) + Duration::seconds(seconds));
        use_up(&site.stranger(), "ada").await;
        assert_eq!(try_password(&ada, "ada", PASSWORD).await.status, status, "{seconds}");
    }
}

#[actix_web::test]
async fn sessions_and_links_from_mails_work_whatever_strangers_try() {
    let site = site(&[]).await;
    let ada = site.stale("ada").await;
    use_up(&site.stranger(), "ada").await;
    assert!(ada.is_logged_in().await);
    assert_eq!(ada.submit("/sudo", &[("password", PASSWORD)]).await.status, 303);
    let elsewhere = at(&site, "192.0.2.1");
    elsewhere.submit("/forgot", &[("email", &address("ada"))]).await;
    elsewhere.open_link(&site.link_to("ada").await).await;
    elsewhere.submit(Purpose::Reset.about().path, &[("password", OTHER_PASSWORD)]).await;
    assert_eq!(try_password(&elsewhere, "ada", OTHER_PASSWORD).await.status, 303);
}

#[actix_web::test]
async fn logging_in_to_an_account_of_ones_own_gives_no_tries_back() {
    let site = site(&[]).await;
    site.user("eve").await;
    let eve = at(&site, "192.0.2.1");
    let refused = tries_until_refused(async |n| {
        assert_eq!(try_password(&eve.site.stranger(), "eve", PASSWORD).await.status, 303);
        try_password(&eve, &format!("victim{n}"), "wrong").await
    });
    assert_eq!(refused.await, Some(20), "a network fails twenty times in a quarter of an hour");
    let elsewhere = at(&site, "192.0.2.2");
    assert_eq!(try_password(&elsewhere, "ada", PASSWORD).await.status, 303);
}

#[actix_web::test]
async fn addresses_of_one_network_are_counted_together_and_made_up_ones_not_at_all() {
    let site = site(&[]).await;
    let neighbours = async |n: usize| {
        try_password(&at(&site, &format!("2001:db8::{n}")), &n.to_string(), "x").await
    };
    assert_eq!(tries_until_refused(neighbours).await, Some(20));
    let other = at(&site, "2001:db8:0:1::1");
    assert_eq!(try_password(&other, "ada", "wrong").await.status, 422);
    let made_up = async |n: usize| {
        try_password(&at(&site, &format!("203.0.113.{n}, 192.0.2.7")), &n.to_string(), "x").await
    };
    assert_eq!(tries_until_refused(made_up).await, Some(20));
}

#[actix_web::test]
async fn programs_that_guess_passwords_are_counted_with_people_who_do() {
    let stranger = site(&[]).await.stranger();
    use_up(&stranger, "ada").await;
    let fields = [("username", "ada@example.com"), ("password", PASSWORD)];
    stranger.set_header("accept", Some("application/json"));
    let answer = stranger.submit("/auth/token", &fields).await;
    assert_eq!((answer.status, answer.header("retry-after")), (429, "60"));
    assert_eq!(answer.json()["status"], 429);
}

#[actix_web::test]
async fn whoever_guesses_in_a_stolen_session_has_five_tries_and_the_owner_theirs() {
    let site = site(&[]).await;
    let (thief, ada) = (site.stale("ada").await, site.stale("ada").await);
    let kept = thief.submit("/account/email", &[("email", "eve@example.com")]).await.body;
    let seal = kept.split("name=\"kept\" value=\"").nth(1).unwrap().split('"').next().unwrap();
    let fields = [("password", "wrong"), ("kept", seal)];
    let refused = tries_until_refused(async |_| thief.submit("/sudo", &fields).await).await;
    assert_eq!(refused, Some(5));
    thief.submit("/sudo", &fields).await.shows(seal);
    let fields = [("current", PASSWORD), ("password", OTHER_PASSWORD)];
    assert_eq!(thief.submit("/account/password", &fields).await.status, 429);
    assert_eq!(ada.submit("/sudo", &[("password", PASSWORD)]).await.status, 303);
}

#[actix_web::test]
async fn who_asks_for_too_many_mails_is_told_and_keeps_what_they_typed() {
    let site = site(&[]).await;
    let one = async |n: usize| {
        let form = [("email", &*format!("n{n}@example.com"))];
        at(&site, "192.0.2.1").submit("/forgot", &form).await
    };
    assert_eq!(tries_until_refused(one).await, Some(5));
    one(7).await.shows("Try again in 12 minutes.").shows("n7@example.com");
    assert_eq!(site.count("SELECT count(*) AS count FROM outbox").await, 5);
    let elsewhere = at(&site, "192.0.2.2");
    assert_eq!(elsewhere.submit("/forgot", &[("email", "x@example.com")]).await.status, 303);
}

#[actix_web::test]
async fn a_mistake_in_the_address_costs_nobody_a_mail() {
    let stranger = site(&[]).await.stranger();
    for _ in 0..10 {
        assert_eq!(stranger.submit("/forgot", &[("email", "ada@")]).await.status, 422);
    }
    assert_eq!(stranger.submit("/forgot", &[("email", &address("ada"))]).await.status, 303);
}

/// Ada, whose password was tried a hundred times but for this many.
async fn nearly_a_hundred(less: i64) -> Rc<Site> {
    let site = site(&[]).await;
    site.sql(format!("UPDATE users SET failed_log_ins = {}", 100 - less)).await;
    site
}

#[actix_web::test]
async fn after_a_hundred_failures_the_password_opens_nothing_where_nobody_knows_its_owner() {
    let site = nearly_a_hundred(1).await;
    assert_eq!(try_password(&site.stranger(), "ada", "wrong").await.status, 422);
    site.mail_to("ada").await.text.contains("a hundred times");
    let right = try_password(&site.stranger(), "ada", PASSWORD).await;
    let wrong = try_password(&site.stranger(), "ada", "wrong").await;
    assert_eq!((right.status, right.body), (422, wrong.body), "the same as a wrong one");
    let mails = site.mails().await.len();
    assert_eq!(mails, 1, "the owner is told once");
}

#[actix_web::test]
async fn a_log_in_that_succeeds_begins_the_hundred_anew() {
    let site = nearly_a_hundred(1).await;
    assert_eq!(try_password(&site.stranger(), "ada", PASSWORD).await.status, 303);
    assert_eq!(try_password(&site.stranger(), "ada", "wrong").await.status, 422);
    assert_eq!(try_password(&site.stranger(), "ada", PASSWORD).await.status, 303);
}

#[actix_web::test]
async fn the_owner_gets_in_after_a_hundred_failures_where_they_were_before() {
    let site = site(&[]).await;
    let ada = site.logged_in("ada").await;
    site.sql("UPDATE users SET failed_log_ins = 100").await;
    ada.submit("/logout", &[]).await;
    assert_eq!(try_password(&ada, "ada", "wrong").await.status, 422, "counts for nothing");
    assert_eq!(try_password(&site.stranger(), "ada", PASSWORD).await.status, 422);
    assert_eq!(try_password(&ada, "ada", PASSWORD).await.status, 303);
    assert_eq!(try_password(&site.stranger(), "ada", PASSWORD).await.status, 303);
}

#[actix_web::test]
async fn the_owner_gets_in_after_a_hundred_failures_by_a_new_password() {
    let site = nearly_a_hundred(0).await;
    let ada = site.stranger();
    ada.submit("/forgot", &[("email", &address("ada"))]).await;
    ada.open_link(&site.link_to("ada").await).await;
    ada.submit(Purpose::Reset.about().path, &[("password", OTHER_PASSWORD)]).await;
    let elsewhere = site.stranger();
    assert_eq!(try_password(&elsewhere, "ada", OTHER_PASSWORD).await.status, 303);
}

#[actix_web::test]
async fn failures_of_the_same_kind_are_one_row_a_day() {
    let site = site(&[]).await;
    let stranger = at(&site, "192.0.2.1");
    use_up(&stranger, "ada").await;
    let failed = "SELECT count(*) AS count FROM events WHERE kind = 'log_in_failed'";
    assert_eq!(site.count(failed).await, 1);
    for n in 0..4 {
        try_password(&stranger, &format!("nobody{n}"), "wrong").await;
    }
    assert_eq!(site.count(failed).await, 2, "one more, for all addresses without an account");
    site.clock.advance(Duration::hours(12));
    try_password(&stranger, "ada", "wrong").await;
    assert_eq!(site.count(failed).await, 3, "the next day has its own");
}

#[actix_web::test]
async fn two_instances_count_together_in_the_database() {
    let shared = [("LIMITS_IN", "database")];
    let one = Site::with(&shared).await;
    let other = one.beside_with(&shared).await;
    one.user("ada").await;
    use_up(&one.stranger(), "ada").await;
    assert_eq!(try_password(&other.stranger(), "ada", PASSWORD).await.status, 429);
    other.clock.advance(Duration::MINUTE);
    assert_eq!(try_password(&other.stranger(), "ada", PASSWORD).await.status, 303);
}

#[actix_web::test]
async fn a_log_in_takes_its_try_back_from_the_database_too() {
    let site = Site::with(&[("LIMITS_IN", "database"), ("LIMIT_LOG_INS", "2/15m")]).await;
    site.user("ada").await;
    for _ in 0..4 {
        assert_eq!(try_password(&site.stranger(), "ada", PASSWORD).await.status, 303);
    }
}

#[actix_web::test]
async fn the_table_of_tries_grows_by_no_try_that_is_refused_and_is_emptied() {
    let site = Site::with(&[("LIMITS_IN", "database"), ("LIMIT_LOG_INS", "1/15m")]).await;
    let rows = async || site.count("SELECT count(*) AS count FROM buckets").await;
    for name in ["a", "b", "c"] {
        try_password(&site.stranger(), name, "wrong").await;
        assert_eq!(rows().await, 4, "{name}");
    }
    site.clock.advance(Duration::days(2));
    site.purge().await.unwrap();
    assert_eq!(rows().await, 0);
}

#[actix_web::test]
async fn the_table_of_tries_tells_nobody_whose_they_were() {
    let site = Site::with(&[("LIMITS_IN", "database")]).await;
    try_password(&site.stranger(), "ada", "wrong").await;
    let keys = site.texts("SELECT key AS text FROM buckets").await;
    assert_eq!(keys.len(), 5);
    let plain = Email::parse(&address("ada")).unwrap().canonical;
    assert!(keys.iter().all(|key| key.len() == 22 && !key.contains(&plain)), "{keys:?}");
}

fn list(quotas: &[Quota]) -> String {
    quotas.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

/// A row of the table in the document.
fn row<L: Limit>(by: &str) -> String {
    let config = config(&[]);
    format!("| `{}` | {by} | {}", L::NAME, list(L::quotas(&config.limits)))
}

#[test]
fn the_document_has_the_limits_of_the_code() {
    let document = include_str!("../../docs/security.md");
    let rows = [
        row::<LogIn>("network, failures only"),
        row::<SecondFactor>("account, failures only"),
        row::<Ask>("network"),
        row::<Passkey>("network, failures only"),
        row::<Leave>("network"),
        row::<Confirm>("session, failures only"),
        row::<Redeem>("network"),
        row::<Mail>("network"),
        row::<Costly>("person"),
        row::<Judge>("network"),
        row::<Requests>("network"),
        row::<OwnRequests>("session or token"),
    ];
    assert!(rows.iter().all(|row| document.contains(row)), "{rows:#?}");
    for quotas in [OF_ACCOUNT, OF_DEVICES, OF_ALL] {
        assert!(document.contains(&format!(" | {} | ", list(quotas))), "{quotas:?}");
    }
}
