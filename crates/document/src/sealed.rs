//! Sealing: a decided body becomes exact bytes in the device's chain.

use crate::header::Original;
use crate::{Body, Effects, Hash, Header, Kind, Malformed, PersonalPart};
use lumbung_primitives::{BusinessDate, DocRef, Ref};

/// What `domain` decided and `posting` expanded, before it has a place in the chain.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Draft {
    pub body: Body,
    pub rule_version: u16,
    pub effects: Effects,
    pub business_date: BusinessDate,
    pub reissue_of: Option<Original>,
}

/// Where in its device's chain a document goes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Position {
    pub at: DocRef,
    pub prev_hash: Hash,
    pub wall_ms: i64,
    pub actor: Ref,
}

/// A document as it is stored and sent: bytes that nobody writes again, and what they say.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SealedDocument {
    pub at: DocRef,
    pub hash: Hash,
    pub header: Header,
    pub header_bytes: Vec<u8>,
    pub body_bytes: Vec<u8>,
    pub effects_bytes: Vec<u8>,
    /// Absent where there never was one, or where it was erased.
    pub personal_bytes: Option<Vec<u8>>,
}

impl SealedDocument {
    pub fn seal(draft: &Draft, position: Position, personal: Option<&PersonalPart>) -> Self {
        let body_bytes = draft.body.encode();
        let effects_bytes = draft.effects.encode();
        let personal_bytes = personal.map(PersonalPart::encode);
        let header = Header {
            seq: position.at.seq,
            prev_hash: position.prev_hash,
            wall_ms: position.wall_ms,
            business_date: draft.business_date,
            actor: position.actor,
            kind: draft.body.kind(),
            kind_version: draft.body.version(),
            rule_version: draft.rule_version,
            body_hash: Hash::body(&body_bytes),
            effects_hash: Hash::effects(&effects_bytes),
            personal_hash: personal_bytes.as_deref().map(Hash::personal),
            reissue_of: draft.reissue_of,
        };
        let header_bytes = header.encode();
        Self {
            at: position.at,
            hash: Hash::document(&header_bytes),
            header,
            header_bytes,
            body_bytes,
            effects_bytes,
            personal_bytes,
        }
    }

    /// Takes received or stored bytes as they are and proves that the header binds them.
    pub fn open(
        device_no: u32,
        header_bytes: Vec<u8>,
        body_bytes: Vec<u8>,
        effects_bytes: Vec<u8>,
        personal_bytes: Option<Vec<u8>>,
    ) -> Result<Self, Malformed> {
        let header = Header::decode(&header_bytes)?;
        if Hash::body(&body_bytes) != header.body_hash {
            return Err(Malformed::new("body", "hash differs from the header's"));
        }
        if Hash::effects(&effects_bytes) != header.effects_hash {
            return Err(Malformed::new("effects", "hash differs from the header's"));
        }
        if let Some(personal) = &personal_bytes
            && header.personal_hash != Some(Hash::personal(personal))
        {
            return Err(Malformed::new("personal part", "hash differs from the header's"));
        }
        Ok(Self {
            at: DocRef::new(device_no, header.seq),
            hash: Hash::document(&header_bytes),
            header,
            header_bytes,
            body_bytes,
            effects_bytes,
            personal_bytes,
        })
    }

    /// Of all parts together.
    pub fn bytes(&self) -> usize {
        let personal = self.personal_bytes.as_ref().map_or(0, Vec::len);
        self.header_bytes.len() + self.body_bytes.len() + self.effects_bytes.len() + personal
    }

    pub fn kind(&self) -> Kind {
        self.header.kind
    }

    /// The body where this app knows its kind and version.
    pub fn body(&self) -> Result<Option<Body>, Malformed> {
        Body::decode(self.header.kind, self.header.kind_version, &self.body_bytes)
    }

    pub fn effects(&self) -> Result<Effects, Malformed> {
        Effects::decode(&self.effects_bytes)
    }
}
