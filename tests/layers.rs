//! Layers only look down, and features do not look at each other: reads the `use crate::…` lines.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops there")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Where each module stands. A module may use those of a lower number, and its own parts.
const LAYERS: &[(&str, u8)] = &[
    ("clock", 0),
    ("files", 0),
    ("text", 0),
    ("email", 1),
    ("keys", 1),
    ("keypair", 1),
    ("config", 2),
    ("logger", 3),
    ("error", 3),
    ("cookie", 4),
    ("peer", 4),
    ("schema", 4),
    ("db", 5),
    ("once", 6),
    ("user", 6),
    ("link", 7),
    ("mail", 8),
    ("auth", 9),
    ("purge", 10),
    ("web", 10),
    ("home", 11),
    ("notes", 11),
    ("accounts", 11),
    ("api", 11),
    ("dev_mail", 11),
    ("docs", 12),
    ("app", 13),
    ("cli", 14),
    ("lib", 15),
    ("main", 16),
];

#[test]
fn layers_only_look_down() {
    let mut seen = 0;
    for file in rust_files(Path::new("src")) {
        let module = module_of(&file);
        let text = fs::read_to_string(&file).unwrap();
        for used in text.lines().flat_map(used_modules) {
            seen += 1;
            let allowed = layer(&used) < layer(&module) || used == module;
            assert!(allowed, "{}: {module} looks up at {used}", file.display());
        }
    }
    assert!(seen > 60, "only {seen} uses were found");
}

#[test]
fn the_map_in_lib_rs_lists_the_layers_lowest_first() {
    let map = fs::read_to_string("src/lib.rs").unwrap();
    let modules = map.lines().filter_map(|line| line.strip_prefix("pub mod ")?.split_once(';'));
    let layers: Vec<_> = modules.map(|(name, _)| layer(name)).collect();
    assert_eq!(layers.len(), LAYERS.len() - 2);
    assert!(layers.is_sorted(), "{layers:?}");
}

/// The functions of features that write without anybody's rights: what strangers may ask for.
const WRITERS: [(&str, &str); 3] = [
    ("src/accounts/forgot.rs", "reset"),
    ("src/accounts/forgot.rs", "send"),
    ("src/accounts/register.rs", "register"),
];

#[test]
fn handlers_write_with_the_rights_of_who_is_calling() {
    let features = LAYERS.iter().filter(|(_, layer)| (11..=12).contains(layer));
    let names: Vec<_> = features.map(|(name, _)| *name).collect();
    let mut found = Vec::new();
    for file in rust_files(Path::new("src")) {
        if names.contains(&module_of(&file).as_str()) {
            let text = fs::read_to_string(&file).unwrap();
            let writers = plain_writers(&text).into_iter();
            found.extend(writers.map(|name| (file.display().to_string(), name)));
        }
    }
    found.sort();
    let allowed = WRITERS.map(|(file, name)| (file.to_owned(), name.to_owned()));
    assert_eq!(found, allowed, "use `user.write(&db, …)`: it asks whether the user may still");
}

#[test]
fn a_plain_write_would_be_noticed() {
    let write = "async fn a(user: CurrentUser) {\n    user.write(&db, f).await;\n}\n";
    assert!(plain_writers(write).is_empty());
    let write = "fn b() {}\nasync fn a(user: CurrentUser) {\n    accounts\n        .db\n        .write(f)\n}";
    assert_eq!(plain_writers(write), ["a"]);
    assert_eq!(plain_writers("pub fn c(db: &Db) {\n    let w = db.write(f);\n}"), ["c"]);
}

/// The functions in which `Db::write` is called by itself.
fn plain_writers(text: &str) -> Vec<String> {
    let mut writers = Vec::new();
    // However the formatter breaks the lines.
    for function in text.split("fn ").skip(1) {
        let dense: String = function.chars().filter(|c| !c.is_whitespace()).collect();
        let calls = ["db.write(", "Db::write("];
        if calls.iter().any(|call| dense.contains(call)) {
            let end = function.find(|c: char| !(c.is_alphanumeric() || c == '_'));
            writers.push(function[..end.unwrap_or(function.len())].to_owned());
        }
    }
    writers
}

