//! A site with its own database and clock, and browsers that keep cookies.
//!
//! ```ignore
//! let ada = Browser::logged_in("ada").await;
//! let answer = ada.submit("/papers", &[("title", "")]).await;
//! assert_eq!(answer.status, 422);
//! answer.shows("Enter a title.");
//! ```

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::rc::Rc;
use std::sync::LazyLock;

use actix_web::body::to_bytes;
use actix_web::cookie::Cookie;
use actix_web::dev::Service;
use actix_web::http::Method;
use actix_web::http::header::{self, HeaderMap};
use actix_web::test::{TestRequest, init_service};
use actix_web::web::ServiceConfig;
use app::app::{App, FEATURES};
use app::config::Config;
use app::db::Db;
use app::error::Error;
use app::feature::Feature;
use app::mail::Outbox;
use app::people::{Email, Name, NewUser, User};
use futures_util::future::LocalBoxFuture;
use kit::clock::Clock;
use kit::http::client::Network;
use kit::mail::{Mail, Mailer, Queue as _};
use kit::password::Passwords;
use time::macros::datetime;
use tokio::sync::OnceCell;

use crate::database::TestDatabase;
use crate::papers;
use crate::statements::{self, Recording};

/// What every account of the tests has for a password.
pub const PASSWORD: &str = "correct horse battery";

/// What those have who choose another.
pub const OTHER_PASSWORD: &str = "violet kettle marching north";

/// One for all sites: starting it makes a hash.
static PASSWORDS: LazyLock<Passwords> = LazyLock::new(|| passwords(&config(&[])));
static PASSWORD_HASH: OnceCell<String> = OnceCell::const_new();
static KEY: LazyLock<String> = LazyLock::new(actix_login::generate_key);

/// Those of the program, and the tests' own.
static ALL: LazyLock<Vec<Feature>> = LazyLock::new(|| [FEATURES, &[papers::FEATURE]].concat());

type Send = Rc<dyn Fn(TestRequest) -> LocalBoxFuture<'static, Answer>>;

/// The settings of a test: the defaults, and these.
pub fn config(settings: &[(&str, &str)]) -> Config {
    let settings: BTreeMap<_, _> = settings.iter().copied().collect();
    Config::read(|name| match (settings.get(name), name) {
        (Some(value), _) => Some((*value).to_owned()),
        (None, "SECRET_KEY") => Some(KEY.clone()),
        _ => None,
    })
    .unwrap()
}

/// Password threads of their own, for tests that change their settings or fill their queue.
pub fn passwords(config: &Config) -> Passwords {
    let site_words = [app::config::APP_NAME, app::brand::NAME, config.host_name()];
    Passwords::new(config.hash_cost, config.password_min_length, &site_words)
        .unwrap()
        .refusing(config.breached_passwords.clone())
}

/// What a site of the tests is made of.
pub fn features() -> &'static [Feature] {
    &ALL
}

/// The same, and further routes.
pub fn features_and(routes: fn(&mut ServiceConfig)) -> &'static [Feature] {
    [features(), &[Feature::pages(routes)]].concat().leak()
}

/// A running app.
pub struct Site {
    pub app: App,
    pub config: Config,
    pub db: Db,
    pub clock: Clock,
    pub passwords: Passwords,
    pub database: Rc<TestDatabase>,
    /// What was asked for so far: the method, the path, and the answer's status.
    pub visits: RefCell<Vec<(Method, String, u16)>>,
    send: Send,
}

impl Site {
    /// With the default settings.
    pub async fn open() -> Rc<Self> {
        Self::with(&[]).await
    }

    /// With other settings.
    pub async fn with(settings: &[(&str, &str)]) -> Rc<Self> {
        Self::build(settings, PASSWORDS.clone(), features()).await
    }

