//! What `remove` takes out, and what it leaves alone: in a copy of the app.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops there")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const APP: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");

/// What the commands read and write of the app.
const PARTS: [&str; 11] = [
    "AGENTS.md",
    "Cargo.lock",
    "Cargo.toml",
    "README.md",
    "docs",
    "migrations",
    "rustfmt.toml",
    "scripts",
    "src",
    "templates",
    "tests",
];

struct Copy(tempfile::TempDir);

impl Copy {
    fn new() -> Self {
        let copy = Self(tempfile::tempdir().unwrap());
        for part in PARTS {
            take_over(&Path::new(APP).join(part), &copy.path(part));
        }
        copy
    }

    /// With gadgets, which are the person's own.
    fn with_gadgets() -> Self {
        let copy = Self::new();
        copy.types("model gadget name:string");
        copy
    }

    fn path(&self, file: &str) -> PathBuf {
        self.0.path().join(file)
    }

    fn write(&self, file: &str, text: &str) {
        fs::create_dir_all(self.path(file).parent().unwrap()).unwrap();
        fs::write(self.path(file), text).unwrap();
    }

    fn read(&self, file: &str) -> String {
        fs::read_to_string(self.path(file)).unwrap()
    }

    /// Whether a command was carried out, and what it said.
    fn run(&self, command: &str) -> (bool, String) {
        let mut xtask = Command::new(env!("CARGO_BIN_EXE_xtask"));
        xtask.args(command.split(' ')).env("CARGO_MANIFEST_DIR", self.path("crates/xtask"));
        fs::create_dir_all(self.path("crates/xtask")).unwrap();
        let output = xtask.output().unwrap();
        let said = [output.stdout, output.stderr].concat();
        (output.status.success(), String::from_utf8(said).unwrap())
    }

    #[track_caller]
    fn types(&self, command: &str) -> String {
        let (done, said) = self.run(command);
        assert!(done, "{command}: {said}");
        said
    }

    #[track_caller]
    fn is_refused(&self, command: &str, why: &str) {
        let (done, said) = self.run(command);
        assert!(!done && said.contains(why), "{command}: {said}");
    }
}

fn take_over(from: &Path, to: &Path) {
    if !from.is_dir() {
        // Not every app has all of them.
        drop(fs::copy(from, to));
        return;
    }
    fs::create_dir_all(to).unwrap();
    for entry in from.read_dir().unwrap().map(Result::unwrap) {
        take_over(&entry.path(), &to.join(entry.file_name()));
    }
}

#[test]
fn what_somebody_wrote_themselves_stays_as_it_is() {
    let copy = Copy::with_gadgets();
    let own = [
        ("docs/own.md", "# Gadgets\r\n\r\nGadgets are `gadgets`.\n\n\n\nAnd more.\n"),
        (".venv/README.md", "## gadgets\n"),
        (
            "migrations/sqlite/2099-01-01-000001_more/up.sql",
            "ALTER TABLE users ADD COLUMN gadgets TEXT;\n",
        ),
        (
            "migrations/sqlite/2099-01-01-000001_more/down.sql",
            "ALTER TABLE users DROP COLUMN gadgets;\n",
        ),
        ("migrations/sqlite/2099-01-01-000002_fill/up.sql", "UPDATE users SET name = 'gadgets';\n"),
    ];
    for (file, text) in own {
        copy.write(file, text);
    }
    copy.types("remove gadgets");
    for (file, text) in own {
        assert_eq!(copy.read(file), text, "{file}");
    }
    assert!(
        !copy.path("src/gadgets.rs").exists() && !copy.read("src/schema.rs").contains("gadgets")
    );
}

#[test]
fn a_page_that_is_called_as_a_table_of_others_goes_without_it() {
    let copy = Copy::new();
    let schema = copy.read("src/schema.rs");
    copy.types("page users");
    let said = copy.types("remove users");
    assert!(!copy.path("src/users.rs").exists() && !said.contains("DROP TABLE"), "{said}");
    assert_eq!(copy.read("src/schema.rs"), schema);
}

#[test]
fn what_others_need_is_not_taken_out() {
    let copy = Copy::with_gadgets();
    copy.write("src/more.rs", "fn more() { crate::gadgets::more(); }\n");
    copy.is_refused("remove gadgets", "src/more.rs names the gadgets");
    copy.write("src/more.rs", "use crate::schema::{gadgets, users};\n");
    copy.is_refused("remove gadgets", "src/more.rs names the gadgets");
    copy.write("src/more.rs", "// The crate's gadgets_of_others::more.\n");
    let more = "migrations/postgres/2099-01-01-000001_more/up.sql";
    copy.write(more, "ALTER TABLE users ADD COLUMN best BIGINT REFERENCES gadgets (id);\n");
    copy.is_refused("remove gadgets", "2099-01-01-000001_more/up.sql names the gadgets");
    copy.write(more, "");
    copy.types("remove gadgets");
}

#[test]
fn what_is_gone_is_found_again_though_it_was_never_committed() {
    let copy = Copy::with_gadgets();
    let changed = copy.read("src/gadgets.rs") + "// Hours of work.\n";
    copy.write("src/gadgets.rs", &changed);
    let said = copy.types("remove gadgets");
    assert!(said.contains(" are gone.\n"), "{said}");
    let kept = said.split(" lies, as it was, in ").nth(1).unwrap().trim().trim_end_matches("/.");
    assert_eq!(copy.read(&format!("{kept}/src/gadgets.rs")), changed);
    copy.types("model gizmo name:string");
    copy.write("src/gizmos.rs", "// Mine.\n");
    let said = copy.types("compare gizmo --write");
    let kept = said.split(" lies, as it was, in ").nth(1).unwrap().trim().trim_end_matches("/.");
    assert_eq!(copy.read(&format!("{kept}/src/gizmos.rs")), "// Mine.\n");
}
