//! Hands over to the measuring program, built as release code.

use crate::{packages, run};
use anyhow::Result;

pub(crate) fn measure(arguments: &[String]) -> Result<bool> {
    packages::ensure(packages::Need::Build)?;
    run::succeeds(
        run::cargo()
            .args(["run", "--quiet", "--profile", "bench", "--package", "xtask"])
            .args(["--features", "bench", "--bin", "lumbung-bench", "--"])
            .args(arguments),
    )
}
