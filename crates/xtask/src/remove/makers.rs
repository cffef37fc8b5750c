//! What tries clients of other makers, which goes with the last part that has some.

use crate::remove::steps::Cut::{All, Block, Words};
use crate::remove::steps::Cuts;

pub const CUTS: Cuts = cuts! {
    "scripts/check" {
        Words(" --skip clients::", "");
        Words("; clients of other makers", "");
        Block("  step \"clients that were written");
    }
};

/// What installs them, and another site to log in through.
pub const PROGRAMS: Cuts = cuts! {
    "scripts/clients" { All; }
};
