//! What people type and paste.

/// Takes away what nobody sees at the ends of a text: white space, and what a paste brings along
/// (byte order marks, zero-width characters, marks of direction). One function for all doors: an
/// address that one door trims and another keeps is two accounts.
pub fn trim(text: &str) -> &str {
    text.trim_matches(is_unseen)
}

fn is_unseen(c: char) -> bool {
    c.is_whitespace()
        || matches!(
            c,
            // A soft hyphen and joiners; zero-width spaces and the marks of direction.
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}'
            // Embeddings and isolates, without the overrides: those are no accident.
            | '\u{202a}'..='\u{202c}' | '\u{2066}'..='\u{2069}'
            // Word joiners and invisible operators; the byte order mark.
            | '\u{2060}'..='\u{2064}' | '\u{feff}'
        )
}

/// What is wrong with a line that somebody typed, as a sentence for its field. `what` names it within a
/// sentence ("a title").
pub fn check_line(line: &str, what: &str, max: usize) -> Result<(), String> {
    if line.is_empty() {
        return Err(format!("Enter {what}."));
    }
    if line.contains(|c: char| c.is_control() || LINE_ENDS.contains(&c)) {
        return Err("Use letters, digits and signs in one line.".to_owned());
    }
    // They show a name as another one, and turn what stands beside it ("Trojan Source").
    if line.contains(turns_direction) {
        return Err("Leave out the invisible signs that turn the direction of writing.".to_owned());
    }
    check_length(line, max)
}

/// What is wrong with a text that is longer than `max` characters.
pub fn check_length(text: &str, max: usize) -> Result<(), String> {
    match text.chars().count() {
        length if length > max => Err(format!("Use at most {max} characters; these are {length}.")),
        _ => Ok(()),
    }
}

/// Unicode's own line breaks, which are no control characters.
const LINE_ENDS: [char; 2] = ['\u{2028}', '\u{2029}'];

/// What Unicode calls `Bidi_Control`: marks, embeddings, overrides and isolates. Texts in Arabic or
/// Hebrew need none of them in a name.
fn turns_direction(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// The paragraphs of a text, each in one line, however it is broken.
pub fn paragraphs(text: &str) -> Vec<String> {
    let lines = text.split("\n\n").map(|paragraph| paragraph.replace('\n', " ").trim().to_owned());
    lines.filter(|paragraph| !paragraph.is_empty()).collect()
}
/// How many characters of a text a list shows: about as many as its line has room for.
const EXCERPT: usize = 80;

/// The beginning of a text, for a list: its first line that says something.
pub fn excerpt(text: &str) -> &str {
    let line = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    line.char_indices().nth(EXCERPT).map_or(line, |(end, _)| &line[..end])
}

/// The name of a field within a sentence: "a title", "an order number".
pub fn with_article(name: &str) -> String {
    let words = name.trim_end_matches("_id").replace('_', " ");
    let article = if words.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" };
    format!("{article} {words}")
}

/// A line of a table as a file (RFC 4180), with its end. What a spreadsheet would take for a formula is told to be
/// text: a visitor whose browser calls itself `=cmd|…` must not run anything where an operator opens the file
/// (CWE-1236). Some take a semicolon or a tab for the end of a cell, behind which another one would begin.
pub fn csv_line<'a>(cells: impl IntoIterator<Item = &'a str>) -> String {
    let quoted = cells.into_iter().map(|cell| {
        let is_formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r']);
        let guard = if is_formula { "'" } else { "" };
        format!("\"{guard}{}\"", cell.replace([';', '\t'], ",").replace('"', "\"\""))
    });
    quoted.collect::<Vec<_>>().join(",") + "\r\n"
}
