//! The machine's own clock, for production. Tests bring theirs.

use lumbung_primitives::Clock;
use std::time::{SystemTime, UNIX_EPOCH};

#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now_ms(&self) -> i64 {
        match SystemTime::now().duration_since(UNIX_EPOCH) {
            Ok(since) => i64::try_from(since.as_millis()).unwrap_or(i64::MAX),
            // A dead battery may set the clock before 1970; it labels documents and decides nothing.
            Err(_) => 0,
        }
    }
}
