//! Questions (pertanyaan): what the documents of several tills leave to a person. Nothing is ever refused or
//! merged in silence; both values stay in the log, and an answer is a document too.

mod count;
mod settle;
#[cfg(test)]
mod tests;
mod value;
mod words;

use crate::error::Refused;
use crate::permission::Action;
use crate::{Answer, App};
use lumbung_primitives::DocRef;
use lumbung_store::StoreError;
use lumbung_store::query::question::{Asking, Open, Topic};
use serde::{Deserialize, Serialize};

pub(crate) use count::Counted;

#[derive(Clone, Debug, Serialize, Deserialize, specta::Type)]
pub struct QuestionPage {
    pub questions: Vec<Question>,
}

/// One question with what is known and what can be done.
#[derive(Clone, Debug, Serialize, Deserialize, specta::Type)]
pub struct Question {
    /// Names it in `answer_question`; the same question has the same id on every till.
    pub id: String,
    pub kind: QuestionKind,
    pub title: String,
    pub detail: String,
    /// The values or papers that stand against one another.
    pub rows: Vec<QuestionRow>,
    /// Empty where the answer is given elsewhere (a count, a payment): `detail` says where.
    pub choices: Vec<QuestionChoice>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum QuestionKind {
    /// One field, two values, neither writer knew of the other.
    FieldConflict,
    /// One NIK, two members.
    SamePerson,
    /// One member number, two members.
    MemberNumber,
    /// More sold than was there.
    NegativeStock,
    /// Bon over the limit across tills.
    BonOverLimit,
    /// Reversed twice, or more returned than sold.
    TakenBackTwice,
    /// A document that check_v1 sets aside.
    Quarantined,
    /// Effects that are not those of their rule.
    ForeignEffects,
    /// A control document of a device that may not write it.
    VoidControl,
    /// Two series under one device number.
    Fork,
}

#[derive(Clone, Debug, Serialize, Deserialize, specta::Type)]
pub struct QuestionRow {
    pub label: String,
    pub value: String,
    /// `Siti Rahma · kasir B`.
    pub who: String,
    /// `24 Jan 07.02`.
    pub when: String,
}

#[derive(Clone, Debug, Serialize, Deserialize, specta::Type)]
pub struct QuestionChoice {
    pub id: u32,
    pub label: String,
    /// What follows from it, in one sentence.
    pub note: String,
}

#[derive(Clone, Debug, Serialize, Deserialize, specta::Type)]
pub struct AnswerQuestion {
    pub id: String,
    pub choice: u32,
}

/// Of one topic at most this many are listed; the count tells of all.
const LISTED: usize = 100;

impl App {
    /// What waits for a person, the gravest first.
    pub fn question_page(&mut self) -> Answer<QuestionPage> {
        self.require(Action::Look)?;
        let _reading = self.reading()?;
        Ok(QuestionPage { questions: self.questions(LISTED)? })
    }

    /// At most `limit` of each topic, in words.
    pub(crate) fn questions(&self, limit: usize) -> Result<Vec<Question>, Refused> {
        let asking = self.asking()?;
        let mut questions = Vec::new();
        for topic in Topic::ALL {
            let mut open = asking.on(topic)?;
            open.truncate(limit);
            questions.extend(self.worded(&open)?);
        }
        Ok(questions)
    }

    pub(crate) fn asking(&self) -> Result<Asking<'_>, StoreError> {
        Ok(Asking {
            connection: self.connection(),
            control: self.ledger.control(),
            reader: &self.keys,
            bon_limit_default_rp: self.policy()?.bon_limit_default.0,
        })
    }
}

/// The same on every till that holds the same documents, and another one where it is about others.
fn id(open: &Open) -> String {
    let mut parts: Vec<String> = vec![name(open.topic()).to_owned()];
    if let Open::FieldConflict(contested) = open {
        parts.push(contested.field.0.to_string());
    }
    parts.extend(open.about().iter().map(DocRef::to_string));
    parts.join("/")
}

const fn name(topic: Topic) -> &'static str {
    match topic {
        Topic::FieldConflict => "field_conflict",
        Topic::SamePerson => "same_person",
        Topic::MemberNumber => "member_number",
        Topic::NegativeStock => "negative_stock",
        Topic::BonOverLimit => "bon_over_limit",
        Topic::TakenBackTwice => "taken_back_twice",
        Topic::Quarantined => "quarantined",
        Topic::ForeignEffects => "foreign_effects",
        Topic::VoidControl => "void_control",
        Topic::Fork => "fork",
    }
}

impl From<Topic> for QuestionKind {
    fn from(topic: Topic) -> Self {
        match topic {
            Topic::FieldConflict => Self::FieldConflict,
            Topic::SamePerson => Self::SamePerson,
            Topic::MemberNumber => Self::MemberNumber,
            Topic::NegativeStock => Self::NegativeStock,
            Topic::BonOverLimit => Self::BonOverLimit,
            Topic::TakenBackTwice => Self::TakenBackTwice,
            Topic::Quarantined => Self::Quarantined,
            Topic::ForeignEffects => Self::ForeignEffects,
            Topic::VoidControl => Self::VoidControl,
            Topic::Fork => Self::Fork,
        }
    }
}
