//! Single sign-on by a proxy: it logs people in, and says who they are in a header. The header is believed
//! from the proxy's address alone, and the proxy must take away what a client sends under that name.
//! `cargo run -p actix-login --example proxy`, then
//! `curl -H 'Remote-User: ada' localhost:8081/`.

use std::net::IpAddr;

use actix_login::{CurrentUser, Found, LoginManager};
use actix_web::{App, HttpRequest, HttpServer, web};

/// The name of whom the proxy has logged in, if the request comes from the proxy and names one.
fn remote_user(proxy: IpAddr, req: &HttpRequest) -> Option<String> {
    if req.peer_addr()?.ip() != proxy {
        return None;
    }
    let mut names = req.headers().get_all("remote-user");
    // Two of them: one was a client's.
    let name = names.next().filter(|_| names.next().is_none())?.to_str().ok()?;
    // "eve, ada": the proxy has added its name to a client's.
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.@".contains(&byte);
    (!name.is_empty() && name.bytes().all(is_name)).then(|| name.to_owned())
}

async fn home(name: CurrentUser<String>) -> String {
    format!("Hello, {}!", *name)
}

#[actix_web::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let proxy: IpAddr =
        std::env::var("PROXY").unwrap_or_else(|_| "127.0.0.1".to_owned()).parse()?;
    // No cookie, no token, no key: whoever the proxy names is a person. A browser comes through it from
    // other sites' pages, too: check where writes come from (`Sec-Fetch-Site`, `Origin`).
    let logins = LoginManager::builder(vec![])
        .use_cookie(false)
        .use_header(false)
        .request_loader(move |req| async move { Ok(remote_user(proxy, &req).map(Found::Person)) })
        .build()?;
    let port = std::env::var("PORT").map_or(Ok(8081), |port| port.parse())?;
    let app = move || App::new().route("/", web::get().to(home)).wrap(logins.middleware());
    Ok(HttpServer::new(app).bind(("127.0.0.1", port))?.run().await?)
}
