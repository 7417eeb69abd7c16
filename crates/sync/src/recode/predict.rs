//! What the next integer of a column will be, from what was told before. The writer chooses the way and
//! names it; the reader has no choice to make.

use super::RecodeError;
use super::number::{DEPTH_MAX, Numbers};
use super::range::{Coder, Prob, tree};
use super::table::{Sheet, View, worth};
use std::collections::HashMap;

/// Columns that a sum may be made of.
pub(super) const TERMS_MAX: usize = 4;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Way {
    /// All the same: `number`.
    Constant,
    /// Zero.
    Plain,
    /// The integer before it.
    Before,
    /// The last integer where the one or two other columns had the same values (the price of an item).
    Same,
    /// The last integer of the same key, if there is a key, in proportion to another column (a cost to an
    /// amount). The first column is the scale, the second the key.
    Ratio,
    /// The product of two columns over 1 or 1,000 (quantities are in thousandths), half up.
    Product,
    /// A sum of columns with signs (a tender pays the lines less their discounts); with `flag`, less what
    /// earlier rows under the same row have taken of it.
    Sum,
    /// The last integer with the same value of another column, plus the difference of a second column since
    /// (a counter beside a counter).
    Beside,
}

const WAYS: [Way; 8] =
    [Way::Constant, Way::Plain, Way::Before, Way::Same, Way::Ratio, Way::Product, Way::Sum, Way::Beside];

/// One column's way, with what the way needs.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Prediction {
    pub(super) way: Way,
    /// Columns in the order of telling, with whether they are taken away.
    pub(super) columns: Vec<(usize, bool)>,
    pub(super) number: i64,
    /// Same: nothing known means zero instead of the integer before. Product: over 1,000. Sum: what is left.
    pub(super) flag: bool,
    /// What every residual is a multiple of.
    pub(super) step: i64,
    /// See [`Numbers`].
    pub(super) depth: u32,
}

impl Prediction {
    pub(super) fn new(way: Way, columns: &[usize], flag: bool) -> Self {
        let columns = columns.iter().map(|column| (*column, false)).collect();
        Self { way, columns, number: 0, flag, step: 1, depth: 4 }
    }

    pub(super) fn constant(number: i64) -> Self {
        Self { number, ..Self::new(Way::Constant, &[], false) }
    }
}

/// What is learnt about the descriptions themselves, over a whole pack.
#[derive(Debug)]
pub(super) struct Words {
    way: [Prob; 8],
    flag: [Prob; 8],
    sign: Prob,
    count: [[Prob; 4]; 8],
    depth: [Prob; 16],
    pub(super) shape: [Prob; 4],
    pub(super) stored: Prob,
    back: Numbers,
    step: Numbers,
    constant: Numbers,
}

impl Words {
    pub(super) fn new() -> Self {
        Self {
            way: [Prob::NEW; 8],
            flag: [Prob::NEW; 8],
            sign: Prob::NEW,
            count: [[Prob::NEW; 4]; 8],
            depth: [Prob::NEW; 16],
            shape: [Prob::NEW; 4],
            stored: Prob::NEW,
            back: Numbers::new(3, 64),
            step: Numbers::new(3, 64),
            constant: Numbers::new(3, 64),
        }
    }

    /// Reads a prediction that may name any of `told` columns.
    pub(super) fn read<C: Coder>(&mut self, coder: &mut C, told: usize) -> Result<Prediction, RecodeError> {
        self.code(coder, told, &Prediction::constant(0))
    }

    /// Tells a prediction. `told` is how many columns there are to name; the reader refuses others.
    pub(super) fn code<C: Coder>(
        &mut self,
        coder: &mut C,
        told: usize,
        given: &Prediction,
    ) -> Result<Prediction, RecodeError> {
        let way = tree(coder, &mut self.way, 3, given.way as u32) as usize;
        let mut read = Prediction::new(WAYS[way], &[], false);
        if read.way == Way::Constant {
            read.number = self.constant.code(coder, true, given.number);
            return Ok(read);
        }
        let count = given.columns.len().clamp(1, TERMS_MAX) - 1;
        let count = match read.way {
            Way::Constant | Way::Plain | Way::Before => 0,
            Way::Product | Way::Beside => 2,
            Way::Same | Way::Ratio => 1 + tree(coder, &mut self.count[way], 1, u32::from(count > 0)),
            Way::Sum => 1 + tree(coder, &mut self.count[way], 2, u32::try_from(count).unwrap_or(0)),
        };
        for nth in 0..count as usize {
            let (column, minus) = given.columns.get(nth).copied().unwrap_or_default();
            let back = i64::try_from(told.saturating_sub(column)).unwrap_or(0);
            let back = usize::try_from(self.back.code(coder, true, back)).ok();
            let column = back.filter(|back| *back > 0).and_then(|back| told.checked_sub(back));
            let column = column.ok_or(RecodeError::NotAPack("a column that is not there"))?;
            let minus = read.way == Way::Sum && coder.bit(&mut self.sign, minus);
            read.columns.push((column, minus));
        }
        if matches!(read.way, Way::Same | Way::Product | Way::Sum) {
            read.flag = coder.bit(&mut self.flag[way], given.flag);
        }
        read.step = self.step.code(coder, true, given.step);
        read.depth = tree(coder, &mut self.depth, 4, given.depth).min(DEPTH_MAX);
        Ok(read)
    }
}

