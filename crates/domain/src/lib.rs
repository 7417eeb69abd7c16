//! The rules of the trade, one folder a word. Pure: a view and a command come in, a decision or a
//! rejection goes out. No SQL, no clock, no files, no language of a user.
#![deny(clippy::float_arithmetic)]

pub mod item;
pub mod journal;
pub mod member;
pub mod policy;
pub mod purchase;
pub mod reference;
mod rejection;
pub mod sale;
pub mod savings;
pub mod shift;
pub mod stock;

pub use policy::Policy;
pub use rejection::Rejection;

use lumbung_document::body::reference::{Change, Field, Value};
use lumbung_document::{Body, Draft, PersonalContent, check};
use lumbung_primitives::{BusinessDate, Ref};

/// What a command came to: a body to be sealed, dated, with its personal part still in the clear.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Decision {
    pub body: Body,
    pub business_date: BusinessDate,
    pub personal: Option<Personal>,
}

/// Names and free text, to be sealed by the vault before they are stored.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Personal {
    /// Whose data it is; absent for notes about nobody.
    pub subject: Option<Ref>,
    pub content: PersonalContent,
}

impl Decision {
    pub fn new(body: Body, business_date: BusinessDate) -> Self {
        Self { body, business_date, personal: None }
    }

    /// Adds a free text; an empty one adds nothing.
    #[must_use]
    pub fn with_note(mut self, note: &str) -> Self {
        let note = note.trim();
        if !note.is_empty() {
            let value = Value::Text(note.to_owned());
            let change = Change { field: Field::NOTE, v: 1, value, seen: Vec::new() };
            let content = PersonalContent { changes: vec![change] };
            self.personal = Some(Personal { subject: None, content });
        }
        self
    }

    /// Expands the body under today's rule and holds the result against the limits of check_v1, so that
    /// nothing leaves this device that other devices would set aside.
    pub fn into_draft(self) -> Result<(Draft, Option<Personal>), Rejection> {
        let rule_version = lumbung_posting::rule_for(&self.body);
        let effects = lumbung_posting::expand(&self.body, rule_version)
            .map_err(|error| Rejection::NotBookable { reason: error.to_string() })?;
        check::check_effects(&effects).map_err(|fault| match fault {
            check::Fault::AmountTooLarge(_) => Rejection::AmountTooLarge,
            check::Fault::QuantityTooLarge(_) => Rejection::QuantityTooLarge { item: None },
            check::Fault::TooManyRows(rows) => Rejection::TooManyLines { lines: rows },
            other => Rejection::NotBookable { reason: other.to_string() },
        })?;
        let draft = Draft {
            body: self.body,
            rule_version,
            effects,
            business_date: self.business_date,
            reissue_of: None,
        };
        Ok((draft, self.personal))
    }
}
