//! How this till stands with its centre: what is kept beside the books, and what is known while the app runs.

use super::Trouble;
use super::log::{hex, unhex};
use super::view::{Progress, SyncEntry, SyncPage, SyncState, SyncStatus};
use crate::error::{Refused, language};
use crate::permission::Action;
use crate::session::Language;
use crate::{Answer, App};
use lumbung_document::Hash;
use lumbung_primitives::Zone;
use lumbung_store::{StoreError, query};
use rusqlite::Connection;
use std::collections::BTreeMap;

/// Under which name the link to the centre is kept.
pub(crate) const CENTRE: &str = "centre";

const URL: &str = "centre_url";
const KEY: &str = "centre_key";
const HANDLE: &str = "centre_handle";
const STOPPED: &str = "sync_stopped";

/// The centre or hub that this till was paired with.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Paired {
    pub(crate) url: String,
    /// Only whoever holds it is spoken to.
    pub(crate) key: [u8; 32],
    /// The cooperative's name at the centre, which goes into codes.
    pub(crate) handle: u64,
}

impl Paired {
    pub(crate) fn load(connection: &Connection) -> Result<Option<Self>, StoreError> {
        let kept = |name| query::local::setting(connection, name);
        let (Some(url), Some(key), Some(handle)) = (kept(URL)?, kept(KEY)?, kept(HANDLE)?) else {
            return Ok(None);
        };
        let key = unhex(&key).and_then(|key| key.try_into().ok());
        let (Some(key), Ok(handle)) = (key, handle.parse()) else {
            return Err(StoreError::Damaged("what is kept of the centre cannot be read".to_owned()));
        };
        Ok(Some(Self { url, key, handle }))
    }

    /// Within the caller's transaction.
    pub(crate) fn keep(&self, connection: &Connection) -> Result<(), StoreError> {
        query::local::set_setting(connection, URL, &self.url)?;
        query::local::set_setting(connection, KEY, &hex(&self.key))?;
        query::local::set_setting(connection, HANDLE, &self.handle.to_string())
    }
}

/// Why nothing more is sent under this till's number. Kept, so that a restart does not forget it.
pub(crate) fn stopped(connection: &Connection) -> Result<Option<Trouble>, StoreError> {
    Ok(match query::local::setting(connection, STOPPED)?.as_deref() {
        Some("ended") => Some(Trouble::Ended),
        Some("forked") => Some(Trouble::Forked),
        Some("restored") => Some(Trouble::Restored),
        _ => None,
    })
}

pub(crate) fn keep_stopped(connection: &Connection, trouble: &Trouble) -> Result<(), StoreError> {
    let word = match trouble {
        Trouble::Ended => "ended",
        Trouble::Forked => "forked",
        Trouble::Restored => "restored",
        _ => return Ok(()),
    };
    query::local::set_setting(connection, STOPPED, word)
}

/// A founder's copy that registers for the first time has nothing behind it that it does not know.
pub(crate) fn forget_stopped(connection: &Connection) -> Result<(), StoreError> {
    query::local::forget_setting(connection, STOPPED)
}

/// A device that the centre raises an alarm about, and its acknowledged head.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Alarm {
    pub(crate) seq: u64,
    pub(crate) hash: Option<Hash>,
}

const ALARMS: &str = "alarms";

/// The centre's alarms, kept so that a person who opens the list later still hears of them.
pub(crate) fn alarms(connection: &Connection) -> Result<BTreeMap<u32, Alarm>, StoreError> {
    let kept = query::local::setting(connection, ALARMS)?.unwrap_or_default();
    let alarm = |line: &str| -> Option<(u32, Alarm)> {
        let mut words = line.split_ascii_whitespace();
        let (device_no, seq) = (words.next()?.parse().ok()?, words.next()?.parse().ok()?);
        let hash = words.next().and_then(unhex).and_then(|hash| hash.try_into().ok()).map(Hash);
        Some((device_no, Alarm { seq, hash }))
    };
    Ok(kept.lines().filter_map(alarm).collect())
}

/// Writes nothing where nothing has changed.
pub(crate) fn keep_alarms(connection: &Connection, now: &BTreeMap<u32, Alarm>) -> Result<(), StoreError> {
    if alarms(connection)? == *now {
        return Ok(());
    }
    let line = |(device_no, alarm): (&u32, &Alarm)| {
        let hash = alarm.hash.map(|hash| hex(&hash.0)).unwrap_or_default();
        format!("{device_no} {} {hash}\n", alarm.seq)
    };
    query::local::set_setting(connection, ALARMS, &now.iter().map(line).collect::<String>())
}

