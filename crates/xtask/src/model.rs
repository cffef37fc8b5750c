//! A model with its pages, its API, its tables and its tests.

mod drawn;
mod imports;
mod sql;
mod trial;
mod view;

use time::OffsetDateTime;
use time::macros::format_description;

use crate::ModelArgs;
use crate::field::Field;
use crate::plan::{Lines, Place, Plan};
use crate::project::{Project, Result};
use crate::words;

/// Types that the sources of a model name already.
const TYPES: &str = "Backend Clock Connection Date Db Decimal Deleted Draft Edit EmailAddress Errors Export Feature \
    Features Figure Flash Form Index Line List Named New Newest Note Option Own Owned Page Paging Path Place Query \
    Reference Response Result Row Sent Shelf Show Some String Submitted Template Text Time Typed Values Vec WebAddress \
    Admin ConfirmDelete Scoped Self Valid";

/// Who may read and write the rows of a model.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Access {
    /// Each their own.
    Owner,
    /// Administrators all of them.
    Admins,
    /// Everybody reads; who made one writes it.
    Public,
}

/// A model, as its sources need it.
pub struct Model {
    pub name: String,
    pub plural: String,
    pub type_name: String,
    pub words: String,
    pub words_plural: String,
    pub path: String,
    pub icon: &'static str,
    pub fields: Vec<Field>,
    pub api: bool,
    /// What was typed.
    pub command: String,
    access: Access,
}

