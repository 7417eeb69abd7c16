//! What a clerk writes, before it has a place in a chain, and what the model is told of it.

pub mod reissue;
pub mod trade;

use lumbung_document::body::Reference;
use lumbung_document::body::reference::Value;
use lumbung_document::header::Original;
use lumbung_document::{
    Body, Effects, Hash, Header, Kind, PersonalContent, PersonalPart, Position, SealedDocument,
};
use lumbung_primitives::{BusinessDate, DocRef, Ref};

/// One document to be.
#[derive(Clone, Debug)]
pub struct Paper {
    pub kind: Kind,
    pub kind_version: u16,
    pub rule_version: u16,
    pub body: Vec<u8>,
    pub effects: Vec<u8>,
    pub date: BusinessDate,
    pub reissue_of: Option<Original>,
    pub personal: Option<(DocRef, PersonalContent)>,
    /// What it books; `None` where every reader must set it aside.
    pub sums: Option<Effects>,
    pub says: Says,
}

/// What a document says beside its sums, told by whoever wrote it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Says {
    Nothing,
    End {
        device_no: u32,
        seq: u64,
        hash: Hash,
    },
    HandOver {
        device_no: u32,
        after: DocRef,
        by_two: bool,
    },
    Close {
        last_day: i32,
        cut: Vec<(u32, u64)>,
    },
    Reopen {
        close: DocRef,
    },
    /// (field, v, value) of a thing; only integers are followed.
    Edit {
        target: Ref,
        changes: Vec<(u16, u32, i64)>,
    },
    Erase {
        member: DocRef,
    },
}

impl Paper {
    /// A body of this app, with the effects that its rule gives.
    pub fn of(body: &Body, date: BusinessDate) -> Option<Self> {
        let rule_version = lumbung_posting::rule_for(body);
        let effects = lumbung_posting::expand(body, rule_version).ok()?;
        Some(Self::with_effects(body, rule_version, effects, date))
    }

    pub fn with_effects(body: &Body, rule_version: u16, effects: Effects, date: BusinessDate) -> Self {
        Self {
            kind: body.kind(),
            kind_version: body.version(),
            rule_version,
            body: body.encode(),
            effects: effects.encode(),
            date,
            reissue_of: None,
            personal: None,
            sums: Some(effects),
            says: says(body),
        }
    }

    /// The document at its place.
    pub fn seal(&self, position: Position) -> SealedDocument {
        let personal = self.personal.as_ref().map(|(subject, content)| {
            PersonalPart {
                key_no: 1,
                subject: Some(Ref::Doc(*subject)),
                nonce: [7; 24],
                ciphertext: content.encode(),
            }
            .encode()
        });
        let header = Header {
            seq: position.at.seq,
            prev_hash: position.prev_hash,
            wall_ms: position.wall_ms,
            business_date: self.date,
            actor: position.actor,
            kind: self.kind,
            kind_version: self.kind_version,
            rule_version: self.rule_version,
            body_hash: Hash::body(&self.body),
            effects_hash: Hash::effects(&self.effects),
            personal_hash: personal.as_deref().map(Hash::personal),
            reissue_of: self.reissue_of,
        };
        let header_bytes = header.encode();
        SealedDocument {
            at: position.at,
            hash: Hash::document(&header_bytes),
            header,
            header_bytes,
            body_bytes: self.body.clone(),
            effects_bytes: self.effects.clone(),
            personal_bytes: personal,
        }
    }
}

/// What a body says to the model.
pub fn says(body: &Body) -> Says {
    match body {
        Body::SeriesEnd(body) => Says::End { device_no: body.device_no, seq: body.seq, hash: body.hash },
        Body::BooksDevice(body) => {
            Says::HandOver { device_no: body.device_no, after: body.after, by_two: body.second.is_some() }
        }
        Body::PeriodClose(body) => Says::Close {
            last_day: body.last_day.0,
            cut: body.cut.iter().map(|line| (line.device_no, line.seq)).collect(),
        },
        Body::PeriodReopen(body) => Says::Reopen { close: body.close },
        Body::MemberErased(body) => Says::Erase { member: body.member },
        Body::Item(edit) => edits(edit),
        _ => Says::Nothing,
    }
}

fn edits(edit: &Reference) -> Says {
    let followed = edit.changes.iter().filter_map(|change| match change.value {
        Value::Integer(value) => Some((change.field.0, change.v, value)),
        _ => None,
    });
    Says::Edit { target: edit.target, changes: followed.collect() }
}
