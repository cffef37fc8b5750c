//! The other ways in: a request loader that names persons and programs, and the guards for either.

use std::cell::{Cell, RefCell};
use std::future::ready;

use actix_login::{
    AnyUser, Builder, Caller, CookieKind, Error, Found, LoginManager, Optional, Scoped, SigningKey,
};
use actix_web::HttpRequest;
use actix_web::http::Method;
use actix_web::http::header::{AUTHORIZATION, COOKIE, HeaderValue};
use actix_web::test::TestRequest;
use actix_web::{FromRequest, web};

use crate::site::{People, Person, Reports, Site, builder, key, pair, session, token, with_key};

/// As a proxy names whom it has logged in.
const REMOTE_USER: &str = "remote-user";

/// Asks nobody but the loader, which takes a person from a proxy's header and a program from a key.
fn by_loader_alone() -> Builder<Person> {
    LoginManager::builder(vec![]).request_loader(|req: HttpRequest| {
        let says = |name| req.headers().get(name).and_then(|value| value.to_str().ok());
        ready(Ok(match (says(REMOTE_USER), says("x-api-key")) {
            (Some("ada"), _) => Some(Found::Person(Person("ada"))),
            (_, Some("bobs")) => Some(Found::Program(Person("bob"), vec!["reports".to_owned()])),
            _ => None,
        }))
    })
}

/// The caller of a request with this header.
async fn caller(manager: &LoginManager<Person>, header: (&str, &str)) -> HttpRequest {
    let request = TestRequest::default().insert_header(header).to_http_request();
    manager.caller_of(&request).await.unwrap().replace(&request);
    request
}

#[actix_web::test]
async fn a_person_whom_the_proxy_names_is_one_as_by_the_cookie() {
    let site = Site::new(by_loader_alone().build().unwrap());
    let ask = |name: &'static str, path| {
        let request = TestRequest::with_uri(path).insert_header((REMOTE_USER, name));
        async { site.send(request).await }
    };
    assert_eq!(ask("ada", "/current").await.body, "Hello, ada!");
    assert_eq!(ask("ada", "/optional").await.body, "ada");
    assert_eq!(ask("ada", "/api").await.status, 401, "no program");
    assert_eq!(ask("eve", "/current").await.status, 401);
}

#[actix_web::test]
async fn with_a_loader_alone_no_cookie_and_no_token_names_anybody() {
    let key = key();
    let tokens = crate::site::with_key(key.clone()).build().unwrap();
    let loader = |_| ready(Ok(None::<Found<Person>>));
    let site = Site::new(LoginManager::builder(vec![key]).request_loader(loader).build().unwrap());
    let cookie = pair(&site.manager, &session(&tokens));
    assert_eq!(site.with_cookies("/current", &cookie).await, 401);
    assert_eq!(site.with_token("/api", &token(&tokens, &[])).await, 401);
}

#[actix_web::test]
async fn neither_cookie_nor_header_is_fine_with_a_request_loader() {
    let manager = by_loader_alone().use_cookie(false).use_header(false).build().unwrap();
    let ada = caller(&manager, (REMOTE_USER, "ada")).await;
    assert!(matches!(&*Caller::<Person>::of(&ada).unwrap(), Caller::Person { claims: None, .. }));
}

#[actix_web::test]
async fn the_cookie_comes_first_and_the_loader_when_it_names_nobody() {
    let remote = |req: HttpRequest| {
        let found = req.headers().contains_key(REMOTE_USER).then_some(Found::Person(Person("bob")));
        ready(Ok(found))
    };
    let site = Site::new(builder().request_loader(remote).build().unwrap());
    let gone = site.manager.create_session_token("eve", "id".to_owned(), crate::site::HOUR);
    for (token, name) in [(session(&site.manager), "ada"), (gone.unwrap(), "bob")] {
        let request = TestRequest::with_uri("/optional").insert_header((REMOTE_USER, "bob"));
        let request = request.insert_header((COOKIE, pair(&site.manager, &token)));
        assert_eq!(site.send(request).await.body, name);
    }
}

#[actix_web::test]
async fn whom_a_request_loader_names_is_gone_with_the_request() {
    let site = Site::new(by_loader_alone().build().unwrap());
    let request = TestRequest::with_uri("/current").insert_header((REMOTE_USER, "ada"));
    let answer = site.visit(request).await;
    assert_eq!((answer.status, answer.cookies.len()), (200, 0));
    assert_eq!(site.get("/current").await.status, 401);
}