/// A prediction at work on one column.
#[derive(Debug)]
pub(super) struct Predictor {
    way: Way,
    flag: bool,
    /// By row: which key it has, numbered by first appearance.
    keys: Vec<u32>,
    one: Vec<i64>,
    other: Vec<i64>,
    shared: Vec<u32>,
    /// By key: (integer, what `one` was then).
    last: Vec<Option<(i64, i64)>>,
    before: (i64, i64),
    /// By shared row above: what rows before have taken.
    taken: Vec<i64>,
}

/// Numbers the distinct values of a column by first appearance.
pub(super) fn keys_of(values: &[i64]) -> Vec<u32> {
    let mut known: HashMap<i64, u32> = HashMap::new();
    let mut next = 0_u32;
    values
        .iter()
        .map(|value| {
            *known.entry(*value).or_insert_with(|| {
                next += 1;
                next - 1
            })
        })
        .collect()
}

/// The same for pairs.
pub(super) fn keys_of_pairs(one: &[u32], other: &[u32]) -> Vec<u32> {
    let pairs: Vec<i64> =
        one.iter().zip(other).map(|(one, other)| (i64::from(*one) << 32) | i64::from(*other)).collect();
    keys_of(&pairs)
}

/// What a predictor needs of a column: its view and, where it is a key, its keys.
pub(super) trait Views {
    fn view(&mut self, told: usize) -> Option<&View>;
    fn keys(&mut self, told: usize) -> Option<&[u32]>;
}

/// Views made when asked for, once each.
#[derive(Debug)]
pub(super) struct Fresh<'s, 'a> {
    sheet: &'s Sheet<'a>,
    table: usize,
    made: Option<View>,
    keys: Vec<u32>,
}

impl<'s, 'a> Fresh<'s, 'a> {
    pub(super) const fn new(sheet: &'s Sheet<'a>, table: usize) -> Self {
        Self { sheet, table, made: None, keys: Vec::new() }
    }
}

impl Views for Fresh<'_, '_> {
    fn view(&mut self, told: usize) -> Option<&View> {
        let column = *self.sheet.told.get(told)?;
        self.made = self.sheet.view(column, self.table);
        self.made.as_ref()
    }

    fn keys(&mut self, told: usize) -> Option<&[u32]> {
        let keys = keys_of(&self.view(told)?.values);
        self.keys = keys;
        Some(&self.keys)
    }
}

impl Predictor {
    /// For a table of so many rows, of which the first `used` will be asked for. `None` where a column cannot
    /// be seen from this table.
    pub(super) fn new(
        prediction: &Prediction,
        rows: usize,
        used: usize,
        views: &mut impl Views,
    ) -> Option<Self> {
        let mut predictor = Self {
            way: prediction.way,
            flag: prediction.flag,
            keys: Vec::new(),
            one: Vec::new(),
            other: Vec::new(),
            shared: Vec::new(),
            last: Vec::new(),
            before: (0, 0),
            taken: Vec::new(),
        };
        let nth = |at: usize| prediction.columns.get(at).map(|(column, _)| *column);
        match prediction.way {
            Way::Constant | Way::Plain | Way::Before => (),
            Way::Same => {
                predictor.keys = views.keys(nth(0)?)?[..used].to_vec();
                if let Some(second) = nth(1) {
                    predictor.keys = keys_of_pairs(&predictor.keys, &views.keys(second)?[..used]);
                }
            }
            Way::Ratio | Way::Beside => {
                predictor.one = views.view(nth(0)?)?.values[..used].to_vec();
                predictor.keys = match nth(1) {
                    Some(key) => views.keys(key)?[..used].to_vec(),
                    None => vec![0; used],
                };
            }
            Way::Product => {
                predictor.one = views.view(nth(0)?)?.values[..used].to_vec();
                predictor.other = views.view(nth(1)?)?.values[..used].to_vec();
            }
            Way::Sum => {
                predictor.one = vec![0; used];
                for (at, (column, minus)) in prediction.columns.iter().enumerate() {
                    let view = views.view(*column)?;
                    for (sum, value) in predictor.one.iter_mut().zip(&view.values) {
                        *sum = if *minus { sum.wrapping_sub(*value) } else { sum.wrapping_add(*value) };
                    }
                    if at == 0 && prediction.flag {
                        if view.shared_rows > worth(rows) {
                            return None;
                        }
                        predictor.taken = vec![0; view.shared_rows];
                        predictor.shared = view.shared[..used].to_vec();
                    }
                }
            }
        }
        let keys = predictor.keys.iter().max().map_or(0, |key| *key as usize + 1);
        predictor.last = vec![None; keys];
        Some(predictor)
    }

