//! After the centre came back as another log, or a page did not follow: both sides' heads are held together, the
//! centre is given what it lost, and what this log holds is not downloaded again.

use super::reply::Reply;
use super::{InFlight, Machine, Matter, Outcome, Request, Stop};
use crate::expand::Expander;
use crate::log::{Link, LocalLog, LogError};
use crate::recode::{self, Form};
use crate::wire::{
    self, Cursor, HeadsAnswer, PROTOCOL, Problem, ProblemCode, RelayAnswer, RelayRequest, WireHead,
};
use minicbor::bytes::ByteVec;
use std::collections::VecDeque;

const HEADS: &str = "/v1/heads";
const RELAY: &str = "/v1/relay";
/// Passes over what the centre misses. A device's documents are taken only after the one that admits it, which
/// may lie in another series, so one pass may not do.
const PASSES: u8 = 16;
/// Passes in a row that may bring nothing where the centre refused something.
const STALLS: u8 = 4;

/// A comparison under way. Nothing of it is kept: after a restart the centre's epoch tells that it is due again.
#[derive(Debug, Default)]
pub(super) struct Comparing {
    passes: u8,
    /// Series to relay in this pass, and the seq after which.
    missing: VecDeque<(u32, u64)>,
    /// How many documents the centre missed at the last pass.
    missed: Option<u64>,
    /// How many documents it took since.
    taken: u64,
    /// Whether it refused any since.
    refused: bool,
    /// Passes in a row that brought nothing.
    stalls: u8,
    raw: bool,
}

/// What the heads tell.
struct Comparison {
    missing: Vec<(u32, u64)>,
    missed: u64,
    /// Everything that the centre holds of others is held here.
    held: bool,
    /// What the centre holds of this device.
    own_seq: u64,
}

impl Machine {
    /// Begins a comparison.
    pub(super) fn compare(&mut self, why: &str) -> Outcome {
        self.comparing = Some(Comparing::default());
        self.turn(Matter::Circle { detail: why.to_owned() })
    }

    pub(super) fn ask_compare(
        &mut self,
        log: &mut dyn LocalLog,
        expander: &dyn Expander,
        link: &Link,
    ) -> Result<(Request, InFlight), LogError> {
        let token = self.token.as_deref();
        let Some(comparing) = &mut self.comparing else {
            return Ok((Request::get(HEADS, token), InFlight::Heads));
        };
        while let Some((device_no, after_seq)) = comparing.missing.front().copied() {
            let runs = if device_no == log.own_device_no() {
                log.own_runs(after_seq, self.portion)?
            } else {
                log.runs_of(device_no, after_seq, self.portion)?
            };
            let Some(last_seq) = runs.last().map(|run| run.head.last_seq()) else {
                comparing.missing.pop_front();
                continue;
            };
            let raw = comparing.raw;
            let form = if raw { Form::Raw } else { Form::Columns(link.level.min(expander.level())) };
            let runs = ByteVec::from(recode::pack(&runs, form, self.trial.effort, expander));
            let body = wire::encode(&RelayRequest { protocol: PROTOCOL, runs });
            return Ok((Request::post(RELAY, token, body), InFlight::Relay { device_no, last_seq, raw }));
        }
        Ok((Request::get(HEADS, token), InFlight::Heads))
    }

    pub(super) fn heads_answered(
        &mut self,
        log: &mut dyn LocalLog,
        status: u16,
        body: &[u8],
    ) -> Result<Outcome, LogError> {
        let answer = match Reply::<HeadsAnswer>::read(status, body) {
            Reply::NotOurs => return Ok(self.not_ours(status)),
            Reply::Problem(problem) => return Ok(self.compare_refused(&problem)),
            Reply::Answer(answer) => answer,
        };
        self.contact();
        let own = log.own_device_no();
        let at_centre = answer.heads.iter().find(|head| head.device_no == own);
        let own_seq = log.own_head()?.map_or(0, |head| head.seq);
        if let Some(head) = at_centre.filter(|head| head.seq > 0) {
            if head.seq > own_seq {
                self.beyond = Some(head.seq);
                return Ok(Outcome::Onward);
            }
            if log.hash_at(own, head.seq)?.map(|hash| hash.0) != Some(head.hash) {
                // The centre is told what this device holds there: others must hear of it too.
                self.parted = Some(head.seq);
                self.comparing = None;
                self.due = true;
                return Ok(Outcome::Onward);
            }
        }
        let comparison = self.hold_together(log, &answer)?;
        let Some(comparing) = &mut self.comparing else { return Ok(Outcome::Onward) };
        // What was taken and is missed all the same was lost once more meanwhile; what was refused may have been cut
        // off on the way.
        let gets_on = comparing.missed.is_none_or(|missed| comparison.missed != missed)
            || comparing.taken > 0
            || (comparing.refused && comparing.stalls < STALLS);
        comparing.stalls = if comparing.taken > 0 { 0 } else { comparing.stalls + 1 };
        if comparison.missed > 0 && gets_on && comparing.passes < PASSES {
            comparing.passes += 1;
            (comparing.taken, comparing.refused) = (0, false);
            comparing.missed = Some(comparison.missed);
            comparing.missing = comparison.missing.into();
            return Ok(Outcome::Onward);
        }
        // What the centre still misses now it will not take: documents beyond the end of a series.
        let link = log.link()?;
        let cursor = if comparison.held { answer.cursor } else { Cursor::default() };
        log.set_link(&Link { epoch: answer.epoch, cursor, acked_seq: comparison.own_seq, ..link })?;
        log.set_blob_place(None)?;
        self.blob.forget();
        self.progress.blob = None;
        self.comparing = None;
        self.due = true;
        Ok(Outcome::Onward)
    }

