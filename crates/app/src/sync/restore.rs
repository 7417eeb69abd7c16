//! An old copy put back. It is marked: under its number nothing is sent any more, because the centre may hold
//! what was written after the copy was made. It sells on, and enrols anew.

use super::Trouble;
use super::standing::keep_stopped;
use crate::error::{AppError, Refused};
use crate::{App, Place};
use lumbung_primitives::Clock;
use lumbung_store::{Ledger, StoreError, backup, state_hash};
use serde::Serialize;
use std::path::Path;

#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Restored {
    /// Of the copy, in hexadecimal.
    pub sha256: String,
    pub state_hash: String,
}

impl App {
    /// Puts a copy where no ledger lies, whole or not at all.
    pub fn restore(place: &Place, copy: &Path, clock: Box<dyn Clock>) -> Result<(Self, Restored), AppError> {
        if place.ledger.exists() {
            return Err(StoreError::AlreadyThere(place.ledger.clone()).into());
        }
        if !copy.exists() {
            return Err(StoreError::NotThere(copy.to_owned()).into());
        }
        let missing = || Refused::KeyMissing { place: place.key.to_string() };
        let secrets = place.key.load()?.ok_or_else(missing)?;
        let growing = place.ledger.with_extension("restoring");
        let restored = put(copy, &growing, &secrets.db_key_hex()).inspect_err(|_| {
            // What could not be proved is nobody's ledger.
            let _ = std::fs::remove_file(&growing);
        })?;
        std::fs::rename(&growing, &place.ledger).map_err(StoreError::from)?;
        Ok((Self::open_at(place, clock)?, restored))
    }
}

fn put(copy: &Path, growing: &Path, key: &str) -> Result<Restored, AppError> {
    std::fs::copy(copy, growing).map_err(StoreError::from)?;
    let sha256 = backup::sha256(growing)?;
    let ledger = Ledger::open(growing, key)?;
    keep_stopped(ledger.connection(), &Trouble::Restored)?;
    let state_hash = state_hash::state_hash(ledger.connection())?;
    drop(ledger);
    std::fs::File::open(growing).and_then(|file| file.sync_all()).map_err(StoreError::from)?;
    let _ = std::fs::remove_file(growing.with_extension("restoring.lock"));
    Ok(Restored { sha256, state_hash })
}
