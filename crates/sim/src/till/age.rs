//! Old apps and new ones.

use super::Till;
use crate::ambient::reader;
use lumbung_store::StoreError;

impl Till {
    /// The app before this one: it expands nothing, and does not know some kinds.
    pub fn is_old(&self) -> bool {
        self.level == 0
    }

    /// The next app is put in; projections are made anew with what it knows.
    pub fn upgrade(&mut self) -> Result<(), StoreError> {
        if let Some(ledger) = &mut self.ledger {
            ledger.rebuild(reader(1), &mut |_, _| ())?;
        }
        self.level = 1;
        Ok(())
    }
}
