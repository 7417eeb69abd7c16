//! The centre, with its log on a disk that can lose power, and the desk before it that HTTP would be.

use crate::ambient::{WorldClock, WorldRandom};
use crate::disk::{Disk, Fate, Fault, FaultKind, Image, VFS};
use anyhow::{Context, Result, anyhow};
use lumbung_document::{Hash, SealedDocument};
use lumbung_primitives::DocRef;
use lumbung_server::SqliteLog;
use lumbung_server::centre::{Bearer, Calls, Centre};
use lumbung_server::log::{CentreLog as _, CoopId, Session as _, run_inline};
use lumbung_sync::machine::Request;
use lumbung_sync::wire::{self, Problem, ProblemCode};
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

const FILE: &str = "centre.db";
/// Answers within which a crash that was set must come.
const CALLS_MAX: i64 = 60;

/// The centre as the world sees it.
#[derive(Debug)]
pub struct Host {
    pub disk: Disk,
    pub clock: Arc<WorldClock>,
    random: Arc<WorldRandom>,
    /// Absent while it is down.
    centre: Option<Centre<SqliteLog>>,
    pub backup: Option<Image>,
    /// Devices that were enrolled when the copy was made.
    pub known_to_backup: BTreeSet<u32>,
    /// What it lost when an older copy was put back, and nobody has brought again.
    pub wanted: Vec<(DocRef, Hash)>,
    /// It will die at a call to its disk.
    pub is_doomed: bool,
    tallies: Vec<(&'static str, u64)>,
}

/// A file with the schema and an identity, the same in every simulation.
static FRESH: Mutex<Option<Image>> = Mutex::new(None);

impl Host {
    pub fn new(seed: u64, clock: Arc<WorldClock>) -> Result<Self> {
        let disk = Disk::of(&fresh(&clock)?, seed);
        let random = Arc::new(WorldRandom::new(seed ^ 0x5eed));
        let mut host = Self {
            disk,
            clock,
            random,
            centre: None,
            backup: None,
            known_to_backup: BTreeSet::new(),
            wanted: Vec::new(),
            is_doomed: false,
            tallies: Vec::new(),
        };
        host.start()?;
        Ok(host)
    }

    pub fn start(&mut self) -> Result<()> {
        let log = SqliteLog::open_on(VFS, &self.disk.path(FILE))?;
        let mut centre = run_inline(Centre::open(log, self.clock.clone(), self.random.clone()))?;
        centre.set_effort(0);
        self.centre = Some(centre);
        Ok(())
    }

    pub fn is_on(&self) -> bool {
        self.centre.is_some()
    }

    pub fn centre(&self) -> Result<&Centre<SqliteLog>> {
        self.centre.as_ref().context("the centre is down")
    }

    /// The power is cut.
    pub fn die(&mut self, fate: Fate) {
        self.keep_tally();
        self.disk.cut_power(fate);
        self.centre = None;
        self.is_doomed = false;
    }

    /// Lets the power fail at one of the next calls to the disk.
    pub fn doom(&mut self, nth: i64) {
        let nth = u64::try_from(nth.clamp(1, CALLS_MAX)).unwrap_or(1);
        self.disk.break_call(Fault { kind: FaultKind::Error, nth, lasting: true });
        self.is_doomed = true;
    }

    /// Puts an older copy in its place.
    pub fn restore(&mut self, image: &Image) -> Result<()> {
        self.keep_tally();
        self.centre = None;
        self.disk.replace(image);
        self.is_doomed = false;
        self.start()
    }

