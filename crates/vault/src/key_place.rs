//! Where this device's secrets lie: a file beside the books, or the computer's own key store. A missing
//! secret is told apart from a damaged one, and neither is ever replaced by a new one: a store whose key
//! is lost must not be opened as an empty one.

use crate::error::VaultError;
use crate::hex;
use crate::secrets::DeviceSecrets;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

/// The name under which the key store of the computer lists entries.
const KEYRING_SERVICE: &str = "lumbung";
const VERSION: u32 = 1;
/// The one line is about 350 bytes long; a longer file is something else.
const MAX_BYTES: u64 = 4096;

#[derive(Clone, PartialEq, Eq, Debug)]
pub enum KeyPlace {
    /// One JSON line; on Unix readable by its owner alone.
    File(PathBuf),
    /// Windows Credential Manager, macOS Keychain or the Secret Service. Every call may wait for a person
    /// to unlock it, and must not be made on an async executor's thread.
    Keyring {
        /// One per store of books, for example the cooperative's identity.
        account: String,
    },
}

impl KeyPlace {
    /// `None` where nothing lies there. Anything that is there and cannot be read is an error.
    pub fn load(&self) -> Result<Option<DeviceSecrets>, VaultError> {
        let place = self.to_string();
        let line = match self {
            Self::File(path) => read_file(path).map_err(|source| io_error(&place, source))?,
            Self::Keyring { account } => {
                keyring_shelf(account)?.read()?.map(|text| Zeroizing::new(text.as_bytes().to_vec()))
            }
        };
        line.map(|line| from_line(&line, &place)).transpose()
    }

    /// Writes secrets where none lie, whole or not at all, and safe on disk when this returns.
    /// [`VaultError::AlreadyThere`] where anything lies there, be it readable or not.
    pub fn store_new(&self, secrets: &DeviceSecrets) -> Result<(), VaultError> {
        let place = self.to_string();
        let line = to_line(secrets)
            .map_err(|_| VaultError::Malformed { place: place.clone(), fault: "not written" })?;
        match self {
            Self::File(path) => create_file(path, line.as_bytes()).map_err(|source| match source.kind() {
                io::ErrorKind::AlreadyExists => VaultError::AlreadyThere { place: place.clone() },
                _ => io_error(&place, source),
            }),
            Self::Keyring { account } => put_new(&keyring_shelf(account)?, &line, &place),
        }
    }

    /// Where the keys of a device that enrols anew wait until they take this place.
    #[must_use]
    pub fn next(&self) -> Self {
        match self {
            Self::File(path) => {
                let mut name = path.as_os_str().to_owned();
                name.push(".next");
                Self::File(name.into())
            }
            Self::Keyring { account } => Self::Keyring { account: format!("{account} (next)") },
        }
    }

    /// Lets what waits in [`Self::next`] take this place, and the keys before it go. Repeated after a power cut
    /// it does what is left to do; where nothing waits it does nothing.
    pub fn take_next(&self) -> Result<(), VaultError> {
        let place = self.to_string();
        match (self, self.next()) {
            (Self::File(path), Self::File(next)) => match fs::rename(&next, path) {
                Ok(()) => sync_folder(folder_of(path)).map_err(|source| io_error(&place, source)),
                Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
                Err(source) => Err(io_error(&place, source)),
            },
            (Self::Keyring { account }, Self::Keyring { account: next }) => {
                put_over(&keyring_shelf(account)?, &keyring_shelf(&next)?)
            }
            _ => Ok(()),
        }
    }
}

/// As an error names it: the path, or the account in the key store.
impl std::fmt::Display for KeyPlace {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::File(path) => write!(f, "{}", path.display()),
            Self::Keyring { account } => write!(f, "the key store (account {account:?})"),
        }
    }
}

/// Proves the key store by writing, reading back and deleting an entry of its own. Opening it proves
/// nothing: a Secret Service without a default collection opens and then fails at the first write.
pub fn probe_keyring() -> Result<(), VaultError> {
    let mut token = [0; 16];
    getrandom::fill(&mut token).map_err(|_| VaultError::NoRandomness)?;
    let token = hex::encode(&token);
    let shelf = keyring_shelf(&format!("probe-{}", &token[..8]))?;
    probe(&shelf, &token)
}

fn io_error(place: &str, source: io::Error) -> VaultError {
    VaultError::Io { place: place.to_owned(), source }
}

// The line.

#[derive(Zeroize, ZeroizeOnDrop)]
struct Key32([u8; 32]);

impl Serialize for Key32 {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&hex::encode(&self.0))
    }
}

impl<'de> Deserialize<'de> for Key32 {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // Borrowed, so that no copy of the digits is made; hexadecimal needs no escapes.
        let text = <&str>::deserialize(deserializer)?;
        hex::decode(text).map(Self).ok_or_else(|| de::Error::custom("not 64 hexadecimal digits"))
    }
}

/// Unknown fields are refused: a line of this version has these keys and no others.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Record {
    version: u32,
    db_key: Key32,
    device_key: Key32,
    exchange_key: Key32,
    pin_pepper: Key32,
}

#[derive(Deserialize)]
struct AnyVersion {
    version: u64,
}

fn to_line(secrets: &DeviceSecrets) -> Result<Zeroizing<String>, serde_json::Error> {
    let record = Record {
        version: VERSION,
        db_key: Key32(secrets.db_key),
        device_key: Key32(secrets.device_key),
        exchange_key: Key32(secrets.exchange_key),
        pin_pepper: Key32(secrets.pin_pepper),
    };
    let mut line = Zeroizing::new(String::with_capacity(512));
    line.push_str(&Zeroizing::new(serde_json::to_string(&record)?));
    line.push('\n');
    Ok(line)
}

