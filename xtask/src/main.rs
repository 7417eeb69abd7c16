//! `cargo xtask`: everything that a script would do, in the language of the house.

mod app;
mod bindings;
mod check;
mod demo;
mod measure;
mod packages;
mod run;
mod sim;
mod tidy;
mod ui;

use clap::{Parser, Subcommand};
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(Debug, Parser)]
#[command(name = "cargo xtask", about = "The tasks of the Lumbung workspace")]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Debug, Subcommand)]
enum Task {
    /// Installs what is missing and opens the app on a demo cooperative
    App {
        /// Where the demo cooperative lives; made there once
        #[arg(long)]
        data: Option<PathBuf>,
        /// Walk one sale on a display of its own and take pictures, even where a screen is there
        #[arg(long)]
        walk: bool,
    },
    /// Installs what is missing and runs every check and test
    Test,
    /// Holds the rules that compilers do not know: edges, licences, sources
    Tidy,
    /// Writes the TypeScript by which the window calls the core
    Bindings,
    /// Measures speed against its limits; arguments go to the measuring program
    Bench {
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
    /// Simulates tills and a centre, seed after seed: --seeds N, --from S, --loud
    Sim {
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<String>,
    },
}

fn main() -> ExitCode {
    let done = match Arguments::parse().task {
        Task::App { data, walk } => app::open(data, walk),
        Task::Test => check::everything(),
        Task::Tidy => tidy::report(),
        Task::Bindings => bindings::write(),
        Task::Bench { arguments } => measure::measure(&arguments),
        Task::Sim { arguments } => sim::simulate(&arguments),
    };
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}
