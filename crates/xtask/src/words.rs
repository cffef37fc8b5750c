//! Names of things, as code and as people write them.

use crate::project::Result;

/// What cannot be a name in the sources: Rust's own words, and those of SQL where they would need quotes.
const RESERVED: &str = "abstract all analyse analyze and any array as asc async asymmetric authorization await \
    become between binary both box break case cast check collate collation column commit const constraint \
    continue crate create cross current_date current_time current_timestamp current_user default deferrable \
    delete desc distinct do drop dyn else end enum except exists extern false fetch final fn for foreign freeze \
    from full gen grant group having if ilike impl in index initially inner insert intersect into is isnull join \
    lateral leading left let like limit localtime localtimestamp loop macro match mod move mut natural not \
    notnull null offset on only or order outer overlaps override placing primary priv pub ref references return \
    returning right select self session_user set similar static struct super symmetric table tablesample then to \
    trailing trait transaction true try type typeof union unique unsafe unsized update use user using values \
    variadic verbose virtual when where while window with yield";

/// Columns that every model has, names that Diesel keeps for itself, and fields that every form may have.
const TAKEN: &str = "id user_id created_at deleted_at columns dsl all_columns star table form_id link next \
    brought_back created";

/// Checks a name that was typed: small letters, digits and underscores, no word of a language.
pub fn check(name: &str) -> Result<()> {
    let is_plain = name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
    let begins = name.bytes().next().is_some_and(|b| b.is_ascii_lowercase());
    let ends = !name.ends_with('_') && !name.contains("__");
    if !is_plain || !begins || !ends || name.len() > 40 {
        return Err(format!(
            "`{name}` is no name: use small letters, digits and single underscores, as in `due_date`, at most 40."
        ));
    }
    if RESERVED.split_whitespace().any(|word| word == name) {
        return Err(format!("`{name}` is a word of Rust or SQL: choose another name."));
    }
    Ok(())
}

/// The same for a column.
pub fn check_column(name: &str) -> Result<()> {
    check(name)?;
    if TAKEN.split_whitespace().any(|word| word == name) {
        return Err(format!(
            "Every model has `{name}`, or something of that name: choose another."
        ));
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
