//! A model or a page of the user's own: made by a command, and changed since or not.

use crate::cut;
use crate::draft::Draft;
use crate::imports::has_word;
use crate::project::Result;
use crate::scan::Language;
use crate::sql::{self, Gone};
use crate::words;

/// Where it may have tests.
const TESTS: [&str; 4] = ["tests/web", "tests/binary", "tests/chromium", "tests/instances"];

pub struct Model {
    /// Its module, its table if it has one, its templates: `purchase_orders`.
    pub plural: String,
    /// The type of its rows: `PurchaseOrder`.
    type_name: String,
}

/// The one that is called so, by one or by several, among the features that `src/app.rs` lists as the user's.
pub fn find(draft: &Draft, name: &str) -> Result<Option<Model>> {
    words::check(name)?;
    let app = draft.read("src/app.rs").unwrap_or_default();
    let yours =
        app.split_once("    // Yours.\n").and_then(|(_, rest)| rest.split_once("    // Ours.\n"));
    let Some((yours, _)) = yours else {
        return Err("src/app.rs does not say any more which features are yours.".to_owned());
    };
    let listed = yours.lines().filter_map(|line| line.trim().strip_suffix("::FEATURE,"));
    let listed = listed.filter_map(|path| path.rsplit("::").next());
    let models = listed.map(|plural| Model::read(draft, plural));
    let is_it = |(one, model): &(String, Model)| {
        one == name || model.plural == name || model.plural == words::plural(name)
    };
    Ok(models.into_iter().find(is_it).map(|(_, model)| model))
}

impl Model {
    /// What one of them is called, and the model.
    fn read(draft: &Draft, plural: &str) -> (String, Self) {
        let source = draft.read(&format!("src/{plural}/model.rs")).unwrap_or_default();
        let command =
            source.split_once("`cargo xtask model ").and_then(|(_, rest)| rest.split('`').next());
        let one = command.and_then(|command| command.split(' ').next());
        let one = one.map_or_else(|| singular(plural), str::to_owned);
        let type_name = words::camel(&one);
        (one, Self { plural: plural.to_owned(), type_name })
    }

    pub fn words(&self) -> String {
        words::spaced(&self.plural)
    }

    /// By which words it is known where it is still named.
    pub fn known_by(&self) -> Vec<String> {
        let address = format!("/{}", self.plural.replace('_', "-"));
        vec![self.plural.clone(), address, self.type_name.clone(), words::title(&self.plural)]
    }

    /// Takes it out; its table, if it has one.
    pub fn take_out(&self, draft: &mut Draft) -> Result<Option<Gone>> {
        let plural = &self.plural;
        let owns_table = self.owns_table(draft);
        let mut others = self.named_by(draft, owns_table);
        if owns_table {
            others.extend(sql::referring_to(draft, plural));
        }
        if !others.is_empty() {
            return Err(format!(
                "{} names the {}: take that out first. Nothing was changed.",
                others.join(", "),
                self.words()
            ));
        }
        let own = [format!("src/{plural}.rs"), format!("src/{plural}")];
        let pages = [format!("templates/{plural}.html"), format!("templates/{plural}")];
        let tests = TESTS.map(|folder| format!("{folder}/{plural}.rs"));
        for path in own.into_iter().chain(pages).chain(tests) {
            if draft.has(&path) {
                draft.delete(&path);
            }
        }
        let feature = format!("crate::{plural}::FEATURE,");
        draft.edit("src/app.rs", &feature, |text| cut::item(Language::Rust, text, &feature));
        self.forget_in_tests(draft);
        if owns_table { Ok(Some(sql::forget_table(draft, plural))) } else { Ok(None) }
    }

    /// Whether the table of this name is its own: its sources name it. A page may be called as a table is that is
    /// another's.
    fn owns_table(&self, draft: &Draft) -> bool {
        let plural = &self.plural;
        let schema = draft.read("src/schema.rs").unwrap_or_default();
        let mut own = self.sources(draft).filter_map(|file| draft.read(&file));
        let is_named = |text: String| names_table(&text, plural);
        sql::has_table(&schema, plural) && own.any(is_named)
    }

    fn sources(&self, draft: &Draft) -> impl Iterator<Item = String> {
        let file = format!("src/{}.rs", self.plural);
        let folder = draft.files_in(&format!("src/{}", self.plural));
        draft.read(&file).map(|_| file).into_iter().chain(folder)
    }

    /// The sources of others that cannot do without it.
    fn named_by(&self, draft: &Draft, owns_table: bool) -> Vec<String> {
        let plural = &self.plural;
        let module = format!("crate::{plural}");
        let own =
            [format!("src/{plural}.rs"), format!("src/{plural}/"), "src/schema.rs".to_owned()];
        let is_own = |file: &String| own.iter().any(|own| file.starts_with(own));
        let names = |file: &String| {
            let text = draft.read(file).unwrap_or_default();
            let text = text.replace(&format!("crate::{plural}::FEATURE,"), "");
            has_word(&text, &module)
                || owns_table && names_table(&text, plural)
                || text.contains(&format!(" in {plural}, called "))
        };
        let is_rust = |file: &String| Language::of(file) == Language::Rust;
        let sources = draft.files_in("src").into_iter().filter(is_rust);
        sources.filter(|file| !is_own(file)).filter(names).collect()
    }

    /// The rows that lists of tests have of it.
    fn forget_in_tests(&self, draft: &mut Draft) {
        let address = format!("/{}", self.plural.replace('_', "-"));
        let (whole, below) = (format!("\"{address}\""), format!("\"{address}/"));
        let of_tests = format!("crate::{}::", self.plural);
        for file in draft.files_in("tests") {
            let text = draft.read(&file).filter(|_| Language::of(&file) == Language::Rust);
            let Some(text) = text else { continue };
            let is_public = file == "tests/web/public.rs";
            let is_row = |line: &&str| {
                line.trim_start().starts_with(&of_tests)
                    || (is_public && (line.contains(&whole) || line.contains(&below)))
            };
            let left: String = text.split_inclusive('\n').filter(|line| !is_row(line)).collect();
            draft.write(&file, left);
        }
    }
}

/// One of several, as most English words say it.
fn singular(plural: &str) -> String {
    match plural.strip_suffix("ies") {
        Some(stem) => format!("{stem}y"),
        None => plural.strip_suffix('s').unwrap_or(plural).to_owned(),
    }
}

/// Whether a source names a table: `loans::table`, `loans::name`, or among the imports.
fn names_table(text: &str, table: &str) -> bool {
    let of_it = format!("{table}::");
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    let named = text.match_indices(&of_it).any(|(at, _)| !text[..at].ends_with(is_part));
    named || text.lines().any(|line| line.contains("schema::") && has_word(line, table))
}
