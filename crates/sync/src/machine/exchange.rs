//! The one call that does the work: a batch goes up and a page comes down.

use super::reply::Reply;
use super::{InFlight, Machine, Matter, Outcome, Request, SLICE, SMALLEST_BATCH, Stop};
use crate::expand::Expander;
use crate::frame::BOUNDS;
use crate::log::{Link, LocalLog, LogError, Portion, ReceiveError, Received};
use crate::recode::{self, Form, RecodeError};
use crate::run::Run;
use crate::wire::{
    self, BODY_MAX, Condition, Cursor, Epoch, PROTOCOL, Problem, ProblemCode, SyncAnswer, SyncRequest,
};
use lumbung_document::{Hash, SealedDocument};
use minicbor::bytes::ByteVec;

const PATH: &str = "/v1/sync";
/// Others' documents held before the first contact from which comparing is cheaper than reading all again.
const HELD_BEFORE: u64 = 256;

/// What a sync request said.
#[derive(Clone, Debug)]
pub(super) struct Sent {
    first_contact: bool,
    acked_seq: u64,
    cursor: Cursor,
    /// Last own document in the batch.
    pub(super) batch_to: Option<u64>,
    raw: bool,
    beyond: Option<u64>,
    page: PageWish,
}

/// What is asked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum PageWish {
    /// As much as the line bears.
    Portion,
    /// One run: the page before it did not follow.
    One,
    /// One run, with all its effects: columns did not give the signed hash.
    OneWithEffects,
}

/// Why a pack was not taken.
pub(crate) enum Refused {
    /// It continues what is not held.
    DoesNotFollow(String),
    /// Columns did not give the signed hash.
    NotTheSame(String),
    /// It is not to be believed or not to be read.
    Bad(String),
    Log(LogError),
}

impl Machine {
    pub(super) fn ask_sync(
        &mut self,
        log: &mut dyn LocalLog,
        expander: &dyn Expander,
        link: &Link,
    ) -> Result<(Request, InFlight), LogError> {
        let head = log.own_head()?;
        let head_seq = head.as_ref().map_or(0, |head| head.seq);
        let mut end = (head_seq, head.map_or([0; 8], |head| mark(&head.hash)));
        // Perhaps a batch was refused because it continues what the centre does not hold: another branch.
        let doubtful = self.parted.or(Some(link.acked_seq).filter(|seq| self.held.push && *seq > 0));
        if let Some(seq) = doubtful
            && let Some(hash) = log.hash_at(log.own_device_no(), seq)?
        {
            end = (seq, mark(&hash));
        }
        // What the centre can expand is not known before it was asked, and a batch that carries all its effects
        // costs more than one small question.
        let first_contact = link.epoch == Epoch::default();
        let mut sent = Sent {
            first_contact,
            acked_seq: link.acked_seq,
            cursor: link.cursor,
            batch_to: None,
            raw: self.raw,
            beyond: self.beyond,
            page: self.page,
        };
        let mut slices = Vec::new();
        let pushes = !first_contact
            && !self.held.push
            && !self.unsure
            && self.beyond.is_none()
            && self.parted.is_none();
        if head_seq > link.acked_seq && pushes {
            slices = self.slices(log, expander, link)?;
            sent.batch_to = slices.last().map(|(last_seq, _)| *last_seq);
        }
        self.unsure = false;
        let last = slices.pop().map(|(_, pack)| pack);
        let mut message = SyncRequest {
            protocol: PROTOCOL,
            level: if self.page == PageWish::OneWithEffects { 0 } else { expander.level() },
            epoch: link.epoch,
            cursor: link.cursor,
            head_seq: end.0,
            head_mark: end.1,
            condition: if self.beyond.is_some() { Condition::Restored } else { Condition::Sound },
            page_documents: 0,
            batch: None,
        };
        let mut body = Vec::new();
        for (_, pack) in slices {
            message.batch = Some(pack);
            body.extend_from_slice(&wire::encode(&message));
        }
        (message.batch, message.page_documents) = (last, self.page_documents());
        body.extend_from_slice(&wire::encode(&message));
        let answer_max = BODY_MAX + (64 << 10);
        let request = Request { answer_max, ..Request::post(PATH, self.token.as_deref(), body) };
        Ok((request, InFlight::Sync(sent)))
    }

    /// The batch as packs with the seq each ends at: one, or on a slow line slices that the centre takes one by
    /// one as they come, so that a cut in the middle costs less than a slice.
    fn slices(
        &self,
        log: &mut dyn LocalLog,
        expander: &dyn Expander,
        link: &Link,
    ) -> Result<Vec<(u64, ByteVec)>, LogError> {
        let slice = if self.line_is_slow { SLICE } else { usize::MAX };
        let (mut after_seq, mut left, mut slices) = (link.acked_seq, self.portion, Vec::new());
        while left.documents > 0 && left.bytes > 0 {
            let portion = Portion { documents: left.documents.min(slice), bytes: left.bytes };
            let runs = log.own_runs(after_seq, portion)?;
            let Some(last) = runs.last() else { break };
            after_seq = last.head.last_seq();
            let documents = runs.iter().flat_map(|run| &run.documents);
            left.documents = left.documents.saturating_sub(documents.clone().count());
            left.bytes = left.bytes.saturating_sub(documents.map(SealedDocument::bytes).sum());
            let pack = recode::pack(&runs, self.form(link, expander), self.trial.effort, expander);
            slices.push((after_seq, ByteVec::from(pack)));
        }
        Ok(slices)
    }

