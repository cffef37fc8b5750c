//! Chromium in one line: a person at a browser, and a fresh server.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::rc::Rc;

use fantoccini::error::CmdError;
use fantoccini::wd::WebDriverCompatibleCommand;
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Map, Value, json};
use tempfile::TempDir;
use ureq::http::Method;
use url::{ParseError, Url};

use crate::patience::{PAUSE, comes};
use crate::rows::rows;
use crate::server::{Server, free_port, run};

pub const PASSWORD: &str = "correct horse battery";
pub const NEW_PASSWORD: &str = "violet kettle marching north";

/// The screen somebody looks at.
#[derive(Clone, Copy)]
pub struct Screen {
    pub width: u32,
    pub height: u32,
    pub dark: bool,
}

/// A laptop in daylight.
pub const LAPTOP: Screen = Screen { width: 1280, height: 800, dark: false };

/// Somebody at a browser, and the server they use.
pub struct Visitor {
    pub browser: Client,
    pub server: Rc<Server>,
    driver: Child,
    driver_port: u16,
    dir: Rc<TempDir>,
}

impl Visitor {
    /// Opens a browser, and starts a server that nobody has an account on.
    pub async fn new() -> Self {
        Self::new_at("localhost", &[]).await
    }

    /// The same, where the server is known by the name of this host, and has further settings.
    pub async fn new_at(host: &str, settings: &[(&str, &str)]) -> Self {
        let dir = Rc::new(tempfile::tempdir().unwrap());
        let port = free_port();
        let url = format!("http://{host}:{port}");
        let settings = [&[("PUBLIC_URL", url.as_str())], settings].concat();
        let mut server = Server::start_with(dir.path(), port, &settings);
        server.url.clone_from(&url);
        Self::at(Rc::new(server), dir, &json!({})).await
    }

    /// A new server, with the first account made and logged in.
    pub async fn logged_in() -> Self {
        Self::new().await.with_the_first_account().await
    }

    /// The same, where nobody has an account yet.
    pub async fn with_the_first_account(self) -> Self {
        let visitor = self;
        let link = visitor.server.setup_link().unwrap().to_owned();
        visitor.browser.goto(&link).await.unwrap();
        visitor
            .fill(&[("name", "Ada"), ("email", "ada@example.com"), ("password", PASSWORD)])
            .await;
        visitor.press("Make the account").await;
        visitor
    }

    /// Somebody at another browser, and the same server.
    pub async fn elsewhere(&self) -> Self {
        Self::at(Rc::clone(&self.server), Rc::clone(&self.dir), &json!({})).await
    }

    /// The same with a browser that runs no script.
    pub async fn elsewhere_without_scripts(&self) -> Self {
        let preferences = json!({ "profile.managed_default_content_settings.javascript": 2 });
        Self::at(Rc::clone(&self.server), Rc::clone(&self.dir), &preferences).await
    }

    /// What is in the database.
    pub fn rows(&self) -> Vec<String> {
        rows(self.dir.path())
    }

    /// Closes all windows but this one.
    pub async fn close_others(&self) {
        let this = self.browser.window().await.unwrap();
        for window in self.browser.windows().await.unwrap() {
            if window != this {
                self.browser.switch_to_window(window).await.unwrap();
                self.browser.close_window().await.unwrap();
            }
        }
        self.browser.switch_to_window(this).await.unwrap();
    }

    /// What the operator does meanwhile: a command that asks for a password gets [`PASSWORD`].
    pub fn operator_runs(&self, arguments: &[&str]) {
        let (done, said) = run(self.dir.path(), arguments, &format!("{PASSWORD}\n"));
        assert!(done, "{arguments:?}: {said}");
    }

    async fn at(server: Rc<Server>, dir: Rc<TempDir>, preferences: &Value) -> Self {
        let port = free_port();
        let mut command = Command::new("chromedriver");
        command.arg(format!("--port={port}")).stdout(Stdio::null());
        let driver = command.spawn().expect("chromedriver is installed: scripts/check does that");
        let profile = dir.path().join(format!("profile-{port}")).display().to_string();
        let browser = connect(port, capabilities(&profile, preferences)).await;
        let visitor = Self { browser, server, driver, driver_port: port, dir };
        let downloads = visitor.dir.path().join("downloads").display().to_string();
        let allow = json!({ "behavior": "allow", "downloadPath": downloads });
        visitor.tell("Browser.setDownloadBehavior", allow).await;
        visitor.look_at(LAPTOP).await;
        visitor
    }

    /// Takes another screen. It is as high as the page, where that is higher.
    pub async fn look_at(&self, screen: Screen) {
        let scheme = if screen.dark { "dark" } else { "light" };
        let features = json!([
            { "name": "prefers-color-scheme", "value": scheme },
            // No picture of a colour on its way to another.
            { "name": "prefers-reduced-motion", "value": "reduce" },
        ]);
        self.tell("Emulation.setEmulatedMedia", json!({ "features": features })).await;
        self.resize(screen, screen.height).await;
        let script = "return document.documentElement.scrollHeight";
        let height = self.browser.execute(script, vec![]).await.unwrap();
        self.resize(screen, height.as_u64().unwrap().try_into().unwrap()).await;
    }

