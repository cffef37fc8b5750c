//! Another name for the app. Three lines say it, and one file is called by it: all else follows from them. The
//! documents tell of it, and get the new one too.

use crate::draft::is_document;
use crate::project::{Project, Result};
use crate::words;

/// Where cargo puts what it builds, beside the program; and what Windows takes for a device.
const FORBIDDEN: &str = "build deps examples incremental aux com1 com2 com3 com4 com5 com6 com7 com8 com9 con lpt1 \
    lpt2 lpt3 lpt4 lpt5 lpt6 lpt7 lpt8 lpt9 nul prn";

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
    let (lines, unit) = (said(project, &old, package, name)?, unit(project, &old, package)?);
    let documents = told(project, &old, package, name)?;
    // Nothing is changed before all of it can be.
    let all = lines.iter().chain(unit.iter().map(|(_, new)| new)).chain(&documents);
    all.into_iter().try_for_each(|(file, text)| project.write(file, text))?;
    if let Some((unit, _)) = &unit {
        project.delete(unit)?;
    }
    Ok(report(project, &old, package, name, documents.len()))
}

/// A file and its text.
type Text = (String, String);

/// The three files that say the name.
fn said(project: &Project, old: &Old, package: &str, name: &str) -> Result<[Text; 3]> {
    let lock = relocked(&project.read("Cargo.lock")?, &old.package, package)?;
    let [was, is] = [old.package.as_str(), package].map(|package| format!("name = \"{package}\""));
    let manifest = with_line(project, "Cargo.toml", &was, &is)?;
    let [was, is] = [old.name.as_str(), name].map(|name| format!("{BRAND}{}\"", escaped(name)));
    Ok([manifest, ("Cargo.lock".to_owned(), lock), with_line(project, "src/brand.rs", &was, &is)?])
}

/// The unit of systemd that is called so, and the one in its place. Another one of that name stays.
fn unit(project: &Project, old: &Old, package: &str) -> Result<Option<(String, Text)>> {
    let [unit, new] =
        [old.package.as_str(), package].map(|package| format!("deploy/{package}.service"));
    if !project.has(&unit) || unit == new {
        return Ok(None);
    }
    if project.has(&new) {
        return Err(format!(
            "{new} is there already, and {unit} would get its name: move one of them away. Nothing was changed."
        ));
    }
    let text = project.read(&unit)?;
    Ok(Some((unit, (new, text))))
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
    check_crate(project, package)
}

/// Refuses a program that cargo could not build under this name.
fn check_crate(project: &Project, package: &str) -> Result<()> {
    let name = package.replace('-', "_");
    if words::is_rust(&name) || words::is_among(FORBIDDEN, &name) {
        return Err(format!(
            "`{package}` means something to cargo or to a system: choose another name."
        ));
    }
    // A crate of this name is there, or means something to Rust.
    let manifest = project.read("Cargo.toml")?;
    if between(&manifest, "\n[package]\nname = \"", "\"") == Some(package) {
        return Ok(());
    }
    let mut crates = vec![project.read("Cargo.lock")?, manifest];
    for folder in project.list("crates")? {
        crates.extend(project.read(&format!("crates/{folder}/Cargo.toml")));
    }
    let names = crates.iter().flat_map(|text| text.split("\nname = \"").skip(1));
    let mut names = names.filter_map(|rest| rest.split('"').next());
    let is_root = words::is_among(words::ROOTS, &name) || name == "proc_macro";
    if is_root || names.any(|other| other.replace('-', "_") == name) {
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

fn with_line(project: &Project, file: &str, old: &str, new: &str) -> Result<Text> {
    let text = project.read(file)?;
    if !text.contains(old) {
        return Err(format!("{file} does not hold {} any more.", old.trim()));
    }
    Ok((file.to_owned(), text.replacen(old, new, 1)))
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

/// The documents that told of the old name.
fn told(project: &Project, old: &Old, package: &str, name: &str) -> Result<Vec<Text>> {
    let mut told = Vec::new();
    for folder in DOCUMENTS {
        for entry in project.list(if folder.is_empty() { "." } else { folder })? {
            let file = if folder.is_empty() { entry } else { format!("{folder}/{entry}") };
            let is_told = is_document(&file) && file != "CHANGELOG.md";
            if !is_told || project.path(&file).is_dir() {
                continue;
            }
            let text = project.read(&file)?;
            let renamed =
                words_replaced(&words_replaced(&text, &old.package, package), &old.name, name);
            if renamed != text {
                told.push((file, renamed));
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
