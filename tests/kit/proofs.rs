//! What documents name as proofs: `file`, `file: test`, `document#section`.

use std::fs;
use std::path::Path;

/// What is wrong with a proof, if anything is.
pub fn fault(proof: &str) -> Option<&'static str> {
    let (file, test) = proof.split_once(": ").unzip();
    let (document, section) = proof.split_once('#').unzip();
    let path = file.or(document).unwrap_or(proof);
    if Path::new(path).is_dir() && path == proof {
        return None;
    }
    let Ok(content) = fs::read_to_string(path) else {
        return Some("there is no such file");
    };
    if test.is_some_and(|name| !has_test(&content, name)) {
        return Some("that file has no such test");
    }
    let is_headed =
        |slug| content.lines().any(|line| line.starts_with('#') && slug_of(line) == slug);
    if section.is_some_and(|slug| !is_headed(slug)) {
        return Some("that document has no such section");
    }
    None
}

fn has_test(text: &str, name: &str) -> bool {
    let lines: Vec<_> = text.lines().map(str::trim).collect();
    let begins = format!("fn {name}(");
    let Some(at) = lines.iter().position(|line| line.contains(&begins)) else { return false };
    let mut attributes = lines[..at].iter().rev().take_while(|line| line.starts_with("#["));
    attributes.any(|line| line.ends_with("test]"))
}

/// How a heading is called in addresses.
fn slug_of(heading: &str) -> String {
    let heading = heading.trim_start_matches('#').trim().to_lowercase().replace(' ', "-");
    heading.chars().filter(|c| c.is_alphanumeric() || "-_".contains(*c)).collect()
}

/// What stands in backticks.
pub fn quoted(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}

#[test]
fn a_proof_that_is_none_would_be_noticed() {
    assert_eq!(fault("tests/kit/proofs.rs: a_proof_that_is_none_would_be_noticed"), None);
    assert_eq!(fault("tests/kit/proofs.rs: has_test"), Some("that file has no such test"));
    assert_eq!(fault("tests/kit/proofs.rs: nobody_wrote_this"), Some("that file has no such test"));
    assert_eq!(fault("tests/kit/nothing.rs: has_test"), Some("there is no such file"));
    assert_eq!(fault("docs/architecture.md#what-is-promised"), None);
    assert_eq!(
        fault("docs/architecture.md#what-is-not"),
        Some("that document has no such section")
    );
}
