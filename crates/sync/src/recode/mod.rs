//! Lossless re-coding of runs for the wire: what the receiver can compute again does not travel, the rest
//! goes in columns under zstd. The hash of the signed head is the judge.

use crate::expand::{Expander, Level};
use crate::run::{PrevHash, Run, RunHead};
use lumbung_document::{Malformed, SealedDocument};

/// How documents are written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Form {
    /// Columns, effects left out where a rule of this level makes them.
    Columns(Level),
    /// Every part as it lies in the log: what is asked for where columns did not give the hash.
    Raw,
}

/// How hard zstd tries: 3 while a till waits, 19 where a checkpoint is made once and read often.
pub type Effort = i32;

/// Bounds on what a pack may grow to, so that a small hostile message cannot fill memory.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    pub documents: usize,
    /// Bytes of all headers, bodies, effects and personal parts together.
    pub bytes: usize,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RecodeError {
    /// Not a pack, or one that breaks its own rules.
    #[error("not a pack: {0}")]
    NotAPack(&'static str),
    #[error("more than is allowed in one message")]
    TooLarge,
    #[error(transparent)]
    Malformed(#[from] Malformed),
    /// The receiver does not hold what this run continues.
    #[error("run of device {device_no} begins at {first_seq}, which continues nothing held here")]
    Gap { device_no: u32, first_seq: u64 },
    /// Rebuilt, the run does not end in the head that its device signed: ask for raw bytes.
    #[error("run of device {device_no} from {first_seq} does not end in its head")]
    NotTheSame { device_no: u32, first_seq: u64 },
}
