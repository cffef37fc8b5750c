//! What is kept of those who came before, and when it counts no more.

use std::future::ready;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicUsize, Ordering::SeqCst};
use std::time::Duration;

use actix_login::{Caller, Claims, LoginManager, TokenOptions, random_token};
use actix_web::HttpRequest;
use actix_web::http::header::{AUTHORIZATION, COOKIE};
use actix_web::test::TestRequest;

use crate::site::{HOUR, NOW, key, pair};

/// A table of users that changes, and a clock that moves.
#[derive(Default)]
struct World {
    version: AtomicI64,
    now: AtomicI64,
    is_idle: AtomicI64,
    looked_up: AtomicUsize,
}

struct Site {
    world: Arc<World>,
    logins: LoginManager<String>,
}

impl Site {
    /// One that keeps its callers, as long as the version, if it is not negative, stays the same.
    fn open() -> Self {
        let world = Arc::new(World { now: NOW.into(), ..World::default() });
        let [loads, asks, tells, waits] = [0; 4].map(|_| Arc::clone(&world));
        let logins = LoginManager::builder(vec![key()])
            .clock(move || tells.now.load(SeqCst))
            .user_loader(move |claims: Claims| {
                loads.looked_up.fetch_add(1, SeqCst);
                if claims.sub == "changer" {
                    loads.version.fetch_add(1, SeqCst);
                }
                ready(Ok((claims.sub != "nobody").then_some(claims.sub)))
            })
            .cache(
                move || Some(asks.version.load(SeqCst)).filter(|version| *version >= 0),
                move |_| waits.is_idle.load(SeqCst) == 0,
            );
        Self { world, logins: logins.build().unwrap() }
    }

    fn person(&self, name: &str) -> HttpRequest {
        let token = self.logins.create_session_token(name, random_token(), HOUR).unwrap();
        TestRequest::default().insert_header((COOKIE, pair(&self.logins, &token))).to_http_request()
    }

    async fn caller(&self, req: &HttpRequest) -> Arc<Caller<String>> {
        self.logins.caller_of(req).await.unwrap()
    }

    /// How often the user loader is asked while this request comes once more.
    async fn look_ups(&self, req: &HttpRequest) -> usize {
        let before = self.world.looked_up.load(SeqCst);
        self.caller(req).await;
        self.world.looked_up.load(SeqCst) - before
    }
}

#[actix_web::test]
async fn nobody_is_looked_up_twice_while_nothing_changes() {
    let site = Site::open();
    let ada = site.person("ada");
    assert_eq!([site.look_ups(&ada).await, site.look_ups(&ada).await], [1, 0]);
    assert_eq!(site.caller(&ada).await.user().unwrap().as_str(), "ada");
    assert_eq!(site.look_ups(&site.person("ada")).await, 1, "another session of hers");
}

#[actix_web::test]
async fn after_any_change_everybody_is_looked_up_again() {
    let site = Site::open();
    let ada = site.person("ada");
    site.caller(&ada).await;
    site.world.version.store(7, SeqCst);
    assert_eq!([site.look_ups(&ada).await, site.look_ups(&ada).await], [1, 0]);
}

#[actix_web::test]
async fn while_nobody_knows_whether_anything_changed_nothing_is_kept() {
    let site = Site::open();
    let ada = site.person("ada");
    site.caller(&ada).await;
    site.world.version.store(-1, SeqCst);
    assert_eq!([site.look_ups(&ada).await, site.look_ups(&ada).await], [1, 1]);
}

#[actix_web::test]
async fn what_changes_while_somebody_is_looked_up_counts() {
    let site = Site::open();
    let changer = site.person("changer");
    assert_eq!([site.look_ups(&changer).await, site.look_ups(&changer).await], [1, 1]);
}

#[actix_web::test]
async fn a_token_that_is_kept_ends_when_its_time_is_up() {
    let site = Site::open();
    let options = || TokenOptions::default().lifetime(Duration::from_secs(60));
    let token = site.logins.create_access_token("ada", options()).unwrap();
    let header = (AUTHORIZATION, format!("Bearer {token}"));
    let program = TestRequest::default().insert_header(header).to_http_request();
    for (request, ends) in [(site.person("ada"), 3600), (program, 60)] {
        site.world.now.store(NOW, SeqCst);
        assert!(site.caller(&request).await.user().is_some());
        site.world.now.store(NOW + ends + 4, SeqCst);
        assert_eq!(site.look_ups(&request).await, 0, "within the leeway");
        site.world.now.store(NOW + ends + 5, SeqCst);
        assert!(site.caller(&request).await.user().is_none());
    }
}

#[actix_web::test]
async fn whoever_is_found_idle_is_looked_up_again() {
    let site = Site::open();
    let ada = site.person("ada");
    site.caller(&ada).await;
    site.world.is_idle.store(1, SeqCst);
    assert_eq!([site.look_ups(&ada).await, site.look_ups(&ada).await], [1, 1]);
}

#[actix_web::test]
async fn a_session_that_is_kept_opens_nothing_as_a_bearer_token() {
    let site = Site::open();
    let ada = site.person("ada");
    site.caller(&ada).await;
    let cookie = ada.headers().get(COOKIE).unwrap().to_str().unwrap();
    let header = (AUTHORIZATION, format!("Bearer {}", cookie.split_once('=').unwrap().1));
    let thief = TestRequest::default().insert_header(header).to_http_request();
    assert!(site.caller(&thief).await.user().is_none());
}

#[actix_web::test]
async fn an_access_token_that_is_kept_opens_nothing_as_a_cookie() {
    let site = Site::open();
    let token = site.logins.create_access_token("ada", TokenOptions::default()).unwrap();
    let header = (AUTHORIZATION, format!("Bearer {token}"));
    let program = TestRequest::default().insert_header(header).to_http_request();
    assert!(site.caller(&program).await.user().is_some());
    let thief = TestRequest::default().insert_header((COOKIE, pair(&site.logins, &token)));
    assert!(site.caller(&thief.to_http_request()).await.user().is_none());
}

#[actix_web::test]
async fn a_stranger_and_a_forger_are_not_kept() {
    let site = Site::open();
    let nobody = site.person("nobody");
    assert_eq!([site.look_ups(&nobody).await, site.look_ups(&nobody).await], [1, 1]);
    let forged = TestRequest::default().insert_header((COOKIE, pair(&site.logins, "a.b.c")));
    assert_eq!(site.look_ups(&forged.to_http_request()).await, 0);
}

#[actix_web::test]
async fn when_there_are_too_many_those_who_came_longest_ago_are_looked_up_again() {
    let site = Site::open();
    let people: Vec<_> = (0..1025).map(|n| site.person(&format!("person {n}"))).collect();
    for person in &people {
        assert_eq!(site.look_ups(person).await, 1);
    }
    assert_eq!(site.look_ups(&people[1024]).await, 0, "she came last");
    assert_eq!(site.look_ups(&people[1]).await, 0, "there is room for 1024");
    assert_eq!(site.look_ups(&people[0]).await, 1, "he made room");
    assert_eq!(site.caller(&people[0]).await.user().unwrap().as_str(), "person 0");
}
