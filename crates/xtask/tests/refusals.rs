//! What the commands do not do, and what they say then. None of it changes a file.

use std::path::{Path, PathBuf};
use std::process::Command;

/// What is said to a command that has to be refused.
#[track_caller]
fn refused(command: &str) -> String {
    let words: Vec<&str> = command.split(' ').collect();
    let output = Command::new(env!("CARGO_BIN_EXE_xtask"))
        .args(&words)
        .env("CARGO_MANIFEST_DIR", env!("CARGO_MANIFEST_DIR"))
        .output()
        .expect("cargo has built it");
    assert!(!output.status.success(), "{command} was carried out");
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn in_the_app(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(file)
}

#[track_caller]
fn says(command: &str, sentence: &str) {
    let said = refused(command);
    assert!(said.contains(sentence), "{command}: {said}");
}

#[test]
fn what_is_there_is_not_overwritten() {
    says("model event name:string", "There are events already.");
    says("model session name:string", "There are sessions already.");
    says("model web_page name:string --plural web", "There are web already.");
    says("page home", "src/home.rs is there already.");
}

#[test]
fn names_are_those_that_rust_and_sql_take_as_they_are() {
    for name in ["Invoice", "in-voice", "2nd", "_a", "a_", "a__b", "", "ü", "a/b", "../a"] {
        says(&format!("model {name} title:string"), "is no name");
        says(&format!("page {name}"), "is no name");
    }
    for name in ["type", "self", "order", "group", "select", "end"] {
        says(&format!("model {name} title:string"), "is a word of Rust or SQL");
        says(&format!("model thing name:string {name}:string"), "is a word of Rust or SQL");
    }
    for name in ["page", "form", "row", "feature", "draft", "option"] {
        says(&format!("model {name} title:string"), "is a name of the framework's");
    }
    for name in ["id", "user_id", "created_at", "deleted_at", "form_id"] {
        says(&format!("model thing name:string {name}:string"), "Every model has");
    }
    says("model sheep name:string --plural sheep", "One and several need two names");
}

#[test]
fn fields_are_of_a_kind_and_one_is_the_name_of_the_row() {
    says("model thing name", "Say of what kind `name` is");
    says("model thing name:varchar", "is no kind of field");
    says("model thing name:string:9", "is no kind of field");
    says("model thing amount:decimal", "A row needs a name");
    says("model thing name:string?", "A row needs a name");
    says("model thing name:string name:text", "is there twice");
    says("model thing name:string things:string", "`things` is the table");
    says("model thing name:string cost:decimal:9", "1 to 6 decimals");
    says("model thing name:string rating:integer:5..1", "has bounds like these");
    says("model thing name:string state:choice", "Say what `state` can be");
    says("model thing name:string state:choice:one", "list at least two words");
    says("model thing name:string state:choice:one,one", "each once");
    says("model thing name:string owner:references", "There are no `owners`");
    // The starter's example, as long as it is there.
    if in_the_app("src/notes/model.rs").exists() {
        says("model thing name:string note:references --admin", "has to be as they are");
    }
    let many: Vec<_> = (0..13).map(|n| format!("f{n}:integer")).collect();
    says(&format!("model thing name:string {}", many.join(" ")), "at most 12 fields");
}

#[test]
fn only_what_a_command_made_is_taken_out_by_one() {
    says("undo model user", "There is no model `user`");
    says("undo model nothing", "There is no model `nothing`");
    says("undo page nothing", "nothing.rs");
    assert!(in_the_app("src/home.rs").exists());
}

#[test]
fn the_app_gets_a_name_that_cargo_takes() {
    for name in ["My-App", "my_app", "a-", "a--b", "9a", "ü"] {
        says(&format!("rename {name} Name"), "is no name for a program");
    }
    for name in ["kit", "database", "serde", "actix-login", "app", "test"] {
        says(&format!("rename {name} Name"), "There is a crate called");
    }
}
