//! Settings that rules read, each a dated document.

use crate::sale::rounding::Rounding;
use lumbung_primitives::Money;

#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Policy {
    pub cash_rounding: Rounding,
    /// Bon limit of members without one of their own; zero switches bon off.
    pub bon_limit_default: Money,
}
