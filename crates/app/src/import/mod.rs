//! Bringing in what lies in files. Everything is read and judged before anything is booked; each row goes
//! through the same rules as at the till.

pub mod members;
pub mod products;
mod table;
pub mod year;

use serde::Serialize;

/// A row that was not booked, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RejectedRow {
    pub file: String,
    /// As a spreadsheet counts: the header is row 1.
    pub row: u64,
    pub column: String,
    pub code: String,
    pub message: String,
}

/// What an import of one table came to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Imported {
    pub booked: u64,
    pub rejected: Vec<RejectedRow>,
}

/// Called with (rows done, rows in all).
pub type Progress<'a> = &'a mut dyn FnMut(u64, u64);

/// Documents in one transaction: one sync a thousand rows.
pub(crate) const GROUP: u64 = 1_000;