    /// In production, with these settings too; nobody takes its mail.
    pub async fn in_production(settings: &[(&str, &str)]) -> Rc<Self> {
        let key = actix_login::generate_key();
        let production = [
            ("APP_ENV", "production"),
            ("PUBLIC_URL", "https://app.example.com"),
            ("SECRET_KEY", key.as_str()),
            ("SMTP_URL", "smtp://127.0.0.1:1"),
        ];
        Self::with(&[&production[..], settings].concat()).await
    }

    /// With other parts.
    pub async fn build(
        settings: &[(&str, &str)], passwords: Passwords, features: &'static [Feature],
    ) -> Rc<Self> {
        Self::on(Rc::new(TestDatabase::create()), settings, passwords, features).await
    }

    /// Another server on the same database.
    pub async fn beside(self: &Rc<Self>) -> Rc<Self> {
        self.beside_with(&[]).await
    }

    /// The same, with other settings.
    pub async fn beside_with(self: &Rc<Self>, settings: &[(&str, &str)]) -> Rc<Self> {
        Self::on(Rc::clone(&self.database), settings, PASSWORDS.clone(), features()).await
    }

    async fn on(
        database: Rc<TestDatabase>, settings: &[(&str, &str)], passwords: Passwords,
        features: &'static [Feature],
    ) -> Rc<Self> {
        let config = config(settings);
        let clock = Clock::fixed(datetime!(2026-11-01 12:00:00));
        statements::listen();
        let is_set = settings.iter().any(|(name, _)| *name == "DATABASE_CONNECTIONS");
        let connections = if is_set { config.database_connections } else { 4 };
        let db = app::db::connect(&database.url, connections).unwrap();
        let parts = (config.clone(), db.clone(), clock.clone(), passwords.clone());
        let app = App::new(parts.0, parts.1, parts.2, parts.3, features).unwrap();
        let send = send(&app).await;
        let visits = RefCell::default();
        Rc::new(Self { app, config, db, clock, passwords, database, visits, send })
    }

    /// The same site, with another app in front of it.
    pub async fn served_by(self: &Rc<Self>, app: App) -> Rc<Self> {
        let send = send(&app).await;
        let (config, db, clock) = (self.config.clone(), self.db.clone(), self.clock.clone());
        let (passwords, database) = (self.passwords.clone(), Rc::clone(&self.database));
        let visits = RefCell::default();
        Rc::new(Self { app, config, db, clock, passwords, database, visits, send })
    }

    /// A browser that nobody has logged in with.
    pub fn stranger(self: &Rc<Self>) -> Browser {
        Browser {
            site: Rc::clone(self),
            cookies: RefCell::default(),
            links: RefCell::default(),
            headers: RefCell::default(),
        }
    }

    /// A browser in which `name` has just logged in; the account is made if there is none.
    pub async fn logged_in(self: &Rc<Self>, name: &str) -> Browser {
        self.user(name).await;
        let browser = self.stranger();
        let answer = browser.log_in(name).await;
        assert_eq!(answer.status, 303, "{}", answer.body);
        browser
    }

    /// The same of an administrator.
    pub async fn administrator(self: &Rc<Self>, name: &str) -> Browser {
        self.admin(name).await;
        self.logged_in(name).await
    }

    /// A browser in which `name` logged in too long ago for what needs a fresh log-in.
    pub async fn stale(self: &Rc<Self>, name: &str) -> Browser {
        let browser = self.logged_in(name).await;
        self.clock.advance(time::Duration::minutes(10));
        browser
    }

    /// The user called `name`, with the address `name@example.com`.
    pub async fn user(&self, name: &str) -> User {
        let email = Email::parse(&address(name)).unwrap();
        let hash =
            || async { PASSWORDS.hash(Network::Operator, PASSWORD.to_owned()).await.unwrap() };
        let new = NewUser {
            email: email.clone(),
            name: Name::parse(name).unwrap(),
            password_hash: PASSWORD_HASH.get_or_init(hash).await.clone(),
            is_admin: false,
            created_at: self.clock.now(),
            is_verified: true,
        };
        let work = move |conn: &mut _| match User::by_email(conn, &email)? {
            Some(user) => Ok(Some(user)),
            None => User::create(conn, &new),
        };
        self.db.write(work).await.unwrap().unwrap()
    }

