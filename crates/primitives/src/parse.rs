//! What people type: amounts as `12.500`, `12rb`, `1,5jt`; quantities as `1,5`, `1/4`.
//! Machine-written files use plain digits and a dot; they have their own functions.

use crate::money::Money;
use crate::quantity::Quantity;
use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;
use std::str::FromStr;

#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadNumber {
    #[error("empty")]
    Empty,
    #[error("not a number")]
    NotANumber,
    /// `12.5` in an amount: twelve and a half, or twelve thousand five hundred with digits missing?
    #[error("ambiguous")]
    Ambiguous,
    #[error("too large")]
    TooLarge,
    /// More decimals than the unit has.
    #[error("too fine")]
    TooFine,
}

/// A typed amount (handbook 7.1): `12500`, `12.500`, `Rp 12.500`, `12.500,00`, `12rb`, `1,5jt`.
pub fn typed_money(text: &str) -> Result<Money, BadNumber> {
    let cleaned: String = text.trim().to_lowercase().chars().filter(|c| !c.is_whitespace()).collect();
    let (negative, cleaned) = match cleaned.strip_prefix('-') {
        Some(rest) => (true, rest.to_owned()),
        None => (false, cleaned),
    };
    let cleaned = cleaned.strip_prefix("rp").unwrap_or(&cleaned);
    let (digits, scale) = if let Some(rest) = cleaned.strip_suffix("rb") {
        (rest, 1_000)
    } else if let Some(rest) = cleaned.strip_suffix("jt") {
        (rest, 1_000_000)
    } else {
        (cleaned, 1)
    };
    if digits.is_empty() {
        return Err(BadNumber::Empty);
    }
    let (whole, decimals) = digits.split_once(',').unwrap_or((digits, ""));
    let whole = ungroup(whole)?;
    let value = Decimal::from_str(&format!("{whole}.{decimals}0")).map_err(|_| BadNumber::NotANumber)?;
    if !decimals.chars().all(|c| c.is_ascii_digit()) {
        return Err(BadNumber::NotANumber);
    }
    let value = value.checked_mul(Decimal::from(scale)).ok_or(BadNumber::TooLarge)?;
    if !value.fract().is_zero() {
        return Err(BadNumber::TooFine);
    }
    let amount = Money(value.to_i64().ok_or(BadNumber::TooLarge)?);
    if !amount.within_limit() {
        return Err(BadNumber::TooLarge);
    }
    Ok(if negative { -amount } else { amount })
}

/// Removes the dots between thousands; refuses groups that are not of three digits.
fn ungroup(whole: &str) -> Result<String, BadNumber> {
    let mut groups = whole.split('.');
    let first = groups.next().unwrap_or_default();
    let rest: Vec<&str> = groups.collect();
    if whole.is_empty() || !whole.chars().all(|c| c.is_ascii_digit() || c == '.') {
        return Err(BadNumber::NotANumber);
    }
    if rest.is_empty() {
        return Ok(first.to_owned());
    }
    if first.is_empty() || first.len() > 3 || rest.iter().any(|group| group.len() != 3) {
        return Err(BadNumber::Ambiguous);
    }
    Ok(first.to_owned() + &rest.concat())
}

/// A typed quantity: `2`, `1,25`, `0.5` (numeric keypad), `1/4`, `1 1/2`.
pub fn typed_quantity(text: &str) -> Result<Quantity, BadNumber> {
    let text = text.trim();
    if text.is_empty() {
        return Err(BadNumber::Empty);
    }
    if let Some((before, denominator)) = text.split_once('/') {
        let (whole, numerator) = before.trim().rsplit_once(' ').unwrap_or(("0", before));
        let part = |digits: &str| digits.trim().parse::<i64>().map_err(|_| BadNumber::NotANumber);
        let (whole, numerator, denominator) = (part(whole)?, part(numerator)?, part(denominator)?);
        if denominator <= 0 || numerator < 0 || whole < 0 {
            return Err(BadNumber::NotANumber);
        }
        let milli = crate::split::div_half_up(
            (i128::from(whole) * i128::from(denominator) + i128::from(numerator)) * 1000,
            i128::from(denominator),
        );
        return bounded(milli.and_then(|milli| i64::try_from(milli).ok()));
    }
    plain_quantity(&text.replace(',', "."))
}

