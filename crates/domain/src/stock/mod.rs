//! Valuation: the moving average, kept as two integers (handbook 4.5).

use lumbung_primitives::{Money, Quantity, div_half_up};

/// What lies at one place and what it cost.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct StockBalance {
    pub quantity: Quantity,
    pub value: Money,
}

impl StockBalance {
    /// The cost of taking `out` units (positive), rounded half up; taking all takes the whole value, so no
    /// value stays behind. Below zero the last average goes on, and where there is none, `fallback_cost`
    /// (rupiah per unit). The difference is settled by a stock revaluation.
    pub fn cost_of(self, out: Quantity, fallback_cost: Money) -> Money {
        if self.quantity == out {
            return self.value;
        }
        let (quantity, value) = (i128::from(self.quantity.0), i128::from(self.value.0));
        let average_known = quantity != 0 && (quantity > 0) == (value > 0);
        let cost = if average_known {
            div_half_up(value.abs() * i128::from(out.0), quantity.abs())
        } else {
            div_half_up(i128::from(fallback_cost.0) * i128::from(out.0), 1000)
        };
        Money(cost.and_then(|cost| i64::try_from(cost).ok()).unwrap_or(0))
    }

    pub fn add(&mut self, quantity: Quantity, value: Money) {
        self.quantity += quantity;
        self.value += value;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_handbooks_moving_average() {
        let mut balance = StockBalance::default();
        let (taken_in, out) = (true, false);
        for (direction, pieces, expected, left) in [
            (taken_in, 40, 106_000, (40, 106_000)),
            (out, 15, 39_750, (25, 66_250)),
            (taken_in, 40, 107_500, (65, 173_750)),
            (out, 30, 80_192, (35, 93_558)),
            (out, 7, 18_712, (28, 74_846)),
            (taken_in, 12, 33_600, (40, 108_446)),
            (out, 40, 108_446, (0, 0)),
        ] {
            let quantity = Quantity(pieces * 1000);
            if direction == taken_in {
                balance.add(quantity, Money(expected));
            } else {
                let cost = balance.cost_of(quantity, Money::ZERO);
                assert_eq!(cost, Money(expected));
                balance.add(-quantity, -cost);
            }
            assert_eq!((balance.quantity.0 / 1000, balance.value.0), left);
        }
    }

    #[test]
    fn below_zero_the_last_average_goes_on() {
        let mut balance = StockBalance { quantity: Quantity(1000), value: Money(2_650) };
        let first = balance.cost_of(Quantity(3000), Money(9_999));
        assert_eq!(first, Money(7_950));
        balance.add(Quantity(-3000), -first);
        assert_eq!(balance.cost_of(Quantity(1000), Money(9_999)), Money(2_650));
        let never_bought = StockBalance::default();
        assert_eq!(never_bought.cost_of(Quantity(500), Money(10_000)), Money(5_000));
    }

    proptest! {
        #[test]
        fn emptying_in_any_steps_leaves_no_value(
            milli in 1_i64..1_000_000, value in 0_i64..1_000_000_000,
            cuts in proptest::collection::vec(1_i64..100_000, 0..20),
        ) {
            let mut balance = StockBalance { quantity: Quantity(milli), value: Money(value) };
            for cut in cuts {
                if cut < balance.quantity.0 {
                    let cost = balance.cost_of(Quantity(cut), Money::ZERO);
                    prop_assert!(cost >= Money::ZERO && cost <= balance.value + Money(1));
                    balance.add(Quantity(-cut), -cost);
                }
            }
            let rest = balance.cost_of(balance.quantity, Money::ZERO);
            prop_assert_eq!(rest, balance.value);
        }
    }
}
