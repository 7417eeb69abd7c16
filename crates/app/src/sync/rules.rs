//! The rules of the trade as `sync` wants them: effects out of bodies.

use lumbung_sync::expand::{Expander, Level};

#[derive(Clone, Copy, Debug)]
pub struct Rules;

impl Expander for Rules {
    fn level(&self) -> Level {
        lumbung_posting::LEVEL
    }

    fn expand(
        &self,
        level: Level,
        kind: u16,
        kind_version: u16,
        rule_version: u16,
        body: &[u8],
    ) -> Option<Vec<u8>> {
        lumbung_posting::expand_bytes(level, kind, kind_version, rule_version, body)
    }
}
