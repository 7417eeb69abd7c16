//! Hands over to the simulator.

use crate::{packages, run};
use anyhow::Result;

pub(crate) fn simulate(arguments: &[String]) -> Result<bool> {
    packages::ensure(packages::Need::Build)?;
    run::succeeds(
        run::cargo()
            .args(["run", "--quiet", "--package", "lumbung-sim", "--bin", "lumbung-sim", "--"])
            .args(arguments),
    )
}
