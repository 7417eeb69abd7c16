//! Sums of a unit, gathered in memory and added to their rows once, when the unit commits: a thousand
//! imported sales touch a day's total once. Addition commutes, so the rows are the same in any order.

use crate::StoreError;
use crate::query::stock::Shelf;
use lumbung_document::Posting;
use lumbung_primitives::BusinessDate;
use rusqlite::{Connection, params};
use std::collections::BTreeMap;

/// (period, account, outlet, layer) within a grain.
type Period = (i32, u32, u16, u8);

#[derive(Default)]
pub(super) struct Sums {
    days: BTreeMap<Period, (i64, i64)>,
    stock: BTreeMap<Shelf, Moved>,
    members: BTreeMap<(i64, u8, i32), i64>,
    parties: BTreeMap<(u32, i64), i64>,
    shifts: BTreeMap<(i64, u32, u8), i64>,
}

#[derive(Default, Clone, Copy)]
struct Moved {
    quantity: i64,
    value: i64,
    issues: i64,
}

const DAY: i64 = 0;
const MONTH: i64 = 1;
const YEAR: i64 = 2;

impl Sums {
    pub(super) fn post(&mut self, day: BusinessDate, posting: &Posting) {
        let key = (day.0, posting.account, posting.outlet, posting.layer.0);
        let (debit, credit) = self.days.entry(key).or_default();
        let amount = posting.amount.0;
        if amount > 0 { *debit += amount } else { *credit -= amount }
    }

    /// Takes back what `post` added.
    pub(super) fn unpost(&mut self, day: BusinessDate, posting: &Posting) {
        let key = (day.0, posting.account, posting.outlet, posting.layer.0);
        let (debit, credit) = self.days.entry(key).or_default();
        let amount = posting.amount.0;
        if amount > 0 { *debit -= amount } else { *credit += amount }
    }

    pub(super) fn move_stock(&mut self, shelf: Shelf, quantity: i64, value: i64) {
        let moved = self.stock.entry(shelf).or_default();
        moved.quantity += quantity;
        moved.value += value;
        moved.issues += i64::from(quantity < 0);
    }

    pub(super) fn stock_moved(&self, shelf: Shelf) -> (i64, i64) {
        self.stock.get(&shelf).map_or((0, 0), |moved| (moved.quantity, moved.value))
    }

    pub(super) fn add_member(&mut self, member: i64, kind: u8, year: i32, amount: i64) {
        *self.members.entry((member, kind, year)).or_default() += amount;
    }

    pub(super) fn add_party(&mut self, account: u32, party: i64, amount: i64) {
        *self.parties.entry((account, party)).or_default() += amount;
    }

    pub(super) fn add_shift(&mut self, shift: i64, account: u32, flow: u8, amount: i64) {
        *self.shifts.entry((shift, account, flow)).or_default() += amount;
    }

    pub(super) fn flush(&mut self, connection: &Connection) -> Result<(), StoreError> {
        let days = std::mem::take(&mut self.days);
        let periods = |period_of: fn(i32) -> i32| {
            let mut sums: BTreeMap<Period, (i64, i64)> = BTreeMap::new();
            for ((day, account, outlet, layer), (debit, credit)) in &days {
                let sum = sums.entry((period_of(*day), *account, *outlet, *layer)).or_default();
                sum.0 += debit;
                sum.1 += credit;
            }
            sums
        };
        flush_accounts(connection, YEAR, &periods(|day| BusinessDate(day).year()))?;
        flush_accounts(connection, MONTH, &periods(|day| BusinessDate(day).month_index()))?;
        flush_accounts(connection, DAY, &days)?;
        self.flush_stock(connection)?;
        self.flush_parties(connection)
    }

    fn flush_stock(&mut self, connection: &Connection) -> Result<(), StoreError> {
        let mut add = connection.prepare_cached(
            "INSERT INTO stock_balance VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
             ON CONFLICT DO UPDATE SET quantity_milli = quantity_milli + excluded.quantity_milli,
                value_rp = value_rp + excluded.value_rp, issues = issues + excluded.issues",
        )?;
        for (shelf, moved) in std::mem::take(&mut self.stock) {
            add.execute(params![
                shelf.item,
                shelf.outlet,
                shelf.bin,
                shelf.account,
                shelf.owner,
                moved.quantity,
                moved.value,
                moved.issues
            ])?;
        }
        Ok(())
    }

    fn flush_parties(&mut self, connection: &Connection) -> Result<(), StoreError> {
        let mut add = connection.prepare_cached(
            "INSERT INTO member_total VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT DO UPDATE SET amount_rp = amount_rp + excluded.amount_rp",
        )?;
        for ((member, kind, year), amount) in std::mem::take(&mut self.members) {
            add.execute(params![member, kind, year, amount])?;
        }
        let mut add = connection.prepare_cached(
            "INSERT INTO party_total VALUES (?1, ?2, ?3)
             ON CONFLICT DO UPDATE SET amount_rp = amount_rp + excluded.amount_rp",
        )?;
        for ((account, party), amount) in std::mem::take(&mut self.parties) {
            add.execute(params![account, party, amount])?;
        }
        let mut add = connection.prepare_cached(
            "INSERT INTO shift_total VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT DO UPDATE SET amount_rp = amount_rp + excluded.amount_rp",
        )?;
        for ((shift, account, flow), amount) in std::mem::take(&mut self.shifts) {
            add.execute(params![shift, account, flow, amount])?;
        }
        Ok(())
    }
}

fn flush_accounts(
    connection: &Connection,
    grain: i64,
    sums: &BTreeMap<Period, (i64, i64)>,
) -> Result<(), StoreError> {
    let mut add = connection.prepare_cached(
        "INSERT INTO account_total VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
         ON CONFLICT DO UPDATE SET debit_rp = debit_rp + excluded.debit_rp,
            credit_rp = credit_rp + excluded.credit_rp",
    )?;
    for ((period, account, outlet, layer), (debit, credit)) in sums {
        add.execute(params![grain, period, account, outlet, layer, debit, credit])?;
    }
    Ok(())
}
