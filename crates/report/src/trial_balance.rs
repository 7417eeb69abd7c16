//! The trial balance (neraca saldo).

use lumbung_primitives::Money;
use serde::Serialize;
use std::collections::BTreeMap;

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TrialBalance {
    pub rows: Vec<TrialBalanceRow>,
    pub total_debit_rp: Money,
    pub total_credit_rp: Money,
}

/// The balance of one account; one side is zero, the other is not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TrialBalanceRow {
    pub code: String,
    pub name: String,
    pub debit_rp: Money,
    pub credit_rp: Money,
}

/// `totals` holds (debit, credit) sums by account. Accounts whose sums cancel out are left out.
pub fn from_totals(totals: &BTreeMap<u32, (i64, i64)>, name: impl Fn(u32) -> String) -> TrialBalance {
    let rows: Vec<TrialBalanceRow> = totals
        .iter()
        .filter(|(_, (debit, credit))| debit != credit)
        .map(|(code, (debit, credit))| {
            let balance = debit - credit;
            TrialBalanceRow {
                code: code.to_string(),
                name: name(*code),
                debit_rp: Money(balance.max(0)),
                credit_rp: Money((-balance).max(0)),
            }
        })
        .collect();
    TrialBalance {
        total_debit_rp: rows.iter().map(|row| row.debit_rp).sum(),
        total_credit_rp: rows.iter().map(|row| row.credit_rp).sum(),
        rows,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_side_of_each_row_is_zero_and_both_totals_agree() {
        let totals = BTreeMap::from([(111_100, (500, 200)), (411_000, (0, 300)), (113_100, (40, 40))]);
        let balance = from_totals(&totals, |code| code.to_string());
        let sides: Vec<_> = balance.rows.iter().map(|row| (row.debit_rp.0, row.credit_rp.0)).collect();
        assert_eq!(sides, [(300, 0), (0, 300)]);
        assert_eq!(balance.total_debit_rp, balance.total_credit_rp);
    }
}
