//! A walk over every route as a stranger: whatever is not on the list asks for a log-in.

use actix_web::http::Method;

use crate::browser::Browser;

/// What a stranger may see or send, and what they get.
const PUBLIC: &[(&str, &str, u16)] = &[
    // Yours.
    // Ours.
    ("GET", "/livez", 204),
    ("GET", "/readyz", 204),
    ("GET", "/", 200),
    ("GET", "/login", 200),
    ("POST", "/login", 422),
    #[cfg(feature = "passkeys")]
    ("POST", "/login/passkey", 422),
    #[cfg(feature = "passkeys")]
    ("POST", "/login/passkey/options", 200),
    // Where no other site is known, there is no such page.
    #[cfg(feature = "oidc")]
    ("POST", "/login/with/{provider}", 404),
    #[cfg(feature = "oidc")]
    ("GET", "/login/with/{provider}/back", 404),
    // Where `LOGIN_LINK` is off, there is no such page.
    ("GET", "/login/link", 404),
    ("POST", "/login/link", 404),
    ("GET", "/login/link/sent", 404),
    ("GET", "/login/link/open", 404),
    ("POST", "/login/link/open", 404),
    ("POST", "/logout", 303),
    ("GET", "/register", 200),
    ("POST", "/register", 422),
    ("GET", "/register/sent", 200),
    ("GET", "/register/confirm", 410),
    ("POST", "/register/confirm", 410),
    ("GET", "/join", 410),
    ("POST", "/join", 410),
    ("GET", "/forgot", 200),
    ("GET", "/icon.svg", 200),
    ("GET", "/manifest.webmanifest", 200),
    ("POST", "/forgot", 422),
    ("GET", "/forgot/sent", 200),
    ("GET", "/reset", 410),
    ("POST", "/reset", 410),
    // To the page itself, which asks for a log-in.
    ("GET", "/.well-known/change-password", 303),
    ("POST", "/password-check", 200),
    // In development only.
    ("GET", "/dev", 200),
    ("GET", "/dev/me", 200),
    ("GET", "/dev/routes", 200),
    ("GET", "/dev/settings", 200),
    ("GET", "/dev/mail", 200),
    ("GET", "/dev/mail/{id}", 404),
    ("GET", "/dev/mail/{id}/html", 404),
    ("GET", "/setup", 404),
    ("POST", "/setup", 404),
    ("POST", "/auth/token", 400),
    ("POST", "/auth/revoke", 400),
    // Without a key pair there are no public keys.
    ("GET", "/.well-known/jwks.json", 404),
    ("GET", "/.well-known/oauth-authorization-server", 200),
    ("GET", "/openapi.json", 200),
    ("GET", "/docs", 200),
    ("GET", "/static", 404),
    ("HEAD", "/static", 404),
];

/// What to do about a route that lets strangers in.
const GUARD: &str =
    "let the handler ask for a guard, like `_: CurrentUser`; a route for all is listed above";

#[actix_web::test]
async fn a_stranger_gets_the_login_page_from_every_route_that_is_not_public() {
    let stranger = Browser::stranger().await;
    stranger.site.user("operator").await;
    let routes = stranger.site.app.routes().await;
    assert!(routes.len() > 8, "the walk found only {routes:?}");
    for (path, methods) in routes {
        for method in methods {
            let body = (method == "POST").then(String::new);
            let parsed = Method::from_bytes(method.as_bytes()).unwrap();
            let answer = stranger.send(parsed, &path.replace("{id}", "1"), body).await;
            match PUBLIC.iter().find(|(m, p, _)| (*m, *p) == (&method, &path)) {
                Some((_, _, status)) => assert_eq!(answer.status, *status, "{method} {path}"),
                // A program is told, a person is sent.
                None if path.starts_with("/api/") => {
                    assert_eq!(answer.status, 401, "{method} {path}: {GUARD}");
                }
                None => assert!(
                    answer.status == 303 && answer.location().starts_with("/login"),
                    "{method} {path} gave a stranger {}: {GUARD}",
                    answer.status
                ),
            }
        }
    }
}

#[actix_web::test]
async fn the_list_of_public_routes_holds_no_route_that_is_gone() {
    let routes = Browser::stranger().await.site.app.routes().await;
    for &(method, path, _) in PUBLIC {
        let found =
            routes.iter().any(|(p, methods)| p == path && methods.iter().any(|m| m == method));
        assert!(
            found || path == "/static",
            "{method} {path} is no route any more: take it off the list"
        );
    }
}