/// What a command makes.
pub fn plan(project: &Project, args: &ModelArgs) -> Result<Plan> {
    let model = Model::read(project, args)?;
    let taken =
        |name: &str| project.has(&format!("src/{name}.rs")) || project.has(&format!("src/{name}"));
    if taken(&model.plural)
        || project.read("src/schema.rs")?.contains(&format!("    {} (id)", model.plural))
    {
        return Err(format!("There are {} already. Nothing was changed.", model.plural));
    }
    let version = next_version(project)?;
    model.plan(&format!("{version}_create_{}", model.plural))
}

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
fn source_of(project: &Project, name: &str) -> Result<String> {
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

/// A day and a number after those of every migration.
fn next_version(project: &Project) -> Result<String> {
    let day = format_description!("[year]-[month]-[day]");
    #[expect(clippy::disallowed_methods, reason = "no app runs here whose clock a test could move")]
    let today = OffsetDateTime::now_utc().format(day).map_err(|error| error.to_string())?;
    let newest = project.list("migrations/sqlite")?.pop().unwrap_or_default();
    let (date, number) = newest.split_at_checked(10).unwrap_or_default();
    if date < today.as_str() {
        return Ok(format!("{today}-000001"));
    }
    let number = number.get(1..7).and_then(|number| number.parse::<u32>().ok()).unwrap_or_default();
    Ok(format!("{date}-{:06}", number + 1))
}

impl Model {
    fn read(project: &Project, args: &ModelArgs) -> Result<Self> {
        words::check(&args.name)?;
        let plural = args.plural.clone().unwrap_or_else(|| words::plural(&args.name));
        words::check(&plural)?;
        let type_name = words::camel(&args.name);
        if plural == args.name {
            return Err(format!(
                "One and several need two names: add `--plural`, for example `--plural {plural}s`."
            ));
        }
        if TYPES.split_whitespace().any(|taken| taken == type_name && taken != "Note") {
            return Err(format!("`{type_name}` is a name of the framework's: choose another one."));
        }
        let access = match (args.admin, args.public) {
            (true, _) => Access::Admins,
            (_, true) => Access::Public,
            _ => Access::Owner,
        };
        let mut fields =
            args.fields.iter().map(|field| Field::parse(field)).collect::<Result<Vec<_>>>()?;
        check_fields(&fields, &plural)?;
        for field in fields.iter_mut().filter(|field| field.is_reference()) {
            field.called = label_of(project, field.table(), access == Access::Admins)?;
        }
        let path = format!("/{}", plural.replace('_', "-"));
        let mut command = vec![args.name.clone()];
        command.extend(args.fields.iter().cloned());
        command.extend(args.plural.iter().map(|plural| format!("--plural {plural}")));
        let flags = [(args.no_api, "--no-api"), (args.admin, "--admin"), (args.public, "--public")];
        command.extend(flags.iter().filter(|(is, _)| *is).map(|(_, flag)| (*flag).to_owned()));
        Ok(Self {
            words: words::spaced(&args.name),
            words_plural: words::spaced(&plural),
            name: args.name.clone(),
            icon: "note",
            api: !args.no_api && project.has("src/api.rs"),
            command: command.join(" "),
            type_name,
            plural,
            path,
            fields,
            access,
        })
    }

    fn plan(&self, migration: &str) -> Result<Plan> {
        let plural = &self.plural;
        let files = drawn::files(self, migration)?;
        let line =
            |file, begin, end, text| Lines { file, place: Place::Among { begin, end }, text };
        let mut lines = vec![
            line("src/lib.rs", "// Your features.", "// Ours.", format!("pub mod {plural};\n")),
            line(
                "src/app.rs",
                "    // Yours.",
                "    // Ours.",
                format!("    crate::{plural}::FEATURE,\n"),
            ),
            Lines { file: "src/schema.rs", place: Place::End, text: drawn::schema(self)? },
            line(
                "tests/web/main.rs",
                "// Of your features.",
                "// Of ours.",
                format!("mod {plural};\n"),
            ),
        ];
        if self.is_public() {
            let public = [self.path.clone(), format!("{}/{{id}}", self.path)];
            let text = public.map(|path| {
                format!(
                    "    (\"GET\", \"{path}\", {}),\n",
                    if path.contains('{') { 404 } else { 200 }
                )
            });
            lines.push(line("tests/web/public.rs", "    // Yours.", "    // Ours.", text.concat()));
        }
        let advice = vec![
            "`cargo run` makes the table; `cargo test` tests it.".to_owned(),
            format!("Take it out again: `cargo xtask undo model {}`.", self.name),
        ];
        Ok(Plan { what: format!("the model `{}`", self.name), files, lines, advice })
    }

    pub fn is_admin(&self) -> bool {
        self.access == Access::Admins
    }

    pub fn is_public(&self) -> bool {
        self.access == Access::Public
    }

    /// The first line of a row is what it is called.
    pub fn label(&self) -> &Field {
        let label = self.fields.iter().find(|field| is_label(field));
        label.expect("a model without one is refused")
    }

    pub fn references(&self) -> Vec<&Field> {
        self.fields.iter().filter(|field| field.is_reference()).collect()
    }

    /// Those that name a row of the same owner.
    pub fn owned_references(&self) -> Vec<&Field> {
        if self.is_admin() { Vec::new() } else { self.references() }
    }

    pub fn choices(&self) -> Vec<&Field> {
        self.fields.iter().filter(|field| field.is_choice()).collect()
    }

    /// Where reading begins.
    pub fn readable(&self) -> String {
        if self.is_public() {
            format!("all_{}()", self.plural)
        } else {
            format!("{}_of(user_id)", self.plural)
        }
    }
}

fn is_label(field: &Field) -> bool {
    field.rust().starts_with("Line<1")
}

fn check_fields(fields: &[Field], plural: &str) -> Result<()> {
    if !fields.iter().any(is_label) {
        return Err("A row needs a name that people know it by: let one field be a `string`, as in `name:string`.".to_owned());
    }
    for (at, field) in fields.iter().enumerate() {
        if fields[..at].iter().any(|other| other.name == field.name) {
            return Err(format!("The field `{}` is there twice.", field.name));
        }
        if field.name == plural {
            return Err(format!("`{plural}` is the table: call the field something else."));
        }
    }
    // Diesel's tables have at most 16 columns, unless its feature `32-column-tables` is on.
    if fields.len() > 12 {
        return Err(
            "A model has at most 12 fields: the rest is another model, which refers to it."
                .to_owned(),
        );
    }
    Ok(())
}

/// The column by which people know a row of another model.
fn label_of(project: &Project, table: &str, for_admins: bool) -> Result<String> {
    let Ok(source) = project.read(&format!("src/{table}/model.rs")) else {
        return Err(format!(
            "There are no `{table}` to refer to: make them first, by `cargo xtask model`."
        ));
    };
    if command_of(&source).is_some_and(|command| command.contains("--admin") != for_admins) {
        return Err(format!(
            "Administrators share the one and not the other: what refers to {table} has to be as they are."
        ));
    }
    let fields = source.split_once("model! {").map_or("", |(_, model)| model);
    let label =
        fields.lines().find_map(|line| line.trim().strip_suffix(",")?.split_once(": Line<1"));
    let label = label.map(|(name, _)| name.trim().to_owned());
    label.ok_or_else(|| format!("src/{table}/model.rs has no line that its rows are called by."))
}
