//! One program at a time on a ledger: an exclusive lock on a file beside it, freed by the system when the
//! program ends, however it ends.

use crate::StoreError;
use std::fs::{File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};

#[derive(Debug)]
pub(crate) struct Lock {
    _held: File,
}

impl Lock {
    pub(crate) fn take(ledger: &Path) -> Result<Self, StoreError> {
        let path = beside(ledger, ".lock");
        let file = OpenOptions::new().create(true).truncate(false).write(true).open(path)?;
        match file.try_lock() {
            Ok(()) => Ok(Self { _held: file }),
            Err(TryLockError::WouldBlock) => Err(StoreError::InUse(ledger.to_owned())),
            Err(TryLockError::Error(error)) => Err(error.into()),
        }
    }
}

/// `ledger.db` and `.lock` make `ledger.db.lock`.
pub(crate) fn beside(ledger: &Path, suffix: &str) -> PathBuf {
    let mut name = ledger.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}
