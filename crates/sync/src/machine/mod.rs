//! The till's side of the conversation, without a socket, a clock or a die: asked for the next step, it gives a
//! request; told the answer, it moves the log and the link. Whoever drives it may be killed between any two
//! calls: what must survive lies in the log.

mod blob;
mod compare;
mod exchange;
mod reply;
mod report;
mod request;
mod session;

pub(crate) use exchange::{Refused, take};
pub use report::{Matter, Progress};
pub use request::{Method, Request};

use crate::expand::Expander;
use crate::log::{Link, LocalLog, LogError, Portion};
use crate::recode::Effort;
use crate::wire::{DOCUMENTS_MAX, Notice, RAW_BYTES_MAX};
use compare::Comparing;
use exchange::{PageWish, Sent};
use std::time::Duration;

/// Documents in the first batch.
const FIRST_BATCH: usize = 256;
/// Documents and bytes that a batch is never halved below.
const SMALLEST_BATCH: usize = 8;
const SMALLEST_BYTES: usize = 16 << 10;
/// Documents of a slice: what a cut in the middle may cost on a slow line, about 20 bytes each.
const SLICE: usize = 20;
/// An answer within this time shows a line that needs no slices.
const QUICK: Duration = Duration::from_millis(250);
/// How often in a row the conversation may turn round without getting anywhere before it waits.
const STUMBLES: u8 = 5;

/// What does not change while a machine lives.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// Told to the centre when a session opens.
    pub app_version: String,
}

/// What a simulation sets otherwise: small logs, and no time.
#[derive(Clone, Copy, Debug)]
pub struct Trial {
    /// Of packs.
    pub effort: Effort,
    /// A checkpoint that spares fewer documents than this is not worth its own request.
    pub checkpoint_spares: u64,
}

impl Default for Trial {
    /// zstd's effort while a till waits.
    fn default() -> Self {
        Self { effort: 3, checkpoint_spares: 4_000 }
    }
}

/// What to do now.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Step {
    /// Send this, then tell [`Machine::answered`] or [`Machine::failed`].
    Send(Request),
    /// A piece of work was done on the log: lend it again soon, others may have it in between.
    Again,
    /// Nothing to do before new documents of this device, or [`Machine::wake`].
    Rest(Why),
    /// Nothing more is said to this centre.
    Stopped(Stop),
}

/// Why there is nothing to do.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Why {
    /// Everything is there and here.
    UpToDate,
    /// Something was refused ([`Progress::matter`]): it is tried again after [`Machine::wake`].
    Refused,
}

/// Why the conversation is over. The till sells on; its documents count through a re-issue.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Stop {
    /// The series was ended by the cooperative: enrol anew.
    Ended,
    /// Other documents bear this device's numbers, from `seq` where that is known: a cloned disk.
    Forked { seq: Option<u64> },
    /// An old copy was put back: the centre holds this device's documents up to `acked_seq`. Enrol anew.
    Restored { acked_seq: u64 },
    /// This store was never paired with a centre.
    NotPaired,
    /// Somebody without the centre's key answers at this address. No document was sent.
    WrongCentre,
}

/// Why there is no answer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Failure {
    /// Nothing came, or too slowly. The request may have been carried out.
    Timeout,
    /// No connection.
    NoLine,
    /// Something answered that is not a centre, or the answer was cut off.
    NotNow,
}

/// What an answer leads to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Outcome {
    /// Ask for the next step.
    Onward,
    /// Not now: ask again after a while, at least so many seconds.
    Wait { at_least_s: u32 },
}

/// What was asked and not yet answered.
#[derive(Clone, Debug)]
enum InFlight {
    Challenge,
    Session,
    Sync(Sent),
    Heads,
    Relay { device_no: u32, last_seq: u64, raw: bool },
    Checkpoint,
    Blob { from: u64, bytes: u64 },
}

/// A batch or a page was refused: that direction waits for the next wake, and the other goes on.
#[derive(Clone, Copy, Debug, Default)]
struct Held {
    push: bool,
    pull: bool,
}

