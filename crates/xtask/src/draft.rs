//! The project as a command will leave it. All is changed here first, and written only if nothing was
//! missing.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use crate::cut::{self, Miss};
use crate::imports;
use crate::project::{Project, Result};
use crate::scan::Language;

/// What is no source of the app.
const FOREIGN: [&str; 5] = ["target", ".git", "data", "LICENSE-APACHE", "LICENSE-MIT"];

/// The files that are others now, and those that are gone.
#[derive(Default)]
pub struct Carried {
    pub changed: Vec<String>,
    pub deleted: Vec<String>,
}

pub struct Draft<'a> {
    project: &'a Project,
    /// The files that will be others, or gone.
    files: BTreeMap<String, Option<String>>,
    /// What was looked for in vain.
    misses: RefCell<Vec<String>>,
}

impl<'a> Draft<'a> {
    pub fn of(project: &'a Project) -> Self {
        Self { project, files: BTreeMap::new(), misses: RefCell::default() }
    }

    /// A file as it will be; `None` if there is none.
    pub fn read(&self, file: &str) -> Option<String> {
        match self.files.get(file) {
            Some(text) => text.clone(),
            None => self.project.read(file).ok(),
        }
    }

    /// Whether there will be such a file, or files in such a folder.
    pub fn has(&self, path: &str) -> bool {
        self.is_file(path) || !self.files_in(path).is_empty()
    }

    /// A picture is one, too, which cannot be read.
    fn is_file(&self, path: &str) -> bool {
        match self.files.get(path) {
            Some(text) => text.is_some(),
            None => self.project.path(path).is_file(),
        }
    }

    pub fn write(&mut self, file: &str, text: String) {
        if self.read(file).as_ref() != Some(&text) {
            self.files.insert(file.to_owned(), Some(text));
        }
    }

    /// Something is not as it was made.
    pub fn miss(&self, sentence: String) {
        self.misses.borrow_mut().push(sentence);
    }

    /// Changes a file by a function that may not find what it looks for. Where nothing is compiled, that is no
    /// harm.
    pub fn edit(
        &mut self, file: &str, what: &str, change: impl FnOnce(&str) -> Result<String, Miss>,
    ) {
        let is_optional = is_optional(file);
        let Some(text) = self.read(file) else {
            if !is_optional {
                self.miss(format!("{file} is not there. It should have lost: {what}"));
            }
            return;
        };
        match change(&text) {
            Ok(text) => self.write(file, text),
            Err(_) if is_optional => {}
            Err(Miss::NotThere) => self.miss(format!("{file} does not hold this any more: {what}")),
            Err(Miss::Twice) => self.miss(format!("{file} holds this more than once: {what}")),
        }
    }

    /// Deletes a file or a folder, with the line that makes it a module and the one that knows its checksum.
    pub fn delete(&mut self, path: &str) {
        let files = if self.is_file(path) { vec![path.to_owned()] } else { self.files_in(path) };
        if files.is_empty() && !is_optional(path) {
            self.miss(format!("{path} is not there."));
        }
        for file in files {
            self.forget_module(&file);
            self.forget_checksum(&file);
            self.files.insert(file, None);
        }
    }

    fn forget_module(&mut self, file: &str) {
        let Some((folder, name)) = file.strip_suffix(".rs").and_then(|path| path.rsplit_once('/'))
        else {
            return;
        };
        let parents =
            [format!("{folder}.rs"), format!("{folder}/lib.rs"), format!("{folder}/main.rs")];
        for parent in parents {
            let Some(mut text) = self.read(&parent) else { continue };
            for line in ["mod", "pub mod", "pub(super) mod"] {
                let line = format!("{line} {name};");
                text = cut::item(Language::Rust, &text, &line).unwrap_or(text);
            }
            self.write(&parent, text);
        }
    }

    /// What was deleted has no checksum that `scripts/check` could compare.
    fn forget_checksum(&mut self, file: &str) {
        const SUMS: &str = "docs/pictures/of";
        if let Some(sums) = self.read(SUMS)
            && let Ok(left) = cut::lines_with(&sums, &format!("  {file}\n"))
        {
            self.write(SUMS, left);
        }
    }

    /// The files that will be in a folder and in those within, by their paths.
    pub fn files_in(&self, folder: &str) -> Vec<String> {
        let mut found = Vec::new();
        self.collect(folder, &mut found);
        let made = self.files.iter().filter(|(file, text)| {
            text.is_some() && (folder == "." || file.starts_with(&format!("{folder}/")))
        });
        found.extend(made.map(|(file, _)| file.clone()));
        found.sort_unstable();
        found.dedup();
        found
    }

    fn collect(&self, folder: &str, found: &mut Vec<String>) {
        for name in self.project.list(folder).unwrap_or_default() {
            let path = if folder == "." { name.clone() } else { format!("{folder}/{name}") };
            if FOREIGN.contains(&path.as_str()) || name == "node_modules" {
                continue;
            }
            if self.project.path(&path).is_dir() {
                self.collect(&path, found);
            } else if !matches!(self.files.get(&path), Some(None)) {
                found.push(path);
            }
        }
    }

    /// Whether a source in these folders will hold something.
    pub fn is_somewhere(&self, folders: &[&str], holds: impl Fn(&str) -> bool) -> bool {
        let files = folders.iter().flat_map(|folder| self.files_in(folder));
        files.filter_map(|file| self.read(&file)).any(|text| holds(&text))
    }

    /// Whether one holds it today.
    pub fn was_somewhere(&self, folders: &[&str], holds: impl Fn(&str) -> bool) -> bool {
        Draft::of(self.project).is_somewhere(folders, holds)
    }

    /// Writes all of it, or says what is in the way.
    pub fn carry_out(mut self) -> Result<Carried> {
        let mut misses = self.misses.take();
        if !misses.is_empty() {
            misses.sort_unstable();
            misses.dedup();
            return Err(format!(
                "Something was changed since it was made, and has to be taken out by hand first:\n  {}\n\
                 Nothing was changed.",
                misses.join("\n  ")
            ));
        }
        let changed: Vec<_> = self.files.keys().cloned().collect();
        for file in changed {
            if let Some(text) = self.read(&file) {
                let formatted = self.project.format(&file, text)?;
                self.files.insert(file, Some(formatted));
            }
        }
        let mut carried = Carried::default();
        for (file, text) in self.files {
            match text {
                Some(text) if self.project.read(&file).as_ref() != Ok(&text) => {
                    self.project.write(&file, &text)?;
                    carried.changed.push(file);
                }
                None if self.project.has(&file) => {
                    self.project.delete(&file)?;
                    carried.deleted.push(file);
                }
                _ => {}
            }
        }
        Ok(carried)
    }

    /// Takes the names out of the sources that nothing in them needs any more.
    pub fn tidy(&mut self) {
        for (file, text) in &mut self.files {
            let before = fs::read_to_string(self.project.path(file));
            if let (Language::Rust, Ok(before), Some(after)) = (Language::of(file), before, text) {
                *after = imports::tidied(&before, after);
            }
        }
    }
}

/// Documents, measurements and judges are everybody's own to write anew, or to do without. What is left in them
/// is told.
fn is_optional(file: &str) -> bool {
    let folders = ["benches/", "deploy/", "docs/", "scripts/", "tests/pages/"];
    is_document(file) || file == ".env.example" || folders.iter().any(|it| file.starts_with(it))
}

pub fn is_document(file: &str) -> bool {
    Path::new(file).extension().is_some_and(|extension| extension == "md")
}
