//! What tells of the notes, beside what every model has: they are this starter's example.

use crate::remove::steps::Cut::{All, Each, Item, Lines, Section, Words};
use crate::remove::steps::Cuts;

/// By which documents know them.
pub const WORDS: [&str; 6] = ["notes", "Notes", "/notes", "Note", "NotesRead", "NotesWrite"];

pub const CUTS: Cuts = cuts! {
    "src/home.rs" { Words(r#", "/notes""#, ""); }
    "README.md" {
        Words(", three figures, and the newest notes; at the side", ", and figures; at the side");
        Words(" · [a list](docs/pictures/notes.webp)", "");
        Each("Own<Note>", "Own<Thing>");
    }
    "docs/upgrade.md" { Lines("compare note"); }
    "docs/programs.md" {
        Words(r#" -d scope="notes:read notes:write""#, r#" -d scope="profile:read""#);
        Each("Scoped<NotesRead>", "Scoped<ProfileRead>");
        Each("Own<Note", "Own<Thing");
        Words("/api/notes", "/api/me");
    }
    "docs/architecture.md" { Words("`src/notes.rs`, `src/notes/`, ", ""); }
    "docs/pictures/notes.webp" { All; }
    "docs/lighthouse.md" {
        Lines("| Notes |");
        Lines("| A note |");
    }
    "docs/performance.md" {
        Lines("20 notes");
        Section("## Writing");
    }
    "docs/postgres.md" { Lines("20 notes"); }
    "docs/scale.md" {
        Lines("20 notes");
        Lines("a note that is written");
        Words(" 11,252 notes a second were written by the bench, each in\n  its own transaction", " Each in its own transaction");
    }
    "benches/notes.py" { All; }
    "benches/notes.sql" { All; }
    "benches/src/notes.rs" { All; }
    "benches/src/lib.rs" {
        Item("pub use self::notes::");
        Item(r#"place(Shelf::Main, "/notes""#);
    }
    "benches/src/bin/identity/notes.rs" { All; }
    "benches/src/bin/identity/main.rs" { Lines("notes::"); }
    "benches/axum_login/src/notes.rs" { All; }
    "benches/axum_login/src/main.rs" { Lines("notes::"); }
    "benches/templates/notes.html" { All; }
    "scripts/check" {
        Words(", and that the notes are what it makes\"", "\"");
        Words("# Whoever has made the notes something else takes this line out.\ncargo xtask compare note\n", "");
    }
    "tests/binary/seed.rs" { Item(r#"assert_eq!(demo.get("/notes")"#); }
    "tests/web/dev.rs" { Item(r#"("GET /notes/{id}","#); }
    "scripts/bench" {
        Lines("import notes");
        Lines("notes.");
    }
    "tests/pages/story/notes.mjs" { All; }
    "tests/pages/story/features.mjs" { Lines("./notes.mjs"); }
    "tests/pages/story.mjs" { Lines("features.notes."); }
};
