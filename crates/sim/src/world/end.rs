//! After the storm: everything heals, ended series are ended and renewed, and all talk until it is quiet.

use super::World;
use crate::check;
use crate::plan::Weather;
use crate::till::Line;
use anyhow::{Context, Result, bail, ensure};
use lumbung_sync::backoff::LAST;

/// Rounds within which all must be quiet: each is as long as the longest wait. A till that was copied joins
/// anew in a few of them, and several do so one after another where one machine holds the books.
const ROUNDS_MAX: usize = 60;

impl World {
    /// Heals, waits, and holds what there is against what must be.
    pub(super) fn finish(&mut self) -> Result<()> {
        self.heal()?;
        let mut rounds = 0;
        while !self.round().with_context(|| format!("after the storm, round {rounds}"))? {
            rounds += 1;
            if rounds > ROUNDS_MAX {
                bail!("I9: not quiet after {ROUNDS_MAX} rounds: {}", self.standing());
            }
        }
        self.tally.add("rounds until quiet", u64::try_from(rounds)?);
        check::everything(self)
    }

    fn heal(&mut self) -> Result<()> {
        self.tell(|| "the storm is over".into());
        self.network.weather = Weather::FAIR;
        self.network.no_way_up.clear();
        self.network.no_way_down.clear();
        if self.host.is_doomed && self.host.disk.struck() > 0 {
            let fate = crate::disk::Fate::AllKept;
            self.host.die(fate);
        }
        self.host.disk.heal();
        self.host.is_doomed = false;
        if !self.host.is_on() {
            self.host.start()?;
        }
        for name in 0..self.tills.len() {
            if self.tills[name].disk.struck() > 0 {
                self.power_fails(name)?;
            }
            self.tills[name].disk.heal();
            if !self.tills[name].is_on() {
                self.restart(name)?;
            }
        }
        Ok(())
    }

    /// One round; whether nothing was left to do.
    fn round(&mut self) -> Result<bool> {
        for till in &mut self.tills {
            till.wake();
        }
        self.pass(i64::try_from(LAST.as_millis())?)?;
        let mut is_quiet = true;
        while self.end_forked()? {
            is_quiet = false;
        }
        if self.holder().is_none() && (self.name_holder()? || self.end_left_holder()?) {
            is_quiet = false;
        }
        while self.reissue()? {
            is_quiet = false;
        }
        for name in 0..self.tills.len() {
            let is_waiting = self.tickets.iter().any(|ticket| ticket.till == Some(name));
            if self.tills[name].stopped.is_some() && !is_waiting {
                is_quiet = false;
                self.invite(Some(name))?;
            }
        }
        if !is_quiet {
            for till in &mut self.tills {
                till.wake();
            }
            self.pass(20_000)?;
        }
        for _ in 0..self.tickets.len() * 5 {
            is_quiet = false;
            self.enrol()?;
        }
        // Codes that were given out before the storm and found no till are forgotten.
        self.tickets.retain(|ticket| ticket.till.is_some());
        let all_said = self.tills.iter().all(|till| {
            let progress = till.machine.progress();
            let is_done = till.stopped.is_none() && till.befores.is_empty() && till.line == Line::Idle;
            is_done && progress.waiting == 0
        });
        Ok(is_quiet && all_said && self.heads_are_equal()?)
    }

    fn heads_are_equal(&self) -> Result<bool> {
        let heads = |nth: usize| -> Result<Vec<_>> {
            let ledger = self.tills[nth].ledger.as_ref().context("it is on")?;
            Ok(ledger.heads()?.into_iter().map(|head| (head.device_no, head.seq, head.hash)).collect())
        };
        let first = heads(0)?;
        for nth in 1..self.tills.len() {
            if heads(nth)? != first {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn standing(&self) -> String {
        let tills = self.tills.iter().map(|till| {
            let heads = till.ledger.as_ref().and_then(|ledger| ledger.heads().ok()).unwrap_or_default();
            let heads: Vec<String> = heads.iter().map(|head| head.at().to_string()).collect();
            let progress = till.machine.progress();
            format!(
                "\n  till {} is device {}: {:?}, stopped {:?}, {} befores, {progress:?}, heads {heads:?}",
                till.name,
                till.device_no,
                till.line,
                till.stopped,
                till.befores.len()
            )
        });
        let devices = self.host.devices(&crate::till::COOP).unwrap_or_default();
        let centre: Vec<String> = devices
            .iter()
            .map(|device| {
                format!(
                    "{}-{} {:?} {:?}",
                    device.device_no,
                    device.head_seq,
                    device.transport,
                    device.ended.map(|end| end.0)
                )
            })
            .collect();
        let holder = self
            .tills
            .iter()
            .filter_map(|till| till.ledger.as_ref())
            .map(|ledger| ledger.control().books_device());
        format!(
            "{}\n  centre {centre:?}\n  holders {:?}, tickets {:?}",
            tills.collect::<String>(),
            holder.collect::<Vec<_>>(),
            self.tickets
        )
    }

    /// Everything that this machine's clerk was told is written is in its log (I1, I14).
    pub(super) fn check_own_writes(&self, name: usize) -> Result<()> {
        let till = &self.tills[name];
        if till.is_parted {
            return Ok(());
        }
        let ledger = till.ledger.as_ref().context("it is on")?;
        let own = self.model.records.values().filter(|record| record.at.device_no == till.device_no);
        for record in own {
            let hash = ledger.hash_at(record.at.device_no, record.at.seq)?;
            ensure!(hash == Some(record.hash), "I1: till {name} lost {}", record.at);
        }
        Ok(())
    }

    /// A full proof of one till's store, faults of poisoned papers apart (I2, I3, I6, I13).
    pub(crate) fn check_whole(&self, name: usize) -> Result<()> {
        let till = &self.tills[name];
        let ledger = till.ledger.as_ref().context("it is on")?;
        let reader = crate::ambient::reader(till.level);
        let report = ledger.verify(crate::ambient::KEY_HEX, reader, &|_| None, &mut |_, _| ())?;
        let mut faults = report.faults;
        for (at, _) in lumbung_store::query::document::quarantined(ledger.connection())? {
            let mark = format!("{at}: ");
            faults.retain(|fault| !fault.starts_with(&mark));
        }
        // Poisoned papers that count nothing for another reason are set aside by nobody.
        let poisoned = |fault: &String| {
            let at = fault.split(':').next().and_then(|at| at.parse::<lumbung_primitives::DocRef>().ok());
            at.is_some_and(|at| {
                self.model.records.values().any(|record| record.at == at && record.sums.is_none())
            })
        };
        faults.retain(|fault| !poisoned(fault));
        ensure!(faults.is_empty(), "I2: till {name}'s store does not hold together: {faults:?}");
        Ok(())
    }
}
