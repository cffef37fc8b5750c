//! What is cut out of sources and documents, and what stays.

#![expect(dead_code, reason = "parts of the program, of which it uses more")]

#[path = "../src/cut.rs"]
mod cut;
#[path = "../src/imports.rs"]
mod imports;
#[path = "../src/prose.rs"]
mod prose;
#[path = "../src/scan.rs"]
mod scan;

use crate::cut::Miss;
use crate::scan::Language;

#[track_caller]
fn without(text: &str, begins: &str, left: &str) {
    assert_eq!(cut::item(Language::Rust, text, begins).as_deref(), Ok(left), "{begins}");
}

const SOURCE: &str = r#"use a::{B, C};

/// One.
#[derive(Clone)]
#[attribute(
    of = "several lines }",
)]
struct One {
    /// A brace: {
    text: &'static str, // and another: {
}

/// Two.
fn two() -> char {
    let found = c()
        .map(|c| c)
        .unwrap();
    '{'
}
"#;

#[test]
fn an_item_goes_with_what_belongs_to_it() {
    let (one, two) = SOURCE.split_once("/// Two.").expect("it is there");
    without(SOURCE, "fn two(", &format!("{}\n", one.trim_end()));
    without(SOURCE, "struct One", &format!("use a::{{B, C}};\n\n/// Two.{two}"));
    let left = SOURCE.replace("    let found = c()\n        .map(|c| c)\n        .unwrap();\n", "");
    without(SOURCE, "let found =", &left);
    let left =
        SOURCE.replace("    /// A brace: {\n    text: &'static str, // and another: {\n", "");
    without(SOURCE, "text:", &left);
}

#[test]
fn what_is_not_there_or_there_twice_is_told() {
    assert_eq!(cut::item(Language::Rust, SOURCE, "fn three("), Err(Miss::NotThere));
    assert_eq!(cut::item(Language::Rust, SOURCE, "/// "), Err(Miss::Twice));
}

#[test]
fn a_place_of_the_commands_stays() {
    let list = "[\n    // Yours.\n    notes,\n    // Ours.\n    home,\n]\n";
    without(list, "notes,", "[\n    // Yours.\n    // Ours.\n    home,\n]\n");
    without(list, "home,", "[\n    // Yours.\n    notes,\n    // Ours.\n]\n");
}

#[test]
fn a_row_is_known_by_its_second_line_too() {
    let rows = "[\n    (\n        \"a\",\n        1,\n    ),\n    (\n        \"b\",\n        2,\n    ),\n]\n";
    without(rows, "(\n\"b\",", "[\n    (\n        \"a\",\n        1,\n    ),\n]\n");
}

#[test]
fn one_of_a_list_goes_however_the_list_is_broken() {
    let without = |list: &str, words| cut::entry(list, words);
    assert_eq!(without("[a, b, c]", "b").as_deref(), Ok("[a, c]"));
    assert_eq!(without("[a, b]", "b").as_deref(), Ok("[a]"));
    assert_eq!(without("[\n    a,\n    b,\n]", "a").as_deref(), Ok("[\n    b,\n]"));
    assert_eq!(without("[a, b]", "c"), Err(Miss::NotThere));
    assert_eq!(without("[a, a]", "a"), Err(Miss::Twice));
}

#[test]
fn names_go_that_nothing_needs_any_more_and_no_others() {
    let before = "use a::{B, C, d::{self, E}, F as G, Trait};\nuse h::*;\npub use i::J;\n\nB; C; E; G; d; J; x.method();\n";
    let after = before.replace(" C; E; G; d;", "");
    let left = "use a::{B, Trait};\nuse h::*;\npub use i::J;\n\nB; J; x.method();\n";
    assert_eq!(imports::tidied(before, &after), left);
    let gone = before.replace("B; C; E; G; d; J; x.method();", "");
    assert_eq!(imports::tidied(before, &gone), "use a::Trait;\nuse h::*;\npub use i::J;\n\n\n");
}

#[test]
fn columns_go_from_arrays_and_from_one_table() {
    let arrays = "A => [1, 2, 3],\nB => [One; 3],\n";
    assert_eq!(cut::column(arrays, "=> [", 1).as_deref(), Ok("A => [1, 3],\nB => [One; 3],\n"));
    let tables = "| a | b |\n|---|---|\n| 1 | 2 |\n\n| c | d |\n|---|---|\n| 3 | 4 |\n";
    let left = "| a |\n|---|\n| 1 |\n\n| c | d |\n|---|---|\n| 3 | 4 |\n";
    assert_eq!(cut::column(tables, "| a |", 1).as_deref(), Ok(left));
}

#[test]
fn a_document_loses_what_tells_of_it() {
    let text = "# App\n\nIt has pages. It has an API. It has mail, an API, tables, sessions and\nmore.\n\n- pages,\n- an API,\n- mail.\n\n\
                | what | where |\n|---|---|\n| API | `/api` |\n\n## The API\n\nCall it.\n\n### More\n\nOf it.\n\n## Mail\n\n\
                ```sh\ncurl /api\ncurl /\n```\n";
    let left = "# App\n\nIt has pages. It has mail, tables, sessions and more.\n\n- pages,\n- mail.\n\n## Mail\n\n```sh\ncurl /\n```\n";
    assert_eq!(prose::without(text, &["API".to_owned(), "/api".to_owned()]), left);
}
