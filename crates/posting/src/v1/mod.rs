//! Rule version 1 of every kind (handbook 4.4). Never edited once shipped.

mod goods;
mod money;
mod opening;

use crate::{ExpandError, flow};
use lumbung_document::{Body, Effects, Layer, Posting};
use lumbung_primitives::{Money, Ref};

pub(crate) const fn has_effects(body: &Body) -> bool {
    match body {
        Body::Genesis(_)
        | Body::DeviceInvited(_)
        | Body::DeviceEnrolled(_)
        | Body::SeriesEnd(_)
        | Body::BooksDevice(_)
        | Body::PeriodClose(_)
        | Body::PeriodReopen(_)
        | Body::MemberErased(_)
        | Body::Answer(_)
        | Body::KeyGrant(_)
        | Body::Item(_)
        | Body::Member(_)
        | Body::Supplier(_)
        | Body::Staff(_)
        | Body::Setting(_)
        | Body::Reversal(_) => false,
        Body::Sale(_)
        | Body::SaleReturn(_)
        | Body::BonPayment(_)
        | Body::SavingsDeposit(_)
        | Body::Purchase(_)
        | Body::SupplierPayment(_)
        | Body::Expense(_)
        | Body::ShiftOpen(_)
        | Body::ShiftClose(_)
        | Body::OpeningBalance(_) => true,
    }
}

pub(crate) fn expand(body: &Body) -> Result<Effects, ExpandError> {
    Ok(match body {
        Body::Sale(body) => goods::sale(body),
        Body::SaleReturn(body) => goods::sale_return(body),
        Body::Purchase(body) => goods::purchase(body),
        Body::BonPayment(body) => money::bon_payment(body),
        Body::SavingsDeposit(body) => money::savings_deposit(body),
        Body::SupplierPayment(body) => money::supplier_payment(body),
        Body::Expense(body) => money::expense(body),
        Body::ShiftOpen(body) => money::shift_open(body),
        Body::ShiftClose(body) => money::shift_close(body),
        Body::OpeningBalance(body) => opening::opening_balance(body)?,
        Body::Reversal(_) => return Err(ExpandError::NotExpanded("a reversal")),
        Body::Genesis(_)
        | Body::DeviceInvited(_)
        | Body::DeviceEnrolled(_)
        | Body::SeriesEnd(_)
        | Body::BooksDevice(_)
        | Body::PeriodClose(_)
        | Body::PeriodReopen(_)
        | Body::MemberErased(_)
        | Body::Answer(_)
        | Body::KeyGrant(_)
        | Body::Item(_)
        | Body::Member(_)
        | Body::Supplier(_)
        | Body::Staff(_)
        | Body::Setting(_) => Effects::default(),
    })
}

/// Journal lines in the making: amounts of one document share outlet, shift and layer; lines on the same
/// account, party and flow are one line; zero lines are left out.
struct Journal {
    outlet: u16,
    shift: Option<Ref>,
    layer: Layer,
    lines: Vec<Posting>,
}

impl Journal {
    fn new(outlet: u16, shift: Option<Ref>) -> Self {
        Self { outlet, shift, layer: Layer::NORMAL, lines: Vec::with_capacity(8) }
    }

    fn post(&mut self, account: u32, amount: Money, party: Option<Ref>, flow: u8) {
        let same = |line: &&mut Posting| line.account == account && line.party == party && line.flow == flow;
        if let Some(line) = self.lines.iter_mut().find(same) {
            line.amount += amount;
        } else {
            let (outlet, shift, layer) = (self.outlet, self.shift, self.layer);
            self.lines.push(Posting { account, amount, outlet, party, shift, flow, layer });
        }
    }

    fn debit(&mut self, account: u32, amount: Money) {
        self.post(account, amount, None, flow::NONE);
    }

    fn credit(&mut self, account: u32, amount: Money) {
        self.post(account, -amount, None, flow::NONE);
    }

    fn postings(self) -> Vec<Posting> {
        self.lines.into_iter().filter(|line| !line.amount.is_zero()).collect()
    }
}
