//! `lumbung-sim`: seeds after seeds.

use clap::Parser;
use lumbung_sim::many;
use std::process::ExitCode;

#[derive(Debug, Parser)]
#[command(name = "lumbung-sim", about = "Simulates tills, a centre and everything that befalls them")]
struct Arguments {
    /// How many seeds
    #[arg(long, default_value_t = 1_000)]
    seeds: u64,
    /// The first of them; those that failed once run before
    #[arg(long, default_value_t = 0)]
    from: u64,
    /// Tells every step
    #[arg(long)]
    loud: bool,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let mut seeds = if arguments.loud { Vec::new() } else { many::remembered() };
    seeds.extend(arguments.from..arguments.from.saturating_add(arguments.seeds));
    let outcome = many::run(&seeds, arguments.loud, &|failure| eprintln!("{failure}\n"));
    println!("{outcome}");
    if outcome.failures.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
