//! What no crate's border can say about the app: layers only look down, no two files need each other,
//! and features write with somebody's rights. Reads the sources as text.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on stops there")]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

/// The modules of `src/lib.rs` below the features, and those above. Those of one line do not look at each
/// other, and each looks only at lines before its own.
const BELOW: &[&[&str]] = &[
    &["brand"],
    &["config", "error", "schema"],
    &["db"],
    &["once"],
    &["mail"],
    &["people"],
    &["letters"],
    &["feature"],
    &["state"],
    &["web"],
];
const ABOVE: &[&[&str]] = &[&["docs", "purge"], &["app"], &["cli"], &["main"]];

/// The features, one line between the two: those that `src/app.rs` lists, and one that not every
/// installation has.
static FEATURES: LazyLock<Vec<String>> = LazyLock::new(|| {
    let app = fs::read_to_string("src/app.rs").unwrap();
    let (_, list) = app.split_once("pub const FEATURES: &[Feature] = &[").unwrap();
    let (list, _) = list.split_once("];").unwrap();
    let ends = list.match_indices("::FEATURE").map(|(at, _)| &list[..at]);
    let names = ends.filter_map(|before| before.rsplit("::").next());
    names.chain(["dev"]).map(str::to_owned).collect()
});

/// The functions of features that write without anybody's rights: what strangers may ask for.
const WRITERS: &[(&str, &str)] = &[
    ("src/accounts/forgot.rs", "reset"),
    ("src/accounts/forgot.rs", "send"),
    ("src/accounts/login_link.rs", "log_in"),
    ("src/accounts/login_link.rs", "send"),
    ("src/accounts/provider.rs", "join"),
    ("src/accounts/provider.rs", "leave"),
    ("src/accounts/provider.rs", "recognise"),
    ("src/accounts/register.rs", "register"),
];

#[test]
fn layers_only_look_down() {
    let sources = sources();
    let mut seen = 0;
    for (file, text) in &sources {
        for used in paths(file, text).iter().map(|path| path.split("::").nth(1).unwrap()) {
            let module = module_of(file);
            seen += 1;
            let allowed = layer(used) < layer(module) || used == module;
            let advice = "what both need belongs into a lower module: docs/architecture.md";
            assert!(allowed, "{}: {module} looks up at {used}; {advice}", file.display());
        }
    }
    assert!(seen > 100, "only {seen} uses were found");
}

#[test]
fn the_map_in_lib_rs_lists_the_layers_lowest_first() {
    let map = fs::read_to_string("src/lib.rs").unwrap();
    let modules = map.lines().filter_map(|line| line.strip_prefix("pub mod ")?.split_once(';'));
    let layers: Vec<_> = modules.map(|(name, _)| layer(name)).collect();
    let features = FEATURES.len();
    assert!(features > 2, "{FEATURES:?}");
    assert_eq!(layers.len(), BELOW.concat().len() + features + ABOVE.concat().len() - 1);
    assert!(layers.is_sorted(), "src/lib.rs lists the lowest layer first: {layers:?}");
}

#[test]
fn no_files_need_each_other() {
    let sources = sources();
    let needs: BTreeMap<_, _> =
        sources.iter().map(|(file, text)| (file.clone(), needed(&sources, file, text))).collect();
    assert!(needs.values().map(BTreeSet::len).sum::<usize>() > 75, "{needs:?}");
    let circle = circle(needs);
    let advice = "move what both need into a file of its own, below";
    assert!(circle.is_empty(), "these need each other; {advice}: {circle:#?}");
}

#[test]
fn handlers_write_with_the_rights_of_who_is_calling() {
    let mut found = Vec::new();
    for (file, text) in sources().iter().filter(|(file, _)| is_feature(module_of(file))) {
        let writers = plain_writers(text).into_iter();
        found.extend(writers.map(|name| (file.to_str().unwrap().to_owned(), name)));
    }
    found.sort();
    let allowed = WRITERS.iter().map(|(file, name)| ((*file).to_owned(), (*name).to_owned()));
    let allowed: Vec<_> = allowed.collect();
    let advice = "use `user.write(&db, …)`, which asks whether the user may still; a task without a user is listed";
    assert_eq!(found, allowed, "{advice}");
}

