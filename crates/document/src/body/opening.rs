//! Opening balances, in parts where one document would be too large. Each part balances by itself through
//! the clearing account 399900.

use lumbung_primitives::{DocRef, Money, Quantity, Ref};
use minicbor::{Decode, Encode};

#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode)]
#[cbor(array)]
pub struct OpeningBalance {
    /// This part, from 1.
    #[n(0)]
    pub part: u32,
    #[n(1)]
    pub parts: u32,
    #[n(2)]
    pub accounts: Vec<OpeningAccount>,
    #[n(3)]
    pub stock: Vec<OpeningStock>,
    #[n(4)]
    pub members: Vec<OpeningMember>,
}

/// Debit positive. Control accounts come with their party.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode)]
#[cbor(array)]
pub struct OpeningAccount {
    #[n(0)]
    pub account: u32,
    #[n(1)]
    pub amount: Money,
    #[n(2)]
    pub outlet: u16,
    #[n(3)]
    pub party: Option<Ref>,
}

#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode)]
#[cbor(array)]
pub struct OpeningStock {
    #[n(0)]
    pub item: DocRef,
    #[n(1)]
    pub outlet: u16,
    #[n(2)]
    pub quantity: Quantity,
    #[n(3)]
    pub value: Money,
    #[n(4)]
    pub account: u32,
}

/// Savings or bon of one member; the control account's line is made from it.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode)]
#[cbor(array)]
pub struct OpeningMember {
    #[n(0)]
    pub member: DocRef,
    /// See `MemberMoveKind`: pokok, wajib, sukarela or bon.
    #[n(1)]
    pub kind: u8,
    #[n(2)]
    pub amount: Money,
}
