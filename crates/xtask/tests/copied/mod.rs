//! A copy of the app as far as commands change it, to carry them out in.

#![allow(dead_code, reason = "each of those who use it uses a part")]

use std::fs;
use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

/// What is copied: folders, and files of the root.
const PARTS: [&str; 9] = [
    "Cargo.lock",
    "Cargo.toml",
    "crates/actix-login/src",
    "crates/kit/src",
    "deploy",
    "migrations",
    "rustfmt.toml",
    "src",
    "tests/web",
];

pub struct Copied(TempDir);

impl Copied {
    pub fn new() -> Self {
        let copied = Self(tempfile::tempdir().expect("there is room for it"));
        let app = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        for part in PARTS {
            copy(&app.join(part), &copied.0.path().join(part));
        }
        for folder in ["crates/xtask", "docs"] {
            fs::create_dir_all(copied.0.path().join(folder)).expect("it can be made");
        }
        copied
    }

    pub fn has(&self, file: &str) -> bool {
        self.0.path().join(file).exists()
    }

    pub fn read(&self, file: &str) -> String {
        fs::read_to_string(self.0.path().join(file)).expect(file)
    }

    pub fn write(&self, file: &str, text: &str) {
        let path = self.0.path().join(file);
        fs::create_dir_all(path.parent().expect("it is in the copy")).expect("it can be made");
        fs::write(path, text).expect(file);
    }

    /// What a migration's `up.sql` holds, in the folder of one database.
    pub fn migration(&self, database: &str, ending: &str) -> String {
        let folder = self.0.path().join("migrations").join(database);
        let mut made = fs::read_dir(folder).expect("there are some").flatten();
        let made = made.find(|entry| entry.file_name().to_string_lossy().ends_with(ending));
        let up = made.expect(ending).path().join("up.sql");
        fs::read_to_string(up).expect(ending)
    }

    /// Carries a command out; what it said.
    #[track_caller]
    pub fn makes(&self, command: &str) -> String {
        let (is_done, said) = self.run(command);
        assert!(is_done, "{command}: {said}");
        said
    }

    /// The same, unless the app has such a thing of its own.
    #[track_caller]
    pub fn makes_or_has(&self, command: &str) {
        let (is_done, said) = self.run(command);
        assert!(is_done || said.contains("already"), "{command}: {said}");
    }

    /// The command has to be refused, and with this.
    #[track_caller]
    pub fn refuses(&self, command: &str, sentence: &str) {
        let (is_done, said) = self.run(command);
        assert!(!is_done, "{command} was carried out");
        assert!(said.contains(sentence), "{command}: {said}");
    }

    fn run(&self, command: &str) -> (bool, String) {
        let output = Command::new(env!("CARGO_BIN_EXE_xtask"))
            .args(command.split(' '))
            .env("CARGO_MANIFEST_DIR", self.0.path().join("crates/xtask"))
            .output()
            .expect("cargo has built it");
        let said = [output.stdout, output.stderr].concat();
        (output.status.success(), String::from_utf8_lossy(&said).into_owned())
    }
}

fn copy(from: &Path, to: &Path) {
    if from.is_file() {
        fs::create_dir_all(to.parent().expect("it is in the copy")).expect("it can be made");
        fs::copy(from, to).expect("it can be copied");
        return;
    }
    for entry in fs::read_dir(from).expect("it is a folder of the app").flatten() {
        copy(&entry.path(), &to.join(entry.file_name()));
    }
}
