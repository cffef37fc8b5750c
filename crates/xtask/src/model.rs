//! A model with its pages, its API, its tables and its tests.

use askama::Template;
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
    Reference Response Result Row Sent Shelf Show Some String Submitted Template Text Time Values Vec WebAddress \
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

#[derive(Template)]
#[template(path = "model/pages.rs")]
struct Pages<'a> {
    m: &'a Model,
}

#[derive(Template)]
#[template(path = "model/model.rs")]
struct Rows<'a> {
    m: &'a Model,
}

#[derive(Template)]
#[template(path = "model/api.rs")]
struct Api<'a> {
    m: &'a Model,
}

#[derive(Template)]
#[template(path = "model/schema.rs")]
struct Schema<'a> {
    m: &'a Model,
}

#[derive(Template)]
#[template(path = "model/tests.rs")]
struct Tests<'a> {
    m: &'a Model,
}

#[derive(Template)]
#[template(path = "model/index.html")]
struct IndexPage<'a> {
    m: &'a Model,
}

#[derive(Template)]
#[template(path = "model/show.html")]
struct ShowPage<'a> {
    m: &'a Model,
}

#[derive(Template)]
#[template(path = "model/edit.html")]
struct EditPage<'a> {
    m: &'a Model,
}

#[derive(Template)]
#[template(path = "model/delete.html")]
struct DeletePage<'a> {
    m: &'a Model,
}

