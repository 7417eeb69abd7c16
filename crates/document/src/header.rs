//! The header: what the hash of a document covers. Thirteen elements, in this order, for ever.

use crate::canonical;
use crate::{Hash, Kind, Malformed};
use lumbung_primitives::{BusinessDate, DocRef, Ref};
use minicbor::{Decode, Encode};

/// Format 1 is this page.
pub const FORMAT: u16 = 1;

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Header {
    pub seq: u64,
    pub prev_hash: Hash,
    /// The device's wall clock in milliseconds since 1970; a label, in no rule.
    pub wall_ms: i64,
    pub business_date: BusinessDate,
    /// The staff member who acted; `This` (0) is the holder of the device's key without a sign-in.
    pub actor: Ref,
    pub kind: Kind,
    pub kind_version: u16,
    /// Which rule made the effects; 0 where a kind has none.
    pub rule_version: u16,
    pub body_hash: Hash,
    pub effects_hash: Hash,
    pub personal_hash: Option<Hash>,
    /// The orphan that this document re-issues after the end of a series.
    pub reissue_of: Option<Original>,
}

/// An orphan by name and hash: after a restored copy two documents bear one name, and one of them stands.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Encode, Decode)]
#[cbor(array)]
pub struct Original {
    #[n(0)]
    pub device_no: u32,
    #[n(1)]
    pub seq: u64,
    #[n(2)]
    pub hash: Hash,
}

impl Original {
    pub const fn at(self) -> DocRef {
        DocRef::new(self.device_no, self.seq)
    }
}

#[derive(Encode, Decode)]
#[cbor(array)]
struct Start {
    #[n(0)]
    format: u16,
    #[n(1)]
    seq: u64,
    #[n(2)]
    prev_hash: Hash,
}

impl Header {
    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(176);
        let mut encoder = minicbor::Encoder::new(&mut bytes);
        let written = encoder
            .array(13)
            .and_then(|e| e.u16(FORMAT))
            .and_then(|e| e.u64(self.seq))
            .and_then(|e| e.encode(self.prev_hash))
            .and_then(|e| e.i64(self.wall_ms))
            .and_then(|e| e.encode(self.business_date))
            .and_then(|e| e.encode(self.actor))
            .and_then(|e| e.u16(self.kind.id()))
            .and_then(|e| e.u16(self.kind_version))
            .and_then(|e| e.u16(self.rule_version))
            .and_then(|e| e.encode(self.body_hash))
            .and_then(|e| e.encode(self.effects_hash))
            .and_then(|e| e.encode(self.personal_hash))
            .and_then(|e| e.encode(self.reissue_of))
            .map(drop);
        match written {
            Ok(()) => bytes,
            Err(never) => unreachable!("encoding to memory: {never}"),
        }
    }

    /// Reads a header of format 1. A header of another format is an error here; [`read_start`] chains it.
    pub fn decode(bytes: &[u8]) -> Result<Self, Malformed> {
        canonical::check("header", bytes)?;
        let header = Self::read(bytes).map_err(|error| Malformed::new("header", error))?;
        if header.seq == 0 || header.seq >= 1 << 40 {
            return Err(Malformed::new("header", "seq out of range"));
        }
        if !header.business_date.is_valid() {
            return Err(Malformed::new("header", "business date out of range"));
        }
        Ok(header)
    }

    fn read(bytes: &[u8]) -> Result<Self, minicbor::decode::Error> {
        let mut decoder = minicbor::Decoder::new(bytes);
        if decoder.array()? != Some(13) {
            return Err(minicbor::decode::Error::message("a header has 13 elements"));
        }
        if decoder.u16()? != FORMAT {
            return Err(minicbor::decode::Error::message("a format of a later app"));
        }
        Ok(Self {
            seq: decoder.u64()?,
            prev_hash: decoder.decode()?,
            wall_ms: decoder.i64()?,
            business_date: decoder.decode()?,
            actor: decoder.decode()?,
            kind: Kind::from_id(decoder.u16()?),
            kind_version: decoder.u16()?,
            rule_version: decoder.u16()?,
            body_hash: decoder.decode()?,
            effects_hash: decoder.decode()?,
            personal_hash: decoder.decode()?,
            reissue_of: decoder.decode()?,
        })
    }
}

/// What every format's header begins with: (format, seq, prev_hash). Enough to chain, store and relay.
pub fn read_start(bytes: &[u8]) -> Result<(u16, u64, Hash), Malformed> {
    let start: Start = crate::decode("header", bytes)?;
    Ok((start.format, start.seq, start.prev_hash))
}
