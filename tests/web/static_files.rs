//! Static files.

use crate::browser::{Browser, Site};

/// The style sheet's address, as the start page gives it.
async fn style_sheet(browser: &Browser) -> String {
    let page = browser.get("/").await.body;
    let start = page.find("/static/app.css").unwrap();
    page[start..].split('"').next().unwrap().to_owned()
}

#[actix_web::test]
async fn a_file_named_with_its_hash_is_kept_for_a_year() {
    let stranger = Browser::stranger().await;
    let address = style_sheet(&stranger).await;
    assert!(address.starts_with("/static/app.css?v="));
    let answer = stranger.get(&address).await;
    assert_eq!((answer.status, answer.header("content-type")), (200, "text/css; charset=utf-8"));
    assert_eq!(answer.header("cache-control"), "public, max-age=31536000, immutable");
}

#[actix_web::test]
async fn without_the_hash_or_with_another_it_is_asked_for_again() {
    let stranger = Browser::stranger().await;
    for address in ["/static/app.css", "/static/app.css?v=old", "/static/app.css?v="] {
        assert_eq!(stranger.get(address).await.header("cache-control"), "no-cache");
    }
}

#[actix_web::test]
async fn another_content_has_another_address() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("app.css");
    std::fs::write(&file, "a {}").unwrap();
    let stranger = Site::with(&[("STATIC_DIR", dir.path().to_str().unwrap())]).await.stranger();
    let before = style_sheet(&stranger).await;
    std::fs::write(&file, "b {}").unwrap();
    assert_ne!(style_sheet(&stranger).await, before);
}

#[actix_web::test]
async fn nothing_but_the_files_is_to_be_had() {
    let dir = tempfile::tempdir().unwrap();
    let folder = dir.path().join("static");
    std::fs::create_dir_all(folder.join("sub")).unwrap();
    for name in ["app.css", ".hidden.css", "app.css.map", "app.css~", "draft.rs", "sub/inner.css"] {
        std::fs::write(folder.join(name), "x").unwrap();
    }
    std::fs::write(dir.path().join("secret.css"), "x").unwrap();
    let stranger = Site::with(&[("STATIC_DIR", folder.to_str().unwrap())]).await.stranger();
    assert_eq!(stranger.get("/static/sub/inner.css").await.status, 200);
    for path in [
        "",
        "/",
        "/sub",
        "/sub/",
        "/.hidden.css",
        "/app.css.map",
        "/app.css~",
        "/draft.rs",
        "/none.css",
        "/../secret.css",
        "/%2e%2e/secret.css",
        "/..%2fsecret.css",
        "/..%5csecret.css",
        "/sub/../../secret.css",
        "//etc/passwd",
        "/%2fetc%2fpasswd",
        "/app.css%00",
    ] {
        let answer = stranger.get(&format!("/static{path}")).await;
        assert!(matches!(answer.status, 400 | 404), "{path} gave {}", answer.status);
    }
}

#[actix_web::test]
async fn files_are_the_same_for_everybody_and_set_no_cookie() {
    let ada = Browser::logged_in("ada").await;
    let address = style_sheet(&ada).await;
    ada.site.clock.advance(time::Duration::minutes(70));
    let (hers, a_strangers) = (ada.get(&address).await, ada.site.stranger().get(&address).await);
    assert_eq!(hers.body, a_strangers.body);
    assert!(hers.cookies().is_empty());
}

#[actix_web::test]
async fn pages_load_nothing_from_elsewhere_and_hold_no_inline_code() {
    let ada = Browser::logged_in("ada").await;
    for path in ["/", "/dashboard", "/papers", "/papers/new", "/no-such-page"] {
        let answer = ada.get(path).await;
        answer.hides("src=\"http").hides("href=\"http").hides("href=\"//").hides("src=\"//");
        answer.hides("<script>").hides("<style").hides(" style=").hides(" onclick=");
    }
}

#[actix_web::test]
async fn an_address_leads_to_no_file_outside_the_folder_not_even_to_hash_it() {
    let stranger = Browser::stranger().await;
    // Reading one of these would never end; the answer must come at once.
    for path in ["/static//dev/zero", "/static//dev/stdin", "/static/../../../../dev/zero?v=x"] {
        let answer =
            tokio::time::timeout(std::time::Duration::from_secs(5), stranger.get(path)).await;
        assert!(matches!(answer.unwrap().status, 400 | 404), "{path}");
    }
}

#[actix_web::test]
async fn a_file_in_a_subfolder_is_asked_for_again_each_time() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::create_dir(dir.path().join("sub")).unwrap();
    for name in ["app.css", "sub/inner.css"] {
        std::fs::write(dir.path().join(name), "x").unwrap();
    }
    let settings = [("STATIC_DIR", dir.path().to_str().unwrap())];
    let stranger = Site::in_production(&settings).await.stranger();
    assert_eq!(stranger.get("/static/sub/inner.css").await.header("cache-control"), "no-cache");
    assert_eq!(stranger.get("/static/app.css").await.header("cache-control"), "no-cache");
}
