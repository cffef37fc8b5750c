//! Another name for the app. Three lines say it, and one file is called by it: all else follows from them. The
//! documents tell of it, and get the new one too.

use std::fs;
use std::path::Path;

use crate::project::{Project, Result};

const BRAND: &str = "pub const NAME: &str = \"";

/// The folders whose documents are the app's own. Those of the libraries stay: they are replaced as a whole.
const DOCUMENTS: [&str; 4] = ["", "deploy", "docs", "migrations"];

/// Renames it; what was changed, and what that means for what is there.
pub fn rename(project: &Project, package: &str, name: &str) -> Result<String> {
    check_package(project, package)?;
    check_name(name)?;
    let old = Old::read(project)?;
    if (old.package.as_str(), old.name.as_str()) == (package, name) {
        return Ok(format!("It is called {name} already."));
    }
    replace_line(
        project,
        "Cargo.toml",
        &format!("name = \"{}\"", old.package),
        &format!("name = \"{package}\""),
    )?;
    project.write("Cargo.lock", &relocked(&project.read("Cargo.lock")?, &old.package, package)?)?;
    replace_line(
        project,
        "src/brand.rs",
        &format!("{BRAND}{}\"", escaped(&old.name)),
        &format!("{BRAND}{}\"", escaped(name)),
    )?;
    let (unit, new_unit) =
        (format!("deploy/{}.service", old.package), format!("deploy/{package}.service"));
    if project.has(&unit) && unit != new_unit {
        project.write(&new_unit, &project.read(&unit)?)?;
        project.delete(&unit)?;
    }
    let documents = tell_in_documents(project, &old, package, name)?;
    Ok(report(project, &old, package, name, documents))
}

/// What it is called today.
struct Old {
    package: String,
    name: String,
}

impl Old {
    fn read(project: &Project) -> Result<Self> {
        let manifest = project.read("Cargo.toml")?;
        let package = between(&manifest, "\n[package]\nname = \"", "\"");
        let brand = project.read("src/brand.rs")?;
        let name = between(&brand, BRAND, "\";");
        match (package, name) {
            (Some(package), Some(name)) => Ok(Self {
                package: package.to_owned(),
                name: name.replace("\\\"", "\"").replace("\\\\", "\\"),
            }),
            (None, _) => Err("Cargo.toml has no `name` at the beginning of [package].".to_owned()),
            (_, None) => Err("src/brand.rs has no `NAME` any more.".to_owned()),
        }
    }
}

fn check_package(project: &Project, package: &str) -> Result<()> {
    let is_plain =
        package.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    let begins = package.bytes().next().is_some_and(|b| b.is_ascii_lowercase());
    if !is_plain
        || !begins
        || package.ends_with('-')
        || package.contains("--")
        || package.len() > 40
    {
        return Err(format!(
            "`{package}` is no name for a program: use small letters, digits and single hyphens, as in `my-app`, at most 40."
        ));
    }
    // A crate of this name is there, or means something to Rust.
    let lock = project.read("Cargo.lock")?;
    let is_taken = lock.contains(&format!("\nname = \"{package}\"\n"));
    let is_own =
        project.read("Cargo.toml")?.contains(&format!("\n[package]\nname = \"{package}\""));
    if (is_taken && !is_own)
        || ["app", "test", "core", "std", "alloc", "proc-macro"].contains(&package)
    {
        return Err(format!("There is a crate called `{package}` already: choose another name."));
    }
    Ok(())
}

fn check_name(name: &str) -> Result<()> {
    let length = name.chars().count();
    if name.trim() != name || !(1..=40).contains(&length) || name.chars().any(char::is_control) {
        return Err("The name that people read has 1 to 40 characters, in one line.".to_owned());
    }
    Ok(())
}

fn replace_line(project: &Project, file: &str, old: &str, new: &str) -> Result<()> {
    let text = project.read(file)?;
    if !text.contains(old) {
        return Err(format!("{file} does not hold {} any more.", old.trim()));
    }
    project.write(file, &text.replacen(old, new, 1))
}

