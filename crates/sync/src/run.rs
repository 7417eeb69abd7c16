//! A run: documents of one device up to a head that it signed. The unit of sending and of resumption.

use lumbung_document::{Hash, SealedDocument, SignedHead};
use lumbung_primitives::DocRef;

/// Which documents, and who vouches for them. The last seq is that of the head.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RunHead {
    pub first_seq: u64,
    /// Signed by the device: vouches for everything behind it.
    pub head: SignedHead,
}

impl RunHead {
    pub fn device_no(&self) -> u32 {
        self.head.device_no
    }

    pub fn last_seq(&self) -> u64 {
        self.head.seq
    }

    /// How many documents; `None` where the numbers make no run.
    pub fn count(&self) -> Option<u64> {
        if self.first_seq == 0 {
            None
        } else {
            (self.head.seq + 1).checked_sub(self.first_seq).filter(|n| *n > 0)
        }
    }

    /// The document that the first one of the run continues; `None` at the beginning of a series.
    pub fn before(&self) -> Option<DocRef> {
        (self.first_seq > 1).then(|| DocRef::new(self.head.device_no, self.first_seq - 1))
    }
}

/// A run with its documents, in order, each proved to be bound by its header, and the last to be the head's.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Run {
    pub head: RunHead,
    pub documents: Vec<SealedDocument>,
}

/// What `read_prev` answers: the hash that the first document of a run must continue. For the first of a
/// series that is the device's genesis hash.
pub type PrevHash<'a> = &'a mut dyn FnMut(u32, u64) -> Option<Hash>;
