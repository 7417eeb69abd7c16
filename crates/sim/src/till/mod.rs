//! One till: a disk, a ledger on it, keys, a clock, and the conversation with the centre.

mod age;
mod look;
mod renew;
mod talk;

pub use renew::Before;
pub use talk::Line;

use crate::ambient::{self, KEY_HEX, Signer, TillClock, reader};
use crate::disk::{Disk, Image, VFS};
use crate::model::Record;
use crate::paper::Paper;
use lumbung_document::body::Genesis;
use lumbung_document::{Body, Hash, Position, SealedDocument};
use lumbung_primitives::{BusinessDate, DocRef, Ref, Zone};
use lumbung_store::{Founding, Identity, Ledger, StoreError};
use lumbung_sync::expand::Level;
use lumbung_sync::machine::{Machine, Settings, Stop, Trial};
use lumbung_vault::DeviceSecrets;
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

pub const COOP: [u8; 16] = [4; 16];
pub const FILE: &str = "ledger.db";
/// The founder's day one, 2025-12-20, so that a year ends in most seeds.
pub const FIRST_DAY: i32 = 20_442;

#[derive(Debug)]
pub struct Till {
    pub name: usize,
    pub disk: Disk,
    /// Absent while the power is off.
    pub ledger: Option<Ledger>,
    pub secrets: DeviceSecrets,
    pub device_no: u32,
    pub centre_key: [u8; 32],
    pub level: Level,
    pub clock: TillClock,
    pub machine: Machine,
    pub line: Line,
    pub backoff: lumbung_sync::backoff::Backoff,
    pub shift: Option<(DocRef, BusinessDate)>,
    /// Written in a unit that did not say whether it is durable.
    pub doubt: Vec<Record>,
    pub stopped: Option<Stop>,
    /// Series that this machine wrote under earlier numbers, with what may have to be written again.
    pub befores: Vec<Before>,
    /// With the age of the app that wrote it.
    pub backup: Option<(Image, Level)>,
    /// Its own series went back at least once: an old copy or a second machine.
    pub is_parted: bool,
}

/// Images of stores as they are founded, which are the same in every simulation.
static FOUNDED: Mutex<BTreeMap<u32, Image>> = Mutex::new(BTreeMap::new());

impl Till {
    /// A till with a store that was just founded.
    pub fn new(name: usize, device_no: u32, centre_key: [u8; 32], seed: u64) -> Result<Self, StoreError> {
        let disk = Disk::of(&founded(device_no)?, seed);
        Self::on(name, device_no, centre_key, disk)
    }

    /// A till on a disk that holds a store of this device.
    pub fn on(name: usize, device_no: u32, centre_key: [u8; 32], disk: Disk) -> Result<Self, StoreError> {
        let mut till = Self {
            name,
            disk,
            ledger: None,
            secrets: ambient::secrets(device_no),
            device_no,
            centre_key,
            level: 1,
            clock: TillClock::TRUE,
            machine: machine(),
            line: Line::Ready,
            backoff: lumbung_sync::backoff::Backoff::default(),
            shift: None,
            doubt: Vec::new(),
            stopped: None,
            befores: Vec::new(),
            backup: None,
            is_parted: false,
        };
        till.start()?;
        Ok(till)
    }

    pub fn is_on(&self) -> bool {
        self.ledger.is_some()
    }

    /// The power comes back.
    pub fn start(&mut self) -> Result<(), StoreError> {
        let ledger = Ledger::open_on(VFS, &self.disk.path(FILE), KEY_HEX)?;
        // Small, so that the WAL is copied back within a simulation too.
        ledger.connection().pragma_update(None, "wal_autocheckpoint", 60)?;
        self.ledger = Some(ledger);
        self.machine = machine();
        self.line = Line::Ready;
        Ok(())
    }

    /// The process is gone; what it had asked for is nobody's any more.
    pub fn die(&mut self) {
        self.ledger = None;
        self.line = Line::Idle;
    }

    /// Puts papers into the log, all in one unit. On an error they may be there or not.
    pub fn write(&mut self, wall_ms: i64, papers: &[Paper]) -> Result<Vec<Record>, StoreError> {
        let Some(ledger) = &mut self.ledger else { return Ok(Vec::new()) };
        let signer = Signer(&self.secrets);
        self.doubt.clear();
        let mut unit = ledger.begin(reader(self.level), &signer)?;
        for paper in papers {
            let document = paper.seal(unit.next_position(wall_ms, Ref::This));
            self.doubt.push(Record::of(paper, &document));
            unit.append(&document)?;
        }
        unit.commit()?;
        Ok(std::mem::take(&mut self.doubt))
    }
}

fn machine() -> Machine {
    let mut machine = Machine::new(Settings { app_version: "1.0.0".into() });
    machine.try_out(Trial { effort: 0, checkpoint_spares: 20 });
    machine
}

/// The founder's first document.
pub fn genesis() -> SealedDocument {
    let secrets = ambient::secrets(1);
    let body = Body::Genesis(Genesis {
        coop_id: COOP,
        device_id: ambient::device_id(1),
        device_key: secrets.public_key(),
        exchange_key: secrets.exchange_public_key(),
        coop_name: "KDMP Cobaan".into(),
        region_code: String::new(),
        utc_offset_hours: 7,
        chart_version: 1,
    });
    let prev_hash = Hash::genesis(&COOP, &ambient::device_id(1), &secrets.public_key());
    let position = Position { at: DocRef::new(1, 1), prev_hash, wall_ms: 0, actor: Ref::This };
    let paper = Paper::with_effects(&body, 0, lumbung_document::Effects::default(), BusinessDate(FIRST_DAY));
    paper.seal(position)
}

fn founded(device_no: u32) -> Result<Image, StoreError> {
    let mut images = FOUNDED.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(image) = images.get(&device_no) {
        return Ok(image.clone());
    }
    let disk = Disk::new(u64::from(device_no));
    let secrets = ambient::secrets(device_no);
    let founding = Founding {
        identity: Identity {
            coop_id: COOP,
            own_device_no: device_no,
            coop_name: "KDMP Cobaan".into(),
            region_code: String::new(),
            zone: Zone::Wib,
            chart_version: 1,
        },
        device_id: ambient::device_id(device_no),
        device_key: secrets.public_key(),
        exchange_key: secrets.exchange_public_key(),
        coop_keys: vec![],
    };
    let mut ledger = Ledger::found_on(VFS, &disk.path(FILE), KEY_HEX, &founding)?;
    if device_no == 1 {
        let signer = Signer(&secrets);
        let mut unit = ledger.begin(reader(1), &signer)?;
        unit.append(&genesis())?;
        unit.commit()?;
    } else {
        let founder = ambient::secrets(1);
        let exchange_key = founder.exchange_public_key();
        ledger.admit_device(1, &ambient::device_id(1), &founder.public_key(), &exchange_key)?;
    }
    drop(ledger);
    let image = disk.image();
    images.insert(device_no, image.clone());
    Ok(image)
}
