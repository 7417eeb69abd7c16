//! A copy that was opened and proved after it was written.

use crate::{Ledger, StoreError, open, state_hash};
use rusqlite::backup::StepResult;
use rusqlite::{Connection, OpenFlags};
use sha2::{Digest, Sha256};
use std::io::Read;
use std::path::Path;

#[derive(Clone, Debug)]
pub struct Backup {
    /// Of the file, in hexadecimal.
    pub sha256: String,
    pub state_hash: String,
}

/// Pages copied between two calls of progress.
const PAGES_PER_STEP: i32 = 2_000;

impl Ledger {
    /// Writes an encrypted copy under the same key, refusing to overwrite, and proves that it opens and
    /// says the same. A copy that fails is removed.
    pub fn backup(
        &self,
        to: &Path,
        key_hex: &str,
        progress: &mut dyn FnMut(u64, u64),
    ) -> Result<Backup, StoreError> {
        if to.exists() {
            return Err(StoreError::AlreadyThere(to.to_owned()));
        }
        let result = self.copy(to, key_hex, progress);
        if result.is_err() {
            let _ = std::fs::remove_file(to);
        }
        result
    }

    fn copy(
        &self,
        to: &Path,
        key_hex: &str,
        progress: &mut dyn FnMut(u64, u64),
    ) -> Result<Backup, StoreError> {
        {
            let mut target = Connection::open(to)?;
            open::unlock(&target, key_hex)?;
            // A keyed connection settles its cipher with the first page that it writes.
            target.execute_batch("CREATE TABLE settle (x); DROP TABLE settle;")?;
            let copier = rusqlite::backup::Backup::new(&self.connection, &mut target)?;
            loop {
                let step = copier.step(PAGES_PER_STEP)?;
                let left = copier.progress();
                let total = u64::try_from(left.pagecount).unwrap_or(0);
                progress(total.saturating_sub(u64::try_from(left.remaining).unwrap_or(0)), total);
                match step {
                    StepResult::Done => break,
                    StepResult::More => {}
                    _ => return Err(StoreError::InUse(self.path.clone())),
                }
            }
        }
        let file = std::fs::File::open(to)?;
        file.sync_all()?;
        let copy = Connection::open_with_flags(to, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        open::unlock(&copy, key_hex)?;
        let copied = state_hash::state_hash(&copy)?;
        if copied != state_hash::state_hash(&self.connection)? {
            return Err(StoreError::Damaged("the copy does not say what the ledger says".into()));
        }
        drop(copy);
        Ok(Backup { sha256: sha256(to)?, state_hash: copied })
    }
}

/// Of a file, in hexadecimal.
pub fn sha256(path: &Path) -> Result<String, StoreError> {
    let mut file = std::fs::File::open(path)?;
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; 1 << 16];
    loop {
        let read = file.read(&mut buffer)?;
        if read == 0 {
            break;
        }
        hasher.update(&buffer[..read]);
    }
    Ok(state_hash::hex(&hasher.finalize()))
}
