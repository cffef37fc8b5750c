//! What a command makes: files of its own, and lines in files of others. One plan, to be carried out or
//! undone.

use crate::project::{Project, Result};

/// Files and lines to be made together.
#[derive(Default)]
pub struct Plan {
    /// What it makes, for people: "the model invoice".
    pub what: String,
    /// Their paths and texts.
    pub files: Vec<(String, String)>,
    pub lines: Vec<Lines>,
    /// What is to be known afterwards.
    pub advice: Vec<String>,
}

/// Lines in a file that is there already.
pub struct Lines {
    pub file: &'static str,
    pub place: Place,
    pub text: String,
}

/// Where lines stand.
pub enum Place {
    /// Among the lines that follow this one, up to one that is `end`, by the alphabet: of two that are made
    /// at once, on two branches, git puts both in.
    Among { begin: &'static str, end: &'static str },
    /// At the end of the file.
    End,
}

impl Plan {
    /// Makes all of it, or nothing; what was made.
    pub fn carry_out(self, project: &Project) -> Result<String> {
        if let Some((file, _)) = self.files.iter().find(|(file, _)| project.has(file)) {
            return Err(format!("{file} is there already. Nothing was changed."));
        }
        let mut written = self.formatted(project)?;
        for lines in &self.lines {
            let (file, text) = edited(&written, project, lines.file)?;
            let text = lines.place.put(&text, &lines.text);
            let text = text.ok_or_else(|| format!("{file} has no place for {}", lines.text))?;
            replace(&mut written, file, text);
        }
        written.iter().try_for_each(|(file, text)| project.write(file, text))?;
        Ok(self.report("Made"))
    }

    /// Takes all of it out again, if it is as it was made.
    pub fn undo(self, project: &Project) -> Result<String> {
        for (file, text) in self.formatted(project)? {
            if project.read(&file)? != text {
                return Err(format!("{file} was changed since. Nothing was taken out."));
            }
        }
        let mut written = Vec::new();
        for lines in &self.lines {
            let (file, text) = edited(&written, project, lines.file)?;
            if text.matches(&lines.text).count() != 1 {
                return Err(format!("{file} does not hold {} any more.", lines.text.trim()));
            }
            replace(&mut written, file, text.replacen(&lines.text, "", 1));
        }
        written.iter().try_for_each(|(file, text)| project.write(file, text))?;
        self.files.iter().try_for_each(|(file, _)| project.delete(file))?;
        let mut said = self.report("Took out");
        if self.files.iter().any(|(file, _)| file.starts_with("migrations/")) {
            said.push_str(
                "\nIf the program ran meanwhile, its database has the table still, and is refused. Delete data/, or put \
                 the model back for a moment: `cargo run -- revert` takes its table out.",
            );
        }
        Ok(said)
    }

    /// Writes its files once more. Migrations stay.
    pub fn write_again(&self, project: &Project) -> Result<()> {
        let files = self.formatted(project)?.into_iter();
        let mut files = files.filter(|(file, _)| !file.starts_with("migrations/"));
        files.try_for_each(|(file, text)| project.write(&file, &text))
    }

    /// The files and lines that are no longer as they are made. Migrations have a history of their own.
    pub fn differences(&self, project: &Project) -> Result<Vec<String>> {
        let files = self.formatted(project)?.into_iter();
        let mut files: Vec<_> =
            files.filter(|(file, _)| !file.starts_with("migrations/")).collect();
        files.retain(|(file, text)| project.read(file).as_ref() != Ok(text));
        let mut differ: Vec<_> = files.into_iter().map(|(file, _)| file).collect();
        for lines in &self.lines {
            if !project.read(lines.file)?.contains(&lines.text) {
                differ.push(lines.file.to_owned());
            }
        }
        Ok(differ)
    }

    fn formatted(&self, project: &Project) -> Result<Vec<(String, String)>> {
        let format = |(file, text): &(String, String)| {
            Ok((file.clone(), project.format(file, text.clone())?))
        };
        self.files.iter().map(format).collect()
    }

    /// In about ten lines.
    fn report(&self, verb: &str) -> String {
        let mut said = vec![format!("{verb} {}:", self.what)];
        let mut folders: Vec<(&str, Vec<&str>)> = Vec::new();
        for (file, _) in &self.files {
            let (folder, name) = file.rsplit_once('/').unwrap_or(("", file));
            match folders.iter_mut().find(|(other, _)| *other == folder) {
                Some((_, names)) => names.push(name),
                None => folders.push((folder, vec![name])),
            }
        }
        said.extend(
            folders.iter().map(|(folder, names)| format!("  {folder}/{}", names.join(", "))),
        );
        let edited: Vec<_> = self.lines.iter().map(|lines| lines.file).collect();
        said.push(format!("  and a line in {}", edited.join(", ")));
        if verb == "Made" {
            said.extend(self.advice.iter().cloned());
        }
        said.join("\n")
    }
}

impl Place {
    fn put(&self, text: &str, lines: &str) -> Option<String> {
        let (begin, end) = match self {
            Self::End => return Some(format!("{text}{lines}")),
            Self::Among { begin, end } => (begin, end),
        };
        let (before, rest) = text.split_once(&format!("{begin}\n"))?;
        let (among, after) = rest.split_at(rest.find(end)?);
        let mut all: Vec<&str> = among.split_inclusive('\n').collect();
        let place = all.iter().position(|line| *line > lines).unwrap_or(all.len());
        all.insert(place, lines);
        Some(format!("{before}{begin}\n{}{after}", all.concat()))
    }
}

/// A file as it will be.
fn edited(written: &[(String, String)], project: &Project, file: &str) -> Result<(String, String)> {
    match written.iter().find(|(other, _)| other == file) {
        Some(found) => Ok(found.clone()),
        None => Ok((file.to_owned(), project.read(file)?)),
    }
}

fn replace(written: &mut Vec<(String, String)>, file: String, text: String) {
    written.retain(|(other, _)| *other != file);
    written.push((file, text));
}
