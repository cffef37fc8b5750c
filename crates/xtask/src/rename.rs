//! Another name for the app.

use crate::project::{Project, Result};

pub fn rename(project: &Project, package: &str, name: &str) -> Result<String> {
    let _ = (project, package, name);
    Err("later".to_owned())
}
