//! The names of a model in its sources. What the templates name themselves is read off what they make, so that no
//! list of it can be out of date: a model's own types are others, or the model is refused, and its variables get
//! longer names where they would hide something.

use std::collections::BTreeSet;

use super::{Access, Model, drawn};
use crate::field::Field;
use crate::project::Result;
use crate::scan::{Language, Scan};

/// The sources of the macros that make a model. The types that these name are looked for where a macro is called.
const MACROS: [&str; 5] = [
    include_str!("../../../actix-login/src/scopes.rs"),
    include_str!("../../../database/src/export.rs"),
    include_str!("../../../database/src/model.rs"),
    include_str!("../../../database/src/purge.rs"),
    include_str!("../../../database/src/reference.rs"),
];

/// What no template has to name to use it: what Rust, Diesel and Askama bring, some of it by methods alone.
const PRELUDE: &str = "caller BoolExpressionMethods Err ExpressionMethods From Insertable None Ok OptionalExtension Option \
    QueryDsl Result RunQueryDsl SelectableHelper Self Some String TextExpressionMethods Vec";

/// The beginning of every name of a model that is nobody's.
const NOBODYS: [&str; 2] = ["zz_", "Zz"];

/// A field of every kind.
const FIELDS: [&str; 13] = [
    "zz_line:string",
    "zz_text:text?",
    "zz_integer:integer?",
    "zz_number:integer:1..5",
    "zz_decimal:decimal",
    "zz_bool:bool",
    "zz_date:date?",
    "zz_time:datetime",
    "zz_email:email?",
    "zz_url:url",
    "zz_choice:choice:zz_one,zz_two",
    "zz_other:references",
    "zz_third:references:zz_thirds?",
];

/// What the sources of every model name.
#[derive(Default)]
pub struct Used {
    names: BTreeSet<String>,
    /// Those that are modules, crates, or brought in.
    paths: BTreeSet<String>,
}

impl Used {
    pub fn by_templates() -> Result<Self> {
        let mut used = Self::default();
        for access in [Access::Owner, Access::Admins, Access::Public] {
            for (file, text) in drawn::files(&nobodys(access)?, "")? {
                if file.starts_with("src/") {
                    used.read(&code(&text));
                } else if file.starts_with("templates/") {
                    used.read(&code(&expressions(&text)));
                }
            }
        }
        used.names.extend(PRELUDE.split_whitespace().map(str::to_owned));
        for source in MACROS {
            used.read_macros(source);
        }
        Ok(used)
    }

    /// Variables of a macro hide nothing, and what begins with `$` is the caller's.
    fn read_macros(&mut self, source: &str) {
        let macros =
            source.split("macro_rules!").skip(1).filter_map(|rest| rest.split("\n}").next());
        for code in macros.map(code) {
            let types = names(&code).filter(|(name, place)| {
                name.starts_with(char::is_uppercase) && !matches!(place, Place::Member)
            });
            self.names.extend(types.map(|(name, _)| name.to_owned()));
            // What a `use` in a function brings, too.
            let brought = code.split("use ").skip(1).flat_map(declared);
            let types = brought.filter(|name| name.starts_with(char::is_uppercase));
            self.names.extend(types.map(str::to_owned));
        }
    }

    fn read(&mut self, code: &str) {
        let named = |is: fn(&Place) -> bool| -> BTreeSet<&str> {
            let found = names(code).filter(|(_, place)| is(place)).map(|(name, _)| name);
            found.filter(|name| !NOBODYS.iter().any(|part| name.contains(part))).collect()
        };
        let macros = named(|place| matches!(place, Place::Macro));
        let paths = named(|place| matches!(place, Place::Path));
        let plain = named(|place| matches!(place, Place::Plain));
        let brought: BTreeSet<_> = code.split("use ").skip(1).flat_map(declared).collect();
        let plain = plain.difference(&macros).copied();
        let (brought, plain): (Vec<_>, Vec<_>) = plain.partition(|name| brought.contains(name));
        self.names.extend(plain.into_iter().map(str::to_owned));
        for name in brought.into_iter().chain(paths) {
            self.names.insert(name.to_owned());
            self.paths.insert(name.to_owned());
        }
    }

    /// Refuses a table that would hide a module or a crate.
    fn check_module(&self, name: &str) -> Result<()> {
        if self.paths.contains(name) {
            return Err(format!(
                "`{name}` is something else in the sources of every model: choose another name, by `--plural`."
            ));
        }
        Ok(())
    }
}

/// How a name stands in a source.
enum Place {
    /// After a dot, a path or a `$`, where nothing can hide it.
    Member,
    /// With a `!`: of a kind of its own.
    Macro,
    /// Before `::`, or after `mod`.
    Path,
    Plain,
}

