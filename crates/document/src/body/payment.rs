//! Money that changes hands without goods.

use lumbung_primitives::{DocRef, Money};
use minicbor::{Decode, Encode};

/// A member pays off some of what she took on bon.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode)]
#[cbor(array)]
pub struct BonPayment {
    #[n(0)]
    pub receipt_no: u64,
    #[n(1)]
    pub outlet: u16,
    #[n(2)]
    pub member: DocRef,
    #[n(3)]
    pub amount: Money,
    /// Cash or bank account that receives it.
    #[n(4)]
    pub account: u32,
    #[n(5)]
    pub shift: Option<DocRef>,
}

#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode)]
#[cbor(array)]
pub struct SavingsDeposit {
    #[n(0)]
    pub receipt_no: u64,
    #[n(1)]
    pub outlet: u16,
    #[n(2)]
    pub member: DocRef,
    #[n(3)]
    pub lines: Vec<SavingsLine>,
    #[n(4)]
    pub account: u32,
    #[n(5)]
    pub shift: Option<DocRef>,
}

#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode)]
#[cbor(array)]
pub struct SavingsLine {
    #[n(0)]
    pub kind: SavingsKind,
    #[n(1)]
    pub amount: Money,
    /// The month that a wajib line is for, `year × 12 + month − 1`.
    #[n(2)]
    pub period: Option<i32>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, Decode)]
#[cbor(index_only)]
pub enum SavingsKind {
    #[n(1)]
    Pokok,
    #[n(2)]
    Wajib,
    #[n(3)]
    Sukarela,
}

#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode)]
#[cbor(array)]
pub struct SupplierPayment {
    #[n(0)]
    pub outlet: u16,
    #[n(1)]
    pub supplier: DocRef,
    /// What the debt falls by.
    #[n(2)]
    pub amount: Money,
    /// Of that, the discount that the supplier gave for paying; not paid out.
    #[n(3)]
    pub discount: Money,
    #[n(4)]
    pub account: u32,
    #[n(5)]
    pub shift: Option<DocRef>,
}

/// The memo and the number of the slip are free text and lie in the personal part.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode)]
#[cbor(array)]
pub struct Expense {
    #[n(0)]
    pub outlet: u16,
    #[n(1)]
    pub lines: Vec<ExpenseLine>,
    /// Cash or bank account that pays.
    #[n(2)]
    pub account: u32,
    #[n(3)]
    pub shift: Option<DocRef>,
}

#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode)]
#[cbor(array)]
pub struct ExpenseLine {
    #[n(0)]
    pub account: u32,
    #[n(1)]
    pub amount: Money,
}