#[test]
fn no_files_of_a_module_need_each_other() {
    let files = rust_files(Path::new("src")).into_iter().map(|file| {
        let text = fs::read_to_string(&file).unwrap();
        let needs = text.lines().filter_map(|line| neighbour(&file, line)).collect();
        (file, needs)
    });
    let circle = circle(files.collect());
    assert!(circle.is_empty(), "these need each other: {circle:?}");
}

#[test]
fn a_circle_would_be_noticed() {
    let [a, b] = ["src/web/errors.rs", "src/web/kept.rs"].map(PathBuf::from);
    for line in ["use crate::web::kept::{self, Asks};", "use super::kept::ask;"] {
        assert_eq!(neighbour(&a, line).as_ref(), Some(&b));
    }
    let back = [(a.clone(), vec![b.clone()]), (b.clone(), vec![a.clone()])];
    assert_eq!(circle(back.into()), [a.clone(), b.clone()]);
    assert!(circle([(a, vec![b.clone()]), (b, vec![])].into()).is_empty());
}

/// The file beside this one that a line uses.
fn neighbour(file: &Path, line: &str) -> Option<PathBuf> {
    let folder = file.parent()?;
    let own = format!("crate::{}::", folder.file_name()?.to_str()?);
    let used = line.trim_start().strip_prefix("pub ").unwrap_or(line).strip_prefix("use ")?;
    let used = used.strip_prefix(&own).or_else(|| used.strip_prefix("super::"))?;
    let name = used.split(|c: char| !(c.is_alphanumeric() || c == '_')).next()?;
    Some(folder.join(format!("{name}.rs"))).filter(|other| other.exists())
}

/// Takes away whoever needs nobody who is left, again and again: who is left then is in a circle, or
/// needs one.
fn circle(mut left: BTreeMap<PathBuf, Vec<PathBuf>>) -> Vec<PathBuf> {
    loop {
        let is_free = |needs: &Vec<PathBuf>| !needs.iter().any(|other| left.contains_key(other));
        let free: Vec<_> =
            left.iter().filter(|(_, needs)| is_free(needs)).map(|(file, _)| file.clone()).collect();
        if free.is_empty() {
            return left.into_keys().collect();
        }
        left.retain(|file, _| !free.contains(file));
    }
}

#[test]
fn a_look_up_would_be_noticed() {
    assert_eq!(used_modules("use crate::web::{Flash, Page};"), ["web"]);
    assert_eq!(
        used_modules("use crate::{accounts, home as h, notes};"),
        ["accounts", "home", "notes"]
    );
    assert_eq!(used_modules("    let x = crate::app::features;"), ["app"]);
    assert!(used_modules("/// See [`crate::app`].").is_empty());
}

/// What a line uses of this crate.
fn used_modules(line: &str) -> Vec<String> {
    let is_comment = line.trim_start().starts_with("//");
    let Some((_, path)) = line.split_once("crate::").filter(|_| !is_comment) else { return vec![] };
    let name = |text: &str| {
        let end = text.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(text.len());
        text[..end].to_owned()
    };
    match path.strip_prefix('{') {
        Some(group) => group.split(',').map(|item| name(item.trim())).collect(),
        None => vec![name(path)],
    }
}

fn module_of(file: &Path) -> String {
    let first = file.components().nth(1).unwrap();
    Path::new(&first).file_stem().unwrap().to_str().unwrap().to_owned()
}

fn layer(module: &str) -> u8 {
    let found = LAYERS.iter().find(|(name, _)| *name == module);
    found.unwrap_or_else(|| panic!("{module} has no layer yet: give it one in tests/layers.rs")).1
}

fn rust_files(dir: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path());
    entries
        .flat_map(|path| if path.is_dir() { rust_files(&path) } else { vec![path] })
        .filter(|path| path.extension().is_some_and(|ext| ext == "rs"))
        .collect()
}
