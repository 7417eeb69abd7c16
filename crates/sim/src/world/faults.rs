//! What befalls machines, disks, clocks and lines. The atlas: no machine loses more than an older copy of its
//! disk can give back from elsewhere, and never the only copy of a document that somebody was told is written.

use super::World;
use crate::ambient::TillClock;
use crate::disk::{Disk, Fate, Fault, FaultKind, Image};
use crate::draw::Draw;
use crate::plan::Act;
use crate::till::Till;
use anyhow::{Context, Result, ensure};
use lumbung_document::Hash;
use lumbung_primitives::DocRef;
use lumbung_store::state_hash::state_hash;

const YEAR_MS: i64 = 365 * 86_400_000;
const TILLS_MAX: usize = 10;

impl World {
    pub(super) fn fault(&mut self, act: Act) -> Result<bool> {
        match act {
            Act::Partition => {
                let Some(name) = self.any_till() else { return Ok(false) };
                let ways = self.chance.below(3);
                if ways != 1 {
                    self.network.no_way_up.insert(name);
                }
                if ways != 2 {
                    self.network.no_way_down.insert(name);
                }
                Ok(true)
            }
            Act::Heal => {
                let cut: Vec<usize> =
                    self.network.no_way_up.union(&self.network.no_way_down).copied().collect();
                let Some(name) = self.chance.one_of(&cut).copied() else { return Ok(false) };
                self.network.no_way_up.remove(&name);
                self.network.no_way_down.remove(&name);
                Ok(true)
            }
            Act::CutPower => {
                let Some(name) = self.any_till() else { return Ok(false) };
                self.tell(|| format!("till {name} loses its power"));
                self.power_fails(name)?;
                Ok(true)
            }
            Act::CutInWrite => {
                let Some(name) = self.any_till() else { return Ok(false) };
                let nth = u64::try_from(self.chance.between(1, 40))?;
                let fault = Fault { kind: FaultKind::Error, nth, lasting: true };
                self.tell(|| format!("till {name}'s disk will fail at call {nth}"));
                self.tills[name].disk.break_call(fault);
                Ok(true)
            }
            Act::Restart => {
                let Some(name) = self.one_where(|till| !till.is_on()) else { return Ok(false) };
                self.restart(name)?;
                Ok(true)
            }
            Act::Clone => self.clone_disk(),
            Act::BackUp => {
                let Some(name) = self.any_till() else { return Ok(false) };
                let level = self.tills[name].level;
                self.tills[name].backup = Some((self.tills[name].disk.image(), level));
                Ok(true)
            }
            Act::Restore => self.restore(),
            Act::CrashCentre => {
                if !self.host.is_on() {
                    return Ok(false);
                }
                let fate = Fate::Mixed(self.chance.next_u64());
                self.tell(|| "the centre loses its power".into());
                self.host.die(fate);
                Ok(true)
            }
            Act::CrashCentreInWrite => {
                if !self.host.is_on() || self.host.is_doomed {
                    return Ok(false);
                }
                let nth = self.chance.between(1, 60);
                self.host.doom(nth);
                Ok(true)
            }
            Act::StartCentre => {
                if self.host.is_on() {
                    return Ok(false);
                }
                self.host.start()?;
                Ok(true)
            }
            Act::BackUpCentre => {
                if !self.host.is_on() || self.host.is_doomed {
                    return Ok(false);
                }
                self.host.backup = Some(self.host.disk.image());
                let devices = self.host.devices(&crate::till::COOP)?;
                self.host.known_to_backup = devices.into_iter().map(|device| device.device_no).collect();
                Ok(true)
            }
            Act::RestoreCentre => self.restore_centre(),
            Act::JumpClock => {
                let Some(name) = self.any_till() else { return Ok(false) };
                self.tills[name].clock = self.draw_clock();
                Ok(true)
            }
            Act::Upgrade => {
                let Some(name) = self.one_where(|till| till.is_on() && till.is_old()) else {
                    return Ok(false);
                };
                self.tills[name].upgrade()?;
                self.tell(|| format!("till {name} gets the new app"));
                Ok(true)
            }
            Act::Rebuild => {
                let Some(name) = self.any_till() else { return Ok(false) };
                self.rebuild(name)?;
                Ok(true)
            }
            Act::Wake => {
                let Some(name) = self.any_till() else { return Ok(false) };
                self.tills[name].wake();
                Ok(true)
            }
            Act::Trespass => self.trespass(),
            _ => self.garbage(),
        }
    }

