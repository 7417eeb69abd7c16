//! Tills, a centre and the network between them, in virtual time. One thread, everything by the seed.

mod clerk;
mod control;
mod end;
mod enrol;
mod faults;
mod neighbour;
mod pass;

pub use neighbour::Neighbour;

use crate::ambient::{TillClock, WorldClock};
use crate::centre::Host;
use crate::disk::Chance;
use crate::draw::Draw;
use crate::model::Model;
use crate::network::Network;
use crate::paper::Paper;
use crate::plan::{Act, Plan};
use crate::tally::Tally;
use crate::till::{FIRST_DAY, Till};
use anyhow::{Context, Result};
use lumbung_primitives::Zone;
use lumbung_sync::pairing::PairingCode;
use std::collections::{BTreeSet, VecDeque};
use std::sync::Arc;

/// Steps that are told when something is wrong.
const TOLD: usize = 40;

/// A number with its code, given out and not used yet.
#[derive(Clone, Debug)]
pub struct Ticket {
    pub code: PairingCode,
    /// The till that wants to become this device; a new one otherwise.
    pub till: Option<usize>,
    pub tries: u32,
}

#[derive(Debug)]
pub struct World {
    pub seed: u64,
    pub plan: Plan,
    pub chance: Chance,
    pub start_ms: i64,
    pub now: i64,
    pub clock: Arc<WorldClock>,
    pub host: Host,
    pub network: Network,
    pub tills: Vec<Till>,
    pub model: Model,
    pub neighbour: Neighbour,
    pub tally: Tally,
    /// Of this cooperative at the centre.
    pub handle: u64,
    pub tickets: Vec<Ticket>,
    /// Devices that spoke as if they kept the books: nobody makes them the holder.
    usurpers: BTreeSet<u32>,
    /// Devices whose end somebody has written.
    ended: BTreeSet<u32>,
    /// Devices that named themselves, or were named by one that had: they may have kept the books in vain.
    doubtful: BTreeSet<u32>,
    /// Devices that were made the holder, whether they have heard of it or not.
    appointed: BTreeSet<u32>,
    next_device_no: u32,
    next_id: u64,
    pub told: VecDeque<String>,
    /// Grown whenever anything was said, for the story of a failure.
    pub is_loud: bool,
}

impl World {
    /// A founder and a centre that know each other, and as many tills as the plan begins with.
    pub fn begin(seed: u64, is_loud: bool) -> Result<Self> {
        let mut chance = Chance::new(seed);
        let plan = Plan::draw(&mut chance);
        let start_ms = Zone::Wib.instant_ms(lumbung_primitives::BusinessDate(FIRST_DAY), 8 * 3_600);
        let clock = Arc::new(WorldClock::default());
        clock.set(start_ms);
        let host = Host::new(seed, clock.clone())?;
        let network = Network::new(plan.weather);
        let mut world = Self {
            seed,
            plan,
            chance,
            start_ms,
            now: start_ms,
            clock,
            host,
            network,
            tills: Vec::new(),
            model: Model::default(),
            neighbour: Neighbour::default(),
            tally: Tally::default(),
            handle: 0,
            tickets: Vec::new(),
            usurpers: BTreeSet::new(),
            ended: BTreeSet::new(),
            doubtful: BTreeSet::new(),
            appointed: BTreeSet::from([1]),
            next_device_no: 2,
            next_id: 0,
            told: VecDeque::new(),
            is_loud,
        };
        world.found()?;
        world.neighbour = Neighbour::settle(&world.host)?;
        let at_once = world.chance.between(1, 3).min(i64::try_from(world.plan.tills).unwrap_or(2)) - 1;
        for _ in 0..at_once {
            world.join_at_once()?;
        }
        Ok(world)
    }

    /// All steps, then the end.
    pub fn run(&mut self) -> Result<()> {
        for _ in 0..self.plan.steps {
            self.step()?;
        }
        self.finish()
    }

    fn step(&mut self) -> Result<()> {
        let Some(nth) = self.chance.weighted(&self.plan.weights) else { return Ok(()) };
        let Some((act, _)) = Act::ALL.get(nth).copied() else { return Ok(()) };
        let done = self.act(act);
        if self.read_from_a_failing_disk(&done)? {
            return Ok(());
        }
        if done.with_context(|| format!("{act:?}"))? {
            self.tally.count(&format!("{act:?}"));
        }
        if self.chance.percent(self.plan.long) {
            return self.night();
        }
        let ms = self.draw_pause();
        self.pass(ms)
    }

    /// A till whose disk fails under a question stops there, as under a write.
    fn read_from_a_failing_disk<T>(&mut self, done: &Result<T>) -> Result<bool> {
        let is_of_the_store = |error: &anyhow::Error| {
            error
                .chain()
                .any(|cause| cause.is::<lumbung_store::StoreError>() || cause.is::<rusqlite::Error>())
        };
        if !done.as_ref().is_err_and(is_of_the_store) {
            return Ok(false);
        }
        let struck = self.tills.iter().find(|till| till.is_on() && till.disk.struck() > 0);
        let Some(name) = struck.map(|till| till.name) else { return Ok(false) };
        self.tell(|| format!("till {name} cannot be read: its disk fails"));
        self.power_fails(name)?;
        Ok(true)
    }

