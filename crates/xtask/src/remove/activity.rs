//! The page on which people look through what happened to their account. The events themselves stay: the log, the
//! mails and the copy of somebody's data are made of them.

use crate::remove::Feature;
use crate::remove::steps::Cut::{All, Item, Lines, Words};
use crate::remove::steps::Cuts;

pub const FEATURE: Feature = Feature {
    name: "activity",
    sign: "src/accounts/activity.rs",
    words: "activity, Activity, /account/activity",
    cuts: CUTS,
    ..Feature::NOTHING
};

const CUTS: Cuts = cuts! {
    "src/accounts/activity.rs" { All; }
    "src/people/activity.rs" { All; }
    "templates/accounts/activity.html" { All; }
    "src/accounts.rs" {
        Item("activity::routes(config);");
        Item(r#"place("/account/activity""#);
    }
    "src/people.rs" { Item("pub use activity::"); }
    "src/people/event.rs" {
        Words("whether it becomes a row, and how its owner reads it.", "whether it becomes a row, and what it means.");
        Words("which its owner reads as this.", "and means this.");
    }
    "templates/accounts/security.html" { Lines("/account/activity"); }
    "tests/web/activity.rs" { All; }
    "tests/web/admin.rs" { Item("bob.get(\"/account/activity\")"); }
    "tests/web/queries.rs" { Item(r#"ada.get("/account/activity"#); }
    "tests/pages/story/activity.mjs" { All; }
    "tests/pages/story/features.mjs" { Lines("./activity.mjs"); }
    "tests/pages/story.mjs" { Lines("features.activity."); }
    "README.md" {
        Words("sessions and activity to look through", "sessions to look through");
    }
    "docs/lighthouse.md" { Lines("| Activity |"); }
    "docs/security.md" {
        Words("it ends, and either way its owner reads\nof it under \"Activity\".", "it ends, and\neither way it is in the log.");
    }
    "docs/architecture.md" {
        Words(", whether it becomes a row, and how its owner reads it cannot disagree", " and whether it becomes a row cannot disagree");
    }
};