    /// Projections dropped and made again are the live ones.
    pub(super) fn rebuild(&mut self, name: usize) -> Result<()> {
        let reader = crate::ambient::reader(self.tills[name].level);
        let Some(ledger) = &mut self.tills[name].ledger else { return Ok(()) };
        let live = state_hash(ledger.connection());
        let rebuilt = ledger.rebuild(reader, &mut |_, _| ());
        match (live, rebuilt) {
            (Ok(live), Ok(rebuilt)) => {
                ensure!(live == rebuilt, "I11: till {name} rebuilds to other projections than the live ones");
                Ok(())
            }
            (live, rebuilt) => {
                let struck = self.tills[name].disk.struck() > 0;
                ensure!(struck, "I11: till {name} cannot rebuild: {live:?} {rebuilt:?}");
                self.power_fails(name)
            }
        }
    }

    /// The power is cut now.
    pub(super) fn power_fails(&mut self, name: usize) -> Result<()> {
        let fate = Fate::Mixed(self.chance.next_u64());
        let till = self.tills.get_mut(name).context("no such till")?;
        till.disk.cut_power(fate);
        till.die();
        Ok(())
    }

    /// The power comes back: everything that a clerk was told is written must be there.
    pub(super) fn restart(&mut self, name: usize) -> Result<()> {
        let till = self.tills.get_mut(name).context("no such till")?;
        till.start().with_context(|| format!("I1: till {name} does not start after a power cut"))?;
        let doubt = std::mem::take(&mut till.doubt);
        let ledger = till.ledger.as_ref().context("it has just started")?;
        let mut there = 0;
        for record in &doubt {
            let hash = ledger.hash_at(record.at.device_no, record.at.seq)?;
            there += usize::from(hash == Some(record.hash));
        }
        ensure!(there == 0 || there == doubt.len(), "I2: till {name} has half of a unit");
        if there > 0 {
            self.tally.count("units durable though nobody was told");
            self.model.acknowledge(doubt);
        }
        if self.chance.percent(20) {
            self.check_whole(name)?;
        }
        self.check_own_writes(name)
    }

    /// Two machines with one key go on.
    fn clone_disk(&mut self) -> Result<bool> {
        if self.tills.len() >= TILLS_MAX || !self.host.is_whole()? {
            return Ok(false);
        }
        let Some(name) = self.one_where(|till| till.is_on() && till.befores.is_empty()) else {
            return Ok(false);
        };
        let seed = self.chance.next_u64();
        let clone = self.tills.len();
        let (device_no, centre_key) = (self.tills[name].device_no, self.tills[name].centre_key);
        if self.tills[name].disk.struck() > 0 {
            return Ok(false);
        }
        let disk = Disk::of(&self.tills[name].disk.image(), seed);
        let mut till = Till::on(clone, device_no, centre_key, disk)?;
        till.is_parted = true;
        till.clock = self.tills[name].clock;
        till.level = self.tills[name].level;
        self.tills[name].is_parted = true;
        self.tills.push(till);
        self.tell(|| format!("till {clone} is a copy of till {name}, device {device_no}"));
        Ok(true)
    }

