//! Tables into bytes: column by column, each in the way that costs least.

use super::Effort;
use super::choose::Seen;
use super::predict::{Fresh, Predictor, Words};
use super::range::{Coder, Writer, tree};
use super::strings::{Piles, is_dense};
use super::table::{DOCUMENTS, Shape, Sheet, row_no, rows_with, tag};

pub(super) fn write(sheet: &mut Sheet<'_>, groups: &[usize], effort: Effort, out: &mut Vec<u8>) {
    let mut scribe =
        Scribe { coder: Writer::new(), words: Words::new(), seen: Seen::of(effort), piles: Piles::default() };
    scribe.table(sheet, DOCUMENTS);
    for group in groups {
        scribe.seen.clear();
        scribe.table(sheet, *group);
    }
    scribe.piles.write(out, effort);
    out.extend_from_slice(&scribe.coder.finish());
}

struct Scribe {
    coder: Writer,
    words: Words,
    seen: Seen,
    piles: Piles,
}

impl Scribe {
    /// Every column with the plain records in it, then what has rows of its own: what was paid may look at all
    /// lines.
    fn table(&mut self, sheet: &mut Sheet<'_>, no: usize) {
        let columns = sheet.tables[no].columns.clone();
        for column in &columns {
            self.column(sheet, *column);
        }
        for column in columns {
            if let Some((Shape::Late | Shape::List, child)) = sheet.columns[column].child {
                self.table(sheet, child);
            }
        }
    }

    fn column(&mut self, sheet: &mut Sheet<'_>, no: usize) {
        let column = &sheet.columns[no];
        let present = |(row, tag): (u32, &u8)| (*tag != tag::ABSENT).then_some((row, i64::from(*tag)));
        let (rows, tags): (Vec<u32>, Vec<i64>) = (0..).zip(&column.tags).filter_map(present).unzip();
        self.integers(sheet, column.table, &rows, tags);
        let arrays = rows_with(column, tag::ARRAY);
        if !arrays.is_empty() {
            let shape = column.child.map_or(Shape::List, |(shape, _)| shape);
            tree(&mut self.coder, &mut self.words.shape, 2, shape as u32);
            self.values(sheet, no, &arrays);
            if let Some((Shape::Record, child)) = column.child {
                self.table(sheet, child);
            }
        }
        for wanted in [tag::INTEGER, tag::BYTES, tag::TEXT] {
            let rows = rows_with(&sheet.columns[no], wanted);
            if !rows.is_empty() {
                self.values(sheet, no, &rows);
                if wanted != tag::INTEGER {
                    self.dictionary(sheet, no, wanted);
                }
            }
        }
        sheet.told.push(no);
    }

    fn values(&mut self, sheet: &Sheet<'_>, no: usize, rows: &[u32]) {
        let column = &sheet.columns[no];
        let values = rows.iter().map(|row| column.values[*row as usize]).collect();
        self.integers(sheet, column.table, rows, values);
    }

    fn integers(&mut self, sheet: &Sheet<'_>, table: usize, rows: &[u32], mut integers: Vec<i64>) {
        let prediction = self.seen.choose(sheet, Some(table), rows, &integers);
        // The words of a writer name what it chose: they cannot be refused.
        if self.words.code(&mut self.coder, sheet.told.len(), &prediction).is_ok()
            && let Some(predictor) = Predictor::new(
                &prediction,
                sheet.tables[table].rows,
                sheet.tables[table].rows,
                &mut Fresh::new(sheet, table),
            )
        {
            predictor.code(&mut self.coder, &prediction, rows, &mut integers);
        }
    }

    fn dictionary(&mut self, sheet: &Sheet<'_>, no: usize, wanted: u8) {
        let column = &sheet.columns[no];
        let entries = if wanted == tag::BYTES { &column.bytes.entries } else { &column.texts.entries };
        let rows: Vec<u32> = (0..row_no(entries.len())).collect();
        let mut lengths: Vec<i64> =
            entries.iter().map(|entry| i64::try_from(entry.len()).unwrap_or(i64::MAX)).collect();
        let prediction = self.seen.choose(sheet, None, &rows, &lengths);
        if self.words.code(&mut self.coder, 0, &prediction).is_ok()
            && let Some(predictor) =
                Predictor::new(&prediction, rows.len(), rows.len(), &mut Fresh::new(sheet, DOCUMENTS))
        {
            predictor.code(&mut self.coder, &prediction, &rows, &mut lengths);
        }
        let content = entries.concat();
        let stored = is_dense(&content) && (wanted == tag::BYTES || content.len() >= 1024);
        self.coder.bit(&mut self.words.stored, stored);
        let pile = if stored { &mut self.piles.plain } else { &mut self.piles.packed };
        pile.extend_from_slice(&content);
    }
}