#[derive(Template)]
#[template(path = "model/up.sql")]
struct Up<'a> {
    m: &'a Model,
    postgres: bool,
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
        let mut files = vec![
            (format!("src/{plural}.rs"), draw(&Pages { m: self })?),
            (format!("src/{plural}/model.rs"), draw(&Rows { m: self })?),
        ];
        if self.api {
            files.push((format!("src/{plural}/api.rs"), draw(&Api { m: self })?));
        }
        files.push((format!("templates/{plural}/index.html"), draw(&IndexPage { m: self })?));
        files.push((format!("templates/{plural}/show.html"), draw(&ShowPage { m: self })?));
        files.push((format!("templates/{plural}/edit.html"), draw(&EditPage { m: self })?));
        files.push((format!("templates/{plural}/delete.html"), draw(&DeletePage { m: self })?));
        for (folder, postgres) in [("sqlite", false), ("postgres", true)] {
            let folder = format!("migrations/{folder}/{migration}");
            files.push((format!("{folder}/up.sql"), draw(&Up { m: self, postgres })?));
            files.push((format!("{folder}/down.sql"), format!("DROP TABLE {plural};\n")));
        }
        files.push((format!("tests/web/{plural}.rs"), draw(&Tests { m: self })?));
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
            Lines { file: "src/schema.rs", place: Place::End, text: draw(&Schema { m: self })? },
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

    pub fn a(&self) -> String {
        words::with_article(&self.words)
    }

    pub fn a_title(&self) -> String {
        let a = self.a();
        format!("A{}", &a[1..])
    }

    pub fn title_plural(&self) -> String {
        words::title(&self.plural)
    }

    /// As it stands in addresses and scopes.
    pub fn slug(&self) -> &str {
        &self.path[1..]
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

    pub fn searched(&self) -> Vec<&Field> {
        self.fields.iter().filter(|field| field.is_searched()).collect()
    }

    /// Beside the label.
    pub fn searched_too(&self) -> Vec<&Field> {
        self.searched().into_iter().filter(|field| field.name != self.label().name).collect()
    }

    pub fn sorted(&self) -> Vec<&Field> {
        let shown = |field: &&Field| {
            field.name == self.label().name
                || self.columns().iter().any(|column| column.name == field.name)
        };
        self.fields.iter().filter(|field| field.is_sorted()).filter(shown).collect()
    }

    /// What a list shows beside the label: four have room.
    pub fn columns(&self) -> Vec<&Field> {
        self.facts().into_iter().take(4).collect()
    }

    /// The longer text under the label in a list.
    pub fn excerpt(&self) -> Option<&Field> {
        self.fields.iter().find(|field| field.is_text())
    }

    /// What a row's page lists.
    pub fn facts(&self) -> Vec<&Field> {
        let label = self.label().name.clone();
        self.fields.iter().filter(|field| !field.is_text() && field.name != label).collect()
    }

    pub fn bodies(&self) -> Vec<&Field> {
        self.fields.iter().filter(|field| field.is_text()).collect()
    }

    pub fn uses_date(&self) -> bool {
        self.fields.iter().any(Field::is_date)
    }

    /// Where reading begins.
    pub fn readable(&self) -> String {
        if self.is_public() {
            format!("all_{}()", self.plural)
        } else {
            format!("{}_of(user_id)", self.plural)
        }
    }

    pub fn guard(&self) -> &'static str {
        if self.is_admin() { "Admin" } else { "CurrentUser" }
    }

    pub fn reader(&self) -> &'static str {
        if self.is_public() { "OptionalUser" } else { self.guard() }
    }

    pub fn guards(&self) -> &'static str {
        match self.access {
            Access::Owner => "CurrentUser",
            Access::Admins => "Admin",
            Access::Public => "{CurrentUser, OptionalUser}",
        }
    }

    pub fn own(&self) -> String {
        let guard = if self.is_admin() { ", Admin" } else { "" };
        format!("Own<{}{guard}>", self.type_name)
    }

    pub fn shelf(&self) -> &'static str {
        if self.is_admin() { "Admins" } else { "Main" }
    }

    pub fn who_sees(&self) -> &'static str {
        match self.access {
            Access::Owner => "What you add is seen by nobody else.",
            Access::Admins => "What you add is seen by all administrators, and by nobody else.",
            Access::Public => "What you add is seen by everybody.",
        }
    }

    pub fn whose(&self) -> &'static str {
        if self.access == Access::Owner { "your" } else { "all" }
    }

    pub fn whose_title(&self) -> &'static str {
        if self.access == Access::Owner { "Your" } else { "All" }
    }

    pub fn whose_to_write(&self) -> &'static str {
        if self.is_admin() { "all" } else { "your" }
    }

    pub fn leaves(&self) -> &'static str {
        if self.access == Access::Owner { "your" } else { "the" }
    }

    pub fn scope(&self) -> String {
        words::camel(&self.plural)
    }

    pub fn searched_words(&self) -> String {
        let names: Vec<_> =
            self.searched().iter().map(|field| format!("`{}`", field.name)).collect();
        names.join(" or ")
    }

    pub fn sorted_words(&self) -> String {
        let mut names: Vec<_> =
            self.sorted().iter().map(|field| format!("`{}`", field.name)).collect();
        names.push("`created`".to_owned());
        names.join(" or ")
    }

    /// The call of a page's form.
    pub fn draw(&self, user: &str, id: &str) -> String {
        if self.references().is_empty() {
            format!("draw(page, form, {id})")
        } else {
            format!("draw(page, &db, {user}, form, {id}).await")
        }
    }

    /// Whether the tests need more than somebody who is logged in.
    pub fn needs_ada(&self) -> bool {
        self.is_admin() || !self.references().is_empty()
    }

    /// The first line of a test.
    pub fn set_up(&self) -> &'static str {
        if self.needs_ada() {
            "let ada = ada(&Site::open().await).await;"
        } else {
            "let ada = Browser::logged_in(\"ada\").await;"
        }
    }

    /// The same beside somebody else.
    pub fn ada(&self) -> &'static str {
        if self.needs_ada() { "ada(&site).await" } else { "site.logged_in(\"ada\").await" }
    }

    /// In the name of a test: `an_invoice`.
    pub fn sentence_a(&self) -> String {
        self.a().replace(' ', "_")
    }

    pub fn wrong_fields(&self) -> Vec<&Field> {
        self.fields.iter().filter(|field| field.wrong().is_some()).collect()
    }

    /// A form of which all is wrong that can be.
    pub fn wrong(&self) -> String {
        let mut wrong = vec![format!("(\"{}\", \" \")", self.label().name)];
        let fields = self.fields.iter().filter_map(|field| Some((field, field.wrong()?)));
        wrong.extend(fields.map(|(field, typed)| format!("(\"{}\", \"{typed}\")", field.name)));
        format!("[{}]", wrong.join(", "))
    }

    /// A text that is not lost.
    pub fn kept(&self) -> Option<&Field> {
        self.excerpt()
    }

    pub fn json(&self) -> String {
        let members =
            self.fields.iter().map(|field| format!("\"{}\": {}", field.name, field.json()));
        members.collect::<Vec<_>>().join(", ")
    }

    pub fn last(&self) -> &Field {
        self.fields.last().unwrap_or_else(|| self.label())
    }

    pub fn tables(&self) -> String {
        let mut tables = vec![self.plural.as_str()];
        tables.extend(self.references().iter().map(|field| field.table()));
        tables.sort_unstable();
        tables.dedup();
        if tables.len() == 1 { self.plural.clone() } else { format!("{{{}}}", tables.join(", ")) }
    }

    pub fn db_imports(&self) -> String {
        let fields = |is: fn(&Field) -> bool| self.fields.iter().any(is);
        let names = [
            ("Backend", true),
            ("Connection", true),
            ("Decimal", fields(|field| field.rust().contains("Decimal"))),
            ("Export", true),
            ("Reference", fields(Field::is_reference)),
            ("choice", fields(Field::is_choice)),
            ("choices", fields(Field::is_reference)),
            ("copy_of", true),
            ("in_order", true),
            ("lower", true),
            ("model", true),
        ];
        listed(&names)
    }

    pub fn web_imports(&self) -> String {
        let uses = |kind: &str| self.fields.iter().any(|field| field.rust().contains(kind));
        let names = [
            ("Db", true),
            ("EmailAddress", uses("EmailAddress")),
            ("Errors", true),
            ("Features", true),
            ("Form", true),
            ("Integer", uses("Integer<")),
            ("Line", true),
            ("List", true),
            ("Owned", true),
            ("Paging", true),
            ("Result", true),
            ("Row", !self.is_admin()),
            ("Text", uses("Text<")),
            ("UNDO", true),
            ("WebAddress", uses("WebAddress")),
        ];
        listed(&names)
    }

    pub fn model_imports(&self) -> String {
        let mut names = vec!["Draft".to_owned(), self.type_name.clone()];
        names.extend(self.references().iter().map(|field| field.type_name()));
        names.extend(["bring_back", "insert", "list", "remove"].map(str::to_owned));
        names.push(format!("deleted_{}_of", self.name));
        if !self.is_admin() {
            names.push(format!("{}_of", self.plural));
        }
        if self.is_public() {
            names.push(format!("all_{}", self.plural));
        }
        names.join(", ")
    }

    pub fn api_model_imports(&self) -> String {
        let mut names = vec!["Draft".to_owned(), self.type_name.clone()];
        names.extend(["insert", "list", "remove"].map(str::to_owned));
        if self.is_public() {
            names.push(format!("all_{}", self.plural));
        }
        names.join(", ")
    }

    pub fn pages_imports(&self) -> String {
        let names = [
            ("Db", true),
            ("Deserialize", true),
            ("Feature", true),
            ("Features", true),
            ("Figure", !self.is_admin()),
            ("Flash", true),
            ("List", true),
            ("Newest", !self.is_admin()),
            ("Own", true),
            ("Page", true),
            ("Paging", true),
            ("Path", true),
            ("Place", true),
            ("Query", true),
            ("Reference", !self.references().is_empty()),
            ("Response", true),
            ("Sent", true),
            ("ServiceConfig", true),
            ("Shelf", true),
            ("Submitted", true),
            ("Template", true),
            ("UNDO", true),
            ("once", true),
            ("redirect", true),
            ("render", true),
            ("render_with", true),
            ("resource", true),
            ("save", true),
        ];
        listed(&names)
    }

    /// How wide the names of columns are, so that their types stand below each other.
    pub fn sql_pad(&self, name: &str) -> String {
        let widest =
            self.fields.iter().map(|field| field.name.len()).max().unwrap_or_default().max(10);
        format!("{name:widest$}")
    }

    pub fn sql_id(&self, postgres: &bool) -> String {
        let kind = if *postgres {
            "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY"
        } else {
            "INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL"
        };
        format!("{} {kind}", self.sql_pad("id"))
    }

    pub fn sql_user(&self, postgres: &bool) -> String {
        let kind = if *postgres { "BIGINT" } else { "INTEGER" };
        format!(
            "{} {kind} NOT NULL REFERENCES users (id) ON DELETE CASCADE",
            self.sql_pad("user_id")
        )
    }

    pub fn sql_column(&self, field: &Field, postgres: &bool) -> String {
        let named = if field.is_reference() && self.is_admin() {
            format!(" REFERENCES {} (id) ON DELETE CASCADE", field.table())
        } else {
            String::new()
        };
        format!("{} {}{named}", self.sql_pad(&field.name), field.sql(*postgres))
    }
}

fn listed(names: &[(&str, bool)]) -> String {
    let names: Vec<_> = names.iter().filter(|(_, is)| *is).map(|(name, _)| *name).collect();
    names.join(", ")
}

fn draw(template: &impl Template) -> Result<String> {
    let text = template.render().map_err(|error| error.to_string())?;
    // Askama leaves out the line's end at the end of a file.
    Ok(format!("{}\n", text.trim_end()))
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
