//! Logging in through another site in a real browser. That site is a program of somebody else's (oidc-provider-mock, on
//! Authlib), which `scripts/clients` installs.

use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use crate::driver::{PASSWORD, Visitor};
use crate::server::free_port;

/// Where Bea has an account, whose address that site has made sure of.
struct OtherSite {
    program: Child,
    address: String,
}

impl OtherSite {
    async fn start() -> Self {
        let port = free_port();
        let bea = r#"{"sub":"bea-7","email":"bea@example.com","email_verified":true,"name":"Bea"}"#;
        let program = Command::new("target/clients/bin/oidc-provider-mock")
            .args(["--port", &port.to_string(), "--user-claims", bea])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("scripts/clients installs it");
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Self { program, address: format!("http://us:secret@127.0.0.1:{port}#Example") }
    }

    /// A server that knows this site, where Ada has the first account and is logged out.
    async fn ada(&self) -> Visitor {
        let settings = [("OIDC_PROVIDERS", self.address.as_str())];
        let ada = Visitor::new_at("localhost", &settings).await.with_the_first_account().await;
        ada.log_out().await;
        ada
    }
}

impl Drop for OtherSite {
    fn drop(&mut self) {
        let _ = self.program.kill();
        let _ = self.program.wait();
    }
}

/// Presses the button that leads there, and waits until the page of that site is there.
async fn goes_there(bea: &Visitor, button: &str) {
    bea.press(button).await;
    bea.comes_to_read("Authorize Client").await;
}

#[actix_web::test]
#[ignore = "needs Chromium: scripts/check"]
async fn bea_comes_in_with_the_account_that_she_has_elsewhere() {
    let other = OtherSite::start().await;
    let ada = other.ada().await;
    for bea in [ada.elsewhere().await, ada.elsewhere_without_scripts().await] {
        bea.open("/login?next=/account").await;
        goes_there(&bea, "Continue with Example").await;
        bea.press("bea-7").await;
        assert_eq!(bea.path().await, "/account");
        bea.reads("bea@example.com").await;
        bea.browser.back().await.unwrap();
        bea.leave().await;
    }
    ada.leave().await;
}

#[actix_web::test]
#[ignore = "needs Chromium: scripts/check"]
async fn who_says_no_there_is_back_at_the_log_in_page() {
    let other = OtherSite::start().await;
    let bea = other.ada().await;
    bea.open("/register").await;
    goes_there(&bea, "Continue with Example").await;
    bea.press("Deny").await;
    assert_eq!(bea.path().await, "/login");
    // That site forgets the state when it says so.
    bea.reads("That log-in with Example is over").await;
    bea.leave().await;
}

#[actix_web::test]
#[ignore = "needs Chromium: scripts/check"]
async fn ada_links_it_logs_in_with_it_and_unlinks_it() {
    let other = OtherSite::start().await;
    let ada = other.ada().await;
    ada.log_in("ada@example.com", PASSWORD).await;
    ada.proves_the_address().await;
    ada.open("/account/security").await;
    ada.follow("[href='/account/identities']").await;
    goes_there(&ada, "Link Example").await;
    ada.press("bea-7").await;
    ada.reads("From now on, you can log in with Example, as bea@example.com.").await;
    ada.log_out().await;
    ada.open("/login").await;
    goes_there(&ada, "Continue with Example").await;
    ada.press("bea-7").await;
    assert_eq!(ada.path().await, "/dashboard");
    ada.open("/account/identities").await;
    ada.press("Unlink Example").await;
    ada.fill(&[("password", PASSWORD)]).await;
    ada.press("Confirm").await;
    ada.press("Unlink Example").await;
    ada.reads("Example opens your account no more.").await;
    ada.leave().await;
}
