//! Cutting things out of a text: an item of code with all that belongs to it, statements, paragraphs.

use crate::scan::{Language, Scan};

/// Where a command puts lines: they stay, whatever goes below them.
const PLACES: [&str; 5] =
    ["// Yours.", "// Ours.", "// Your features.", "// Of your features.", "// Of ours."];

/// Why something cannot be cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Miss {
    NotThere,
    /// It is there more than once.
    Twice,
}

/// The text without the item whose first line, or lines, begin so, with the comments and attributes above it, up
/// to where its brackets are closed.
pub fn item(language: Language, text: &str, begins: &str) -> Result<String, Miss> {
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let wanted: Vec<&str> = begins.lines().collect();
    let is_it = |at: usize| {
        let mut found = lines[at..].iter().map(|line| line.trim_start());
        wanted.iter().all(|wanted| found.next().is_some_and(|line| line.starts_with(wanted)))
    };
    let at = only(lines.len(), is_it)?;
    let last = end_of_item(language, &lines, at);
    Ok(without_lines(&lines, head_of_item(language, &lines, at), last))
}

/// The text without every line that holds this.
pub fn lines_with(text: &str, part: &str) -> Result<String, Miss> {
    let mut lines: Vec<&str> = text.split_inclusive('\n').collect();
    let mut missing = true;
    while let Some(at) = lines.iter().position(|line| line.contains(part)) {
        missing = false;
        let (left, after) = neighbours(&lines, at, at);
        lines = [left, after].concat();
    }
    if missing { Err(Miss::NotThere) } else { Ok(lines.concat()) }
}

/// The text without one of a list, with its comma, whether the list fills one line or several.
pub fn entry(text: &str, words: &str) -> Result<String, Miss> {
    let mut found = text.match_indices(words);
    let (at, _) = found.next().ok_or(Miss::NotThere)?;
    if found.next().is_some() {
        return Err(Miss::Twice);
    }
    let (before, after) = (&text[..at], &text[at + words.len()..]);
    Ok(match after.strip_prefix(',') {
        Some(after) => [before, after.trim_start()].concat(),
        None => [before.trim_end().trim_end_matches(','), after].concat(),
    })
}

/// The text without the paragraph, the list item or the row whose first line begins so.
pub fn paragraph(text: &str, begins: &str) -> Result<String, Miss> {
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let at = only_line(&lines, |line| line.trim_start().starts_with(begins))?;
    let first = lines[at].trim_start();
    let is_next = |line: &&str| {
        let line = line.trim_start();
        line.trim().is_empty()
            || first.starts_with('|')
            || is_list_item(line)
            || line.starts_with('#')
    };
    let more = lines[at + 1..].iter().position(is_next);
    Ok(without_lines(&lines, at, more.map_or(lines.len() - 1, |more| at + more)))
}

/// The text without the lines from one that begins so up to the next blank one.
pub fn block(text: &str, begins: &str) -> Result<String, Miss> {
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let at = only_line(&lines, |line| line.starts_with(begins))?;
    let more = lines[at + 1..].iter().position(|line| line.trim().is_empty());
    Ok(without_lines(&lines, at, more.map_or(lines.len() - 1, |more| at + more)))
}

/// The text without the section under this heading, up to the next one of its rank.
pub fn section(text: &str, heading: &str) -> Result<String, Miss> {
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let at = only_line(&lines, |line| line.starts_with(heading))?;
    let rank = heading.bytes().take_while(|byte| *byte == b'#').count();
    let ends = |line: &&str| {
        let hashes = line.bytes().take_while(|byte| *byte == b'#').count();
        hashes > 0 && hashes <= rank && line[hashes..].starts_with(' ')
    };
    let more = lines[at + 1..].iter().position(ends);
    Ok(without_lines(&lines, at, more.map_or(lines.len() - 1, |more| at + more)))
}

/// All but the cells at this place: of the table in a document whose head begins so, or of the arrays in rows
/// that hold this.
pub fn column(text: &str, part: &str, place: usize) -> Result<String, Miss> {
    let (mut is_within, mut rows, mut out) = (false, 0, String::new());
    for line in text.split_inclusive('\n') {
        is_within = if part.starts_with('|') {
            line.starts_with(part) || (is_within && line.starts_with('|'))
        } else {
            line.contains(part)
        };
        match without_cell(line, place).filter(|_| is_within) {
            Some(row) => {
                rows += 1;
                out += &row;
            }
            None => out += line,
        }
    }
    if rows == 0 { Err(Miss::NotThere) } else { Ok(out) }
}

