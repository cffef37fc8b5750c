//! What keeps trust over a stronger hash, for passkeys and for other sites.

use crate::remove::steps::Cut::Item;
use crate::remove::steps::Cuts;

pub const CUTS: Cuts = cuts! {
    "src/people/accounts.rs" { Item("let before = user.password_mark();"); }
};
