//! The document that holds this library against its two ancestors leaves out nothing of theirs, and names
//! no test that does not exist.

use std::fs;
use std::path::Path;

const DOCUMENT: &str = include_str!("../../NAMES.md");

/// What the ancestors have: the headings of their tables of names and of tests, and the list of both.
const ANCESTORS: [(&str, &str, &str); 2] = [
    (
        "FastAPI-Login 1.10.3, name by name",
        "FastAPI-Login, test by test",
        include_str!("../ancestors/fastapi-login.txt"),
    ),
    (
        "Flask-Login 0.6.3, name by name",
        "Flask-Login, test by test",
        include_str!("../ancestors/flask-login.txt"),
    ),
];

/// Where the tests are: the library's own, and those of the app.
const FOLDERS: [&str; 4] =
    ["tests/login", "../../tests/web", "../../tests/binary", "../../tests/chromium"];

/// The rows of the table under a heading, cell by cell, without the two of its head.
fn rows(heading: &str) -> Vec<Vec<&'static str>> {
    let (_, after) = DOCUMENT.split_once(&format!("\n## {heading}\n")).expect(heading);
    let section = after.split("\n## ").next().unwrap();
    let rows = section.lines().filter(|line| !line.is_empty()).skip(2);
    let cells = |row: &'static str| {
        let row = row.strip_prefix("| ").and_then(|row| row.strip_suffix(" |")).expect(row);
        row.split('|').map(str::trim).collect()
    };
    rows.map(cells).collect()
}

/// What stands in backticks in one column of the table under a heading, in the order of the alphabet.
fn quoted(heading: &str, column: usize) -> Vec<&'static str> {
    let cells = rows(heading).into_iter().map(|row| row[column]);
    let mut quoted: Vec<_> = cells.flat_map(|cell| cell.split('`').skip(1).step_by(2)).collect();
    quoted.sort_unstable();
    quoted
}

/// What a list has in one of its sections, in the order of the alphabet.
fn facts(list: &'static str, section: &str) -> Vec<&'static str> {
    let (_, after) = list.split_once(&format!("\n[{section}]\n")).expect(section);
    let lines = after.lines().take_while(|line| !line.starts_with('['));
    let mut facts: Vec<_> = lines.filter(|line| !line.is_empty()).collect();
    facts.sort_unstable();
    facts
}

/// The rows of both tables of tests.
fn rows_of_tests() -> Vec<Vec<&'static str>> {
    ANCESTORS.iter().flat_map(|(_, tests, _)| rows(tests)).collect()
}

#[test]
fn every_name_of_the_ancestors_stands_in_its_table_once() {
    for (names, _, list) in ANCESTORS {
        assert_eq!(quoted(names, 0), facts(list, "names"), "{names}");
    }
}

#[test]
fn every_test_of_the_ancestors_stands_in_a_row_once() {
    for (_, tests, list) in ANCESTORS {
        assert_eq!(quoted(tests, 1), facts(list, "tests"), "{tests}");
    }
}

#[test]
fn as_many_tests_as_the_document_says_are_listed() {
    let [fastapi, flask] = ANCESTORS.map(|(_, _, list)| facts(list, "tests").len());
    let document = DOCUMENT.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(document.contains(&format!(" {fastapi} test functions,")), "{fastapi}");
    assert!(document.contains(&format!(" {flask} tests.")), "{flask}");
}

#[test]
fn no_cell_is_empty_and_nothing_is_left_to_do() {
    for (names, tests, _) in ANCESTORS {
        for (heading, width) in [(names, 2), (tests, 4)] {
            for row in rows(heading) {
                assert!(row.len() == width && row.iter().all(|cell| !cell.is_empty()), "{row:?}");
                assert!(!row.concat().contains("TODO"), "{row:?}");
            }
        }
    }
}

#[test]
fn each_behaviour_is_alike_different_or_not_here_and_the_latter_two_say_why() {
    for row in rows_of_tests() {
        let verdict = row[2];
        let is_alike = verdict
            .strip_prefix("alike")
            .is_some_and(|rest| rest.is_empty() || rest.starts_with([',', ';', ':']));
        let reason = ["different: because ", "not here: because "]
            .iter()
            .find_map(|begin| verdict.strip_prefix(begin));
        assert!(is_alike || reason.is_some_and(|reason| reason.len() > 10), "{row:?}");
    }
}

#[test]
fn what_is_alike_or_different_is_tested() {
    for row in rows_of_tests().iter().filter(|row| !row[2].starts_with("not here: ")) {
        assert!(row[3].contains("::"), "{row:?}");
    }
}

/// Whether a test, as `file::test`, is in one of the folders, and is one.
fn exists(test: &str) -> bool {
    let (file, name) = test.split_once("::").expect(test);
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let paths = FOLDERS.map(|folder| here.join(folder).join(format!("{file}.rs")));
    paths.iter().filter_map(|path| fs::read_to_string(path).ok()).any(|text| is_in(&text, name))
}

fn is_in(text: &str, name: &str) -> bool {
    let lines: Vec<_> = text.lines().map(str::trim).collect();
    let begins = format!("fn {name}(");
    let Some(at) = lines.iter().position(|line| line.contains(&begins)) else { return false };
    let attributes = lines[..at].iter().rev().take_while(|line| line.starts_with("#["));
    attributes.into_iter().any(|line| line.ends_with("test]"))
}

#[test]
fn each_test_that_is_named_exists() {
    let named: Vec<_> = ANCESTORS.iter().flat_map(|(_, tests, _)| quoted(tests, 3)).collect();
    assert!(named.len() > 100, "only {} are named", named.len());
    for test in named {
        assert!(exists(test), "{test}");
    }
    assert!(!exists("names::exists"), "what is no test is none");
    assert!(!exists("guards::nobody_wrote_this") && !exists("nowhere::each_test"));
}
