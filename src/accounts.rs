//! Accounts, from the first to the last: making one, getting in, looking after it, leaving.

mod activity;
mod data;
mod email;
mod email_form;
mod forgot;
mod invite;
mod join;
mod leave;
pub mod login;
mod opened;
mod password;
mod profile;
mod register;
mod sessions;
pub mod setup;
pub mod sudo;
mod tokens;

use crate::people::personal_token::PersonalToken;
use crate::people::{Activity, Link, Session, User, grants};
use crate::web::{Feature, ServiceConfig};

pub const FEATURE: Feature = Feature {
    exports: &[
        ("users", User::EXPORT),
        ("sessions", Session::EXPORT),
        ("api_tokens", PersonalToken::EXPORT),
        ("refresh_tokens", grants::EXPORT),
        ("links", Link::EXPORT),
        ("events", Activity::EXPORT),
    ],
    ..Feature::pages(routes)
};

fn routes(config: &mut ServiceConfig) {
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
    leave::routes(config);
}
