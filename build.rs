//! The migrations are built into the program, and cargo sees those that it knows: this names the folder, so
//! that a new one is built in, too.

use std::collections::HashSet;
use std::fs;

fn main() {
    println!("cargo::rerun-if-changed=migrations");
    for folder in ["migrations/sqlite", "migrations/postgres"] {
        let entries = fs::read_dir(folder).into_iter().flatten().flatten();
        let mut numbers = HashSet::new();
        for name in entries.filter_map(|entry| entry.file_name().into_string().ok()) {
            let number = name.split('_').next().unwrap_or_default().to_owned();
            // A database would get the first of them, and never hear of the other.
            if !numbers.insert(number) {
                println!(
                    "cargo::error=two migrations in {folder} have the number of {name}: rename the newer one"
                );
            }
        }
    }
}
