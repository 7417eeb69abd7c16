//! How often a sale makes the disk promise: counted by strace, on the ledger's own files.

use crate::figure::{Figure, Goal};
use crate::shop::{self, Ledger, Till};
use anyhow::{Context, Result, bail};
use std::path::Path;
use std::process::Command;

const SALES: u32 = 1_000;

pub(crate) fn measure() -> Result<Vec<Figure>> {
    if Command::new("strace").arg("-V").output().is_err() {
        bail!("strace is not installed: apt-get install strace");
    }
    let folder = tempfile::tempdir_in(shop::kept_folder()?)?;
    let ledger = shop::ledger(5)?.copy_to(&folder.path().join("till"))?;
    // What opening costs is counted by itself and taken off.
    let opening = count(&ledger, folder.path(), 0)?;
    let selling = count(&ledger, folder.path(), SALES)?;
    let per_sale = (selling - opening) / f64::from(SALES);
    Ok(vec![Figure {
        name: "sale_syncs".into(),
        unit: "syncs",
        ours: vec![per_sale],
        limit: vec![1.0],
        goal: Goal { mean: Some(1.05), ..Goal::default() },
        work: format!("{SALES} sales, fsync and fdatasync on the ledger's files, checkpoints included"),
    }])
}

fn count(ledger: &Ledger, folder: &Path, sales: u32) -> Result<f64> {
    let trace = folder.join(format!("trace-{sales}"));
    let done = Command::new("strace")
        .args(["-f", "-y", "-e", "trace=fsync,fdatasync", "-o"])
        .arg(&trace)
        .arg(std::env::current_exe()?)
        .arg("sell")
        .arg(&ledger.folder)
        .arg(sales.to_string())
        .status()?;
    if !done.success() {
        bail!("selling under strace ended with {done}");
    }
    let text = std::fs::read_to_string(&trace).context("the trace")?;
    let lines = text.lines().filter(|line| line.contains("ledger.db") && !line.contains(".drafts"));
    Ok(lines.count() as f64)
}

/// What is run under strace.
pub(crate) fn sell(folder: &Path, sales: u32) -> Result<()> {
    let ledger = Ledger { folder: folder.to_owned() };
    let mut till = Till::open(ledger.open()?)?;
    for _ in 0..sales {
        let request = till.next_cart();
        till.app.record_sale(request)?;
    }
    // The end of the process without a clean close: the last checkpoint is not a sale's.
    std::process::exit(0)
}
