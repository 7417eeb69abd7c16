//! Carrying a machine's requests over HTTP/1.1 and TLS, on one connection that is kept.
//!
//! Blocking, and on a thread of its own: the ledger is lent for the machine's short calls and never held while
//! the line is waited for.

mod address;
mod count;
mod drive;
mod line;

pub use crate::access::Access;
pub use address::{Address, BadAddress};
pub use count::Counted;
pub use drive::{Carry, End, Pace, drive, round};
pub use line::{Answer, BadRoots, Line, Roots};
