//! Opening and closing the till: a counted drawer at both ends, blind at the second.

use crate::error::Refused;
use crate::permission::Action;
use crate::session::Status;
use crate::{Answer, App, FIRST_OUTLET};
use lumbung_document::{Body, Kind};
use lumbung_domain::{Rejection, shift};
use lumbung_posting::{account, flow};
use lumbung_primitives::{BusinessDate, DocRef, Money};
use lumbung_store::query::shift::ShiftRow;
use lumbung_store::{StoreError, query};
use serde::{Deserialize, Serialize};

/// What the window shows before a shift is opened.
#[derive(Clone, Debug, Serialize, Deserialize, specta::Type)]
pub struct ShiftProposal {
    /// The date to take unless the clerk picks otherwise.
    pub business_date: BusinessDate,
    pub clock_date: BusinessDate,
    /// The clock lies more than two days behind the last shift: show both dates and let the clerk pick.
    pub choose: bool,
    /// What the books say is in the drawer.
    pub expected_cash_rp: Money,
}

#[derive(Clone, Debug, Serialize, Deserialize, specta::Type)]
pub struct OpenShift {
    pub business_date: BusinessDate,
    /// Money brought from the safe into the drawer for change, zero if none.
    pub float_rp: Money,
}

#[derive(Clone, Debug, Serialize, Deserialize, specta::Type)]
pub struct CloseShift {
    pub counted_rp: Money,
    pub to_bank_rp: Money,
    pub to_safe_rp: Money,
}

/// The slip after a count.
#[derive(Clone, Debug, Serialize, Deserialize, specta::Type)]
pub struct ShiftReport {
    pub business_date: BusinessDate,
    pub opening_rp: Money,
    pub cash_sales_rp: Money,
    pub other_cash_in_rp: Money,
    pub cash_out_rp: Money,
    pub expected_rp: Money,
    pub counted_rp: Money,
    /// counted − expected: negative is short.
    pub difference_rp: Money,
    pub to_bank_rp: Money,
    pub to_safe_rp: Money,
    pub qris_rp: Money,
    pub bon_rp: Money,
    pub receipts: u32,
    /// 32-column text, as the printer will have it.
    pub slip: String,
}

impl App {
    pub fn shift_proposal(&mut self) -> Answer<ShiftProposal> {
        let clock = self.today();
        let last = query::shift::last_date(self.connection(), self.own_device())?;
        let proposal = shift::propose_date(clock, last, self.first_open_day());
        Ok(ShiftProposal {
            business_date: proposal.date,
            clock_date: clock,
            choose: proposal.choose,
            expected_cash_rp: self.drawer_carried()?,
        })
    }

    pub fn open_shift(&mut self, request: OpenShift) -> Answer<Status> {
        self.require(Action::OpenOrCloseShift)?;
        let already = self.open_shift_row()?.is_some();
        let last = query::shift::last_date(self.connection(), self.own_device())?;
        let ahead = request.business_date.0 > self.today().0 + shift::DAYS_AHEAD_MAX;
        // A date far ahead of the clock is either a dead clock (then an earlier shift says so) or a slip.
        if ahead && last.is_none_or(|last| request.business_date.0 > last.0 + shift::DAYS_AHEAD_MAX) {
            return Err(Rejection::DateNotPossible { date: request.business_date }.into());
        }
        let command = shift::OpenCommand {
            outlet: FIRST_OUTLET,
            business_date: request.business_date,
            float: request.float_rp,
        };
        let decision = shift::open(already, self.first_open_day(), command)?;
        self.book(decision)?;
        self.status()
    }

    pub fn close_shift(&mut self, request: CloseShift) -> Answer<ShiftReport> {
        self.require(Action::OpenOrCloseShift)?;
        let row = self.open_shift_row()?.ok_or(Rejection::ShiftNotOpen)?;
        let totals = query::shift::totals(self.connection(), row.shift)?;
        let opening = self.drawer_carried()?;
        let cash: Money = of_account(&totals, account::TILL_CASH, |_| true);
        let command = shift::CloseCommand {
            outlet: FIRST_OUTLET,
            expected: opening + cash,
            counted: request.counted_rp,
            to_bank: request.to_bank_rp,
            to_safe: request.to_safe_rp,
        };
        let decision = shift::close(self.open_shift_view()?, command)?;
        let closed = self.book(decision)?;
        // Now there is time for it. The close is durable already, so it is not called off where this fails.
        let _ = self.ledger.checkpoint();
        let receipts = self.receipts_of(row.shift, row.book_day)?;
        let is_sale = |flow: u8| flow == flow::SALES_MEMBERS || flow == flow::SALES_OTHERS;
        let cash_sales = of_account(&totals, account::TILL_CASH, is_sale);
        let other = |sign: i64| -> Money {
            let lines = totals.iter().filter(|(account, flow, amount)| {
                *account == account::TILL_CASH && !is_sale(*flow) && amount.signum() == sign
            });
            lines.map(|(_, _, amount)| Money(*amount)).sum()
        };
        let mut report = ShiftReport {
            business_date: row.book_day,
            opening_rp: opening,
            cash_sales_rp: cash_sales,
            other_cash_in_rp: other(1),
            cash_out_rp: -other(-1),
            expected_rp: command.expected,
            counted_rp: command.counted,
            difference_rp: command.counted - command.expected,
            to_bank_rp: command.to_bank,
            to_safe_rp: command.to_safe,
            qris_rp: of_account(&totals, account::QRIS_CLEARING, |_| true),
            bon_rp: of_account(&totals, account::MEMBER_RECEIVABLE, |_| true),
            receipts: u32::try_from(receipts.len()).unwrap_or(u32::MAX),
            slip: String::new(),
        };
        report.slip = self.shift_slip(&report, &row, closed, &receipts)?;
        Ok(report)
    }

