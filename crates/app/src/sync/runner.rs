//! The conversation with the centre, round by round. It runs on a thread of its own and borrows the open
//! cooperative for short pieces of work; where it is told to go again, a clock is all that it needs.

use super::door::{Door, Lending, Shared, ask};
use super::standing::{Alarm, CENTRE, Labour, Paired, keep_alarms, keep_stopped, stopped};
use super::{Rules, Trouble};
use crate::drafts::SyncNote;
use crate::{Answer, App, AppError};
use lumbung_document::Hash;
use lumbung_primitives::Random;
use lumbung_sync::backoff::{Backoff, jittered};
use lumbung_sync::http::{Address, Counted, End, Line, Roots, round};
use lumbung_sync::machine::{Machine, Progress, Settings, Why};
use lumbung_sync::wire::Notice;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// How long a till rests before it asks what others wrote; half of it by chance, so that shops do not ask in
/// step.
const TICK: Duration = Duration::from_mins(2);
/// After somebody else answered at the centre's address.
const WRONG_CENTRE: Duration = Duration::from_mins(15);

/// What a round moved, and what is left.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Synced {
    pub pushed: u64,
    pub pulled: u64,
    pub bytes_up: u64,
    pub bytes_down: u64,
    /// Own documents that the centre does not hold yet.
    pub pending: u64,
}

impl Synced {
    fn and(self, then: Self) -> Self {
        Self {
            pushed: self.pushed + then.pushed,
            pulled: self.pulled + then.pulled,
            bytes_up: self.bytes_up + then.bytes_up,
            bytes_down: self.bytes_down + then.bytes_down,
            pending: then.pending,
        }
    }
}

/// Keeps a conversation and its line from round to round.
#[derive(Debug, Default)]
pub struct Runner {
    talk: Option<Talk>,
    backoff: Backoff,
    /// Not before this, but for what somebody asks for.
    next: Option<Instant>,
    /// The last round came through: what is sold goes at once.
    good: bool,
    /// Another address than the one that is kept, for this run alone.
    server: Option<String>,
}

#[derive(Debug)]
struct Talk {
    url: String,
    own_device_no: u32,
    machine: Machine,
    line: Line,
}

/// How a round went.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Round {
    pub synced: Synced,
    /// What kept it from its end.
    pub trouble: Option<Trouble>,
}

/// The longest pause between two tries of [`Runner::until_current`].
const PAUSE: Duration = Duration::from_secs(3);

impl Runner {
    /// A conversation at another address than the one that is kept.
    pub fn at(server: Option<&str>) -> Self {
        Self { server: server.map(str::to_owned), ..Self::default() }
    }

    /// Called about once a second. Does a round where one is due: at once after a sale while the line is good,
    /// after a rest to ask for news, after full-jitter waits where there was no line.
    pub fn tick(&mut self, door: &mut dyn Door) {
        let due = self.next.is_none_or(|next| Instant::now() >= next);
        let good = self.good;
        let mut wanted = false;
        let asked = door.lend(&mut |app| {
            wanted = app.standing.wanted || (good && app.waiting()? > 0);
            Ok(())
        });
        if asked.is_ok() && (due || wanted) {
            // What hinders it is told in the status.
            let _ = self.round(door);
        }
    }

    /// Rounds until everything is there and here, as often as it takes, at most `tries`; for scripts.
    ///
    /// # Errors
    /// What kept the last one from its end.
    pub fn until_current(&mut self, door: &mut dyn Door, tries: u32) -> Answer<Synced> {
        let mut all = Synced::default();
        let mut tried = 0;
        loop {
            tried += 1;
            let Round { synced, trouble } = self.round(door)?;
            all = all.and(synced);
            match trouble {
                None => return Ok(all),
                Some(trouble) if trouble.is_final() || tried >= tries => return Err(trouble.into()),
                Some(_) => {
                    let pause = self.next.map(|next| next.saturating_duration_since(Instant::now()));
                    std::thread::sleep(pause.unwrap_or_default().min(PAUSE));
                }
            }
        }
    }

