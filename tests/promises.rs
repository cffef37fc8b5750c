//! What docs/architecture.md promises is proved by what is there.

use std::fs;

#[path = "kit/proofs.rs"]
mod proofs;

fn has(file: &str, words: &str) -> bool {
    fs::read_to_string(file).is_ok_and(|text| text.contains(words))
}

#[test]
fn every_promise_names_files_and_tests_that_are_there() {
    let document = fs::read_to_string("docs/architecture.md").unwrap();
    let (_, after) = document.split_once("\n## What is promised\n").unwrap();
    let section = after.split("\n## ").next().unwrap();
    let rows: Vec<_> = section.lines().filter(|line| line.starts_with("| ")).skip(1).collect();
    assert!(rows.len() > 20, "{rows:?}");
    for row in rows {
        let cells: Vec<_> = row.trim_matches('|').split(" | ").collect();
        let [_, _, proofs] = cells[..] else { panic!("these are not three cells: {row}") };
        assert!(proofs.contains('`'), "nothing proves this: {row}");
        let mut file = "";
        for name in proofs::quoted(proofs) {
            let command = name.split(' ').next().unwrap();
            let proof = match command {
                "cargo" => continue,
                path if path.contains('/') => path.to_owned(),
                test => format!("{file}: {test}"),
            };
            file = if proof.contains(": ") { file } else { command };
            // What all tests of a folder go through is no test itself.
            let is_helper = has(file, &format!("pub async fn {name}("));
            assert!(is_helper || proofs::fault(&proof).is_none(), "`{name}` in {row}");
        }
    }
}
