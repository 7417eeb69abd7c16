//! `lumbung`: the same door as the window, for scripts, support, migration and tests.
//! Exit 0 on success, 1 when the answer is no, 2 on bad usage.

mod arguments;
mod output;
mod question;
mod run;
mod sync;

use clap::Parser;
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments = arguments::Arguments::parse();
    let as_json = arguments.json;
    match run::run(arguments) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            output::error(&error, as_json);
            ExitCode::FAILURE
        }
    }
}
