//! A sale and a sale return.

use lumbung_primitives::{DocRef, Money, Quantity};
use minicbor::{Decode, Encode};

#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode)]
#[cbor(array)]
pub struct Sale {
    /// The integer of A-000127, counted over the device's receipt kinds.
    #[n(0)]
    pub receipt_no: u64,
    #[n(1)]
    pub outlet: u16,
    #[n(2)]
    pub as_member: bool,
    #[n(3)]
    pub lines: Vec<SaleLine>,
    #[n(4)]
    pub tenders: Vec<Tendered>,
    /// Added to what cash is asked, may be negative; in no tender but cash.
    #[n(5)]
    pub rounding: Money,
    #[n(6)]
    pub shift: Option<DocRef>,
    #[n(7)]
    pub member: Option<DocRef>,
}

#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode)]
#[cbor(array)]
pub struct SaleLine {
    #[n(0)]
    pub item: DocRef,
    #[n(1)]
    pub quantity: Quantity,
    /// Rupiah per stock unit.
    #[n(2)]
    pub unit_price: Money,
    /// quantity × unit_price, half up, before discount.
    #[n(3)]
    pub amount: Money,
    /// Taken off this line, zero or positive.
    #[n(4)]
    pub discount: Money,
    /// What leaves the stock account, the line's share of the moving average.
    #[n(5)]
    pub cost: Money,
    #[n(6)]
    pub stock_account: u32,
    #[n(7)]
    pub class: GoodsClass,
    /// The consignor where the goods are not the cooperative's.
    #[n(8)]
    pub owner: Option<DocRef>,
}

/// What a purchase counts as when the meeting decides which purchases earn SHU.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, Decode)]
#[cbor(index_only)]
pub enum GoodsClass {
    #[n(0)]
    Own,
    #[n(1)]
    Consigned,
    #[n(2)]
    Agency,
    /// Goods that the meeting leaves out (subsidised, without margin).
    #[n(3)]
    Excluded,
}

#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode)]
#[cbor(array)]
pub struct Tendered {
    #[n(0)]
    pub tender: Tender,
    /// What of the sale this pays, cash rounding included.
    #[n(1)]
    pub amount: Money,
    /// What the buyer handed over; equals `amount` but for cash.
    #[n(2)]
    pub handed: Money,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, Decode)]
#[cbor(index_only)]
pub enum Tender {
    #[n(1)]
    Cash,
    /// Claimed by the buyer until matched.
    #[n(2)]
    Qris,
    #[n(3)]
    Bon,
}

/// Goods back by their receipt, at the cost of the sale that they return.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode)]
#[cbor(array)]
pub struct SaleReturn {
    #[n(0)]
    pub receipt_no: u64,
    #[n(1)]
    pub outlet: u16,
    /// Whether the sale was one to a member.
    #[n(2)]
    pub as_member: bool,
    /// The sale that is returned from.
    #[n(3)]
    pub sale: DocRef,
    #[n(4)]
    pub lines: Vec<ReturnLine>,
    #[n(5)]
    pub tenders: Vec<Tendered>,
    #[n(6)]
    pub rounding: Money,
    /// Goods not fit for sale: their cost becomes spoilage instead of stock.
    #[n(7)]
    pub damaged: bool,
    #[n(8)]
    pub shift: Option<DocRef>,
    #[n(9)]
    pub member: Option<DocRef>,
}

/// Quantity, amount and cost are what comes back, positive.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode)]
#[cbor(array)]
pub struct ReturnLine {
    /// Position in the sale, from 0.
    #[n(0)]
    pub line: u32,
    #[n(1)]
    pub item: DocRef,
    #[n(2)]
    pub quantity: Quantity,
    /// Refunded, net of the share of the line's discount.
    #[n(3)]
    pub amount: Money,
    #[n(4)]
    pub cost: Money,
    #[n(5)]
    pub stock_account: u32,
    #[n(6)]
    pub class: GoodsClass,
    #[n(7)]
    pub owner: Option<DocRef>,
}