/// The names in a code, each with how it stands there.
fn names(code: &str) -> impl Iterator<Item = (&str, Place)> {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    let mut at = 0;
    std::iter::from_fn(move || {
        let start = at + code[at..].find(is_part)?;
        let length = code[start..].find(|c| !is_part(c)).unwrap_or(code.len() - start);
        at = start + length;
        let (before, after) = (code[..start].trim_end(), &code[at..]);
        let is_of = before.ends_with("::") || before.ends_with('$');
        let place = match () {
            () if is_of || (before.ends_with('.') && !before.ends_with("..")) => Place::Member,
            () if after.starts_with('!') && !after.starts_with("!=") => Place::Macro,
            () if after.starts_with("::") || before.ends_with("mod") => Place::Path,
            () => Place::Plain,
        };
        Some((&code[start..at], place))
    })
}

/// What a `use` brings in whose names begin here.
fn declared(rest: &str) -> impl Iterator<Item = &str> {
    let names = rest.split(';').next().unwrap_or_default();
    names.split(|c: char| !(c.is_alphanumeric() || c == '_'))
}

/// A source without its comments, texts and attributes.
fn code(text: &str) -> String {
    let mut scan = Scan::new(Language::Rust);
    let lines: Vec<_> = text.lines().map(|line| scan.code(line)).collect();
    let code = lines.join("\n");
    let (mut out, mut rest) = (String::new(), code.as_str());
    while let Some((before, attribute)) = rest.split_once("#[") {
        let mut depth = 1;
        let end = attribute.find(|c| {
            depth += i32::from(c == '[') - i32::from(c == ']');
            depth == 0
        });
        out.push_str(before);
        rest = end.map_or("", |end| &attribute[end + 1..]);
    }
    out + rest
}

/// What a template of a page asks for.
fn expressions(text: &str) -> String {
    let opened = text.split("{{").flat_map(|part| part.split("{%")).skip(1);
    let inside = opened.filter_map(|part| part.split(['}', '%']).next());
    inside.collect::<Vec<_>>().join("\n")
}

/// A model with names that are nobody's, and a field of every kind.
fn nobodys(access: Access) -> Result<Model> {
    let fields = FIELDS.iter().map(|field| Field::parse(field)).collect::<Result<Vec<_>>>()?;
    Ok(Model {
        name: "zz_one".to_owned(),
        plural: "zz_many".to_owned(),
        row: "zz_one".to_owned(),
        rows: "zz_many".to_owned(),
        type_name: "ZzOne".to_owned(),
        words: String::new(),
        words_plural: String::new(),
        path: "/".to_owned(),
        icon: "",
        fields,
        api: true,
        command: String::new(),
        access,
    })
}

impl Model {
    /// Gives it names that hide nothing, or refuses it.
    pub fn settle_names(&mut self) -> Result<()> {
        let used = Used::by_templates()?;
        used.check_module(&self.plural)?;
        self.settle_types(&used)?;
        self.settle_variables(&used)?;
        self.check_functions(&used)
    }

    fn settle_types(&mut self, used: &Used) -> Result<()> {
        let mut taken = used.names.clone();
        if !taken.insert(self.type_name.clone()) {
            return Err(format!(
                "`{}` is something else in the sources of every model: choose another name.",
                self.type_name
            ));
        }
        taken.extend(["Read", "Write"].map(|right| self.scope() + right));
        for field in &mut self.fields {
            if !field.is_choice() && !field.is_reference() {
                continue;
            }
            let longer = format!("{}{}", self.type_name, field.type_name);
            field.type_name = free(&mut taken, [field.type_name.clone(), longer])
                .ok_or_else(|| no_name_for(&field.name))?;
        }
        Ok(())
    }

    fn settle_variables(&mut self, used: &Used) -> Result<()> {
        let mut taken = used.names.clone();
        let row = [self.name.clone(), format!("{}_row", self.name)];
        self.row = free(&mut taken, row).ok_or_else(|| no_name_for(&self.name))?;
        let rows = [self.plural.clone(), format!("{}_rows", self.name)];
        self.rows = free(&mut taken, rows).ok_or_else(|| no_name_for(&self.plural))?;
        for field in self.fields.iter_mut().filter(|field| field.is_reference()) {
            let list = [field.list.clone(), format!("{}_choices", field.stem())];
            field.list = free(&mut taken, list).ok_or_else(|| no_name_for(&field.name))?;
        }
        Ok(())
    }

    /// One for all, one for one, one for what can be brought back: by different names.
    fn check_functions(&self, used: &Used) -> Result<()> {
        let mut taken = used.names.clone();
        let (one, many) = (&self.name, &self.plural);
        let names = [
            format!("{many}_of"),
            format!("{one}_of"),
            format!("deleted_{one}_of"),
            format!("all_{many}"),
        ];
        match names.into_iter().find(|name| !taken.insert(name.clone())) {
            Some(twice) => Err(format!(
                "There would be two functions called `{twice}`: choose another name, or another `--plural`."
            )),
            None => Ok(()),
        }
    }
}

/// The first of these that is not taken, which it is from now on.
fn free(taken: &mut BTreeSet<String>, wanted: [String; 2]) -> Option<String> {
    wanted.into_iter().find(|name| taken.insert(name.clone()))
}

fn no_name_for(name: &str) -> String {
    format!("`{name}` is too much like another name here: choose another one.")
}
