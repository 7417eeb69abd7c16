//! An open file: what SQLite may ask of it, with the disk's faults on the way. Errors are SQLite's own codes.

use super::content::Content;
use super::fault::{Call, FaultKind};
use super::sharing::Sharing;
use super::state::Op;
use super::{Live, Shared, locked};
use rusqlite::ffi;
use std::ffi::{c_int, c_void};
use std::sync::{Arc, Mutex};

#[derive(Debug)]
pub(super) struct Handle {
    disk: Arc<Shared>,
    /// A power cut takes the disk away from whoever had a file open.
    powered: u64,
    id: u64,
    place: Place,
    /// The folder is to be synced with the first sync of a journal or WAL.
    syncs_folder: bool,
}

#[derive(Debug)]
enum Place {
    Named {
        file: u64,
        sharing: Arc<Mutex<Sharing>>,
    },
    /// Without a name, and gone when closed.
    Nameless(Content),
}

impl Handle {
    pub(super) fn nameless(disk: Arc<Shared>) -> Self {
        let powered = disk.live().powered;
        Self { disk, powered, id: 0, place: Place::Nameless(Content::default()), syncs_folder: false }
    }

    pub(super) fn open(disk: Arc<Shared>, name: &str, flags: c_int) -> Result<Self, c_int> {
        let mut live = disk.live();
        if live.faults.strike(Call::Open).is_some() {
            return Err(ffi::SQLITE_CANTOPEN);
        }
        let may_make = flags & ffi::SQLITE_OPEN_CREATE != 0;
        let must_make = may_make && flags & ffi::SQLITE_OPEN_EXCLUSIVE != 0;
        // As in the Unix VFS, whether the file was there already or not.
        let is_journal = flags & (ffi::SQLITE_OPEN_WAL | ffi::SQLITE_OPEN_MAIN_JOURNAL) != 0;
        let file = match live.state.file(name) {
            Some(_) if must_make => return Err(ffi::SQLITE_CANTOPEN),
            Some(file) => file,
            None if !may_make => return Err(ffi::SQLITE_CANTOPEN),
            None => {
                let file = live.state.fresh_file();
                live.carry_out(Op::Create { name: name.to_owned(), file });
                file
            }
        };
        let sharing = live.sharing(file);
        live.handles += 1;
        let (id, powered) = (live.handles, live.powered);
        drop(live);
        Ok(Self {
            disk,
            powered,
            id,
            place: Place::Named { file, sharing },
            syncs_folder: may_make && is_journal,
        })
    }

    pub(super) fn read(&self, from: usize, into: &mut [u8]) -> Result<(), c_int> {
        let mut live = self.disk.live();
        let content = match &self.place {
            Place::Nameless(content) => content,
            Place::Named { file, .. } => {
                let strike = self.strike(&mut live, Call::Read, ffi::SQLITE_IOERR_READ)?;
                let content = live.state.content(*file).ok_or(ffi::SQLITE_IOERR_READ)?;
                match strike {
                    Some(FaultKind::ShortRead) => {
                        let half = into.len() / 2;
                        content.read(from, &mut into[..half]);
                        into[half..].fill(0);
                        return Err(ffi::SQLITE_IOERR_SHORT_READ);
                    }
                    Some(_) => return Err(ffi::SQLITE_IOERR_READ),
                    None => content,
                }
            }
        };
        if content.read(from, into) < into.len() {
            return Err(ffi::SQLITE_IOERR_SHORT_READ);
        }
        Ok(())
    }

    pub(super) fn write(&mut self, at: usize, bytes: &[u8]) -> Result<(), c_int> {
        let mut live = self.disk.live();
        let file = match &mut self.place {
            Place::Nameless(content) => {
                content.write(at, bytes);
                return Ok(());
            }
            Place::Named { file, .. } => *file,
        };
        let strike = self.strike(&mut live, Call::Write, ffi::SQLITE_IOERR_WRITE)?;
        let done = if strike.is_some() { bytes.len() / 2 } else { bytes.len() };
        live.carry_out(Op::Write { file, at, bytes: bytes[..done].into() });
        match strike {
            None => Ok(()),
            Some(FaultKind::Full) => Err(ffi::SQLITE_FULL),
            Some(_) => Err(ffi::SQLITE_IOERR_WRITE),
        }
    }

