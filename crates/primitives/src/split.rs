//! The two named places where rounding happens: half up for a single figure, largest remainder for a split.

use crate::money::Money;

/// `numerator / denominator` rounded half away from zero; `None` where the denominator is not positive.
pub fn div_half_up(numerator: i128, denominator: i128) -> Option<i128> {
    if denominator <= 0 {
        return None;
    }
    let magnitude = (2 * numerator.abs() + denominator) / (2 * denominator);
    Some(if numerator < 0 { -magnitude } else { magnitude })
}

/// Splits `total` in proportion to `weights` so that the parts sum to it exactly (Hamilton's method).
/// Left-over rupiah go to the largest remainders, ties to the earlier position (handbook 3.4).
///
/// Returns `None` where nothing can be split: all weights zero, or one of them negative. What then
/// becomes of the total is the caller's rule (for SHU: the reserve).
pub fn largest_remainder(total: Money, weights: &[i64]) -> Option<Vec<Money>> {
    if weights.iter().any(|weight| *weight < 0) {
        return None;
    }
    let sum: i128 = weights.iter().map(|weight| i128::from(*weight)).sum();
    if sum == 0 {
        return None;
    }
    let sign = if total.is_negative() { -1 } else { 1 };
    let magnitude = i128::from(total.0).abs();
    let mut parts: Vec<i128> = Vec::with_capacity(weights.len());
    let mut remainders: Vec<(i128, usize)> = Vec::with_capacity(weights.len());
    for (position, weight) in weights.iter().enumerate() {
        let product = magnitude * i128::from(*weight);
        parts.push(product / sum);
        remainders.push((product % sum, position));
    }
    let mut left_over = magnitude - parts.iter().sum::<i128>();
    remainders.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
    for (_, position) in remainders {
        if left_over == 0 {
            break;
        }
        parts[position] += 1;
        left_over -= 1;
    }
    parts.into_iter().map(|part| i64::try_from(part * sign).ok().map(Money)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn edge_allocations() {
        type Case = (i64, &'static [i64], Option<&'static [i64]>);
        let cases: [Case; 6] = [
            (100, &[1, 1, 1], Some(&[34, 33, 33])),
            (1, &[5, 7, 7], Some(&[0, 1, 0])),
            (1000, &[0, 0, 0], None),
            (0, &[3, 4], Some(&[0, 0])),
            (999_999, &[333, 333, 334], Some(&[333_000, 333_000, 333_999])),
            (7, &[1, 2, 3, 4], Some(&[1, 1, 2, 3])),
        ];
        for (total, weights, expected) in cases {
            let parts = largest_remainder(Money(total), weights);
            let expected = expected.map(|parts| parts.iter().map(|part| Money(*part)).collect::<Vec<_>>());
            assert_eq!(parts, expected, "{total} over {weights:?}");
        }
    }

    #[test]
    fn half_up_goes_away_from_zero() {
        for (numerator, denominator, expected) in
            [(5, 10, Some(1)), (-5, 10, Some(-1)), (4, 10, Some(0)), (1, 0, None), (15, 10, Some(2))]
        {
            assert_eq!(div_half_up(numerator, denominator), expected);
        }
    }

    proptest! {
        #[test]
        fn parts_always_sum_to_the_whole(
            total in -1_000_000_000_000_i64..1_000_000_000_000,
            weights in proptest::collection::vec(0_i64..1_000_000_000_000, 1..40),
        ) {
            if let Some(parts) = largest_remainder(Money(total), &weights) {
                prop_assert_eq!(parts.iter().copied().sum::<Money>(), Money(total));
                let sum: i128 = weights.iter().map(|w| i128::from(*w)).sum();
                for (part, weight) in parts.iter().zip(&weights) {
                    let exact = i128::from(total) * i128::from(*weight);
                    prop_assert!((i128::from(part.0) * sum - exact).abs() < sum, "off by a rupiah or more");
                }
            } else {
                prop_assert!(weights.iter().all(|w| *w == 0));
            }
        }
    }
}
