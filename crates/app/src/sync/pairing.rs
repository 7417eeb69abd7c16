//! Pairing: the founder registers at the centre, a further till joins, and codes for further tills.

use super::door::{Door, Shared, ask};
use super::runner::app_version;
use super::standing::{Paired, forget_stopped};
use super::view::{Invitation, Pairing};
use super::{Trouble, invitation_picture};
use crate::error::{AppError, Refused};
use crate::permission::Action;
use crate::{Answer, App, COOPERATIVE, Place};
use lumbung_document::body::control::NumberBlock;
use lumbung_document::body::{DeviceEnrolled, DeviceInvited, Genesis};
use lumbung_document::{Body, SealedDocument};
use lumbung_domain::Decision;
use lumbung_primitives::{Clock, Random, Zone, device_letter};
use lumbung_store::{Founding, Identity, Ledger, StoreError, query};
use lumbung_sync::enrol::{self, EnrolError, Enrolled, Enrolment};
use lumbung_sync::http::{Address, Line, Roots};
use lumbung_sync::pairing::{NUMBER_BITS, PairingCode};
use lumbung_vault::{DeviceSecrets, SystemRandom};
use std::cell::RefCell;
use std::time::Duration;

/// Numbers that the centre may give out by itself, where the till that keeps the books is lost: 101 (CW) to 108
/// (DD). The books device counts 2, 3, 4… and passes over them.
const CENTRE_BLOCK: NumberBlock = NumberBlock { first: 101, count: 8 };

/// How long a code may be used, from when its invitation reached the centre.
const CODE_MINUTES: u32 = 10;

/// An answer that did not come is asked for again so often, after so long.
const TRIES: u32 = 4;
const BETWEEN_TRIES: Duration = Duration::from_millis(700);

/// The code as it was typed, read or scanned. A picture holds address and code in one: `https://…/#7K3MQ-…`.
pub(super) fn read_code(pairing: &Pairing) -> Result<(Address, PairingCode), Trouble> {
    let (url, code) = match pairing.code.rsplit_once('#') {
        Some((url, code)) => (url, code),
        None => (pairing.url.as_str(), pairing.code.as_str()),
    };
    let code = code.parse().map_err(|_| Trouble::CodeMistyped)?;
    Ok((url.trim().parse()?, code))
}

/// Asks a centre, with patience for a bad line. Nothing is written here.
pub(super) fn enrol(address: &Address, enrolment: &Enrolment) -> Result<Enrolled, Trouble> {
    let mut line =
        Line::new(address.clone(), &Roots::Web).map_err(|error| Trouble::Address(error.to_string()))?;
    let request = enrolment.request();
    let mut tries = 0;
    loop {
        tries += 1;
        let answer = match lumbung_sync::http::Carry::carry(&mut line, &request) {
            Ok(answer) => enrolment.answered(answer.status, &answer.body),
            Err(_) => Err(EnrolError::NotNow),
        };
        match answer {
            Ok(enrolled) => return Ok(enrolled),
            Err(EnrolError::NotNow) if tries < TRIES => std::thread::sleep(BETWEEN_TRIES * tries),
            Err(error) => return Err(error.into()),
        }
    }
}

/// The public side of a device's secrets.
pub(super) fn identity(secrets: &DeviceSecrets) -> enrol::Identity {
    enrol::Identity {
        device_id: secrets.device_id(),
        device_key: secrets.public_key(),
        exchange_key: secrets.exchange_public_key(),
    }
}

/// Registers the founder's cooperative at a centre. Repeated after a cut it does what is left to do.
pub fn connect_centre(door: &mut dyn Door, pairing: &Pairing) -> Answer<()> {
    let (address, code) = read_code(pairing)?;
    let door: Shared<'_> = RefCell::new(door);
    let (founder, genesis) = ask(&door, |app| app.founder(&code))?;
    let enrolment = Enrolment::found(&code, &founder, &app_version(), &genesis).map_err(Trouble::from)?;
    let enrolled = enrol(&address, &enrolment)?;
    ask(&door, |app| app.register(&address, &code, &enrolled))
}

impl App {
    pub fn connect_centre(&mut self, pairing: &Pairing) -> Answer<()> {
        connect_centre(self, pairing)
    }

    /// Whether a code on this store means that it enrols anew ([`super::prepare_anew`]): its series has ended,
    /// or it is an old copy.
    pub fn enrols_anew(&self, pairing: &Pairing) -> Answer<bool> {
        let (_, code) = read_code(pairing)?;
        Ok(self.must_enrol_anew()? && code.device_no != COOPERATIVE.device_no)
    }

