//! One seed from its beginning to its end, and the story of its failure.

use crate::tally::Tally;
use crate::world::World;
use std::panic::AssertUnwindSafe;

/// A seed that did not end as it must.
#[derive(Debug)]
pub struct Failure {
    pub seed: u64,
    pub why: String,
    /// The last steps.
    pub told: Vec<String>,
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        writeln!(f, "seed {} failed: {}", self.seed, self.why)?;
        for line in &self.told {
            writeln!(f, "  {line}")?;
        }
        write!(f, "again: cargo xtask sim --seeds 1 --from {} --loud", self.seed)
    }
}

/// Runs one seed; what was done and befell is added to `tally`.
pub fn run(seed: u64, is_loud: bool, tally: &mut Tally) -> Result<(), Failure> {
    let mut world = World::begin(seed, is_loud).map_err(|error| Failure {
        seed,
        why: format!("{error:#}"),
        told: Vec::new(),
    })?;
    let done = std::panic::catch_unwind(AssertUnwindSafe(|| world.run()));
    world.note_losses();
    tally.merge(&world.tally);
    let why = match done {
        Ok(Ok(())) => return Ok(()),
        Ok(Err(error)) => format!("{error:#}"),
        Err(panic) => {
            let text = panic.downcast_ref::<String>().cloned();
            let text = text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()));
            format!("panic: {}", text.unwrap_or_default())
        }
    };
    let plan = format!("{:?}", world.plan);
    let mut told: Vec<String> = vec![plan];
    told.extend(world.told.iter().cloned());
    Err(Failure { seed, why, told })
}
