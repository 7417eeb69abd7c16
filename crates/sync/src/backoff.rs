//! How long to wait after a failure: full jitter, so that five thousand tills that lost one line do not come
//! back in the same second.

use std::time::Duration;

/// The first ceiling.
pub const FIRST: Duration = Duration::from_secs(2);
/// The last ceiling.
pub const LAST: Duration = Duration::from_mins(15);

/// Failures in a row, and the ceiling that follows from them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Backoff {
    failures: u32,
}

impl Backoff {
    /// Something came through.
    pub fn reset(&mut self) {
        self.failures = 0;
    }

    /// How long to wait after one more failure: anything from nothing to the ceiling, which doubles from 2 s to
    /// 15 min. `random` is any number, each as likely as the next.
    pub fn failed(&mut self, random: u64) -> Duration {
        let ceiling = FIRST.saturating_mul(1_u32.checked_shl(self.failures).unwrap_or(u32::MAX)).min(LAST);
        self.failures = self.failures.saturating_add(1);
        jittered(ceiling, random)
    }
}

/// A part of `ceiling` chosen by `random`.
pub fn jittered(ceiling: Duration, random: u64) -> Duration {
    let milliseconds = u64::try_from(ceiling.as_millis()).unwrap_or(u64::MAX);
    Duration::from_millis(random % milliseconds.saturating_add(1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_ceiling_doubles_to_a_quarter_of_an_hour() {
        let mut backoff = Backoff::default();
        let ceilings: Vec<u64> = (0..12)
            .map(|_| {
                // A number up to the ceiling is the wait itself.
                let is_itself =
                    |seconds: &u64| { backoff }.failed(seconds * 1_000) == Duration::from_secs(*seconds);
                let most = (0..=LAST.as_secs()).filter(is_itself).max();
                backoff.failed(0);
                most.unwrap_or(0)
            })
            .collect();
        assert_eq!(ceilings, [2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900, 900]);
        backoff.reset();
        assert_eq!(backoff, Backoff::default());
    }

    proptest! {
        #[test]
        fn no_wait_is_longer_than_the_ceiling(failures in 0_u32..200, random: u64) {
            let mut backoff = Backoff { failures };
            prop_assert!(backoff.failed(random) <= LAST);
        }
    }
}
