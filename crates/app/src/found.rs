//! Founding a cooperative, and opening one that is there.

use crate::booking::{Booking, Stamp};
use crate::error::{AppError, Refused};
use crate::keys::{DeviceSigner, FIRST_KEY_NO, INDEX_KEY_NO, Keys};
use crate::{App, catalogue::Catalogue, directory::Directory, drafts::Drafts, printer::Printer};
use lumbung_document::body::Genesis;
use lumbung_document::{Body, SealedDocument};
use lumbung_domain::reference::Fields;
use lumbung_domain::{Decision, member};
use lumbung_posting::chart::CHART_VERSION;
use lumbung_primitives::{Clock, DocRef, Random, Ref, Zone, device_letter};
use lumbung_store::{Founding, Identity, Ledger, StoreError};
use lumbung_vault::{DeviceSecrets, KeyPlace, PinVerifier, SystemRandom};
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

const KEY_EXTENSION: &str = "key";

/// Where a cooperative's two halves lie on this machine.
#[derive(Clone, Debug)]
pub struct Place {
    pub ledger: PathBuf,
    pub key: KeyPlace,
}

impl Place {
    /// A key file where one is named or lies beside the ledger, else the machine's key store.
    pub fn new(ledger: &Path, key_file: Option<&Path>) -> Self {
        let beside = ledger.with_extension(KEY_EXTENSION);
        let key = match key_file {
            Some(path) => KeyPlace::File(path.to_owned()),
            None if beside.exists() => KeyPlace::File(beside),
            None => KeyPlace::Keyring { account: ledger.display().to_string() },
        };
        Self { ledger: ledger.to_owned(), key }
    }

    /// For a new cooperative: the key store where it keeps what it is given, else a file beside the ledger.
    pub fn for_founding(ledger: &Path, key_file: Option<&Path>) -> Self {
        let place = Self::new(ledger, key_file);
        if matches!(place.key, KeyPlace::Keyring { .. }) && lumbung_vault::probe_keyring().is_err() {
            return Self { key: KeyPlace::File(ledger.with_extension(KEY_EXTENSION)), ..place };
        }
        place
    }
}

#[derive(Clone, Debug)]
pub struct NewCooperative {
    pub name: String,
    /// Kemendagri code of the village, or empty.
    pub region_code: String,
}

/// What the window asks for on the first day.
#[derive(Clone, Debug, Serialize, Deserialize, specta::Type)]
pub struct FoundCooperative {
    pub name: String,
    /// Kemendagri code of the village, or empty.
    pub region_code: String,
    pub manager: String,
    /// Six to ten digits.
    pub pin: String,
}

/// What `init` tells.
#[derive(Clone, Debug, Serialize)]
pub struct Founded {
    pub coop_id: String,
    pub device_id: String,
    pub letter: String,
}

/// The founder's device is the first books device.
const FOUNDER: u32 = 1;

impl App {
    /// Makes a new cooperative: its key, its ledger, its genesis document. Refuses where either lies there.
    pub fn found(
        place: &Place,
        new: &NewCooperative,
        clock: Box<dyn Clock>,
    ) -> Result<(Self, Founded), AppError> {
        let random = SystemRandom::new()?;
        domain_name(&new.name)?;
        if place.ledger.exists() {
            return Err(StoreError::AlreadyThere(place.ledger.clone()).into());
        }
        let coop_id = uuid::Uuid::now_v7();
        let device_id = uuid::Uuid::now_v7();
        let secrets = Self::secrets_for_founding(place, random)?;
        let mut coop_keys = vec![(INDEX_KEY_NO, [0; 32]), (FIRST_KEY_NO, [0; 32])];
        for (_, key) in &mut coop_keys {
            random.fill(key);
        }
        let zone = Zone::of_region(&new.region_code);
        let founding = Founding {
            identity: Identity {
                coop_id: *coop_id.as_bytes(),
                own_device_no: FOUNDER,
                coop_name: new.name.trim().to_owned(),
                region_code: new.region_code.clone(),
                zone,
                chart_version: CHART_VERSION,
            },
            device_id: *device_id.as_bytes(),
            device_key: secrets.public_key(),
            exchange_key: secrets.exchange_public_key(),
            coop_keys,
        };
        let genesis = Genesis {
            coop_id: founding.identity.coop_id,
            device_id: founding.device_id,
            device_key: founding.device_key,
            exchange_key: founding.exchange_key,
            coop_name: founding.identity.coop_name.clone(),
            region_code: founding.identity.region_code.clone(),
            utc_offset_hours: u8::try_from(zone.utc_offset_hours()).unwrap_or(7),
            chart_version: CHART_VERSION,
        };
        let stamp = Stamp { wall_ms: clock.now_ms(), actor: Ref::This };
        let decision = Decision::new(Body::Genesis(genesis), zone.business_date(stamp.wall_ms));
        let key = secrets.db_key_hex();
        let signer = DeviceSigner(secrets);
        let ledger = Ledger::found(&place.ledger, &key, &founding, |ledger| {
            let keys = Keys::load(ledger)?;
            let unit = ledger.begin(&keys, &signer)?;
            let mut booking = Booking { unit, keys: &keys, random: &random };
            booking.book(decision, stamp)?;
            booking.commit()
        })?;
        let app = Self::assemble(ledger, signer, clock)?;
        let founded = Founded {
            coop_id: coop_id.to_string(),
            device_id: device_id.to_string(),
            letter: device_letter(FOUNDER),
        };
        Ok((app, founded))
    }