    /// One round: everything that there is to send and to read, until the line fails or nothing is left.
    ///
    /// # Errors
    /// Where there is nobody to speak to, nothing may be sent under this till's number any more, or the ledger
    /// itself cannot be read or written.
    pub fn round(&mut self, door: &mut dyn Door) -> Answer<Round> {
        let door: Shared<'_> = RefCell::new(door);
        let begun = ask(&door, App::begin_round);
        let (paired, own_device_no) = match begun {
            Ok(begun) => begun,
            Err(error) => {
                self.rest(TICK);
                return Err(error);
            }
        };
        let done = self.converse(&door, &paired, own_device_no).and_then(|done| {
            // With everything of the centre here it is known what of an ended series does not stand.
            if done.trouble.is_some() || ask(&door, App::reissue)? == 0 {
                return Ok(done);
            }
            let again = self.converse(&door, &paired, own_device_no)?;
            Ok(Round { synced: done.synced.and(again.synced), trouble: again.trouble })
        });
        if done.is_err() {
            self.rest_after_failure();
            ask(&door, |app| {
                app.standing.working = false;
                app.standing.labour = None;
                Ok(())
            })?;
        }
        done
    }

    fn converse(&mut self, door: &Shared<'_>, paired: &Paired, own_device_no: u32) -> Answer<Round> {
        let url = self.server.clone().unwrap_or_else(|| paired.url.clone());
        let mut talk =
            match self.talk.take().filter(|talk| talk.url == url && talk.own_device_no == own_device_no) {
                Some(talk) => talk,
                None => Talk::new(&url, own_device_no)?,
            };
        let wall_ms = ask(door, |app| Ok(app.clock.now_ms()))?;
        talk.machine.tell_time(wall_ms);
        talk.machine.wake();
        let before = (talk.machine.progress().clone(), talk.line.counted());
        let end = talk.round(door, paired.key);
        let trouble = match &end {
            Ok(End::Stopped(stop)) => Some((*stop).into()),
            Ok(End::Rest(Why::UpToDate) | End::Left) => None,
            Ok(_) => Some(talk.machine.progress().matter.as_ref().map_or(Trouble::Busy, Into::into)),
            Err(error) => Some(error.clone()),
        };
        match &end {
            Ok(End::Rest(_) | End::Left) => {
                self.backoff.reset();
                self.good = trouble.is_none();
                self.rest(TICK / 2 + jittered(TICK / 2, random(door)?));
            }
            Ok(End::Wait { at_least_s }) => {
                self.good = false;
                let wait = self.backoff.failed(random(door)?);
                self.rest(Duration::from_secs(u64::from(*at_least_s)) + wait);
            }
            Ok(End::Stopped(_)) => {
                self.good = false;
                self.rest(WRONG_CENTRE);
            }
            Ok(End::Failed(_)) | Err(_) => {
                // A line that brought something through is tried again soon.
                if travelled(talk.machine.progress()) > travelled(&before.0) {
                    self.backoff.reset();
                }
                self.good = false;
                let wait = self.backoff.failed(random(door)?);
                self.rest(wait);
            }
        }
        let mut synced = moved(&before.0, talk.machine.progress(), before.1, talk.line.counted());
        let contact = talk.machine.progress().contacts > before.0.contacts;
        synced.pending =
            ask(door, |app| app.end_round(&synced, contact, talk.machine.notices(), trouble.clone()))?;
        // A machine that has stopped says nothing more; the next round begins a new one.
        if !matches!(end, Ok(End::Stopped(_))) {
            self.talk = Some(talk);
        }
        Ok(Round { synced, trouble })
    }

    fn rest(&mut self, wait: Duration) {
        self.next = Some(Instant::now() + wait);
    }

    fn rest_after_failure(&mut self) {
        self.good = false;
        let wait = self.backoff.failed(u64::MAX / 2);
        self.rest(wait);
    }
}

impl Talk {
    fn new(url: &str, own_device_no: u32) -> Answer<Self> {
        let address: Address = url.parse().map_err(Trouble::from)?;
        let line = Line::new(address, &Roots::Web).map_err(|error| Trouble::Address(error.to_string()))?;
        let machine = Machine::new(Settings { app_version: app_version() });
        Ok(Self { url: url.to_owned(), own_device_no, machine, line })
    }

