//! What a status bar can tell.

use super::Failure;
use crate::wire::ProblemCode;

/// How things stand. Counters run from the machine's beginning.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Progress {
    /// Own documents that the centre has not acknowledged, when last looked.
    pub waiting: u64,
    /// Own documents acknowledged.
    pub pushed: u64,
    /// Documents of others taken.
    pub pulled: u64,
    /// Documents of others that came again.
    pub known: u64,
    /// Documents of any device offered to a centre that had lost them.
    pub relayed: u64,
    /// More pages wait at the centre.
    pub more: bool,
    /// Bytes of a checkpoint read, and its size.
    pub blob: Option<(u64, u64)>,
    /// Proved answers of the centre: when it moves, there was contact.
    pub contacts: u64,
    /// The till's clock minus the centre's, where they differ by more than ten minutes.
    pub clock_off_ms: Option<i64>,
    /// What is the matter, until it goes well again.
    pub matter: Option<Matter>,
}

/// Something that keeps documents from travelling.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Matter {
    NoContact(Failure),
    /// The centre asks to wait.
    Busy,
    /// The centre does not know this device: not yet, or no longer.
    NotKnown,
    /// The centre will not take this device's documents after `after_seq`. What the others write still comes.
    PushRefused {
        after_seq: u64,
        code: ProblemCode,
        detail: String,
    },
    /// The centre's page is not taken. What this device writes still goes.
    PageRefused {
        detail: String,
    },
    /// Two devices hold different documents of `device_no`.
    Branch {
        device_no: u32,
    },
    /// The conversation goes round in a circle.
    Circle {
        detail: String,
    },
}
