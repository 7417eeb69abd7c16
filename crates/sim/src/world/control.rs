//! What the books device does, and others in its place.

use super::World;
use crate::draw::Draw;
use crate::model::Statement;
use crate::paper::Paper;
use crate::plan::Act;
use crate::till::FIRST_DAY;
use anyhow::{Context, Result};
use lumbung_document::body::control::{CutLine, EndReason};
use lumbung_document::body::shared::KeyGrant;
use lumbung_document::body::{BooksDevice, DeviceInvited, PeriodClose, PeriodReopen, SeriesEnd};
use lumbung_document::{Body, Hash};
use lumbung_primitives::{BusinessDate, DocRef, Zone};
use lumbung_server::log::run_inline;
use lumbung_sync::wire::Notice;

impl World {
    pub(super) fn control(&mut self, act: Act) -> Result<bool> {
        match act {
            Act::Invite => self.invite_and_join(None),
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

    /// The device that keeps the books was left by its machine: only the centre can end it, by its
    /// administrator.
    pub(super) fn end_left_holder(&mut self) -> Result<bool> {
        let mut ledgers = self.tills.iter().filter_map(|till| till.ledger.as_ref());
        let Some(holder) = ledgers.next().map(|ledger| ledger.control().books_device()) else {
            return Ok(false);
        };
        let is_left =
            self.tills.iter().any(|till| till.befores.iter().any(|before| before.device_no == holder));
        let devices = self.host.devices(&crate::till::COOP)?;
        let is_open = devices.iter().any(|device| device.device_no == holder && device.ended.is_none());
        if !is_left || !is_open {
            return Ok(false);
        }
        self.tell(|| format!("the centre's administrator ends device {holder}"));
        let revoked = run_inline(self.host.centre()?.device_revoke(self.handle, holder));
        Ok(revoked.is_ok())
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
        if !self.host.is_whole()? {
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
                    && !self.doubtful.contains(no)
                    && ledger.control().end_of(*no).is_none()
            })
            .collect();
        let Some(device_no) = self.chance.one_of(&others).copied() else { return Ok(false) };
        self.tell(|| format!("the books go to device {device_no}"));
        self.appointed.insert(device_no);
        if self.doubtful.contains(&own) {
            self.doubtful.insert(device_no);
        }
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
        self.doubtful.insert(device_no);
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
        if let Body::SeriesEnd(end) = body {
            self.ended.insert(end.device_no);
        }
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
