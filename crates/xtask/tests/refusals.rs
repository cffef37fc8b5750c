//! What the commands do not do, and what they say then.

mod copied;

use crate::copied::Copied;

/// The starter's example.
const OWN: &str = "notes";

thread_local! {
    /// Each test has one: a command that is carried out after all changes no app.
    static APP: Copied = Copied::new();
}

#[track_caller]
fn says(command: &str, sentence: &str) {
    APP.with(|app| app.refuses(command, sentence));
}

fn has(file: &str) -> bool {
    APP.with(|app| app.has(file))
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
    for name in ["type", "self", "where", "gen"] {
        says(&format!("model {name} title:string"), "is a word of Rust");
        says(&format!("model thing name:string {name}:string"), "is a word of Rust");
        says(&format!("page {name}"), "is a word of Rust");
    }
    for name in ["page", "form", "row", "feature", "draft", "option", "result", "insertable"] {
        says(
            &format!("model {name} title:string"),
            "is something else in the sources of every model",
        );
    }
    for name in ["bool", "str", "i64", "usize"] {
        says(&format!("model thing name:string {name}:string"), "is a type of Rust");
    }
    for name in ["id", "user_id", "created_at", "deleted_at", "form_id", "caller", "diesel"] {
        says(&format!("model thing name:string {name}:string"), "Every model has");
    }
    says("model sheep name:string --plural sheep", "leave out `--plural`, for `sheeps`");
    says("model news name:string --plural news", "leave out `--plural`, for `newses`");
}

/// Some of those that one database or the other refuses without quotes.
#[test]
fn tables_and_columns_are_no_words_of_sql() {
    let words = "add all alter array autoincrement between concurrently end escape group nothing offset order raise \
        select some system_user tableoid to user values when window xmin";
    for word in words.split_whitespace() {
        says(&format!("model thing name:string {word}:string"), "is a word of SQL");
        says(&format!("model thing name:string --plural {word}"), "is a word of SQL");
    }
    for table in ["sqlite_things", "pg_class"] {
        says(&format!("model thing name:string --plural {table}"), "is a database's own");
    }
}

#[test]
fn a_name_is_no_longer_than_a_database_keeps_it() {
    let long = "a".repeat(41);
    says(&format!("model {long} name:string"), "is no name");
    says(&format!("model thing name:string {long}:string"), "is no name");
    let [table, field] = ["a", "b"].map(|letter| letter.repeat(36));
    let reference = format!("{field}:references:{OWN}");
    if has(&format!("src/{OWN}/model.rs")) {
        says(
            &format!("model thing name:string {reference} --plural {table}"),
            "which PostgreSQL cuts",
        );
    }
}

#[test]
fn no_page_takes_the_address_of_another() {
    for name in ["dashboard", "login", "forgot", "reset", "account", "confirm", "livez", "auth"] {
        let sentence = format!("has the address /{name} already");
        says(&format!("page {name}"), &sentence);
        says(&format!("model thing name:string --plural {name}"), &sentence);
    }
    says("page password_check", "has the address /password-check already");
    if has("src/api.rs") {
        says("model thing name:string --plural me", "has the address /api/me already");
    }
}

#[test]
fn no_page_is_called_as_a_module_or_a_crate() {
    says("page named", "tests/web/main.rs has a module `named` already");
    says("model thing name:string --plural browser", "has a module `browser` already");
    for name in ["serde", "actix_web", "kit", "std", "tempfile"] {
        says(&format!("page {name}"), "There is a crate called");
    }
    for name in ["api", "model", "kit", "diesel", "redirect"] {
        let plural = format!("model thing name:string --plural {name}");
        says(&plural, "is something else in the sources of every model");
    }
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
    says("model thing name:string state:choice:on_2,on2", "each once");
    says("model thing name:string state:choice:one,self", "is a word of Rust");
    says("model thing name:string fox:references fox_id:integer", "is there twice");
    says("model thing name:string owner:references", "There are no `owners`");
    // The starter's example, as long as it is there.
    if has(&format!("src/{OWN}/model.rs")) {
        says(
            &format!("model thing name:string x:references:{OWN} --admin"),
            "has to be as they are",
        );
        says(
            &format!("model thing name:string x:references:{OWN} --public"),
            "Everybody would read",
        );
    }
    let many: Vec<_> = (0..13).map(|n| format!("f{n}:integer")).collect();
    says(&format!("model thing name:string {}", many.join(" ")), "at most 12 fields");
}

#[test]
fn only_what_a_command_made_is_taken_out_by_one() {
    says("undo model user", "There is no model `user`");
    says("undo model nothing", "There is no model `nothing`");
    says("undo page nothing", "nothing.rs");
    assert!(has("src/home.rs"));
}

#[test]
fn the_app_gets_a_name_that_cargo_takes() {
    for name in ["My-App", "my_app", "a-", "a--b", "9a", "ü"] {
        says(&format!("rename {name} Name"), "is no name for a program");
    }
    for name in ["kit", "database", "serde", "actix-login", "xtask", "app", "test", "serde-json"] {
        says(&format!("rename {name} Name"), "There is a crate called");
    }
    for name in ["build", "deps", "examples", "incremental", "match", "nul"] {
        says(&format!("rename {name} Name"), "means something to cargo or to a system");
    }
}
