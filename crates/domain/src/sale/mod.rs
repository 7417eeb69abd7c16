//! Selling at the counter. `price` makes every figure that the till shows; `decide` makes the paper from
//! the same figures, so that what was shown is what is booked.

pub mod decide;
pub mod give_back;
pub mod rounding;

use crate::stock::StockBalance;
use crate::{Policy, Rejection};
use lumbung_document::body::sale::GoodsClass;
use lumbung_primitives::{DocRef, Money, Quantity};

pub use decide::{SaleCommand, decide};
pub use give_back::{ReturnCommand, ReturnView, decide_return};

/// One document holds at most this many lines: its effects must stay below 1,000 rows.
pub const LINES_MAX: usize = 300;

/// What the till knows of an item when it sells it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SaleItem {
    pub item: DocRef,
    pub name: String,
    pub weighed: bool,
    pub active: bool,
    pub price: Money,
    pub member_price: Money,
    pub stock_account: u32,
    /// Rupiah per unit where no average is known yet.
    pub fallback_cost: Money,
    pub stock: StockBalance,
    pub class: GoodsClass,
    pub owner: Option<DocRef>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SaleMember {
    pub member: DocRef,
    /// Whether member prices and the member side of the books apply.
    pub as_member: bool,
    pub left: bool,
    pub bon_owed: Money,
    pub bon_limit: Money,
}

/// Everything that deciding a sale may look at. `items` is in the order of the command's lines.
#[derive(Clone, Debug)]
pub struct SaleView {
    pub items: Vec<SaleItem>,
    pub member: Option<SaleMember>,
    pub policy: Policy,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct SaleLineCommand {
    pub item: DocRef,
    pub quantity: Quantity,
    /// A price other than the list's (a past year's file); absent takes the list price.
    pub unit_price: Option<Money>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PricedLine {
    pub unit_price: Money,
    pub general_price: Money,
    pub amount: Money,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PricedCart {
    pub lines: Vec<PricedLine>,
    pub total: Money,
    pub cash_total: Money,
    /// What the member price saves against the general price.
    pub saved: Money,
}

/// Prices a cart. Refuses what could never be booked and says which line.
pub fn price(view: &SaleView, lines: &[SaleLineCommand]) -> Result<PricedCart, Rejection> {
    if lines.len() > LINES_MAX {
        return Err(Rejection::TooManyLines { lines: lines.len() });
    }
    let as_member = view.member.is_some_and(|member| member.as_member);
    let mut priced = Vec::with_capacity(lines.len());
    let (mut total, mut general_total) = (Money::ZERO, Money::ZERO);
    for (line, item) in lines.iter().zip(&view.items) {
        check_quantity(item, line.quantity)?;
        let list_price =
            if as_member && item.member_price.is_positive() { item.member_price } else { item.price };
        let unit_price = line.unit_price.unwrap_or(list_price);
        if !unit_price.is_positive() {
            return Err(Rejection::PriceMissing { item: item.name.clone() });
        }
        let amount = line.quantity.times_price(unit_price).ok_or(Rejection::AmountTooLarge)?;
        let general =
            line.quantity.times_price(item.price.max(unit_price)).ok_or(Rejection::AmountTooLarge)?;
        total += amount;
        general_total += general;
        priced.push(PricedLine { unit_price, general_price: item.price, amount });
    }
    if !total.within_limit() {
        return Err(Rejection::AmountTooLarge);
    }
    let cash_total = view.policy.cash_rounding.round(total);
    Ok(PricedCart { lines: priced, total, cash_total, saved: general_total - total })
}

fn check_quantity(item: &SaleItem, quantity: Quantity) -> Result<(), Rejection> {
    let name = || item.name.clone();
    if quantity.0 <= 0 {
        return Err(Rejection::QuantityNotPositive { item: name() });
    }
    if !quantity.within_limit() {
        return Err(Rejection::QuantityTooLarge { item: Some(name()) });
    }
    if !item.weighed && !quantity.is_whole() {
        return Err(Rejection::QuantityNotWhole { item: name() });
    }
    Ok(())
}

/// Why bon is not possible for `total`, if it is not.
pub fn check_bon(member: Option<SaleMember>, total: Money) -> Result<(), Rejection> {
    let member = member.filter(|member| member.as_member).ok_or(Rejection::BonNeedsMember)?;
    if member.bon_owed + total > member.bon_limit {
        let (limit, owed) = (member.bon_limit, member.bon_owed);
        return Err(Rejection::BonOverLimit { limit, owed, asked: total });
    }
    Ok(())
}

/// Likely notes handed over for a cash total, at most three, ascending: the total rounded up to what a
/// purse holds. Below twenty thousand people pay with one small note, above it with large ones.
pub fn likely_notes(cash_total: Money) -> Vec<Money> {
    let steps = if cash_total.0 < 20_000 { [5_000, 10_000, 20_000] } else { [5_000, 50_000, 100_000] };
    let mut notes: Vec<Money> = Vec::new();
    for step in steps {
        let above = (cash_total.0 / step + i64::from(cash_total.0 % step != 0)) * step;
        if above > cash_total.0 && notes.last().is_none_or(|last| last.0 < above) {
            notes.push(Money(above));
        }
    }
    notes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notes_are_round_amounts_above_the_total() {
        for (total, notes) in [
            (244_500, vec![245_000, 250_000, 300_000]),
            (44_400, vec![45_000, 50_000, 100_000]),
            (50_000, vec![100_000]),
            (3_200, vec![5_000, 10_000, 20_000]),
            (12_800, vec![15_000, 20_000]),
            (100_000, vec![]),
        ] {
            let notes: Vec<Money> = notes.into_iter().map(Money).collect();
            assert_eq!(likely_notes(Money(total)), notes, "{total}");
        }
    }
}
