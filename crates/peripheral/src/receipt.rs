//! The receipt of a sale or a return (handbook 5.7). The structs have no place for a NIK, for household
//! support status or for a savings balance, so none can be printed.

use crate::barcode::receipt_code;
use crate::heading::{Heading, Ticket};
use crate::labels::Labels;
use crate::slip::{Emphasis, Paper, Slip, Writer};
use lumbung_primitives::money::group_thousands;
use lumbung_primitives::{Money, Quantity};

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Receipt {
    pub kind: ReceiptKind,
    pub ticket: Ticket,
    pub items: Vec<ItemLine>,
    /// Before discounts.
    pub subtotal: Money,
    /// The sum of all discounts, 0 or more.
    pub discount: Money,
    pub total: Money,
    /// In the order of printing; their sum is `total` where nothing was rounded.
    pub payments: Vec<Payment>,
    /// What the member bought this year, this sale included.
    pub member_year_total: Option<Money>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ReceiptKind {
    Sale,
    /// Amounts are positive: what goes back to the buyer.
    Return {
        /// The receipt on which the goods were bought.
        first_number: String,
    },
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ItemLine {
    pub name: String,
    /// In `unit`, which need not be the stock unit.
    pub quantity: Quantity,
    pub unit: String,
    pub unit_price: Money,
    /// Before its discount.
    pub amount: Money,
    pub discount: Option<Discount>,
}

/// Taken off a line, 0 or more.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Discount {
    Member(Money),
    Other(Money),
}

/// How a receipt was settled; on a return, how the buyer got the money back.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Payment {
    Cash {
        /// Added to come to coins that exist; negative where taken off.
        rounding: Money,
        /// The cash part after rounding.
        due: Money,
        /// Handed over and given back; not printed on a return.
        received: Money,
        change: Money,
    },
    Qris(Money),
    /// Put on the member's bon, or taken off it by a return.
    Bon {
        amount: Money,
        /// All that the member owes now.
        owed: Money,
    },
}

impl Receipt {
    pub fn slip(&self, heading: &Heading, paper: Paper, labels: &Labels) -> Slip {
        let mut out = Writer::new(paper);
        out.heading(heading, labels);
        match &self.kind {
            ReceiptKind::Sale => out.title(None, self.ticket.is_copy, labels),
            ReceiptKind::Return { first_number } => {
                out.title(Some(labels.return_title), self.ticket.is_copy, labels);
                out.labelled(labels.first_receipt, first_number);
            }
        }
        out.ticket(&self.ticket, labels);
        for item in &self.items {
            write_item(&mut out, item, labels);
        }
        out.rule();
        self.write_totals(&mut out, labels);
        for payment in &self.payments {
            match self.kind {
                ReceiptKind::Sale => write_payment(&mut out, *payment, labels),
                ReceiptKind::Return { .. } => write_refund(&mut out, *payment, labels),
            }
        }
        if let Some(total) = self.member_year_total {
            out.rule();
            out.amount(labels.member_year_total, total, Emphasis::None);
            out.footer_lines(heading, labels);
        } else {
            out.footer(heading, labels);
        }
        out.finish(Some(receipt_code(&self.ticket.number)))
    }

    fn write_totals(&self, out: &mut Writer, labels: &Labels) {
        if !self.discount.is_zero() {
            out.amount(labels.subtotal, self.subtotal, Emphasis::None);
            out.amount(labels.discount, -self.discount, Emphasis::None);
        }
        // The last line that says what to pay stands out: the cash total where there is one.
        let is_last = !self.payments.iter().any(|payment| matches!(payment, Payment::Cash { .. }));
        let emphasis = if is_last { Emphasis::Tall } else { Emphasis::None };
        let label = match self.kind {
            ReceiptKind::Sale => labels.total,
            ReceiptKind::Return { .. } => labels.return_total,
        };
        out.amount(label, self.total, emphasis);
    }
}

fn write_item(out: &mut Writer, item: &ItemLine, labels: &Labels) {
    let ItemLine { name, quantity, unit, unit_price, amount, discount } = item;
    out.left(name, 2);
    let count = format!("  {quantity} {unit} x {}", group_thousands(unit_price.0));
    out.amount(&count, *amount, Emphasis::None);
    let (label, taken) = match discount {
        None => return,
        Some(Discount::Member(taken)) => (labels.member_discount, *taken),
        Some(Discount::Other(taken)) => (labels.discount, *taken),
    };
    out.amount(&format!("  {label}"), -taken, Emphasis::None);
}

fn write_payment(out: &mut Writer, payment: Payment, labels: &Labels) {
    match payment {
        Payment::Cash { rounding, due, received, change } => {
            write_cash(out, rounding, due, labels.cash_total, labels);
            out.amount(labels.cash_received, received, Emphasis::None);
            out.amount(labels.change, change, Emphasis::None);
        }
        Payment::Qris(amount) => out.amount(labels.qris, amount, Emphasis::None),
        Payment::Bon { amount, owed } => {
            out.amount(labels.bon, amount, Emphasis::None);
            out.amount(labels.bon_owed, owed, Emphasis::None);
        }
    }
}

fn write_refund(out: &mut Writer, payment: Payment, labels: &Labels) {
    match payment {
        Payment::Cash { rounding, due, .. } => write_cash(out, rounding, due, labels.cash_refund, labels),
        Payment::Qris(amount) => out.amount(labels.qris_refund, amount, Emphasis::None),
        Payment::Bon { amount, owed } => {
            out.amount(labels.bon_reduced, amount, Emphasis::None);
            out.amount(labels.bon_owed, owed, Emphasis::None);
        }
    }
}

fn write_cash(out: &mut Writer, rounding: Money, due: Money, label: &str, labels: &Labels) {
    if !rounding.is_zero() {
        out.amount(labels.rounding, rounding, Emphasis::None);
    }
    out.amount(label, due, Emphasis::Tall);
}

#[cfg(test)]
mod tests;