    async fn resize(&self, Screen { width, .. }: Screen, height: u32) {
        let measures = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600 });
        self.tell("Emulation.setDeviceMetricsOverride", measures).await;
    }

    /// Says something to Chromium that `WebDriver` has no words for.
    async fn tell(&self, command: &'static str, parameters: Value) {
        let body = json!({ "cmd": command, "params": parameters });
        self.browser
            .issue_cmd(Extension { path: "goog/cdp/execute".to_owned(), body })
            .await
            .unwrap();
    }

    /// From now on there is a device that keeps passkeys, and whose owner unlocks it whenever it asks (`WebDriver`
    /// extension of `WebAuthn` level 3, section 11).
    #[cfg(feature = "passkeys")]
    pub async fn has_a_device(&self) -> String {
        let device = json!({
            "protocol": "ctap2", "transport": "internal", "hasResidentKey": true,
            "hasUserVerification": true, "isUserVerified": true,
        });
        let add = Extension { path: "webauthn/authenticator".to_owned(), body: device };
        self.browser.issue_cmd(add).await.unwrap().as_str().unwrap().to_owned()
    }

    /// Whether the owner unlocks that device from now on.
    #[cfg(feature = "passkeys")]
    pub async fn unlocks(&self, device: &str, does: bool) {
        let path = format!("webauthn/authenticator/{device}/uv");
        let body = json!({ "isUserVerified": does });
        self.browser.issue_cmd(Extension { path, body }).await.unwrap();
    }

    /// What the browser refused to do since this was asked last, because a page's policy forbids it.
    pub async fn refused(&self) -> Vec<String> {
        let log = Extension { path: "se/log".to_owned(), body: json!({ "type": "browser" }) };
        let lines = self.browser.issue_cmd(log).await.unwrap();
        let lines = lines.as_array().unwrap().iter().map(|line| line["message"].to_string());
        // That our pages are no parts of others is what they ask for.
        let is_ours = |line: &String| !line.contains("frame-ancestors");
        lines.filter(|line| line.contains("Content Security Policy")).filter(is_ours).collect()
    }

    /// Opens a path.
    pub async fn open(&self, path: &str) {
        self.browser.goto(&format!("{}{path}", self.server.url)).await.unwrap();
    }

    /// Types into the fields with these names.
    pub async fn fill(&self, fields: &[(&str, &str)]) {
        for (name, text) in fields {
            let field = self.browser.find(Locator::Css(&format!("[name={name}]"))).await.unwrap();
            field.clear().await.unwrap();
            field.send_keys(text).await.unwrap();
        }
    }

    /// Clicks what this selector finds, on a page that changes without being left.
    pub async fn click(&self, selector: &str) {
        let found = self.browser.wait().for_element(Locator::Css(selector)).await;
        found.unwrap_or_else(|_| panic!("there is no {selector}")).click().await.unwrap();
    }

    /// Clicks the button or link with this text, and waits for the page it leads to.
    pub async fn press(&self, text: &str) {
        let path = format!("//*[self::button or self::a][normalize-space()='{text}']");
        let found = self.browser.find_all(Locator::XPath(&path)).await.unwrap();
        // The one in the page's own part, where the header has another of that name.
        let button = found.last().unwrap_or_else(|| panic!("there is no {text:?}"));
        self.and_arrive(button.click()).await;
    }

    /// Opens the person's menu, and logs out there.
    pub async fn log_out(&self) {
        self.click(".person").await;
        self.press("Log out").await;
    }

    /// Clicks what this selector finds first, and waits for the page it leads to.
    pub async fn follow(&self, selector: &str) {
        let found = self.browser.find(Locator::Css(selector)).await;
        let found = found.unwrap_or_else(|_| panic!("there is no {selector}"));
        self.and_arrive(found.click()).await;
    }

    /// Waits until the newest mail with this subject is in the development mailbox, where several
    /// are on their way at once, and opens the link in it.
    pub async fn open_the_link_in_the_mail(&self, subject: &str) {
        let path = format!("//td/a[.='{subject}']");
        let look = async || {
            self.open("/dev/mail").await;
            self.browser.find(Locator::XPath(&path)).await.ok()
        };
        let mail = comes(look).await.unwrap_or_else(|| panic!("no mail {subject:?} comes"));
        self.and_arrive(mail.click()).await;
        self.follow(".mail a").await;
    }

    /// Proves by that link that the address is theirs.
    pub async fn proves_the_address(&self) {
        self.open_the_link_in_the_mail("Confirm your e-mail address").await;
        self.press("Confirm the address").await;
    }

    /// Fills in the log-in form.
    pub async fn log_in(&self, email: &str, password: &str) {
        self.open("/login").await;
        self.fill(&[("email", email), ("password", password)]).await;
        self.press("Log in").await;
    }

    /// From now on the browser says that it is another one, as if the cookie had been copied to it: the
    /// password counts as not typed there.
    pub async fn turns_into_another_browser(&self) {
        let agent = "Mozilla/5.0 (Windows NT 10.0; rv:140.0) Gecko/20100101 Firefox/140.0";
        self.calls_herself(agent).await;
    }

    /// From now on the browser says that this is what it is.
    pub async fn calls_herself(&self, agent: &str) {
        self.tell("Network.setUserAgentOverride", json!({ "userAgent": agent })).await;
    }

    /// Waits for a download to be there, and reads it.
    pub async fn downloaded(&self, name: &str) -> String {
        let path = self.dir.path().join("downloads").join(name);
        // A file that is being written is there before what it holds.
        let look = async || std::fs::read_to_string(&path).ok().filter(|text| !text.is_empty());
        comes(look).await.unwrap_or_else(|| panic!("{} does not come", path.display()))
    }

    /// Does something that leads to another page, and waits for it.
    pub async fn and_arrive<T>(&self, deed: impl Future<Output = Result<T, CmdError>>) {
        let old = self.browser.find(Locator::Css("html")).await.unwrap();
        deed.await.unwrap();
        let look = async || {
            let ready = self.browser.execute("return document.readyState", vec![]).await;
            let is_there = old.tag_name().await.is_err() && ready.is_ok_and(|it| it == "complete");
            is_there.then_some(())
        };
        // The browser takes a moment to leave.
        tokio::time::sleep(PAUSE).await;
        comes(look).await.expect("another page comes");
    }

    /// The page's path and query.
    pub async fn path(&self) -> String {
        let url = self.browser.current_url().await.unwrap();
        url[url::Position::BeforePath..].to_owned()
    }

    /// What a person reads on the page.
    pub async fn text(&self) -> String {
        self.browser.find(Locator::Css("body")).await.unwrap().text().await.unwrap()
    }

    /// Fails unless a person reads this on the page.
    pub async fn reads(&self, text: &str) {
        let page = self.text().await;
        assert!(page.contains(text), "{text:?} is not on this page:\n{page}");
    }

    /// Waits until a person reads this on the page, where a script writes it.
    pub async fn comes_to_read(&self, text: &str) {
        comes(async || self.text().await.contains(text).then_some(())).await;
        self.reads(text).await;
    }

    /// Ends the browser. No page wanted anything that its policy forbids: what is refused is a hole that was
    /// found, or a page that does not work.
    pub async fn leave(self) {
        assert_eq!(self.refused().await, [""; 0]);
        self.browser.clone().close().await.unwrap();
    }
}

