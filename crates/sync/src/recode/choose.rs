//! The writer's search for the cheapest way to tell a column. Estimates on the first rows pick a few ways;
//! what these really cost decides.

use super::Effort;
use super::number::DEPTH_MAX;
use super::predict::{Prediction, Predictor, TERMS_MAX, Views, Way, keys_of};
use super::range::{Price, log2};
use super::table::{DOCUMENTS, Sheet, View};
use std::collections::HashMap;

/// Rows that estimates look at.
const SAMPLE: usize = 1_024;
/// Columns, the latest first, that pairs are made of.
const PAIRED_MAX: usize = 10;
/// Columns in all that one column is compared with, the latest first.
const COMPARED_MAX: usize = 64;
/// Ways that are priced in full.
const PRICED: usize = 4;

/// Views already made, with their keys: most columns of a table look at the same ones.
#[derive(Debug, Default)]
pub(super) struct Seen {
    /// Columns are told as they stand, whatever it costs.
    hurries: bool,
    views: HashMap<(usize, usize), Option<Known>>,
}

#[derive(Debug)]
struct Known {
    view: View,
    keys: Vec<u32>,
    is_constant: bool,
}

struct From<'c, 's, 'a> {
    seen: &'c mut Seen,
    sheet: &'s Sheet<'a>,
    table: usize,
}

impl From<'_, '_, '_> {
    fn known(&mut self, told: usize) -> Option<&Known> {
        let column = *self.sheet.told.get(told)?;
        let (sheet, table) = (self.sheet, self.table);
        self.seen
            .views
            .entry((told, table))
            .or_insert_with(|| {
                let view = sheet.view(column, table)?;
                let keys = keys_of(&view.values);
                let is_constant = keys.iter().all(|key| *key == 0);
                Some(Known { view, keys, is_constant })
            })
            .as_ref()
    }
}

impl Views for From<'_, '_, '_> {
    fn view(&mut self, told: usize) -> Option<&View> {
        self.known(told).map(|known| &known.view)
    }

    fn keys(&mut self, told: usize) -> Option<&[u32]> {
        self.known(told).map(|known| known.keys.as_slice())
    }
}

impl Seen {
    pub(super) fn of(effort: Effort) -> Self {
        Self { hurries: effort < 1, ..Self::default() }
    }

    /// Forgets what only the documents of one kind needed.
    pub(super) fn clear(&mut self) {
        self.views.clear();
    }

    /// How to tell `integers`, which stand at `rows` of a table, or alone.
    pub(super) fn choose(
        &mut self,
        sheet: &Sheet<'_>,
        table: Option<usize>,
        rows: &[u32],
        integers: &[i64],
    ) -> Prediction {
        let first = integers.first().copied().unwrap_or(0);
        if integers.iter().all(|integer| *integer == first) {
            return Prediction::constant(first);
        }
        let mut search = Search {
            all_rows: table.map_or(rows.len(), |table| sheet.tables[table].rows),
            rows,
            integers,
            from: From { seen: self, sheet, table: table.unwrap_or(DOCUMENTS) },
            found: Vec::new(),
        };
        if table.is_some() && !search.from.seen.hurries {
            search.look();
        }
        search.cheapest()
    }
}

struct Search<'r, 'c, 's, 'a> {
    all_rows: usize,
    rows: &'r [u32],
    integers: &'r [i64],
    from: From<'c, 's, 'a>,
    /// With estimates.
    found: Vec<(u64, Prediction)>,
}

impl Search<'_, '_, '_, '_> {
    fn look(&mut self) {
        self.consider(Prediction::new(Way::Plain, &[], false));
        self.consider(Prediction::new(Way::Before, &[], false));
        let others = self.others();
        for other in &others {
            for flag in [false, true] {
                self.consider(Prediction::new(Way::Same, &[*other], flag));
                self.consider(Prediction::new(Way::Sum, &[*other], flag));
            }
            self.consider(Prediction::new(Way::Ratio, &[*other], false));
        }
        if self.found.iter().any(|(cost, _)| *cost == 0) {
            return;
        }
        let paired = &others[..others.len().min(PAIRED_MAX)];
        for (at, one) in paired.iter().enumerate() {
            for other in paired {
                if one != other {
                    self.consider(Prediction::new(Way::Ratio, &[*one, *other], false));
                    self.consider(Prediction::new(Way::Beside, &[*one, *other], false));
                }
            }
            for other in &paired[at + 1..] {
                self.consider(Prediction::new(Way::Product, &[*one, *other], false));
                self.consider(Prediction::new(Way::Product, &[*one, *other], true));
                self.consider(Prediction::new(Way::Same, &[*one, *other], true));
            }
        }
        self.lengthen_sums(&others);
    }

    /// Adds columns to the best sum while that helps.
    fn lengthen_sums(&mut self, others: &[usize]) {
        let sums = self.found.iter().filter(|(_, found)| found.way == Way::Sum);
        let Some((mut cost, mut best)) = sums.min_by_key(|(cost, _)| *cost).cloned() else { return };
        while best.columns.len() < TERMS_MAX && cost > 0 {
            let before = cost;
            let shorter = best.clone();
            for other in others {
                for minus in [false, true] {
                    let mut longer = shorter.clone();
                    longer.columns.push((*other, minus));
                    if let Some(estimate) = self.estimate(&longer)
                        && estimate < cost
                    {
                        (cost, best) = (estimate, longer);
                    }
                }
            }
            if cost >= before {
                break;
            }
            self.found.push((cost, best.clone()));
        }
    }