    /// What a code on a store that goes on means: the founder registers. A store of another cooperative is left
    /// alone.
    pub fn enrol(&mut self, pairing: &Pairing) -> Answer<()> {
        let (_, code) = read_code(pairing)?;
        match Paired::load(self.connection())? {
            None if code.device_no == COOPERATIVE.device_no => self.connect_centre(pairing),
            Some(paired) if paired.handle == code.handle => Err(Trouble::AlreadyPaired(paired.url).into()),
            _ => Err(Trouble::OtherCooperative.into()),
        }
    }

    /// UUID and letter of this device.
    pub fn own_name(&mut self) -> Answer<(String, String)> {
        let own = self.own_device();
        let device_id = if own == COOPERATIVE.device_no {
            self.founding_keys()?.0.device_id
        } else {
            self.secrets.0.device_id()
        };
        Ok((uuid::Uuid::from_bytes(device_id).to_string(), device_letter(own)))
    }

    /// Local time so many minutes from now, `24 Jan 07.02`.
    pub fn local_time_in(&self, minutes: u32) -> String {
        let at_ms = self.clock.now_ms() + i64::from(minutes) * 60_000;
        super::standing::local_time(self.ledger.identity().zone, at_ms)
    }

    /// Who registers: the device that founded the cooperative, while it is paired with nobody.
    fn founder(&mut self, code: &PairingCode) -> Answer<(enrol::Identity, SealedDocument)> {
        self.require(Action::ManageStaff)?;
        if let Some(paired) = Paired::load(self.connection())? {
            return Err(Trouble::AlreadyPaired(paired.url).into());
        }
        let own = self.own_device();
        if own != COOPERATIVE.device_no || code.device_no != own {
            let (code, own) = (device_letter(code.device_no), device_letter(own));
            return Err(Trouble::OtherDevice { code, own }.into());
        }
        self.founding_keys()
    }

    /// The founder's device as the founding document names it, and that document.
    fn founding_keys(&self) -> Answer<(enrol::Identity, SealedDocument)> {
        let genesis = self.document(COOPERATIVE)?;
        let Ok(Some(Body::Genesis(body))) = genesis.body() else {
            return Err(StoreError::Damaged("the founding document is missing".into()).into());
        };
        let founder = enrol::Identity {
            device_id: body.device_id,
            device_key: body.device_key,
            exchange_key: body.exchange_key,
        };
        Ok((founder, genesis))
    }

    /// Keeps what was learnt and admits the centre, in one transaction.
    fn register(&mut self, address: &Address, code: &PairingCode, enrolled: &Enrolled) -> Answer<()> {
        if enrolled.coop_id != self.ledger.identity().coop_id {
            return Err(Trouble::OtherCooperative.into());
        }
        let known = query::device::keys(self.connection(), 0)?;
        if known.is_some_and(|known| known.device_key != enrolled.centre_key) {
            return Err(Trouble::AlreadyPaired(address.to_string()).into());
        }
        let paired = Paired { url: address.to_string(), key: enrolled.centre_key, handle: code.handle };
        let admission = Body::DeviceEnrolled(DeviceEnrolled {
            device_no: 0,
            device_id: enrolled.centre_id,
            device_key: enrolled.centre_key,
            exchange_key: [0; 32],
            proof: [0; 32],
            block: Some(CENTRE_BLOCK),
        });
        let (stamp, today) = (self.stamp(), self.today());
        let mut booking = self.begin()?;
        if known.is_none() {
            booking.book(Decision::new(admission, today), stamp)?;
        }
        paired.keep(booking.unit.connection())?;
        forget_stopped(booking.unit.connection())?;
        booking.commit()?;
        self.standing.wanted = true;
        Ok(())
    }

    /// Reserves a number and makes its code. The invitation must reach the centre before the code is used, so a
    /// sync is asked for at once.
    pub fn invite_device(&mut self) -> Answer<Invitation> {
        self.require(Action::ManageStaff)?;
        self.require_books()?;
        let paired = self.paired()?;
        let device_no = self.next_device_no()?;
        let mut secret = [0; 8];
        self.random.fill(&mut secret);
        let code = PairingCode::new(paired.handle, device_no, secret).ok_or(Trouble::NumbersUsedUp)?;
        let body = Body::DeviceInvited(DeviceInvited { device_no, code_hash: code.hash().0 });
        self.book(Decision::new(body, self.today()))?;
        self.standing.wanted = true;
        let code = code.to_string();
        let qr_svg = invitation_picture(&paired.url, &code)?;
        Ok(Invitation { qr_svg, code, letter: device_letter(device_no), minutes: CODE_MINUTES })
    }

