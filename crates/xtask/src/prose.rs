//! Documents without the sentences, rows and sections that tell of what is gone.

use crate::imports::has_word;

/// How wide lines are that are filled anew.
const WIDTH: usize = 118;

/// How long a word of a list is at the most.
const PART: usize = 30;

/// A document without whatever holds one of these words: a row, a line of code, a sentence, a section whose
/// heading does.
pub fn without(text: &str, words: &[String]) -> String {
    let lines: Vec<&str> = text.lines().collect();
    let (mut out, mut at, mut is_code) = (Vec::new(), 0, false);
    while at < lines.len() {
        let line = lines[at];
        is_code ^= line.trim_start().starts_with("```");
        let kind = Kind::of(line, is_code);
        let end = kind.end(&lines, at);
        let part = &lines[at..end];
        at = end;
        if !part.iter().any(|line| tells(line, words)) {
            out.extend(part.iter().map(|line| (*line).to_owned()));
            continue;
        }
        match kind {
            Kind::Heading(rank) => at = next_section(&lines, at, rank),
            Kind::Line => {}
            Kind::Prose => out.extend(filled(part, words)),
        }
    }
    tidy(&out)
}

enum Kind {
    /// Of this rank.
    Heading(usize),
    /// A row, a line of code, a blank line: each by itself.
    Line,
    /// A paragraph or a list item.
    Prose,
}

impl Kind {
    fn of(line: &str, is_code: bool) -> Self {
        let text = line.trim_start();
        let rank = text.bytes().take_while(|byte| *byte == b'#').count();
        if is_code || text.is_empty() || ["|", "```", "<"].iter().any(|it| text.starts_with(it)) {
            return Self::Line;
        }
        if rank > 0 { Self::Heading(rank) } else { Self::Prose }
    }

    /// Where what begins in a line ends.
    fn end(&self, lines: &[&str], at: usize) -> usize {
        let Self::Prose = self else { return at + 1 };
        let goes_on =
            |line: &&str| matches!(Self::of(line, false), Self::Prose) && marker(line).is_empty();
        at + 1 + lines[at + 1..].iter().take_while(|line| goes_on(line)).count()
    }
}

/// What a list item begins with: `- `, `12. `.
fn marker(line: &str) -> &str {
    let text = line.trim_start();
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let length = match &text[digits..] {
        rest if digits == 0 && rest.starts_with("- ") => 2,
        rest if digits > 0 && rest.starts_with(". ") => digits + 2,
        _ => 0,
    };
    &text[..length]
}

fn tells(line: &str, words: &[String]) -> bool {
    words.iter().any(|word| has_word(line, word))
}

fn next_section(lines: &[&str], from: usize, rank: usize) -> usize {
    let mut is_code = false;
    let found = lines[from..].iter().position(|line| {
        is_code ^= line.trim_start().starts_with("```");
        matches!(Kind::of(line, is_code), Kind::Heading(other) if other <= rank)
    });
    found.map_or(lines.len(), |found| from + found)
}

/// What is left of a paragraph or a list item, in lines.
fn filled(part: &[&str], words: &[String]) -> Vec<String> {
    let indent = part[0].len() - part[0].trim_start().len();
    let marker = marker(part[0]);
    let text: Vec<&str> = part.iter().map(|line| line.trim()).collect();
    let text = text.join(" ");
    let text = text.strip_prefix(marker).unwrap_or(&text);
    let left = sentences(text).into_iter().filter_map(|sentence| shorter(sentence, words));
    let left: Vec<String> = left.collect();
    if left.is_empty() {
        return Vec::new();
    }
    let (first, further) = (" ".repeat(indent) + marker, " ".repeat(indent + marker.len()));
    let mut lines = vec![first];
    for word in left.join(" ").split(' ') {
        let line = lines.last_mut().expect("it began with one");
        if line.trim().is_empty() || line.len() == indent + marker.len() {
            line.push_str(word);
        } else if line.chars().count() + 1 + word.chars().count() > WIDTH {
            lines.push(further.clone() + word);
        } else {
            *line += " ";
            *line += word;
        }
    }
    lines
}

/// A sentence without the words of a list in it that tell, if it is one. The first and the last hold it together.
fn shorter(sentence: &str, words: &[String]) -> Option<String> {
    if !tells(sentence, words) {
        return Some(sentence.to_owned());
    }
    let parts: Vec<&str> = sentence.split(", ").collect();
    let ends = parts.len().saturating_sub(1);
    let goes = |at: usize| tells(parts[at], words);
    let may_go = |at: usize| at > 0 && at < ends && parts[at].len() <= PART;
    let gone = (0..parts.len()).filter(|at| goes(*at)).count();
    if parts.len() < gone + 3 || (0..parts.len()).any(|at| goes(at) && !may_go(at)) {
        return None;
    }
    let left = (0..parts.len()).filter(|at| !goes(*at)).map(|at| parts[at]);
    Some(left.collect::<Vec<_>>().join(", "))
}

fn sentences(text: &str) -> Vec<&str> {
    let (mut all, mut start) = (Vec::new(), 0);
    for (at, _) in text.match_indices(' ') {
        let ends = text[start..at].ends_with(['.', '!', '?']) || text[start..at].ends_with(".)");
        let next = text[at + 1..].chars().next();
        if ends && next.is_some_and(|next| next.is_uppercase() || "`[*(“".contains(next)) {
            all.push(&text[start..at]);
            start = at + 1;
        }
    }
    all.push(&text[start..]);
    all
}

/// Without tables that have lost all their rows, and with one blank line where there were several.
fn tidy(lines: &[String]) -> String {
    let mut out: Vec<&str> = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let is_rule = line.starts_with("|-") || line.starts_with("| -");
        let has_rows = lines.get(at + 1).is_some_and(|next| next.starts_with('|'));
        if is_rule && !has_rows {
            out.pop();
            continue;
        }
        if line.trim().is_empty() && out.last().is_none_or(|last| last.trim().is_empty()) {
            continue;
        }
        out.push(line);
    }
    out.join("\n").trim_end().to_owned() + "\n"
}
