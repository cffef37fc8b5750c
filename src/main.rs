//! Does what the command line says.

use std::process::ExitCode;

use clap::Parser;
use latchkey::cli::Cli;

fn main() -> ExitCode {
    Cli::parse().run()
}
