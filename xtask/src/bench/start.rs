//! From the start of the program to a till that takes a PIN, with ten years in the file, against an empty
//! window of the same toolkit.

use crate::figure::{Figure, Goal};
use crate::shop;
use anyhow::{Context, Result, bail};
use std::path::Path;
use std::process::Command;

pub(crate) fn measure() -> Result<Vec<Figure>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let built = Command::new("cargo")
        .current_dir(&root)
        .args(["build", "--quiet", "--profile", "bench", "-p", "lumbung-desktop", "--bin", "lumbung-desktop"])
        .args(["--example", "empty_window"])
        .status()?;
    if !built.success() {
        bail!("the window was not built");
    }
    let release = std::env::current_exe()?.parent().context("the build folder")?.to_owned();
    let ledger = shop::ledger(3_652)?;
    let measured = Command::new("node")
        .arg(root.join("ui/tests/bench/cold-start.mjs"))
        .env("LUMBUNG_DESKTOP", release.join("lumbung-desktop"))
        .env("EMPTY_WINDOW", release.join("examples/empty_window"))
        .env("LUMBUNG_DB", ledger.file())
        .env("LUMBUNG_KEY_FILE", ledger.key_file())
        .output()?;
    if !measured.status.success() {
        bail!("the window did not start: {}", String::from_utf8_lossy(&measured.stderr));
    }
    let times: serde_json::Value = serde_json::from_slice(&measured.stdout)?;
    let list = |name: &str| -> Vec<f64> {
        times[name]
            .as_array()
            .map(|list| list.iter().filter_map(serde_json::Value::as_f64).collect())
            .unwrap_or_default()
    };
    Ok(vec![Figure {
        name: "cold_start".into(),
        unit: "ms",
        ours: list("ours"),
        limit: list("limit"),
        goal: Goal { p50: Some(1.3), ..Goal::default() },
        work: "start to names and PIN field, ten years in the file; medians of ten in turn".into(),
    }])
}
