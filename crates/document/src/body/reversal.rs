//! Taking a document back. The one kind that is not expanded: its effects always travel.

use crate::Hash;
use lumbung_primitives::DocRef;
use minicbor::{Decode, Encode};

#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode)]
#[cbor(array)]
pub struct Reversal {
    #[n(0)]
    pub of: DocRef,
    #[n(1)]
    pub of_hash: Hash,
    #[n(2)]
    pub reason: ReversalReason,
    #[n(3)]
    pub approved_by: Option<DocRef>,
    /// The shift in which money moves now.
    #[n(4)]
    pub shift: Option<DocRef>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, Decode)]
#[cbor(index_only)]
pub enum ReversalReason {
    #[n(1)]
    WrongItemOrQuantity,
    #[n(2)]
    WrongMember,
    #[n(3)]
    WrongTender,
    #[n(4)]
    EnteredTwice,
    #[n(5)]
    CustomerCancelled,
    /// Said in the note of the personal part.
    #[n(99)]
    Other,
}
