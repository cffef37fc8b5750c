//! Reads `.env`, then does what the command line says.

use std::process::ExitCode;

use clap::Parser;
use latchkey::cli::Cli;

fn main() -> ExitCode {
    match dotenvy::from_path(".env") {
        Ok(()) => {}
        Err(error) if error.not_found() => {}
        Err(error) => {
            eprintln!("The file .env cannot be read: {error}.");
            return ExitCode::from(latchkey::cli::EXIT_CONFIG);
        }
    }
    Cli::parse().run()
}
