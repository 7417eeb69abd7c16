//! Goods bought, and suppliers paid.

use crate::{Decision, Rejection};
use lumbung_document::Body;
use lumbung_document::body::purchase::{Paid, PurchaseLine};
use lumbung_document::body::{Purchase, SupplierPayment};
use lumbung_primitives::{BusinessDate, DocRef, Money};

#[derive(Clone, Debug)]
pub struct PurchaseCommand {
    pub outlet: u16,
    pub business_date: BusinessDate,
    pub supplier: Option<DocRef>,
    pub lines: Vec<PurchaseLine>,
    /// Accounts that pay at once; what they leave is owed to the supplier.
    pub paid: Vec<Paid>,
    /// The shift whose drawer pays, where one does.
    pub shift: Option<DocRef>,
}

pub fn purchase(command: PurchaseCommand) -> Result<Decision, Rejection> {
    if command.lines.is_empty() {
        return Err(Rejection::Empty);
    }
    if command.lines.iter().any(|line| line.quantity.0 <= 0 || line.value.is_negative()) {
        return Err(Rejection::AmountNotPositive);
    }
    let value: Money = command.lines.iter().map(|line| line.value).sum();
    let paid: Money = command.paid.iter().map(|paid| paid.amount).sum();
    if paid > value || command.paid.iter().any(|paid| paid.amount.is_negative()) {
        return Err(Rejection::PaidTooMuch);
    }
    if paid < value && command.supplier.is_none() {
        return Err(Rejection::CreditNeedsSupplier);
    }
    let body = Purchase {
        outlet: command.outlet,
        lines: command.lines,
        paid: command.paid,
        supplier: command.supplier,
        shift: command.shift,
    };
    Ok(Decision::new(Body::Purchase(body), command.business_date))
}

#[derive(Clone, Copy, Debug)]
pub struct SupplierPaymentCommand {
    pub outlet: u16,
    pub business_date: BusinessDate,
    pub supplier: DocRef,
    pub amount: Money,
    pub discount: Money,
    pub account: u32,
    pub shift: Option<DocRef>,
    pub owed: Money,
}

pub fn pay_supplier(command: SupplierPaymentCommand) -> Result<Decision, Rejection> {
    if !command.amount.is_positive() || command.discount.is_negative() || command.discount > command.amount {
        return Err(Rejection::AmountNotPositive);
    }
    if command.amount > command.owed {
        return Err(Rejection::MoreThanOwed { owed: command.owed });
    }
    let body = SupplierPayment {
        outlet: command.outlet,
        supplier: command.supplier,
        amount: command.amount,
        discount: command.discount,
        account: command.account,
        shift: command.shift,
    };
    Ok(Decision::new(Body::SupplierPayment(body), command.business_date))
}
