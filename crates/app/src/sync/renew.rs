//! A till whose series has ended enrols anew: another number, keys of its own, a store made anew beside the old
//! one, which then steps aside. Every step may be cut off and is taken up again: the new keys lie ready before
//! the centre is asked, the new store is there whole or not at all, and what is left to rename is finished when
//! the ledger is next opened.

use super::door::{Door, Shared, ask};
use super::pairing::{enrol, found_joined, identity, read_code};
use super::runner::app_version;
use super::standing::{CENTRE, Paired, stopped};
use super::view::Pairing;
use super::{Trouble, reissue};
use crate::error::{AppError, Refused};
use crate::keys::{DeviceSigner, Keys};
use crate::permission::Action;
use crate::{Answer, App, COOPERATIVE, Place};
use lumbung_primitives::{Clock, device_letter};
use lumbung_store::receive::ReceiveFault;
use lumbung_store::{Ledger, StoreError, query};
use lumbung_sync::enrol::Enrolment;
use lumbung_vault::{DeviceSecrets, KeyPlace};
use std::cell::RefCell;
use std::path::{Path, PathBuf};

/// Device numbers that this till had before, the latest first.
const FORMERLY: &str = "formerly";
/// What of this device's own settings comes along.
const CARRIED: [&str; 6] = ["pin ", "lockout ", "language", "printer", "last_backup", FORMERLY];
/// Documents lent at once while the new store is filled from the old one.
const LENT: usize = 512;

/// What of the open store goes into the new one.
struct Old {
    ledger: PathBuf,
    coop_id: [u8; 16],
    own_device_no: u32,
    coop_keys: Vec<(u32, [u8; 32])>,
    settings: Vec<(String, String)>,
    next: DeviceSecrets,
    keys: Keys,
    /// Own documents up to here are known to stand.
    acked_seq: u64,
}

/// Enrols anew, and lays the new store ready beside the old one. It takes the old one's place when the ledger is
/// next opened: let it go and open it again after this.
pub fn prepare_anew(door: &mut dyn Door, key: &KeyPlace, pairing: &Pairing) -> Answer<()> {
    let (address, code) = read_code(pairing)?;
    if code.device_no == COOPERATIVE.device_no {
        return Err(Trouble::FounderCode.into());
    }
    let door: Shared<'_> = RefCell::new(door);
    let old = ask(&door, |app| app.old(key))?;
    let path = next_of(&old.ledger);
    let mut ledger = if path.exists() {
        Ledger::open(&path, &old.next.db_key_hex())?
    } else {
        let enrolment = Enrolment::join(&code, &identity(&old.next), &app_version());
        let enrolled = enrol(&address, &enrolment)?;
        if enrolled.coop_id != old.coop_id {
            return Err(Trouble::OtherCooperative.into());
        }
        let paired = Paired { url: address.to_string(), key: enrolled.centre_key, handle: code.handle };
        found_joined(&path, &old.next, &enrolled, old.coop_keys.clone(), |ledger| {
            let connection = ledger.connection();
            paired.keep(connection)?;
            for (name, value) in &old.settings {
                query::local::set_setting(connection, name, value)?;
            }
            reissue::keep_source(connection, &ended_of(&old.ledger, old.own_device_no))
        })?
    };
    fill(&door, &old, &mut ledger)
}

/// Whatever of others the old store holds and of itself what the centre acknowledged: the line is spared. What is
/// missing, or was not to be believed, comes with the next sync.
fn fill(door: &Shared<'_>, old: &Old, new: &mut Ledger) -> Answer<()> {
    let signer = DeviceSigner(old.next.share());
    let mut heads = ask(door, |app| Ok(query::device::heads(app.connection())?))?;
    heads.sort_by_key(|head| (head.0 != COOPERATIVE.device_no, head.0));
    // A series whose device is admitted in another one waits for that one.
    let mut moved = true;
    while moved {
        moved = false;
        for (device_no, last, _) in &heads {
            let last = if *device_no == old.own_device_no { old.acked_seq.min(*last) } else { *last };
            moved |= copy_series(door, *device_no, last, new, &old.keys, &signer)?;
        }
    }
    Ok(())
}

fn copy_series(
    door: &Shared<'_>,
    device_no: u32,
    last: u64,
    new: &mut Ledger,
    keys: &Keys,
    signer: &DeviceSigner,
) -> Answer<bool> {
    let mut moved = false;
    loop {
        let held = query::document::own_count(new.connection(), device_no)?;
        let mut runs = ask(door, |app| Ok(app.ledger.runs_of(device_no, held, LENT, usize::MAX)?))?;
        runs.retain(|run| run.head.seq <= last);
        if runs.is_empty() {
            return Ok(moved);
        }
        match new.receive(&runs, None, keys, signer) {
            Ok(_) if query::document::own_count(new.connection(), device_no)? > held => moved = true,
            Ok(_) | Err(ReceiveFault::DoesNotFollow(_) | ReceiveFault::NotProven(_)) => return Ok(moved),
            Err(ReceiveFault::Store(error)) => return Err(error.into()),
        }
    }
}