    fn hold_together(&mut self, log: &dyn LocalLog, answer: &HeadsAnswer) -> Result<Comparison, LogError> {
        let own = log.own_device_no();
        let at_centre = |device_no| answer.heads.iter().find(|head| head.device_no == device_no);
        let mut missing = Vec::new();
        let mut missed = 0;
        for head in log.heads()? {
            let after_seq = at_centre(head.device_no).map_or(0, |head| head.seq);
            if head.seq <= after_seq {
                continue;
            }
            if let Some(theirs) = at_centre(head.device_no)
                && !holds(log, theirs)?
            {
                self.progress.matter = Some(Matter::Branch { device_no: head.device_no });
                continue;
            }
            missed += head.seq - after_seq;
            missing.push((head.device_no, after_seq));
        }
        // The centre's own series first, before anything makes it write there again; then the founder's, which
        // says most about the others.
        missing.sort_unstable();
        let mut held = true;
        for head in answer.heads.iter().filter(|head| head.device_no != own) {
            held &= holds(log, head)?;
        }
        Ok(Comparison { missing, missed, held, own_seq: at_centre(own).map_or(0, |head| head.seq) })
    }

    pub(super) fn relay_answered(
        &mut self,
        device_no: u32,
        last_seq: u64,
        raw: bool,
        status: u16,
        body: &[u8],
    ) -> Outcome {
        let reply = Reply::<RelayAnswer>::read(status, body);
        let Some(comparing) = &mut self.comparing else { return Outcome::Onward };
        match reply {
            Reply::NotOurs => self.not_ours(status),
            Reply::Answer(answer) => {
                comparing.raw = false;
                comparing.taken += answer.new;
                match comparing.missing.front_mut() {
                    // Not wanted, or brought by another till meanwhile: the next pass tells.
                    Some(front) if front.0 == device_no && answer.new == 0 => {
                        comparing.missing.pop_front();
                    }
                    Some(front) if front.0 == device_no => front.1 = last_seq,
                    _ => {}
                }
                self.progress.relayed += answer.new;
                self.contact();
                self.double();
                Outcome::Onward
            }
            Reply::Problem(problem) if problem.code == ProblemCode::SendRaw && !raw => {
                comparing.raw = true;
                Outcome::Onward
            }
            Reply::Problem(problem) => self.compare_refused(&problem),
        }
    }

    fn compare_refused(&mut self, problem: &Problem) -> Outcome {
        match problem.code {
            ProblemCode::Session => self.session_lost(),
            ProblemCode::Ended => self.stop(Stop::Ended),
            ProblemCode::TooMany | ProblemCode::Busy | ProblemCode::Fault => self.waited(problem),
            // This series is not taken now; the others may be, and then this one in the next pass.
            _ => match self.comparing.as_mut().map(|comparing| (comparing.missing.pop_front(), comparing)) {
                Some((Some(_), comparing)) => {
                    comparing.raw = false;
                    comparing.refused = true;
                    Outcome::Onward
                }
                _ => self.waited(problem),
            },
        }
    }
}

fn holds(log: &dyn LocalLog, head: &WireHead) -> Result<bool, LogError> {
    Ok(head.seq == 0 || log.hash_at(head.device_no, head.seq)?.is_some_and(|hash| hash.0 == head.hash))
}
