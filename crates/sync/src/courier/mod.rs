//! A stick in place of a line: the same runs under the same checks, in one file. The answer is the other side's
//! file.
//!
//! ```text
//! "LUMBKURI" · version 1 · length · cover · first 8 bytes of its SHA-256
//! frame · pack       runs of one device, effects always inside, each proved by its own heads
//! …
//! empty frame · count of packs, 8 bytes: the file is whole
//! ```
//! The length has four bytes; numbers are big-endian; frames are those of [`crate::frame`]. Reading a file twice
//! changes nothing.

mod cover;
mod read;
mod write;

pub use cover::Cover;
pub use read::{peek, read};
pub use write::{Written, write};

use crate::log::LogError;
use std::io;

const MAGIC: &[u8; 8] = b"LUMBKURI";
const VERSION: u8 = 1;

/// What a file brought.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Taken {
    pub new_documents: u64,
    /// Held already.
    pub known_documents: u64,
}

/// How far reading or writing has come.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Progress {
    /// Written: documents. Read: bytes.
    pub done: u64,
    pub total: u64,
}

/// Why a file is not taken, or not to its end. Whole runs before that place are in the log and stay there.
#[derive(Debug, thiserror::Error)]
pub enum CourierError {
    #[error("this is not a courier file")]
    NotACourier,
    #[error("the file is of version {0}, which a newer app wrote: update first")]
    Newer(u8),
    #[error("the file belongs to another cooperative; nothing of it was taken")]
    Foreign,
    #[error("the file was cut off: {} new documents up to there were taken, write it again", taken.new_documents)]
    Cut { taken: Taken },
    #[error("pack {pack} of the file is damaged ({detail}); {} new documents before it were taken", taken.new_documents)]
    Damaged { pack: u64, detail: String, taken: Taken },
    /// Documents between what is held and what the file brings are missing: ask for a full file.
    #[error("the file continues what is not held here ({detail}): ask for a full file")]
    DoesNotFollow { detail: String, taken: Taken },
    #[error("the stick cannot be used: {0}")]
    Io(#[from] io::Error),
    #[error(transparent)]
    Log(#[from] LogError),
}