    /// The account of an administrator.
    pub async fn admin(&self, name: &str) -> User {
        let (id, email) = (self.user(name).await.id, address(name));
        let sql = format!("UPDATE users SET is_admin = TRUE WHERE email = '{email}'");
        self.sql(sql).await;
        User { is_admin: true, ..self.by_id(id).await }
    }

    async fn by_id(&self, id: i64) -> User {
        self.db.run(move |conn| User::by_id(conn, id)).await.unwrap().unwrap()
    }

    /// Writes when sessions and tokens were last used, as the server does every few seconds.
    pub async fn write_uses(&self) {
        self.db.write_uses().await;
    }

    /// Deletes what has expired, as the server does every hour; how much that was.
    pub async fn purge(&self) -> Result<usize, Error> {
        app::purge::purge(&self.db, &self.clock, *self.app.state().features()).await
    }

    /// All mails so far, the newest first. Sends what waits.
    pub async fn mails(&self) -> Vec<Mail> {
        let outbox = self.app.state().outbox();
        kit::mail::deliver(outbox).await.unwrap();
        outbox.mailer().mailbox().unwrap().mails()
    }

    /// The same outbox, whose mail goes where `settings` say.
    pub fn outbox_with(&self, settings: &[(&str, &str)]) -> Outbox {
        let other = config(settings);
        let mailer = Mailer::new(other.smtp.as_ref(), &other.mail_from, other.host_name()).unwrap();
        let (db, clock) = (self.db.clone(), self.clock.clone());
        Outbox::new(db, clock, mailer, self.config.origin(), app::letters::write)
    }

    /// The newest mail to `name@example.com`.
    pub async fn mail_to(&self, name: &str) -> Mail {
        let mails = self.mails().await;
        mails.into_iter().find(|mail| mail.to == address(name)).expect("a mail")
    }

    /// The link in the newest mail to `name@example.com`, as a path.
    pub async fn link_to(&self, name: &str) -> String {
        let mail = self.mail_to(name).await;
        let line = mail.text.lines().find_map(|line| line.strip_prefix("http://localhost:8080"));
        line.unwrap_or_else(|| panic!("no link: {}", mail.text)).to_owned()
    }

    /// Asks for a path from no address: what is left of a client that has gone already.
    pub async fn send_from_nowhere(&self, request: TestRequest) -> Answer {
        let host = ("host", self.config.public_url.authority());
        (self.send)(request.insert_header(host).insert_header(("accept", "text/html"))).await
    }

    /// Where its rows are, for programs that come by another way.
    pub fn database_url(&self) -> &str {
        &self.database.url
    }

    /// Writes down what the database is asked from now on.
    pub fn record(&self) -> Recording {
        Recording::of(self.database_url())
    }

    /// Runs SQL.
    pub async fn sql(&self, sql: impl Into<String>) {
        use diesel::RunQueryDsl;
        let sql = sql.into();
        self.db.write(move |conn| diesel::sql_query(sql).execute(conn)).await.unwrap();
    }

    /// How many rows a query counts.
    pub async fn count(&self, sql: impl Into<String>) -> i64 {
        use diesel::RunQueryDsl;
        #[derive(diesel::QueryableByName)]
        struct Count {
            #[diesel(sql_type = diesel::sql_types::BigInt)]
            count: i64,
        }
        let sql = sql.into();
        let row = self.db.run(move |conn| diesel::sql_query(sql).get_result::<Count>(conn));
        row.await.unwrap().count
    }

    /// The texts that a query finds in its column `text`.
    pub async fn texts(&self, sql: &'static str) -> Vec<String> {
        use diesel::RunQueryDsl;
        #[derive(diesel::QueryableByName)]
        struct Row {
            #[diesel(sql_type = diesel::sql_types::Text)]
            text: String,
        }
        let rows = self.db.run(move |conn| diesel::sql_query(sql).load::<Row>(conn)).await;
        rows.unwrap().into_iter().map(|row| row.text).collect()
    }
}