#[actix_web::test]
async fn a_request_is_asked_about_once_however_many_scopes_of_one_manager_it_passes() {
    thread_local!(static ASKED: Cell<u32> = const { Cell::new(0) });
    let manager = builder().listener(|_, _| ASKED.set(ASKED.get() + 1)).build().unwrap();
    let page = web::get().to(|user: actix_login::CurrentUser<Person>| ready(user.0));
    let scope = web::scope("/in").route("", page).wrap(manager.middleware());
    let app = actix_web::App::new().service(scope).wrap(manager.middleware());
    let app = actix_web::test::init_service(app).await;
    let cookie = pair(&manager, &session(&manager));
    let request = TestRequest::with_uri("/in").insert_header((COOKIE, cookie)).to_request();
    assert_eq!(actix_web::test::call_and_read_body(&app, request).await, "ada");
    assert_eq!(ASKED.get(), 1);
}

#[actix_web::test]
async fn a_route_outside_of_what_is_wrapped_is_not_asked_about() {
    let loader = |_| ready(Err(actix_web::error::ErrorServiceUnavailable("busy")));
    let manager = builder().request_loader(loader).build().unwrap();
    let open = web::get().to(|| async { "open" });
    let scope = web::scope("/in").route("", web::get().to(|| async { "in" }));
    let app = actix_web::App::new().route("/", open).service(scope.wrap(manager.middleware()));
    let app = actix_web::test::init_service(app).await;
    for (path, status) in [("/", 200), ("/in", 503)] {
        let request = TestRequest::with_uri(path).to_request();
        assert_eq!(actix_web::test::call_service(&app, request).await.status(), status, "{path}");
    }
}

#[actix_web::test]
async fn options_is_for_its_own_handler_and_no_way_around_the_guard() {
    let manager = builder().build().unwrap();
    let get = |user: actix_login::CurrentUser<Person>| ready(user.0);
    let page = web::resource("/").route(web::get().to(get));
    let page = page.route(web::method(Method::OPTIONS).to(|| async { "GET" }));
    let app = actix_web::App::new().service(page).wrap(manager.middleware());
    let app = actix_web::test::init_service(app).await;
    for (method, status) in [(Method::OPTIONS, 200), (Method::GET, 401)] {
        let request = TestRequest::default().method(method).to_request();
        assert_eq!(actix_web::test::call_service(&app, request).await.status(), status);
    }
}

/// Whether each guard lets them in: either, either with a scope, both scopes, whoever it is.
async fn guards(req: &HttpRequest) -> [Option<Error>; 4] {
    [
        AnyUser::<Person>::extract(req).await.err(),
        AnyUser::<Person, Reports>::extract(req).await.err(),
        Scoped::<Person, (Reports, People)>::extract(req).await.err(),
        Optional::<AnyUser<Person>>::extract(req).await.err(),
    ]
}

#[actix_web::test]
async fn a_guard_for_either_lets_a_person_in_and_a_program_that_holds_the_scope() {
    let (manager, none) = (builder().build().unwrap(), Error::NotAuthenticated);
    let ada = caller(&manager, (COOKIE.as_str(), &pair(&manager, &session(&manager)))).await;
    assert_eq!(guards(&ada).await, [None, None, Some(Error::NeedsToken), None]);
    let with = |scopes| format!("Bearer {}", token(&manager, scopes));
    let program = caller(&manager, (AUTHORIZATION.as_str(), &with(&["reports"]))).await;
    assert_eq!(guards(&program).await, [None, None, Some(Error::OutOfScope("people")), None]);
    let program = caller(&manager, (AUTHORIZATION.as_str(), &with(&["people"]))).await;
    let lacks = Some(Error::OutOfScope("reports"));
    assert_eq!(guards(&program).await, [None, lacks.clone(), lacks, None]);
    let stranger = caller(&manager, ("accept", "*/*")).await;
    let needs = Some(Error::NeedsToken);
    assert_eq!(guards(&stranger).await, [Some(none.clone()), Some(none), needs, None]);
}

#[actix_web::test]
async fn security_with_several_scopes_wants_all_of_them() {
    let manager = builder().build().unwrap();
    let with = |scopes| format!("Bearer {}", token(&manager, scopes));
    let both = caller(&manager, (AUTHORIZATION.as_str(), &with(&["reports", "people", "x"]))).await;
    let user = Scoped::<Person, (Reports, People)>::extract(&both).await.unwrap();
    assert_eq!((user.0, user.caller().holds("x"), user.caller().holds("y")), ("ada", true, false));
}

