//! Forged access tokens, more than eighty of them: each is refused with 401, and none is a 500.

use crate::forger::{Original, forged};
use crate::site::{NOW, Site, key, token, with_key};

#[actix_web::test]
async fn no_forged_token_opens_the_api() {
    let key = key();
    let site = Site::new(with_key(key.clone()).build().unwrap());
    let original = Original::of(token(&site.manager, &["reports"]), &key.derive("jwt-api"));
    let forged = forged(&original, &key, NOW, "bob");
    assert!(forged.len() >= 80, "only {}", forged.len());
    for token in &forged {
        assert!(site.manager.verify_access_token(token).is_err(), "{token}");
        assert_eq!(site.with_token("/api", token).await, 401, "{token}");
    }
    // Else all of the above would prove nothing: the same forger's honest copy is accepted.
    assert_eq!(site.with_token("/scoped", &original.with_claims(|_| ())).await, 200);
}
