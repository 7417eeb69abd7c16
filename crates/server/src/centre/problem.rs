//! Refusals. Each is an answer with a status; faults of the log are logged here, once.

use crate::log::LogFault;
use lumbung_sync::wire::{Problem, ProblemCode};

/// Seconds after which a till may ask again when the log is away.
const AWAY_S: u32 = 5;

pub(crate) fn problem(code: ProblemCode, detail: &str) -> Problem {
    Problem { code, seq: None, wait_s: None, detail: detail.to_owned() }
}

pub(crate) fn gap(expected: u64) -> Problem {
    Problem { seq: Some(expected), ..problem(ProblemCode::Gap, "documents before these are missing") }
}

pub(crate) fn fork(seq: Option<u64>) -> Problem {
    Problem { seq, ..problem(ProblemCode::Fork, "other documents with these numbers are held") }
}

pub(crate) fn wait(code: ProblemCode, seconds: u32, detail: &str) -> Problem {
    Problem { wait_s: Some(seconds), ..problem(code, detail) }
}

impl From<LogFault> for Problem {
    fn from(fault: LogFault) -> Self {
        tracing::error!(error = %fault, "the log failed");
        match fault {
            LogFault::Away(_) => wait(ProblemCode::Busy, AWAY_S, "the centre's log is busy"),
            LogFault::Broken(_) => problem(ProblemCode::Fault, "a fault of the centre"),
        }
    }
}
