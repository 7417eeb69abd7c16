//! Measures the house against its limits: ours and the limit in turn, in one run, as ratios. Absolute times
//! say more about the disk of the day than about the code.

#![expect(clippy::cast_precision_loss, reason = "times and sizes, far below 2^52")]

mod bare;
mod centre;
mod figure;
mod import;
mod report;
mod sale;
mod search;
mod shop;
mod start;
mod syncs;
mod wire;

use anyhow::{Result, bail};
use figure::Figure;

/// Name and how to measure it; some share a run.
type Bench = (&'static str, fn() -> Result<Vec<Figure>>);

const BENCHES: [Bench; 12] = [
    ("durable_sale", sale::durable),
    ("sale_cpu", sale::cpu),
    ("sale_growth", sale::growth),
    ("sale_syncs", syncs::measure),
    ("search", search::measure),
    ("trial_balance", report::measure),
    ("import_year", import::measure),
    ("cold_start", start::measure),
    ("sync_bytes", wire::bytes),
    ("slow_link", wire::slow),
    ("server_ingest", centre::ingest),
    ("nation", centre::nation),
];

/// Not part of `all`: it takes its time.
const LONG: [Bench; 1] = [("server_memory", centre::soak)];

fn main() -> Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    // Run under strace by `sale_syncs`.
    if let [word, folder, count] = arguments.as_slice()
        && word == "sell"
    {
        return syncs::sell(folder.as_ref(), count.parse()?);
    }
    let wanted = arguments.first().filter(|name| *name != "all");
    let chosen: Vec<&Bench> =
        BENCHES.iter().filter(|(name, _)| wanted.is_none_or(|wanted| wanted == name)).collect();
    let long = LONG.iter().filter(|(name, _)| wanted.is_some_and(|wanted| wanted == name));
    let chosen: Vec<&Bench> = chosen.into_iter().chain(long).collect();
    if chosen.is_empty() {
        let names: Vec<&str> = BENCHES.iter().chain(&LONG).map(|(name, _)| *name).collect();
        bail!("no such figure; known are {}", names.join(", "));
    }
    let mut missed = Vec::new();
    for (_, measure) in chosen {
        for figure in measure()? {
            println!("{}", figure.json());
            if !figure.holds() {
                missed.push(figure.name.clone());
            }
        }
    }
    if !missed.is_empty() {
        bail!("beyond the goal: {}", missed.join(", "));
    }
    Ok(())
}
