//! Hands over to the measuring program, built as release code.

use crate::{packages, run};
use anyhow::Result;

pub(crate) fn measure(arguments: &[String]) -> Result<bool> {
    packages::ensure(packages::Need::Prove)?;
    // The centre is measured as the program that operators run.
    let server = ["build", "--quiet", "--profile", "bench", "--package", "lumbung-server"];
    if !run::succeeds(run::cargo().args(server))? {
        return Ok(false);
    }
    run::succeeds(
        run::cargo()
            .args(["run", "--quiet", "--profile", "bench", "--package", "xtask"])
            .args(["--features", "bench", "--bin", "lumbung-bench", "--"])
            .args(arguments),
    )
}
