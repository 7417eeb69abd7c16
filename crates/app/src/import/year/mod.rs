//! A shop's past year or years, each row through the rules of the till, with the file's own dates.

mod book;
mod found;
mod read;

use super::{GROUP, Progress, RejectedRow};
use crate::error::Refused;
use crate::permission::Action;
use crate::{Answer, App};
use book::Books;
use lumbung_document::Kind;
use read::Year;
use serde::Serialize;
use std::path::Path;

#[derive(Clone, Debug, Default, Serialize)]
pub struct YearImported {
    /// Documents written, the opening balance and shift openings included.
    pub documents: u64,
    pub sales: u64,
    pub rejected: Vec<RejectedRow>,
    /// Rows that were booked although a figure of the file (a cost, an expected drawer) differs from ours.
    pub differences: Vec<RejectedRow>,
}

impl App {
    /// Reads the whole folder first: a missing column, a wrong encoding or a cut file books nothing.
    pub fn import_year(&mut self, folder: &Path, progress: Progress<'_>) -> Answer<YearImported> {
        self.require(Action::Import)?;
        let year = Year::read(folder)?;
        self.refuse_twice(&year)?;
        let zone = self.ledger.identity().zone;
        let actor = self.stamp().actor;
        let receipt_no = lumbung_store::query::receipt::next_number(self.connection(), self.own_device())?;
        let mut books = Books::new(&year, zone, actor, receipt_no);
        for (staff, _, name) in lumbung_store::query::member::active_staff(self.connection())? {
            books.know_cashier(name, lumbung_primitives::DocRef::from_key(staff));
        }
        let total = year.events.len() as u64;
        let mut documents = 0;
        let mut booking = self.begin()?;
        books.found(&mut booking)?;
        let mut done = 0;
        for moment in year.events.chunk_by(read::Event::is_same_second) {
            if booking.unit.appended() >= GROUP {
                documents += booking.unit.appended();
                booking.commit()?;
                booking = self.begin()?;
                progress(done, total);
            }
            done += moment.len() as u64;
            for event in books.order(&booking, moment)? {
                books.book(&mut booking, &event)?;
            }
        }
        documents += booking.unit.appended();
        booking.commit()?;
        progress(total, total);
        self.reload_indexes()?;
        let mut imported = books.into_report(documents);
        imported.rejected.splice(0..0, year.rejected);
        Ok(imported)
    }

    /// The same year twice would double every figure.
    fn refuse_twice(&self, year: &Year) -> Result<(), Refused> {
        for event in year.events.iter().take(1) {
            let there =
                lumbung_store::query::document::on_day(self.connection(), event.date, Kind::ShiftOpen.id())?;
            if !there.is_empty() {
                let already = lumbung_domain::Rejection::DateNotPossible { date: event.date };
                return Err(already.into());
            }
        }
        Ok(())
    }

    /// After an import, searches find what came in.
    pub(crate) fn reload_indexes(&mut self) -> Result<(), Refused> {
        self.catalogue = crate::catalogue::Catalogue::load(self.ledger.connection())?;
        self.directory = crate::directory::Directory::load(self.ledger.connection())?;
        Ok(())
    }
}
