//! What developers of the app run: `cargo xtask …`. The program that is deployed has none of it.

#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command line, read by whoever runs it"
)]

mod cut;
mod dev;
mod draft;
mod field;
mod imports;
mod kind;
mod model;
mod page;
mod plan;
mod project;
mod prose;
mod remove;
mod rename;
mod scan;
mod served;
mod sql;
mod words;

use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

use crate::project::{Project, Result};

/// What only developers of the app run
#[derive(Parser)]
#[command(bin_name = "cargo xtask")]
struct Xtask {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Serve the app, and build and start it again whenever its sources change; what stands behind `--` is for
    /// `cargo build`
    Dev {
        /// As in `dev -- --no-default-features --features postgres`
        #[arg(last = true)]
        arguments: Vec<String>,
    },
    /// Give the app its own name: `rename my-app "My App"`
    Rename {
        /// As the program is called: small letters, digits, hyphens
        package: String,
        /// As people read it
        name: String,
    },
    /// Make a protected page: `page reports`
    Page {
        /// Small letters and underscores
        name: String,
    },
    /// Make a model with pages, an API and tests: `model invoice number:string amount:decimal paid:bool`
    #[command(after_help = kind::HELP)]
    Model(ModelArgs),
    /// Fail unless a model is as `model` makes it: `compare note` keeps the worked example and the command alike
    Compare {
        /// One of them
        name: String,
        /// Make it so
        #[arg(long)]
        write: bool,
    },
    /// Take out parts of the app, changed or not: models and pages by their names, and the parts below
    #[command(after_help = remove::HELP)]
    Remove {
        /// What: `remove notes api`
        #[arg(required = true)]
        names: Vec<String>,
    },
    /// Take out what `page` or `model` made, as long as nothing was changed
    Undo {
        #[command(subcommand)]
        what: Undo,
    },
}

/// A model, as it is asked for.
#[derive(Args, Clone)]
pub struct ModelArgs {
    /// One of them, in small letters and underscores: `invoice`
    name: String,
    /// Its fields: `name:kind`, with `?` for one that may be left empty
    #[arg(required = true)]
    fields: Vec<String>,
    /// Several of them, where it is not said with an `s`
    #[arg(long)]
    plural: Option<String>,
    /// Without the API for programs
    #[arg(long)]
    no_api: bool,
    /// For administrators only, who share them
    #[arg(long, conflicts_with = "public")]
    admin: bool,
    /// To be read by everybody, and written by whoever made it
    #[arg(long)]
    public: bool,
}

#[derive(Subcommand)]
enum Undo {
    /// What `page` made
    Page {
        /// Its name
        name: String,
    },
    /// What `model` made
    Model {
        /// One of them
        name: String,
    },
}

fn main() -> ExitCode {
    match run(Xtask::parse().command) {
        Ok(said) => {
            println!("{said}");
            ExitCode::SUCCESS
        }
        Err(sentence) => {
            eprintln!("{sentence}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> Result<String> {
    let project = Project::here()?;
    match command {
        Command::Dev { arguments } => dev::run(&project, &arguments),
        Command::Rename { package, name } => {
            let said = rename::rename(&project, &package, &name)?;
            Ok(said + &as_it_was(&project))
        }
        Command::Page { name } => page::plan(&project, &name)?.carry_out(&project),
        Command::Model(args) => model::plan(&project, &args)?.carry_out(&project),
        Command::Compare { name, write } => {
            let plan = model::made(&project, &name)?;
            if write {
                plan.write_again(&project)?;
            }
            let differ = plan.differences(&project)?;
            if differ.is_empty() {
                let said = format!("The model `{name}` is as the command makes it.");
                return Ok(said + &as_it_was(&project));
            }
            Err(format!("Not as the command makes them: {}.", differ.join(", ")))
        }
        Command::Remove { names } => {
            let said = remove::remove(&project, &names)?;
            Ok(said + &as_it_was(&project))
        }
        Command::Undo { what: Undo::Page { name } } => page::made(&name)?.undo(&project),
        Command::Undo { what: Undo::Model { name } } => {
            model::to_undo(&project, &name)?.undo(&project)
        }
    }
}

/// Where whatever a command changed or deleted is to be found, committed or not.
fn as_it_was(project: &Project) -> String {
    let kept = project
        .kept()
        .map(|kept| format!("\nWhat was changed and what is gone lies, as it was, in {kept}/."));
    kept.unwrap_or_default()
}
