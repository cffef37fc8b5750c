//! Where a log-in may lead.

use crate::browser::{PASSWORD, Site};

const SAFE: [(&str, &str); 7] = [
    ("/", "/"),
    ("/papers", "/papers"),
    ("/papers?page=2&sort=title", "/papers?page=2&sort=title"),
    ("/papers/1#end", "/papers/1"),
    ("/a/../papers", "/papers"),
    ("/papers?q=a%20b%2Fc", "/papers?q=a%20b%2Fc"),
    ("/loginsmith", "/loginsmith"),
];

const UNSAFE: &[&str] = &[
    "",
    " ",
    "papers",
    "?x",
    "#x",
    ".",
    "..",
    "./papers",
    "//evil.example",
    "///evil.example",
    "////evil.example",
    "//evil.example/%2f..",
    "//localhost:8080/papers",
    "/\\evil.example",
    "\\/evil.example",
    "\\\\evil.example",
    "/\\/evil.example",
    "/a\\..\\evil",
    "/\t/evil.example",
    "/\n/evil.example",
    "/\r/evil.example",
    "\t//evil.example",
    "/a\tb",
    "/a\u{0}b",
    "/%09/evil.example",
    "/%0a/evil.example",
    "/%0d%0aSet-Cookie:x=1",
    "/papers?x=%00",
    "/%5cevil.example",
    "/%2fevil.example",
    "/%2f%2fevil.example",
    "/a/%2e%2e//evil.example",
    "/.//evil.example",
    "/..//evil.example",
    "/a//b",
    "/./%2fevil.example",
    "http://evil.example",
    "https://evil.example/papers",
    "http:evil.example",
    "http:/evil.example",
    "HTTP://evil.example",
    "http://localhost:8080@evil.example",
    "javascript:alert(1)",
    "data:text/html,x",
    "mailto:a@b.c",
    "/\u{2028}",
    "/caf\u{e9}",
    "\u{ff0f}\u{ff0f}evil.example",
    "/\u{ff0f}evil.example",
    "/login",
    "/login?next=/papers",
    "/logout",
    "/static/app.css",
    "/auth/token",
];

#[actix_web::test]
async fn a_login_leads_to_pages_of_ours() {
    let site = Site::open().await;
    let ada = site.logged_in("ada").await;
    for (next, to) in SAFE {
        let fields = [("email", "ada@example.com"), ("password", PASSWORD), ("next", next)];
        assert_eq!(ada.submit("/login", &fields).await.location(), to, "{next:?}");
    }
}

#[actix_web::test]
async fn a_login_leads_nowhere_else() {
    let ada = Site::open().await.logged_in("ada").await;
    for next in
        UNSAFE.iter().map(|next| (*next).to_owned()).chain([format!("/{}", "a".repeat(512))])
    {
        // Somebody who is logged in is sent on at once: the same function, without a hash each.
        let query: String = url::form_urlencoded::byte_serialize(next.as_bytes()).collect();
        let answer = ada.get(&format!("/login?next={query}")).await;
        assert_eq!((answer.status, answer.location()), (303, "/dashboard"), "{next:?}");
    }
}

#[actix_web::test]
async fn the_form_itself_is_no_way_around() {
    let ada = Site::open().await.logged_in("ada").await;
    for next in ["//evil.example", "/\\evil.example", "https://evil.example", "/\t/evil.example"] {
        let fields = [("email", "ada@example.com"), ("password", PASSWORD), ("next", next)];
        assert_eq!(ada.submit("/login", &fields).await.location(), "/dashboard", "{next:?}");
    }
}
