//! Founding and opening a ledger file. It is always encrypted, with a raw key and no key derivation; a
//! missing file or key never becomes a new or a plain file.

use crate::control::{self, Control};
use crate::lock::{Lock, beside};
use crate::state_hash::hex;
use crate::{StoreError, migration};
use lumbung_document::Hash;
use lumbung_primitives::{DocRef, Zone};
use rusqlite::{Connection, OpenFlags, OptionalExtension, params};
use sha2::{Digest, Sha256};
use std::path::{Path, PathBuf};

/// An open ledger. Dropping it frees the lock.
#[derive(Debug)]
pub struct Ledger {
    pub(crate) connection: Connection,
    pub(crate) path: PathBuf,
    pub(crate) identity: Identity,
    /// What the control documents in it say.
    pub(crate) control: Control,
    /// Absent on a disk of a test's own.
    pub(crate) lock: Option<Lock>,
}

/// Which cooperative, and which of its devices this store belongs to.
#[derive(Clone, Debug)]
pub struct Identity {
    pub coop_id: [u8; 16],
    pub own_device_no: u32,
    pub coop_name: String,
    pub region_code: String,
    pub zone: Zone,
    pub chart_version: u16,
}

/// What a new store is founded with, before its genesis document is appended.
#[derive(Clone, Debug)]
pub struct Founding {
    pub identity: Identity,
    pub device_id: [u8; 16],
    pub device_key: [u8; 32],
    pub exchange_key: [u8; 32],
    /// Keys for personal parts by number; number 0 is the key of the NIK index.
    pub coop_keys: Vec<(u32, [u8; 32])>,
}

/// Pages of WAL before SQLite copies them back: few enough for a small file, many enough that syncs for it
/// stay below one in fifty sales.
const WAL_PAGES: i64 = 4_000;

impl Ledger {
    /// Makes a new ledger, whole or not at all: it grows in a file of another name, `begin` appends the
    /// genesis document, and only then does it take its place.
    pub fn found<E: From<StoreError>>(
        path: &Path,
        key_hex: &str,
        founding: &Founding,
        begin: impl FnOnce(&mut Self) -> Result<(), E>,
    ) -> Result<Self, E> {
        let lock = Lock::take(path)?;
        if path.exists() {
            return Err(StoreError::AlreadyThere(path.to_owned()).into());
        }
        let growing = beside(path, ".founding");
        remove_growing(&growing)?;
        let connection = Connection::open(&growing).map_err(StoreError::from)?;
        let mut ledger = Self::grow(connection, &growing, key_hex, founding, Some(lock))?;
        begin(&mut ledger)?;
        let Self { connection, lock, .. } = ledger;
        Self::settle(connection, &growing, path)?;
        Ok(Self::opened(path, key_hex, None, lock)?)
    }

    fn grow(
        connection: Connection,
        path: &Path,
        key_hex: &str,
        founding: &Founding,
        lock: Option<Lock>,
    ) -> Result<Self, StoreError> {
        unlock(&connection, key_hex)?;
        prepare(&connection)?;
        migration::create(&connection)?;
        let transaction = connection.unchecked_transaction()?;
        write_identity(&transaction, founding)?;
        transaction.commit()?;
        let (identity, control) = (founding.identity.clone(), Control::default());
        Ok(Self { connection, path: path.to_owned(), identity, control, lock })
    }

    /// Closing the last connection copies the WAL back and removes it; then one file is the ledger.
    fn settle(connection: Connection, growing: &Path, path: &Path) -> Result<(), StoreError> {
        connection.close().map_err(|(_, error)| error)?;
        std::fs::File::open(growing)?.sync_all()?;
        std::fs::rename(growing, path)?;
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
        // Makes the new name durable; not every file system lets a folder be opened for it.
        if let Ok(folder) = std::fs::File::open(folder.unwrap_or(Path::new("."))) {
            let _ = folder.sync_all();
        }
        Ok(())
    }

    pub fn open(path: &Path, key_hex: &str) -> Result<Self, StoreError> {
        let start = match std::fs::File::open(path) {
            Ok(mut file) => {
                let mut start = [0; 16];
                let read = std::io::Read::read(&mut file, &mut start)?;
                start[..read].to_vec()
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Err(StoreError::NotThere(path.to_owned()));
            }
            Err(error) => return Err(error.into()),
        };
        if start == b"SQLite format 3\0" {
            return Err(StoreError::NotEncrypted(path.to_owned()));
        }
        if start.len() < 16 {
            return Err(StoreError::Damaged("the file is empty or cut off".into()));
        }
        let lock = Lock::take(path)?;
        match std::fs::File::open(beside(path, "-wal")) {
            Ok(wal) => crate::wal::check(wal)?,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => return Err(error.into()),
        }
        Self::opened(path, key_hex, None, Some(lock))
    }

