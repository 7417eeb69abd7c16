//! Lists and balances as rows, for the command line and for exports.

use crate::error::language;
use crate::member::MemberStatus;
use crate::permission::Action;
use crate::session::Language;
use crate::{Answer, App};
use lumbung_document::MemberMoveKind;
use lumbung_domain::member::MemberStatus as Domain;
use lumbung_primitives::{BusinessDate, Money, Quantity};
use lumbung_report::trial_balance::{self, TrialBalance};
use lumbung_store::query;
use lumbung_store::query::merge::Merged;
use serde::Serialize;
use std::collections::HashMap;

#[derive(Clone, Debug, Serialize)]
pub struct StockReport {
    pub rows: Vec<StockLine>,
    pub total_value_rp: Money,
}

#[derive(Clone, Debug, Serialize)]
pub struct StockLine {
    pub sku: String,
    pub name: String,
    pub quantity_milli: Quantity,
    pub value_rp: Money,
}

#[derive(Clone, Debug, Serialize)]
pub struct MembersReport {
    pub rows: Vec<MemberLine>,
}

/// Without `--reveal` no name: a member is a number.
#[derive(Clone, Debug, Serialize)]
pub struct MemberLine {
    pub member_no: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    pub status: MemberStatus,
    pub pokok_rp: Money,
    pub wajib_rp: Money,
    pub sukarela_rp: Money,
    pub bon_rp: Money,
    /// Of the book year.
    pub purchases_rp: Money,
}

impl App {
    /// Movements of book days `from` to `to`; without `from`, balances at the end of `to`.
    pub fn trial_balance(
        &self,
        from: Option<BusinessDate>,
        to: Option<BusinessDate>,
    ) -> Answer<TrialBalance> {
        self.require(Action::Look)?;
        let _reading = self.reading()?;
        let totals = query::account::totals(self.connection(), from, to)?;
        Ok(trial_balance::from_totals(&totals, account_name))
    }

    pub fn stock_report(&self) -> Answer<StockReport> {
        self.require(Action::Look)?;
        let rows: Vec<StockLine> = query::stock::report(self.connection())?
            .into_iter()
            .map(|row| StockLine {
                sku: row.sku,
                name: row.name,
                quantity_milli: Quantity(row.quantity_milli),
                value_rp: Money(row.value_rp),
            })
            .collect();
        let total_value_rp = rows.iter().map(|row| row.value_rp).sum();
        Ok(StockReport { rows, total_value_rp })
    }

    /// `year` is the book year that purchases are shown for; absent takes the year of the latest shift.
    pub fn members_report(&self, reveal: bool, year: Option<i32>) -> Answer<MembersReport> {
        self.require(Action::Look)?;
        let last = query::shift::last_date(self.connection(), self.own_device())?;
        let year = year.unwrap_or_else(|| last.unwrap_or_else(|| self.today()).year());
        let merged = Merged::load(self.connection())?;
        let mut sums: HashMap<(i64, u8), i64> = HashMap::new();
        for (member, kind, of_year, amount) in query::member::totals(self.connection())? {
            let is_purchase = matches!(kind, 6 | 8 | 10 | 12);
            let slot = if is_purchase { PURCHASES } else { kind };
            if !is_purchase || of_year == year {
                *sums.entry((merged.lead(member), slot)).or_default() += amount;
            }
        }
        // Whoever was merged stands under the one who leads.
        let leading = query::member::all(self.connection())?.into_iter();
        let leading = leading.filter(|row| merged.lead(row.member) == row.member);
        let rows = leading.map(|row| {
            let sum = |kind: u8| Money(sums.get(&(row.member, kind)).copied().unwrap_or(0));
            MemberLine {
                status: MemberStatus::from_domain(Domain::from_code(row.status)),
                pokok_rp: sum(MemberMoveKind::POKOK.0),
                wajib_rp: sum(MemberMoveKind::WAJIB.0),
                sukarela_rp: sum(MemberMoveKind::SUKARELA.0),
                bon_rp: sum(MemberMoveKind::BON.0),
                purchases_rp: sum(PURCHASES),
                name: reveal.then_some(row.name),
                member_no: row.member_no,
            }
        });
        Ok(MembersReport { rows: rows.collect() })
    }
}

/// Stands for all purchase classes together.
const PURCHASES: u8 = 255;

/// The chart's name; accounts that the chart does not know show under their number.
pub(crate) fn account_name(code: u32) -> String {
    match lumbung_posting::chart::find(code) {
        Some(account) if language() == Language::En => account.english.to_owned(),
        Some(account) => account.name.to_owned(),
        None => code.to_string(),
    }
}
