//! How the primitives are written in a document (format v1). They are encoded here because the orphan rule
//! wants it; what a document is made of is crate `document`'s business.

use crate::{BusinessDate, DocRef, Money, Quantity, Ref};
use minicbor::data::Type;
use minicbor::decode::{Decode, Decoder, Error as DecodeError};
use minicbor::encode::{Encode, Encoder, Error as EncodeError, Write};

macro_rules! as_integer {
    ($name:ident, $integer:ident) => {
        impl<C> Encode<C> for $name {
            fn encode<W: Write>(
                &self,
                encoder: &mut Encoder<W>,
                _: &mut C,
            ) -> Result<(), EncodeError<W::Error>> {
                encoder.$integer(self.0)?.ok()
            }
        }

        impl<'b, C> Decode<'b, C> for $name {
            fn decode(decoder: &mut Decoder<'b>, _: &mut C) -> Result<Self, DecodeError> {
                decoder.$integer().map(Self)
            }
        }
    };
}

as_integer!(Money, i64);
as_integer!(Quantity, i64);
as_integer!(BusinessDate, i32);

/// `[device_no, seq]`.
impl<C> Encode<C> for DocRef {
    fn encode<W: Write>(&self, encoder: &mut Encoder<W>, _: &mut C) -> Result<(), EncodeError<W::Error>> {
        encoder.array(2)?.u32(self.device_no)?.u64(self.seq)?.ok()
    }
}

impl<'b, C> Decode<'b, C> for DocRef {
    fn decode(decoder: &mut Decoder<'b>, _: &mut C) -> Result<Self, DecodeError> {
        if decoder.array()? != Some(2) {
            return Err(DecodeError::message("a reference is an array of two"));
        }
        let reference = Self::new(decoder.u32()?, decoder.u64()?);
        if reference.is_valid() { Ok(reference) } else { Err(DecodeError::message("reference out of range")) }
    }
}

/// `0` for the document itself, else as [`DocRef`].
impl<C> Encode<C> for Ref {
    fn encode<W: Write>(
        &self,
        encoder: &mut Encoder<W>,
        context: &mut C,
    ) -> Result<(), EncodeError<W::Error>> {
        match self {
            Self::This => encoder.u8(0)?.ok(),
            Self::Doc(reference) => reference.encode(encoder, context),
        }
    }
}

impl<'b, C> Decode<'b, C> for Ref {
    fn decode(decoder: &mut Decoder<'b>, context: &mut C) -> Result<Self, DecodeError> {
        if decoder.datatype()? == Type::Array {
            return DocRef::decode(decoder, context).map(Self::Doc);
        }
        if decoder.u8()? == 0 {
            Ok(Self::This)
        } else {
            Err(DecodeError::message("a reference is 0 or an array"))
        }
    }
}