    pub(super) fn truncate(&mut self, len: usize) -> Result<(), c_int> {
        let mut live = self.disk.live();
        match &mut self.place {
            Place::Nameless(content) => content.resize(len),
            Place::Named { file, .. } => {
                let op = Op::Truncate { file: *file, len };
                if self.strike(&mut live, Call::Truncate, ffi::SQLITE_IOERR_TRUNCATE)?.is_some() {
                    return Err(ffi::SQLITE_IOERR_TRUNCATE);
                }
                live.carry_out(op);
            }
        }
        Ok(())
    }

    pub(super) fn sync(&mut self) -> Result<(), c_int> {
        let mut live = self.disk.live();
        let Place::Named { file, .. } = &self.place else { return Ok(()) };
        if self.strike(&mut live, Call::Sync, ffi::SQLITE_IOERR_FSYNC)?.is_some() {
            let seed = live.chance.next_u64();
            live.carry_out(Op::FailedSync { file: *file, seed });
            return Err(ffi::SQLITE_IOERR_FSYNC);
        }
        live.carry_out(Op::Sync { file: *file, folder: self.syncs_folder });
        self.syncs_folder = false;
        Ok(())
    }

    pub(super) fn size(&self) -> Result<usize, c_int> {
        let mut live = self.disk.live();
        match &self.place {
            Place::Nameless(content) => Ok(content.len()),
            Place::Named { file, .. } => {
                if self.strike(&mut live, Call::Size, ffi::SQLITE_IOERR_FSTAT)?.is_some() {
                    return Err(ffi::SQLITE_IOERR_FSTAT);
                }
                live.state.content(*file).map(Content::len).ok_or(ffi::SQLITE_IOERR_FSTAT)
            }
        }
    }

    pub(super) fn lock(&self, level: c_int) -> Result<(), c_int> {
        self.shared(|sharing| sharing.lock(self.id, level)).unwrap_or(Ok(()))
    }

    pub(super) fn unlock(&self, level: c_int) {
        self.shared(|sharing| sharing.unlock(self.id, level));
    }

    pub(super) fn is_reserved(&self) -> bool {
        self.shared(|sharing| sharing.is_reserved()).unwrap_or(false)
    }

    pub(super) fn lock_slots(&self, first: c_int, count: c_int, flags: c_int) -> Result<(), c_int> {
        let locked = self.shared(|sharing| sharing.lock_slots(self.id, first, count, flags));
        locked.unwrap_or(Err(ffi::SQLITE_IOERR))
    }

    pub(super) fn region(&self, nth: usize, size: usize, make: bool) -> Result<*mut c_void, c_int> {
        if self.strike(&mut self.disk.live(), Call::Share, ffi::SQLITE_IOERR_SHMMAP)?.is_some() {
            return Err(ffi::SQLITE_IOERR_SHMMAP);
        }
        self.shared(|sharing| sharing.region(self.id, nth, size, make)).ok_or(ffi::SQLITE_IOERR_SHMMAP)
    }

    pub(super) fn unmap(&self) {
        self.shared(|sharing| sharing.unmap(self.id));
    }

    fn shared<T>(&self, ask: impl FnOnce(&mut Sharing) -> T) -> Option<T> {
        match &self.place {
            Place::Named { sharing, .. } => Some(ask(&mut locked(sharing))),
            Place::Nameless(_) => None,
        }
    }

    /// The fault that this call meets, if any; `gone` where the power was cut since the file was opened.
    fn strike(&self, live: &mut Live, call: Call, gone: c_int) -> Result<Option<FaultKind>, c_int> {
        if live.powered != self.powered {
            return Err(gone);
        }
        Ok(live.faults.strike(call))
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        self.shared(|sharing| sharing.leave(self.id));
    }
}
