//! The sources of the app: read, formatted, written.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The error is a sentence for whoever typed the command.
pub type Result<T, E = String> = std::result::Result<T, E>;

/// The folder of the app.
pub struct Project {
    root: PathBuf,
}

impl Project {
    /// The one that cargo runs this program in.
    pub fn here() -> Result<Self> {
        let own = std::env::var("CARGO_MANIFEST_DIR");
        let own = own.map_err(|_| "Run this by cargo: `cargo xtask`.".to_owned())?;
        let root = Path::new(&own).join("../..");
        let root = root.canonicalize().map_err(|error| format!("{}: {error}", root.display()))?;
        Ok(Self { root })
    }

    pub fn path(&self, file: &str) -> PathBuf {
        self.root.join(file)
    }

    pub fn has(&self, file: &str) -> bool {
        self.path(file).exists()
    }

    pub fn read(&self, file: &str) -> Result<String> {
        fs::read_to_string(self.path(file)).map_err(|error| format!("{file}: {error}"))
    }

    pub fn write(&self, file: &str, text: &str) -> Result<()> {
        let path = self.path(file);
        let folder = path.parent().expect("a file of the project is in a folder of it");
        let written = fs::create_dir_all(folder).and_then(|()| fs::write(&path, text));
        written.map_err(|error| format!("{file}: {error}"))
    }

    /// Deletes a file, and the folders that are empty then.
    pub fn delete(&self, file: &str) -> Result<()> {
        let path = self.path(file);
        fs::remove_file(&path).map_err(|error| format!("{file}: {error}"))?;
        for folder in path.ancestors().skip(1) {
            if fs::remove_dir(folder).is_err() {
                break;
            }
        }
        Ok(())
    }

    /// The names of what is in a folder, in their order.
    pub fn list(&self, folder: &str) -> Result<Vec<String>> {
        let entries =
            fs::read_dir(self.path(folder)).map_err(|error| format!("{folder}: {error}"))?;
        let names = entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned());
        let mut names: Vec<_> = names.collect();
        names.sort_unstable();
        Ok(names)
    }

    /// Rust as `cargo fmt` writes it, and of anything else the text itself.
    pub fn format(&self, file: &str, text: String) -> Result<String> {
        if Path::new(file).extension().is_none_or(|extension| extension != "rs") {
            return Ok(text);
        }
        let failed = |error: String| {
            format!(
                "rustfmt cannot format {file}: {error}\nIs it there? `rustup component add rustfmt`"
            )
        };
        let mut rustfmt = Command::new("rustfmt")
            .args(["--edition", "2024", "--config-path"])
            .arg(&self.root)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|error| failed(error.to_string()))?;
        let mut stdin = rustfmt.stdin.take().expect("it was asked for");
        stdin.write_all(text.as_bytes()).map_err(|error| failed(error.to_string()))?;
        drop(stdin);
        let done = rustfmt.wait_with_output().map_err(|error| failed(error.to_string()))?;
        if !done.status.success() {
            return Err(failed(String::from_utf8_lossy(&done.stderr).into_owned()));
        }
        String::from_utf8(done.stdout).map_err(|error| failed(error.to_string()))
    }
}