#[test]
fn nobody_writes_unsafe_code() {
    let manifest = |folder: &Path| fs::read_to_string(folder.join("Cargo.toml")).unwrap();
    let forbids = "[workspace.lints.rust]\nunsafe_code = \"forbid\"";
    assert!(manifest(Path::new(".")).contains(forbids));
    let crates = fs::read_dir("crates").unwrap().map(|entry| entry.unwrap().path());
    let crates: Vec<_> = crates.chain([PathBuf::from(".")]).collect();
    assert!(crates.len() > 4, "{crates:?}");
    for folder in crates {
        let obeys = manifest(&folder).contains("\n[lints]\nworkspace = true\n");
        let advice = "end its Cargo.toml with `[lints]`, `workspace = true`";
        assert!(obeys, "{} may be unsafe; {advice}", folder.display());
    }
}

#[test]
fn a_look_up_would_be_noticed() {
    let found = |text| paths(Path::new("src/web/page.rs"), text);
    assert_eq!(
        found("use crate::web::{Flash, kept::{self, Asks}};"),
        ["crate::web::Flash", "crate::web::kept::self", "crate::web::kept::Asks"]
    );
    assert_eq!(found("use crate::{home as h, api};"), ["crate::home", "crate::api"]);
    assert_eq!(found("use super::kept::ask;"), ["crate::web::kept::ask"]);
    assert_eq!(found("    let x = crate::app::features();"), ["crate::app::features"]);
}

#[test]
fn a_circle_would_be_noticed() {
    let [a, b, top] = ["src/web/a.rs", "src/web/b.rs", "src/web.rs"].map(PathBuf::from);
    let with = |b_text: &str| {
        let texts = ["use crate::web::B;", b_text, "mod a;\nmod b;\npub use a::A;\npub use b::B;"];
        let texts = texts.map(ToOwned::to_owned);
        let sources: Sources = [a.clone(), b.clone(), top.clone()].into_iter().zip(texts).collect();
        circle(sources.iter().map(|(f, t)| (f.clone(), needed(&sources, f, t))).collect())
    };
    assert!(with("").is_empty());
    assert_eq!(with("use crate::web::A;"), [a.clone(), b.clone(), top.clone()]);
    assert_eq!(with("use crate::web;"), [a.clone(), b.clone(), top.clone()]);
}

#[test]
fn a_plain_write_would_be_noticed() {
    let write = "async fn a(user: CurrentUser) {\n    user.write(&db, f).await;\n}\n";
    assert!(plain_writers(write).is_empty());
    let write =
        "fn b() {}\nasync fn a(user: CurrentUser) {\n    state\n        .db\n        .write(f)\n}";
    assert_eq!(plain_writers(write), ["a"]);
    assert_eq!(plain_writers("pub fn c(db: &Db) {\n    let w = db.write(f);\n}"), ["c"]);
}

/// Every file of the app without its comments, by its path.
fn sources() -> BTreeMap<PathBuf, String> {
    let code = |file: &PathBuf| {
        let text = fs::read_to_string(file).unwrap();
        text.lines().map(|line| line.split("//").next().unwrap().to_owned() + "\n").collect()
    };
    rust_files(Path::new("src")).into_iter().map(|file| (file.clone(), code(&file))).collect()
}

fn rust_files(dir: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path());
    entries
        .flat_map(|path| if path.is_dir() { rust_files(&path) } else { vec![path] })
        .filter(|path| path.extension().is_some_and(|ext| ext == "rs"))
        .collect()
}

fn module_of(file: &Path) -> &str {
    let first = file.to_str().unwrap().split('/').nth(1).unwrap();
    first.trim_end_matches(".rs")
}

fn is_feature(module: &str) -> bool {
    FEATURES.iter().any(|name| name == module)
}

