//! What connections to one file share while it is open: its locks and the memory of the WAL index. None of
//! it is on the disk, so a power cut leaves nothing of it.

use rusqlite::ffi;
use std::cell::UnsafeCell;
use std::collections::BTreeMap;
use std::ffi::{c_int, c_void};

#[derive(Default, Debug)]
pub(super) struct Sharing {
    levels: BTreeMap<u64, c_int>,
    slots: BTreeMap<u64, Slots>,
    regions: Vec<Region>,
}

/// Which of the eight locks of the WAL index one connection holds, a bit each.
#[derive(Clone, Copy, Default, Debug)]
struct Slots {
    shared: u32,
    exclusive: u32,
}

/// SQLite reads and writes it through pointers; here it is only kept alive.
#[derive(Debug)]
struct Region(Box<[UnsafeCell<u64>]>);

impl Sharing {
    /// The five levels of SQLite's locks on a database file.
    pub(super) fn lock(&mut self, holder: u64, level: c_int) -> Result<(), c_int> {
        let held = self.levels.get(&holder).copied().unwrap_or(ffi::SQLITE_LOCK_NONE);
        if held >= level {
            return Ok(());
        }
        let others = self.levels.iter().filter(|(other, _)| **other != holder).map(|(_, level)| *level);
        let highest = others.max().unwrap_or(ffi::SQLITE_LOCK_NONE);
        let (granted, result) = match level {
            ffi::SQLITE_LOCK_SHARED if highest >= ffi::SQLITE_LOCK_PENDING => (held, Err(ffi::SQLITE_BUSY)),
            ffi::SQLITE_LOCK_SHARED => (level, Ok(())),
            _ if highest >= ffi::SQLITE_LOCK_RESERVED => (held, Err(ffi::SQLITE_BUSY)),
            ffi::SQLITE_LOCK_EXCLUSIVE if highest >= ffi::SQLITE_LOCK_SHARED => {
                (ffi::SQLITE_LOCK_PENDING, Err(ffi::SQLITE_BUSY))
            }
            _ => (level, Ok(())),
        };
        self.levels.insert(holder, granted);
        result
    }

    pub(super) fn unlock(&mut self, holder: u64, level: c_int) {
        self.levels.insert(holder, level);
    }

    pub(super) fn is_reserved(&self) -> bool {
        self.levels.values().any(|level| *level >= ffi::SQLITE_LOCK_RESERVED)
    }

    pub(super) fn lock_slots(
        &mut self,
        holder: u64,
        first: c_int,
        count: c_int,
        flags: c_int,
    ) -> Result<(), c_int> {
        let wanted = (first..first + count).fold(0_u32, |wanted, slot| wanted | 1 << slot);
        let others = self.slots.iter().filter(|(other, _)| **other != holder).map(|(_, slots)| slots);
        let (shared, exclusive) =
            others.fold((0, 0), |all, slots| (all.0 | slots.shared, all.1 | slots.exclusive));
        let own = self.slots.entry(holder).or_default();
        if flags & ffi::SQLITE_SHM_UNLOCK != 0 {
            *own = Slots { shared: own.shared & !wanted, exclusive: own.exclusive & !wanted };
        } else if flags & ffi::SQLITE_SHM_EXCLUSIVE != 0 {
            if (shared | exclusive) & wanted != 0 {
                return Err(ffi::SQLITE_BUSY);
            }
            own.exclusive |= wanted;
        } else {
            if exclusive & wanted != 0 {
                return Err(ffi::SQLITE_BUSY);
            }
            own.shared |= wanted;
        }
        Ok(())
    }

    /// The start of a region of the WAL index; null where it is not there and may not be made.
    pub(super) fn region(&mut self, holder: u64, nth: usize, size: usize, make: bool) -> *mut c_void {
        self.slots.entry(holder).or_default();
        while make && self.regions.len() <= nth {
            let words = (0..size.div_ceil(8)).map(|_| UnsafeCell::new(0));
            self.regions.push(Region(words.collect()));
        }
        self.regions.get(nth).map_or(std::ptr::null_mut(), |region| region.0.as_ptr().cast_mut().cast())
    }

    /// The next one to come after the last has left finds no index, and makes it again from the WAL.
    pub(super) fn unmap(&mut self, holder: u64) {
        self.slots.remove(&holder);
        if self.slots.is_empty() {
            self.regions.clear();
        }
    }

    pub(super) fn leave(&mut self, holder: u64) {
        self.levels.remove(&holder);
        self.unmap(holder);
    }
}
