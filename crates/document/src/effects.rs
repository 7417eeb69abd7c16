//! Effects: what a document does to the books, the stock and the members. Replicas only add them up.

use crate::Malformed;
use lumbung_primitives::{DocRef, Money, Quantity, Ref};
use minicbor::{Decode, Encode};

#[derive(Clone, PartialEq, Eq, Debug, Default, Encode, Decode)]
#[cbor(array)]
pub struct Effects {
    #[n(0)]
    pub postings: Vec<Posting>,
    #[n(1)]
    pub stock_moves: Vec<StockMove>,
    #[n(2)]
    pub member_moves: Vec<MemberMove>,
}

/// One line of the journal. Debit is positive.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode)]
#[cbor(array)]
pub struct Posting {
    /// Six digits; the first is the class.
    #[n(0)]
    pub account: u32,
    #[n(1)]
    pub amount: Money,
    #[n(2)]
    pub outlet: u16,
    /// Member, supplier or consignor whose sub-ledger this line belongs to.
    #[n(3)]
    pub party: Option<Ref>,
    #[n(4)]
    pub shift: Option<Ref>,
    /// The line of the cash-flow statement, 0 on accounts that are not cash or bank.
    #[n(5)]
    pub flow: u8,
    #[n(6)]
    pub layer: Layer,
}

/// Kept as a number so that a layer of a later app still books: to refuse it here would part the books of
/// two versions for ever.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Encode, Decode)]
#[cbor(transparent)]
pub struct Layer(#[n(0)] pub u8);

impl Layer {
    pub const NORMAL: Self = Self(0);
    pub const OPENING: Self = Self(1);
    pub const ADJUSTING: Self = Self(2);
    pub const CLOSING: Self = Self(3);
}

/// Goods in (positive) or out. Value 0 and no account where a consignor owns them.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode)]
#[cbor(array)]
pub struct StockMove {
    #[n(0)]
    pub item: DocRef,
    #[n(1)]
    pub outlet: u16,
    /// 0 is the sales floor; quarantine and damaged come with stock counts.
    #[n(2)]
    pub bin: u16,
    #[n(3)]
    pub account: Option<u32>,
    #[n(4)]
    pub quantity: Quantity,
    #[n(5)]
    pub value: Money,
    #[cbor(n(6), encode_with = "null_too", is_nil = "never")]
    pub owner: Option<DocRef>,
}

#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode)]
#[cbor(array)]
pub struct MemberMove {
    #[n(0)]
    pub member: DocRef,
    #[n(1)]
    pub kind: MemberMoveKind,
    #[n(2)]
    pub amount: Money,
    /// The month it is for, `year × 12 + month − 1` (a rapel of simpanan wajib has one row a month).
    #[cbor(n(3), encode_with = "null_too", is_nil = "never")]
    pub period: Option<i32>,
}

/// A closed table; new numbers are appended. Kept as a number so that a later app's kinds still add up.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct MemberMoveKind(pub u8);

impl MemberMoveKind {
    pub const POKOK: Self = Self(1);
    pub const WAJIB: Self = Self(2);
    pub const SUKARELA: Self = Self(3);
    /// What the member owes for goods taken on bon.
    pub const BON: Self = Self(4);
    pub const SHU: Self = Self(5);
    /// Purchases net of discounts, before cash rounding, by class, each followed by its margin.
    pub const PURCHASE_OWN: Self = Self(6);
    pub const MARGIN_OWN: Self = Self(7);
    pub const PURCHASE_CONSIGNED: Self = Self(8);
    pub const MARGIN_CONSIGNED: Self = Self(9);
    pub const PURCHASE_AGENCY: Self = Self(10);
    pub const MARGIN_AGENCY: Self = Self(11);
    pub const PURCHASE_EXCLUDED: Self = Self(12);
    pub const MARGIN_EXCLUDED: Self = Self(13);
}

impl<C> Encode<C> for MemberMoveKind {
    fn encode<W: minicbor::encode::Write>(
        &self,
        encoder: &mut minicbor::Encoder<W>,
        _: &mut C,
    ) -> Result<(), minicbor::encode::Error<W::Error>> {
        encoder.u8(self.0)?.ok()
    }
}

impl<'b, C> Decode<'b, C> for MemberMoveKind {
    fn decode(decoder: &mut minicbor::Decoder<'b>, _: &mut C) -> Result<Self, minicbor::decode::Error> {
        decoder.u8().map(Self)
    }
}

#[expect(clippy::ref_option, reason = "the derive hands over the field as it stands")]
fn null_too<T: Encode<C>, C, W: minicbor::encode::Write>(
    value: &Option<T>,
    encoder: &mut minicbor::Encoder<W>,
    context: &mut C,
) -> Result<(), minicbor::encode::Error<W::Error>> {
    value.encode(encoder, context)
}

/// Rows of effects have all their elements, a null at the end too: sums read them by position for ever.
fn never<T>(_: &T) -> bool {
    false
}

impl Effects {
    pub fn encode(&self) -> Vec<u8> {
        crate::encode(self)
    }

    pub fn decode(bytes: &[u8]) -> Result<Self, Malformed> {
        crate::decode("effects", bytes)
    }

    pub fn is_empty(&self) -> bool {
        self.rows() == 0
    }

    pub fn rows(&self) -> usize {
        self.postings.len() + self.stock_moves.len() + self.member_moves.len()
    }
}