    /// An older copy is put back. What vanishes by that is held by the centre.
    fn restore(&mut self) -> Result<bool> {
        let Some(name) = self.one_where(|till| till.is_on() && till.backup.is_some()) else {
            return Ok(false);
        };
        if !self.host.is_on() || self.host.is_doomed || self.tills[name].disk.struck() > 0 {
            return Ok(false);
        }
        if !self.host.is_whole()? {
            return Ok(false);
        }
        let Some((backup, level)) = self.tills[name].backup.clone() else { return Ok(false) };
        // What a coming end leaves out counts through a re-issue alone, and for that this disk is wanted.
        let device_no = self.tills[name].device_no;
        if self.ended.contains(&device_no) {
            return Ok(false);
        }
        let now = held(&self.tills[name])?;
        for (at, hash) in &now {
            if !self.host.holds(&crate::till::COOP, *at, *hash)? {
                return Ok(false);
            }
        }
        self.put_back(name, &backup)?;
        if level < self.tills[name].level {
            self.tills[name].upgrade()?;
        }
        Ok(true)
    }

    fn put_back(&mut self, name: usize, backup: &Image) -> Result<()> {
        let till = &mut self.tills[name];
        till.die();
        till.disk.replace(backup);
        till.shift = None;
        till.stopped = None;
        till.is_parted = true;
        till.start().context("a copy that was put back does not open")?;
        let seq = till.ledger.as_ref().map(lumbung_store::Ledger::own_head).transpose()?.flatten();
        self.tell(|| format!("till {name} is put back to {seq:?}"));
        Ok(())
    }

    /// An older copy of the centre is put back. What vanishes by that is held by tills that may speak.
    fn restore_centre(&mut self) -> Result<bool> {
        let Some(backup) = self.host.backup.clone() else { return Ok(false) };
        if !self.host.is_on() || self.host.is_doomed {
            return Ok(false);
        }
        // Two machines with one key, each taken in by another incarnation of the centre, is not survived yet: the
        // centre cannot leave the branch that came first for the one that an end names.
        if self.tills.iter().any(|till| till.is_parted) {
            return Ok(false);
        }
        // Whom the copy does not know cannot speak before somebody else has brought the word of its enrolment.
        let known = self.host.known_to_backup.clone();
        let documents = self.host.documents(&crate::till::COOP)?;
        let mut elsewhere = std::collections::BTreeSet::new();
        let speaks = |till: &&Till| till.is_on() && till.stopped.is_none() && known.contains(&till.device_no);
        for till in self.tills.iter().filter(speaks) {
            elsewhere.extend(held(till)?);
        }
        if documents.iter().any(|document| !elsewhere.contains(&(document.at, document.hash))) {
            return Ok(false);
        }
        self.host.restore(&backup)?;
        self.host.wanted.extend(documents.iter().map(|document| (document.at, document.hash)));
        self.tell(|| "an older copy of the centre is put back".into());
        Ok(true)
    }

    pub(super) fn draw_clock(&mut self) -> TillClock {
        let chance = &mut self.chance;
        let offset_ms = match chance.below(4) {
            0 => chance.between(-10 * YEAR_MS, 10 * YEAR_MS),
            1 => chance.between(-3_600_000, 3_600_000),
            2 => -60 * YEAR_MS,
            _ => chance.between(-20 * 86_400_000, 20 * 86_400_000),
        };
        let pace = *chance.one_of(&[1_000, 1_000, 0, 2_000, 900]).unwrap_or(&1_000);
        TillClock { offset_ms, pace }
    }
}

/// Everything in a till's log, in orphans too.
fn held(till: &Till) -> Result<Vec<(DocRef, Hash)>> {
    let Some(connection) = till.connection() else { return Ok(Vec::new()) };
    let mut statement = connection.prepare_cached(
        "SELECT doc, header FROM document_log UNION ALL SELECT doc, header FROM orphan_log",
    )?;
    let rows = statement.query_map([], |row| {
        let header: Vec<u8> = row.get(1)?;
        Ok((DocRef::from_key(row.get(0)?), Hash::document(&header)))
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}
