//! Second factors: setting one up, and proving it when logging in. What they are is in `people::factors`.

#[cfg(feature = "passkeys")]
mod passkeys;
mod prove;
mod set_up;

use database::old_rows;
use diesel::prelude::*;

use crate::feature::{Place, Shelf};
use crate::people::factors::authenticator::{Authenticator, SET_UP_WITHIN};
use crate::people::factors::half::{HalfLogIn, LIVES};
use crate::people::factors::passkey::{ANSWERED_WITHIN, Passkey};
use crate::people::factors::recovery;
use crate::schema::{authenticators, ceremonies, half_log_ins};
use crate::web::Feature;

pub const FEATURE: Feature = Feature {
    exports: &[
        ("authenticators", Authenticator::EXPORT),
        ("passkeys", Passkey::EXPORT),
        ("recovery_codes", recovery::EXPORT),
        ("half_log_ins", HalfLogIn::EXPORT),
    ],
    purges: &[
        old_rows!(authenticators.id: i64, created_at, SET_UP_WITHIN, authenticators::confirmed_at.is_null()),
        old_rows!(half_log_ins.id: i64, created_at, LIVES),
        old_rows!(ceremonies.id: i64, created_at, ANSWERED_WITHIN),
    ],
    places: &[
        Place {
            path: "/account/second-factor",
            name: "Second factor",
            icon: "key",
            shelf: Shelf::Within("/account/security"),
        },
        #[cfg(feature = "passkeys")]
        Place {
            path: "/account/passkeys",
            name: "Passkeys",
            icon: "key",
            shelf: Shelf::Within("/account/second-factor"),
        },
    ],
    ..Feature::pages(|config| {
        prove::routes(config);
        set_up::routes(config);
        #[cfg(feature = "passkeys")]
        passkeys::routes(config);
    })
};