/// One device's conversation with one centre or hub.
#[derive(Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a thing of its own that may be so or not")]
pub struct Machine {
    settings: Settings,
    trial: Trial,
    /// The till's clock, for the centre's notice alone.
    wall_ms: i64,
    token: Option<String>,
    challenge: Option<[u8; 32]>,
    in_flight: Option<InFlight>,
    stopped: Option<Stop>,
    /// A question is due though nothing is known to wait.
    due: bool,
    portion: Portion,
    /// Columns did not give the hash: this batch goes raw.
    raw: bool,
    page: PageWish,
    held: Held,
    /// The centre acknowledged this, which the log does not hold.
    beyond: Option<u64>,
    /// Up to here the centre holds another branch of this device.
    parted: Option<u64>,
    comparing: Option<Comparing>,
    /// Where a page did not follow and led to a comparison: a second time at this cursor, it is a matter.
    trouble: Option<u64>,
    blob: blob::Reading,
    stumbles: u8,
    /// How fast the line answers is not known, or slow: a batch goes in slices that count one by one.
    line_is_slow: bool,
    /// A batch was not answered: how much of it counts is asked before anything is sent again.
    unsure: bool,
    progress: Progress,
    notices: Vec<Notice>,
}

impl Machine {
    pub fn new(settings: Settings) -> Self {
        Self {
            settings,
            trial: Trial::default(),
            wall_ms: 0,
            token: None,
            challenge: None,
            in_flight: None,
            stopped: None,
            due: true,
            portion: Portion { documents: FIRST_BATCH, bytes: RAW_BYTES_MAX },
            raw: false,
            page: PageWish::Portion,
            held: Held::default(),
            beyond: None,
            parted: None,
            comparing: None,
            trouble: None,
            blob: blob::Reading::default(),
            stumbles: 0,
            line_is_slow: true,
            unsure: false,
            progress: Progress::default(),
            notices: Vec::new(),
        }
    }

    /// Goes about it as a simulation wants.
    pub fn try_out(&mut self, trial: Trial) {
        self.trial = trial;
    }

    /// Asks the centre though nothing is known to wait: a timer, a line that came back, a person.
    pub fn wake(&mut self) {
        self.due = true;
        self.held = Held::default();
        self.stumbles = 0;
    }

    /// The till's clock in milliseconds since 1970, which the centre holds against its own for a notice.
    pub fn tell_time(&mut self, wall_ms: i64) {
        self.wall_ms = wall_ms;
    }

    /// How long the last answer took. On a line that answers within a quarter of a second nothing is gained by
    /// sending in slices.
    pub fn tell_pace(&mut self, took: Duration) {
        self.line_is_slow = took > QUICK;
    }

    pub fn progress(&self) -> &Progress {
        &self.progress
    }

    /// What the centre last said that a person should hear of.
    pub fn notices(&self) -> &[Notice] {
        &self.notices
    }

    /// The next step. A request that was neither answered nor failed is given up.
    pub fn next(&mut self, log: &mut dyn LocalLog, expander: &dyn Expander) -> Result<Step, LogError> {
        self.in_flight = None;
        if let Some(stop) = self.stopped {
            return Ok(Step::Stopped(stop));
        }
        if log.centre_key() == [0; 32] {
            return Ok(Step::Stopped(Stop::NotPaired));
        }
        let link = log.link()?;
        let own_seq = log.own_head()?.map_or(0, |head| head.seq);
        self.progress.waiting = own_seq.saturating_sub(link.acked_seq);
        if own_seq < link.acked_seq {
            self.beyond = Some(link.acked_seq);
        }
        if self.take_pack(log, expander)? {
            return Ok(Step::Again);
        }
        if !self.has_something(&link, own_seq) {
            let refused = self.held.push || self.held.pull;
            return Ok(Step::Rest(if refused { Why::Refused } else { Why::UpToDate }));
        }
        let (request, in_flight) = if self.token.is_none() {
            self.ask_session(log)
        } else if self.beyond.is_none() && self.comparing.is_some() {
            self.ask_compare(log, expander, &link)?
        } else if self.beyond.is_none() && self.blob.is_wanted() {
            self.ask_blob(expander)
        } else {
            self.ask_sync(log, expander, &link)?
        };
        self.in_flight = Some(in_flight);
        Ok(Step::Send(request))
    }

