//! What registration and invitations share, and goes with the second of them: the page behind the link in the
//! mail.

use crate::remove::steps::Cut::{All, Item, Lines, Words};
use crate::remove::steps::Cuts;

pub const CUTS: Cuts = cuts! {
    "src/accounts/join.rs" { All; }
    "templates/accounts/join.html" { All; }
    "src/error.rs" { Item("NoFirstAccount,"); }
    "src/people/event.rs" { Item("Registered:"); }
    "src/people/purpose.rs" { Item("const JOIN: About"); }
    "templates/ended.txt" {
        Words("{%- when LinkEnding::NoFirstAccount -%}\nThere is no account here yet, and the first one is made by whoever runs this site.\n", "");
    }
    "tests/web/every_event.rs" {
        Item(r#""registered" => {"#);
        Item(r#""registered" => Some"#);
    }
    // Fewer forms for strangers are left, and fewer secrets of people.
    "tests/web/limits.rs" { Words("assert!(seen > 5,", "assert!(seen > 3,"); }
    "tests/binary/secrets.rs" {
        Words("story.secrets.len() > 30,", "story.secrets.len() > 20,");
        Words("hashed.count() > 10,", "hashed.count() > 3,");
    }
    "docs/architecture.md" { Words("`accounts/join.rs`, `accounts/email.rs`", "`accounts/email.rs`"); }
    "docs/security.md" { Lines("| link to make an account"); }
};
