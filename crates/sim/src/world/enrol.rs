//! How devices come to belong: the founder, tills that join, and tills that were ended and join anew.

use super::{Ticket, World};
use crate::ambient::{device_id, secrets};
use crate::draw::Draw;
use crate::paper::Paper;
use crate::till::{FIRST_DAY, Till, genesis};
use anyhow::{Context, Result, bail, ensure};
use lumbung_document::Body;
use lumbung_document::body::control::NumberBlock;
use lumbung_document::body::{DeviceEnrolled, DeviceInvited};
use lumbung_primitives::{BusinessDate, Ref};
use lumbung_server::log::run_inline;
use lumbung_sync::enrol::{EnrolError, Enrolment, Identity};
use lumbung_sync::pairing::PairingCode;

/// Machines in one simulation.
const TILLS_MAX: usize = 10;

impl World {
    /// The founder registers, admits the centre, and puts the first goods and members in.
    pub(super) fn found(&mut self) -> Result<()> {
        let centre = self.host.centre()?;
        let (handle, code) = run_inline(centre.coop_add("KDMP Cobaan", "")).map_err(refused)?;
        self.handle = handle;
        let genesis = genesis();
        let request = Enrolment::found(&code, &identity(1), "1.0.0", &genesis)?;
        let (status, body) = self.host.answer(&request.request()).context("the centre is down")?;
        let enrolled = request.answered(status, &body)?;
        let till = Till::new(0, 1, enrolled.centre_key, self.seed ^ 1)?;
        let paper = Paper::with_effects(
            &genesis.body()?.context("a genesis document has a body")?,
            0,
            lumbung_document::Effects::default(),
            BusinessDate(FIRST_DAY),
        );
        self.model.acknowledge(vec![crate::model::Record::of(&paper, &genesis)]);
        self.tills.push(till);
        let admitted = Body::DeviceEnrolled(DeviceEnrolled {
            device_no: 0,
            device_id: enrolled.centre_id,
            device_key: enrolled.centre_key,
            exchange_key: [0; 32],
            proof: [0; 32],
            block: Some(NumberBlock { first: 200, count: 400 }),
        });
        let day = BusinessDate(FIRST_DAY);
        let mut bodies = vec![admitted];
        for nth in 1..=3 {
            bodies.push(crate::paper::trade::item(Ref::This, 1, 1_000 * nth, Vec::new()));
            bodies.push(crate::paper::trade::member(Ref::This, u64::try_from(nth)?));
        }
        let papers: Vec<Paper> = bodies.iter().filter_map(|body| Paper::of(body, day)).collect();
        self.write(0, &papers)?;
        Ok(())
    }

    /// In fair weather, before the storm begins.
    pub(super) fn join_at_once(&mut self) -> Result<()> {
        let storm = std::mem::replace(&mut self.network.weather, crate::plan::Weather::FAIR);
        ensure!(self.invite(None)?, "nobody may invite");
        self.tills[0].wake();
        self.pass(20_000)?;
        ensure!(self.enrol()?, "a fresh code was refused");
        self.pass(20_000)?;
        self.network.weather = storm;
        Ok(())
    }

    pub(super) fn invite(&mut self, till: Option<usize>) -> Result<bool> {
        let open = self.tickets.iter().filter(|ticket| ticket.till.is_none()).count();
        let living = self.tills.len() + open;
        if till.is_none() && (living >= self.plan.tills || self.tills.len() >= TILLS_MAX) {
            return Ok(false);
        }
        let device_no = self.next_device_no;
        let code = if let Some(holder) = self.holder() {
            let code = PairingCode::new(self.handle, device_no, self.chance.next_u64().to_be_bytes())
                .context("a number that no code can carry")?;
            let body = DeviceInvited { device_no, code_hash: code.hash().0 };
            self.next_device_no += 1;
            if !self.write_body(holder, &Body::DeviceInvited(body))? {
                return Ok(false);
            }
            self.tills[holder].nudge();
            code
        } else {
            // Where nobody keeps the books the centre gives a number of its block.
            if self.host.is_doomed || !self.host.is_on() || !self.host.is_whole()? {
                return Ok(false);
            }
            let centre = self.host.centre()?;
            match run_inline(centre.device_invite(self.handle)) {
                Ok(code) => code,
                Err(problem) => {
                    self.tell(|| format!("the centre cannot invite: {}", problem.detail));
                    return Ok(false);
                }
            }
        };
        self.tell(|| format!("device {} is invited for till {till:?}", code.device_no));
        self.tickets.push(Ticket { code, till, tries: 0 });
        Ok(true)
    }

