//! Arguments of handlers, in one line each.

use std::pin::Pin;

/// The future of an argument that has to wait for something.
pub type Later<T, E> = Pin<Box<dyn Future<Output = Result<T, E>>>>;

/// Makes a type an argument of handlers that is read from the request's head, at once:
/// `from_request!(Client, Infallible, |req| Ok(Client::of(req)))`.
#[macro_export]
macro_rules! from_request {
    ($type:ty, $error:ty, $read:expr) => {
        impl actix_web::FromRequest for $type {
            type Error = $error;
            type Future = std::future::Ready<std::result::Result<Self, $error>>;

            fn from_request(
                req: &actix_web::HttpRequest, _: &mut actix_web::dev::Payload,
            ) -> Self::Future {
                let read: fn(&actix_web::HttpRequest) -> std::result::Result<Self, $error> = $read;
                std::future::ready(read(req))
            }
        }
    };
}
