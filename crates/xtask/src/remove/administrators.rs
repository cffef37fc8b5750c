//! Who is an administrator, for what the app is measured against: it goes with the last part that has pages for them.

use crate::remove::steps::Cut::{Item, Words};
use crate::remove::steps::Cuts;

pub const CUTS: Cuts = cuts! {
    "benches/src/lib.rs" { Item("pub is_admin: bool,"); }
    "benches/src/bin/bare.rs" { Words(", is_admin: true }", " }"); }
    "benches/src/bin/identity/main.rs" {
        Item("is_admin: user.is_admin");
        Item("is_admin: bool,");
        Item("verified_at: Option<");
    }
    "benches/axum_login/src/main.rs" {
        Item("is_admin: user.is_admin");
        Item("is_admin: bool,");
        Item("verified_at: Option<");
    }
};
