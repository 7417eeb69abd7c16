//! What leaves in other programs' formats.

use crate::permission::Action;
use crate::report::account_name;
use crate::{Answer, App};
use lumbung_document::Kind;
use lumbung_report::hledger::Journal;
use lumbung_store::{StoreError, query};
use std::io::Write;

impl App {
    /// Every posting as a plain-text journal that hledger reads. Names of persons are not in it.
    pub fn export_hledger(&self, out: &mut dyn Write) -> Answer<()> {
        self.require(Action::Look)?;
        let mut journal = Journal::begin(
            out,
            lumbung_posting::chart::standard_chart().iter().map(|account| (account.code, account.name)),
        )
        .map_err(StoreError::from)?;
        query::document::for_each_entry(self.connection(), |at, day, kind, lines| {
            let description = format!("{} {at}", Kind::from_id(kind).name());
            let lines = lines.iter().map(|(account, amount)| (*account, account_name(*account), *amount));
            Ok(journal.entry(day, &description, lines)?)
        })?;
        Ok(journal.end().map_err(StoreError::from)?)
    }
}
