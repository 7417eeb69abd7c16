//! The till's side of the line: when it asks, and what it does with answers.

use super::Till;
use crate::ambient::{Signer, expander, reader};
use lumbung_app::sync::LedgerLog;
use lumbung_sync::log::LogError;
use lumbung_sync::machine::{Failure, Outcome, Request, Step};
use std::collections::BTreeSet;

/// How long a till waits for an answer.
const PATIENCE_MS: i64 = 30_000;
/// Pieces of local work done in a row; more is a circle.
const PIECES_MAX: usize = 10_000;

/// Where the conversation stands.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Line {
    /// Nothing to say.
    Idle,
    /// Asks as soon as it may.
    Ready,
    Asking {
        id: u64,
        since: i64,
    },
    Waiting {
        until: i64,
    },
}

impl Till {
    /// When something is to be done by itself.
    pub fn next_due(&self, now: i64) -> Option<i64> {
        if !self.is_on() {
            return None;
        }
        match self.line {
            Line::Idle => None,
            Line::Ready => Some(now),
            Line::Asking { since, .. } => Some(since + PATIENCE_MS),
            Line::Waiting { until } => Some(until),
        }
    }

    /// Asks for something though nothing is known to wait.
    pub fn wake(&mut self) {
        self.machine.wake();
        if matches!(self.line, Line::Idle | Line::Waiting { .. }) {
            self.line = Line::Ready;
        }
    }

    /// New documents lie there to be sent.
    pub fn nudge(&mut self) {
        if self.line == Line::Idle {
            self.line = Line::Ready;
        }
    }

    /// The next request, where there is one.
    pub fn ask(&mut self, wall_ms: i64, now: i64, id: u64) -> Result<Option<Request>, LogError> {
        self.machine.tell_time(wall_ms);
        for _ in 0..PIECES_MAX {
            match self.with_log(|machine, log, rules| machine.next(log, rules))? {
                None => return Ok(None),
                Some(Step::Again) => {}
                Some(Step::Send(request)) => {
                    self.line = Line::Asking { id, since: now };
                    return Ok(Some(request));
                }
                Some(Step::Rest(_)) => {
                    self.line = Line::Idle;
                    return Ok(None);
                }
                Some(Step::Stopped(stop)) => {
                    self.stopped = Some(stop);
                    self.line = Line::Idle;
                    return Ok(None);
                }
            }
        }
        Err(LogError("the machine does local work for ever".into()))
    }

    pub fn answered(&mut self, now: i64, status: u16, body: &[u8], random: u64) -> Result<(), LogError> {
        let outcome = self.with_log(|machine, log, rules| machine.answered(log, rules, status, body))?;
        match outcome {
            Some(Outcome::Onward) => {
                self.backoff.reset();
                self.line = Line::Ready;
            }
            Some(Outcome::Wait { at_least_s }) => self.wait(now, i64::from(at_least_s) * 1_000, random),
            None => {}
        }
        Ok(())
    }

    pub fn failed(&mut self, now: i64, failure: Failure, random: u64) {
        self.machine.failed(failure);
        self.wait(now, 0, random);
    }

    fn wait(&mut self, now: i64, at_least_ms: i64, random: u64) {
        let jittered = i64::try_from(self.backoff.failed(random).as_millis()).unwrap_or(0);
        self.line = Line::Waiting { until: now + jittered.max(at_least_ms).max(1) };
    }

    fn with_log<T>(
        &mut self,
        act: impl FnOnce(
            &mut lumbung_sync::machine::Machine,
            &mut dyn lumbung_sync::log::LocalLog,
            &dyn lumbung_sync::Expander,
        ) -> Result<T, LogError>,
    ) -> Result<Option<T>, LogError> {
        let Some(ledger) = &mut self.ledger else { return Ok(None) };
        let signer = Signer(&self.secrets);
        let mut log = LedgerLog {
            ledger,
            reader: reader(self.level),
            signer: &signer,
            peer: "centre",
            centre_key: self.centre_key,
            arrived: BTreeSet::new(),
        };
        act(&mut self.machine, &mut log, expander(self.level)).map(Some)
    }
}
