//! Chromium in one line: a person at a browser, and a fresh server.

use std::process::{Child, Command, Stdio};
use std::time::Duration;

use fantoccini::error::CmdError;
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Map, Value, json};
use tempfile::TempDir;

use crate::server::{Server, free_port};

pub const PASSWORD: &str = "correct horse battery";

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
    pub server: Server,
    driver: Child,
    _dir: TempDir,
}

impl Visitor {
    /// Opens a browser, and starts a server that nobody has an account on.
    pub async fn at(screen: Screen) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let server = Server::start(dir.path(), free_port());
        let port = free_port();
        let mut command = Command::new("chromedriver");
        command.arg(format!("--port={port}")).stdout(Stdio::null());
        let driver = command.spawn().expect("chromedriver is installed: scripts/check does that");
        let browser = connect(&format!("http://127.0.0.1:{port}"), screen, dir.path()).await;
        Self { browser, server, driver, _dir: dir }
    }

    /// The same, with the first account made and logged in.
    pub async fn logged_in_at(screen: Screen) -> Self {
        let visitor = Self::at(screen).await;
        let link = visitor.server.setup_link().unwrap().to_owned();
        visitor.browser.goto(&link).await.unwrap();
        visitor.fill(&[("email", "ada@example.com"), ("password", PASSWORD)]).await;
        visitor.press("Make the account").await;
        visitor
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

    /// Ticks the box with this name.
    pub async fn tick(&self, name: &str) {
        let place = format!("[name='{name}']");
        self.browser.find(Locator::Css(&place)).await.unwrap().click().await.unwrap();
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

    /// Does something that leads to another page, and waits for it.
    pub async fn and_arrive<T>(&self, deed: impl Future<Output = Result<T, CmdError>>) {
        let old = self.browser.find(Locator::Css("html")).await.unwrap();
        deed.await.unwrap();
        for _ in 0..200 {
            tokio::time::sleep(Duration::from_millis(50)).await;
            let ready = self.browser.execute("return document.readyState", vec![]).await;
            if old.tag_name().await.is_err() && ready.is_ok_and(|state| state == "complete") {
                return;
            }
        }
        panic!("no other page came");
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

    /// Ends the browser.
    pub async fn leave(self) {
        self.browser.clone().close().await.unwrap();
    }
}

impl Drop for Visitor {
    fn drop(&mut self) {
        // It may be gone already.
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}

async fn connect(driver: &str, screen: Screen, dir: &std::path::Path) -> Client {
    let mut builder = ClientBuilder::new(HttpConnector::new());
    builder.capabilities(capabilities(screen, &dir.join("profile").display().to_string()));
    for _ in 0..100 {
        if let Ok(browser) = builder.connect(driver).await {
            return browser;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    builder.connect(driver).await.expect("chromedriver answers within ten seconds")
}

fn capabilities(screen: Screen, profile: &str) -> Map<String, Value> {
    let Screen { width, height, dark } = screen;
    let mut arguments: Vec<_> = [
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--no-first-run",
        "--hide-scrollbars",
    ]
    .map(str::to_owned)
    .into();
    arguments.push(format!("--user-data-dir={profile}"));
    arguments.push(format!("--blink-settings=preferredColorScheme={}", u8::from(!dark)));
    let mut options = json!({ "args": arguments, "binary": "/usr/bin/chromium" });
    // A phone by its measures, not by a narrow window: windows have a minimum width.
    options["mobileEmulation"] = json!({ "deviceMetrics": { "width": width, "height": height, "pixelRatio": 1, "mobile": width < 600 } });
    let mut capabilities = Map::new();
    capabilities.insert("goog:chromeOptions".to_owned(), options);
    capabilities
}
