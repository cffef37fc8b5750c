//! The administrators' pages. What an operator does by commands stays, and so do the events.

use crate::remove::Feature;
use crate::remove::steps::Cut::{All, Item, Lines, Section, Words};
use crate::remove::steps::Cuts;

pub const FEATURE: Feature = Feature {
    name: "admin",
    sign: "src/admin.rs",
    words: "/admin, audit log, Audit log, UnsentMail",
    cuts: CUTS,
    ..Feature::NOTHING
};

const CUTS: Cuts = cuts! {
    "src/admin.rs" { All; }
    "src/admin" { All; }
    "src/people/audit.rs" { All; }
    "src/people/directory.rs" { All; }
    "src/mail/unsent.rs" { All; }
    "templates/admin" { All; }
    "static/admin.css" { All; }
    "src/app.rs" { Item("crate::admin::FEATURE,"); }
    "src/people/act.rs" {
        Words("at the command line or on the administrators' pages:\n//! each with", "at the command line: each with");
        Item("pub fn all()");
        Item("SendResetLink,");
        Item("Self::SendResetLink => Event");
        Words("Self::SendResetLink | Self::Disable => user", "Self::Disable => user");
        Item("Self::SendResetLink => {");
        Words("Event::AccountRemoved", "Event::AccountDeleted");
        Words("mail::{self, Notice, Request}", "mail::{self, Notice}");
    }
    "src/people/login.rs" {
        Words("        self.write_about(self.user.id, db, work).await\n    }\n\n    /// The same about somebody else's account, whose row is held, too. Of two who do something to each other, the\n    /// second waits for the first, because both take the rows in one order.\n    pub async fn write_about<T, E, F>(&self, user_id: i64, db: &Db, work: F) -> Result<T>\n    where\n        T: Send + 'static,\n        E: Into<Error> + Send + 'static,\n        F: FnOnce(&mut Connection) -> Result<T, E> + Send + 'static,\n    {\n", "");
        Words("            for id in BTreeSet::from([then.id, user_id]) {\n                User::lock(conn, id)?;\n            }\n", "            User::lock(conn, then.id)?;\n");
        Lines("use std::collections::BTreeSet;");
    }
    "src/people/event.rs" {
        Item("ResetLinkSent:");
        Item("AccountRemoved:");
        Item("MailTriedAgain:");
        Item("Farewell(");
        Words("About::{Farewell, Logged, News, Warning}", "About::{Logged, News, Warning}");
        Words("About::News(_, sentence) | About::Warning(sentence) | About::Farewell(sentence) => {\n                Some(sentence)\n            }", "About::News(_, sentence) | About::Warning(sentence) => Some(sentence),");
    }
    "src/people/events.rs" {
        Words("    let is_gone = matches!(happened.event.about(), About::Farewell(_));\n", "");
        Words("events::user_id.eq(happened.user_id.filter(|_| !is_gone)),\n        events::gone_user_id.eq(happened.user_id.filter(|_| is_gone)),", "events::user_id.eq(happened.user_id),");
    }
    "tests/web/admin.rs" { All; }
    "tests/web/every_event.rs" {
        Item("use crate::rights::FAILED;");
        Item("async fn by_an_administrator(");
        Item("is_done = is_done || by_an_administrator(");
        Item("if kind == \"mail_tried_again\"");
        Lines("// Whose account is deleted owns nothing any more.");
        Item("let owner = owner.filter(");
    }
    "tests/web/queries.rs" {
        Item("(\n\"events.gone_user_id FROM events\",");
        Item("(\"COUNT(*) FROM events WHERE");
        Item("(\"SELECT COUNT(*) FROM users\",");
        Item("(\n\"ORDER BY users.id DESC LIMIT\",");
        Item("(\n\"COUNT(*), min(outbox.created_at)\",");
        Item("(\"outbox.failure FROM outbox\",");
        Item("walk_through_the_administration(&ada)");
        Item("async fn walk_through_the_administration");
    }
    "tests/web/rights.rs" {
        Item("(\"POST\", \"/admin/outbox/{id}\",");
        Item("(\"POST\", \"/admin/people/{id}\",");
        Item("pub const FAILED:");
        Item("if path == \"/admin/outbox/{id}\"");
        Item("let id = match path {");
        Words("&path.replace(\"{id}\", &id.to_string())", "&path.replace(\"{id}\", \"1\")");
    }
    "benches/src/lib.rs" {
        Item("Admins,");
        Item("place(Shelf::Admins,");
        Words(" || (place.shelf == Shelf::Admins && self.user.is_admin)", "");
        Words("Shelf::Main | Shelf::Admins => false", "Shelf::Main => false");
    }
    "tests/pages/story/admin.mjs" { All; }
    "tests/pages/story/features.mjs" { Lines("./admin.mjs"); }
    "tests/pages/story.mjs" { Lines("features.admin."); }
    "README.md" { Lines("| administrators' pages: people"); }
    "docs/architecture.md" {
        Words(", `src/admin.rs`, `src/admin/`", "");
        Words("one rule for the pages and the commands | `people/act.rs`, `src/admin/people.rs` | `tests/web/admin.rs` |", "one rule for all commands | `people/act.rs` | `tests/web/operator.rs` |");
    }
    "docs/commands.md" { Words(" Each tells them by mail, as the administrators' pages do that have the same at `/admin`.", " Each tells them by mail."); }
    "docs/security.md" {
        Section("## Administrators' pages");
        Words("What an operator does at the command line and what an administrator does at `/admin` is the same (`people/act.rs`), with\nthe same mail to whom it concerns. ", "");
    }
};