    /// `found` for tests that put a disk of their own beneath: a VFS registered with SQLite as `vfs`. There
    /// the operating system has no file to look into, to lock or to rename, so the ledger grows in place.
    pub fn found_on(vfs: &str, path: &Path, key_hex: &str, founding: &Founding) -> Result<Self, StoreError> {
        let connection = Connection::open_with_flags_and_vfs(path, OpenFlags::default(), vfs)?;
        Self::grow(connection, path, key_hex, founding, None)
    }

    /// `open` for tests that put a disk of their own beneath: see [`Self::found_on`]. They ask
    /// [`crate::wal::check`] themselves, with the bytes that their disk has.
    pub fn open_on(vfs: &str, path: &Path, key_hex: &str) -> Result<Self, StoreError> {
        Self::opened(path, key_hex, Some(vfs), None)
    }

    fn opened(path: &Path, key_hex: &str, vfs: Option<&str>, lock: Option<Lock>) -> Result<Self, StoreError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = match vfs {
            None => Connection::open_with_flags(path, flags)?,
            Some(vfs) => Connection::open_with_flags_and_vfs(path, flags, vfs)?,
        };
        unlock(&connection, key_hex)?;
        let tables: Result<i64, _> =
            connection.query_row("SELECT count(*) FROM sqlite_master", [], |row| row.get(0));
        if let Err(error) = tables {
            return Err(match StoreError::from(error) {
                StoreError::Damaged(_) => StoreError::WrongKey(path.to_owned()),
                other => other,
            });
        }
        migration::upgrade(&connection)?;
        prepare(&connection)?;
        let identity = read_identity(&connection)?;
        let control = control::load(&connection)?;
        let ledger = Self { connection, path: path.to_owned(), identity, control, lock };
        ledger.check_tail(100)?;
        Ok(ledger)
    }

    /// What the control documents say: who keeps the books, which series have ended, what is closed.
    pub fn control(&self) -> &Control {
        &self.control
    }

    /// Copies the WAL back into the file and cuts it off: what lies in the file is proved page by page, and no
    /// spoilt frame can end it. Where somebody else still reads, what can be copied is.
    pub fn checkpoint(&self) -> Result<(), StoreError> {
        Ok(self.connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?)
    }

    pub fn identity(&self) -> &Identity {
        &self.identity
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Reading only: everything that writes goes through `write`.
    pub fn connection(&self) -> &Connection {
        &self.connection
    }

    /// The key by its number: for personal parts, and 0 for the NIK index.
    pub fn coop_key(&self, number: u32) -> Result<Option<[u8; 32]>, StoreError> {
        let key: Option<Vec<u8>> = self
            .connection
            .query_row("SELECT key FROM coop_key WHERE number = ?1", [number], |row| row.get(0))
            .optional()?;
        Ok(key.and_then(|key| key.try_into().ok()))
    }

    /// The file that drafts are kept in, beside the ledger.
    pub fn draft_path(&self) -> PathBuf {
        beside(&self.path, ".drafts")
    }
}

/// What a founding that was cut off left behind is nobody's ledger yet.
fn remove_growing(growing: &Path) -> Result<(), StoreError> {
    for suffix in ["", "-wal", "-shm"] {
        match std::fs::remove_file(beside(growing, suffix)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error.into()),
            _ => {}
        }
    }
    Ok(())
}

/// The key goes in as raw bytes, before any page is touched.
pub fn unlock(connection: &Connection, key_hex: &str) -> Result<(), StoreError> {
    if key_hex.len() != 64 || !key_hex.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(StoreError::Damaged("a key has 64 hexadecimal digits".into()));
    }
    // What goes wrong is told by an error with a next step; the cipher's own lines on standard error would
    // stand between it and a script that reads it.
    connection.query_row("PRAGMA cipher_log_level = NONE", [], |_| Ok(())).optional()?;
    connection.pragma_update(None, "key", format!("x'{key_hex}{}'", salt_hex(key_hex)))?;
    Ok(())
}

