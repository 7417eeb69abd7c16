//! Drawing from a seed: ranges, choices, weights.

use crate::disk::Chance;

/// What [`Chance`] gives beyond bare numbers.
pub trait Draw {
    /// From `low` to `high`, both possible.
    fn between(&mut self, low: i64, high: i64) -> i64;

    /// An index of `weights`, each as likely as its weight; `None` where all are 0.
    fn weighted(&mut self, weights: &[u32]) -> Option<usize>;

    /// One of them; `None` of none.
    fn one_of<'a, T>(&mut self, all: &'a [T]) -> Option<&'a T>;
}

impl Draw for Chance {
    fn between(&mut self, low: i64, high: i64) -> i64 {
        let span = usize::try_from(high.saturating_sub(low)).unwrap_or(0);
        low + i64::try_from(self.below(span + 1)).unwrap_or(0)
    }

    fn weighted(&mut self, weights: &[u32]) -> Option<usize> {
        let all: u32 = weights.iter().sum();
        let mut left = u32::try_from(self.below(usize::try_from(all).unwrap_or(0))).unwrap_or(0);
        for (index, weight) in weights.iter().enumerate() {
            if left < *weight {
                return Some(index);
            }
            left -= weight;
        }
        None
    }

    fn one_of<'a, T>(&mut self, all: &'a [T]) -> Option<&'a T> {
        all.get(self.below(all.len()))
    }
}