    pub(crate) fn open_shift_row(&self) -> Result<Option<ShiftRow>, StoreError> {
        for device_no in self.drawer_devices()? {
            if let Some(row) = query::shift::open_on(self.connection(), device_no)? {
                return Ok(Some(row));
            }
        }
        Ok(None)
    }

    /// Numbers under which this drawer was kept, the present one first: a till that enrolled anew has the same.
    pub(crate) fn drawer_devices(&self) -> Result<Vec<u32>, StoreError> {
        Ok([self.own_device()].into_iter().chain(self.formerly()?).collect())
    }

    /// The open shift as rules see it.
    pub(crate) fn open_shift_view(&self) -> Result<Option<shift::OpenShift>, StoreError> {
        let row = self.open_shift_row()?;
        Ok(row.map(|row| shift::OpenShift { shift: row.shift, business_date: row.book_day }))
    }

    /// The date of the open shift, else of the clock: the book year that figures are shown for.
    pub(crate) fn book_date(&self) -> Result<BusinessDate, StoreError> {
        Ok(self.open_shift_row()?.map_or_else(|| self.today(), |row| row.book_day))
    }

    /// Nothing is closed yet in this version, so every day is open.
    #[expect(clippy::unused_self, reason = "closes of periods will be asked here")]
    fn first_open_day(&self) -> BusinessDate {
        BusinessDate(0)
    }

    /// What the last close left in this device's drawer; before the first, its opening balance.
    fn drawer_carried(&self) -> Result<Money, Refused> {
        let open = self.open_shift_row()?.map(|row| row.shift);
        let devices = self.drawer_devices()?;
        for device_no in &devices {
            if let Some(close) = query::shift::last_close(self.connection(), *device_no)?
                && let Some(Body::ShiftClose(body)) = crate::sale::load_body(self.connection(), close)?
            {
                return Ok(body.counted - body.to_bank - body.to_safe);
            }
        }
        if !devices.contains(&crate::COOPERATIVE.device_no) {
            return Ok(Money::ZERO);
        }
        let all = Money(query::account::balance(self.connection(), account::TILL_CASH)?);
        let in_shift = match open {
            Some(shift) => {
                of_account(&query::shift::totals(self.connection(), shift)?, account::TILL_CASH, |_| true)
            }
            None => Money::ZERO,
        };
        Ok(all - in_shift)
    }

    /// Cash in this drawer by the books.
    pub(crate) fn drawer_cash(&self) -> Result<Money, Refused> {
        let carried = self.drawer_carried()?;
        let Some(row) = self.open_shift_row()? else { return Ok(carried) };
        let totals = query::shift::totals(self.connection(), row.shift)?;
        Ok(carried + of_account(&totals, account::TILL_CASH, |_| true))
    }

    fn receipts_of(&self, shift: DocRef, day: BusinessDate) -> Result<Vec<u64>, Refused> {
        let mut numbers = Vec::new();
        for kind in [Kind::Sale, Kind::SaleReturn, Kind::SavingsDeposit, Kind::BonPayment] {
            for at in query::document::on_day(self.connection(), day, kind.id())? {
                let own = at.device_no == self.own_device() && at.device_no != shift.device_no;
                if own || (at.device_no == shift.device_no && at > shift) {
                    let body = crate::sale::load_body(self.connection(), at)?;
                    numbers.extend(body.and_then(|body| body.receipt_no()));
                }
            }
        }
        numbers.sort_unstable();
        Ok(numbers)
    }
}

fn of_account(totals: &[(u32, u8, i64)], account: u32, flow: impl Fn(u8) -> bool) -> Money {
    totals.iter().filter(|(a, f, _)| *a == account && flow(*f)).map(|(_, _, amount)| Money(*amount)).sum()
}
