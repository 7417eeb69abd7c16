//! The document: its exact bytes, its chain, its signed head, its effects, and the one verdict on it.
//!
//! Everything here is frozen for ever (docs/decisions/format-v1.md). Knows no SQL, no HTTP and no rule of
//! the trade, and never re-serialises bytes that it received.
#![deny(clippy::float_arithmetic)]

pub mod body;
pub mod canonical;
pub mod check;
pub mod effects;
pub mod hash;
pub mod head;
pub mod header;
pub mod kind;
pub mod personal;
pub mod sealed;

pub use body::Body;
pub use check::{Fault, check_v1};
pub use effects::{Effects, Layer, MemberMove, MemberMoveKind, Posting, StockMove};
pub use hash::Hash;
pub use head::SignedHead;
pub use header::{Header, Original};
pub use kind::Kind;
pub use personal::{PersonalContent, PersonalPart};
pub use sealed::{Draft, Position, SealedDocument};

/// Bytes that are not what format v1 allows.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("malformed {part}: {reason}")]
pub struct Malformed {
    /// Which part of the document: `header`, `body`, `effects`, `personal part`.
    pub part: &'static str,
    pub reason: String,
}

impl Malformed {
    pub(crate) fn new(part: &'static str, reason: impl ToString) -> Self {
        Self { part, reason: reason.to_string() }
    }
}

/// Encodes with the deterministic subset; writing to memory cannot fail.
pub(crate) fn encode<T: minicbor::Encode<()>>(value: &T) -> Vec<u8> {
    let mut bytes = Vec::new();
    match minicbor::encode(value, &mut bytes) {
        Ok(()) => bytes,
        Err(never) => unreachable!("encoding to memory: {never}"),
    }
}

/// Decodes one value that must fill `bytes` and be in the deterministic subset.
pub(crate) fn decode<'b, T: minicbor::Decode<'b, ()>>(
    part: &'static str,
    bytes: &'b [u8],
) -> Result<T, Malformed> {
    canonical::check(part, bytes)?;
    minicbor::decode(bytes).map_err(|error| Malformed::new(part, error))
}
