//! Numbered steps, never edited, each in one transaction with its record. Log bytes are never rewritten;
//! where the shape of projections changed they are dropped and rebuilt from the log.

use crate::StoreError;
use rusqlite::Connection;

const LOG: &str = include_str!("migration/0001_log.sql");
const PROJECTIONS: &str = include_str!("migration/projections.sql");

/// `PRAGMA user_version`: 1 is the first shape.
pub(crate) const KNOWN_VERSION: i64 = 1;

/// A new, empty store.
pub(crate) fn create(connection: &Connection) -> Result<(), StoreError> {
    let transaction = connection.unchecked_transaction()?;
    transaction.execute_batch(LOG)?;
    transaction.execute_batch(PROJECTIONS)?;
    transaction.pragma_update(None, "user_version", KNOWN_VERSION)?;
    transaction.commit()?;
    Ok(())
}

/// Brings an existing store to the known version, or refuses one of a newer program.
pub(crate) fn upgrade(connection: &Connection) -> Result<(), StoreError> {
    let found: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    match found {
        KNOWN_VERSION => Ok(()),
        0 => Err(StoreError::Damaged("no ledger tables in it".into())),
        newer if newer > KNOWN_VERSION => Err(StoreError::NewerStore { found, known: KNOWN_VERSION }),
        older => Err(StoreError::Damaged(format!("version {older} was never released"))),
    }
}

/// Empty projection tables, for a rebuild or a comparison.
pub(crate) fn create_projections(connection: &Connection) -> Result<(), StoreError> {
    connection.execute_batch(PROJECTIONS)?;
    Ok(())
}

/// Names of the projection tables, in the order in which they are made.
pub(crate) fn projection_tables() -> impl Iterator<Item = &'static str> {
    PROJECTIONS.lines().filter_map(|line| line.strip_prefix("CREATE TABLE ")?.strip_suffix(" ("))
}