    /// What this column may be compared with: columns that vary, of documents and of the same kind.
    fn others(&mut self) -> Vec<usize> {
        let sheet = self.from.sheet;
        let group = sheet.tables[self.from.table].group;
        let of_group = |told: &usize| {
            let of = sheet.tables[sheet.columns[sheet.told[*told]].table].group;
            of == group || of == 0
        };
        (0..sheet.told.len())
            .rev()
            .filter(of_group)
            .filter(|told| self.from.known(*told).is_some_and(|known| !known.is_constant))
            .take(COMPARED_MAX)
            .collect()
    }

    fn consider(&mut self, prediction: Prediction) {
        if let Some(estimate) = self.estimate(&prediction) {
            self.found.push((estimate, prediction));
        }
    }

    /// Roughly what the first rows cost, in 256ths of a bit.
    fn estimate(&mut self, prediction: &Prediction) -> Option<u64> {
        let sampled = self.rows.get(SAMPLE).map_or(self.all_rows, |row| *row as usize);
        let mut predictor = Predictor::new(prediction, self.all_rows, sampled, &mut self.from)?;
        let mut sizes = [[0_u64; 130]; 2];
        let mut below = 0;
        for (row, integer) in self.rows.iter().zip(self.integers).take(SAMPLE) {
            let (expected, known) = predictor.expected(*row);
            predictor.learn(*row, *integer);
            let residual = integer.wrapping_sub(expected);
            let size = residual.unsigned_abs().checked_ilog2();
            let at = size.map_or(0, |size| 1 + 2 * size as usize + usize::from(residual < 0));
            sizes[usize::from(known)][at] += 1;
            below += u64::from(size.unwrap_or(0)) << 8;
        }
        let spread: u64 = sizes.iter().map(|set| entropy(set)).sum();
        Some(below + spread)
    }

    /// The greatest number that all residuals are multiples of; 0 where there are none but zeros.
    fn step(&mut self, prediction: &Prediction) -> Option<i64> {
        let mut predictor = Predictor::new(prediction, self.all_rows, self.all_rows, &mut self.from)?;
        let mut step = 0_u64;
        for (row, integer) in self.rows.iter().zip(self.integers) {
            let (expected, _) = predictor.expected(*row);
            predictor.learn(*row, *integer);
            step = common(step, integer.wrapping_sub(expected).unsigned_abs());
            if step == 1 {
                break;
            }
        }
        Some(i64::try_from(step).unwrap_or(1))
    }

    fn cheapest(mut self) -> Prediction {
        self.found.sort_by_key(|(estimate, _)| *estimate);
        let [plain, before] = [Way::Plain, Way::Before].map(|way| Prediction::new(way, &[], false));
        let deep = Prediction { depth: DEPTH_MAX, ..plain.clone() };
        let best = self.found.iter().take(PRICED).map(|(_, prediction)| prediction.clone());
        let candidates: Vec<Prediction> = best.chain([plain.clone(), before, deep]).collect();
        let mut cheapest = (u64::MAX, plain);
        for mut prediction in candidates {
            match self.step(&prediction) {
                None => continue,
                // Nothing beats what is never wrong.
                Some(0) => return prediction,
                Some(step) => prediction.step = step,
            }
            self.compare(prediction, &mut cheapest);
        }
        for depth in [2, 8, DEPTH_MAX] {
            let prediction = Prediction { depth, ..cheapest.1.clone() };
            self.compare(prediction, &mut cheapest);
        }
        cheapest.1
    }

    fn compare(&mut self, prediction: Prediction, cheapest: &mut (u64, Prediction)) {
        if let Some(cost) = self.price(&prediction)
            && cost < cheapest.0
        {
            *cheapest = (cost, prediction);
        }
    }

    /// What the column really costs, with something for the words.
    fn price(&mut self, prediction: &Prediction) -> Option<u64> {
        let predictor = Predictor::new(prediction, self.all_rows, self.all_rows, &mut self.from)?;
        let mut price = Price::default();
        let mut integers = self.integers.to_vec();
        predictor.code(&mut price, prediction, self.rows, &mut integers);
        let words = prediction.columns.len() as u64 * 6 + log2(prediction.step.unsigned_abs()) / 256;
        Some(price.0 + (words << 8))
    }
}

/// What telling which of the counted things each was costs, in 256ths of a bit.
fn entropy(counts: &[u64]) -> u64 {
    let total: u64 = counts.iter().sum();
    let own: u64 = counts.iter().map(|count| count * log2(*count)).sum();
    (total * log2(total)).saturating_sub(own)
}

fn common(one: u64, other: u64) -> u64 {
    let (mut one, mut other) = (one, other);
    while other > 0 {
        (one, other) = (other, one % other);
    }
    one
}

#[cfg(test)]
mod tests {
    use super::{common, entropy};

    #[test]
    fn entropies_and_steps() {
        assert_eq!(entropy(&[8, 8]), 16 * 256);
        assert_eq!(entropy(&[5, 0]), 0);
        assert_eq!(common(0, 12), 12);
        assert_eq!(common(18, 12), 6);
        assert_eq!(common(u64::MAX, u64::MAX), u64::MAX);
    }
}
