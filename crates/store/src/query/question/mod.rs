//! Questions: what documents of several tills leave to a person. A function of the documents held, so that
//! every till that holds the same ones asks the same; found from small tables, never by reading the log.

mod field;
mod paper;
mod people;

use crate::{Control, PersonalReader, StoreError, query};
use lumbung_primitives::DocRef;
use rusqlite::Connection;
use std::collections::HashMap;

pub use field::{Contested, Edit};
pub use people::OverLimit;

/// What may be asked.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Topic {
    FieldConflict,
    SamePerson,
    MemberNumber,
    NegativeStock,
    BonOverLimit,
    TakenBackTwice,
    Quarantined,
    ForeignEffects,
    VoidControl,
    Fork,
}

impl Topic {
    /// In the order in which they matter to a shop.
    pub const ALL: [Self; 10] = [
        Self::Fork,
        Self::Quarantined,
        Self::ForeignEffects,
        Self::VoidControl,
        Self::TakenBackTwice,
        Self::SamePerson,
        Self::MemberNumber,
        Self::BonOverLimit,
        Self::FieldConflict,
        Self::NegativeStock,
    ];

    /// The number in an `Answer` document, never reused. `None`: another document settles it.
    pub const fn code(self) -> Option<u16> {
        match self {
            Self::SamePerson => Some(1),
            Self::BonOverLimit => Some(2),
            Self::TakenBackTwice => Some(3),
            Self::Quarantined => Some(4),
            Self::ForeignEffects => Some(5),
            Self::VoidControl => Some(6),
            Self::FieldConflict | Self::MemberNumber | Self::NegativeStock | Self::Fork => None,
        }
    }
}

/// A question that nobody has answered yet.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Open {
    FieldConflict(Contested),
    /// One NIK; both lead their groups.
    SamePerson {
        members: [DocRef; 2],
    },
    MemberNumber {
        member_no: String,
        members: [DocRef; 2],
    },
    NegativeStock {
        item: DocRef,
        quantity_milli: i64,
    },
    BonOverLimit(OverLimit),
    /// `by`: reversals and returns, in order.
    TakenBackTwice {
        of: DocRef,
        by: Vec<DocRef>,
    },
    Quarantined {
        document: DocRef,
        reason: String,
    },
    ForeignEffects {
        document: DocRef,
    },
    VoidControl {
        document: DocRef,
    },
    /// `first`: the smallest document that lies aside.
    Fork {
        device_no: u32,
        first: DocRef,
    },
}

impl Open {
    pub const fn topic(&self) -> Topic {
        match self {
            Self::FieldConflict(_) => Topic::FieldConflict,
            Self::SamePerson { .. } => Topic::SamePerson,
            Self::MemberNumber { .. } => Topic::MemberNumber,
            Self::NegativeStock { .. } => Topic::NegativeStock,
            Self::BonOverLimit(_) => Topic::BonOverLimit,
            Self::TakenBackTwice { .. } => Topic::TakenBackTwice,
            Self::Quarantined { .. } => Topic::Quarantined,
            Self::ForeignEffects { .. } => Topic::ForeignEffects,
            Self::VoidControl { .. } => Topic::VoidControl,
            Self::Fork { .. } => Topic::Fork,
        }
    }

    /// The documents that it is about: where others are, it is another question.
    pub fn about(&self) -> Vec<DocRef> {
        match self {
            Self::FieldConflict(contested) => {
                std::iter::once(contested.target).chain(contested.edits.iter().map(|edit| edit.doc)).collect()
            }
            Self::SamePerson { members } | Self::MemberNumber { members, .. } => members.to_vec(),
            Self::NegativeStock { item, .. } => vec![*item],
            Self::BonOverLimit(over) => {
                std::iter::once(over.member).chain(over.raised_by.iter().copied()).collect()
            }
            Self::TakenBackTwice { of, by } => std::iter::once(*of).chain(by.iter().copied()).collect(),
            Self::Quarantined { document, .. }
            | Self::ForeignEffects { document }
            | Self::VoidControl { document } => vec![*document],
            Self::Fork { first, .. } => vec![*first],
        }
    }
}

/// What questions are found with.
#[derive(Clone, Copy)]
pub struct Asking<'a> {
    pub connection: &'a Connection,
    pub control: &'a Control,
    pub reader: &'a dyn PersonalReader,
    /// Limit of members without one of their own.
    pub bon_limit_default_rp: i64,
}

impl std::fmt::Debug for Asking<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Asking").finish_non_exhaustive()
    }
}

impl Asking<'_> {
    /// Everything that is open, in the order of [`Topic::ALL`].
    pub fn all(&self) -> Result<Vec<Open>, StoreError> {
        let answers = self.answers()?;
        let mut open = Vec::new();
        for topic in Topic::ALL {
            open.extend(self.unanswered(topic, &answers)?);
        }
        Ok(open)
    }

    /// What is open of one topic.
    pub fn on(&self, topic: Topic) -> Result<Vec<Open>, StoreError> {
        let answers = if topic.code().is_some() { self.answers()? } else { Answers::new() };
        self.unanswered(topic, &answers)
    }

    fn unanswered(&self, topic: Topic, answers: &Answers) -> Result<Vec<Open>, StoreError> {
        let connection = self.connection;
        let mut found = match topic {
            Topic::FieldConflict => field::contested(connection, self.reader)?,
            Topic::SamePerson => people::same_person(connection)?,
            Topic::MemberNumber => people::same_number(connection)?,
            Topic::NegativeStock => query::stock::below_zero(connection, u32::MAX)?
                .into_iter()
                .map(|(item, quantity_milli)| Open::NegativeStock {
                    item: DocRef::from_key(item),
                    quantity_milli,
                })
                .collect(),
            Topic::BonOverLimit => people::over_limit(connection, self.bon_limit_default_rp)?,
            Topic::TakenBackTwice => paper::taken_back_twice(connection)?,
            Topic::Quarantined => query::document::quarantined(connection)?
                .into_iter()
                .map(|(document, reason)| Open::Quarantined { document, reason })
                .collect(),
            Topic::ForeignEffects => paper::foreign_effects(connection)?,
            Topic::VoidControl => paper::void(connection, self.control)?,
            Topic::Fork => paper::forks(connection, self.control)?,
        };
        if let Some(code) = topic.code() {
            found.retain(|open| !answers.contains_key(&(code, keys(&open.about()))));
        }
        Ok(found)
    }

    /// What people have said. Of several answers the greatest document's holds.
    fn answers(&self) -> Result<Answers, StoreError> {
        let mut statement =
            self.connection.prepare_cached("SELECT question, about, choice FROM answer ORDER BY doc")?;
        let rows = statement.query_map([], |row| Ok(((row.get(0)?, row.get(1)?), row.get(2)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

/// (question, documents) → choice.
type Answers = HashMap<(u16, Vec<u8>), u8>;

fn keys(about: &[DocRef]) -> Vec<u8> {
    about.iter().flat_map(|about| about.key().to_be_bytes()).collect()
}
