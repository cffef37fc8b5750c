//! Names of things, as code and as people write them.

use crate::project::Result;

/// What cannot be a name in Rust, from <https://doc.rust-lang.org/reference/keywords.html>.
const RUST: &str = "abstract as async await become box break const continue crate do dyn else enum extern false \
    final fn for gen if impl in let loop macro match mod move mut override priv pub ref return self static struct \
    super trait true try type typeof unsafe unsized use virtual where while yield";

/// What a database refuses as a column or as a table without quotes. Each was asked: `SQLite` 3.40 for all of
/// <https://www.sqlite.org/lang_keywords.html>, and `PostgreSQL` 15 for its `pg_get_keywords()` and the columns that
/// each of its tables has; `system_user` came with 16.
const SQL: &str = "add all alter analyse analyze and any array as asc asymmetric authorization autoincrement \
    between binary both case cast check cmax cmin collate collation column commit concurrently constraint create \
    cross ctid current_catalog current_date current_role current_schema current_time current_timestamp \
    current_user default deferrable delete desc distinct do drop else end escape except exists false fetch for \
    foreign freeze from full grant group having if ilike in index initially inner insert intersect into is isnull \
    join lateral leading left like limit localtime localtimestamp natural not nothing notnull null offset on only \
    or order outer overlaps placing primary raise references returning right select session_user set similar some \
    symmetric system_user table tableoid tablesample then to trailing transaction true union unique update user \
    using values variadic verbose when where window with xmax xmin";

/// Types of Rust that no `use` brings: a column of that name hides them where Diesel needs them.
const PRIMITIVE: &str = "bool char f32 f64 i8 i16 i32 i64 i128 isize str u8 u16 u32 u64 u128 usize";

/// Crates that every source knows, though no manifest names them.
pub const ROOTS: &str = "alloc app core std test";

/// Columns that every model has, names that Diesel and Askama keep for themselves, and fields that every form may have.
const TAKEN: &str = "id user_id created_at deleted_at caller columns diesel dsl all_columns star form_id link next \
    brought_back created";

/// Whether a name cannot be one in Rust.
pub fn is_rust(name: &str) -> bool {
    is_among(RUST, name)
}

/// Whether one of these words is this one.
pub fn is_among(words: &str, name: &str) -> bool {
    words.split_whitespace().any(|word| word == name)
}

/// Checks a name that was typed: small letters, digits and underscores, no word of Rust.
pub fn check(name: &str) -> Result<()> {
    check_form(name)?;
    if is_rust(name) {
        return Err(format!("`{name}` is a word of Rust: choose another name."));
    }
    Ok(())
}

/// The same without the words of Rust, for what is no name in it.
pub fn check_form(name: &str) -> Result<()> {
    let is_plain = name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
    let begins = name.bytes().next().is_some_and(|b| b.is_ascii_lowercase());
    let ends = !name.ends_with('_') && !name.contains("__");
    if !is_plain || !begins || !ends || name.len() > 40 {
        return Err(format!(
            "`{name}` is no name: use small letters, digits and single underscores, as in `due_date`, at most 40."
        ));
    }
    Ok(())
}

/// The same for a table, which is called as several are.
pub fn check_table(name: &str) -> Result<()> {
    check(name)?;
    check_sql(name)?;
    // Both databases keep such tables for themselves, or find their own first.
    if name.starts_with("sqlite_") || name.starts_with("pg_") {
        return Err(format!("A table called `{name}` is a database's own: choose another name."));
    }
    Ok(())
}

/// The same for a column.
pub fn check_column(name: &str) -> Result<()> {
    check(name)?;
    check_sql(name)?;
    if is_among(PRIMITIVE, name) {
        return Err(format!("`{name}` is a type of Rust: choose another name."));
    }
    if is_among(TAKEN, name) {
        return Err(format!(
            "Every model has `{name}`, or something of that name: choose another."
        ));
    }
    Ok(())
}

fn check_sql(name: &str) -> Result<()> {
    if is_among(SQL, name) {
        return Err(format!("`{name}` is a word of SQL: choose another name."));
    }
    Ok(())
}

/// `purchase_order` as a type: `PurchaseOrder`.
pub fn camel(name: &str) -> String {
    name.split('_').map(capital).collect()
}

/// As people read it: `purchase order`.
pub fn spaced(name: &str) -> String {
    name.replace('_', " ")
}

/// At the beginning of a sentence: `Purchase order`.
pub fn title(name: &str) -> String {
    capital(&spaced(name))
}

fn capital(word: &str) -> String {
    let mut letters = word.chars();
    letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters).collect()
}

/// `a customer`, `an invoice`.
pub fn with_article(words: &str) -> String {
    let article = if words.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" };
    format!("{article} {words}")
}

/// Several of them, as most English words say it; `--plural` is for the others.
pub fn plural(name: &str) -> String {
    let consonant_y =
        name.strip_suffix('y').filter(|stem| !stem.ends_with(['a', 'e', 'i', 'o', 'u']));
    if let Some(stem) = consonant_y {
        return format!("{stem}ies");
    }
    let hisses = ["s", "x", "z", "ch", "sh"].iter().any(|end| name.ends_with(end));
    format!("{name}{}", if hisses { "es" } else { "s" })
}
