//! Accounts, from the first to the last: making one, getting in, looking after it, leaving.

pub mod activity;
pub mod data;
pub mod email;
pub mod forgot;
pub mod invite;
pub mod join;
pub mod login;
pub mod opened;
pub mod password;
pub mod profile;
pub mod register;
pub mod sessions;
pub mod setup;
pub mod sudo;
pub mod tokens;

use actix_web::web::ServiceConfig;

use crate::auth::Authenticator;
use crate::error::Result;
use crate::peer::Origin;
use crate::web::Errors;

/// The routes of this feature.
pub fn routes(config: &mut ServiceConfig) {
    setup::routes(config);
    register::routes(config);
    join::routes(config);
    invite::routes(config);
    login::routes(config);
    sudo::routes(config);
    forgot::routes(config);
    profile::routes(config);
    email::routes(config);
    password::routes(config);
    sessions::routes(config);
    activity::routes(config);
    tokens::routes(config);
    data::routes(config);
}

/// Notes what is wrong with the password in a form's field `password`, for somebody of whom
/// everybody knows these words.
async fn check_new_password(
    accounts: &Authenticator,
    origin: &Origin,
    errors: &mut Errors,
    password: &str,
    words: &[&str],
) -> Result<()> {
    if let Err(sentence) = accounts.passwords.check(origin, password, words).await? {
        errors.add("password", sentence);
    }
    Ok(())
}