impl App {
    /// Opens a ledger that is there, and enrols it anew.
    pub fn enrol_anew(place: &Place, pairing: &Pairing, clock: Box<dyn Clock>) -> Result<Self, AppError> {
        let mut app = Self::open_at(place, Box::new(crate::ambient::SystemClock))?;
        app.act_as_operator();
        prepare_anew(&mut app, &place.key, pairing)?;
        drop(app);
        Self::open_at(place, clock)
    }

    /// Whether this till must enrol anew before anything of it is sent again.
    pub fn must_enrol_anew(&self) -> Answer<bool> {
        Ok(stopped(self.connection())?.is_some())
    }

    fn old(&mut self, key: &KeyPlace) -> Answer<Old> {
        self.require(Action::ManageStaff)?;
        if !self.must_enrol_anew()? {
            return Err(Trouble::NotEnded.into());
        }
        let connection = self.connection();
        let own_device_no = self.own_device();
        let mut settings = Vec::new();
        for name in CARRIED {
            settings.extend(query::local::settings_like(connection, name)?);
        }
        settings.retain(|(name, _)| name != FORMERLY);
        let formerly: Vec<String> =
            [own_device_no].into_iter().chain(self.formerly()?).map(|number| number.to_string()).collect();
        settings.push((FORMERLY.to_owned(), formerly.join(" ")));
        let next = if let Some(next) = key.next().load()? {
            next
        } else {
            let next = self.secrets.0.renew(&self.random);
            key.next().store_new(&next)?;
            next
        };
        Ok(Old {
            ledger: self.ledger.path().to_owned(),
            coop_id: self.ledger.identity().coop_id,
            own_device_no,
            coop_keys: query::local::coop_keys(connection)?,
            settings,
            next,
            keys: Keys::load(&self.ledger)?,
            acked_seq: self.ledger.peer(CENTRE)?.map_or(0, |peer| peer.acked_seq),
        })
    }

    /// Device numbers that this till had before, the latest first: its drawer is the same.
    pub(crate) fn formerly(&self) -> Result<Vec<u32>, StoreError> {
        let kept = query::local::setting(self.connection(), FORMERLY)?.unwrap_or_default();
        Ok(kept.split_ascii_whitespace().filter_map(|number| number.parse().ok()).collect())
    }
}

fn next_of(ledger: &Path) -> PathBuf {
    beside(ledger, ".next")
}

fn beside(ledger: &Path, suffix: &str) -> PathBuf {
    let mut name = ledger.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

/// `ledger.db` of till B steps aside as `ledger.ended-B.db`.
fn ended_of(ledger: &Path, device_no: u32) -> PathBuf {
    let stem = ledger.file_stem().unwrap_or_default().to_string_lossy();
    let name = format!("{stem}.ended-{}", device_letter(device_no));
    let mut ended = ledger.with_file_name(name);
    if let Some(extension) = ledger.extension() {
        ended = beside(&ended, ".");
        ended.as_mut_os_string().push(extension);
    }
    ended
}

/// Before a ledger is opened: a new store that lies ready takes the place of the old one.
pub(crate) fn finish(place: &Place) -> Result<(), Refused> {
    let next = next_of(&place.ledger);
    if !next.exists() {
        return Ok(());
    }
    let Some(secrets) = place.key.next().load()? else { return Ok(()) };
    let key = secrets.db_key_hex();
    // Opening and closing it copies its WAL back, so that one file is the ledger.
    drop(Ledger::open(&next, &key)?);
    if place.ledger.exists() {
        let old = Ledger::open(&place.ledger, &key)?;
        let ended = ended_of(&place.ledger, old.identity().own_device_no);
        drop(old);
        if ended.exists() {
            return Err(StoreError::AlreadyThere(ended).into());
        }
        std::fs::rename(&place.ledger, &ended).map_err(StoreError::from)?;
    }
    std::fs::rename(&next, &place.ledger).map_err(StoreError::from)?;
    sync_folder(&place.ledger);
    // A lock that nobody holds.
    let _ = std::fs::remove_file(beside(&next, ".lock"));
    Ok(place.key.take_next()?)
}

/// The keys of the device that a ledger belongs to: those in place, or, where the last step of an enrolment was
/// cut off, those that still wait.
pub(crate) fn fitting(
    place: &Place,
    ledger: &Ledger,
    secrets: DeviceSecrets,
) -> Result<DeviceSecrets, Refused> {
    let own = query::device::keys(ledger.connection(), ledger.identity().own_device_no)?;
    let fits = |secrets: &DeviceSecrets| own.is_none_or(|own| own.device_key == secrets.public_key());
    if fits(&secrets) {
        return Ok(secrets);
    }
    match place.key.next().load()? {
        Some(next) if fits(&next) => {
            place.key.take_next()?;
            Ok(next)
        }
        _ => Err(StoreError::WrongKey(place.ledger.clone()).into()),
    }
}

/// Makes new names durable; not every file system lets a folder be opened for it.
fn sync_folder(ledger: &Path) {
    let folder = ledger.parent().filter(|folder| !folder.as_os_str().is_empty());
    if let Ok(folder) = std::fs::File::open(folder.unwrap_or(Path::new("."))) {
        let _ = folder.sync_all();
    }
}
