//! Cash rounding (pembulatan): only what is paid in cash, shown to the buyer (Permendag 35/2013 art. 6).

use lumbung_primitives::Money;

#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Rounding {
    /// Rupiah; 0 or 1 is off.
    pub step: i64,
    pub mode: RoundingMode,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum RoundingMode {
    /// Terdekat: the nearest step, half up.
    #[default]
    Nearest,
    /// Terdekat, tengah turun: the nearest step, half down.
    NearestHalfDown,
    /// Turun.
    Down,
    /// Naik.
    Up,
}

impl RoundingMode {
    pub const fn from_code(code: i64) -> Self {
        match code {
            1 => Self::NearestHalfDown,
            2 => Self::Down,
            3 => Self::Up,
            _ => Self::Nearest,
        }
    }
}

impl Rounding {
    /// What cash is asked for `total`, zero or positive.
    pub fn round(self, total: Money) -> Money {
        let step = self.step;
        if step <= 1 {
            return total;
        }
        let rest = total.0.rem_euclid(step);
        let down = total.0 - rest;
        let up = if rest == 0 { down } else { down + step };
        Money(match self.mode {
            RoundingMode::Down => down,
            RoundingMode::Up => up,
            RoundingMode::Nearest => {
                if rest * 2 >= step {
                    up
                } else {
                    down
                }
            }
            RoundingMode::NearestHalfDown => {
                if rest * 2 > step {
                    up
                } else {
                    down
                }
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::RoundingMode::{Down, Nearest, NearestHalfDown, Up};
    use super::*;

    #[test]
    fn rounds_to_coins_in_use() {
        for (total, step, mode, asked) in [
            (12_765, 100, Nearest, 12_800),
            (12_765, 100, Down, 12_700),
            (12_750, 100, Nearest, 12_800),
            (12_750, 100, NearestHalfDown, 12_700),
            (12_749, 100, Nearest, 12_700),
            (12_700, 100, Up, 12_700),
            (12_765, 500, Nearest, 13_000),
            (12_750, 500, NearestHalfDown, 12_500),
            (187_250, 500, Nearest, 187_500),
            (187_250, 500, NearestHalfDown, 187_000),
            (187_250, 100, Up, 187_300),
            (49, 100, Nearest, 0),
            (50, 100, Nearest, 100),
            (12_765, 0, Nearest, 12_765),
        ] {
            assert_eq!(Rounding { step, mode }.round(Money(total)), Money(asked), "{total} {step} {mode:?}");
        }
    }
}
