//! Thousands of seeds on two threads, those that failed once first.

use crate::seed::{self, Failure};
use crate::tally::Tally;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Seeds that failed once, a line each: the seed, then what it found.
const REMEMBERED: &str = include_str!("../seeds.txt");
/// Seeds at a time.
const THREADS: usize = 2;
/// Failures after which nothing new is learnt.
const FAILURES_MAX: usize = 12;

/// What came of many seeds.
#[derive(Debug, Default)]
pub struct Outcome {
    pub seeds: usize,
    pub took: Duration,
    pub tally: Tally,
    pub failures: Vec<Failure>,
}

/// Seeds that failed once.
pub fn remembered() -> Vec<u64> {
    let first = |line: &str| line.split_whitespace().next().and_then(|seed| seed.parse().ok());
    REMEMBERED.lines().filter_map(first).collect()
}

/// Runs all of them. `told` hears of each failure when it comes.
pub fn run(seeds: &[u64], is_loud: bool, told: &(dyn Fn(&Failure) + Sync)) -> Outcome {
    let began = Instant::now();
    let next = AtomicUsize::new(0);
    let all = Mutex::new(Outcome::default());
    std::thread::scope(|scope| {
        for _ in 0..THREADS.min(seeds.len()) {
            scope.spawn(|| {
                let mut tally = Tally::default();
                let (mut done, mut failures) = (0, Vec::new());
                while let Some(seed) = seeds.get(next.fetch_add(1, Ordering::Relaxed)) {
                    done += 1;
                    if let Err(failure) = seed::run(*seed, is_loud, &mut tally) {
                        told(&failure);
                        failures.push(failure);
                        if failures.len() >= FAILURES_MAX {
                            break;
                        }
                    }
                }
                let mut all = all.lock().unwrap_or_else(PoisonError::into_inner);
                all.seeds += done;
                all.tally.merge(&tally);
                all.failures.append(&mut failures);
            });
        }
    });
    let mut outcome = all.into_inner().unwrap_or_else(PoisonError::into_inner);
    outcome.took = began.elapsed();
    outcome
}

impl std::fmt::Display for Outcome {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (name, times) in self.tally.rows() {
            writeln!(f, "{times:>10}  {name}")?;
        }
        let millis = u64::try_from(self.took.as_millis()).unwrap_or(u64::MAX).max(1);
        let seeds = u64::try_from(self.seeds).unwrap_or(0);
        let tenths = seeds * 10_000 / millis;
        write!(
            f,
            "{} seeds in {}.{} s, {}.{} a second, {} failed",
            self.seeds,
            millis / 1_000,
            millis % 1_000 / 100,
            tenths / 10,
            tenths % 10,
            self.failures.len()
        )
    }
}
