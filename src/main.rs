//! Does what the command line says.

use std::process::ExitCode;

use app::cli::Cli;
use clap::Parser;

fn main() -> ExitCode {
    Cli::parse().run()
}