    /// The key goes first: a ledger without its key would be lost, a key without a ledger is harmless. So a
    /// key that a cut-off founding left behind is taken up again.
    pub(crate) fn secrets_for_founding(
        place: &Place,
        random: SystemRandom,
    ) -> Result<DeviceSecrets, AppError> {
        if let Some(secrets) = place.key.load()? {
            return Ok(secrets);
        }
        let secrets = DeviceSecrets::generate(&random);
        place.key.store_new(&secrets)?;
        Ok(secrets)
    }

    /// A new cooperative with its first manager, as the window founds one.
    pub fn found_with_manager(
        ledger: &Path,
        key_file: Option<&Path>,
        request: &FoundCooperative,
    ) -> Result<Self, AppError> {
        lumbung_vault::check_pin(&request.pin).map_err(|_| Refused::BadPin)?;
        if request.manager.trim().is_empty() {
            return Err(lumbung_domain::Rejection::FieldMissing { field: "name" }.into());
        }
        if let Some(folder) = ledger.parent() {
            std::fs::create_dir_all(folder).map_err(StoreError::from)?;
        }
        let new = NewCooperative { name: request.name.clone(), region_code: request.region_code.clone() };
        let place = Place::for_founding(ledger, key_file);
        let (mut app, _) = Self::found(&place, &new, Box::new(crate::ambient::SystemClock))?;
        app.add_first_manager(&request.manager, &request.pin)?;
        Ok(app)
    }

    /// Opens a cooperative. A missing key asks for it; nothing is ever made in its place.
    pub fn open_at(place: &Place, clock: Box<dyn Clock>) -> Result<Self, AppError> {
        crate::sync::finish_renewal(place)?;
        if !place.ledger.exists() {
            return Err(StoreError::NotThere(place.ledger.clone()).into());
        }
        let missing = || Refused::KeyMissing { place: place.key.to_string() };
        let secrets = place.key.load()?.ok_or_else(missing)?;
        let ledger = Ledger::open(&place.ledger, &secrets.db_key_hex())?;
        let secrets = crate::sync::fitting_keys(place, &ledger, secrets)?;
        Self::assemble(ledger, DeviceSigner(secrets), clock)
    }

    pub(crate) fn assemble(
        ledger: Ledger,
        secrets: DeviceSigner,
        clock: Box<dyn Clock>,
    ) -> Result<Self, AppError> {
        let keys = Keys::load(&ledger)?;
        let drafts = Drafts::open(&ledger.draft_path(), &secrets.0.db_key_hex())?;
        let catalogue = Catalogue::load(ledger.connection())?;
        let directory = Directory::load(ledger.connection())?;
        let standing =
            crate::sync::Standing { last_contact_ms: drafts.last_contact()?, ..Default::default() };
        let mut app = Self {
            ledger,
            keys,
            secrets,
            random: SystemRandom::new()?,
            clock,
            operator: false,
            session: None,
            catalogue,
            directory,
            drafts,
            printer: Printer::new(),
            standing,
            counted: std::cell::RefCell::default(),
            idle: crate::idle::Idle::default(),
            fault: None,
            opened: std::time::Instant::now(),
        };
        app.load_language()?;
        app.restart_lockouts()?;
        app.drafts.forget_discarded(app.clock.now_ms())?;
        Ok(app)
    }

