//! Bytes into tables. Everything that is claimed is weighed against what is allowed before room is made.

use super::RecodeError;
use super::predict::{Fresh, Predictor, Way, Words};
use super::range::{Coder, Reader, tree};
use super::strings::{Piles, take};
use super::table::{
    DOCUMENTS, Group, HEAD_COLUMNS, Head, Shape, Sheet, Table, cells_max, groups, may_be_record, row_no,
    rows_with, tag,
};
use super::tree::DEPTH_MAX;

/// Reads what `write` wrote: the sheet and its groups, each with its table.
/// `bytes` bounds what all strings take where they stand, and by [`cells_max`] how many cells there may be.
pub(super) fn read<'a>(
    coded: &'a [u8],
    piles: &'a Piles,
    given: [Vec<i64>; 2],
    bytes: usize,
) -> Result<(Sheet<'a>, Vec<(Group, usize)>), RecodeError> {
    let documents = given[0].len();
    let mut reading = Reading {
        coder: Reader::new(coded),
        words: Words::new(),
        plain: &piles.plain,
        packed: &piles.packed,
        cells: cells_max(documents, bytes),
        bytes,
    };
    let mut sheet = Sheet::default();
    sheet.tables.push(Table { rows: documents, ..Table::default() });
    for values in given {
        sheet.add_given(values);
    }
    reading.add_columns(&mut sheet, DOCUMENTS, HEAD_COLUMNS)?;
    // What a header refers to is one level deep.
    reading.table(&mut sheet, DOCUMENTS, DEPTH_MAX - 1)?;
    let of_documents =
        |head: Head| sheet.columns[sheet.tables[DOCUMENTS].columns[head as usize]].values.as_slice();
    let mut tables = Vec::new();
    for (group, rows) in groups(of_documents(Head::Mode), of_documents(Head::Kind))? {
        let table = sheet.add_table(DOCUMENTS, rows);
        reading.add_columns(&mut sheet, table, group.columns())?;
        reading.table(&mut sheet, table, 0)?;
        tables.push((group, table));
    }
    if !(reading.coder.is_at_end() && reading.plain.is_empty() && reading.packed.is_empty()) {
        return Err(RecodeError::NotAPack("bytes after the end"));
    }
    Ok((sheet, tables))
}

struct Reading<'a> {
    coder: Reader<'a>,
    words: Words,
    plain: &'a [u8],
    packed: &'a [u8],
    /// What is left of each.
    cells: usize,
    bytes: usize,
}

impl<'a> Reading<'a> {
    fn add_columns(&mut self, sheet: &mut Sheet<'a>, table: usize, count: usize) -> Result<(), RecodeError> {
        let cells = sheet.tables[table].rows.saturating_mul(count);
        self.cells = self.cells.checked_sub(cells).ok_or(RecodeError::TooLarge)?;
        for _ in 0..count {
            sheet.add_column(table);
        }
        Ok(())
    }

    /// `depth` arrays are around this table.
    fn table(&mut self, sheet: &mut Sheet<'a>, no: usize, depth: u32) -> Result<(), RecodeError> {
        let columns = sheet.tables[no].columns.clone();
        for column in &columns {
            self.column(sheet, *column, depth)?;
        }
        for column in columns {
            if let Some((Shape::Late | Shape::List, child)) = sheet.columns[column].child {
                self.table(sheet, child, depth + 1)?;
            }
        }
        Ok(())
    }

    fn column(&mut self, sheet: &mut Sheet<'a>, no: usize, depth: u32) -> Result<(), RecodeError> {
        let table = sheet.columns[no].table;
        let rows: Vec<u32> = (0..)
            .zip(&sheet.columns[no].tags)
            .filter(|(_, tag)| **tag != tag::ABSENT)
            .map(|(row, _)| row)
            .collect();
        let tags = self.integers(sheet, table, &rows)?;
        for (row, read) in rows.iter().zip(tags) {
            let read = u8::try_from(read).ok().filter(|read| *read < tag::ABSENT);
            let read = read.ok_or(RecodeError::NotAPack("a type that is not known"))?;
            let column = &mut sheet.columns[no];
            column.tags[*row as usize] = read;
            column.values[*row as usize] = i64::from(read == tag::TRUE);
        }
        let arrays = rows_with(&sheet.columns[no], tag::ARRAY);
        if !arrays.is_empty() {
            if depth == DEPTH_MAX {
                return Err(RecodeError::NotAPack("arrays too deep"));
            }
            self.arrays(sheet, no, arrays, depth)?;
        }
        for wanted in [tag::INTEGER, tag::BYTES, tag::TEXT] {
            let rows = rows_with(&sheet.columns[no], wanted);
            if !rows.is_empty() {
                let values = self.integers(sheet, table, &rows)?;
                if wanted != tag::INTEGER {
                    self.dictionary(sheet, no, wanted, &values)?;
                }
                fill(sheet, no, &rows, &values);
            }
        }
        sheet.told.push(no);
        Ok(())
    }

