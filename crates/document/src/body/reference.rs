//! Reference data: items, members, suppliers, staff, settings. A document creates a thing or changes some
//! of its fields; per field the greatest (v, device_no, seq) holds.

use lumbung_primitives::{DocRef, Ref};
use minicbor::data::Type;
use minicbor::{Decode, Encode};

/// `target` is 0 in the document that creates the thing.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode)]
#[cbor(array)]
pub struct Reference {
    #[n(0)]
    pub target: Ref,
    #[n(1)]
    pub changes: Vec<Change>,
}

/// One field's new value.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode)]
#[cbor(array)]
pub struct Change {
    #[n(0)]
    pub field: Field,
    /// 1 + the greatest v of this field that the author saw.
    #[n(1)]
    pub v: u32,
    #[n(2)]
    pub value: Value,
    /// The edits of this field that the author saw and that none of the others had seen.
    #[n(3)]
    pub seen: Vec<DocRef>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Value {
    Null,
    Bool(bool),
    Integer(i64),
    Text(String),
    Texts(Vec<String>),
}

/// Field numbers, unique over all kinds of reference data. Never reused.
/// 1–99 items, 100–149 members (body), 150–199 persons (personal part), 200–249 suppliers, 250–299 staff,
/// 300–399 settings.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Encode, Decode)]
#[cbor(transparent)]
pub struct Field(#[n(0)] pub u16);

impl Field {
    pub const ITEM_SKU: Self = Self(1);
    pub const ITEM_BARCODES: Self = Self(2);
    pub const ITEM_NAME: Self = Self(3);
    pub const ITEM_CATEGORY: Self = Self(4);
    pub const ITEM_UNIT: Self = Self(5);
    /// Sold by weight: quantities may have decimals.
    pub const ITEM_WEIGHED: Self = Self(6);
    pub const ITEM_PRICE: Self = Self(7);
    pub const ITEM_MEMBER_PRICE: Self = Self(8);
    pub const ITEM_REORDER_MIN: Self = Self(9);
    /// The stock account; 114100 unless the chart says otherwise.
    pub const ITEM_ACCOUNT: Self = Self(10);
    pub const ITEM_ACTIVE: Self = Self(11);
    /// Rupiah per unit, the cost to take where no average is known yet.
    pub const ITEM_COST: Self = Self(12);

    pub const MEMBER_NO: Self = Self(100);
    /// See `MemberStatus` in crate `domain`.
    pub const MEMBER_STATUS: Self = Self(101);
    /// Days since 1970.
    pub const MEMBER_JOINED: Self = Self(102);
    pub const MEMBER_BON_LIMIT: Self = Self(103);
    /// Entered twice: the key of the member that this one is, null where it is somebody of its own. The
    /// papers of both stay as they are; whoever reads sums adds them up.
    pub const MEMBER_MERGED_INTO: Self = Self(104);

    pub const PERSON_NAME: Self = Self(150);
    pub const PERSON_PHONE: Self = Self(151);
    pub const PERSON_ADDRESS: Self = Self(152);
    pub const PERSON_NIK: Self = Self(153);
    pub const PERSON_KK: Self = Self(154);
    /// Days since 1970, may be negative.
    pub const PERSON_BIRTH_DATE: Self = Self(155);
    /// 1 female, 2 male.
    pub const PERSON_SEX: Self = Self(156);
    /// A free text with a trade document: the memo of an expense, the note of a reversal.
    pub const NOTE: Self = Self(190);

    pub const SUPPLIER_ACTIVE: Self = Self(200);

    /// See `Role` in crate `domain`.
    pub const STAFF_ROLE: Self = Self(250);
    pub const STAFF_ACTIVE: Self = Self(251);

    /// Rupiah to which cash is rounded, 0 off.
    pub const CASH_ROUNDING_STEP: Self = Self(300);
    /// 0 nearest half up, 1 nearest half down, 2 down, 3 up.
    pub const CASH_ROUNDING_MODE: Self = Self(301);
    /// Bon limit of members without one of their own.
    pub const BON_LIMIT_DEFAULT: Self = Self(302);

    /// Whether values of this field live in the personal part.
    pub const fn is_personal(self) -> bool {
        self.0 >= 150 && self.0 < 200
    }
}

impl<C> Encode<C> for Value {
    fn encode<W: minicbor::encode::Write>(
        &self,
        encoder: &mut minicbor::Encoder<W>,
        context: &mut C,
    ) -> Result<(), minicbor::encode::Error<W::Error>> {
        match self {
            Self::Null => encoder.null()?.ok(),
            Self::Bool(value) => encoder.bool(*value)?.ok(),
            Self::Integer(value) => encoder.i64(*value)?.ok(),
            Self::Text(value) => encoder.str(value)?.ok(),
            Self::Texts(values) => values.encode(encoder, context),
        }
    }

    /// A null value is written, never left out: it means "cleared".
    fn is_nil(&self) -> bool {
        false
    }
}

impl<'b, C> Decode<'b, C> for Value {
    fn decode(decoder: &mut minicbor::Decoder<'b>, context: &mut C) -> Result<Self, minicbor::decode::Error> {
        match decoder.datatype()? {
            Type::Null => decoder.null().map(|()| Self::Null),
            Type::Bool => decoder.bool().map(Self::Bool),
            Type::String => decoder.str().map(|text| Self::Text(text.to_owned())),
            Type::Array => Vec::decode(decoder, context).map(Self::Texts),
            _ => decoder.i64().map(Self::Integer),
        }
    }
}

impl Value {
    pub fn encode(&self) -> Vec<u8> {
        crate::encode(self)
    }

    pub fn decode(bytes: &[u8]) -> Result<Self, crate::Malformed> {
        crate::decode("value", bytes)
    }

    pub fn as_integer(&self) -> Option<i64> {
        if let Self::Integer(value) = self { Some(*value) } else { None }
    }

    pub fn as_text(&self) -> Option<&str> {
        if let Self::Text(value) = self { Some(value) } else { None }
    }

    pub fn as_bool(&self) -> Option<bool> {
        if let Self::Bool(value) = self { Some(*value) } else { None }
    }
}
