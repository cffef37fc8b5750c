//! The addresses for programs, where no cookie counts.

use actix_web::HttpRequest;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{COOKIE, SET_COOKIE};
use actix_web::middleware::Next;

use crate::http::site::Site;

/// Whether the request is to one of them, as the router reads it: `/%61pi/me` is `/api/me`.
pub fn is_for_programs(req: &HttpRequest) -> bool {
    let path = req.match_info().as_str();
    Site::of(req).0.addresses.for_programs.iter().any(|prefix| path.starts_with(prefix))
}

/// The middleware that takes cookies off, on the way in and on the way out. A program is known by
/// its header; a cookie that comes along because a page here made the request can log nobody in,
/// refuse nothing, ask for no row and be changed by nothing.
pub async fn without_cookies(
    mut req: ServiceRequest, next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    let is_for_programs = is_for_programs(req.request());
    if is_for_programs {
        req.headers_mut().remove(COOKIE);
    }
    let mut res = next.call(req).await?;
    if is_for_programs {
        res.headers_mut().remove(SET_COOKIE);
    }
    Ok(res)
}
