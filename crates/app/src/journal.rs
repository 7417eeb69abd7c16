//! Entries of the office: expenses, opening balances, and taking a document back.

use crate::error::Refused;
use crate::permission::Action;
use crate::purchase::PaidFrom;
use crate::{Answer, App, FIRST_OUTLET};
use lumbung_document::body::payment::ExpenseLine;
use lumbung_domain::{Rejection, journal};
use lumbung_posting::chart::{Class, find};
use lumbung_primitives::{BusinessDate, DocRef, Money};
use lumbung_store::query;

pub use lumbung_document::body::reversal::ReversalReason;
pub use lumbung_domain::journal::Opening;

#[derive(Clone, Debug)]
pub struct RecordExpense {
    pub business_date: BusinessDate,
    /// A postable expense account of the chart.
    pub account: u32,
    pub amount: Money,
    pub paid_from: PaidFrom,
    pub memo: String,
}

impl App {
    pub fn record_expense(&mut self, request: RecordExpense) -> Answer<DocRef> {
        self.require(Action::BookExpense)?;
        let known =
            find(request.account).filter(|account| account.postable && account.class == Class::Expense);
        if known.is_none() {
            return Err(Rejection::NotBookable { reason: format!("{}", request.account) }.into());
        }
        let (paid, shift, business_date) = self.pays(request.paid_from, request.business_date)?;
        let command = journal::ExpenseCommand {
            outlet: FIRST_OUTLET,
            business_date,
            lines: vec![ExpenseLine { account: request.account, amount: request.amount }],
            account: paid.ok_or(Rejection::AmountNotPositive)?,
            shift,
            memo: request.memo,
        };
        Ok(self.book(journal::expense(command)?)?)
    }

    /// The balances with which the books begin, whole or not at all; refused where they do not balance.
    pub fn record_opening(&mut self, opening: &Opening, date: BusinessDate) -> Answer<Vec<DocRef>> {
        self.require(Action::Import)?;
        let parts = journal::opening(opening, date)?;
        let stamp = self.stamp();
        let mut booking = self.begin()?;
        let mut documents = Vec::with_capacity(parts.len());
        for part in parts {
            documents.push(booking.book(part, stamp)?);
        }
        booking.commit()?;
        Ok(documents)
    }

    /// Takes a document back by another that undoes it; the first stays as it is. Money moves in the open
    /// shift, or on today's date where none is open.
    pub fn reverse(&mut self, of: DocRef, reason: ReversalReason) -> Answer<DocRef> {
        self.require(Action::Reverse)?;
        let unknown = || Refused::ReceiptUnknown(of.to_string());
        let original = query::document::load(self.connection(), of)?.ok_or_else(unknown)?;
        let reversed = query::document::is_reversed(self.connection(), of)?;
        let shift = self.open_shift_view()?;
        let command = journal::ReversalCommand {
            reason,
            approved_by: self.session.as_ref().map(|session| session.staff),
            business_date: shift.map_or_else(|| self.today(), |shift| shift.business_date),
        };
        let draft = journal::reverse(&original, reversed, command, shift)?;
        let stamp = self.stamp();
        let mut booking = self.begin()?;
        let document = booking.append(&draft, None, stamp)?;
        booking.commit()?;
        Ok(document.at)
    }
}
