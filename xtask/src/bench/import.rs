//! A year's import against a bare insert of the same rows in the same groups, and what a sale weighs.

use crate::bare::Rows;
use crate::figure::{Figure, Goal};
use crate::shop::{self, connect};
use anyhow::Result;
use lumbung_primitives::DocRef;
use std::path::Path;
use std::time::Instant;

/// A fifth of a year a round; long enough for checkpoints.
const DAYS: i32 = 73;
const ROUNDS: usize = 3;
const GROUP: usize = 1_000;

pub(crate) fn measure() -> Result<Vec<Figure>> {
    let tables = shop::tables(DAYS)?;
    let (mut ours, mut limit) = (Vec::new(), Vec::new());
    let mut size = None;
    for _ in 0..ROUNDS {
        let folder = tempfile::tempdir_in(shop::kept_folder()?)?;
        let mut app = shop::found(folder.path())?;
        let began = Instant::now();
        let imported = app.import_year(&tables, &mut |_, _| ())?;
        ours.push(began.elapsed().as_secs_f64() * 1e3);
        drop(app);
        limit.push(bare(folder.path())?);
        size = Some(weigh(folder.path(), imported.sales)?);
    }
    let mut figures = vec![Figure {
        name: "import_year".into(),
        unit: "ms",
        ours,
        limit,
        goal: Goal { mean: Some(4.0), ..Goal::default() },
        work: format!(
            "{DAYS} days at {} sales; rows of log and projections in groups of {GROUP}",
            shop::SALES_PER_DAY
        ),
    }];
    figures.extend(size);
    Ok(figures)
}

/// The rows of the imported ledger, written again into an empty one.
fn bare(folder: &Path) -> Result<f64> {
    let ledger = shop::Ledger { folder: folder.to_owned() };
    let source = ledger.connect()?;
    let mut documents = source.prepare("SELECT doc FROM document_log ORDER BY doc")?;
    let documents: Vec<DocRef> =
        documents.query_map([], |row| row.get(0).map(DocRef::from_key))?.collect::<Result<_, _>>()?;
    let rows: Vec<Rows> = documents.iter().map(|at| Rows::of(&source, *at)).collect::<Result<_>>()?;
    let empty = folder.join("bare.db");
    let target = connect(&empty, &"cd".repeat(32))?;
    let mut schema =
        source.prepare("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%'")?;
    let schema: Vec<String> = schema.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
    for sql in schema {
        target.execute_batch(&sql)?;
    }
    let began = Instant::now();
    for group in rows.chunks(GROUP) {
        Rows::write_all(group, &target)?;
    }
    Ok(began.elapsed().as_secs_f64() * 1e3)
}

/// The bare schema that a sale is weighed against: the paper, its lines, its journal and its stock moves in
/// narrow integer tables without a log, hashes or indexes.
const BARE_SCHEMA: &str = "
    CREATE TABLE sale (id INTEGER PRIMARY KEY, receipt_no INTEGER, day INTEGER, wall_ms INTEGER, cashier INTEGER,
        member INTEGER, shift INTEGER, tender INTEGER, total_rp INTEGER, handed_rp INTEGER);
    CREATE TABLE sale_line (sale INTEGER, line INTEGER, item INTEGER, quantity_milli INTEGER, unit_price_rp INTEGER,
        amount_rp INTEGER, cost_rp INTEGER, PRIMARY KEY (sale, line)) WITHOUT ROWID;
    CREATE TABLE posting (sale INTEGER, line INTEGER, account INTEGER, amount_rp INTEGER, party INTEGER,
        PRIMARY KEY (sale, line)) WITHOUT ROWID;
    CREATE TABLE stock_move (sale INTEGER, line INTEGER, item INTEGER, quantity_milli INTEGER, value_rp INTEGER,
        PRIMARY KEY (sale, line)) WITHOUT ROWID;";

fn weigh(folder: &Path, sales: u64) -> Result<Figure> {
    let ledger = shop::Ledger { folder: folder.to_owned() };
    let source = ledger.connect()?;
    let target = connect(&folder.join("weight.db"), &"ef".repeat(32))?;
    target.execute_batch(BARE_SCHEMA)?;
    let transaction = target.unchecked_transaction()?;
    let mut at = source.prepare("SELECT doc FROM document_day WHERE kind IN (40, 41) ORDER BY doc")?;
    let at: Vec<DocRef> =
        at.query_map([], |row| row.get(0).map(DocRef::from_key))?.collect::<Result<_, _>>()?;
    for (id, at) in (1_i64..).zip(at) {
        Rows::of(&source, at)?.write_bare(&transaction, id)?;
    }
    transaction.commit()?;
    for connection in [&source, &target] {
        connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
    }
    let bytes = |file: &str| -> Result<f64> { Ok(std::fs::metadata(folder.join(file))?.len() as f64) };
    let sales = sales as f64;
    Ok(Figure {
        name: "file_size".into(),
        unit: "bytes a sale",
        ours: vec![bytes("ledger.db")? / sales],
        limit: vec![bytes("weight.db")? / sales],
        goal: Goal { mean: Some(4.0), ..Goal::default() },
        work:
            "the whole file (items, members, savings and purchases too) by its sales, against a bare schema"
                .into(),
    })
}
