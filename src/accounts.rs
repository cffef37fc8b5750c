//! Accounts, from the first to the last: making one, getting in, looking after it, leaving.

mod activity;
mod appearance;
mod asked;
#[cfg(feature = "oidc")]
mod away;
mod data;
mod email;
mod email_form;
mod forgot;
#[cfg(feature = "oidc")]
mod identities;
mod invite;
mod join;
mod leave;
pub mod login;
mod login_link;
mod opened;
#[cfg(feature = "passkeys")]
mod passkey;
mod password;
mod profile;
#[cfg(feature = "oidc")]
mod provider;
mod register;
mod security;
mod sessions;
pub mod setup;
pub mod sudo;
mod tokens;

use crate::feature::{Figure, Place, Shelf};
use crate::people::personal_token::PersonalToken;
use crate::people::{Identity, Link, Session, User, events, grants};
use crate::web::{Feature, ServiceConfig};

const SECURITY: &str = "/account/security";

pub const FEATURE: Feature = Feature {
    exports: &[
        ("users", User::EXPORT),
        ("sessions", Session::EXPORT),
        ("api_tokens", PersonalToken::EXPORT),
        ("refresh_tokens", grants::EXPORT),
        ("links", Link::EXPORT),
        ("identities", Identity::EXPORT),
        ("events", events::EXPORT),
    ],
    places: &[
        place("/account", "Profile", "person", Shelf::Person),
        place(SECURITY, "Security", "shield", Shelf::Person),
        place("/account/appearance", "Appearance", "contrast", Shelf::Person),
        place("/account/tokens", "API tokens", "key", Shelf::Person),
        place("/account/invitations", "Invitations", "people", Shelf::Invitations),
        place("/account/data", "Your data", "data", Shelf::Account),
        place("/account/password", "Password", "shield", Shelf::Within(SECURITY)),
        place("/account/sessions", "Sessions", "desktop", Shelf::Within(SECURITY)),
        #[cfg(feature = "oidc")]
        place("/account/identities", "Linked sites", "key", Shelf::Within(SECURITY)),
        place("/account/activity", "Activity", "clock", Shelf::Within(SECURITY)),
        place("/account/delete", "Delete your account", "bin", Shelf::Within("/account/data")),
    ],
    figures: &[
        Figure {
            name: "Sessions",
            path: "/account/sessions",
            count: Session::count,
            first_step: None,
        },
        Figure {
            name: "API tokens",
            path: "/account/tokens",
            count: PersonalToken::count,
            first_step: Some((
                "Make an API token",
                "For a program that shall read or write for you.",
            )),
        },
    ],
    ..Feature::pages(routes)
};

const fn place(path: &'static str, name: &'static str, icon: &'static str, shelf: Shelf) -> Place {
    Place { path, name, icon, shelf }
}

fn routes(config: &mut ServiceConfig) {
    setup::routes(config);
    register::routes(config);
    invite::routes(config);
    login::routes(config);
    login_link::routes(config);
    sudo::routes(config);
    #[cfg(feature = "passkeys")]
    passkey::routes(config);
    #[cfg(feature = "oidc")]
    provider::routes(config);
    forgot::routes(config);
    profile::routes(config);
    email::routes(config);
    security::routes(config);
    appearance::routes(config);
    password::routes(config);
    sessions::routes(config);
    #[cfg(feature = "oidc")]
    identities::routes(config);
    activity::routes(config);
    tokens::routes(config);
    data::routes(config);
    leave::routes(config);
}