    fn has_something(&self, link: &Link, own_seq: u64) -> bool {
        self.due
            || self.beyond.is_some()
            || self.comparing.is_some()
            || self.blob.is_wanted()
            || (own_seq > link.acked_seq && !self.held.push)
    }

    /// An answer came whole. One that is not a message of this protocol changes nothing.
    pub fn answered(
        &mut self,
        log: &mut dyn LocalLog,
        expander: &dyn Expander,
        status: u16,
        body: &[u8],
    ) -> Result<Outcome, LogError> {
        match self.in_flight.take() {
            None => Ok(Outcome::Onward),
            Some(InFlight::Challenge) => Ok(self.challenge_answered(log, status, body)),
            Some(InFlight::Session) => Ok(self.session_answered(status, body)),
            Some(InFlight::Sync(sent)) => self.sync_answered(log, expander, &sent, status, body),
            Some(InFlight::Heads) => self.heads_answered(log, status, body),
            Some(InFlight::Relay { device_no, last_seq, raw }) => {
                Ok(self.relay_answered(device_no, last_seq, raw, status, body))
            }
            Some(InFlight::Checkpoint) => self.checkpoint_answered(log, status, body),
            Some(InFlight::Blob { from, bytes }) => self.blob_answered(log, from, bytes, status, body),
        }
    }

    /// No answer came. Wait before the next step.
    pub fn failed(&mut self, failure: Failure) {
        let was = self.in_flight.take();
        if let Some(InFlight::Sync(sent)) = &was {
            self.unsure |= sent.batch_to.is_some();
        }
        if matches!(was, Some(InFlight::Session)) {
            // A challenge is good for one use, and it may have been used.
            self.challenge = None;
        }
        if failure == Failure::Timeout {
            self.halve();
            self.blob.halve();
        }
        self.progress.matter = Some(Matter::NoContact(failure));
    }

    fn stop(&mut self, stop: Stop) -> Outcome {
        self.stopped = Some(stop);
        Outcome::Onward
    }

    /// Somebody else answered: as if nobody had.
    fn not_ours(&mut self, status: u16) -> Outcome {
        if status == 413 {
            // A relay on the way that takes no large bodies.
            self.halve();
        }
        self.challenge = None;
        self.progress.matter = Some(Matter::NoContact(Failure::NotNow));
        Outcome::Wait { at_least_s: 0 }
    }

    fn matter(&mut self, matter: Matter) -> Outcome {
        self.progress.matter = Some(matter);
        Outcome::Wait { at_least_s: 0 }
    }

    /// Turns round and tries another way at once, a few times.
    fn turn(&mut self, matter: Matter) -> Outcome {
        self.stumbles += 1;
        if self.stumbles > STUMBLES {
            self.stumbles = 0;
            return self.matter(matter);
        }
        Outcome::Onward
    }

    fn contact(&mut self) {
        self.progress.contacts += 1;
        if matches!(self.progress.matter, Some(Matter::NoContact(_) | Matter::Busy)) {
            self.progress.matter = None;
        }
    }

    fn halve(&mut self) {
        self.portion = Portion {
            documents: (self.portion.documents / 2).max(SMALLEST_BATCH),
            bytes: (self.portion.bytes / 2).max(SMALLEST_BYTES),
        };
    }

    fn double(&mut self) {
        self.portion = Portion {
            documents: (self.portion.documents * 2).min(DOCUMENTS_MAX),
            bytes: (self.portion.bytes * 2).min(RAW_BYTES_MAX),
        };
    }
}