    /// The shops are shut for a night or a few days: nobody asks, what was under way is lost.
    fn night(&mut self) -> Result<()> {
        self.pass(5_000)?;
        self.network.clear();
        self.now += self.chance.between(6 * 3_600_000, 4 * 86_400_000);
        self.clock.set(self.now);
        self.tally.count("nights");
        Ok(())
    }

    fn draw_pause(&mut self) -> i64 {
        match self.chance.below(4) {
            0 => self.chance.between(60_000, 1_800_000),
            1 => self.chance.between(1, 500),
            _ => self.chance.between(1_000, 40_000),
        }
    }

    /// Whether there was anything to do.
    fn act(&mut self, act: Act) -> Result<bool> {
        match act {
            Act::Invite
            | Act::Enrol
            | Act::EndForked
            | Act::Revoke
            | Act::Close
            | Act::Reopen
            | Act::HandOver
            | Act::NameHolder
            | Act::Usurp
            | Act::Renew
            | Act::Reissue
            | Act::GrantKeys => self.control(act),
            Act::Partition
            | Act::Heal
            | Act::CutPower
            | Act::CutInWrite
            | Act::Restart
            | Act::Clone
            | Act::BackUp
            | Act::Restore
            | Act::CrashCentre
            | Act::CrashCentreInWrite
            | Act::StartCentre
            | Act::BackUpCentre
            | Act::RestoreCentre
            | Act::JumpClock
            | Act::Upgrade
            | Act::Rebuild
            | Act::Wake
            | Act::Trespass
            | Act::Garbage => self.fault(act),
            _ => self.clerk(act),
        }
    }

    /// A till by chance that is on, by its place.
    fn any_till(&mut self) -> Option<usize> {
        self.one_where(Till::is_on)
    }

    fn one_where(&mut self, fits: impl Fn(&Till) -> bool) -> Option<usize> {
        let fitting: Vec<usize> = self.tills.iter().filter(|till| fits(till)).map(|till| till.name).collect();
        self.chance.one_of(&fitting).copied()
    }

    /// What a till's clock shows.
    fn wall(&self, name: usize) -> i64 {
        let clock = self.tills.get(name).map_or(TillClock::TRUE, |till| till.clock);
        clock.shows(self.start_ms, self.now)
    }

    /// Writes papers, which no clock and no neighbour may prevent.
    fn write(&mut self, name: usize, papers: &[Paper]) -> Result<bool> {
        let wall_ms = self.wall(name);
        self.write_at(name, wall_ms, papers)
    }

    fn write_at(&mut self, name: usize, wall_ms: i64, papers: &[Paper]) -> Result<bool> {
        let eager = self.chance.percent(self.plan.eager);
        let Some(till) = self.tills.get_mut(name).filter(|till| till.is_on()) else { return Ok(false) };
        if papers.is_empty() {
            return Ok(false);
        }
        match till.write(wall_ms, papers) {
            Ok(records) => {
                if eager {
                    till.nudge();
                }
                let (first, count) = (records.first().map(|record| record.at), records.len());
                let kinds: Vec<u16> = records.iter().map(|record| record.kind).collect();
                self.model.acknowledge(records);
                self.tally.add("documents written", u64::try_from(count).unwrap_or(0));
                if let Some(first) = first {
                    self.tell(|| format!("till {name} writes {count} from {first}, kinds {kinds:?}"));
                }
                Ok(true)
            }
            Err(error) if self.tills.get(name).is_some_and(|till| till.disk.struck() > 0) => {
                self.tell(|| format!("till {name} could not write: {error}"));
                self.power_fails(name)?;
                Ok(false)
            }
            Err(error) => Err(error).context("I10: a document was refused by the till's own store"),
        }
    }

    fn tell(&mut self, line: impl FnOnce() -> String) {
        let line = {
            let ms = self.now - self.start_ms;
            format!("{:>7}.{} s  {}", ms / 1_000, ms % 1_000 / 100, line())
        };
        if self.is_loud {
            eprintln!("{line}");
        }
        if self.told.len() >= TOLD {
            self.told.pop_front();
        }
        self.told.push_back(line);
    }
}

impl World {
    /// Puts into the tally what the network and the centre counted.
    pub fn note_losses(&mut self) {
        let losses = self.network.losses;
        for (name, times) in [
            ("messages lost", losses.lost),
            ("messages blocked", losses.blocked),
            ("messages doubled", losses.doubled),
            ("messages damaged", losses.damaged),
            ("answers of somebody else", losses.foreign),
            ("answers lost after commit", losses.answers_lost),
        ] {
            self.tally.add(name, times);
        }
        for (name, times) in self.host.tallies().to_vec() {
            self.tally.add(&format!("centre: {name}"), times);
        }
        for till in &self.tills {
            let progress = till.machine.progress();
            self.tally.add("documents relayed by tills", progress.relayed);
            self.tally.add("documents pulled", progress.pulled);
        }
    }
}