    fn arrays(
        &mut self,
        sheet: &mut Sheet<'a>,
        no: usize,
        rows: Vec<u32>,
        depth: u32,
    ) -> Result<(), RecodeError> {
        let table = sheet.columns[no].table;
        let shape = Shape::ALL[tree(&mut self.coder, &mut self.words.shape, 2, 0) as usize];
        let values = self.integers(sheet, table, &rows)?;
        fill(sheet, no, &rows, &values);
        let mut left = self.cells;
        let lengths = values.iter().map(|length| {
            let length = usize::try_from(*length).ok()?;
            left = left.checked_sub(length)?;
            Some(length)
        });
        let lengths = lengths.collect::<Option<Vec<usize>>>().ok_or(RecodeError::TooLarge)?;
        if shape == Shape::List {
            let up = rows
                .iter()
                .zip(&lengths)
                .flat_map(|(row, length)| std::iter::repeat_n(*row, *length))
                .collect();
            let child = sheet.add_table(table, up);
            self.add_columns(sheet, child, 1)?;
            sheet.columns[no].child = Some((Shape::List, child));
            return Ok(());
        }
        let longest = may_be_record(lengths.iter().copied()).ok_or(RecodeError::NotAPack("no record"))?;
        let child = sheet.add_table(table, rows);
        self.add_columns(sheet, child, longest)?;
        for (at, column) in sheet.tables[child].columns.clone().into_iter().enumerate() {
            for (tag, length) in sheet.columns[column].tags.iter_mut().zip(&lengths) {
                if at >= *length {
                    *tag = tag::ABSENT;
                }
            }
        }
        sheet.columns[no].child = Some((shape, child));
        if shape == Shape::Record { self.table(sheet, child, depth + 1) } else { Ok(()) }
    }

    fn integers(&mut self, sheet: &Sheet<'a>, table: usize, rows: &[u32]) -> Result<Vec<i64>, RecodeError> {
        let mut integers = vec![0; rows.len()];
        let prediction = self.words.read(&mut self.coder, sheet.told.len())?;
        Predictor::new(
            &prediction,
            sheet.tables[table].rows,
            sheet.tables[table].rows,
            &mut Fresh::new(sheet, table),
        )
        .ok_or(RecodeError::NotAPack("a column out of sight"))?
        .code(&mut self.coder, &prediction, rows, &mut integers);
        self.coder.is_sound()?;
        Ok(integers)
    }

    /// The entries that `values` name, each new one by the number after the last.
    fn dictionary(
        &mut self,
        sheet: &mut Sheet<'a>,
        no: usize,
        wanted: u8,
        values: &[i64],
    ) -> Result<(), RecodeError> {
        let mut count = 0;
        for value in values {
            match value.cmp(&count) {
                std::cmp::Ordering::Equal => count += 1,
                std::cmp::Ordering::Less if *value >= 0 => (),
                _ => return Err(RecodeError::NotAPack("a text that is not there")),
            }
        }
        let rows: Vec<u32> = (0..row_no(usize::try_from(count).unwrap_or(0))).collect();
        let mut lengths = vec![0; rows.len()];
        let prediction = self.words.read(&mut self.coder, 0)?;
        if !matches!(prediction.way, Way::Constant | Way::Plain | Way::Before) {
            return Err(RecodeError::NotAPack("lengths that look at columns"));
        }
        Predictor::new(&prediction, rows.len(), rows.len(), &mut Fresh::new(sheet, DOCUMENTS))
            .ok_or(RecodeError::NotAPack("a column out of sight"))?
            .code(&mut self.coder, &prediction, &rows, &mut lengths);
        let stored = self.coder.bit(&mut self.words.stored, false);
        self.coder.is_sound()?;
        let pile = if stored { &mut self.plain } else { &mut self.packed };
        let mut entries: Vec<&'a [u8]> = Vec::with_capacity(lengths.len());
        for length in lengths {
            let length = usize::try_from(length).map_err(|_| RecodeError::TooLarge)?;
            entries.push(take(pile, length)?);
        }
        for value in values {
            let entry = usize::try_from(*value).ok().and_then(|at| entries.get(at));
            let length = entry.map_or(0, |entry| entry.len());
            self.bytes = self.bytes.checked_sub(length).ok_or(RecodeError::TooLarge)?;
        }
        let column = &mut sheet.columns[no];
        if wanted == tag::BYTES {
            column.bytes.entries = entries;
        } else {
            column.texts.entries = entries;
        }
        Ok(())
    }
}

fn fill(sheet: &mut Sheet<'_>, no: usize, rows: &[u32], values: &[i64]) {
    for (row, value) in rows.iter().zip(values) {
        sheet.columns[no].values[*row as usize] = *value;
    }
}