    fn page_documents(&self) -> u16 {
        if self.held.pull || self.beyond.is_some() {
            return 0;
        }
        match self.page {
            PageWish::Portion => u16::try_from(self.portion.documents).unwrap_or(u16::MAX),
            PageWish::One | PageWish::OneWithEffects => 1,
        }
    }

    fn form(&self, link: &Link, expander: &dyn Expander) -> Form {
        if self.raw { Form::Raw } else { Form::Columns(link.level.min(expander.level())) }
    }

    pub(super) fn sync_answered(
        &mut self,
        log: &mut dyn LocalLog,
        expander: &dyn Expander,
        sent: &Sent,
        status: u16,
        body: &[u8],
    ) -> Result<Outcome, LogError> {
        let answer = match Reply::<SyncAnswer>::read(status, body) {
            Reply::NotOurs => return Ok(self.not_ours(status)),
            Reply::Problem(problem) => return self.sync_refused(log, sent, &problem),
            Reply::Answer(answer) => answer,
        };
        self.contact();
        self.notices.clone_from(&answer.notices);
        if let Some(acked_seq) = sent.beyond {
            return Ok(self.stop(Stop::Restored { acked_seq }));
        }
        if self.parted.is_some() {
            return Ok(self.stop(Stop::Forked { seq: None }));
        }
        let own_seq = log.own_head()?.map_or(0, |head| head.seq);
        if answer.acked_seq > own_seq {
            self.beyond = Some(answer.acked_seq);
            return Ok(Outcome::Onward);
        }
        let link = log.link()?;
        let compares = if sent.first_contact {
            others_held(log)? > HELD_BEFORE
        } else {
            // Another log than the one that was read, or one that lost what it had: hold the heads together.
            answer.epoch != link.epoch
                || answer.acked_seq < sent.acked_seq
                || answer.cursor.server_seq < sent.cursor.server_seq
        };
        if compares {
            return Ok(self.compare("the centre's log is not the one that was read"));
        }
        let moved = Link {
            epoch: answer.epoch,
            cursor: answer.cursor,
            acked_seq: answer.acked_seq,
            level: answer.level,
        };
        self.acknowledged(sent, answer.acked_seq);
        let full = answer.more || (sent.batch_to.is_some() && own_seq > answer.acked_seq);
        self.progress.more = answer.more;
        if let Some(page) = &answer.page {
            match take(log, expander, page, Some(&moved)) {
                Ok(received) => self.received(received),
                Err(refused) => {
                    // What was acknowledged holds whatever the page is worth.
                    let kept = Link { acked_seq: answer.acked_seq, level: answer.level, ..link };
                    keep_link(log, &kept)?;
                    return self.page_refused(refused, sent);
                }
            }
        } else {
            keep_link(log, &moved)?;
        }
        self.due = answer.more && moved.cursor != sent.cursor && !self.held.pull;
        self.page = PageWish::Portion;
        self.trouble = self.trouble.filter(|at| moved.cursor.server_seq <= *at);
        if let Some(batch_to) = sent.batch_to
            && answer.acked_seq <= sent.acked_seq
        {
            self.held.push = true;
            let detail = format!("documents to {batch_to} were taken and not acknowledged");
            return Ok(self.matter(Matter::Circle { detail }));
        }
        self.stumbles = 0;
        if !self.held.push && !self.held.pull {
            self.progress.matter = None;
        }
        if full {
            self.double();
        }
        if self.due {
            self.blob.suits(moved.cursor.server_seq);
        }
        Ok(Outcome::Onward)
    }

    fn acknowledged(&mut self, sent: &Sent, acked_seq: u64) {
        let new = acked_seq.saturating_sub(sent.acked_seq);
        self.progress.pushed += new;
        self.progress.waiting = self.progress.waiting.saturating_sub(new);
        self.raw = false;
    }

    pub(super) fn received(&mut self, received: Received) {
        self.progress.pulled += received.new_documents;
        self.progress.known += received.known_documents;
    }

    fn page_refused(&mut self, refused: Refused, sent: &Sent) -> Result<Outcome, LogError> {
        let detail = match refused {
            Refused::Log(error) => return Err(error),
            Refused::DoesNotFollow(_) if sent.page == PageWish::Portion => {
                // A device and the document that admits it may stand in one page: take them one by one.
                self.page = PageWish::One;
                self.due = true;
                return Ok(Outcome::Onward);
            }
            Refused::DoesNotFollow(_) if self.trouble.is_none_or(|at| sent.cursor.server_seq > at) => {
                self.trouble = Some(sent.cursor.server_seq);
                return Ok(self.compare("a page did not follow"));
            }
            Refused::NotTheSame(_) if sent.page != PageWish::OneWithEffects => {
                self.page = PageWish::OneWithEffects;
                self.due = true;
                return Ok(Outcome::Onward);
            }
            Refused::DoesNotFollow(detail) | Refused::NotTheSame(detail) | Refused::Bad(detail) => detail,
        };
        self.held.pull = true;
        self.due = false;
        Ok(self.matter(Matter::PageRefused { detail }))
    }