/// The lock file with the package under its new name, where cargo would put it: by the alphabet.
fn relocked(lock: &str, old: &str, new: &str) -> Result<String> {
    const BEGIN: &str = "[[package]]\nname = \"";
    let own = format!("{BEGIN}{old}\"\n");
    let (before, rest) = lock.split_once(&own).ok_or("Cargo.lock does not name the package.")?;
    let (body, after) = rest.split_at(rest.find("[[package]]").unwrap_or(rest.len()));
    let others = format!("{before}{after}");
    let mut places =
        others.match_indices(BEGIN).map(|(at, begin)| (at, &others[at + begin.len()..]));
    let place = places.find(|(_, rest)| rest.split('"').next() > Some(new));
    let (before, after) = others.split_at(place.map_or(others.len(), |(at, _)| at));
    let gap = if before.ends_with("\n\n") { "" } else { "\n" };
    Ok(format!("{before}{gap}{BEGIN}{new}\"\n{}\n\n{after}", body.trim_end()).trim_end().to_owned()
        + "\n")
}

/// How many documents told of the old name.
fn tell_in_documents(project: &Project, old: &Old, package: &str, name: &str) -> Result<usize> {
    let mut told = 0;
    for folder in DOCUMENTS {
        for entry in project.list(if folder.is_empty() { "." } else { folder })? {
            let file = if folder.is_empty() { entry } else { format!("{folder}/{entry}") };
            let is_document = Path::new(&file).extension().is_some_and(|kind| kind == "md")
                && file != "CHANGELOG.md";
            if !is_document || fs::metadata(project.path(&file)).is_ok_and(|file| file.is_dir()) {
                continue;
            }
            let text = project.read(&file)?;
            let renamed =
                words_replaced(&words_replaced(&text, &old.package, package), &old.name, name);
            if renamed != text {
                project.write(&file, &renamed)?;
                told += 1;
            }
        }
    }
    Ok(told)
}

/// With whole words replaced: `shop` in `shop.db`, and not in `shops`.
fn words_replaced(text: &str, old: &str, new: &str) -> String {
    let (mut out, mut rest, mut before) = (String::new(), text, None);
    while let Some(at) = rest.find(old) {
        let after = &rest[at + old.len()..];
        let last = rest[..at].chars().next_back().or(before);
        let is_whole =
            !last.is_some_and(char::is_alphanumeric) && !after.starts_with(char::is_alphanumeric);
        out.push_str(&rest[..at]);
        out.push_str(if is_whole { new } else { old });
        before = old.chars().next_back();
        rest = after;
    }
    out + rest
}

fn report(project: &Project, old: &Old, package: &str, name: &str, documents: usize) -> String {
    let mut said = vec![
        format!(
            "{} is called {name} now: the program, its cookies, its database, the beginning of personal",
            old.name
        ),
        format!(
            "tokens, the realm of the API, pages, mails and downloads. Changed: Cargo.toml, Cargo.lock, src/brand.rs,"
        ),
        format!(
            "the name of deploy/{package}.service, and {documents} documents. The changelog and the licences tell what was."
        ),
        String::new(),
        "For what is there already it means:".to_owned(),
        "  Everybody logs in once more: the cookie has another name.".to_owned(),
        format!(
            "  Personal tokens that begin with `{}_` are none any more: make new ones. Access tokens end, too.",
            old.package
        ),
        format!(
            "  SQLite is looked for in data/{package}.db. PostgreSQL stays where DATABASE_URL says."
        ),
    ];
    if project.has(&format!("data/{}.db", old.package)) {
        said.push(format!(
            "  To take yours along, with the program stopped: mv data/{0}.db data/{package}.db",
            old.package
        ));
        said.push(format!(
            "  and the same for data/{0}.db-wal and data/{0}.db-shm, if they are there.",
            old.package
        ));
    }
    said.push(format!("  On a server, /etc/{0}, /opt/{0}, /var/lib/{0} and its unit have the old name: docs/deploy.md.", old.package));
    said.push(
        "\nThe colours are three hues in static/brand.css; the mark is in templates/brand/."
            .to_owned(),
    );
    said.join("\n")
}

fn escaped(name: &str) -> String {
    name.replace('\\', "\\\\").replace('"', "\\\"")
}

fn between<'a>(text: &'a str, begin: &str, end: &str) -> Option<&'a str> {
    text.split_once(begin)?.1.split(end).next()
}