    /// Lets whoever holds the key act without a PIN: the command line and imports.
    pub fn act_as_operator(&mut self) {
        self.operator = true;
    }

    /// The first person of a new cooperative: a manager, while nobody else is there to ask.
    pub fn add_first_manager(&mut self, name: &str, pin: &str) -> Result<DocRef, AppError> {
        if !self.staff_list()?.is_empty() {
            return Err(Refused::Forbidden.into());
        }
        let was_operator = std::mem::replace(&mut self.operator, true);
        let added = self.add_staff(name, crate::session::Role::Manager, pin);
        self.operator = was_operator;
        added
    }

    /// A new PIN for someone who forgot hers, or whom this device does not know yet.
    /// On a till that has just joined nobody has one: there the first is set without signing in, and belongs to
    /// somebody who may set the others.
    pub fn set_staff_pin(&mut self, staff: DocRef, pin: &str) -> Result<(), AppError> {
        use crate::permission::{Action, may};
        let card = self.staff_list()?.into_iter().find(|card| card.staff == staff).ok_or(Refused::NoPin)?;
        if self.has_pins()? || !may(card.role, Action::ManageStaff) {
            self.require(Action::ManageStaff)?;
        }
        let verifier = self.verifier(pin)?;
        self.forgive(staff)?;
        Ok(self.set_pin(staff, &verifier)?)
    }

    fn verifier(&self, pin: &str) -> Result<PinVerifier, Refused> {
        PinVerifier::create(pin, self.secrets.0.pepper(), &self.random).map_err(|error| match error {
            lumbung_vault::pin::PinError::BadPin(_) => Refused::BadPin,
            lumbung_vault::pin::PinError::Vault(error) => error.into(),
        })
    }

    /// Adds a staff member with a PIN on this device.
    pub fn add_staff(
        &mut self,
        name: &str,
        role: crate::session::Role,
        pin: &str,
    ) -> Result<DocRef, AppError> {
        self.require(crate::permission::Action::ManageStaff)?;
        let verifier = self.verifier(pin)?;
        let today = self.today();
        let decision = member::save_staff(Ref::This, &Fields::new(), name, role.into(), today)?;
        let Some(decision) = decision else { return Err(lumbung_domain::Rejection::Empty.into()) };
        let staff = self.book(decision)?;
        self.set_pin(staff, &verifier)?;
        Ok(staff)
    }

    /// Books one decision by the one who is signed in, now.
    pub(crate) fn book(&mut self, decision: Decision) -> Result<DocRef, Refused> {
        let stamp = self.stamp();
        let mut booking = self.begin()?;
        let at = booking.book(decision, stamp)?;
        booking.commit()?;
        Ok(at)
    }

    /// As `book`; the `draft_id` of the window is remembered in the same transaction.
    pub(crate) fn book_draft(
        &mut self,
        decision: Decision,
        draft_id: &str,
    ) -> Result<SealedDocument, Refused> {
        let (draft, personal) = decision.into_draft()?;
        let stamp = self.stamp();
        let mut booking = self.begin()?;
        let document = booking.append(&draft, personal.as_ref(), stamp)?;
        booking.unit.remember_draft(draft_id, document.at)?;
        booking.commit()?;
        Ok(document)
    }

    /// Many reads under one lock of the file.
    pub(crate) fn reading(&self) -> Result<rusqlite::Transaction<'_>, StoreError> {
        Ok(self.connection().unchecked_transaction()?)
    }

    pub(crate) fn begin(&mut self) -> Result<Booking<'_>, Refused> {
        if let Some(fault) = &self.fault {
            return Err(Refused::Stopped(fault.clone()));
        }
        let unit = self.ledger.begin(&self.keys, &self.secrets)?;
        Ok(Booking { unit, keys: &self.keys, random: &self.random })
    }

    pub(crate) fn stamp(&self) -> Stamp {
        let actor = self.session.as_ref().map_or(Ref::This, |session| Ref::Doc(session.staff));
        Stamp { wall_ms: self.clock.now_ms(), actor }
    }
}

fn domain_name(name: &str) -> Result<(), Refused> {
    let length = name.trim().chars().count();
    if length == 0 {
        return Err(lumbung_domain::Rejection::FieldMissing { field: "name" }.into());
    }
    if length > 120 {
        return Err(lumbung_domain::Rejection::FieldTooLong { field: "name" }.into());
    }
    Ok(())
}