fn layer(module: &str) -> usize {
    let place = |layers: &[&[&str]]| layers.iter().position(|names| names.contains(&module));
    let above = || Some(BELOW.len() + 1 + place(ABOVE)?);
    let found = place(BELOW).or(is_feature(module).then_some(BELOW.len())).or_else(above);
    found.unwrap_or_else(|| {
        panic!("{module} has no layer yet: list its FEATURE in src/app.rs, or the module in tests/layers.rs")
    })
}

/// What a file uses of this crate, as full paths.
fn paths(file: &Path, text: &str) -> Vec<String> {
    let above = file.parent().unwrap().to_str().unwrap().replacen("src", "crate", 1);
    let text = text.replace("super::", &format!("{}::", above.replace('/', "::")));
    text.match_indices("crate::").flat_map(|(at, _)| expand(&text[at..])).collect()
}

/// `a::{b, c::d};` is `a::b` and `a::c::d`, whatever follows.
fn expand(tree: &str) -> Vec<String> {
    let end = tree.find(|c: char| !(c.is_alphanumeric() || "_:".contains(c)));
    let (path, rest) = tree.split_at(end.unwrap_or(tree.len()));
    let Some(group) = rest.strip_prefix('{') else { return vec![path.to_owned()] };
    let (mut items, mut depth) = (vec![String::new()], 0);
    for c in group.chars() {
        depth += i32::from(c == '{') - i32::from(c == '}');
        match c {
            '}' if depth < 0 => break,
            ',' if depth == 0 => items.push(String::new()),
            _ => items.last_mut().unwrap().push(c),
        }
    }
    let items = items.iter().map(|item| item.trim()).filter(|item| !item.is_empty());
    items.flat_map(expand).map(|item| format!("{path}{item}")).collect()
}

type Sources = BTreeMap<PathBuf, String>;

/// The other files that one needs: those that its paths lead to, and its own parts that it names.
fn needed(sources: &Sources, file: &Path, text: &str) -> BTreeSet<PathBuf> {
    let parts = text.lines().filter_map(|line| line.split_once("mod ")?.1.strip_suffix(';'));
    let named = parts.filter(|part| {
        let is_own = |before: &str| before.ends_with("self::") || !before.ends_with([':', '_']);
        text.match_indices(&format!("{part}::")).any(|(at, _)| is_own(&text[..at]))
    });
    let named = named.map(|part| file.with_extension("").join(part).with_extension("rs"));
    let used = paths(file, text).into_iter().filter_map(|path| place(sources, &path));
    used.chain(named).filter(|other| other != file).collect()
}

/// The file in which the thing at a path stands, where it is shown elsewhere too.
fn place(sources: &Sources, path: &str) -> Option<PathBuf> {
    let mut found = PathBuf::from("src");
    for name in path.split("::").skip(1) {
        let part = |name: &str| found.with_extension("").join(name).with_extension("rs");
        let shown = || {
            let text = sources.get(&found)?;
            let mut shown = text.split("pub use ").skip(1).flat_map(expand);
            shown.find(|path| path.ends_with(&format!("::{name}")))
        };
        found = if sources.contains_key(&part(name)) {
            part(name)
        } else if let Some(shown) = shown() {
            return Some(part(shown.split("::").next()?)).filter(|file| sources.contains_key(file));
        } else {
            return sources.contains_key(&found).then_some(found);
        };
    }
    Some(found)
}

/// Takes away whoever needs nobody who is left, again and again: who is left then is in a circle, or
/// needs one.
fn circle(mut left: BTreeMap<PathBuf, BTreeSet<PathBuf>>) -> Vec<PathBuf> {
    loop {
        let is_free =
            |needs: &BTreeSet<PathBuf>| !needs.iter().any(|other| left.contains_key(other));
        let free = left.iter().filter(|(_, needs)| is_free(needs)).map(|(file, _)| file.clone());
        let free: Vec<_> = free.collect();
        if free.is_empty() {
            return left.into_keys().collect();
        }
        left.retain(|file, _| !free.contains(file));
    }
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
