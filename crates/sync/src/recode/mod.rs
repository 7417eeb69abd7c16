//! Lossless re-coding of runs for the wire: what the receiver can compute again does not travel, the rest
//! goes in columns, each integer told by how it differs from what the columns before it lead to expect.
//! The hash of the signed head is the judge.
//!
//! A pack, numbers outside the columns being varints of seven bits a byte:
//!
//! ```text
//! version (1) · level · number of runs · for each: device_no, first_seq, count, hash (32), signature (64)
//! lengths of what is plain, and of what is packed before and after · plain bytes · packed bytes (zstd)
//! columns (range coder, to the end)
//! ```
//!
//! | room | |
//! |---|---|
//! | [`pack`](pack()), [`unpack`](unpack()) | documents ↔ trees and heads; what is left out, made again and judged |
//! | `tree` | CBOR ↔ trees |
//! | `transpose`, `assemble` | trees → tables, tables → CBOR |
//! | `table` | tables, columns, and how one is seen from another |
//! | `write`, `read` | tables ↔ columns told in a fixed order |
//! | `predict`, `choose` | what an integer is expected to be, and the search for the best expectation |
//! | `number`, `range` | integers and bits under the range coder |
//! | `strings` | bytes and texts |

mod assemble;
mod choose;
mod number;
mod pack;
mod predict;
mod range;
mod read;
mod strings;
mod table;
mod transpose;
mod tree;
mod unpack;
mod write;

pub use pack::pack;
pub use unpack::unpack;

use crate::expand::Level;
use lumbung_document::Malformed;

/// The one version of a pack.
const VERSION: u8 = 1;

/// How documents are written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Form {
    /// Columns, effects left out where a rule of this level makes them.
    Columns(Level),
    /// Every part as it lies in the log: what is asked for where columns did not give the hash.
    Raw,
}

/// How hard zstd tries on texts, 1 to 19: 3 while a till waits, 19 where a checkpoint is made once and read
/// often. The columns of integers are the same at every effort but 0, at which nothing is looked for: a simulation
/// of thousands of tills has no time for it.
pub type Effort = i32;

/// Bounds on what a pack may grow to, so that a small hostile message cannot fill memory. While it is being
/// read, tables take up to some twenty bytes for each of `bytes` at the very worst.
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
