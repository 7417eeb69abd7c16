//! The cooperative's devices: the list, and the end of a series.

use super::Trouble;
use super::standing::{alarms, few, local_time};
use super::view::{DeviceCard, DevicePage, DeviceState, EndDevice, EndOfDevice};
use crate::error::{Refused, language};
use crate::keys::{FIRST_KEY_NO, Keys};
use crate::permission::{Action, may};
use crate::session::Language;
use crate::{Answer, App, COOPERATIVE};
use lumbung_document::body::SeriesEnd;
use lumbung_document::body::control::EndReason;
use lumbung_document::{Body, Hash};
use lumbung_domain::Decision;
use lumbung_primitives::{DocRef, Random, device_letter};
use lumbung_store::query;
use lumbung_vault::CoopKey;
use std::collections::BTreeSet;

const CENTRE: u32 = 0;

impl App {
    pub fn device_page(&mut self) -> Answer<DevicePage> {
        self.require(Action::Look)?;
        let heads = query::device::heads(self.connection())?;
        let mut devices = Vec::new();
        let alarms = alarms(self.connection())?;
        for (device_no, seq, _) in &heads {
            devices.push(self.device_card(*device_no, *seq, alarms.contains_key(device_no))?);
        }
        let known: BTreeSet<u32> = heads.iter().map(|head| head.0).collect();
        let invited: BTreeSet<u32> =
            query::device::invitations(self.connection())?.iter().map(|row| row.device_no).collect();
        for device_no in invited.difference(&known) {
            devices.push(DeviceCard {
                device_no: *device_no,
                letter: device_letter(*device_no),
                this_one: false,
                keeps_books: false,
                state: DeviceState::Invited,
                documents: 0,
                last_document: None,
                words: None,
                note: Some(note(Note::Invited)),
            });
        }
        devices.sort_by_key(|card| card.device_no);
        Ok(DevicePage { devices, may_invite: self.may_invite()?, own_words: self.own_words() })
    }

    fn may_invite(&self) -> Result<bool, Refused> {
        let allowed =
            self.session.as_ref().map_or(self.operator, |session| may(session.role, Action::ManageStaff));
        let holds = self.ledger.control().books_device() == self.own_device();
        Ok(allowed && holds && super::standing::Paired::load(self.connection())?.is_some())
    }

    fn device_card(&self, device_no: u32, seq: u64, alarm: bool) -> Result<DeviceCard, Refused> {
        let control = self.ledger.control();
        let own = device_no == self.own_device();
        let has_keys = if own {
            self.keys.are_held()
        } else {
            device_no == COOPERATIVE.device_no
                || !query::device::grants_to(self.connection(), device_no)?.is_empty()
        };
        let state = match () {
            () if device_no == CENTRE => DeviceState::Centre,
            () if control.end_of(device_no).is_some() => DeviceState::Ended,
            () if alarm => DeviceState::Forked,
            () if !has_keys => DeviceState::WaitsForKeys,
            () => DeviceState::Active,
        };
        let last = match seq {
            0 => None,
            seq => query::document::load(self.connection(), DocRef::new(device_no, seq))?,
        };
        let zone = self.ledger.identity().zone;
        let waits = state == DeviceState::WaitsForKeys && !own && self.keys.are_held();
        Ok(DeviceCard {
            device_no,
            letter: device_letter(device_no),
            this_one: own,
            keeps_books: control.books_device() == device_no,
            state,
            documents: few(seq),
            last_document: last.map(|document| local_time(zone, document.header.wall_ms)),
            words: if waits { self.words_of(device_no)? } else { None },
            note: match state {
                DeviceState::WaitsForKeys if own => Some(note(Note::OwnWaits)),
                DeviceState::WaitsForKeys => Some(note(Note::Waits)),
                DeviceState::Forked => Some(note(Note::Forked)),
                DeviceState::Ended => {
                    let reason = control.end_of(device_no).map_or(0, |end| end.reason);
                    Some(note(Note::Ended(reason)))
                }
                _ => None,
            },
        })
    }