    /// What the centre counted since the beginning, through all its lives.
    pub fn tallies(&mut self) -> &[(&'static str, u64)] {
        self.keep_tally();
        &self.tallies
    }

    fn keep_tally(&mut self) {
        let Some(centre) = self.centre.take() else { return };
        for (name, _, value) in centre.tally().counted() {
            match self.tallies.iter_mut().find(|(other, _)| *other == name) {
                Some((_, sum)) => *sum += value,
                None => self.tallies.push((name, value)),
            }
        }
        self.centre = Some(centre);
    }

    /// Answers a request as the desk would; `None` while it is down.
    pub fn answer(&self, request: &Request) -> Option<(u16, Vec<u8>)> {
        let centre = self.centre.as_ref()?;
        Some(match call(centre, request) {
            Ok(answer) => answer,
            Err(problem) => (problem.code.status(), wire::encode(&problem)),
        })
    }

    /// All documents that it holds of a cooperative, in the order in which they came.
    pub fn documents(&self, coop_id: &CoopId) -> Result<Vec<SealedDocument>> {
        let centre = self.centre()?;
        run_inline(async {
            let mut session = centre.log().session().await?;
            let runs = session.runs_after(coop_id, 0, usize::MAX >> 1).await?;
            let mut next = 1;
            for run in &runs {
                if run.first_server_seq != next {
                    return Err(anyhow!("I5: the order of arrival has a hole before {next}"));
                }
                next = run.last_server_seq + 1;
            }
            let stored = session.documents_of(coop_id, &runs).await?;
            stored
                .into_iter()
                .map(|stored| {
                    let device_no = stored.at.device_no;
                    let (body, effects) = (stored.body, stored.effects);
                    Ok(SealedDocument::open(device_no, stored.header, body, effects, stored.personal)?)
                })
                .collect()
        })
    }

    /// Whether it holds this very document.
    pub fn holds(&self, coop_id: &CoopId, at: DocRef, hash: Hash) -> Result<bool> {
        let centre = self.centre()?;
        run_inline(async {
            let mut session = centre.log().session().await?;
            let found = session.documents(coop_id, at.device_no, at.seq, at.seq).await?;
            Ok(found.first().is_some_and(|stored| Hash::document(&stored.header) == hash))
        })
    }

    /// Whether everything is there again that an older copy had lost.
    pub fn is_whole(&mut self) -> Result<bool> {
        if !self.is_on() || self.is_doomed {
            return Ok(self.wanted.is_empty());
        }
        let devices = self.devices(&crate::till::COOP)?;
        while let Some((at, hash)) = self.wanted.last().copied() {
            let device = devices.iter().find(|device| device.device_no == at.device_no);
            // What lies beyond an end is brought by nobody.
            let stands = device.is_none_or(|device| device.stands(at.seq));
            if stands && !self.holds(&crate::till::COOP, at, hash)? {
                return Ok(false);
            }
            self.wanted.pop();
        }
        Ok(true)
    }

    /// Every series with its head.
    pub fn devices(&self, coop_id: &CoopId) -> Result<Vec<lumbung_server::log::Device>> {
        let centre = self.centre()?;
        Ok(run_inline(async { centre.log().session().await?.devices(coop_id).await })?)
    }

    pub fn totals(&self, coop_id: &CoopId) -> Result<lumbung_server::log::Totals> {
        let centre = self.centre()?;
        Ok(run_inline(async { centre.log().session().await?.totals(coop_id).await })?)
    }
}

fn call(centre: &Centre<SqliteLog>, request: &Request) -> Result<(u16, Vec<u8>), Problem> {
    let body = &request.body;
    let (path, query) = request.path.split_once('?').unwrap_or((&request.path, ""));
    let bearer =
        || -> Result<Bearer, Problem> { centre.bearer(request.token.as_deref().unwrap_or_default()) };
    Ok(match path {
        "/v1/session" => (200, wire::encode(&run_inline(centre.session(read(body)?))?)),
        "/v1/enrol" => {
            let message: wire::EnrolRequest = read(body)?;
            // Every till has a line of its own.
            let address = format!("till {}", message.device_no);
            (200, wire::encode(&run_inline(centre.enrol(&address, message))?))
        }
        "/v1/sync" => {
            let mut answer = Err(problem(ProblemCode::Malformed, "no message"));
            for message in wire::messages(body) {
                answer = Ok(wire::encode(&run_inline(centre.sync(bearer()?, read(message)?))?));
            }
            (200, answer?)
        }
        "/v1/relay" => (200, wire::encode(&run_inline(centre.relay(bearer()?, read(body)?))?)),
        "/v1/heads" => (200, wire::encode(&run_inline(centre.heads(bearer()?))?)),
        "/v1/checkpoint" => {
            let level = query.strip_prefix("level=").and_then(|level| level.parse().ok()).unwrap_or(0);
            (200, wire::encode(&run_inline(centre.checkpoint(bearer()?, level))?))
        }
        _ => return blob(centre, bearer()?, path, request.range),
    })
}

fn read<M: for<'b> minicbor::Decode<'b, ()>>(body: &[u8]) -> Result<M, Problem> {
    wire::decode(body).map_err(|error| problem(ProblemCode::Malformed, &error.to_string()))
}

fn problem(code: ProblemCode, detail: &str) -> Problem {
    Problem { code, seq: None, wait_s: None, detail: detail.to_owned() }
}

fn blob(
    centre: &Centre<SqliteLog>,
    bearer: Bearer,
    path: &str,
    range: Option<(u64, u64)>,
) -> Result<(u16, Vec<u8>), Problem> {
    let nothing = || problem(ProblemCode::NotFound, "no such call");
    let name = path.strip_prefix("/v1/blob/").ok_or_else(nothing)?;
    let mut hash = [0; 32];
    for (nth, byte) in hash.iter_mut().enumerate() {
        let digits = name.get(2 * nth..2 * nth + 2).ok_or_else(nothing)?;
        *byte = u8::from_str_radix(digits, 16).map_err(|_| nothing())?;
    }
    let (from, to) = range.unwrap_or((0, u64::MAX - 1));
    let (total, part) = run_inline(centre.blob(bearer, hash, from, to.saturating_sub(from) + 1))?;
    if from >= total {
        return Ok((416, Vec::new()));
    }
    Ok((if range.is_some() { 206 } else { 200 }, part))
}

fn fresh(clock: &Arc<WorldClock>) -> Result<Image> {
    let mut fresh = FRESH.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(image) = &*fresh {
        return Ok(image.clone());
    }
    let disk = Disk::new(0);
    let log = SqliteLog::open_on(VFS, &disk.path(FILE))?;
    drop(run_inline(Centre::open(log, clock.clone(), Arc::new(WorldRandom::new(0))))?);
    let image = disk.image();
    *fresh = Some(image.clone());
    Ok(image)
}
