//! check_v1: the one verdict on a document, the same everywhere and for ever. What fails is stored, chained
//! and skipped by every projector; a person answers with a correction.

use crate::canonical;
use crate::{Effects, SealedDocument};
use lumbung_primitives::{Money, Quantity};

pub const EFFECT_ROWS_MAX: usize = 1_000;
/// header + body + effects.
pub const BYTES_MAX: usize = 256 * 1024;

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    #[error("{0}")]
    Malformed(#[from] crate::Malformed),
    #[error("larger than 256 KiB: {0} bytes")]
    TooLarge(usize),
    #[error("more than 1,000 effect rows: {0}")]
    TooManyRows(usize),
    #[error("postings do not sum to zero but to {0}")]
    Unbalanced(i128),
    #[error("an amount is beyond 10^12 rupiah: {0}")]
    AmountTooLarge(i128),
    #[error("a quantity is beyond 10^9 thousandths: {0}")]
    QuantityTooLarge(i64),
}

/// Returns the effects to be projected, or why none are.
pub fn check_v1(document: &SealedDocument) -> Result<Effects, Fault> {
    let bytes = document.header_bytes.len() + document.body_bytes.len() + document.effects_bytes.len();
    if bytes > BYTES_MAX {
        return Err(Fault::TooLarge(bytes));
    }
    canonical::check("body", &document.body_bytes)?;
    let effects = document.effects()?;
    check_effects(&effects)?;
    Ok(effects)
}

/// The part of the verdict that concerns figures; also asked of a draft before it is sealed.
pub fn check_effects(effects: &Effects) -> Result<(), Fault> {
    if effects.rows() > EFFECT_ROWS_MAX {
        return Err(Fault::TooManyRows(effects.rows()));
    }
    let mut debits: i128 = 0;
    let mut sum: i128 = 0;
    for posting in &effects.postings {
        money(posting.amount)?;
        sum += i128::from(posting.amount.0);
        debits += i128::from(posting.amount.0.max(0));
    }
    if sum != 0 {
        return Err(Fault::Unbalanced(sum));
    }
    if debits > i128::from(Money::LIMIT.0) {
        return Err(Fault::AmountTooLarge(debits));
    }
    for stock_move in &effects.stock_moves {
        money(stock_move.value)?;
        quantity(stock_move.quantity)?;
    }
    effects.member_moves.iter().try_for_each(|member_move| money(member_move.amount))
}

fn money(amount: Money) -> Result<(), Fault> {
    if amount.within_limit() { Ok(()) } else { Err(Fault::AmountTooLarge(i128::from(amount.0))) }
}

fn quantity(quantity: Quantity) -> Result<(), Fault> {
    if quantity.within_limit() { Ok(()) } else { Err(Fault::QuantityTooLarge(quantity.0)) }
}