    /// Ends a device's series at what the centre acknowledged of it. What lies beyond counts only through a
    /// re-issue. After a theft the cooperative begins a new key, and hands it to every till that remains.
    pub fn end_device(&mut self, request: &EndDevice) -> Answer<()> {
        self.require(Action::ManageStaff)?;
        self.require_books()?;
        let device_no = request.device_no;
        if device_no == self.own_device() {
            return Err(Trouble::DeviceIsOwn.into());
        }
        let heads = query::device::heads(self.connection())?;
        let held = heads.iter().find(|head| head.0 == device_no && device_no != CENTRE);
        let Some((_, seq, hash)) = held.copied() else {
            return Err(Trouble::DeviceUnknown(device_letter(device_no)).into());
        };
        if self.ledger.control().end_of(device_no).is_some() {
            return Err(Trouble::DeviceEnded(device_letter(device_no)).into());
        }
        let (seq, hash) = self.acknowledged(device_no)?.unwrap_or((seq, hash));
        let reason = match request.reason {
            EndOfDevice::Fork => EndReason::FORK,
            EndOfDevice::Revoked => EndReason::REVOKED,
            EndOfDevice::WrittenOff => EndReason::WRITTEN_OFF,
        };
        let today = self.today();
        let end = Body::SeriesEnd(SeriesEnd { device_no, seq, hash, reason });
        let mut decisions = vec![Decision::new(end, today)];
        let new_key = match request.reason {
            EndOfDevice::Revoked if self.keys.are_held() => Some(self.new_key()),
            _ => None,
        };
        if let Some(key) = &new_key {
            let mut keys = self.keys.all();
            keys.push(key.clone());
            for (other, ..) in heads {
                let remains = other != CENTRE && other != device_no && other != self.own_device();
                if remains && self.ledger.control().end_of(other).is_none() {
                    decisions.push(self.grant(other, &keys)?);
                }
            }
        }
        let stamp = self.stamp();
        let mut booking = self.begin()?;
        for decision in decisions {
            booking.book(decision, stamp)?;
        }
        if let Some(key) = &new_key {
            query::local::keep_coop_key(booking.unit.connection(), key.number, &key.key)
                .map_err(Refused::from)?;
        }
        booking.commit()?;
        if new_key.is_some() {
            self.keys = Keys::load(&self.ledger)?;
        }
        self.standing.wanted = true;
        Ok(self.reload_indexes()?)
    }

    /// What the centre said of a device that forked or was restored.
    fn acknowledged(&self, device_no: u32) -> Result<Option<(u64, Hash)>, Refused> {
        let alarm = alarms(self.connection())?.get(&device_no).copied();
        Ok(alarm.and_then(|alarm| Some((alarm.seq, alarm.hash?))))
    }

    fn new_key(&self) -> CoopKey {
        let mut key = CoopKey { number: (self.keys.greatest() + 1).max(FIRST_KEY_NO), key: [0; 32] };
        self.random.fill(&mut key.key);
        key
    }
}

enum Note {
    Invited,
    Waits,
    OwnWaits,
    Forked,
    /// With the reason's number.
    Ended(u8),
}

fn note(note: Note) -> String {
    let (id, en) = match note {
        Note::Invited => ("Kodenya belum dipakai.", "Its code was not used yet."),
        Note::Waits => (
            "Bandingkan empat kata di kedua layar, lalu serahkan kuncinya.",
            "Compare the four words on both screens, then hand over the key.",
        ),
        Note::OwnWaits => (
            "Bacakan empat kata ini di perangkat lain; sampai kuncinya datang, nama tampil sebagai nomor.",
            "Read these four words aloud at another till; until the key comes, names show as numbers.",
        ),
        Note::Forked => (
            "Disalin atau dipulihkan dari cadangan lama: akhiri, lalu daftarkan ulang.",
            "Copied or put back from an old backup: end it, then enrol it anew.",
        ),
        Note::Ended(1) => ("Diakhiri: disalin atau dipulihkan.", "Ended: copied or restored."),
        Note::Ended(2) => ("Diakhiri: dicabut.", "Ended: revoked."),
        Note::Ended(3) => ("Diakhiri: rusak.", "Ended: written off."),
        Note::Ended(_) => ("Diakhiri.", "Ended."),
    };
    if language() == Language::Id { id.to_owned() } else { en.to_owned() }
}
