//! Accounts: setting up, registering, logging in and out.

pub mod login;
pub mod register;
pub mod setup;

use actix_web::web::ServiceConfig;

/// The routes of this feature.
pub fn routes(config: &mut ServiceConfig) {
    login::routes(config);
    register::routes(config);
    setup::routes(config);
}
