//! What is to be cut, as lists that can be read.

use crate::cut::{self, Miss};
use crate::draft::Draft;
use crate::scan::Language;

/// Files, and what of each goes.
pub type Cuts = &'static [(&'static str, &'static [Cut])];

/// Writes them down: `"src/a.rs" { Item("fn a("); Words("b", "c"); }`.
macro_rules! cuts {
    ($($file:literal { $($cut:expr;)+ })+) => { &[$(($file, &[$($cut),+])),+] };
}

pub enum Cut {
    /// The file or the folder, with the line that makes it a module.
    All,
    /// What begins with these words, with what belongs to it: a function, a variant, a row, a statement.
    Item(&'static str),
    /// Other words for these.
    Words(&'static str, &'static str),
    /// The same wherever they stand.
    Each(&'static str, &'static str),
    /// This, of a list.
    Entry(&'static str),
    /// Every line that holds these words.
    Lines(&'static str),
    /// Of a document: the paragraph, row or list item that begins so.
    Paragraph(&'static str),
    /// All up to the next blank line.
    Block(&'static str),
    /// Of a document: all under this heading.
    Section(&'static str),
    /// Of the rows that hold these words: what stands at this place, counted from 0.
    Column(&'static str, usize),
    /// Only if another feature is there still.
    With(&'static str, &'static Cut),
}

/// What is there while something goes.
pub struct Others<'a> {
    /// Whether a feature is there.
    pub has: &'a dyn Fn(&Draft, &str) -> bool,
    /// Whether a file went with a feature.
    pub took: &'a dyn Fn(&Draft, &str) -> bool,
}

/// Carries all of it out. A file that went with another feature has nothing to lose any more.
pub fn carry_out(draft: &mut Draft, cuts: Cuts, others: &Others) {
    for (file, cuts) in cuts {
        if !draft.has(file) && (others.took)(draft, file) {
            continue;
        }
        for cut in *cuts {
            one(draft, file, cut, others);
        }
    }
}

fn one(draft: &mut Draft, file: &str, cut: &Cut, others: &Others) {
    let what = match cut {
        Cut::All => return draft.delete(file),
        Cut::With(feature, cut) => {
            if (others.has)(draft, feature) {
                one(draft, file, cut, others);
            }
            return;
        }
        Cut::Item(what)
        | Cut::Entry(what)
        | Cut::Words(what, _)
        | Cut::Each(what, _)
        | Cut::Lines(what)
        | Cut::Paragraph(what)
        | Cut::Block(what)
        | Cut::Section(what)
        | Cut::Column(what, _) => what,
    };
    draft.edit(file, what, |text| changed(Language::of(file), text, cut));
}

fn changed(language: Language, text: &str, cut: &Cut) -> Result<String, Miss> {
    match cut {
        Cut::Item(begins) => cut::item(language, text, begins),
        Cut::Entry(words) => cut::entry(text, words),
        Cut::Words(old, new) => match text.matches(old).count() {
            0 => Err(Miss::NotThere),
            1 => Ok(text.replacen(old, new, 1)),
            _ => Err(Miss::Twice),
        },
        Cut::Each(old, _) if !text.contains(old) => Err(Miss::NotThere),
        Cut::Each(old, new) => Ok(text.replace(old, new)),
        Cut::Lines(part) => cut::lines_with(text, part),
        Cut::Paragraph(begins) => cut::paragraph(text, begins),
        Cut::Block(begins) => cut::block(text, begins),
        Cut::Section(heading) => cut::section(text, heading),
        Cut::Column(part, place) => cut::column(text, part, *place),
        Cut::All | Cut::With(..) => Ok(text.to_owned()),
    }
}
