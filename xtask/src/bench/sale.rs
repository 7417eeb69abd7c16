//! A durable sale of three lines to a member, through the one door.

use crate::bare::Rows;
use crate::figure::{Figure, Goal};
use crate::shop::{self, Till, connect};
use anyhow::{Context, Result};
use lumbung_primitives::DocRef;
use std::path::Path;
use std::time::Instant;

const BLOCK: usize = 100;
const BLOCKS: usize = 30;

pub(crate) fn durable() -> Result<Vec<Figure>> {
    let folder = tempfile::tempdir_in(shop::kept_folder()?)?;
    let (ours, limit) = in_turn(folder.path(), 5, &mut || Ok(Stopwatch::wall()))?;
    Ok(vec![Figure {
        name: "durable_sale".into(),
        unit: "us",
        ours,
        limit,
        goal: Goal { mean: Some(1.5), p99: Some(1.5), p50: None },
        work: format!("{} sales of 3 lines, WAL + FULL, blocks of {BLOCK} in turn", BLOCK * BLOCKS),
    }])
}

pub(crate) fn cpu() -> Result<Vec<Figure>> {
    let memory = if Path::new("/dev/shm").is_dir() { "/dev/shm" } else { "/tmp" };
    let folder = tempfile::tempdir_in(memory)?;
    let (ours, limit) = in_turn(folder.path(), 5, &mut Stopwatch::cpu)?;
    Ok(vec![Figure {
        name: "sale_cpu".into(),
        unit: "us",
        ours,
        limit,
        goal: Goal { mean: Some(4.0), ..Goal::default() },
        work: format!("the same in memory ({memory}), time on the processor"),
    }])
}

/// Ours, then the same rows bare, block by block.
fn in_turn(
    folder: &Path,
    days: i32,
    start: &mut dyn FnMut() -> Result<Stopwatch>,
) -> Result<(Vec<f64>, Vec<f64>)> {
    let ledger = shop::ledger(days)?.copy_to(&folder.join("ours"))?;
    let bare = shop::ledger(days)?.copy_to(&folder.join("bare"))?;
    let mut till = Till::open(ledger.open()?)?;
    let beside = ledger.connect()?;
    let target = connect(&bare.file(), &bare.key()?)?;
    let (mut ours, mut limit) = (Vec::new(), Vec::new());
    for block in 0..=BLOCKS {
        let mut sold: Vec<DocRef> = Vec::with_capacity(BLOCK);
        for _ in 0..BLOCK {
            let request = till.next_cart();
            let watch = start()?;
            let done = till.app.record_sale(request)?;
            let took = watch.micros()?;
            sold.push(done.sale);
            // The first block warms caches for both.
            if block > 0 {
                ours.push(took);
            }
        }
        let rows: Vec<Rows> = sold.iter().map(|at| Rows::of(&beside, *at)).collect::<Result<_>>()?;
        for row in &rows {
            let watch = start()?;
            row.write(&target)?;
            let took = watch.micros()?;
            if block > 0 {
                limit.push(took);
            }
        }
    }
    Ok((ours, limit))
}

/// The same sale with ten years in the file against a file of five days.
pub(crate) fn growth() -> Result<Vec<Figure>> {
    let folder = tempfile::tempdir_in(shop::kept_folder()?)?;
    let old = shop::ledger(3_652)?.copy_to(&folder.path().join("ten-years"))?;
    let young = shop::ledger(5)?.copy_to(&folder.path().join("five-days"))?;
    let (mut old, mut young) = (Till::open(old.open()?)?, Till::open(young.open()?)?);
    let (mut ours, mut limit) = (Vec::new(), Vec::new());
    for block in 0..=BLOCKS {
        for (till, times) in [(&mut old, &mut ours), (&mut young, &mut limit)] {
            for _ in 0..BLOCK {
                let request = till.next_cart();
                let began = Instant::now();
                till.app.record_sale(request)?;
                if block > 0 {
                    times.push(began.elapsed().as_secs_f64() * 1e6);
                }
            }
        }
    }
    Ok(vec![Figure {
        name: "sale_growth".into(),
        unit: "us",
        ours,
        limit,
        goal: Goal { mean: Some(1.3), ..Goal::default() },
        work: "the same sale with 1.1 million sales in the file, against 1,500".into(),
    }])
}

/// Wall time, or time of this thread on a processor as the kernel counts it.
pub(crate) enum Stopwatch {
    Wall(Instant),
    Cpu(u64),
}

impl Stopwatch {
    fn wall() -> Self {
        Self::Wall(Instant::now())
    }

    fn cpu() -> Result<Self> {
        Ok(Self::Cpu(on_processor_ns()?))
    }

    fn micros(&self) -> Result<f64> {
        Ok(match self {
            Self::Wall(began) => began.elapsed().as_secs_f64() * 1e6,
            Self::Cpu(began) => (on_processor_ns()? - began) as f64 / 1e3,
        })
    }
}

fn on_processor_ns() -> Result<u64> {
    let text =
        std::fs::read_to_string("/proc/thread-self/schedstat").context("the kernel counts run time")?;
    Ok(text.split(' ').next().context("run time")?.parse()?)
}
