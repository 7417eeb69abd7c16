//! Tables back into the bytes of each document's parts.

use super::RecodeError;
use super::table::{Shape, Sheet, tag};
use super::tree;

/// Goes through a sheet's rows in order, once.
#[derive(Debug)]
pub(super) struct Assembly<'s, 'a> {
    sheet: &'s Sheet<'a>,
    /// By table, the row that comes next.
    next: Vec<usize>,
    /// Bytes that may still be made.
    left: usize,
}

impl<'s, 'a> Assembly<'s, 'a> {
    pub(super) fn new(sheet: &'s Sheet<'a>, left: usize) -> Self {
        Self { sheet, next: vec![0; sheet.tables.len()], left }
    }

    /// Takes the next row of a table.
    pub(super) fn row(&mut self, table: usize) -> usize {
        let row = self.next[table];
        self.next[table] += 1;
        row
    }

    /// Takes bytes that were made elsewhere out of what is allowed.
    pub(super) fn charge(&mut self, bytes: usize) -> Result<(), RecodeError> {
        self.left = self.left.checked_sub(bytes).ok_or(RecodeError::TooLarge)?;
        Ok(())
    }

    /// The nth cell of a table's row, with all below it, as CBOR, taken out of what is allowed.
    pub(super) fn part(&mut self, table: usize, nth: usize, row: usize) -> Result<Vec<u8>, RecodeError> {
        let part = self.cbor(table, nth, row)?;
        self.charge(part.len())?;
        Ok(part)
    }

    /// The same for what does not stay.
    pub(super) fn cbor(&mut self, table: usize, nth: usize, row: usize) -> Result<Vec<u8>, RecodeError> {
        let mut out = Vec::with_capacity(128);
        self.cell(self.sheet.tables[table].columns[nth], row, &mut out)?;
        Ok(out)
    }

    /// The nth cell of a table's row where it is a byte string; `None` where it is null.
    pub(super) fn bytes(
        &mut self,
        table: usize,
        nth: usize,
        row: usize,
    ) -> Result<Option<&'a [u8]>, RecodeError> {
        let column = &self.sheet.columns[self.sheet.tables[table].columns[nth]];
        match column.tags[row] {
            tag::BYTES => Ok(Some(entry(&column.bytes.entries, column.values[row]))),
            tag::NULL => Ok(None),
            _ => Err(RecodeError::NotAPack("a part that is not bytes")),
        }
    }

    /// The nth cell of a table's row where it is an integer.
    pub(super) fn integer(&self, table: usize, nth: usize, row: usize) -> Result<i64, RecodeError> {
        let column = &self.sheet.columns[self.sheet.tables[table].columns[nth]];
        if column.tags[row] == tag::INTEGER {
            Ok(column.values[row])
        } else {
            Err(RecodeError::NotAPack("a header's number that is none"))
        }
    }

    fn cell(&mut self, no: usize, row: usize, out: &mut Vec<u8>) -> Result<(), RecodeError> {
        let sheet = self.sheet;
        let column = &sheet.columns[no];
        let value = column.values[row];
        match column.tags[row] {
            tag::NULL => tree::write_null(out),
            tag::FALSE => tree::write_bool(out, false),
            tag::TRUE => tree::write_bool(out, true),
            tag::INTEGER => tree::write_integer(out, value),
            tag::BYTES => write_string(out, tree::BYTES, entry(&column.bytes.entries, value)),
            tag::TEXT => write_string(out, tree::TEXT, entry(&column.texts.entries, value)),
            _ => {
                tree::write_start(out, tree::ARRAY, value.unsigned_abs());
                match column.child {
                    Some((Shape::Record | Shape::Late, child)) => {
                        let row = self.row(child);
                        let length = usize::try_from(value).unwrap_or(0);
                        for column in sheet.tables[child].columns.iter().take(length) {
                            self.cell(*column, row, out)?;
                        }
                    }
                    Some((Shape::List, child)) => {
                        for _ in 0..value {
                            let row = self.row(child);
                            for column in &sheet.tables[child].columns {
                                self.cell(*column, row, out)?;
                            }
                        }
                    }
                    None => (),
                }
            }
        }
        if out.len() > self.left { Err(RecodeError::TooLarge) } else { Ok(()) }
    }
}

fn entry<'a>(entries: &[&'a [u8]], value: i64) -> &'a [u8] {
    usize::try_from(value).ok().and_then(|at| entries.get(at)).copied().unwrap_or_default()
}

fn write_string(out: &mut Vec<u8>, major: u8, bytes: &[u8]) {
    tree::write_start(out, major, bytes.len() as u64);
    out.extend_from_slice(bytes);
}
