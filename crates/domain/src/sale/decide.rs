//! From a cart to a sale.

use super::{SaleLineCommand, SaleView, check_bon, price};
use crate::shift::OpenShift;
use crate::stock::StockBalance;
use crate::{Decision, Rejection};
use lumbung_document::Body;
use lumbung_document::body::Sale;
use lumbung_document::body::sale::{SaleLine, Tender, Tendered};
use lumbung_primitives::{DocRef, Money};
use std::collections::BTreeMap;

#[derive(Clone, Debug)]
pub struct SaleCommand {
    pub receipt_no: u64,
    pub outlet: u16,
    pub lines: Vec<SaleLineCommand>,
    pub tender: Tender,
    /// What the buyer handed over; for QRIS and bon it is the total whatever is said.
    pub handed: Money,
    /// A past year's file may hold bon that today's limit would refuse: a fact is a fact.
    pub check_bon_limit: bool,
}

/// `shift` gives the sale its date: no clock does.
pub fn decide(
    view: &SaleView,
    command: &SaleCommand,
    shift: Option<OpenShift>,
) -> Result<Decision, Rejection> {
    let shift = shift.ok_or(Rejection::ShiftNotOpen)?;
    if command.lines.is_empty() {
        return Err(Rejection::Empty);
    }
    if view.member.is_some_and(|member| member.left) {
        return Err(Rejection::MemberLeft);
    }
    if let Some(item) = view.items.iter().find(|item| !item.active) {
        return Err(Rejection::ItemInactive { item: item.name.clone() });
    }
    let priced = price(view, &command.lines)?;
    let (asked, handed) = match command.tender {
        Tender::Cash => (priced.cash_total, command.handed),
        Tender::Qris => (priced.total, priced.total),
        Tender::Bon => {
            if view.member.is_none() {
                return Err(Rejection::BonNeedsMember);
            }
            if command.check_bon_limit {
                check_bon(view.member, priced.total)?;
            }
            (priced.total, priced.total)
        }
    };
    if handed < asked {
        return Err(Rejection::TenderTooSmall { asked, handed });
    }
    if !handed.within_limit() {
        return Err(Rejection::AmountTooLarge);
    }
    // One item on two lines leaves the shelf twice: the second line sees what the first has left.
    let mut shelves: BTreeMap<DocRef, StockBalance> = BTreeMap::new();
    let mut lines = Vec::with_capacity(command.lines.len());
    for ((wanted, item), priced_line) in command.lines.iter().zip(&view.items).zip(&priced.lines) {
        let shelf = shelves.entry(item.item).or_insert(item.stock);
        let cost = shelf.cost_of(wanted.quantity, item.fallback_cost);
        shelf.add(-wanted.quantity, -cost);
        lines.push(SaleLine {
            item: item.item,
            quantity: wanted.quantity,
            unit_price: priced_line.unit_price,
            amount: priced_line.amount,
            discount: Money::ZERO,
            cost,
            stock_account: item.stock_account,
            class: item.class,
            owner: item.owner,
        });
    }
    let body = Sale {
        receipt_no: command.receipt_no,
        outlet: command.outlet,
        as_member: view.member.is_some_and(|member| member.as_member),
        lines,
        tenders: vec![Tendered { tender: command.tender, amount: asked, handed }],
        rounding: asked - priced.total,
        shift: Some(shift.shift),
        member: view.member.map(|member| member.member),
    };
    Ok(Decision::new(Body::Sale(body), shift.business_date))
}
