//! Effects that both sides can make do not travel.

/// What a side can expand, told to the other as one number. Numbers only grow: whoever holds level 3 holds
/// levels 1 and 2. Level 0 expands nothing, so every document carries its effects.
pub type Level = u16;

/// The rules of the trade as `sync` sees them: bytes of a body in, bytes of effects out.
pub trait Expander: Send + Sync {
    /// The highest level that this side holds.
    fn level(&self) -> Level;

    /// The effects that a document of this kind and these versions has under a rule that belongs to `level`;
    /// `None` where none of that level makes them (an unknown kind, a reversal, a malformed body).
    fn expand(
        &self,
        level: Level,
        kind: u16,
        kind_version: u16,
        rule_version: u16,
        body: &[u8],
    ) -> Option<Vec<u8>>;
}

/// Expands nothing: couriers, which carry everything, and readers without rules.
#[derive(Clone, Copy, Debug)]
pub struct Nothing;

impl Expander for Nothing {
    fn level(&self) -> Level {
        0
    }

    fn expand(&self, _: Level, _: u16, _: u16, _: u16, _: &[u8]) -> Option<Vec<u8>> {
        None
    }
}
