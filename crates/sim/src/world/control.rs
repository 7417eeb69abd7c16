//! What the books device, administrators and joining tills do.

use super::{Ticket, World};
use crate::ambient::{device_id, secrets};
use crate::draw::Draw;
use crate::model::Statement;
use crate::paper::Paper;
use crate::plan::Act;
use crate::till::{FIRST_DAY, Till, genesis};
use anyhow::{Context, Result, bail, ensure};
use lumbung_document::body::control::{CutLine, EndReason, NumberBlock};
use lumbung_document::body::shared::KeyGrant;
use lumbung_document::body::{
    BooksDevice, DeviceEnrolled, DeviceInvited, PeriodClose, PeriodReopen, SeriesEnd,
};
use lumbung_document::{Body, Hash};
use lumbung_primitives::{BusinessDate, DocRef, Ref, Zone};
use lumbung_server::log::run_inline;
use lumbung_sync::enrol::{EnrolError, Enrolment, Identity};
use lumbung_sync::pairing::PairingCode;
use lumbung_sync::wire::Notice;

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

    pub(super) fn control(&mut self, act: Act) -> Result<bool> {
        match act {
            Act::Invite => self.invite(None),
            Act::Enrol => self.enrol(),
            Act::Renew => self.renew(),
            Act::Reissue => self.reissue(),
            Act::EndForked => self.end_forked(),
            Act::Revoke => self.revoke(),
            Act::Close => self.close(),
            Act::Reopen => self.reopen(),
            Act::HandOver => self.hand_over(),
            Act::NameHolder => self.name_holder(),
            Act::GrantKeys => self.grant_keys(),
            _ => self.usurp(),
        }
    }

    /// A till that believes to keep the books, and has not heard that its series is over.
    pub(super) fn holder(&mut self) -> Option<usize> {
        self.one_where(|till| {
            let ledger = till.ledger.as_ref();
            till.stopped.is_none()
                && ledger.is_some_and(|ledger| {
                    let control = ledger.control();
                    control.books_device() == till.device_no && control.end_of(till.device_no).is_none()
                })
        })
    }

    pub(super) fn invite(&mut self, till: Option<usize>) -> Result<bool> {
        let open = self.tickets.iter().filter(|ticket| ticket.till.is_none()).count();
        let living = self.tills.len() + open;
        if till.is_none() && (living >= self.plan.tills || self.tills.len() >= TILLS_MAX) {
            return Ok(false);
        }
        let device_no = self.next_device_no;
        let code = match self.holder() {
            Some(holder) => {
                let code = PairingCode::new(self.handle, device_no, self.chance.next_u64().to_be_bytes())
                    .context("a number that no code can carry")?;
                let body = DeviceInvited { device_no, code_hash: code.hash().0 };
                self.next_device_no += 1;
                if !self.write_body(holder, &Body::DeviceInvited(body))? {
                    return Ok(false);
                }
                self.tills[holder].nudge();
                code
            }
            // Where nobody keeps the books the centre gives a number of its block.
            None => {
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
            }
        };
        self.tell(|| format!("device {} is invited for till {till:?}", code.device_no));
        self.tickets.push(Ticket { code, till, is_used: false, tries: 0 });
        Ok(true)
    }

    /// Tries a code that lies about. The answer may be lost, and is asked for again.
    pub(super) fn enrol(&mut self) -> Result<bool> {
        let nth = self.chance.below(self.tickets.len());
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
        let name = match till {
            Some(name) => {
                self.tills[name].become_device(device_no, centre_key, seed)?;
                name
            }
            None => {
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
            }
        };
        self.tell(|| format!("till {name} is device {device_no}"));
        Ok(())
    }

    /// A till that was stopped asks for a new number.
    fn renew(&mut self) -> Result<bool> {
        let waiting: Vec<usize> = self.tickets.iter().filter_map(|ticket| ticket.till).collect();
        let Some(name) =
            self.one_where(|till| till.stopped.is_some() && till.is_on() && !waiting.contains(&till.name))
        else {
            return Ok(false);
        };
        self.invite(Some(name))
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

    /// Writes the ends that notices ask for.
    pub(super) fn end_forked(&mut self) -> Result<bool> {
        let Some(holder) = self.holder() else { return Ok(false) };
        let notices = self.tills[holder].machine.notices().to_vec();
        for notice in notices {
            let (Some(device_no), Some(seq), Some(hash)) =
                (notice.device_no, notice.number, notice.hash.as_deref().and_then(Hash::from_slice))
            else {
                continue;
            };
            if notice.code != Notice::FORK && notice.code != Notice::RESTORED {
                continue;
            }
            let Some(ledger) = &self.tills[holder].ledger else { return Ok(false) };
            if ledger.control().end_of(device_no).is_some() || device_no == self.tills[holder].device_no {
                continue;
            }
            let (seq, hash) = at_least_held(ledger, device_no, seq, hash)?;
            let body = SeriesEnd { device_no, seq, hash, reason: EndReason::FORK };
            self.tell(|| format!("device {device_no} ends at {seq}"));
            return self.write_body(holder, &Body::SeriesEnd(body));
        }
        self.end_left(holder)
    }

    /// A machine that joined anew has left its series: a person ends it, though the centre may have forgotten
    /// why.
    fn end_left(&mut self, holder: usize) -> Result<bool> {
        let left: Vec<u32> =
            self.tills.iter().flat_map(|till| till.befores.iter().map(|before| before.device_no)).collect();
        if left.is_empty() || !self.host.is_on() || self.host.is_doomed {
            return Ok(false);
        }
        let devices = self.host.devices(&crate::till::COOP)?;
        let own = self.tills[holder].device_no;
        let Some(ledger) = &self.tills[holder].ledger else { return Ok(false) };
        let heads = ledger.heads()?;
        for device_no in left.into_iter().filter(|device_no| *device_no != own) {
            let head = heads.iter().find(|head| head.device_no == device_no);
            let at_centre = devices.iter().find(|device| device.device_no == device_no);
            let (Some(head), Some(at_centre)) = (head, at_centre) else { continue };
            if ledger.control().end_of(device_no).is_some() || at_centre.head_seq > head.seq {
                continue;
            }
            let (seq, hash) = (head.seq, head.hash);
            let body = SeriesEnd { device_no, seq, hash, reason: EndReason::FORK };
            self.tell(|| format!("device {device_no} was left and ends at {seq}"));
            return self.write_body(holder, &Body::SeriesEnd(body));
        }
        Ok(false)
    }

    /// A sound device is ended: stolen, sold, written off.
    fn revoke(&mut self) -> Result<bool> {
        let Some(holder) = self.holder() else { return Ok(false) };
        let own = self.tills[holder].device_no;
        let Some(ledger) = &self.tills[holder].ledger else { return Ok(false) };
        let heads = ledger.heads()?;
        let fitting: Vec<_> = heads
            .iter()
            .filter(|head| head.device_no > 1 && head.device_no != own)
            .filter(|head| ledger.control().end_of(head.device_no).is_none())
            .collect();
        let Some(head) = self.chance.one_of(&fitting) else { return Ok(false) };
        // An end names at least what the centre acknowledged: whoever ends a sound device asks it first.
        if !self.host.is_on() || self.host.is_doomed {
            return Ok(false);
        }
        let devices = self.host.devices(&crate::till::COOP)?;
        if devices.iter().any(|device| device.device_no == head.device_no && device.head_seq > head.seq) {
            return Ok(false);
        }
        let body = SeriesEnd {
            device_no: head.device_no,
            seq: head.seq,
            hash: head.hash,
            reason: EndReason::REVOKED,
        };
        let at = head.at();
        self.tell(|| format!("device {} is revoked at {at}", at.device_no));
        self.write_body(holder, &Body::SeriesEnd(body))
    }

    fn close(&mut self) -> Result<bool> {
        let Some(holder) = self.holder() else { return Ok(false) };
        let days_ahead = i32::try_from(self.chance.between(-3, 6))?;
        let now = Zone::Wib.business_date(self.now);
        let Some(ledger) = &self.tills[holder].ledger else { return Ok(false) };
        let first = ledger.control().first_open_day().unwrap_or(BusinessDate(FIRST_DAY));
        let last_day = BusinessDate(first.0.max(now.0 + days_ahead));
        if last_day.0 > now.0 + 60 {
            return Ok(false);
        }
        let cut = ledger
            .heads()?
            .into_iter()
            .map(|head| CutLine { device_no: head.device_no, seq: head.seq, hash: head.hash })
            .collect();
        let body = Body::PeriodClose(PeriodClose { last_day, cut, waived: Vec::new() });
        if !self.write_body(holder, &body)? {
            return Ok(false);
        }
        let Some(ledger) = &self.tills[holder].ledger else { return Ok(true) };
        let Some((close, hash)) = ledger.own_head()? else { return Ok(true) };
        let balances = balances(ledger, last_day.0)?;
        self.tell(|| format!("{close} closes up to {last_day}"));
        self.model.statements.push(Statement { close, hash, last_day: last_day.0, balances });
        Ok(true)
    }

    fn reopen(&mut self) -> Result<bool> {
        let Some(holder) = self.holder() else { return Ok(false) };
        let closes: Vec<DocRef> = self.model.statements.iter().map(|statement| statement.close).collect();
        let Some(close) = self.chance.one_of(&closes).copied() else { return Ok(false) };
        let Some(ledger) = &self.tills[holder].ledger else { return Ok(false) };
        if ledger.hash_at(close.device_no, close.seq)?.is_none() {
            return Ok(false);
        }
        self.tell(|| format!("{close} is opened again"));
        let body = PeriodReopen { close, approved_by: Some(DocRef::new(1, 2)) };
        self.write_body(holder, &Body::PeriodReopen(body))
    }

    fn hand_over(&mut self) -> Result<bool> {
        let Some(holder) = self.holder() else { return Ok(false) };
        let Some(ledger) = &self.tills[holder].ledger else { return Ok(false) };
        let own = self.tills[holder].device_no;
        let after = ledger.control().books_document();
        let others: Vec<u32> = ledger
            .devices()?
            .into_iter()
            .map(|(device_no, ..)| device_no)
            .filter(|no| {
                *no != 0
                    && *no != own
                    && !self.usurpers.contains(no)
                    && ledger.control().end_of(*no).is_none()
            })
            .collect();
        let Some(device_no) = self.chance.one_of(&others).copied() else { return Ok(false) };
        self.tell(|| format!("the books go to device {device_no}"));
        self.appointed.insert(device_no);
        self.write_body(holder, &Body::BooksDevice(BooksDevice { device_no, after, second: None }))
    }

    /// The last holder's series was ended: an administrator with a second person names this till.
    pub(super) fn name_holder(&mut self) -> Result<bool> {
        let usurpers = self.usurpers.clone();
        let Some(name) = self.one_where(|till| {
            till.stopped.is_none()
                && !usurpers.contains(&till.device_no)
                && till.ledger.as_ref().is_some_and(|ledger| {
                    let control = ledger.control();
                    control.end_of(control.books_device()).is_some()
                        && control.end_of(till.device_no).is_none()
                })
        }) else {
            return Ok(false);
        };
        let device_no = self.tills[name].device_no;
        self.appointed.insert(device_no);
        let Some(ledger) = &self.tills[name].ledger else { return Ok(false) };
        let after = ledger.control().books_document();
        let second = Some(DocRef::new(1, 2));
        self.tell(|| format!("till {name} takes over the books as device {device_no}"));
        self.write_body(name, &Body::BooksDevice(BooksDevice { device_no, after, second }))
    }

    fn grant_keys(&mut self) -> Result<bool> {
        let Some(name) = self.one_where(|till| till.is_on() && till.stopped.is_none()) else {
            return Ok(false);
        };
        let waiting = self.tills[name].machine.notices().iter();
        let waiting: Vec<u32> = waiting
            .filter(|notice| notice.code == Notice::WAITS_FOR_KEYS)
            .filter_map(|notice| notice.device_no)
            .collect();
        let Some(device_no) = self.chance.one_of(&waiting).copied() else { return Ok(false) };
        let body = KeyGrant { device_no, one_time_key: [3; 32], sealed: vec![9; 48] };
        self.write_body(name, &Body::KeyGrant(body))
    }

    /// A control document of a device that does not keep the books: it must change nothing.
    fn usurp(&mut self) -> Result<bool> {
        let appointed = self.appointed.clone();
        let Some(name) = self.one_where(|till| {
            till.ledger.as_ref().is_some_and(|ledger| {
                let heard = ledger.control();
                !appointed.contains(&till.device_no) && !heard.has_held(till.device_no) && till.device_no > 1
            })
        }) else {
            return Ok(false);
        };
        let own = self.tills[name].device_no;
        let Some(ledger) = &self.tills[name].ledger else { return Ok(false) };
        let Some(head) =
            ledger.heads()?.into_iter().find(|head| head.device_no != 0 && head.device_no != own)
        else {
            return Ok(false);
        };
        let (device_no, seq, hash) = (head.device_no, head.seq, head.hash);
        let body = match self.chance.below(3) {
            0 => Body::SeriesEnd(SeriesEnd { device_no, seq, hash, reason: EndReason::REVOKED }),
            1 => Body::PeriodClose(PeriodClose {
                last_day: Zone::Wib.business_date(self.now),
                cut: Vec::new(),
                waived: Vec::new(),
            }),
            _ => Body::DeviceInvited(DeviceInvited { device_no: 100_000, code_hash: [1; 32] }),
        };
        self.usurpers.insert(own);
        self.write_body(name, &body)
    }

    pub(super) fn write_body(&mut self, name: usize, body: &Body) -> Result<bool> {
        let date = Zone::Wib.business_date(self.now);
        let paper = Paper::of(body, date).context("a control document books nothing")?;
        self.write(name, &[paper])
    }
}

/// What an end must name at least: what the centre acknowledged, and what is held here of the same branch.
fn at_least_held(
    ledger: &lumbung_store::Ledger,
    device_no: u32,
    seq: u64,
    hash: Hash,
) -> Result<(u64, Hash)> {
    let head = ledger.heads()?.into_iter().find(|head| head.device_no == device_no);
    let is_same_branch = ledger.hash_at(device_no, seq)? == Some(hash);
    Ok(match head {
        Some(head) if head.seq > seq && is_same_branch => (head.seq, head.hash),
        _ => (seq, hash),
    })
}

/// Balances of all accounts up to a day, as a till's statement shows them.
pub(crate) fn balances(
    ledger: &lumbung_store::Ledger,
    last_day: i32,
) -> Result<std::collections::BTreeMap<u32, i64>> {
    let mut statement = ledger.connection().prepare_cached(
        "SELECT account, sum(debit_rp - credit_rp) FROM account_total WHERE grain = 0 AND period <= ?1
         GROUP BY account HAVING sum(debit_rp - credit_rp) <> 0",
    )?;
    let rows = statement.query_map([last_day], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
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
