//! Migrations, statement by statement: those about a table go with it.

use crate::cut::Miss;
use crate::draft::Draft;
use crate::imports::has_word;

/// The folders of migrations, one for each database.
const DATABASES: [&str; 2] = ["migrations/sqlite", "migrations/postgres"];

/// What a database that is used already has to be told.
pub struct Gone {
    pub statements: Vec<String>,
    /// The versions of the migrations that are no more.
    pub versions: Vec<String>,
}

/// Takes a table out of the schema and of all migrations. One that is about nothing else goes as a whole.
pub fn forget_table(draft: &mut Draft, table: &str) -> Gone {
    draft.edit("src/schema.rs", table, |text| without_table(text, table));
    let mut versions = Vec::new();
    for folder in DATABASES {
        let files: Vec<_> = draft.files_in(folder);
        let texts = files.iter().filter_map(|file| draft.read(file)).collect::<String>();
        let names = [vec![table.to_owned()], indexes_of(&texts, table)].concat();
        for up in files.iter().filter(|file| file.ends_with("/up.sql")) {
            let Some(migration) = up.strip_suffix("/up.sql") else { continue };
            let down = format!("{migration}/down.sql");
            let [up_text, down_text] = [up, &down].map(|file| draft.read(file).unwrap_or_default());
            let [left_up, left_down] = [&up_text, &down_text].map(|text| without(text, &names));
            if left_up.trim().is_empty() && !up_text.trim().is_empty() {
                versions.push(version_of(migration));
                draft.delete(migration);
                continue;
            }
            draft.write(up, left_up);
            draft.write(&down, left_down);
        }
    }
    Gone { statements: vec![format!("DROP TABLE {table};")], versions }
}

/// Takes out the migration that is called so, which makes no table.
pub fn forget_migration(draft: &mut Draft, name: &str, statements: &[&str]) -> Gone {
    let mut versions = Vec::new();
    let ending = format!("_{name}/up.sql");
    let files: Vec<_> = DATABASES.iter().flat_map(|folder| draft.files_in(folder)).collect();
    for file in files {
        if let Some(date) = file.strip_suffix(&ending) {
            versions.push(version_of(date));
            draft.delete(&format!("{date}_{name}"));
        }
    }
    Gone { statements: statements.iter().map(|it| (*it).to_owned()).collect(), versions }
}

/// As Diesel stores it: `2026-11-01-000003_create_notes` is `20261101000003`.
fn version_of(migration: &str) -> String {
    let name = migration.rsplit('/').next().unwrap_or_default();
    name.split('_').next().unwrap_or_default().replace('-', "")
}

/// The names of the indexes that are made on a table.
fn indexes_of(sql: &str, table: &str) -> Vec<String> {
    let made = sql.split("INDEX ").skip(1).filter_map(|index| {
        let (name, rest) = index.split_once(" ON ")?;
        let on = rest.split([' ', '(']).next()?;
        (on == table && !name.contains(' ')).then(|| name.to_owned())
    });
    let mut made: Vec<_> = made.collect();
    made.dedup();
    made
}

/// The statements that are about none of these.
fn without(sql: &str, names: &[String]) -> String {
    let left = statements(sql).into_iter().filter(|statement| !is_about(statement, names));
    let left = left.collect::<String>();
    let left = left.trim_start_matches('\n').replace("\n\n\n", "\n\n");
    if left.trim().is_empty() { String::new() } else { left }
}

/// Each with the comments above it.
fn statements(sql: &str) -> Vec<String> {
    let (mut all, mut current) = (Vec::new(), String::new());
    for line in sql.split_inclusive('\n') {
        current.push_str(line);
        let code = line.split("--").next().unwrap_or_default();
        if code.trim_end().ends_with(';') {
            all.push(std::mem::take(&mut current));
        }
    }
    all.extend((!current.is_empty()).then_some(current));
    all
}

/// Whether a statement makes, changes or drops one of these, or their rows. One that only refers to the table, or has
/// a column of that name, is another's.
fn is_about(statement: &str, names: &[String]) -> bool {
    let code = code_of(statement);
    let subject = match code.split_once('(') {
        // An index is about its table, too.
        Some((head, _)) if code.starts_with("CREATE ") => head.to_owned(),
        _ => subject_of(&code),
    };
    names.iter().any(|name| has_word(&subject, name))
}

fn code_of(statement: &str) -> String {
    let lines = statement.lines().map(|line| line.split("--").next().unwrap_or_default().trim());
    lines.collect::<Vec<_>>().join(" ").trim().to_owned()
}

/// The name behind the verb: of `ALTER TABLE customers ADD COLUMN notes`, the customers.
fn subject_of(code: &str) -> String {
    const BEFORE_IT: [&str; 15] = [
        "ALTER", "DROP", "INSERT", "OR", "REPLACE", "IGNORE", "INTO", "UPDATE", "DELETE", "FROM",
        "TABLE", "INDEX", "IF", "EXISTS", "ONLY",
    ];
    let mut words = code.split(|c: char| c.is_whitespace() || "(;".contains(c));
    let is_name =
        |word: &&str| !word.is_empty() && !BEFORE_IT.contains(&word.to_uppercase().as_str());
    words.find(is_name).unwrap_or_default().to_owned()
}

/// The migrations of other tables that refer to this one.
pub fn referring_to(draft: &Draft, table: &str) -> Vec<String> {
    let files = DATABASES.iter().flat_map(|folder| draft.files_in(folder));
    let refers = |file: &String| {
        let text = draft.read(file).unwrap_or_default();
        let others = statements(&text).into_iter().filter(|it| !is_about(it, &[table.to_owned()]));
        others.map(|it| code_of(&it)).any(|code| {
            let named = code.split("REFERENCES ").skip(1);
            named
                .filter_map(|rest| rest.split([' ', '(', ',', ';']).next())
                .any(|name| name == table)
        })
    };
    files.filter(|file| file.ends_with("/up.sql")).filter(refers).collect()
}

/// Whether the schema has a table.
pub fn has_table(schema: &str, table: &str) -> bool {
    schema.contains(&head_of(table))
}

/// How a table begins there.
fn head_of(table: &str) -> String {
    format!("diesel::table! {{\n    {table} (")
}

/// The schema without a table.
fn without_table(schema: &str, table: &str) -> Result<String, Miss> {
    let (before, rest) = schema.split_once(&head_of(table)).ok_or(Miss::NotThere)?;
    let (_, after) = rest.split_once("\n}\n").ok_or(Miss::NotThere)?;
    let joined = format!("diesel::joinable!({table} ->");
    let lines = [before.trim_end_matches('\n'), "\n\n", after.trim_start_matches('\n')].concat();
    let lines = lines.split_inclusive('\n').filter(|line| !line.starts_with(&joined));
    let left: String = lines.collect::<String>().replace(&format!(", {table},"), ",");
    Ok(left.trim_end().to_owned() + "\n")
}