    fn round(&mut self, door: &Shared<'_>, centre_key: [u8; 32]) -> Result<End, Trouble> {
        let log = |error: AppError| Trouble::Log(error.message);
        let mut told = Progress::default();
        let mut access = Lending { door, peer: CENTRE, centre_key };
        let mut closed = None;
        let end = round(&mut self.machine, &mut access, &Rules, &mut self.line, &mut |progress| {
            if *progress == told {
                return true;
            }
            told.clone_from(progress);
            match ask(door, |app| {
                app.show_progress(progress);
                Ok(())
            }) {
                Ok(()) => true,
                Err(error) => {
                    closed = Some(error);
                    false
                }
            }
        });
        match closed {
            Some(error) => Err(log(error)),
            None => Ok(end?),
        }
    }
}

impl App {
    /// What a round needs; refused where nothing may be sent under this till's number.
    fn begin_round(&mut self) -> Answer<(Paired, u32)> {
        self.standing.wanted = false;
        let paired = self.paired()?;
        if let Some(trouble) = stopped(self.connection())? {
            return Err(trouble.into());
        }
        self.standing.working = true;
        Ok((paired, self.own_device()))
    }

    fn show_progress(&mut self, progress: &Progress) {
        self.standing.labour = match progress.blob {
            Some((done, total)) => Some((Labour::Reading, done, total)),
            None if progress.waiting > 0 => {
                Some((Labour::Sending, progress.pushed, progress.pushed + progress.waiting))
            }
            None if progress.more => Some((Labour::Reading, progress.pulled, 0)),
            None => None,
        };
    }

    /// Keeps what the round told, and says how many documents still wait.
    fn end_round(
        &mut self,
        synced: &Synced,
        contact: bool,
        notices: &[Notice],
        trouble: Option<Trouble>,
    ) -> Answer<u64> {
        let now_ms = self.clock.now_ms();
        self.standing.working = false;
        self.standing.labour = None;
        if contact {
            self.standing.last_contact_ms = Some(now_ms);
        }
        if let Some(trouble) = &trouble {
            keep_stopped(self.connection(), trouble)?;
        }
        if contact && trouble.is_none() {
            self.hear(notices)?;
        }
        let changed = self.standing.trouble != trouble;
        if synced.pushed + synced.pulled > 0 || (changed && trouble.is_some()) {
            let trouble = trouble.clone().map(|trouble| AppError::from(trouble).message);
            let note = SyncNote {
                at_ms: now_ms,
                sent: synced.pushed,
                received: synced.pulled,
                bytes_up: synced.bytes_up,
                bytes_down: synced.bytes_down,
                trouble,
            };
            self.drafts.note_sync(&note)?;
        }
        if contact {
            self.drafts.note_contact(now_ms)?;
        }
        self.standing.trouble = trouble;
        Ok(self.waiting()?)
    }

    /// The centre tells all of its alarms every time: one that it does not tell any more is settled.
    fn hear(&mut self, notices: &[Notice]) -> Answer<()> {
        let mut alarms = BTreeMap::new();
        for notice in notices {
            if let (Notice::FORK | Notice::RESTORED, Some(device_no), Some(seq)) =
                (notice.code, notice.device_no, notice.number)
            {
                let hash = notice.hash.as_deref().and_then(|hash| hash.try_into().ok()).map(Hash);
                alarms.insert(device_no, Alarm { seq, hash });
            }
        }
        Ok(keep_alarms(self.connection(), &alarms)?)
    }
}

pub(crate) fn app_version() -> String {
    env!("CARGO_PKG_VERSION").to_owned()
}

fn random(door: &Shared<'_>) -> Answer<u64> {
    ask(door, |app| {
        let mut bytes = [0; 8];
        app.random.fill(&mut bytes);
        Ok(u64::from_be_bytes(bytes))
    })
}

fn travelled(progress: &Progress) -> u64 {
    progress.pushed + progress.pulled + progress.known + progress.relayed
}

fn moved(before: &Progress, after: &Progress, from: Counted, to: Counted) -> Synced {
    Synced {
        pushed: after.pushed - before.pushed,
        pulled: after.pulled - before.pulled,
        bytes_up: to.up - from.up,
        bytes_down: to.down - from.down,
        pending: 0,
    }
}
