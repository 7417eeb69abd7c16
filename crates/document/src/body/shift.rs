//! A shift at one drawer, from the float to the count.

use lumbung_primitives::{DocRef, Money};
use minicbor::{Decode, Encode};

#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode)]
#[cbor(array)]
pub struct ShiftOpen {
    #[n(0)]
    pub outlet: u16,
    /// Brought into the drawer, zero if none.
    #[n(1)]
    pub float: Money,
    /// Where the float comes from.
    #[n(2)]
    pub float_account: u32,
}

#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode)]
#[cbor(array)]
pub struct ShiftClose {
    #[n(0)]
    pub outlet: u16,
    #[n(1)]
    pub shift: DocRef,
    /// What the books say is in the drawer.
    #[n(2)]
    pub expected: Money,
    #[n(3)]
    pub counted: Money,
    /// Taken from the drawer after the count.
    #[n(4)]
    pub to_bank: Money,
    #[n(5)]
    pub bank_account: u32,
    #[n(6)]
    pub to_safe: Money,
    #[n(7)]
    pub safe_account: u32,
}
