//! The command line: one file per command. Exit codes: 0 good, 1 findings, 2 usage.

use std::process::ExitCode;

/// Runs the program.
pub fn run() -> ExitCode {
    ExitCode::from(2)
}
