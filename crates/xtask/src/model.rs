//! A model with its pages, its API, its tables and its tests.

mod drawn;
mod imports;
mod known;
mod lints;
mod names;
mod place;
mod sql;
mod trial;
mod view;

use crate::ModelArgs;
use crate::field::Field;
use crate::plan::{Lines, Place, Plan};
use crate::project::{Project, Result};
use crate::words;

pub use known::{made, to_undo};

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
    /// One of them as a variable, and several.
    pub row: String,
    pub rows: String,
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
    model.check_place(project)?;
    let version = known::next_version(project)?;
    model.plan(&format!("{version}_create_{}", model.plural))
}

impl Model {
    fn read(project: &Project, args: &ModelArgs) -> Result<Self> {
        words::check(&args.name)?;
        let plural = args.plural.clone().unwrap_or_else(|| words::plural(&args.name));
        words::check_table(&plural)?;
        if plural == args.name {
            return Err(format!(
                "One and several need two names: leave out `--plural`, for `{}`, or say another one.",
                words::plural(&args.name)
            ));
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
            field.called = known::label_of(project, field.table())?;
        }
        let mut model = Self {
            row: args.name.clone(),
            rows: plural.clone(),
            type_name: words::camel(&args.name),
            words: words::spaced(&args.name),
            words_plural: words::spaced(&plural),
            name: args.name.clone(),
            icon: "note",
            api: !args.no_api && project.has("src/api.rs"),
            command: typed(args),
            path: format!("/{}", plural.replace('_', "-")),
            plural,
            fields,
            access,
        };
        model.settle_names()?;
        Ok(model)
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

/// A command as it was typed.
fn typed(args: &ModelArgs) -> String {
    let mut words = vec![args.name.clone()];
    words.extend(args.fields.iter().cloned());
    words.extend(args.plural.iter().map(|plural| format!("--plural {plural}")));
    let flags = [(args.no_api, "--no-api"), (args.admin, "--admin"), (args.public, "--public")];
    words.extend(flags.iter().filter(|(is, _)| *is).map(|(_, flag)| (*flag).to_owned()));
    words.join(" ")
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
