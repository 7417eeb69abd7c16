//! From a decision to a durable document: expand, seal, append, all in one transaction.

use crate::error::Refused;
use crate::keys::Keys;
use lumbung_document::{Draft, SealedDocument};
use lumbung_domain::{Decision, Personal};
use lumbung_primitives::{DocRef, Random, Ref};
use lumbung_store::Unit;

/// One transaction's worth of documents. Dropped without `commit`, nothing of it happened.
#[derive(Debug)]
pub(crate) struct Booking<'a> {
    pub(crate) unit: Unit<'a>,
    pub(crate) keys: &'a Keys,
    pub(crate) random: &'a dyn RandomSource,
}

/// `Random` that can be shown in a debug line.
pub(crate) trait RandomSource: Random + std::fmt::Debug {}
impl<T: Random + std::fmt::Debug> RandomSource for T {}

/// When and by whom.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stamp {
    pub(crate) wall_ms: i64,
    pub(crate) actor: Ref,
}

impl Booking<'_> {
    pub(crate) fn book(&mut self, decision: Decision, stamp: Stamp) -> Result<DocRef, Refused> {
        let (draft, personal) = decision.into_draft()?;
        Ok(self.append(&draft, personal.as_ref(), stamp)?.at)
    }

    pub(crate) fn append(
        &mut self,
        draft: &Draft,
        personal: Option<&Personal>,
        stamp: Stamp,
    ) -> Result<SealedDocument, Refused> {
        let position = self.unit.next_position(stamp.wall_ms, stamp.actor);
        let part = match personal {
            Some(personal) => Some(self.keys.seal(position.at, personal, self.random)?),
            None => None,
        };
        let document = SealedDocument::seal(draft, position, part.as_ref());
        self.unit.append(&document)?;
        Ok(document)
    }

    pub(crate) fn commit(self) -> Result<(), Refused> {
        Ok(self.unit.commit()?)
    }
}
