//! Bringing in what lies in files. Everything is read and judged before anything is booked; each row goes
//! through the same rules as at the till.

pub mod members;
pub mod products;
mod table;
pub mod year;

use crate::error::{Refused, language};
use crate::{Answer, App};
use lumbung_domain::{Decision, Rejection};
use lumbung_primitives::BusinessDate;
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

/// A rejection in words, at its row.
pub(crate) fn worded(place: RejectedRow, refused: &Refused) -> RejectedRow {
    let words = refused.render(language());
    RejectedRow { code: words.code, message: format!("{} {}", words.message, words.next), ..place }
}

impl App {
    /// Books read rows in groups; a row that a rule refuses goes on the list of the rejected.
    fn book_rows<C>(
        &mut self,
        rows: Vec<(RejectedRow, C)>,
        mut imported: Imported,
        decide: impl Fn(&C, BusinessDate) -> Result<Option<Decision>, Rejection>,
    ) -> Answer<Imported> {
        let (today, stamp) = (self.today(), self.stamp());
        let mut booking = self.begin()?;
        for (place, command) in rows {
            if booking.unit.appended() >= GROUP {
                booking.commit()?;
                booking = self.begin()?;
            }
            match decide(&command, today) {
                Ok(Some(decision)) => {
                    booking.book(decision, stamp)?;
                    imported.booked += 1;
                }
                Ok(None) => {}
                Err(rejection) => imported.rejected.push(worded(place, &rejection.into())),
            }
        }
        booking.commit()?;
        self.reload_indexes()?;
        imported.rejected.sort_by_key(|rejected| rejected.row);
        Ok(imported)
    }
}
