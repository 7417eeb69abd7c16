//! Questions (pertanyaan): what the documents of several tills leave to a person. Nothing is ever refused or
//! merged in silence; both values stay in the log, and an answer is a document too.

use serde::{Deserialize, Serialize};

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
