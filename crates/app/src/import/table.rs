//! A table with a header row, from CSV (comma or semicolon) or the first sheet of an XLSX workbook, as text.

use super::RejectedRow;
use crate::error::{FileFault, Refused};
use calamine::{Data, Reader};
use std::path::Path;

/// Larger files are refused before they fill the memory.
const BYTES_MAX: u64 = 512 * 1024 * 1024;

#[derive(Debug)]
pub(crate) struct Table {
    pub(crate) file: String,
    columns: Vec<String>,
    rows: Vec<csv::StringRecord>,
}

/// One row with its number as a spreadsheet shows it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Row<'a> {
    table: &'a Table,
    pub(crate) number: u64,
    cells: &'a csv::StringRecord,
}

impl Table {
    /// Reads a file and proves that it has the columns.
    pub(crate) fn read(path: &Path, needed: &[&str]) -> Result<Self, Refused> {
        let file = path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
        let fault = |reason| Refused::File { file: file.clone(), reason };
        let metadata = std::fs::metadata(path).map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound => fault(FileFault::Missing),
            _ => fault(FileFault::Unreadable(error.to_string())),
        })?;
        if metadata.len() > BYTES_MAX {
            return Err(fault(FileFault::TooLarge { limit_mib: BYTES_MAX >> 20 }));
        }
        let extension = path.extension().map(|extension| extension.to_string_lossy().to_lowercase());
        let (columns, rows) = match extension.as_deref() {
            Some("csv" | "txt") | None => read_csv(path).map_err(fault)?,
            Some("xlsx" | "xlsm" | "xls" | "ods") => read_workbook(path).map_err(fault)?,
            Some(_) => return Err(fault(FileFault::Kind)),
        };
        if let Some(missing) = needed.iter().find(|needed| !columns.iter().any(|column| column == *needed)) {
            return Err(fault(FileFault::ColumnMissing((*missing).to_owned())));
        }
        Ok(Self { file, columns, rows })
    }

    pub(crate) fn len(&self) -> usize {
        self.rows.len()
    }

    pub(crate) fn rows(&self) -> impl Iterator<Item = Row<'_>> {
        self.rows.iter().zip(2_u64..).map(|(cells, number)| Row { table: self, number, cells })
    }

    /// The position of a column, to be looked up once a file and not once a row.
    pub(crate) fn column(&self, name: &str) -> usize {
        self.columns.iter().position(|column| column == name).unwrap_or(usize::MAX)
    }
}

impl<'a> Row<'a> {
    pub(crate) fn at(&self, column: usize) -> &'a str {
        self.cells.get(column).unwrap_or_default()
    }

    pub(crate) fn get(&self, column: &str) -> &'a str {
        self.at(self.table.column(column))
    }

    pub(crate) fn reject(&self, column: &str, code: &str, message: impl Into<String>) -> RejectedRow {
        RejectedRow {
            file: self.table.file.clone(),
            row: self.number,
            column: column.to_owned(),
            code: code.to_owned(),
            message: message.into(),
        }
    }
}

type Read = Result<(Vec<String>, Vec<csv::StringRecord>), FileFault>;

fn read_csv(path: &Path) -> Read {
    let bytes = std::fs::read(path).map_err(|error| FileFault::Unreadable(error.to_string()))?;
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
    if bytes.is_empty() {
        return Err(FileFault::Empty);
    }
    let text = std::str::from_utf8(bytes).map_err(|error| FileFault::Encoding {
        row: bytes[..error.valid_up_to()].split(|byte| *byte == b'\n').count().try_into().unwrap_or(0),
    })?;
    let header = text.lines().next().unwrap_or_default();
    let delimiter = if header.matches(';').count() > header.matches(',').count() { b';' } else { b',' };
    let mut reader = csv::ReaderBuilder::new().delimiter(delimiter).from_reader(text.as_bytes());
    let columns =
        reader.headers().map_err(csv_fault)?.iter().map(|name| name.trim().to_lowercase()).collect();
    let rows: Vec<csv::StringRecord> = reader.records().collect::<Result<_, _>>().map_err(csv_fault)?;
    // A whole file ends its last line. One that does not may have lost digits of its last number.
    if !text.ends_with('\n') {
        return Err(FileFault::Truncated { row: rows.len() as u64 + 1 });
    }
    Ok((columns, rows))
}

fn csv_fault(error: csv::Error) -> FileFault {
    match error.kind() {
        csv::ErrorKind::UnequalLengths { pos: Some(position), .. } => {
            FileFault::Truncated { row: position.line() }
        }
        _ => FileFault::Unreadable(error.to_string()),
    }
}

/// The first sheet; its first row is the header. Formulas count by the value that was saved with them.
fn read_workbook(path: &Path) -> Read {
    let unreadable = |error: calamine::Error| FileFault::Unreadable(error.to_string());
    let mut workbook = calamine::open_workbook_auto(path).map_err(unreadable)?;
    let sheet = workbook.worksheet_range_at(0).ok_or(FileFault::Empty)?.map_err(unreadable)?;
    let mut rows = sheet.rows();
    let header = rows.next().ok_or(FileFault::Empty)?;
    let columns = header.iter().map(|cell| cell_text(cell).trim().to_lowercase()).collect();
    let filled = rows.map(|row| row.iter().map(cell_text).collect::<csv::StringRecord>());
    Ok((columns, filled.filter(|row| row.iter().any(|cell| !cell.is_empty())).collect()))
}

/// As a person reads the cell: whole numbers without a decimal point, dates as year-month-day.
fn cell_text(cell: &Data) -> String {
    match cell {
        Data::DateTime(moment) => {
            moment.as_datetime().map_or_else(String::new, |moment| moment.format("%Y-%m-%d").to_string())
        }
        Data::Empty | Data::Error(_) => String::new(),
        Data::Bool(value) => u8::from(*value).to_string(),
        other => other.to_string(),
    }
}
