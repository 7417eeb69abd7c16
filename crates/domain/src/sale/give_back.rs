//! Goods back by their receipt: at the price that was paid and the cost of the sale that they return.

use crate::policy::Policy;
use crate::shift::OpenShift;
use crate::{Decision, Rejection};
use lumbung_document::Body;
use lumbung_document::body::sale::{ReturnLine, SaleLine, Tender, Tendered};
use lumbung_document::body::{Sale, SaleReturn};
use lumbung_primitives::{DocRef, Money, Quantity, div_half_up};

/// The sale, and what earlier returns took back of each of its lines.
#[derive(Clone, Debug)]
pub struct ReturnView {
    pub sale: DocRef,
    pub body: Sale,
    /// In the order of the sale's lines.
    pub returned: Vec<Quantity>,
    pub names: Vec<String>,
    pub reversed: bool,
    pub policy: Policy,
}

#[derive(Clone, Debug)]
pub struct ReturnCommand {
    pub receipt_no: u64,
    /// (position in the sale, quantity to take back).
    pub lines: Vec<(u32, Quantity)>,
    pub tender: Tender,
    pub damaged: bool,
}

pub fn decide_return(
    view: &ReturnView,
    command: &ReturnCommand,
    shift: Option<OpenShift>,
) -> Result<Decision, Rejection> {
    let shift = shift.ok_or(Rejection::ShiftNotOpen)?;
    if command.lines.is_empty() {
        return Err(Rejection::Empty);
    }
    if view.reversed {
        return Err(Rejection::AlreadyReversed);
    }
    if command.tender == Tender::Bon && view.body.member.is_none() {
        return Err(Rejection::BonNeedsMember);
    }
    let mut returned = view.returned.clone();
    let mut lines = Vec::with_capacity(command.lines.len());
    for (position, quantity) in &command.lines {
        let index = usize::try_from(*position).map_err(|_| Rejection::ReturnLineUnknown)?;
        let line = view.body.lines.get(index).ok_or(Rejection::ReturnLineUnknown)?;
        let item = || view.names.get(index).cloned().unwrap_or_default();
        if quantity.0 <= 0 {
            return Err(Rejection::QuantityNotPositive { item: item() });
        }
        let before = returned.get(index).copied().unwrap_or_default();
        let left = line.quantity - before;
        if *quantity > left {
            return Err(Rejection::ReturnTooMuch { item: item(), left });
        }
        let after = before + *quantity;
        if let Some(slot) = returned.get_mut(index) {
            *slot = after;
        }
        lines.push(ReturnLine {
            line: *position,
            item: line.item,
            quantity: *quantity,
            amount: share(line.amount - line.discount, line, after)
                - share(line.amount - line.discount, line, before),
            cost: share(line.cost, line, after) - share(line.cost, line, before),
            stock_account: line.stock_account,
            class: line.class,
            owner: line.owner,
        });
    }
    let total: Money = lines.iter().map(|line| line.amount).sum();
    let refund = if command.tender == Tender::Cash { view.policy.cash_rounding.round(total) } else { total };
    let body = SaleReturn {
        receipt_no: command.receipt_no,
        outlet: view.body.outlet,
        as_member: view.body.as_member,
        sale: view.sale,
        lines,
        tenders: vec![Tendered { tender: command.tender, amount: refund, handed: refund }],
        rounding: refund - total,
        damaged: command.damaged,
        shift: Some(shift.shift),
        member: view.body.member,
    };
    Ok(Decision::new(Body::SaleReturn(body), shift.business_date))
}

/// The part of `whole` that `taken` of the line's quantity bears, half up. Differences of this running
/// share give each return its part, so that returns of everything sum to the whole.
fn share(whole: Money, line: &SaleLine, taken: Quantity) -> Money {
    let part = div_half_up(i128::from(whole.0) * i128::from(taken.0), i128::from(line.quantity.0));
    Money(part.and_then(|part| i64::try_from(part).ok()).unwrap_or(0))
}
