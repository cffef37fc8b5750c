//! The crates that the app took in, and nothing names any more.

use std::process::Command;

use crate::cut;
use crate::draft::Draft;
use crate::imports::has_word;
use crate::project::Project;
use crate::scan::Language;

const MANIFEST: &str = "Cargo.toml";

/// Takes those out of the manifest that the sources named before, and nothing names any longer: what tests name, too,
/// may stand among the app's own.
pub fn forget(draft: &mut Draft) {
    let Some(mut manifest) = draft.read(MANIFEST) else { return };
    for (section, folders) in
        [("[dependencies]", &["src"][..]), ("[dev-dependencies]", &["src", "tests"])]
    {
        for name in names(&manifest, section) {
            let word = name.replace('-', "_");
            let is_named = |text: &str| has_word(text, &word);
            if draft.was_somewhere(folders, is_named)
                && !draft.is_somewhere(&["src", "tests"], is_named)
            {
                let begins = format!("{name} = ");
                manifest = cut::item(Language::Hash, &manifest, &begins).unwrap_or(manifest);
            }
        }
    }
    draft.write(MANIFEST, manifest);
}

fn names(manifest: &str, section: &str) -> Vec<String> {
    let lines = manifest.lines().skip_while(|line| *line != section).skip(1);
    let lines = lines.take_while(|line| !line.starts_with('['));
    lines.filter_map(|line| line.split_once(" = ")).map(|(name, _)| name.to_owned()).collect()
}

/// Lets cargo take out of the lock file what nothing needs any more; a sentence if it does not.
pub fn relock(project: &Project) -> Option<String> {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let mut update = Command::new(cargo);
    // Without the network: nothing new is wanted.
    update.args(["update", "--workspace", "--offline", "--quiet"]).current_dir(project.path("."));
    let is_done = update.output().is_ok_and(|done| done.status.success());
    (!is_done).then(|| {
        "Cargo.lock names crates that nothing needs: `cargo update --workspace`.".to_owned()
    })
}