/// SQLCipher keeps a salt in the first 16 bytes of the file and reads it there before it looks into the WAL. A
/// power cut while the first page is copied back could spoil it, and the WAL could no longer mend the page. So
/// the salt follows from the key, and those bytes are never needed. It has nothing to add to a random key.
fn salt_hex(key_hex: &str) -> String {
    let key_hex = key_hex.to_ascii_lowercase();
    let digest = Sha256::new().chain_update(b"lumbung-salt\0").chain_update(key_hex).finalize();
    hex(&digest[..16])
}

/// Sets what durability and speed rest on, and asserts what SQLite made of it.
pub(crate) fn prepare(connection: &Connection) -> Result<(), StoreError> {
    let mode: String = connection.query_row("PRAGMA journal_mode = WAL", [], |row| row.get(0))?;
    if mode != "wal" {
        return Err(StoreError::NotDurable(format!("journal mode is {mode}, not WAL")));
    }
    connection.pragma_update(None, "synchronous", "FULL")?;
    let synchronous: i64 = connection.pragma_query_value(None, "synchronous", |row| row.get(0))?;
    if synchronous != 2 {
        return Err(StoreError::NotDurable(format!("synchronous is {synchronous}, not FULL")));
    }
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    connection.pragma_update(None, "cache_size", -32_000)?;
    connection.pragma_update(None, "wal_autocheckpoint", WAL_PAGES)?;
    connection.pragma_update(None, "trusted_schema", false)?;
    connection.set_prepared_statement_cache_capacity(160);
    Ok(())
}

fn write_identity(connection: &Connection, founding: &Founding) -> Result<(), StoreError> {
    let identity = &founding.identity;
    connection.execute(
        "INSERT INTO identity VALUES (1, ?1, ?2, ?3, ?4, ?5, ?6)",
        params![
            identity.coop_id,
            identity.own_device_no,
            identity.coop_name,
            identity.region_code,
            identity.zone.utc_offset_hours(),
            identity.chart_version
        ],
    )?;
    for (number, key) in &founding.coop_keys {
        connection.execute("INSERT INTO coop_key VALUES (?1, ?2)", params![number, key])?;
    }
    let genesis = Hash::genesis(&identity.coop_id, &founding.device_id, &founding.device_key);
    insert_device(connection, identity.own_device_no, &founding.device_key, &founding.exchange_key, genesis)
}

fn insert_device(
    connection: &Connection,
    device_no: u32,
    device_key: &[u8; 32],
    exchange_key: &[u8; 32],
    genesis: Hash,
) -> Result<(), StoreError> {
    connection.execute(
        "INSERT INTO device VALUES (?1, ?2, ?3, ?4)",
        params![device_no, device_key, exchange_key, genesis.0],
    )?;
    Ok(())
}

impl Ledger {
    /// Admits another device's series: its documents may be appended from seq 1 on.
    pub fn admit_device(
        &self,
        device_no: u32,
        device_id: &[u8; 16],
        device_key: &[u8; 32],
        exchange_key: &[u8; 32],
    ) -> Result<(), StoreError> {
        let genesis = Hash::genesis(&self.identity.coop_id, device_id, device_key);
        insert_device(&self.connection, device_no, device_key, exchange_key, genesis)
    }

    /// The last document of this device, if there is one.
    pub fn own_head(&self) -> Result<Option<(DocRef, Hash)>, StoreError> {
        crate::append::read_head(&self.connection, self.identity.own_device_no)
    }
}

fn read_identity(connection: &Connection) -> Result<Identity, StoreError> {
    let row = connection
        .query_row("SELECT * FROM identity", [], |row| {
            Ok((
                row.get::<_, Vec<u8>>("coop_id")?,
                row.get("own_device_no")?,
                row.get("coop_name")?,
                row.get("region_code")?,
                row.get::<_, i64>("utc_offset_hours")?,
                row.get("chart_version")?,
            ))
        })
        .optional()?;
    let damaged = || StoreError::Damaged("the cooperative's identity is missing".into());
    let (coop_id, own_device_no, coop_name, region_code, offset, chart_version) = row.ok_or_else(damaged)?;
    Ok(Identity {
        coop_id: coop_id.try_into().map_err(|_| damaged())?,
        own_device_no,
        coop_name,
        region_code,
        zone: Zone::from_offset_hours(offset).ok_or_else(damaged)?,
        chart_version,
    })
}
