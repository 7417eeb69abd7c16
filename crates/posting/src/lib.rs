//! The rule that turns what happened into postings, stock moves and member moves.
//!
//! Pure: a body carries all that its rule needs. A rule version that has shipped is never edited; another
//! treatment is another version, chosen by the date at the till and written into the header.
#![deny(clippy::float_arithmetic)]

pub mod account;
pub mod chart;
pub mod flow;
mod v1;

use lumbung_document::{Body, Effects, Kind};

/// The rule that tills use now for each kind that has effects.
pub const CURRENT_RULE: u16 = 1;

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ExpandError {
    #[error("rule version {0} is not known to this app")]
    UnknownRule(u16),
    /// A reversal's effects are its original's, negated: they always travel.
    #[error("{0} is not expanded by a rule")]
    NotExpanded(&'static str),
    #[error("an amount in the body is out of range")]
    OutOfRange,
}

/// The effects of a body under a rule version; kinds without effects have rule version 0.
pub fn expand(body: &Body, rule_version: u16) -> Result<Effects, ExpandError> {
    match (rule_version, v1::has_effects(body)) {
        (0, false) => Ok(Effects::default()),
        (1, true) => v1::expand(body),
        (version, _) => Err(ExpandError::UnknownRule(version)),
    }
}

/// The rule version that a new document of this kind is made under.
pub fn rule_for(body: &Body) -> u16 {
    if v1::has_effects(body) { CURRENT_RULE } else { 0 }
}

/// Every kind of this app at kind version 1 under rule 0 or 1 is level 1; a later rule is a later level. Told
/// to the other side of a sync, which leaves out effects that this side can make.
pub const LEVEL: u16 = 1;

/// `expand` over bytes, for those who move documents without reading them: `None` where no rule up to `level`
/// makes the effects of this body.
pub fn expand_bytes(
    level: u16,
    kind: u16,
    kind_version: u16,
    rule_version: u16,
    body: &[u8],
) -> Option<Vec<u8>> {
    if level == 0 {
        return None;
    }
    let body = Body::decode(Kind::from_id(kind), kind_version, body).ok().flatten()?;
    expand(&body, rule_version).ok().map(|effects| effects.encode())
}