/// What long work is about.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Labour {
    Sending,
    Reading,
    Courier,
}

/// While the app runs.
#[derive(Debug, Default)]
pub(crate) struct Standing {
    /// A round is under way.
    pub(crate) working: bool,
    /// Somebody asked for a round, or has something to send.
    pub(crate) wanted: bool,
    pub(crate) trouble: Option<Trouble>,
    pub(crate) last_contact_ms: Option<i64>,
    pub(crate) labour: Option<(Labour, u64, u64)>,
}

impl App {
    pub(crate) fn paired(&self) -> Answer<Paired> {
        Ok(Paired::load(self.connection())?.ok_or(Trouble::NotPaired)?)
    }

    /// Own documents that no other machine holds yet.
    pub(crate) fn waiting(&self) -> Result<u64, StoreError> {
        let own = query::document::own_count(self.connection(), self.own_device())?;
        let acked = self.ledger.peer(CENTRE)?.map_or(0, |peer| peer.acked_seq);
        Ok(own.saturating_sub(acked))
    }

    /// For the status bar.
    pub(crate) fn sync_status(&self) -> Result<SyncStatus, Refused> {
        let zone = self.ledger.identity().zone;
        let waiting = self.waiting()?;
        let stopped = stopped(self.connection())?;
        let is_paired = Paired::load(self.connection())?.is_some();
        let trouble = stopped.or_else(|| self.standing.trouble.clone()).filter(|_| is_paired);
        let state = match &trouble {
            _ if !is_paired => SyncState::Alone,
            Some(trouble) if trouble.is_final() => SyncState::Stopped,
            _ if self.standing.working => SyncState::Working,
            Some(_) => SyncState::Offline,
            None if waiting > 0 => SyncState::Working,
            None => SyncState::Current,
        };
        Ok(SyncStatus {
            state,
            waiting: few(waiting),
            last_contact: self.standing.last_contact_ms.map(|at| local_time(zone, at)),
            matter: trouble.map(Into::into),
            progress: self.standing.labour.map(progress),
            questions: self.count_questions()?,
        })
    }

    pub fn sync_page(&mut self) -> Answer<SyncPage> {
        self.require(Action::Look)?;
        let zone = self.ledger.identity().zone;
        let entries = self.drafts.sync_notes()?;
        let history = entries.into_iter().map(|entry| SyncEntry {
            at: local_time(zone, entry.at_ms),
            sent: few(entry.sent),
            received: few(entry.received),
            bytes_up: few(entry.bytes_up),
            bytes_down: few(entry.bytes_down),
            trouble: entry.trouble,
        });
        Ok(SyncPage {
            history: history.collect(),
            status: self.sync_status()?,
            server_url: Paired::load(self.connection())?.map(|paired| paired.url),
            hub: self.hub_card(),
        })
    }

    /// A round as soon as the line is free.
    pub fn sync_now(&mut self) -> Answer<SyncStatus> {
        self.require(Action::Look)?;
        self.paired()?;
        self.standing.wanted = true;
        Ok(self.sync_status()?)
    }
}

fn progress((labour, done, total): (Labour, u64, u64)) -> Progress {
    let label = match (labour, language()) {
        (Labour::Sending, Language::Id) => "Mengirim dokumen",
        (Labour::Sending, Language::En) => "Sending documents",
        (Labour::Reading, Language::Id) => "Menerima dokumen",
        (Labour::Reading, Language::En) => "Receiving documents",
        (Labour::Courier, Language::Id) => "Berkas kurir",
        (Labour::Courier, Language::En) => "Courier file",
    };
    Progress { label: label.to_owned(), done: few(done), total: few(total) }
}

pub(crate) fn few(count: u64) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

/// `24 Jan 07.02`.
pub(crate) fn local_time(zone: Zone, wall_ms: i64) -> String {
    const ID: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "Mei", "Jun", "Jul", "Agu", "Sep", "Okt", "Nov", "Des"];
    const EN: [&str; 12] =
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let months = if language() == Language::Id { ID } else { EN };
    let local = zone.local(wall_ms);
    let month = usize::try_from(chrono::Datelike::month0(&local)).unwrap_or(0);
    let month = months.get(month).copied().unwrap_or_default();
    format!("{} {month} {}", chrono::Datelike::day(&local), local.format("%H.%M"))
}