fn from_line(line: &[u8], place: &str) -> Result<DeviceSecrets, VaultError> {
    let malformed = |fault| VaultError::Malformed { place: place.to_owned(), fault };
    if line.is_empty() {
        return Err(malformed("empty"));
    }
    let AnyVersion { version } =
        serde_json::from_slice(line).map_err(|_| malformed("not a whole key file"))?;
    if version != u64::from(VERSION) {
        return Err(VaultError::WrongVersion { place: place.to_owned(), found: version, known: VERSION });
    }
    let record: Record =
        serde_json::from_slice(line).map_err(|_| malformed("a key is missing, unknown or not 64 digits"))?;
    Ok(DeviceSecrets {
        db_key: record.db_key.0,
        device_key: record.device_key.0,
        exchange_key: record.exchange_key.0,
        pin_pepper: record.pin_pepper.0,
    })
}

// The file.

fn read_file(path: &Path) -> io::Result<Option<Zeroizing<Vec<u8>>>> {
    let file = match File::open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        opened => opened?,
    };
    let mut bytes = Zeroizing::new(Vec::with_capacity(1024));
    file.take(MAX_BYTES).read_to_end(&mut bytes)?;
    Ok(Some(bytes))
}

/// The line goes to a file of another name first and takes its own name by a hard link, which fails where
/// the name is taken: a power cut leaves the whole file or none. Disks without hard links (FAT) get the
/// plain exclusive creation, taken back where it fails half-way.
fn create_file(path: &Path, line: &[u8]) -> io::Result<()> {
    if path.symlink_metadata().is_ok() {
        return Err(io::ErrorKind::AlreadyExists.into());
    }
    let folder = folder_of(path);
    let mut token = [0; 4];
    getrandom::fill(&mut token).map_err(|_| io::Error::other("no random numbers"))?;
    let mut draft_name = path.file_name().unwrap_or_default().to_owned();
    draft_name.push(format!(".{}.new", hex::encode(&token).as_str()));
    let draft = folder.join(draft_name);
    write_exclusive(&draft, line)?;
    let linked = fs::hard_link(&draft, path);
    let removed = fs::remove_file(&draft);
    match linked {
        Ok(()) => removed?,
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return Err(error),
        Err(_) => write_exclusive(path, line)?,
    }
    sync_folder(folder)
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

fn write_exclusive(path: &Path, line: &[u8]) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    let written = file.write_all(line).and_then(|()| file.sync_all());
    if written.is_err() {
        drop(file);
        // Nothing more can be done if even the removal fails; the first error is the one to tell.
        let _ = fs::remove_file(path);
    }
    written
}

#[cfg(unix)]
fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

/// Windows journals a new name together with its file.
#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "the same shape as on Unix")]
fn sync_folder(_folder: &Path) -> io::Result<()> {
    Ok(())
}

// The key store.

/// One entry of a key store; tests put a shelf of their own here.
trait Shelf {
    fn read(&self) -> Result<Option<Zeroizing<String>>, VaultError>;
    fn write(&self, text: &str) -> Result<(), VaultError>;
    fn delete(&self) -> Result<(), VaultError>;
}

fn put_new(shelf: &dyn Shelf, line: &str, place: &str) -> Result<(), VaultError> {
    if shelf.read()?.is_some() {
        return Err(VaultError::AlreadyThere { place: place.to_owned() });
    }
    shelf.write(line)?;
    if shelf.read()?.is_some_and(|text| *text == line) { Ok(()) } else { Err(VaultError::KeyringForgets) }
}

/// The new line stands proved before the one that waits is let go.
fn put_over(shelf: &dyn Shelf, next: &dyn Shelf) -> Result<(), VaultError> {
    let Some(line) = next.read()? else { return Ok(()) };
    shelf.write(&line)?;
    if shelf.read()?.is_some_and(|text| *text == *line) {
        next.delete()
    } else {
        Err(VaultError::KeyringForgets)
    }
}

fn probe(shelf: &dyn Shelf, token: &str) -> Result<(), VaultError> {
    shelf.write(token)?;
    let came_back = shelf.read().map(|text| text.is_some_and(|text| *text == token));
    shelf.delete()?;
    if came_back? && shelf.read()?.is_none() { Ok(()) } else { Err(VaultError::KeyringForgets) }
}

fn keyring_shelf(account: &str) -> Result<keyring::Entry, VaultError> {
    if let Err(error) = keyring::Entry::store_status() {
        return Err(unavailable(error));
    }
    keyring::Entry::new(KEYRING_SERVICE, account).map_err(|error| unavailable(&error))
}

/// Only the message is kept: some of these errors carry the bytes that were read.
fn unavailable(error: &keyring::Error) -> VaultError {
    VaultError::KeyringUnavailable { reason: error.to_string() }
}

impl Shelf for keyring::Entry {
    fn read(&self) -> Result<Option<Zeroizing<String>>, VaultError> {
        match self.get_password() {
            Ok(text) => Ok(Some(Zeroizing::new(text))),
            Err(keyring::Error::NoEntry) => Ok(None),
            Err(error) => Err(unavailable(&error)),
        }
    }

    fn write(&self, text: &str) -> Result<(), VaultError> {
        self.set_password(text).map_err(|error| unavailable(&error))
    }

    fn delete(&self) -> Result<(), VaultError> {
        self.delete_credential().map_err(|error| unavailable(&error))
    }
}

#[cfg(test)]
mod tests;
