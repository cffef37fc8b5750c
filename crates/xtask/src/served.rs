//! What the app serves already, read from its sources: what a page or a model would take from it.

use crate::draft::Draft;
use crate::project::{Project, Result};
use crate::words;

/// The folders whose sources serve something at the app's own port.
const SERVING: [&str; 3] = ["src", "crates/actix-login/src", "crates/kit/src/http"];

/// Refuses an address that is served already, or that the sources keep for something.
pub fn check_address(project: &Project, path: &str) -> Result<()> {
    match naming(project, &[format!("\"{path}\""), format!("\"{path}/"), format!("\"{path}?")])? {
        Some(file) => Err(format!("{file} has the address {path} already: choose another name.")),
        None => Ok(()),
    }
}

/// The same for programs: an address, a scope, a type in the description of the API.
pub fn check_api(project: &Project, slug: &str, type_name: &str) -> Result<()> {
    check_address(project, &format!("/api/{slug}"))?;
    let scope = format!("{slug}:read");
    if let Some(file) = naming(project, &[format!("\"{scope}\"")])? {
        return Err(format!("{file} has the scope {scope} already: choose another name."));
    }
    let own = schemas(type_name);
    for (file, text) in sources(project)? {
        if described(&text).iter().any(|name| own.contains(name)) {
            return Err(format!(
                "{file} describes a `{type_name}` or its form to programs already: choose another name, or add \
                 `--no-api`."
            ));
        }
    }
    Ok(())
}

/// Refuses a module that is there already, or that is called as a crate.
pub fn check_module(project: &Project, name: &str) -> Result<()> {
    for file in ["src/lib.rs", "tests/web/main.rs"] {
        let text = format!("\n{}", project.read(file)?);
        if ["", "pub "].iter().any(|head| text.contains(&format!("\n{head}mod {name};"))) {
            return Err(format!("{file} has a module `{name}` already: choose another name."));
        }
    }
    let manifest = project.read("Cargo.toml")?;
    if words::is_among(words::ROOTS, name)
        || dependencies(&manifest).any(|it| it.replace('-', "_") == name)
    {
        return Err(format!("There is a crate called `{name}`: choose another name."));
    }
    Ok(())
}

/// What a manifest depends on, for whatever.
fn dependencies(manifest: &str) -> impl Iterator<Item = &str> {
    let sections = manifest.split("\n[").filter_map(|section| section.split_once("]\n"));
    let lists = sections.filter(|(head, _)| head.ends_with("dependencies"));
    lists.flat_map(|(_, list)| list.lines().filter_map(|line| line.split([' ', '.', '=']).next()))
}

/// The files in a folder, and in those within, whose paths end so.
pub fn texts(project: &Project, folder: &str, ending: &str) -> Result<Vec<(String, String)>> {
    let files = Draft::of(project).files_in(folder).into_iter();
    let read = |file: String| project.read(&file).map(|text| (file, text));
    files.filter(|file| file.ends_with(ending)).map(read).collect()
}

/// Every source that serves something, without its comments.
fn sources(project: &Project) -> Result<Vec<(String, String)>> {
    let mut sources = Vec::new();
    for folder in SERVING {
        sources.extend(texts(project, folder, ".rs")?);
    }
    for (_, text) in &mut sources {
        let lines = text.lines().filter(|line| !line.trim_start().starts_with("//"));
        *text = lines.collect::<Vec<_>>().join("\n");
    }
    Ok(sources)
}

/// The first source that holds one of these.
fn naming(project: &Project, parts: &[String]) -> Result<Option<String>> {
    let mut sources = sources(project)?.into_iter();
    let found = sources.find(|(_, text)| parts.iter().any(|part| text.contains(part)));
    Ok(found.map(|(file, _)| file))
}

/// The types that programs are told of: those of models with their forms, and others.
fn described(text: &str) -> Vec<String> {
    let of_models = text.split("model! {").skip(1).filter_map(declared);
    let others = text.split("ToSchema)]").skip(1).filter_map(declared);
    of_models.flat_map(schemas).chain(others.map(str::to_owned)).collect()
}

/// As they are called for a model.
fn schemas(type_name: &str) -> [String; 2] {
    [type_name.to_owned(), format!("{type_name}Draft")]
}

/// The type that is declared next.
fn declared(rest: &str) -> Option<&str> {
    let name = rest.split_once("struct ")?.1;
    name.split(|c: char| !(c.is_alphanumeric() || c == '_')).next()
}
