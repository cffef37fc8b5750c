//! The sources of the app: read, formatted, written.

use std::cell::OnceCell;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::SystemTime;

/// The error is a sentence for whoever typed the command.
pub type Result<T, E = String> = std::result::Result<T, E>;

/// The folder of the app.
pub struct Project {
    root: PathBuf,
    /// Where this command puts what was there before.
    kept: OnceCell<String>,
}

impl Project {
    /// The one that cargo runs this program in.
    pub fn here() -> Result<Self> {
        let own = std::env::var("CARGO_MANIFEST_DIR");
        let own = own.map_err(|_| "Run this by cargo: `cargo xtask`.".to_owned())?;
        let root = Path::new(&own).join("../..");
        let root = root.canonicalize().map_err(|error| format!("{}: {error}", root.display()))?;
        Ok(Self { root, kept: OnceCell::new() })
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

    /// The name of the program that `cargo run` starts.
    pub fn program(&self) -> Result<String> {
        let manifest = self.read("Cargo.toml")?;
        let package = manifest.split("[package]\n").nth(1).unwrap_or_default();
        let value = |key: &str| {
            let lines = package.lines().take_while(|line| !line.starts_with('['));
            let mut pairs = lines.filter_map(|line| line.split_once('='));
            let value = pairs.find(|(other, _)| other.trim() == key)?.1;
            value.split('"').nth(1).map(str::to_owned)
        };
        let name = value("default-run").or_else(|| value("name"));
        name.ok_or_else(|| "Cargo.toml has no `name` in [package].".to_owned())
    }

    /// What was there before is kept beside: git knows only what was committed.
    pub fn write(&self, file: &str, text: &str) -> Result<()> {
        let path = self.path(file);
        if self.has(file) && self.read(file).as_deref() != Ok(text) {
            self.keep(file)?;
        }
        let folder = path.parent().expect("a file of the project is in a folder of it");
        let written = fs::create_dir_all(folder).and_then(|()| fs::write(&path, text));
        written.map_err(|error| format!("{file}: {error}"))
    }

    /// Deletes a file, and the folders that are empty then. It is kept beside, too.
    pub fn delete(&self, file: &str) -> Result<()> {
        let path = self.path(file);
        self.keep(file)?;
        fs::remove_file(&path).map_err(|error| format!("{file}: {error}"))?;
        for folder in path.ancestors().skip(1) {
            if fs::remove_dir(folder).is_err() {
                break;
            }
        }
        Ok(())
    }

    fn keep(&self, file: &str) -> Result<()> {
        let kept = self.path(self.kept.get_or_init(folder_for_now)).join(file);
        let folder = kept.parent().expect("it is in a folder");
        let copied = fs::create_dir_all(folder).and_then(|()| fs::copy(self.path(file), &kept));
        copied.map(drop).map_err(|error| format!("{}: {error}", kept.display()))
    }

    /// The folder with the files as they were, if one was changed or deleted.
    pub fn kept(&self) -> Option<&str> {
        self.kept.get().map(String::as_str)
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

/// Another one for each command, in the order of their times.
fn folder_for_now() -> String {
    let now = SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default();
    format!("target/before/{}", now.as_millis())
}