impl Drop for Visitor {
    fn drop(&mut self) {
        // A test that failed has not closed its browser, which would outlive a driver that is killed.
        if let Ok(mut driver) = TcpStream::connect(("127.0.0.1", self.driver_port)) {
            let _ = driver.write_all(b"GET /shutdown HTTP/1.1\r\nHost: localhost\r\n\r\n");
            let _ = driver.read(&mut [0]);
        }
        // It may be gone already.
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}

/// A command that Chromium's driver knows beside those of `WebDriver`.
#[derive(Debug)]
struct Extension {
    path: String,
    body: Value,
}

impl WebDriverCompatibleCommand for Extension {
    fn endpoint(&self, base: &Url, session: Option<&str>) -> Result<Url, ParseError> {
        base.join(&format!("session/{}/{}", session.unwrap_or_default(), self.path))
    }

    fn method_and_body(&self, _: &Url) -> (Method, Option<String>) {
        (Method::POST, Some(self.body.to_string()))
    }
}

async fn connect(port: u16, capabilities: Map<String, Value>) -> Client {
    let driver = format!("http://127.0.0.1:{port}");
    let mut builder = ClientBuilder::new(HttpConnector::new());
    builder.capabilities(capabilities);
    comes(async || builder.connect(&driver).await.ok()).await.expect("chromedriver answers")
}

fn capabilities(profile: &str, preferences: &Value) -> Map<String, Value> {
    let arguments = [
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--no-first-run",
        "--hide-scrollbars",
        // Names of a network without TLS, which Chromium trusts less than localhost.
        "--host-resolver-rules=MAP *.internal 127.0.0.1",
        &format!("--user-data-dir={profile}"),
    ];
    let options = json!({ "args": arguments, "binary": "/usr/bin/chromium", "prefs": preferences });
    let log = json!({ "browser": "ALL" });
    Map::from_iter([
        ("goog:chromeOptions".to_owned(), options),
        ("goog:loggingPrefs".to_owned(), log),
    ])
}