#[actix_web::test]
async fn optional_sees_a_bearer_where_the_application_wants_it() {
    let manager = builder().build().unwrap();
    let bearer = format!("Bearer {}", token(&manager, &[]));
    let program = caller(&manager, (AUTHORIZATION.as_str(), &bearer)).await;
    let any = Optional::<AnyUser<Person>>::extract(&program).await.unwrap();
    assert_eq!(any.0.map(|user| user.0), Some("ada"));
    let person = actix_login::OptionalUser::<Person>::extract(&program).await.unwrap();
    assert!(person.0.is_none());
    let bad = caller(&manager, (AUTHORIZATION.as_str(), "Bearer nonsense")).await;
    assert!(Optional::<AnyUser<Person>>::extract(&bad).await.unwrap().0.is_none());
    let lacking = Optional::<AnyUser<Person, Reports>>::extract(&program).await.err();
    assert_eq!(lacking, Some(Error::OutOfScope("reports")), "it is not taken for nobody");
}

#[actix_web::test]
async fn own_claims_are_to_be_had_at_the_handler() {
    let manager = builder().build().unwrap();
    let options = actix_login::TokenOptions::default().claim("tenant", "blue");
    let bearer = format!("Bearer {}", manager.create_access_token("ada", options).unwrap());
    let program = caller(&manager, (AUTHORIZATION.as_str(), &bearer)).await;
    let user = actix_login::ApiUser::<Person>::extract(&program).await.unwrap();
    assert_eq!(user.caller().claims().unwrap().get::<String>("tenant").as_deref(), Some("blue"));
    assert_eq!(user.caller().claims().unwrap().sub, "ada");
}

#[actix_web::test]
async fn user_of_and_has_scopes_answer_for_a_token_without_a_request() {
    let manager = builder().may_hold(|user, scope| user.0 == "ada" && scope != "people");
    let manager = manager.build().unwrap();
    let good = token(&manager, &["reports", "people"]);
    assert_eq!(manager.user_of(&good).await.unwrap(), Some(Person("ada")));
    for bad in ["nonsense", &session(&manager), &good[1..]] {
        assert_eq!(manager.user_of(bad).await.unwrap(), None);
        assert!(!manager.has_scopes(bad, &[]).await.unwrap());
    }
    let holds = async |scopes: &[&str]| manager.has_scopes(&good, scopes).await.unwrap();
    assert!(holds(&[]).await && holds(&["reports"]).await);
    assert!(!holds(&["people"]).await, "she may not hold it today");
    assert!(!holds(&["reports", "other"]).await && !holds(&[""]).await);
}

#[actix_web::test]
async fn a_header_that_nobody_reads_does_not_hide_the_cookie() {
    let without = builder().use_header(false).build().unwrap();
    let cases = [
        (builder().build().unwrap(), "Basic dGVhbTpzZWNyZXQ="),
        (without.clone(), "Basic dGVhbTpzZWNyZXQ="),
        (without, "Bearer of-the-proxy"),
    ];
    for (manager, header) in cases {
        let site = Site::new(manager);
        let ask = |request: TestRequest| request.insert_header((AUTHORIZATION, header));
        site.visit(ask(TestRequest::post().uri("/login").set_form([("name", "ada")]))).await;
        assert_eq!(
            site.visit(ask(TestRequest::with_uri("/current"))).await.status,
            200,
            "{header}"
        );
    }
}

#[actix_web::test]
async fn a_listener_hears_who_is_calling_and_how_they_were_recognised() {
    thread_local!(static HEARD: RefCell<Vec<String>> = RefCell::default());
    let hear = |req: &HttpRequest, caller: &Caller<Person>| {
        let how = match caller {
            Caller::Person { claims: Some(_), .. } => "cookie",
            Caller::Program { claims: Some(_), .. } => "token",
            Caller::Person { .. } | Caller::Program { .. } => "request",
            _ => "nobody",
        };
        let name = caller.user().map_or("-", |user| user.0);
        HEARD.with_borrow_mut(|heard| heard.push(format!("{how} {name} {}", req.path())));
    };
    let remote = |req: HttpRequest| {
        let found = req.headers().contains_key(REMOTE_USER).then_some(Found::Person(Person("bob")));
        ready(Ok(found))
    };
    let manager = builder().request_loader(remote).listener(hear).build().unwrap();
    let bearer = format!("Bearer {}", token(&manager, &[]));
    caller(&manager, (COOKIE.as_str(), &pair(&manager, &session(&manager)))).await;
    caller(&manager, (AUTHORIZATION.as_str(), &bearer)).await;
    caller(&manager, (REMOTE_USER, "bob")).await;
    caller(&manager, ("accept", "*/*")).await;
    let heard = ["cookie ada /", "token ada /", "request bob /", "nobody - /"];
    assert_eq!(HEARD.with_borrow(Clone::clone), heard);
}