/// A quantity as files write it: plain digits, a dot, at most three decimals, a sign allowed.
pub fn plain_quantity(text: &str) -> Result<Quantity, BadNumber> {
    if text.is_empty() {
        return Err(BadNumber::Empty);
    }
    let value = plain_decimal(text)?;
    let milli = value.checked_mul(Decimal::from(1000)).ok_or(BadNumber::TooLarge)?;
    if !milli.fract().is_zero() {
        return Err(BadNumber::TooFine);
    }
    bounded(milli.to_i64())
}

/// An amount as files write it: plain digits, a sign allowed, decimals only if they are zero.
pub fn plain_money(text: &str) -> Result<Money, BadNumber> {
    if text.is_empty() {
        return Err(BadNumber::Empty);
    }
    let value = plain_decimal(text)?;
    if !value.fract().is_zero() {
        return Err(BadNumber::TooFine);
    }
    let amount = value.to_i64().map(Money).ok_or(BadNumber::TooLarge)?;
    if amount.within_limit() { Ok(amount) } else { Err(BadNumber::TooLarge) }
}

fn plain_decimal(text: &str) -> Result<Decimal, BadNumber> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    if digits.is_empty() || !digits.chars().all(|c| c.is_ascii_digit() || c == '.') {
        return Err(BadNumber::NotANumber);
    }
    Decimal::from_str(text)
        .map_err(|_| if digits.len() > 25 { BadNumber::TooLarge } else { BadNumber::NotANumber })
}

fn bounded(milli: Option<i64>) -> Result<Quantity, BadNumber> {
    milli.map(Quantity).filter(|quantity| quantity.within_limit()).ok_or(BadNumber::TooLarge)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_as_people_type_them() {
        for (text, expected) in [
            ("12500", Ok(12_500)),
            ("12.500", Ok(12_500)),
            ("Rp 12.500", Ok(12_500)),
            ("12.500,00", Ok(12_500)),
            ("12rb", Ok(12_000)),
            ("1,5jt", Ok(1_500_000)),
            ("-5.000", Ok(-5_000)),
            ("12.5", Err(BadNumber::Ambiguous)),
            ("1.2345", Err(BadNumber::Ambiguous)),
            ("12,5", Err(BadNumber::TooFine)),
            ("", Err(BadNumber::Empty)),
            ("rp", Err(BadNumber::Empty)),
            ("abc", Err(BadNumber::NotANumber)),
            ("1000000000000", Ok(1_000_000_000_000)),
            ("1000000000000000", Err(BadNumber::TooLarge)),
            ("99999999999999999999999999999999999", Err(BadNumber::NotANumber)),
        ] {
            assert_eq!(typed_money(text), expected.map(Money), "{text}");
        }
    }

    #[test]
    fn quantities_as_people_type_them() {
        for (text, expected) in [
            ("2", Ok(2000)),
            ("1,5", Ok(1500)),
            ("1.25", Ok(1250)),
            ("1/4", Ok(250)),
            ("1 1/2", Ok(1500)),
            ("1/3", Ok(333)),
            ("1/0", Err(BadNumber::NotANumber)),
            ("0,0005", Err(BadNumber::TooFine)),
            ("9999999", Err(BadNumber::TooLarge)),
            ("satu", Err(BadNumber::NotANumber)),
            ("", Err(BadNumber::Empty)),
        ] {
            assert_eq!(typed_quantity(text), expected.map(Quantity), "{text}");
        }
    }

    #[test]
    fn files_write_plain_numbers() {
        assert_eq!(plain_quantity("-0.25"), Ok(Quantity(-250)));
        assert_eq!(plain_money("-21500"), Ok(Money(-21_500)));
        assert_eq!(plain_money("1222.5"), Err(BadNumber::TooFine));
        assert_eq!(plain_money("1,5"), Err(BadNumber::NotANumber));
        assert_eq!(plain_money("1e9"), Err(BadNumber::NotANumber));
    }
}
