//! Goods bought: stock in, and what was paid or is owed for them.

use lumbung_primitives::{DocRef, Money, Quantity};
use minicbor::{Decode, Encode};

#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode)]
#[cbor(array)]
pub struct Purchase {
    #[n(0)]
    pub outlet: u16,
    #[n(1)]
    pub lines: Vec<PurchaseLine>,
    /// What was paid at once; the rest of the lines' value is owed to the supplier.
    #[n(2)]
    pub paid: Vec<Paid>,
    #[n(3)]
    pub supplier: Option<DocRef>,
    #[n(4)]
    pub shift: Option<DocRef>,
}

#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode)]
#[cbor(array)]
pub struct PurchaseLine {
    #[n(0)]
    pub item: DocRef,
    #[n(1)]
    pub quantity: Quantity,
    /// Cost into stock, freight and discounts included.
    #[n(2)]
    pub value: Money,
    #[n(3)]
    pub stock_account: u32,
}

#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode)]
#[cbor(array)]
pub struct Paid {
    /// Cash or bank account.
    #[n(0)]
    pub account: u32,
    #[n(1)]
    pub amount: Money,
}
