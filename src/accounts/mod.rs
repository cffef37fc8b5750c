//! Accounts: setting up, registering, logging in and out, API tokens.

pub mod login;
pub mod register;
pub mod setup;
pub mod sudo;
pub mod tokens;

use actix_web::web::ServiceConfig;

/// The routes of this feature.
pub fn routes(config: &mut ServiceConfig) {
    login::routes(config);
    register::routes(config);
    setup::routes(config);
    sudo::routes(config);
    tokens::routes(config);
}
