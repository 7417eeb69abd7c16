//! Integers under the range coder: how large, then which.

use super::range::{Coder, Prob, tree};

/// Bits below the highest that may be learnt; the rest are as likely as not.
pub(super) const DEPTH_MAX: u32 = 12;

/// What is known of the integers of one column.
#[derive(Debug)]
pub(super) struct Numbers {
    depth: u32,
    /// Apart, where a prediction had nothing to go by and where it had.
    sets: [Set; 2],
}

#[derive(Debug)]
struct Set {
    zero: [Prob; 3],
    negative: Prob,
    size: [Prob; 64],
    /// By size: a tree of the bits below the highest, made when first met.
    below: [Vec<Prob>; 64],
    /// How the last ones were: 2 while the last two were zero, 1 after one zero.
    zeros: usize,
}

impl Set {
    const fn new() -> Self {
        Self {
            zero: [Prob::NEW; 3],
            negative: Prob::NEW,
            size: [Prob::NEW; 64],
            below: [const { Vec::new() }; 64],
            zeros: 1,
        }
    }
}

impl Numbers {
    /// For a column of `count` integers: a tree much larger than the column would never be learnt.
    pub(super) fn new(depth: u32, count: usize) -> Self {
        let useful = count.checked_ilog2().unwrap_or(0) + 2;
        Self { depth: depth.min(useful).min(DEPTH_MAX), sets: [const { Set::new() }; 2] }
    }

    /// One integer; `known` tells whether its prediction had something to go by.
    pub(super) fn code<C: Coder>(&mut self, coder: &mut C, known: bool, value: i64) -> i64 {
        let set = &mut self.sets[usize::from(known)];
        if coder.bit(&mut set.zero[set.zeros], value == 0) {
            set.zeros = (set.zeros + 1).min(2);
            return 0;
        }
        set.zeros = 0;
        let negative = coder.bit(&mut set.negative, value < 0);
        let magnitude = value.unsigned_abs();
        let size = tree(coder, &mut set.size, 6, magnitude.checked_ilog2().unwrap_or(0));
        let learnt = size.min(self.depth);
        let below = &mut set.below[size as usize];
        if below.is_empty() {
            below.resize(1 << learnt, Prob::NEW);
        }
        let rest = size - learnt;
        let top = u32::try_from((magnitude >> rest) & ((1 << learnt) - 1)).unwrap_or(0);
        let top = u64::from(tree(coder, below, learnt, top)) | (1 << learnt);
        let mask = if rest == 0 { 0 } else { u64::MAX >> (64 - rest) };
        let magnitude = (top << rest) | coder.direct(magnitude & mask, rest);
        if negative { magnitude.cast_signed().wrapping_neg() } else { magnitude.cast_signed() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recode::range::{Reader, Writer};

    #[test]
    fn every_integer_comes_back() {
        let mut values = vec![0, 0, 0, 1, -1, i64::MAX, i64::MIN, i64::MIN + 1];
        values.extend((0..63).flat_map(|bit| [1 << bit, -(1 << bit), (1 << bit) + 1, 3 - (1 << bit)]));
        for depth in [0, 1, 5, 12, 40] {
            let mut writer = Writer::new();
            let mut numbers = Numbers::new(depth, values.len());
            for value in &values {
                numbers.code(&mut writer, value % 3 == 0, *value);
            }
            let bytes = writer.finish();
            let mut reader = Reader::new(&bytes);
            let mut numbers = Numbers::new(depth, values.len());
            for value in &values {
                assert_eq!(numbers.code(&mut reader, value % 3 == 0, 77), *value);
            }
        }
    }
}
