//! When the shop rests, the WAL is copied back into the ledger: what lies in the file is proved page by page,
//! and the less the WAL holds, the less a spoilt sector can take.

/// Long enough that a queue of customers never waits for it.
const REST_MS: u64 = 60_000;

#[derive(Debug, Default)]
pub(crate) struct Idle {
    changes: u64,
    since_ms: u64,
    copied: bool,
}

impl Idle {
    /// Once for each rest. `changes`: how many rows were written since the ledger was opened, which only grows.
    pub(crate) fn is_due(&mut self, changes: u64, now_ms: u64) -> bool {
        if changes != self.changes {
            *self = Self { changes, since_ms: now_ms, copied: false };
        }
        let due = !self.copied && now_ms.saturating_sub(self.since_ms) >= REST_MS;
        self.copied |= due;
        due
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_rest_is_used_once() {
        let mut idle = Idle::default();
        let asked: Vec<bool> =
            [(0, 1_000), (0, 60_000), (0, 61_000), (3, 62_000), (3, 121_999), (3, 122_000), (3, 900_000)]
                .into_iter()
                .map(|(changes, now_ms)| idle.is_due(changes, now_ms))
                .collect();
        assert_eq!(asked, [false, true, false, false, false, true, false]);
    }
}