#[actix_web::test]
async fn a_cookie_that_ends_is_ended_beside_one_that_the_handler_sets() {
    let manager = builder().build().unwrap();
    let theme = || async {
        let theme = actix_web::cookie::Cookie::new("theme", "dark");
        actix_web::HttpResponse::Ok().cookie(theme).finish()
    };
    let app = actix_web::App::new().route("/", web::get().to(theme)).wrap(manager.middleware());
    let app = actix_web::test::init_service(app).await;
    let stale = TestRequest::default().insert_header((COOKIE, "__Host-session=nonsense"));
    let answer = actix_web::test::call_service(&app, stale.to_request()).await;
    let names: Vec<_> =
        answer.response().cookies().map(|cookie| cookie.name().to_owned()).collect();
    assert_eq!(names, ["theme", "__Host-session"]);
}

/// Which cookies are set and ended for a browser with these cookies, at `/in`, which has a manager and a
/// cookie of its own.
async fn set_at_an_inner_scope(cookies: &str, key: SigningKey) -> Vec<String> {
    let named = |name| with_key(key.clone()).cookie(CookieKind::new(name, true)).build().unwrap();
    let page = web::get().to(|| async { "in" });
    let scope = web::scope("/in").route("", page).wrap(named("inner").middleware());
    let app = actix_web::App::new().service(scope).wrap(named("outer").middleware());
    let app = actix_web::test::init_service(app).await;
    let request = TestRequest::with_uri("/in").insert_header((COOKIE, cookies)).to_request();
    let answer = actix_web::test::call_service(&app, request).await;
    answer.response().cookies().map(|cookie| cookie.name().to_owned()).collect()
}

#[actix_web::test]
async fn each_manager_ends_its_own_cookie_and_no_other() {
    let key = key();
    let good = session(&with_key(key.clone()).build().unwrap());
    for (cookies, ended) in [
        (format!("outer={good}; inner=x"), vec!["inner"]),
        (format!("outer=x; inner={good}"), vec!["outer"]),
        ("outer=x; inner=x".to_owned(), vec!["inner", "outer"]),
        (format!("outer={good}; inner={good}"), vec![]),
    ] {
        assert_eq!(set_at_an_inner_scope(&cookies, key.clone()).await, ended, "{cookies}");
    }
}

#[actix_web::test]
async fn a_cookie_of_somebody_whom_the_application_turns_away_is_ended() {
    let manager = builder().build().unwrap();
    for (stale, ended) in [(true, 1), (false, 0)] {
        // As where a session is used from another browser than it was made in.
        let page = move |req: HttpRequest| async move {
            Caller::<Person>::nobody(stale).replace(&req);
            actix_web::HttpResponse::Ok().finish()
        };
        let app = actix_web::App::new().route("/", web::get().to(page)).wrap(manager.middleware());
        let app = actix_web::test::init_service(app).await;
        let good = pair(&manager, &session(&manager));
        let request = TestRequest::default().insert_header((COOKIE, good)).to_request();
        let answer = actix_web::test::call_service(&app, request).await;
        assert_eq!(answer.headers().get_all("set-cookie").count(), ended, "{stale}");
    }
}

/// Which cookies come with an answer that has this header, to a browser whose cookie is over.
async fn ended_beside(header: (&'static str, &'static [u8])) -> Vec<Vec<u8>> {
    let manager = builder().build().unwrap();
    let page = move || async move {
        let header = (header.0, HeaderValue::from_bytes(header.1).unwrap());
        actix_web::HttpResponse::Ok().append_header(header).finish()
    };
    let app = actix_web::App::new().route("/", web::get().to(page)).wrap(manager.middleware());
    let app = actix_web::test::init_service(app).await;
    let stale = TestRequest::default().insert_header((COOKIE, "__Host-session=nonsense"));
    let answer = actix_web::test::call_service(&app, stale.to_request()).await;
    let cookies = answer.headers().get_all("set-cookie");
    cookies.map(|cookie| cookie.as_bytes().split(|b| *b == b'=').next().unwrap().to_vec()).collect()
}

#[actix_web::test]
async fn an_odd_cookie_of_the_handlers_hides_no_other() {
    let odd = ended_beside(("set-cookie", b"greeting=Zo\xc3\xab")).await;
    assert_eq!(odd, [&b"greeting"[..], b"__Host-session"]);
    assert_eq!(ended_beside(("set-cookie", b"__Host-session=\xc3\xab")).await.len(), 1);
}

#[actix_web::test]
async fn an_answer_that_a_cache_gives_to_others_ends_nobodys_cookie() {
    assert_eq!(ended_beside(("cache-control", b"Public, max-age=300")).await.len(), 0);
    assert_eq!(ended_beside(("cache-control", b"private, max-age=300")).await.len(), 1);
}
