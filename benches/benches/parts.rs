//! Parts of a request by themselves: `cargo bench --manifest-path benches/Cargo.toml`.

use std::hint::black_box;
use std::time::Duration;

use actix_login::{CookieKind, LoginManager, SigningKey, TokenOptions, hash_token, random_token};
use actix_web::http::header::HeaderMap;
use actix_web::test::TestRequest;
use criterion::{Criterion, criterion_group, criterion_main};
use kit::http::headers;

fn parts(criterion: &mut Criterion) {
    let builder = LoginManager::<String>::builder(vec![SigningKey::random()])
        .cookie(CookieKind::new("__Host-session", true));
    let cookie = builder.session_cookie();
    let token = cookie.create_token("1", random_token(), Duration::from_secs(3600)).unwrap();
    let request = TestRequest::default().cookie(cookie.with(&token, None)).to_http_request();
    let kind = CookieKind::new("__Host-session", true);
    let access = builder.access_tokens();
    let bearer = access.create("1", TokenOptions::default().scopes(["profile:read"])).unwrap();

    criterion
        .bench_function("read the session's cookie", |b| b.iter(|| kind.read(black_box(&request))));
    criterion.bench_function("read and verify it", |b| {
        b.iter(|| cookie.claims(black_box(&request)).unwrap());
    });
    criterion.bench_function("verify an access token", |b| {
        b.iter(|| access.verify(black_box(&bearer)).unwrap());
    });
    criterion.bench_function("make a random token", |b| b.iter(random_token));
    criterion.bench_function("hash a token", |b| b.iter(|| hash_token(black_box(&token))));
    criterion.bench_function("add the security headers", |b| {
        b.iter(|| {
            let mut map = HeaderMap::new();
            headers::secure(&mut map, true);
            map
        });
    });
}

criterion_group!(benches, parts);
criterion_main!(benches);
