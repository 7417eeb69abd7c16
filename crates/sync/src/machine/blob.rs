//! A new device reads a checkpoint: one large blob of packs, fetched in pieces, each pack proved and taken as it
//! comes. What it does not bring comes by pages afterwards.

use super::exchange::{Refused, take};
use super::reply::Reply;
use super::session::is_signed;
use super::{InFlight, Machine, Matter, Outcome, Request};
use crate::expand::Expander;
use crate::frame::{self, LENGTH_BYTES};
use crate::log::{BlobPlace, Link, LocalLog, LogError};
use crate::wire::{CheckpointAnswer, ProblemCode, checkpoint_message};

const PATH: &str = "/v1/checkpoint";
/// Bytes of one piece at first, and the bounds between which it halves and doubles.
const PIECE: u64 = 64 << 10;
const PIECE_MIN: u64 = 8 << 10;
const PIECE_MAX: u64 = 512 << 10;
/// A log whose reading has come further than this goes on by pages.
const BEGINNING: u64 = 4_000;

/// What is known of a checkpoint in this process. The place survives in the log.
#[derive(Debug)]
pub(super) struct Reading {
    asked: bool,
    wanted: bool,
    place: Option<BlobPlace>,
    looked: bool,
    /// Bytes after the place that hold no whole pack yet.
    beyond: Vec<u8>,
    piece: u64,
}

impl Default for Reading {
    fn default() -> Self {
        Self { asked: false, wanted: false, place: None, looked: false, beyond: Vec::new(), piece: PIECE }
    }
}

impl Reading {
    pub(super) fn is_wanted(&self) -> bool {
        self.wanted || self.place.is_some()
    }

    /// Pages are being read from the beginning of a log that has more: a checkpoint may bring it sooner.
    pub(super) fn suits(&mut self, server_seq: u64) {
        self.wanted = !self.asked && self.place.is_none() && server_seq <= BEGINNING;
    }

    pub(super) fn halve(&mut self) {
        self.piece = (self.piece / 2).max(PIECE_MIN);
    }

    pub(super) fn forget(&mut self) {
        self.asked = true;
        self.wanted = false;
        self.place = None;
        self.beyond.clear();
    }
}

impl Machine {
    pub(super) fn ask_blob(&self, expander: &dyn Expander) -> (Request, InFlight) {
        let token = self.token.as_deref();
        let Some(place) = &self.blob.place else {
            // Effects that this side makes itself do not lie in the blob.
            let path = format!("{PATH}?level={}", expander.level());
            return (Request::get(path, token), InFlight::Checkpoint);
        };
        let from = place.done + self.blob.beyond.len() as u64;
        let bytes = self.blob.piece.min(place.bytes.saturating_sub(from));
        let request = Request {
            range: Some((from, from + bytes.saturating_sub(1))),
            answer_max: usize::try_from(bytes).unwrap_or(usize::MAX),
            ..Request::get(format!("/v1/blob/{}", hex(&place.blob)), token)
        };
        (request, InFlight::Blob { from, bytes })
    }

    pub(super) fn checkpoint_answered(
        &mut self,
        log: &mut dyn LocalLog,
        status: u16,
        body: &[u8],
    ) -> Result<Outcome, LogError> {
        let answer = match Reply::<CheckpointAnswer>::read(status, body) {
            Reply::NotOurs => return Ok(self.not_ours(status)),
            Reply::Problem(problem) if problem.code == ProblemCode::Session => return Ok(self.session_lost()),
            Reply::Problem(_) => {
                // No checkpoint: pages do as well, more slowly.
                self.blob.forget();
                return Ok(Outcome::Onward);
            }
            Reply::Answer(answer) => answer,
        };
        self.contact();
        self.blob.asked = true;
        self.blob.wanted = false;
        let link = log.link()?;
        let message = checkpoint_message(&log.coop_id(), &answer.epoch, answer.cursor, &answer.blob);
        let spares =
            answer.cursor.server_seq.saturating_sub(link.cursor.server_seq) >= self.trial.checkpoint_spares;
        let proved = is_signed(&log.centre_key(), &message, &answer.signature);
        if proved && spares && answer.epoch == link.epoch && answer.bytes > 0 {
            let (blob, bytes, cursor, epoch) = (answer.blob, answer.bytes, answer.cursor, answer.epoch);
            let place = BlobPlace { blob, bytes, done: 0, cursor, epoch };
            log.set_blob_place(Some(&place))?;
            self.begin(place);
        }
        Ok(Outcome::Onward)
    }

