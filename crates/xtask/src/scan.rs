//! Reading sources line by line, as far as cutting needs it: what is code, and how deep its brackets are.

use std::path::Path;

/// How a language marks comments and texts.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Language {
    Rust,
    Script,
    Sql,
    /// Comments begin with `#`: TOML, Python, a shell.
    Hash,
    /// No brackets that count.
    Plain,
}

impl Language {
    pub fn of(file: &str) -> Self {
        match Path::new(file).extension().and_then(|extension| extension.to_str()) {
            Some("rs") => Self::Rust,
            Some("mjs" | "js") => Self::Script,
            Some("sql") => Self::Sql,
            Some("toml" | "py") => Self::Hash,
            None if file.starts_with("scripts/") => Self::Hash,
            _ => Self::Plain,
        }
    }

    /// Whether a line is a comment, or an attribute, of what stands below it.
    pub fn is_about_the_next(self, line: &str) -> bool {
        let line = line.trim_start();
        match self {
            Self::Rust | Self::Script => {
                (line.starts_with("//") && !line.starts_with("//!")) || line.starts_with("#[")
            }
            Self::Sql => line.starts_with("--"),
            Self::Hash => line.starts_with('#'),
            Self::Plain => false,
        }
    }

    fn comment(self) -> &'static str {
        match self {
            Self::Rust | Self::Script => "//",
            Self::Sql => "--",
            Self::Hash => "#",
            Self::Plain => "\0",
        }
    }
}

/// Goes through a source, a line at a time.
pub struct Scan {
    language: Language,
    /// How many brackets are open.
    pub depth: i32,
    /// What ends the text that a line is in the middle of.
    within: Option<String>,
}

impl Scan {
    pub fn new(language: Language) -> Self {
        Self { language, depth: 0, within: None }
    }

    /// A line without its comments and without what its texts hold.
    pub fn code(&mut self, line: &str) -> String {
        let (mut code, mut rest) = (String::new(), line);
        while let Some(next) = rest.chars().next() {
            if let Some(end) = self.within.clone() {
                rest = self.skip_text(rest, &end);
                continue;
            }
            if rest.starts_with(self.language.comment()) {
                break;
            }
            if let Some((end, length)) = self.opening(rest) {
                self.within = Some(end);
                rest = &rest[length..];
                continue;
            }
            if self.language == Language::Rust
                && let Some(length) = character(rest)
            {
                rest = &rest[length..];
                continue;
            }
            self.depth += match next {
                '(' | '[' | '{' => 1,
                ')' | ']' | '}' => -1,
                _ => 0,
            };
            code.push(next);
            rest = &rest[next.len_utf8()..];
        }
        code.trim().to_owned()
    }

    /// What is left after the text that ends with `end`, or nothing if it goes on in the next line.
    fn skip_text<'a>(&mut self, text: &'a str, end: &str) -> &'a str {
        let escapes = end.len() == 1 && self.language != Language::Sql;
        let mut rest = text;
        while let Some(next) = rest.chars().next() {
            if let Some(left) = rest.strip_prefix(end) {
                self.within = None;
                return left;
            }
            let skipped =
                if escapes && next == '\\' { rest.chars().take(2) } else { rest.chars().take(1) };
            rest = &rest[skipped.map(char::len_utf8).sum::<usize>()..];
        }
        rest
    }

    /// Whether a text begins here: what ends it, and how long its beginning is.
    fn opening(&self, rest: &str) -> Option<(String, usize)> {
        let quotes: &[&str] = match self.language {
            Language::Rust => &["\""],
            Language::Script => &["\"", "'", "`"],
            Language::Sql => &["'"],
            Language::Hash => &["\"\"\"", "\"", "'"],
            Language::Plain => &[],
        };
        if self.language == Language::Rust
            && let Some(raw) = rest.strip_prefix('r')
        {
            let hashes = raw.bytes().take_while(|byte| *byte == b'#').count();
            if raw[hashes..].starts_with('"') {
                return Some((format!("\"{}", "#".repeat(hashes)), hashes + 2));
            }
        }
        let found = quotes.iter().find(|quote| rest.starts_with(**quote))?;
        Some(((*found).to_owned(), found.len()))
    }
}

/// The length of a character that begins here: `'{'`, and not `'static`.
fn character(rest: &str) -> Option<usize> {
    let inner = rest.strip_prefix('\'')?;
    if inner.starts_with('\\') {
        return Some(2 + inner[2..].find('\'')? + 2);
    }
    let first = inner.chars().next()?;
    inner[first.len_utf8()..].starts_with('\'').then_some(first.len_utf8() + 2)
}
