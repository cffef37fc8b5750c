//! Addresses that look like files, so that a cache in front would keep what stands behind them ("web cache
//! deception").

use std::rc::Rc;

use crate::browser::{Browser, Site};

/// What can be added to the address of a page.
const DISGUISES: [&str; 24] = [
    "/x.css",
    "/.css",
    ".css",
    ";.js",
    ";/x.js",
    ";v=1.css",
    "%2fx.css",
    "%2F.css",
    "%252fx.css",
    "%00.css",
    "%0a.css",
    "%20.css",
    "%23.css",
    "%3f.css",
    "%3fx=.css",
    "%3b.js",
    "%5cx.css",
    "/%2e%2e/static/app.css",
    "/../static/app.css",
    "/..%2fstatic%2fapp.css",
    "//x.css",
    "/./x.css",
    "~.png",
    "!.ico",
];

/// What it can stand behind.
const FRONTS: [&str; 6] =
    ["/static", "/static/..", "/static/%2e%2e", "/static/..%2f", "/static/app.css/..", "/static;x"];

/// The pages that somebody has for themselves.
async fn private_pages(site: &Rc<Site>) -> Vec<String> {
    let routes = site.app.routes().await.into_iter();
    let pages = routes.filter(|(_, methods)| methods.iter().any(|method| method == "GET"));
    let paths: Vec<_> = pages.map(|(path, _)| path.replace("{id}", "1")).collect();
    let mut private = Vec::new();
    for path in paths {
        // Strangers are sent away, or told.
        let status = site.stranger().get(&path).await.status;
        if status == 303 || status == 401 {
            private.push(path);
        }
    }
    private
}

#[actix_web::test]
async fn no_page_of_somebodys_own_is_had_under_the_name_of_a_file() {
    let ada = Browser::logged_in("ada").await;
    let pages = private_pages(&ada.site).await;
    assert!(pages.len() > 8, "only {pages:?}");
    for page in &pages {
        let behind = DISGUISES.iter().map(|disguise| format!("{page}{disguise}"));
        for path in behind.chain(FRONTS.iter().map(|front| format!("{front}{page}"))) {
            let answer = ada.get(&path).await;
            assert!(answer.status >= 300, "{path} is a page: {}", answer.body);
            assert_eq!(answer.header("cache-control"), "no-store", "{path}");
        }
    }
}

#[actix_web::test]
async fn a_page_of_somebodys_own_is_kept_by_nobody_whatever_stands_behind_it() {
    let ada = Browser::logged_in("ada").await;
    ada.submit("/papers", &[("title", "Milk")]).await;
    for page in private_pages(&ada.site).await {
        for query in ["", "?x.css", "?/static/app.css", "?v=1", "?%00.css", "?q=.js"] {
            let answer = ada.get(&format!("{page}{query}")).await;
            assert_eq!(answer.header("cache-control"), "no-store", "{page}{query}");
        }
    }
}
