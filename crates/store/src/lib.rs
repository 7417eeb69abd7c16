//! The ledger file: an encrypted SQLite store that holds the log and what follows from it.
//!
//! Knows documents as bytes and effects. Does not know why a document was made: no rule of the trade lives
//! here or in SQL beyond constraints. Nothing writes the log but `append`, nothing writes a projection but
//! the projector, and both move in one transaction.

pub mod append;
pub mod backup;
mod control;
mod error;
mod kept;
mod lock;
mod migration;
pub mod open;
pub mod orphan;
mod project;
pub mod query;
pub mod receive;
mod reference_state;
pub mod runs;
pub mod state_hash;
pub mod verify;
pub mod wal;

pub use append::{HeadSigner, Unit};
pub use control::{Control, End};
pub use error::StoreError;
pub use open::{Founding, Identity, Ledger};
pub use project::PersonalReader;

/// No projection row refers to a document by this key.
pub const NONE: i64 = 0;

/// What a document says about another, as rows of `link`.
pub mod relation {
    pub const REVERSES: i64 = 1;
    pub const RETURNS: i64 = 2;
    pub const CLOSES: i64 = 3;
}