    fn sync_refused(
        &mut self,
        log: &mut dyn LocalLog,
        sent: &Sent,
        problem: &Problem,
    ) -> Result<Outcome, LogError> {
        self.contact();
        if let Some(acked_seq) = sent.beyond
            && matches!(problem.code, ProblemCode::Fork | ProblemCode::Ended)
        {
            return Ok(self.stop(Stop::Restored { acked_seq }));
        }
        Ok(match problem.code {
            ProblemCode::Fork => self.stop(Stop::Forked { seq: problem.seq }),
            ProblemCode::Ended => self.stop(Stop::Ended),
            ProblemCode::Session => self.session_lost(),
            ProblemCode::Gap if sent.batch_to.is_some() => return self.gap(log, sent, problem),
            ProblemCode::SendRaw if sent.batch_to.is_some() && !sent.raw => {
                self.raw = true;
                Outcome::Onward
            }
            ProblemCode::TooLarge if sent.batch_to.is_some() && self.portion.documents > SMALLEST_BATCH => {
                self.halve();
                self.turn(Matter::Circle { detail: problem.detail.clone() })
            }
            ProblemCode::TooMany | ProblemCode::Busy => self.waited(problem),
            _ if sent.batch_to.is_some() => {
                // A pull never waits for a push: the next question carries no batch.
                self.held.push = true;
                self.due = true;
                let (after_seq, code, detail) = (sent.acked_seq, problem.code, problem.detail.clone());
                self.matter(Matter::PushRefused { after_seq, code, detail });
                Outcome::Onward
            }
            _ => self.waited(problem),
        })
    }

    /// The centre misses documents before the batch: it lost them, or the link ran ahead of it.
    fn gap(&mut self, log: &mut dyn LocalLog, sent: &Sent, problem: &Problem) -> Result<Outcome, LogError> {
        let own_seq = log.own_head()?.map_or(0, |head| head.seq);
        let circle = Matter::Circle { detail: problem.detail.clone() };
        let Some(held) = problem.seq.and_then(|expected| expected.checked_sub(1)) else {
            return Ok(self.matter(circle));
        };
        if held > own_seq {
            self.beyond = Some(held);
            return Ok(Outcome::Onward);
        }
        if held == sent.acked_seq {
            return Ok(self.matter(circle));
        }
        let link = log.link()?;
        keep_link(log, &Link { acked_seq: held, ..link })?;
        Ok(self.turn(circle))
    }
}

/// Unpacks and takes; the link moves in the same transaction.
pub(crate) fn take(
    log: &mut dyn LocalLog,
    expander: &dyn Expander,
    pack: &[u8],
    link: Option<&Link>,
) -> Result<Received, Refused> {
    let runs = unpack(log, expander, pack)?;
    log.receive(&runs, link).map_err(|error| match error {
        ReceiveError::DoesNotFollow(detail) => Refused::DoesNotFollow(detail),
        ReceiveError::NotProven(detail) => Refused::Bad(detail),
        ReceiveError::Log(error) => Refused::Log(error),
    })
}

/// Rebuilds the runs of a pack over what the log holds.
fn unpack(log: &dyn LocalLog, expander: &dyn Expander, pack: &[u8]) -> Result<Vec<Run>, Refused> {
    let mut fault = None;
    let mut prev = |device_no, first_seq: u64| match log.hash_at(device_no, first_seq.saturating_sub(1)) {
        Ok(hash) => hash,
        Err(error) => {
            fault = Some(error);
            None
        }
    };
    let unpacked = recode::unpack(pack, BOUNDS, &mut prev, expander);
    if let Some(error) = fault {
        return Err(Refused::Log(error));
    }
    unpacked.map_err(|error| {
        let detail = error.to_string();
        match error {
            RecodeError::Gap { .. } => Refused::DoesNotFollow(detail),
            RecodeError::NotTheSame { .. } => Refused::NotTheSame(detail),
            RecodeError::NotAPack(_) | RecodeError::TooLarge | RecodeError::Malformed(_) => {
                Refused::Bad(detail)
            }
        }
    })
}

/// Writes the link where it differs from the one that is kept: a till that has nothing to say writes nothing.
fn keep_link(log: &mut dyn LocalLog, link: &Link) -> Result<(), LogError> {
    if log.link()? == *link { Ok(()) } else { log.set_link(link) }
}

pub(super) fn mark(hash: &Hash) -> wire::Mark {
    hash.0.first_chunk().copied().unwrap_or_default()
}

fn others_held(log: &dyn LocalLog) -> Result<u64, LogError> {
    let own = log.own_device_no();
    Ok(log.heads()?.iter().filter(|head| head.device_no != own).map(|head| head.seq).sum())
}
