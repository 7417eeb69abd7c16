//! Quantities as whole thousandths of the item's stock unit: 1,25 kg is 1250.

use crate::money::Money;
use crate::split::div_half_up;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::ops::{Add, AddAssign, Neg, Sub};

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Quantity(pub i64);

impl specta::Type for Quantity {
    fn definition(types: &mut specta::Types) -> specta::datatype::DataType {
        <i32 as specta::Type>::definition(types)
    }
}

impl Quantity {
    pub const ZERO: Self = Self(0);
    pub const ONE: Self = Self(1000);
    /// The largest quantity that a document may carry, 10^9 thousandths (format v1, check_v1).
    pub const LIMIT: Self = Self(1_000_000_000);

    pub const fn milli(thousandths: i64) -> Self {
        Self(thousandths)
    }

    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }

    pub const fn is_whole(self) -> bool {
        self.0 % 1000 == 0
    }

    pub const fn within_limit(self) -> bool {
        self.0.unsigned_abs() <= Self::LIMIT.0.unsigned_abs()
    }

    /// The line's value at a price per unit, rounded half up once (handbook 5.2).
    /// `None` where the product leaves the range a document may carry.
    pub fn times_price(self, unit_price: Money) -> Option<Money> {
        let value = div_half_up(i128::from(self.0) * i128::from(unit_price.0), 1000)?;
        i64::try_from(value).ok().map(Money).filter(|value| value.within_limit())
    }
}

impl Add for Quantity {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl Sub for Quantity {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

impl Neg for Quantity {
    type Output = Self;
    fn neg(self) -> Self {
        Self(self.0.saturating_neg())
    }
}

impl AddAssign for Quantity {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

/// `1,25`, `-0,5`, `2`, with dots between thousands.
impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let magnitude = self.0.unsigned_abs();
        let (whole, rest) = (magnitude / 1000, magnitude % 1000);
        let whole = crate::money::group_thousands(i64::try_from(whole).unwrap_or(i64::MAX));
        if rest == 0 {
            return write!(f, "{sign}{whole}");
        }
        let decimals = format!("{rest:03}");
        write!(f, "{sign}{whole},{}", decimals.trim_end_matches('0'))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weighed_lines_round_half_up() {
        for (gram, price, amount) in
            [(1250, 17_500, 21_875), (333, 18_250, 6_077), (455, 13_500, 6_143), (5, 100, 1)]
        {
            assert_eq!(Quantity(gram).times_price(Money(price)), Some(Money(amount)));
        }
        assert_eq!(Quantity(1000).times_price(Money(i64::MAX)), None);
    }

    #[test]
    fn shows_a_comma_and_no_trailing_zero() {
        for (milli, text) in [(1250, "1,25"), (-500, "-0,5"), (2000, "2"), (0, "0"), (1_234_567, "1.234,567")]
        {
            assert_eq!(Quantity(milli).to_string(), text);
        }
    }
}
