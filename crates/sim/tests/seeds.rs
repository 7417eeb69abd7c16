//! Two thousand seeds and all that failed once.

use lumbung_sim::many;
use lumbung_sim::seed;
use lumbung_sim::tally::Tally;

const SEEDS: u64 = 2_000;
/// What a run of this size cannot go without: a fault that never happens tests nothing.
const HAPPENS: [&str; 30] = [
    "messages lost",
    "messages blocked",
    "messages doubled",
    "messages damaged",
    "answers of somebody else",
    "answers lost after commit",
    "CutPower",
    "CutInWrite",
    "Clone",
    "Restore",
    "CrashCentre",
    "centre died in a write",
    "RestoreCentre",
    "JumpClock",
    "Upgrade",
    "Rebuild",
    "Poison",
    "Later",
    "Usurp",
    "Trespass",
    "Garbage",
    "EraseMember",
    "forks ended",
    "documents re-issued",
    "documents relayed by tills",
    "closed periods that stood",
    "Reopen",
    "HandOver",
    "bits turned over and found",
    "seeds with old and new apps",
];

#[test]
fn every_seed_ends_as_it_must() {
    let wanted = std::env::var("LUMBUNG_SEEDS").map_or(SEEDS, |seeds| seeds.parse().unwrap());
    let mut seeds = many::remembered();
    seeds.extend(0..wanted);
    let outcome = many::run(&seeds, false, &|failure| eprintln!("{failure}\n"));
    println!("{outcome}");
    let failed: Vec<u64> = outcome.failures.iter().map(|failure| failure.seed).collect();
    assert_eq!(failed, [0; 0], "seeds that failed: the story stands above");
    if wanted >= SEEDS {
        for name in HAPPENS {
            assert!(outcome.tally.of(name) > 0, "{name} never happened");
        }
    }
    if let Ok(file) = std::env::var("LUMBUNG_COUNTS") {
        let old = std::fs::read_to_string(&file).unwrap_or_default();
        std::fs::write(file, format!("{old}simulation seeds {}\n", outcome.seeds)).unwrap();
    }
}

#[test]
fn a_seed_repeats_itself() {
    let tell = |seed| {
        let mut tally = Tally::default();
        let done = seed::run(seed, false, &mut tally).map_err(|failure| failure.to_string());
        let rows: Vec<(String, u64)> = tally.rows().map(|(name, times)| (name.to_owned(), times)).collect();
        (done, rows)
    };
    for seed in [3, 17, 41] {
        assert_eq!(tell(seed), tell(seed), "seed {seed} went another way the second time");
    }
}