    /// The till that keeps the books gives out numbers and ends series.
    pub(super) fn require_books(&self) -> Result<(), Refused> {
        let holder = self.ledger.control().books_device();
        if holder == self.own_device() {
            Ok(())
        } else {
            Err(Trouble::NotBooksDevice(device_letter(holder)).into())
        }
    }

    /// One more than any that was ever given out, outside the centre's block.
    fn next_device_no(&self) -> Result<u32, Refused> {
        let connection = self.connection();
        let enrolments = query::device::enrolments(connection)?;
        let blocks: Vec<(u32, u32)> =
            enrolments.iter().map(|enrolment| enrolment.block).filter(|block| block.1 > 0).collect();
        let in_block = |number: u32| {
            blocks.iter().find(|(first, count)| (*first..first.saturating_add(*count)).contains(&number))
        };
        let invited = query::device::invitations(connection)?.into_iter().map(|row| row.device_no);
        let given = invited.chain(enrolments.iter().map(|row| row.device_no)).chain([self.own_device()]);
        let mut next = given.filter(|number| in_block(*number).is_none()).max().unwrap_or(1) + 1;
        while let Some((first, count)) = in_block(next) {
            next = first.saturating_add(*count);
        }
        if next < 1 << NUMBER_BITS { Ok(next) } else { Err(Trouble::NumbersUsedUp.into()) }
    }

    /// Makes a store on a machine that has none, as a further till of a cooperative. The documents come with the
    /// first sync. Refused where a ledger lies there; a key that a cut-off try left behind is taken up again, and
    /// so the centre gives the same answer.
    pub fn join(place: &Place, pairing: &Pairing, clock: Box<dyn Clock>) -> Result<Self, AppError> {
        let (address, code) = read_code(pairing)?;
        if place.ledger.exists() {
            return Err(StoreError::AlreadyThere(place.ledger.clone()).into());
        }
        if code.device_no == COOPERATIVE.device_no {
            return Err(Trouble::FounderCode.into());
        }
        if let Some(folder) = place.ledger.parent() {
            std::fs::create_dir_all(folder).map_err(StoreError::from)?;
        }
        let random = SystemRandom::new()?;
        let secrets = Self::secrets_for_founding(place, random)?;
        let enrolment = Enrolment::join(&code, &identity(&secrets), &app_version());
        let enrolled = enrol(&address, &enrolment)?;
        let paired = Paired { url: address.to_string(), key: enrolled.centre_key, handle: code.handle };
        let ledger = found_joined(&place.ledger, &secrets, &enrolled, Vec::new(), |ledger| {
            paired.keep(ledger.connection())
        })?;
        let mut app = Self::assemble(ledger, crate::keys::DeviceSigner(secrets), clock)?;
        app.standing.wanted = true;
        Ok(app)
    }
}

/// Founds the store of a device that was admitted: empty but for what it must know to listen to the founder.
pub(super) fn found_joined(
    path: &std::path::Path,
    secrets: &DeviceSecrets,
    enrolled: &Enrolled,
    coop_keys: Vec<(u32, [u8; 32])>,
    begin: impl FnOnce(&Ledger) -> Result<(), StoreError>,
) -> Result<Ledger, Refused> {
    let genesis = genesis_of(enrolled)?;
    let zone = Zone::from_offset_hours(i64::from(genesis.utc_offset_hours)).unwrap_or(Zone::Wib);
    let founding = Founding {
        identity: Identity {
            coop_id: enrolled.coop_id,
            own_device_no: enrolled.device_no,
            coop_name: genesis.coop_name,
            region_code: genesis.region_code,
            zone,
            chart_version: genesis.chart_version,
        },
        device_id: secrets.device_id(),
        device_key: secrets.public_key(),
        exchange_key: secrets.exchange_public_key(),
        coop_keys,
    };
    let founder = COOPERATIVE.device_no;
    Ledger::found(path, &secrets.db_key_hex(), &founding, |ledger| -> Result<(), Refused> {
        ledger.admit_device(founder, &genesis.device_id, &genesis.device_key, &genesis.exchange_key)?;
        Ok(begin(ledger)?)
    })
}

fn genesis_of(enrolled: &Enrolled) -> Result<Genesis, Refused> {
    match enrolled.genesis.body() {
        Ok(Some(Body::Genesis(genesis))) => Ok(genesis),
        _ => Err(Trouble::CentreRefuses("the founding document cannot be read".to_owned()).into()),
    }
}