/// A row without one of its cells, if there are several: `| a | b |`, or `… => [a, b],`.
fn without_cell(line: &str, place: usize) -> Option<String> {
    let is_table = line.starts_with('|');
    let (open, close, gap) = if is_table { ("|", "|", "|") } else { ("[", "]", ", ") };
    let (head, rest) = line.split_once(open)?;
    let (cells, tail) = rest.rsplit_once(close)?;
    let mut cells: Vec<&str> = cells.split(gap).collect();
    if place >= cells.len() || cells.len() < 2 {
        return None;
    }
    cells.remove(place);
    Some(format!("{head}{open}{}{close}{tail}", cells.join(gap)))
}

fn only_line(lines: &[&str], is_it: impl Fn(&str) -> bool) -> Result<usize, Miss> {
    only(lines.len(), |at| is_it(lines[at]))
}

/// The only one of so many.
fn only(count: usize, is_it: impl Fn(usize) -> bool) -> Result<usize, Miss> {
    let mut found = (0..count).filter(|at| is_it(*at));
    match (found.next(), found.next()) {
        (Some(at), None) => Ok(at),
        (None, _) => Err(Miss::NotThere),
        _ => Err(Miss::Twice),
    }
}

fn is_list_item(line: &str) -> bool {
    let digits = line.bytes().take_while(u8::is_ascii_digit).count();
    line.starts_with("- ") || (digits > 0 && line[digits..].starts_with(". "))
}

/// The first of the comments and attributes above an item, or the item itself.
fn head_of_item(language: Language, lines: &[&str], at: usize) -> usize {
    let mut first = at;
    while first > 0 {
        let above = lines[first - 1].trim();
        if PLACES.contains(&above) {
            break;
        }
        if language.is_about_the_next(above) {
            first -= 1;
        } else if language == Language::Rust
            && above.ends_with(']')
            && let Some(opens) = attribute_that_ends(lines, first - 1)
        {
            first = opens;
        } else {
            break;
        }
    }
    first
}

/// Where the attribute begins whose last line this is.
fn attribute_that_ends(lines: &[&str], last: usize) -> Option<usize> {
    let opens = (0..last).rev().find(|at| lines[*at].trim_start().starts_with("#["))?;
    let mut scan = Scan::new(Language::Rust);
    let closed = (opens..=last).find(|at| {
        scan.code(lines[*at]);
        scan.depth == 0
    });
    (closed == Some(last)).then_some(opens)
}

fn end_of_item(language: Language, lines: &[&str], at: usize) -> usize {
    let is_link = lines[at].trim_start().starts_with('.');
    let mut scan = Scan::new(language);
    for (line, text) in lines.iter().enumerate().skip(at) {
        let code = scan.code(text);
        if scan.depth < 0 {
            return line.saturating_sub(1).max(at);
        }
        let goes_on = lines.get(line + 1).is_some_and(|next| next.trim_start().starts_with('.'));
        let is_end = match language {
            Language::Plain | Language::Hash => true,
            Language::Sql => code.ends_with(';'),
            Language::Rust | Language::Script => {
                is_link || (code.ends_with([';', ',', '}']) && !goes_on)
            }
        };
        if scan.depth == 0 && is_end {
            return line;
        }
    }
    lines.len() - 1
}

fn without_lines(lines: &[&str], first: usize, last: usize) -> String {
    let (before, after) = neighbours(lines, first, last);
    [before, after].concat().concat()
}

/// What stands before and after some lines, with one blank line of two that would meet.
fn neighbours<'a, 'b>(
    lines: &'a [&'b str], first: usize, last: usize,
) -> (&'a [&'b str], &'a [&'b str]) {
    let (before, mut after) = (&lines[..first], &lines[last + 1..]);
    let is_blank = |line: Option<&&str>| line.is_none_or(|line| line.trim().is_empty());
    if after.first().is_some_and(|line| line.trim().is_empty()) && is_blank(before.last()) {
        after = &after[1..];
    }
    let end = if after.is_empty() && before.last().is_some_and(|line| line.trim().is_empty()) {
        before.len() - 1
    } else {
        before.len()
    };
    (&before[..end], after)
}
