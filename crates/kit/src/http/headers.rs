//! The headers on every answer.

use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};

/// Everything from here and nothing from elsewhere, no inline script or style, no frame.
macro_rules! content_security_policy {
    () => {
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; \
         font-src 'self'; connect-src 'self'; manifest-src 'self'; form-action 'self'; \
         base-uri 'none'; object-src 'none'; frame-ancestors 'none'"
    };
}
const CONTENT_SECURITY_POLICY: &str = content_security_policy!();
const CONTENT_SECURITY_POLICY_HTTPS: &str =
    concat!(content_security_policy!(), "; upgrade-insecure-requests");

/// Browser features that the app does not use, so that an injected script cannot either.
const PERMISSIONS_POLICY: &str = "accelerometer=(), autoplay=(), camera=(), display-capture=(), \
    fullscreen=(self), geolocation=(), gyroscope=(), magnetometer=(), microphone=(), midi=(), \
    payment=(), usb=(), publickey-credentials-get=(self), publickey-credentials-create=(self)";

/// Two years (the preload list asks for one).
const STRICT_TRANSPORT_SECURITY: &str = "max-age=63072000; includeSubDomains";

/// Adds the headers that every answer has, errors too.
pub fn secure(headers: &mut HeaderMap, https: bool) {
    let has_policy = headers.contains_key(header::CONTENT_SECURITY_POLICY);
    let mut set = |name: HeaderName, value| headers.insert(name, HeaderValue::from_static(value));
    // A page with a policy of its own says why beside it.
    if !has_policy {
        set(
            header::CONTENT_SECURITY_POLICY,
            if https { CONTENT_SECURITY_POLICY_HTTPS } else { CONTENT_SECURITY_POLICY },
        );
    }
    set(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(header::X_FRAME_OPTIONS, "DENY"); // for browsers without frame-ancestors
    // Not `no-referrer`: with it, browsers send our own forms with `Origin: null`.
    set(header::REFERRER_POLICY, "same-origin");
    set(header::CROSS_ORIGIN_OPENER_POLICY, "same-origin");
    set(header::CROSS_ORIGIN_RESOURCE_POLICY, "same-origin");
    set(header::CROSS_ORIGIN_EMBEDDER_POLICY, "require-corp");
    set(header::PERMISSIONS_POLICY, PERMISSIONS_POLICY);
    if https {
        set(header::STRICT_TRANSPORT_SECURITY, STRICT_TRANSPORT_SECURITY);
    }
    // Pages belong to one person at one moment: the Back button must not show them after log-out. And a cookie
    // belongs to one person always: a cache that may keep the answer would hand a session to the next who asks.
    if !headers.contains_key(header::CACHE_CONTROL) || headers.contains_key(header::SET_COOKIE) {
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
}
