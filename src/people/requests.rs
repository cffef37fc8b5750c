//! The limit on all pages.

use actix_login::Caller;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::middleware::Next;

use crate::people::limits::{OwnRequests, Requests};
use crate::people::{Limits, Login};

/// The middleware that counts requests. It stands behind the question who is calling, so that whoever is logged
/// in is counted for themselves, and not with a neighbour who has a script run behind the same address.
pub async fn limit_requests(
    limits: Limits, req: ServiceRequest, next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    let caller = Caller::<Login>::of(req.request());
    let counted = match caller.as_deref().and_then(Caller::user) {
        Some(_) => limits.take::<OwnRequests>(req.request()).await,
        None => limits.take::<Requests>(req.request()).await,
    };
    match counted {
        Ok(_) => Ok(next.call(req).await?.map_into_left_body()),
        Err(error) => Ok(req.error_response(error).map_into_right_body()),
    }
}
