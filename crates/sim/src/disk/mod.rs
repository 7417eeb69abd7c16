//! A disk of a test's own beneath real SQLite and SQLCipher: in memory, with power cuts, broken calls, full
//! disks and bit rot, all by seed.
//!
//! ```text
//! let disk = Disk::new(seed);
//! let ledger = Ledger::found_on(disk::VFS, &disk.path("ledger.db"), key, &founding)?;
//! disk.cut_power(Fate::Mixed(seed));      // who had a file open gets errors from here on
//! drop(ledger);
//! let ledger = Ledger::open_on(disk::VFS, &disk.path("ledger.db"), key)?;
//! ```
//!
//! A write counts as durable when its file was synced after it, a new name when its folder was. What was not
//! synced is lost, kept, or mixed: in any order, torn at sectors of 512 bytes, now and then junk. Which calls
//! SQLite makes, and what of them is kept, repeats with the seed; the bytes of encrypted pages do not, as
//! SQLCipher takes their nonces from the operating system.

mod chance;
mod content;
mod fault;
mod handle;
mod history;
mod sharing;
mod state;
mod vfs;
pub mod workload;

pub use chance::Chance;
pub use fault::{Fault, FaultKind};
pub use history::{History, Replay};
pub use state::Image;

use content::Content;
use fault::Faults;
use sharing::Sharing;
use state::{Op, State};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};

/// The name under which SQLite knows these disks.
pub const VFS: &str = "lumbung-disk";

/// What becomes of changes that were not synced when the power was cut.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Fate {
    AllLost,
    AllKept,
    /// Some, in parts, by this seed.
    Mixed(u64),
}

/// A disk. Clones are the same disk.
#[derive(Clone, Debug)]
pub struct Disk(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    number: u64,
    live: Mutex<Live>,
}

#[derive(Debug)]
struct Live {
    state: State,
    /// What open connections share, by the number of the file.
    sharing: BTreeMap<u64, Weak<Mutex<Sharing>>>,
    faults: Faults,
    history: Option<History>,
    chance: Chance,
    ops: u64,
    handles: u64,
    /// How often the power came back.
    powered: u64,
}

static DISKS: Mutex<BTreeMap<u64, Weak<Shared>>> = Mutex::new(BTreeMap::new());

/// A test that failed elsewhere must not hide behind a poisoned lock.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Disk {
    /// An empty disk. The seed says what a failed sync keeps.
    pub fn new(seed: u64) -> Self {
        Self::of(&Image::default(), seed)
    }

    /// A disk that holds an image: a cloned disk, or a machine after a power cut.
    pub fn of(image: &Image, seed: u64) -> Self {
        vfs::install();
        let shared = Shared::new(State::of(image), seed);
        locked(&DISKS).insert(shared.number, Arc::downgrade(&shared));
        Self(shared)
    }

    /// Where SQLite finds a file of this disk, with the VFS named [`VFS`].
    pub fn path(&self, name: &str) -> PathBuf {
        PathBuf::from(format!("/disk-{}/{name}", self.0.number))
    }

    /// The disk and the name that a path means.
    fn find(path: &str) -> Option<(Arc<Shared>, String)> {
        let (number, name) = path.strip_prefix("/disk-")?.split_once('/')?;
        let shared = locked(&DISKS).get(&number.parse().ok()?)?.upgrade()?;
        Some((shared, name.to_owned()))
    }

    /// How many changes, syncs among them, were made to this disk.
    pub fn ops(&self) -> u64 {
        self.0.live().ops
    }

    /// The files as programs see them now: a copy made while the machine runs. Cheap.
    pub fn image(&self) -> Image {
        self.0.live().state.seen()
    }

    /// What would be there if the power were cut now. Cheap.
    pub fn after_power_cut(&self, fate: Fate) -> Image {
        self.0.live().state.after_power_cut(fate)
    }

    /// Cuts the power and brings it back. Every open file is dead; faults are gone.
    pub fn cut_power(&self, fate: Fate) {
        let image = self.after_power_cut(fate);
        self.replace(&image);
    }

    /// Puts another disk in its place, as a power cut does: a backup that was restored, a clone.
    pub fn replace(&self, image: &Image) {
        let mut live = self.0.live();
        live.state = State::of(image);
        live.sharing.clear();
        live.faults = Faults::default();
        live.history = None;
        live.powered += 1;
    }

    /// From here on calls are counted, and the one that is named fails.
    pub fn break_call(&self, fault: Fault) {
        self.0.live().faults = Faults::of(fault);
    }

    /// No call fails any more. Says how many did.
    pub fn heal(&self) -> u64 {
        std::mem::take(&mut self.0.live().faults).struck
    }

    /// How many calls failed since the fault was set.
    pub fn struck(&self) -> u64 {
        self.0.live().faults.struck
    }

    /// Turns one bit of a file over, on the medium. False where the file has no such byte.
    pub fn flip_bit(&self, name: &str, byte: usize, bit: u8) -> bool {
        let mut live = self.0.live();
        let Some(file) = live.state.file(name) else { return false };
        live.state.flip(file, byte, bit);
        live.state.content(file).is_some_and(|content| byte < content.len())
    }

    /// Remembers every change from here on, so that the power can be cut after any of them.
    pub fn record(&self) {
        let mut live = self.0.live();
        live.history = Some(History::from(live.state.clone()));
    }

    /// What was remembered since [`Self::record`]; empty where nothing was.
    pub fn recorded(&self) -> History {
        self.0.live().history.take().unwrap_or_default()
    }
}

impl Image {
    /// The bytes of a file, where it is there.
    pub fn read(&self, name: &str) -> Option<Vec<u8>> {
        self.0.get(name).map(Content::bytes)
    }

    /// Puts a whole file on it, durable: one that was made on a real disk, or a damaged one.
    pub fn put(&mut self, name: &str, bytes: &[u8]) {
        self.0.insert(name.to_owned(), Content::of(bytes));
    }

    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }
}

impl Shared {
    fn new(state: State, seed: u64) -> Arc<Self> {
        static NUMBERS: AtomicU64 = AtomicU64::new(1);
        let live = Live {
            state,
            sharing: BTreeMap::new(),
            faults: Faults::default(),
            history: None,
            chance: Chance::new(seed),
            ops: 0,
            handles: 0,
            powered: 0,
        };
        Arc::new(Self { number: NUMBERS.fetch_add(1, Ordering::Relaxed), live: Mutex::new(live) })
    }

    /// For files without a name, which are on no disk that a test looks at.
    fn nowhere() -> Arc<Self> {
        Self::new(State::default(), 0)
    }

    fn live(&self) -> MutexGuard<'_, Live> {
        locked(&self.live)
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        locked(&DISKS).remove(&self.number);
    }
}

impl Live {
    fn carry_out(&mut self, op: Op) {
        self.ops += 1;
        self.state.apply(&op);
        if let Some(history) = &mut self.history {
            history.push(op);
        }
    }

    fn sharing(&mut self, file: u64) -> Arc<Mutex<Sharing>> {
        if let Some(sharing) = self.sharing.get(&file).and_then(Weak::upgrade) {
            return sharing;
        }
        let sharing = Arc::default();
        self.sharing.insert(file, Arc::downgrade(&sharing));
        sharing
    }
}
