//! What ran, how long it took and what came of it.

use super::count::Count;
use crate::run;
use anyhow::Result;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::{Duration, Instant};

#[derive(Debug)]
pub(crate) struct Summary {
    began: Instant,
    stages: Vec<(&'static str, Duration, Count)>,
    counts: PathBuf,
    /// Properties that held, and their cases in all.
    pub(crate) properties: (u64, u64),
    /// Said once more at the end, so that it is not missed.
    pub(crate) notes: Vec<String>,
}

impl Summary {
    pub(crate) fn new() -> Result<Self> {
        let counts = run::notes()?.join("counts");
        let _ = std::fs::remove_file(&counts);
        Ok(Self { began: Instant::now(), stages: Vec::new(), counts, properties: (0, 0), notes: Vec::new() })
    }

    /// Where tests write down what they did in numbers, one `name number` a line: seeds, killed processes,
    /// and what had to be skipped on this machine (`skipped:…`). The variable `LUMBUNG_COUNTS` names it.
    pub(crate) fn counts_file(&self) -> PathBuf {
        self.counts.clone()
    }

    /// A stage that fails is noted and the next one runs all the same: one run tells everything.
    pub(crate) fn stage(&mut self, name: &'static str, work: impl FnOnce() -> Result<Count>) {
        println!("\n── {name}");
        let began = Instant::now();
        let count = work().unwrap_or_else(|error| {
            println!("{error:#}");
            Count::gate(false)
        });
        self.stages.push((name, began.elapsed(), count));
    }

    /// True where nothing failed.
    pub(crate) fn print(&self) -> bool {
        println!("\n── summary\n{:<16}{:>9}{:>9}{:>9}", "stage", "seconds", "passed", "failed");
        for (name, took, count) in &self.stages {
            println!("{name:<16}{:>9.1}{:>9}{:>9}", took.as_secs_f64(), count.passed, count.failed);
        }
        println!("{:<16}{:>9.1}", "in all", self.began.elapsed().as_secs_f64());
        let gates = self.stages.iter().filter(|(_, _, count)| count.is_gate);
        println!("gates: {}", gates.map(|(_, _, count)| count.passed).sum::<u64>());
        for (name, said) in [
            ("cargo test", "tests in Rust"),
            ("pages: tests", "tests of the pages"),
            ("window", "walks in the window"),
        ] {
            let passed = self.stages.iter().find(|stage| stage.0 == name).map_or(0, |stage| stage.2.passed);
            println!("{said}: {passed}");
        }
        println!("properties: {} with {} cases", self.properties.0, self.properties.1);
        for (name, number) in self.counted() {
            println!("{name}: {number}");
        }
        for note in &self.notes {
            println!("{note}");
        }
        let sum = |part: fn(&Count) -> u64| self.stages.iter().map(|(_, _, count)| part(count)).sum::<u64>();
        let (passed, failed) = (sum(|count| count.passed), sum(|count| count.failed));
        println!("{passed} passed, {failed} failed");
        failed == 0
    }

    fn counted(&self) -> BTreeMap<String, u64> {
        let mut counted = BTreeMap::new();
        for line in std::fs::read_to_string(&self.counts).unwrap_or_default().lines() {
            if let Some((name, number)) = line.rsplit_once(' ')
                && let Ok(number) = number.parse::<u64>()
            {
                *counted.entry(name.to_owned()).or_default() += number;
            }
        }
        counted
    }
}
