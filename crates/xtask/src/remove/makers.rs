//! What tries clients of other makers, which goes with the last part that has some.

use crate::remove::steps::Cut::{Block, Words};
use crate::remove::steps::Cuts;

pub const CUTS: Cuts = cuts! {
    "scripts/check" {
        Words(" --skip clients::", "");
        Words("; clients of other makers, which come from PyPI (elsewhere, have a python3 with venv\n# ready)", "");
        Block("  step \"clients that were written");
    }
};
