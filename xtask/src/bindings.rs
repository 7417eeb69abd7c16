//! The TypeScript by which the window calls the core is written by the test that also proves it fresh.

use crate::run;
use anyhow::Result;

pub(crate) fn write() -> Result<bool> {
    run::succeeds(
        run::cargo()
            .args(["test", "--quiet", "--package", "lumbung-desktop", "--lib", "bindings_are_fresh"])
            .env("LUMBUNG_WRITE_BINDINGS", "1"),
    )
}
