//! Numbered steps, never edited, each in one transaction with its record. Log bytes are never rewritten;
//! where the shape of projections changed they are dropped and rebuilt from the log.

use crate::StoreError;
use rusqlite::Connection;

const LOG: &str = include_str!("migration/0001_log.sql");
const SYNC: &str = include_str!("migration/0002_sync.sql");
const PROJECTIONS: &str = include_str!("migration/projections.sql");

/// `PRAGMA user_version`: 1 is the first shape, 2 has orphans and peers.
pub(crate) const KNOWN_VERSION: i64 = 2;

/// A new, empty store.
pub(crate) fn create(connection: &Connection) -> Result<(), StoreError> {
    let transaction = connection.unchecked_transaction()?;
    transaction.execute_batch(LOG)?;
    transaction.execute_batch(SYNC)?;
    transaction.execute_batch(PROJECTIONS)?;
    transaction.pragma_update(None, "user_version", KNOWN_VERSION)?;
    transaction.commit()?;
    Ok(())
}

/// Local setting that is there while projections are still those of an older shape.
pub(crate) const REBUILD_WANTED: &str = "rebuild_wanted";

/// Brings an existing store to the known version, or refuses one of a newer program. Projections of an older
/// shape are emptied, and are made again from the log before the store is used.
pub(crate) fn upgrade(connection: &Connection) -> Result<(), StoreError> {
    let found: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    match found {
        KNOWN_VERSION => Ok(()),
        1 => {
            let transaction = connection.unchecked_transaction()?;
            transaction.execute_batch(SYNC)?;
            drop_projections(&transaction)?;
            create_projections(&transaction)?;
            crate::query::local::set_setting(&transaction, REBUILD_WANTED, "1")?;
            transaction.pragma_update(None, "user_version", KNOWN_VERSION)?;
            Ok(transaction.commit()?)
        }
        0 => Err(StoreError::Damaged("no ledger tables in it".into())),
        newer if newer > KNOWN_VERSION => Err(StoreError::NewerStore { found, known: KNOWN_VERSION }),
        older => Err(StoreError::Damaged(format!("version {older} was never released"))),
    }
}

pub(crate) fn drop_projections(connection: &Connection) -> Result<(), StoreError> {
    for table in projection_tables() {
        connection.execute_batch(&["DROP TABLE IF EXISTS ", table].concat())?;
    }
    Ok(())
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
