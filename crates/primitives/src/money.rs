//! Rupiah as whole numbers. There are no sen.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::iter::Sum;
use std::ops::{Add, AddAssign, Neg, Sub, SubAssign};

/// An amount in whole rupiah. Arithmetic saturates rather than wraps: every amount that may enter a
/// document is first checked against [`Money::LIMIT`], so saturation is never reached by booked figures.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Money(pub i64);

/// Crosses to TypeScript as a number: 10^12 rupiah is far inside the exact integers of a double.
impl specta::Type for Money {
    fn definition(types: &mut specta::Types) -> specta::datatype::DataType {
        <i32 as specta::Type>::definition(types)
    }
}

impl Money {
    pub const ZERO: Self = Self(0);
    /// The largest amount that a document may carry, 10^12 rupiah (format v1, check_v1).
    pub const LIMIT: Self = Self(1_000_000_000_000);

    pub const fn rp(rupiah: i64) -> Self {
        Self(rupiah)
    }

    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }

    pub const fn is_negative(self) -> bool {
        self.0 < 0
    }

    pub const fn is_positive(self) -> bool {
        self.0 > 0
    }

    #[must_use]
    pub const fn abs(self) -> Self {
        Self(self.0.saturating_abs())
    }

    /// Whether a document may carry this amount.
    pub const fn within_limit(self) -> bool {
        self.0.unsigned_abs() <= Self::LIMIT.0.unsigned_abs()
    }
}

impl Add for Money {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl Sub for Money {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

impl Neg for Money {
    type Output = Self;
    fn neg(self) -> Self {
        Self(self.0.saturating_neg())
    }
}

impl AddAssign for Money {
    fn add_assign(&mut self, other: Self) {
        *self = *self + other;
    }
}

impl SubAssign for Money {
    fn sub_assign(&mut self, other: Self) {
        *self = *self - other;
    }
}

impl Sum for Money {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self::ZERO, Add::add)
    }
}

/// Digits with a dot between thousands, as Indonesia writes them: `-1.234.567`.
pub fn group_thousands(value: i64) -> String {
    let digits = value.unsigned_abs().to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3 + 1);
    if value < 0 {
        out.push('-');
    }
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push('.');
        }
        out.push(digit);
    }
    out
}

/// `Rp1.234.567`, `-Rp1.500`, `Rp0`.
impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let digits = group_thousands(self.0);
        write!(f, "{sign}Rp{}", digits.trim_start_matches('-'))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_rupiah_as_indonesia_writes_them() {
        for (value, text) in [
            (0, "Rp0"),
            (999, "Rp999"),
            (1_000, "Rp1.000"),
            (1_234_567, "Rp1.234.567"),
            (1_000_000_000, "Rp1.000.000.000"),
            (-1_500, "-Rp1.500"),
        ] {
            assert_eq!(Money(value).to_string(), text);
        }
    }

    #[test]
    fn extremes_do_not_wrap() {
        assert_eq!(Money(i64::MAX) + Money(1), Money(i64::MAX));
        assert!(!Money(i64::MIN).within_limit());
        assert!(Money::LIMIT.within_limit());
        assert!(!(Money::LIMIT + Money(1)).within_limit());
    }
}
