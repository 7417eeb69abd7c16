//! The one error that leaves this crate: a code for programs, a sentence and a next step for people.

mod sentence;
mod travel;

use crate::session::Language;
use lumbung_domain::Rejection;
use lumbung_store::StoreError;
use lumbung_vault::VaultError;
use serde::{Deserialize, Serialize};
use std::sync::atomic::{AtomicU8, Ordering};

/// The window branches on `code`, never on text. `message` and `next` are in the user's language.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct AppError {
    pub code: String,
    pub message: String,
    pub next: String,
}

impl std::fmt::Display for AppError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.message, self.next)
    }
}

impl std::error::Error for AppError {}

/// Every reason to refuse, before it is put into words.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    #[error(transparent)]
    Rule(#[from] Rejection),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Vault(#[from] VaultError),
    #[error(transparent)]
    Travel(#[from] crate::sync::Trouble),
    #[error("nobody is signed in")]
    NotSignedIn,
    #[error("this role may not do that")]
    Forbidden,
    #[error("wrong PIN, {tries_left} tries before a pause")]
    WrongPin { tries_left: u32 },
    #[error("locked for {seconds} seconds")]
    LockedOut { seconds: u64 },
    #[error("a PIN has 6 to 10 digits")]
    BadPin,
    #[error("no PIN is set for this person")]
    NoPin,
    #[error("the key is missing: {place}")]
    KeyMissing { place: String },
    #[error("no receipt {0}")]
    ReceiptUnknown(String),
    #[error("not a receipt that can be returned")]
    NotASale,
    #[error("the draft is not there any more")]
    DraftUnknown,
    #[error("the draft was booked as {receipt_no}, and changed since")]
    DraftBooked { receipt_no: String },
    #[error("barcode {code} belongs to {owner} already")]
    BarcodeTaken { code: String, owner: String },
    #[error("member number {number} belongs to {owner} already")]
    MemberNumberTaken { number: String, owner: String },
    #[error("that question is not open any more")]
    QuestionSettled,
    #[error("that answer cannot be given to this question")]
    ChoiceUnknown,
    #[error("file {file}: {reason}")]
    File { file: String, reason: FileFault },
    #[error("not a date: {0}")]
    BadDate(String),
    #[error("writing has stopped: {0}")]
    Stopped(String),
}

/// What is wrong with a file that was to be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FileFault {
    #[error("not there")]
    Missing,
    #[error("cannot be read: {0}")]
    Unreadable(String),
    #[error("column {0} is missing")]
    ColumnMissing(String),
    #[error("not UTF-8 text")]
    Encoding { row: u64 },
    #[error("cut off at row {row}")]
    Truncated { row: u64 },
    #[error("larger than {limit_mib} MiB")]
    TooLarge { limit_mib: u64 },
    #[error("empty")]
    Empty,
    #[error("a kind of file that is not read here")]
    Kind,
}

/// The language of sentences, one for the process: a window or a command line has one reader.
static LANGUAGE: AtomicU8 = AtomicU8::new(0);

/// Sets the language of sentences before a ledger is open.
pub fn speak(language: Language) {
    LANGUAGE.store(u8::from(language == Language::En), Ordering::Relaxed);
}

pub(crate) fn language() -> Language {
    if LANGUAGE.load(Ordering::Relaxed) == 0 { Language::Id } else { Language::En }
}

impl Refused {
    /// In words.
    pub fn render(&self, language: Language) -> AppError {
        sentence::of(self, language)
    }
}

impl From<Refused> for AppError {
    fn from(refused: Refused) -> Self {
        refused.render(language())
    }
}

impl From<Rejection> for AppError {
    fn from(rejection: Rejection) -> Self {
        Refused::from(rejection).into()
    }
}

impl From<StoreError> for AppError {
    fn from(error: StoreError) -> Self {
        Refused::from(error).into()
    }
}

impl From<crate::sync::Trouble> for AppError {
    fn from(trouble: crate::sync::Trouble) -> Self {
        Refused::from(trouble).into()
    }
}

impl From<VaultError> for AppError {
    fn from(error: VaultError) -> Self {
        Refused::from(error).into()
    }
}
