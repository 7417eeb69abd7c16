//! What a simulation gives in place of the machine's clock, chance, keys and readers.

use crate::disk::Chance;
use lumbung_document::{Kind, PersonalContent, PersonalPart};
use lumbung_primitives::{Clock, DocRef, Random};
use lumbung_store::{HeadSigner, PersonalReader};
use lumbung_sync::expand::{Expander, Level, Nothing};
use lumbung_vault::DeviceSecrets;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Mutex, PoisonError};

/// Every store of a simulation has this key: it is not what is tested.
pub const KEY_HEX: &str = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";

/// The centre's clock, moved by the world.
#[derive(Debug, Default)]
pub struct WorldClock(AtomicI64);

impl WorldClock {
    pub fn set(&self, now_ms: i64) {
        self.0.store(now_ms, Ordering::Relaxed);
    }
}

impl Clock for WorldClock {
    fn now_ms(&self) -> i64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// Chance that repeats with its seed.
#[derive(Debug)]
pub struct WorldRandom(Mutex<Chance>);

impl WorldRandom {
    pub fn new(seed: u64) -> Self {
        Self(Mutex::new(Chance::new(seed)))
    }
}

impl Random for WorldRandom {
    fn fill(&self, bytes: &mut [u8]) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).fill(bytes);
    }
}

/// A till's clock: years off, too fast, or standing still.
#[derive(Clone, Copy, Debug)]
pub struct TillClock {
    pub offset_ms: i64,
    /// Thousandths of the true pace; 0 stands still.
    pub pace: i64,
}

impl TillClock {
    pub const TRUE: Self = Self { offset_ms: 0, pace: 1_000 };

    /// What it shows when it is `now_ms`, `start_ms` being when it was set.
    pub fn shows(self, start_ms: i64, now_ms: i64) -> i64 {
        (start_ms + (now_ms - start_ms) * self.pace / 1_000 + self.offset_ms).max(0)
    }
}

/// The secrets of a device: the same in every simulation.
pub fn secrets(device_no: u32) -> DeviceSecrets {
    DeviceSecrets::generate(&WorldRandom::new(u64::from(device_no) | 1 << 40))
}

/// The id of a device, likewise.
pub fn device_id(device_no: u32) -> [u8; 16] {
    (u128::from(device_no) | 7 << 64).to_be_bytes()
}

/// Kinds that the app before this one does not know.
const UNKNOWN_BEFORE: [u16; 3] = [41, 42, 45];

/// Opens personal parts, which a simulation does not seal, and knows the kinds of an app of its age.
#[derive(Debug)]
pub struct PlainReader {
    is_old: bool,
}

/// The reader of an app by its age.
pub fn reader(level: Level) -> &'static dyn PersonalReader {
    static NOW: PlainReader = PlainReader { is_old: false };
    static BEFORE: PlainReader = PlainReader { is_old: true };
    if level == 0 { &BEFORE } else { &NOW }
}

impl PersonalReader for PlainReader {
    fn knows(&self, kind: Kind) -> bool {
        !(self.is_old && UNKNOWN_BEFORE.contains(&kind.id()))
    }

    fn read(&self, _: DocRef, part: &[u8]) -> Option<PersonalContent> {
        PersonalContent::decode(&PersonalPart::decode(part).ok()?.ciphertext).ok()
    }

    fn identity_index(&self, _: &str) -> [u8; 16] {
        [0; 16]
    }
}

/// A device's signature.
#[derive(Debug)]
pub struct Signer<'a>(pub &'a DeviceSecrets);

impl HeadSigner for Signer<'_> {
    fn sign_head(&self, message: &[u8]) -> [u8; 64] {
        self.0.sign(message)
    }
}

/// The rules of an app by its age: the one before this one can expand nothing.
pub fn expander(level: Level) -> &'static dyn Expander {
    static NOW: lumbung_app::sync::Rules = lumbung_app::sync::Rules;
    static BEFORE: Nothing = Nothing;
    if level == 0 { &BEFORE } else { &NOW }
}
