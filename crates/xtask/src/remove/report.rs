//! What is to be known afterwards.

use crate::draft::{Carried, Draft, is_document};
use crate::imports::has_word;
use crate::remove::OF_A_FRESH_COPY;
use crate::sql::Gone;

/// The files that it came to. Sentences go with less knowledge than lines of code: those documents are named.
pub fn changes(carried: &Carried) -> Vec<String> {
    let (changed, deleted) = (carried.changed.len(), carried.deleted.len());
    let documents = carried.changed.iter().filter(|file| is_document(file));
    let documents: Vec<_> = documents.map(String::as_str).collect();
    let mut said = vec![format!("{changed} files were changed, and {deleted} are gone.")];
    if !documents.is_empty() {
        said.push(format!("Read again what lost sentences about it: {}.", documents.join(", ")));
    }
    said
}

/// What a database is told that has run the migrations which are gone.
pub fn for_databases(gone: &[Gone]) -> Vec<String> {
    let statements: Vec<_> = gone.iter().flat_map(|gone| &gone.statements).collect();
    let mut versions: Vec<_> = gone.iter().flat_map(|gone| &gone.versions).cloned().collect();
    versions.sort_unstable();
    versions.dedup();
    if statements.is_empty() {
        return Vec::new();
    }
    let mut said = vec![if versions.is_empty() {
        "A database that is there already keeps what nothing uses. To drop it, with the program stopped:".to_owned()
    } else {
        "A database that is there already has run migrations that are gone, and is refused. Delete it (`data/`), or,\n\
         with the program stopped and a backup made, tell it:"
            .to_owned()
    }];
    said.extend(statements.iter().map(|statement| format!("    {statement}")));
    if !versions.is_empty() {
        said.push(format!(
            "    DELETE FROM __diesel_schema_migrations WHERE version IN ('{}');",
            versions.join("', '")
        ));
    }
    said
}

/// Where something is still named that is gone. The libraries are not the app's.
pub fn still_named(draft: &Draft, words: &[String]) -> Vec<String> {
    let is_foreign = |file: &String| {
        let mut others = ["crates/", "scripts/yours"].into_iter().chain(OF_A_FRESH_COPY);
        others.any(|it| file.starts_with(it))
            || ["Cargo.lock", "package-lock.json", "docs/dependencies.md"]
                .iter()
                .any(|it| file.ends_with(it))
    };
    let mut found = Vec::new();
    for file in draft.files_in(".").into_iter().filter(|file| !is_foreign(file)) {
        let text = draft.read(&file).unwrap_or_default();
        let names = |line: &str| words.iter().any(|word| has_word(line, word));
        let lines = text.lines().enumerate().filter(|(_, line)| names(line));
        let lines: Vec<_> = lines.map(|(at, _)| (at + 1).to_string()).collect();
        if !lines.is_empty() {
            found.push(format!("    {file}: line {}", lines.join(", ")));
        }
    }
    if !found.is_empty() {
        found.insert(0, "Words that were its own are still in these. Look at them:".to_owned());
    }
    found
}