    fn begin(&mut self, place: BlobPlace) {
        self.blob.beyond.clear();
        self.progress.blob = Some((place.done, place.bytes));
        self.blob.place = Some(place);
    }

    pub(super) fn blob_answered(
        &mut self,
        log: &mut dyn LocalLog,
        from: u64,
        bytes: u64,
        status: u16,
        body: &[u8],
    ) -> Result<Outcome, LogError> {
        let Some(place) = self.blob.place else { return Ok(Outcome::Onward) };
        let whole = status == 200 && body.len() as u64 == place.bytes && from == 0;
        if !(whole || (status == 206 && body.len() as u64 == bytes)) {
            let problem = match Reply::<()>::read(status, body) {
                Reply::Problem(problem) => problem,
                Reply::Answer(()) | Reply::NotOurs => return Ok(self.not_ours(status)),
            };
            return match problem.code {
                ProblemCode::Session => Ok(self.session_lost()),
                ProblemCode::TooMany | ProblemCode::Busy | ProblemCode::Fault => Ok(self.waited(&problem)),
                // The blob was replaced by a newer one, or is gone.
                _ => self.leave_blob(log),
            };
        }
        self.contact();
        self.blob.beyond.extend_from_slice(body);
        self.blob.piece = (self.blob.piece * 2).min(PIECE_MAX);
        self.progress.blob = Some((from + body.len() as u64, place.bytes));
        Ok(Outcome::Onward)
    }

    fn leave_blob(&mut self, log: &mut dyn LocalLog) -> Result<Outcome, LogError> {
        self.blob.forget();
        self.progress.blob = None;
        self.due = true;
        log.set_blob_place(None)?;
        Ok(Outcome::Onward)
    }

    /// Takes one pack that lies ready; whether there was one.
    pub(super) fn take_pack(
        &mut self,
        log: &mut dyn LocalLog,
        expander: &dyn Expander,
    ) -> Result<bool, LogError> {
        let link = log.link()?;
        if !self.blob.looked {
            self.blob.looked = true;
            if let Some(place) = log.blob_place()?.filter(|place| place.epoch == link.epoch) {
                self.blob.asked = true;
                self.begin(place);
            }
        }
        let Some(place) = self.blob.place else { return Ok(false) };
        let ended = place.done >= place.bytes;
        let pack = match frame::first(&self.blob.beyond) {
            Ok(Some(pack)) => pack,
            Ok(None) if ended || place.done + self.blob.beyond.len() as u64 >= place.bytes => {
                // It ends in half a pack, or in none.
                self.leave_blob(log)?;
                return Ok(true);
            }
            Ok(None) => return Ok(false),
            Err(error) => {
                self.progress.matter = Some(Matter::PageRefused { detail: error.to_string() });
                self.leave_blob(log)?;
                return Ok(true);
            }
        };
        let length = LENGTH_BYTES + pack.len();
        let done = place.done + length as u64;
        let last = done >= place.bytes;
        let moved = Link { cursor: place.cursor, ..link };
        match take(log, expander, pack, last.then_some(&moved)) {
            Ok(received) => self.received(received),
            Err(Refused::Log(error)) => return Err(error),
            Err(Refused::DoesNotFollow(detail) | Refused::NotTheSame(detail) | Refused::Bad(detail)) => {
                self.progress.matter = Some(Matter::PageRefused { detail });
                self.leave_blob(log)?;
                return Ok(true);
            }
        }
        if last {
            self.leave_blob(log)?;
        } else {
            self.blob.beyond.drain(..length);
            let place = BlobPlace { done, ..place };
            log.set_blob_place(Some(&place))?;
            self.blob.place = Some(place);
        }
        Ok(true)
    }
}

fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    bytes
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .map(|digit| char::from(DIGITS[usize::from(digit)]))
        .collect()
}
