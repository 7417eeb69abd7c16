//! Goods bought and suppliers paid, from the office or out of the drawer.

use crate::error::Refused;
use crate::permission::Action;
use crate::{Answer, App, FIRST_OUTLET};
use lumbung_document::Kind;
use lumbung_document::body::purchase::{Paid, PurchaseLine};
use lumbung_domain::{Rejection, member, purchase};
use lumbung_posting::account;
use lumbung_primitives::{BusinessDate, DocRef, Money, Quantity, Ref};
use lumbung_store::query;

/// Where money comes from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PaidFrom {
    /// The open drawer; the date is the shift's.
    Drawer,
    Safe,
    Bank,
    /// Owed to the supplier.
    Credit,
}

#[derive(Clone, Debug)]
pub struct RecordPurchase {
    pub business_date: BusinessDate,
    pub supplier: Option<DocRef>,
    pub paid_from: PaidFrom,
    /// (item, quantity, value into stock).
    pub lines: Vec<(DocRef, Quantity, Money)>,
}

#[derive(Clone, Debug)]
pub struct PaySupplier {
    pub business_date: BusinessDate,
    pub supplier: DocRef,
    pub amount: Money,
    /// Of the amount, what the supplier let off for paying.
    pub discount: Money,
    pub paid_from: PaidFrom,
}

impl App {
    /// A supplier by name; the same name again is the same supplier.
    pub fn supplier(&mut self, name: &str) -> Answer<DocRef> {
        self.require(Action::Purchase)?;
        let known = query::member::persons(self.connection(), Kind::Supplier.id())?;
        if let Some(known) = known.iter().find(|row| row.name.eq_ignore_ascii_case(name.trim())) {
            return Ok(DocRef::from_key(known.person));
        }
        let fields = self.fields_of(None)?;
        let decision = member::save_supplier(Ref::This, &fields, name, self.today())?;
        Ok(self.book(decision.ok_or(Rejection::Empty)?)?)
    }

    pub fn record_purchase(&mut self, request: RecordPurchase) -> Answer<DocRef> {
        self.require(Action::Purchase)?;
        let mut lines = Vec::with_capacity(request.lines.len());
        for (item, quantity, value) in request.lines {
            let row = query::item::by_key(self.connection(), item.key())?.ok_or(Rejection::ItemUnknown)?;
            lines.push(PurchaseLine { item, quantity, value, stock_account: row.account });
        }
        let value = lines.iter().map(|line| line.value).sum();
        let (paid, shift, business_date) = self.pays(request.paid_from, request.business_date)?;
        let command = purchase::PurchaseCommand {
            outlet: FIRST_OUTLET,
            business_date,
            supplier: request.supplier,
            lines,
            paid: paid.map(|account| Paid { account, amount: value }).into_iter().collect(),
            shift,
        };
        Ok(self.book(purchase::purchase(command)?)?)
    }

    pub fn pay_supplier(&mut self, request: PaySupplier) -> Answer<DocRef> {
        self.require(Action::Purchase)?;
        let (paid, shift, business_date) = self.pays(request.paid_from, request.business_date)?;
        let owed =
            -query::member::party_balance(self.connection(), account::TRADE_PAYABLE, request.supplier.key())?;
        let command = purchase::SupplierPaymentCommand {
            outlet: FIRST_OUTLET,
            business_date,
            supplier: request.supplier,
            amount: request.amount,
            discount: request.discount,
            account: paid.ok_or(Rejection::AmountNotPositive)?,
            shift,
            owed: Money(owed),
        };
        Ok(self.book(purchase::pay_supplier(command)?)?)
    }

    /// The account that pays, the shift whose drawer it is, and the date: a drawer's is its shift's.
    pub(crate) fn pays(
        &self,
        from: PaidFrom,
        date: BusinessDate,
    ) -> Result<(Option<u32>, Option<DocRef>, BusinessDate), Refused> {
        match from {
            PaidFrom::Drawer => {
                let shift = self.open_shift_view()?.ok_or(Rejection::ShiftNotOpen)?;
                Ok((Some(account::TILL_CASH), Some(shift.shift), shift.business_date))
            }
            PaidFrom::Safe => Ok((Some(account::SAFE_CASH), None, date)),
            PaidFrom::Bank => Ok((Some(account::BANK), None, date)),
            PaidFrom::Credit => Ok((None, None, date)),
        }
    }
}