    /// The code is typed within a minute, or later, or never.
    pub(super) fn invite_and_join(&mut self, till: Option<usize>) -> Result<bool> {
        if !self.invite(till)? {
            return Ok(false);
        }
        if self.chance.percent(75) {
            let ms = self.chance.between(1_000, 60_000);
            self.pass(ms)?;
            self.enrol()?;
        }
        Ok(true)
    }

    /// Tries a code that lies about. The answer may be lost, and is asked for again.
    pub(super) fn enrol(&mut self) -> Result<bool> {
        let last = self.tickets.len().saturating_sub(1);
        let nth = if self.chance.percent(60) { last } else { self.chance.below(self.tickets.len()) };
        let Some(ticket) = self.tickets.get(nth).cloned() else { return Ok(false) };
        if !self.host.is_whole()? {
            return Ok(false);
        }
        let device_no = ticket.code.device_no;
        if let Some(till) = ticket.till
            && !self.tills[till].is_on()
        {
            return Ok(false);
        }
        let enrolment = Enrolment::join(&ticket.code, &identity(device_no), "1.0.0");
        let Some((status, body)) = self.host.answer(&enrolment.request()) else { return Ok(false) };
        if self.host.is_doomed && self.host.disk.struck() > 0 {
            let fate = crate::disk::Fate::Mixed(self.chance.next_u64());
            self.host.die(fate);
            return Ok(false);
        }
        if self.chance.percent(self.network.weather.lost_answer) {
            self.tell(|| format!("the answer to device {device_no} is lost"));
            self.tally.count("enrolment answers lost");
            return Ok(false);
        }
        match enrolment.answered(status, &body) {
            Ok(enrolled) => {
                self.tickets.remove(nth);
                self.joined(ticket.till, device_no, enrolled.centre_key)?;
                Ok(true)
            }
            Err(EnrolError::BadCode) => {
                self.tickets[nth].tries += 1;
                if self.tickets[nth].tries > 3 {
                    self.tell(|| format!("the code of device {device_no} is thrown away"));
                    self.tickets.remove(nth);
                    self.tally.count("codes refused");
                }
                Ok(false)
            }
            Err(EnrolError::TooMany { .. } | EnrolError::NotNow) => Ok(false),
            Err(error) => bail!("device {device_no} cannot enrol: {error}"),
        }
    }

    fn joined(&mut self, till: Option<usize>, device_no: u32, centre_key: [u8; 32]) -> Result<()> {
        let seed = self.chance.next_u64();
        let name = if let Some(name) = till {
            self.tills[name].become_device(device_no, centre_key, seed)?;
            name
        } else {
            let name = self.tills.len();
            let mut till = Till::new(name, device_no, centre_key, seed)?;
            if self.chance.percent(self.plan.wrong_clocks) {
                till.clock = self.draw_clock();
            }
            if self.chance.percent(self.plan.old_apps) {
                till.level = 0;
            }
            self.tills.push(till);
            name
        };
        self.tell(|| format!("till {name} is device {device_no}"));
        Ok(())
    }

    /// A till that was stopped asks for a new number.
    pub(super) fn renew(&mut self) -> Result<bool> {
        let waiting: Vec<usize> = self.tickets.iter().filter_map(|ticket| ticket.till).collect();
        let Some(name) =
            self.one_where(|till| till.stopped.is_some() && till.is_on() && !waiting.contains(&till.name))
        else {
            return Ok(false);
        };
        self.invite_and_join(Some(name))
    }

    pub(super) fn reissue(&mut self) -> Result<bool> {
        let Some(name) = self.one_where(|till| matches!(till.can_reissue(), Ok(Some(_)))) else {
            return Ok(false);
        };
        let Some(nth) = self.tills[name].can_reissue()? else { return Ok(false) };
        let papers = self.tills[name].reissues(nth)?;
        let count = papers.len();
        if count > 0 && !self.write_at(name, 0, &papers)? {
            return Ok(false);
        }
        let before = self.tills[name].befores.remove(nth);
        self.tally.add("documents re-issued", u64::try_from(count)?);
        self.tell(|| format!("till {name} re-issues {count} of device {}", before.device_no));
        Ok(true)
    }
}

fn identity(device_no: u32) -> Identity {
    let secrets = secrets(device_no);
    Identity {
        device_id: device_id(device_no),
        device_key: secrets.public_key(),
        exchange_key: secrets.exchange_public_key(),
    }
}

fn refused(problem: lumbung_sync::wire::Problem) -> anyhow::Error {
    anyhow::anyhow!("the centre refuses: {}", problem.detail)
}
