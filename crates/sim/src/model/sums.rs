//! Running totals, added up by hand.

use super::Record;
use lumbung_document::Effects;
use lumbung_primitives::{BusinessDate, DocRef, Ref};
use std::collections::BTreeMap;

/// Rows of integers by their key, as a table of the store has them.
type Rows = BTreeMap<Vec<i64>, Vec<i64>>;

/// What the tables of a replica must hold, by name.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Sums {
    pub tables: BTreeMap<&'static str, Rows>,
}

impl Sums {
    pub(super) fn add(&mut self, record: &Record, effects: &Effects, day: i32) {
        let at = record.at;
        self.put("document_day", vec![day.into(), record.kind.into(), at.key()], vec![]);
        let date = BusinessDate(day);
        let grains = [(0, day), (1, date.month_index()), (2, date.year())];
        for (line, posting) in (0_i64..).zip(&effects.postings) {
            let (party, shift) = (key(posting.party, at), key(posting.shift, at));
            let (account, flow) = (i64::from(posting.account), i64::from(posting.flow));
            let (outlet, layer) = (i64::from(posting.outlet), i64::from(posting.layer.0));
            let amount = posting.amount.0;
            let row = vec![account, amount, outlet, party, shift, flow, layer];
            self.put("posting", vec![at.key(), line], row);
            let sides = if amount > 0 { vec![amount, 0] } else { vec![0, -amount] };
            for (grain, period) in grains {
                let key = vec![grain, period.into(), account, outlet, layer];
                self.sum("account_total", key, &sides);
            }
            if party != 0 {
                self.sum("party_total", vec![account, party], &[amount]);
            }
            if shift != 0 {
                self.sum("shift_total", vec![shift, account, flow], &[amount]);
            }
        }
        for (line, moved) in (0_i64..).zip(&effects.stock_moves) {
            let account = i64::from(moved.account.unwrap_or(0));
            let owner = moved.owner.map_or(0, DocRef::key);
            let (quantity, value) = (moved.quantity.0, moved.value.0);
            let shelf = [moved.item.key(), moved.outlet.into(), moved.bin.into(), account];
            let row = [&shelf[..], &[quantity, value, owner]].concat();
            self.put("stock_move", vec![at.key(), line], row);
            let issues = i64::from(quantity < 0);
            self.sum("stock_balance", [&shelf[..], &[owner]].concat(), &[quantity, value, issues]);
        }
        for (line, moved) in (0_i64..).zip(&effects.member_moves) {
            let (member, kind) = (moved.member.key(), i64::from(moved.kind.0));
            let period = i64::from(moved.period.unwrap_or(0));
            self.put("member_move", vec![member, at.key(), line], vec![kind, moved.amount.0, period]);
            self.sum("member_total", vec![member, kind, date.year().into()], &[moved.amount.0]);
        }
    }

    fn put(&mut self, table: &'static str, key: Vec<i64>, row: Vec<i64>) {
        self.tables.entry(table).or_default().insert(key, row);
    }

    fn sum(&mut self, table: &'static str, key: Vec<i64>, amounts: &[i64]) {
        let row = self.tables.entry(table).or_default().entry(key).or_default();
        row.resize(amounts.len(), 0);
        for (sum, amount) in row.iter_mut().zip(amounts) {
            *sum += amount;
        }
    }

    /// Balances of all accounts up to a day.
    pub fn balances(&self, last_day: i32) -> BTreeMap<u32, i64> {
        let mut balances = BTreeMap::new();
        for (key, row) in self.tables.get("account_total").into_iter().flatten() {
            if let ([0, day, account, ..], [debit, credit]) = (key.as_slice(), row.as_slice())
                && *day <= i64::from(last_day)
            {
                *balances.entry(u32::try_from(*account).unwrap_or(0)).or_default() += debit - credit;
            }
        }
        balances.retain(|_, balance| *balance != 0);
        balances
    }
}

fn key(reference: Option<Ref>, this: DocRef) -> i64 {
    reference.map_or(0, |reference| reference.resolve(this).key())
}