/// How requests get to an app.
async fn send(app: &App) -> Send {
    let service = Rc::new(init_service(app.web()).await);
    Rc::new(move |request| {
        let service = Rc::clone(&service);
        Box::pin(async move { Answer::read(service.call(request.to_request()).await).await })
    })
}

/// `name@example.com`.
pub fn address(name: &str) -> String {
    format!("{name}@example.com")
}

/// Somebody's browser: it keeps cookies, and sends what browsers send.
pub struct Browser {
    pub site: Rc<Site>,
    cookies: RefCell<BTreeMap<String, String>>,
    /// The hidden field `link` of the form that was last seen at a path.
    links: RefCell<BTreeMap<String, String>>,
    pub headers: RefCell<BTreeMap<String, Option<Vec<u8>>>>,
}

impl Browser {
    /// A stranger's, on a site of its own.
    pub async fn stranger() -> Self {
        Site::open().await.stranger()
    }

    /// One in which `name` is logged in, on a site of its own.
    pub async fn logged_in(name: &str) -> Self {
        Site::open().await.logged_in(name).await
    }

    /// Logs `name` in with [`PASSWORD`].
    pub async fn log_in(&self, name: &str) -> Answer {
        let email = address(name);
        self.submit("/login", &[("email", email.as_str()), ("password", PASSWORD)]).await
    }

    /// Opens an address; redirects are not followed.
    pub async fn get(&self, path: &str) -> Answer {
        let answer = self.send(Method::GET, path, None).await;
        if let Some((_, rest)) = answer.body.split_once("name=\"link\" value=\"") {
            let link = rest.split_once('"').unwrap().0.to_owned();
            self.links.borrow_mut().insert(path.to_owned(), link);
        }
        answer
    }

    /// What a form says that was drawn for the link that this browser has opened, for whoever makes
    /// one up.
    pub fn mark(&self, purpose: &str) -> (&'static str, String) {
        ("link", kit::http::link::mark(&self.cookie(&format!("link_{purpose}")).unwrap()))
    }

    /// Sends a form, with the hidden field `link` if it has one; redirects are not followed.
    pub async fn submit(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let mut body = url::form_urlencoded::Serializer::new(String::new());
        body.extend_pairs(fields);
        if let Some(link) = self.links.borrow().get(path) {
            body.append_pair("link", link);
        }
        let body = body.finish();
        self.send(Method::POST, path, Some(body)).await
    }

    /// Opens the page that a redirect leads to.
    pub async fn follow(&self, answer: &Answer) -> Answer {
        self.get(answer.location()).await
    }

    /// Sends this header from now on, or leaves it out.
    pub fn set_header(&self, name: &str, value: Option<&str>) -> &Self {
        let value = value.map(|value| value.as_bytes().to_vec());
        self.headers.borrow_mut().insert(name.to_ascii_lowercase(), value);
        self
    }

    /// The same for octets that need be no text.
    pub fn set_octets(&self, name: &str, value: &[u8]) -> &Self {
        self.headers.borrow_mut().insert(name.to_owned(), Some(value.to_vec()));
        self
    }

    /// The value of the cookie for `purpose`.
    pub fn cookie(&self, purpose: &str) -> Option<String> {
        self.cookies.borrow().get(&self.site.config.cookies().of(purpose).name).cloned()
    }

    /// Puts a cookie into the jar.
    pub fn set_cookie(&self, purpose: &str, value: &str) {
        let name = self.site.config.cookies().of(purpose).name;
        self.cookies.borrow_mut().insert(name, value.to_owned());
    }

    /// Opens a link from a mail, up to the page that it leads to.
    pub async fn open_link(&self, link: &str) -> Answer {
        let answer = self.get(link).await;
        assert_eq!(answer.status, 303, "{}", answer.body);
        self.follow(&answer).await
    }

