//! Balances of accounts. A span of days is a few rows of years, months and edge days, so a figure costs
//! the same in the first year and in the tenth.

use crate::StoreError;
use lumbung_primitives::BusinessDate;
use rusqlite::{Connection, params};
use std::collections::BTreeMap;

/// (debit, credit) sums per account.
pub type Totals = BTreeMap<u32, (i64, i64)>;

/// Totals of book days `from` to `to`, both included; no `from` means since the beginning.
pub fn totals(
    connection: &Connection,
    from: Option<BusinessDate>,
    to: Option<BusinessDate>,
) -> Result<Totals, StoreError> {
    let mut totals = Totals::new();
    let from = from.unwrap_or(BusinessDate(0));
    let to = to.unwrap_or(BusinessDate(2_932_896));
    for (grain, first, last) in spans(from, to) {
        let mut statement = connection.prepare_cached(include_str!("account_totals.sql"))?;
        let mut rows = statement.query(params![grain, first, last])?;
        while let Some(row) = rows.next()? {
            let sums = totals.entry(row.get(0)?).or_insert((0, 0));
            sums.0 += row.get::<_, i64>(1)?;
            sums.1 += row.get::<_, i64>(2)?;
        }
    }
    Ok(totals)
}

/// Splits a span of days into whole years, the whole months beside them, and edge days:
/// (grain, first period, last period).
fn spans(from: BusinessDate, to: BusinessDate) -> Vec<(i64, i32, i32)> {
    const DAY: i64 = 0;
    const MONTH: i64 = 1;
    const YEAR: i64 = 2;
    let first_day_of = BusinessDate::first_of_month;
    let mut spans = Vec::with_capacity(5);
    let mut push = |grain, first: i32, last: i32| {
        if first <= last {
            spans.push((grain, first, last));
        }
    };
    let first_month =
        if first_day_of(from.month_index()) == from { from.month_index() } else { from.month_index() + 1 };
    let next_day = to.plus_days(1);
    let last_month = if first_day_of(next_day.month_index()) == next_day {
        to.month_index()
    } else {
        to.month_index() - 1
    };
    if first_month > last_month {
        push(DAY, from.0, to.0);
        return spans;
    }
    push(DAY, from.0, first_day_of(first_month).0 - 1);
    let first_year = (first_month + 11).div_euclid(12);
    let last_year = (last_month + 1).div_euclid(12) - 1;
    if first_year > last_year {
        push(MONTH, first_month, last_month);
    } else {
        push(MONTH, first_month, first_year * 12 - 1);
        push(YEAR, first_year, last_year);
        push(MONTH, (last_year + 1) * 12, last_month);
    }
    push(DAY, first_day_of(last_month + 1).0, to.0);
    spans
}

/// The same sums from every posting: the proof that the kept totals are right.
pub fn recompute(connection: &Connection) -> Result<Totals, StoreError> {
    let mut statement = connection.prepare_cached(include_str!("account_recompute.sql"))?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, (row.get(1)?, row.get(2)?))))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Debit-positive balance of one account on all days.
pub fn balance(connection: &Connection, account: u32) -> Result<i64, StoreError> {
    Ok(connection
        .prepare_cached(
            "SELECT coalesce(sum(debit_rp - credit_rp), 0) FROM account_total WHERE grain = 2 AND account = ?1",
        )?
        .query_row([account], |row| row.get(0))?)
}

/// Net movement per (day, account) over some days, for pictures.
pub fn by_day(
    connection: &Connection,
    from: BusinessDate,
    to: BusinessDate,
    accounts: (u32, u32),
) -> Result<Vec<(BusinessDate, u32, i64)>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT period, account, sum(debit_rp - credit_rp) FROM account_total
         WHERE grain = 0 AND period BETWEEN ?1 AND ?2 AND account BETWEEN ?3 AND ?4 GROUP BY period, account",
    )?;
    let rows = statement.query_map(params![from.0, to.0, accounts.0, accounts.1], |row| {
        Ok((BusinessDate(row.get(0)?), row.get(1)?, row.get(2)?))
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every day of a span is covered exactly once, whatever its edges.
    #[test]
    fn spans_cover_each_day_once() {
        let day = |text: &str| text.parse::<BusinessDate>().unwrap_or(BusinessDate(0));
        for (from, to) in [
            ("2024-01-01", "2024-12-31"),
            ("2024-01-02", "2026-12-30"),
            ("2023-11-15", "2024-02-03"),
            ("2024-02-10", "2024-02-20"),
            ("2024-02-01", "2024-02-29"),
            ("2024-02-01", "2024-03-01"),
            ("2023-12-31", "2024-01-01"),
            ("2015-06-01", "2026-06-30"),
            ("2024-05-05", "2024-05-05"),
        ] {
            let (from, to) = (day(from), day(to));
            let mut days = Vec::new();
            for (grain, first, last) in spans(from, to) {
                let (start, end) = match grain {
                    0 => (first, last),
                    1 => {
                        (BusinessDate::first_of_month(first).0, BusinessDate::first_of_month(last + 1).0 - 1)
                    }
                    _ => (
                        BusinessDate::first_of_month(first * 12).0,
                        BusinessDate::first_of_month((last + 1) * 12).0 - 1,
                    ),
                };
                days.extend(start..=end);
            }
            days.sort_unstable();
            assert_eq!(days, (from.0..=to.0).collect::<Vec<_>>(), "{from} to {to}");
        }
    }
}
