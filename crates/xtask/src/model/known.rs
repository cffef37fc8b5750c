//! Models that are there already, as far as their sources tell.

use time::OffsetDateTime;
use time::macros::format_description;

use super::{Access, Model};
use crate::plan::Plan;
use crate::project::{Project, Result};

/// What was made by the command that its sources name.
pub fn made(project: &Project, name: &str) -> Result<Plan> {
    let plural = source_of(project, name)?;
    let source = project.read(&format!("src/{plural}/model.rs"))?;
    let command = command_of(&source).ok_or_else(|| {
        format!(
            "src/{plural}/model.rs does not say by what command it was made. Nothing was taken out."
        )
    })?;
    let args = <crate::Xtask as clap::Parser>::try_parse_from(
        ["xtask", "model"].into_iter().chain(command.split(' ')),
    );
    let Ok(crate::Xtask { command: crate::Command::Model(args) }) = args else {
        return Err(format!("`{command}` is no command of today. Nothing was taken out."));
    };
    let model = Model::read(project, &args)?;
    let ending = format!("_create_{plural}");
    let migrations = project.list("migrations/sqlite")?;
    let migration = migrations.iter().find(|name| name.ends_with(&ending));
    model.plan(migration.ok_or_else(|| format!("There is no migration that ends with {ending}."))?)
}

/// The same, to be taken out: nothing else may name it.
pub fn to_undo(project: &Project, name: &str) -> Result<Plan> {
    let names = format!(" in {}, called ", source_of(project, name)?);
    for folder in project.list("src")? {
        let file = format!("src/{folder}/model.rs");
        if project.has(&file) && project.read(&file)?.contains(&names) {
            return Err(format!("The {folder} name it: take them out first."));
        }
    }
    made(project, name)
}

/// The plural of a model whose sources are there.
pub(super) fn source_of(project: &Project, name: &str) -> Result<String> {
    let names = project.list("src")?;
    let mut models = names.iter().filter(|folder| project.has(&format!("src/{folder}/model.rs")));
    let is_it = |plural: &String| {
        let source = project.read(&format!("src/{plural}/model.rs")).unwrap_or_default();
        command_of(&source).is_some_and(|command| command.split(' ').next() == Some(name))
    };
    let found = models.find(|plural| is_it(plural));
    found
        .cloned()
        .ok_or_else(|| format!("There is no model `{name}` that `cargo xtask model` made."))
}

/// The command in the head of a model's source.
fn command_of(source: &str) -> Option<&str> {
    source.split_once("`cargo xtask model ")?.1.split('`').next()
}

/// The column by which people know a row of another model.
pub(super) fn label_of(project: &Project, table: &str) -> Result<String> {
    let source = source_at(project, table)?;
    let fields = source.split_once("model! {").map_or("", |(_, model)| model);
    let label =
        fields.lines().find_map(|line| line.trim().strip_suffix(",")?.split_once(": Line<1"));
    let label = label.map(|(name, _)| name.trim().to_owned());
    label.ok_or_else(|| format!("src/{table}/model.rs has no line that its rows are called by."))
}

/// Who reads the rows of another model: as its functions say it, for it may have been changed since it was made.
pub(super) fn access_of(project: &Project, table: &str) -> Result<Access> {
    let source = source_at(project, table)?;
    if source.contains(&format!("fn all_{table}(")) {
        return Ok(Access::Public);
    }
    let is_shared = source.contains(&format!("fn {table}_of(_user_id"));
    Ok(if is_shared { Access::Admins } else { Access::Owner })
}

fn source_at(project: &Project, table: &str) -> Result<String> {
    project.read(&format!("src/{table}/model.rs")).map_err(|_| {
        format!("There are no `{table}` to refer to: make them first, by `cargo xtask model`.")
    })
}

/// A day and a time, after those of every migration. Those of an update count from 1 on their day: of two with one
/// number, a database would get the first alone.
pub(super) fn next_version(project: &Project) -> Result<String> {
    let second = format_description!("[year]-[month]-[day]-[hour][minute][second]");
    #[expect(clippy::disallowed_methods, reason = "no app runs here whose clock a test could move")]
    let now = OffsetDateTime::now_utc().format(second).map_err(|error| error.to_string())?;
    let newest = project.list("migrations/sqlite")?.pop().unwrap_or_default();
    let (date, number) = newest.split_at_checked(10).unwrap_or_default();
    if newest.get(..now.len()).is_none_or(|newest| newest < now.as_str()) {
        return Ok(now);
    }
    let number = number.get(1..7).and_then(|number| number.parse::<u32>().ok()).unwrap_or_default();
    Ok(format!("{date}-{:06}", number + 1))
}