    /// Deletes the account of `name`, who is logged in here.
    pub async fn leave(&self, name: &str) -> Answer {
        self.submit("/account/delete", &[("email", &address(name))]).await
    }

    /// Whether the dashboard greets somebody.
    pub async fn is_logged_in(&self) -> bool {
        self.get("/dashboard").await.status == 200
    }

    /// Any request. `body` is a form's.
    pub async fn send(&self, method: Method, path: &str, body: Option<String>) -> Answer {
        let mut headers: BTreeMap<String, Option<Vec<u8>>> = BTreeMap::new();
        let mut set = |name: &str, value: &str| {
            headers.insert(name.to_owned(), Some(value.as_bytes().to_vec()))
        };
        set("host", self.site.config.public_url.authority());
        set("accept", "text/html,application/xhtml+xml,*/*;q=0.8");
        set("user-agent", "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0");
        set("sec-fetch-site", "same-origin");
        if body.is_some() {
            set("content-type", "application/x-www-form-urlencoded");
        }
        let jar = self.cookies.borrow().iter().map(|(n, v)| format!("{n}={v}")).collect::<Vec<_>>();
        if !jar.is_empty() {
            set("cookie", &jar.join("; "));
        }
        headers.extend(self.headers.borrow().clone());
        let peer: SocketAddr = "127.0.0.1:50000".parse().unwrap();
        let mut request = TestRequest::with_uri(path).method(method.clone()).peer_addr(peer);
        for (name, value) in headers {
            if let Some(value) = value {
                request = request.insert_header((name, value));
            }
        }
        if let Some(body) = body {
            request = request.set_payload(body);
        }
        let answer = (self.site.send)(request).await;
        let path = path.split('?').next().unwrap_or_default().to_owned();
        self.site.visits.borrow_mut().push((method, path, answer.status));
        self.keep_cookies(&answer);
        answer
    }

    fn keep_cookies(&self, answer: &Answer) {
        let mut jar = self.cookies.borrow_mut();
        for cookie in answer.cookies() {
            let gone = cookie.max_age().is_some_and(time::Duration::is_zero);
            if gone {
                jar.remove(cookie.name());
            } else {
                jar.insert(cookie.name().to_owned(), cookie.value().to_owned());
            }
        }
    }
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: String,
}

impl Answer {
    async fn read<B: actix_web::body::MessageBody>(
        result: Result<actix_web::dev::ServiceResponse<B>, actix_web::Error>,
    ) -> Self {
        // An error that leaves the outermost middleware is drawn by the server.
        let (head, body) = match result {
            Ok(response) => {
                let (response, body) = response.into_parts().1.into_parts();
                (response, to_bytes(body).await.map_err(|_| ()).unwrap())
            }
            Err(error) => {
                let (response, body) = error.error_response().into_parts();
                (response, to_bytes(body).await.unwrap())
            }
        };
        Self {
            status: head.status().as_u16(),
            headers: head.headers().clone(),
            body: String::from_utf8_lossy(&body).into_owned(),
        }
    }

    /// A header's text; empty when it is missing.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The body, as JSON.
    #[track_caller]
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("no JSON: {}", self.body))
    }

    /// Where a redirect leads.
    pub fn location(&self) -> &str {
        self.header("location")
    }

    /// The cookies that it sets.
    pub fn cookies(&self) -> Vec<Cookie<'static>> {
        let values = self.headers.get_all(header::SET_COOKIE);
        values.map(|v| Cookie::parse(v.to_str().unwrap().to_owned()).unwrap()).collect()
    }

    /// Fails unless the page holds `text`.
    #[track_caller]
    pub fn shows(&self, text: &str) -> &Self {
        assert!(self.body.contains(text), "{text:?} is not on this page:\n{}", self.body);
        self
    }

    /// Fails if the page holds `text`.
    #[track_caller]
    pub fn hides(&self, text: &str) -> &Self {
        assert!(!self.body.contains(text), "{text:?} is on this page:\n{}", self.body);
        self
    }
}
