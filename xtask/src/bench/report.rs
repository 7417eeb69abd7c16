//! The trial balance of any period, and the full recompute that proves it.

use crate::figure::{Figure, Goal};
use crate::shop;
use anyhow::{Context, Result};
use lumbung_app::App;
use lumbung_primitives::BusinessDate;
use lumbung_store::query;
use rusqlite::Connection;
use std::time::Instant;

const ROUNDS: i32 = 300;
const RECOMPUTES: usize = 9;

pub(crate) fn measure() -> Result<Vec<Figure>> {
    let (ten, one) = (shop::ledger(3_652)?, shop::ledger(365)?);
    let (old, young) = (ten.open()?, one.open()?);
    let beside = ten.connect()?;
    let (mut ours, mut limit, mut year) = (Vec::new(), Vec::new(), Vec::new());
    for round in 0..ROUNDS {
        let (from, to) = period(round)?;
        ours.push(trial_balance(&old, from, to)?);
        limit.push(month_totals(&beside, from, to)?);
        year.push(trial_balance(&young, from, to)?);
    }
    let work = "periods of 1 to 365 days that end in the last year, and balances at their end";
    let figures = vec![
        Figure {
            name: "trial_balance".into(),
            unit: "us",
            ours: ours.clone(),
            limit,
            goal: Goal { mean: Some(5.0), ..Goal::default() },
            work: format!("{work}; the limit is one query of month totals"),
        },
        Figure {
            name: "trial_balance_growth".into(),
            unit: "us",
            ours,
            limit: year,
            goal: Goal { mean: Some(1.5), ..Goal::default() },
            work: format!("{work}; ten years in the file against one"),
        },
        recompute(&beside)?,
    ];
    Ok(figures)
}

/// Every third asks for balances since the beginning.
fn period(round: i32) -> Result<(Option<BusinessDate>, BusinessDate)> {
    let last = BusinessDate::from_ymd(2025, 12, 31).context("a date")?;
    let to = last.plus_days(-(round * 7 % 300));
    let from = (round % 3 != 0).then(|| to.plus_days(-(round * 13 % 365)));
    Ok((from, to))
}

fn trial_balance(app: &App, from: Option<BusinessDate>, to: BusinessDate) -> Result<f64> {
    let began = Instant::now();
    let balance = app.trial_balance(from, Some(to))?;
    let took = began.elapsed().as_secs_f64() * 1e6;
    std::hint::black_box(balance.rows.len());
    Ok(took)
}

/// What a program that keeps month totals alone would ask, rounding the period to whole months.
fn month_totals(connection: &Connection, from: Option<BusinessDate>, to: BusinessDate) -> Result<f64> {
    let began = Instant::now();
    let mut statement = connection.prepare_cached(
        "SELECT account, sum(debit_rp), sum(credit_rp) FROM account_total
         WHERE grain = 1 AND period BETWEEN ?1 AND ?2 GROUP BY account",
    )?;
    let span = [from.map_or(0, BusinessDate::month_index), to.month_index()];
    let rows: Vec<(u32, i64, i64)> = statement
        .query_map(span, |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
        .collect::<Result<_, _>>()?;
    let took = began.elapsed().as_secs_f64() * 1e6;
    std::hint::black_box(rows);
    Ok(took)
}

fn recompute(connection: &Connection) -> Result<Figure> {
    let (mut ours, mut limit) = (Vec::new(), Vec::new());
    for round in 0..=RECOMPUTES {
        let began = Instant::now();
        std::hint::black_box(query::account::recompute(connection)?);
        let mine = began.elapsed().as_secs_f64() * 1e3;
        let began = Instant::now();
        let mut statement =
            connection.prepare_cached("SELECT account, sum(amount_rp) FROM posting GROUP BY account")?;
        let rows: Vec<(u32, i64)> =
            statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<Result<_, _>>()?;
        std::hint::black_box(rows);
        if round > 0 {
            ours.push(mine);
            limit.push(began.elapsed().as_secs_f64() * 1e3);
        }
    }
    Ok(Figure {
        name: "recompute".into(),
        unit: "ms",
        ours,
        limit,
        goal: Goal { mean: Some(1.3), ..Goal::default() },
        work: "debits and credits of every posting of ten years, against GROUP BY".into(),
    })
}
