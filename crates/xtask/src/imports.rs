//! The `use` lists of a source: names that nothing needs any more go from them.

/// A branch of a `use` tree: `crate::web` with its names, or a name.
struct Tree {
    path: String,
    names: Option<Vec<Tree>>,
}

/// The text without the names that it needed before, and does not need any more.
pub fn tidied(before: &str, after: &str) -> String {
    let (old, new) = (code(before), code(after));
    filtered(after, &|name, is_public| is_public || !has_word(&old, name) || has_word(&new, name))
}

/// Whether a text holds a word.
pub fn has_word(text: &str, word: &str) -> bool {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    text.match_indices(word).any(|(at, _)| {
        !text[..at].ends_with(is_part) && !text[at + word.len()..].starts_with(is_part)
    })
}

/// What is neither a comment nor a list of names.
fn code(text: &str) -> String {
    let mut code = String::new();
    let mut rest = text;
    while let Some((before, _, after)) = next(rest) {
        code.push_str(before);
        rest = after;
    }
    code.push_str(rest);
    let lines = code.lines().filter(|line| !line.trim_start().starts_with("//"));
    lines.map(|line| line.split(" // ").next().unwrap_or_default()).collect::<Vec<_>>().join("\n")
}

fn filtered(text: &str, keeps: &dyn Fn(&str, bool) -> bool) -> String {
    let (mut out, mut rest) = (String::new(), text);
    while let Some((before, declaration, after)) = next(rest) {
        out.push_str(before);
        let (head, tree) = declaration.split_once("use ").unwrap_or(("", declaration));
        let is_public = head.contains("pub");
        match Tree::read(tree.trim_end_matches(';')).filter(&|name| keeps(name, is_public)) {
            Some(tree) => out += &[head, "use ", &tree.text(), ";"].concat(),
            None => cut_attributes(&mut out),
        }
        rest = match (out.is_empty() || out.ends_with('\n'), after.strip_prefix('\n')) {
            (true, Some(after)) => after,
            _ => after,
        };
    }
    out + rest
}

/// The attributes of a declaration that is gone.
fn cut_attributes(out: &mut String) {
    out.truncate(out.trim_end_matches([' ', '\t']).len());
    while out.trim_end().ends_with(']')
        && let Some(at) = out.trim_end().rfind('\n')
        && out[at + 1..].trim_start().starts_with("#[")
    {
        out.truncate(at + 1);
    }
}

/// The next declaration in a text: what stands before it, itself, what follows.
fn next(text: &str) -> Option<(&str, &str, &str)> {
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let begins = line.trim_start();
        let words = begins.strip_prefix("pub(super) ").or(begins.strip_prefix("pub(crate) "));
        let words = words.or(begins.strip_prefix("pub ")).unwrap_or(begins);
        if words.starts_with("use ") {
            let start = at + line.len() - begins.len();
            let end = start + text[start..].find(';')? + 1;
            let is_path = |c: char| c.is_alphanumeric() || "_:{},*(); \n".contains(c);
            if text[start..end].chars().all(is_path) {
                return Some((&text[..start], &text[start..end], &text[end..]));
            }
        }
        at += line.len();
    }
    None
}

impl Tree {
    fn read(text: &str) -> Self {
        let text = text.trim();
        let Some((path, names)) = text.split_once('{') else {
            return Self { path: text.to_owned(), names: None };
        };
        let names = names.trim_end().strip_suffix('}').unwrap_or(names);
        let path = path.trim_end_matches("::").to_owned();
        Self { path, names: Some(parts(names).into_iter().map(Self::read).collect()) }
    }

    /// What is left of it, if anything.
    fn filter(mut self, keeps: &dyn Fn(&str) -> bool) -> Option<Self> {
        let last = self.path.rsplit("::").next().unwrap_or_default().to_owned();
        let Some(names) = self.names.take() else {
            let name = self.path.rsplit(" as ").next().unwrap_or_default();
            let name = name.rsplit("::").next().unwrap_or_default().trim();
            return (["*", "_"].contains(&name) || keeps(name)).then_some(self);
        };
        let left = names.into_iter().filter_map(|tree| match tree.path.as_str() {
            "self" => keeps(&last).then_some(tree),
            _ => tree.filter(keeps),
        });
        let mut left: Vec<_> = left.collect();
        if left.is_empty() {
            return None;
        }
        if left.len() == 1 && !self.path.is_empty() {
            let only = left.remove(0);
            let path = match only.path.as_str() {
                "self" => self.path,
                path => format!("{}::{path}", self.path),
            };
            return Some(Self { path, names: only.names });
        }
        Some(Self { names: Some(left), ..self })
    }

    fn text(&self) -> String {
        let Some(names) = &self.names else { return self.path.clone() };
        let names: Vec<_> = names.iter().map(Self::text).collect();
        let colons = if self.path.is_empty() { "" } else { "::" };
        format!("{}{colons}{{{}}}", self.path, names.join(", "))
    }
}

/// The parts of a list, of which each may have a list of its own.
fn parts(list: &str) -> Vec<&str> {
    let (mut parts, mut depth, mut start) = (Vec::new(), 0, 0);
    for (at, c) in list.char_indices() {
        depth += i32::from(c == '{') - i32::from(c == '}');
        if c == ',' && depth == 0 {
            parts.push(&list[start..at]);
            start = at + 1;
        }
    }
    parts.push(&list[start..]);
    parts.into_iter().filter(|part| !part.trim().is_empty()).collect()
}