    /// What the integer at `row` is expected to be, and whether that is more than a guess.
    pub(super) fn expected(&self, row: u32) -> (i64, bool) {
        let row = row as usize;
        match self.way {
            Way::Constant | Way::Plain => (0, true),
            Way::Before => (self.before.0, true),
            Way::Same => match self.last[self.keys[row] as usize] {
                Some((integer, _)) => (integer, true),
                None if self.flag => (0, false),
                None => (self.before.0, false),
            },
            Way::Ratio => match self.last[self.keys[row] as usize] {
                Some(last) => (in_proportion(last, self.one[row]), true),
                None => (in_proportion(self.before, self.one[row]), false),
            },
            Way::Beside => {
                let known = self.last[self.keys[row] as usize];
                let (integer, then) = known.unwrap_or(self.before);
                (integer.wrapping_add(self.one[row].wrapping_sub(then)), known.is_some())
            }
            Way::Product => {
                let product = i128::from(self.one[row]) * i128::from(self.other[row]);
                let over = if self.flag { half_up(product, 1_000) } else { product };
                (i64::try_from(over).unwrap_or(0), true)
            }
            Way::Sum if self.flag => {
                (self.one[row].wrapping_sub(self.taken[self.shared[row] as usize]), true)
            }
            Way::Sum => (self.one[row], true),
        }
    }

    pub(super) fn learn(&mut self, row: u32, integer: i64) {
        let row = row as usize;
        let one = self.one.get(row).copied().unwrap_or(0);
        self.before = (integer, one);
        if let Some(key) = self.keys.get(row) {
            self.last[*key as usize] = Some(self.before);
        }
        if let Some(shared) = self.shared.get(row) {
            let taken = &mut self.taken[*shared as usize];
            *taken = taken.wrapping_add(integer);
        }
    }

    /// Tells the integers at `rows`, in order; a reader fills them in.
    pub(super) fn code<C: Coder>(
        mut self,
        coder: &mut C,
        told: &Prediction,
        rows: &[u32],
        integers: &mut [i64],
    ) {
        if self.way == Way::Constant {
            integers.fill(told.number);
            return;
        }
        let mut numbers = Numbers::new(told.depth, integers.len());
        let step = if told.step == 0 { 1 } else { told.step };
        for (row, integer) in rows.iter().zip(integers) {
            let (expected, known) = self.expected(*row);
            let steps = integer.wrapping_sub(expected).wrapping_div(step);
            let steps = numbers.code(coder, known, steps);
            *integer = expected.wrapping_add(steps.wrapping_mul(step));
            self.learn(*row, *integer);
        }
    }
}

/// `integer` × `scale` / `then`, half up: the integer itself where nothing can be said.
fn in_proportion((integer, then): (i64, i64), scale: i64) -> i64 {
    if then == 0 || then == scale {
        return integer;
    }
    i64::try_from(half_up(i128::from(integer) * i128::from(scale), i128::from(then))).unwrap_or(integer)
}

/// Rounds to the nearest, halves away from zero; `divisor` is not 0.
fn half_up(dividend: i128, divisor: i128) -> i128 {
    let (size, by) = (dividend.unsigned_abs(), divisor.unsigned_abs());
    // Money and quantities fit 64 bits almost always, and those divide several times as fast.
    let rounded = match (u64::try_from(size), u64::try_from(by)) {
        (Ok(size), Ok(by)) => u128::from(size / by) + u128::from(size % by >= by - by / 2),
        _ => size / by + u128::from(size % by >= by - by / 2),
    };
    let rounded = i128::try_from(rounded).unwrap_or(i128::MAX);
    if (dividend < 0) == (divisor < 0) { rounded } else { -rounded }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_go_away_from_zero() {
        for (dividend, divisor, rounded) in
            [(5, 2, 3), (-5, 2, -3), (5, -2, -3), (4, 3, 1), (1_499, 1_000, 1), (1_500, 1_000, 2), (0, 7, 0)]
        {
            assert_eq!(half_up(dividend, divisor), rounded, "{dividend}/{divisor}");
        }
        let large = i128::from(i64::MAX) * i128::from(i64::MAX);
        assert_eq!(half_up(large, i128::from(i64::MAX)), i128::from(i64::MAX));
        assert_eq!(in_proportion((7, 0), 3), 7);
        assert_eq!(in_proportion((3_000, 1_000), 2_500), 7_500);
    }

    #[test]
    fn keys_are_numbered_by_first_appearance() {
        assert_eq!(keys_of(&[5, 7, 5, -1]), [0, 1, 0, 2]);
        assert_eq!(keys_of_pairs(&[0, 0, 0, 1], &[0, 1, 0, 1]), [0, 1, 0, 2]);
    }
}
