//! Who sits at this device, what shift is open, and what the status bar shows.

use crate::error::Refused;
use crate::permission::{Action, may};
use crate::sync::view::SyncStatus;
use crate::{Answer, App, error};
use lumbung_primitives::{BusinessDate, DocRef, device_letter};
use lumbung_store::{StoreError, query};
use lumbung_vault::{Lockout, PinVerifier};
use serde::{Deserialize, Serialize};

/// What a person may do. Roles are coarse on purpose: a village shop has five officers, not fifty.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    Cashier,
    Storekeeper,
    /// Bendahara.
    Bookkeeper,
    Manager,
    /// Pengawas: reads everything, writes nothing.
    Supervisor,
    /// Devices and staff, no money.
    Administrator,
}

#[derive(Clone, Debug, Serialize, Deserialize, specta::Type)]
pub struct StaffCard {
    pub staff: DocRef,
    pub name: String,
    pub role: Role,
}

/// Someone new at this device.
#[derive(Clone, Debug, Serialize, Deserialize, specta::Type)]
pub struct AddStaff {
    pub name: String,
    pub role: Role,
    /// Six to ten digits.
    pub pin: String,
}

#[derive(Clone, Debug, Serialize, Deserialize, specta::Type)]
pub struct ShiftCard {
    pub shift: DocRef,
    pub business_date: BusinessDate,
    /// Local time of opening, `07.02`.
    pub opened_at: String,
    pub cashier: String,
}

/// Asked for by every screen and refreshed after every command.
#[derive(Clone, Debug, Serialize, Deserialize, specta::Type)]
pub struct Status {
    pub coop_name: String,
    pub device_letter: String,
    /// `WIB`, `WITA` or `WIT`.
    pub zone: String,
    /// Nobody is signed in when absent: the window shows the PIN page.
    pub staff: Option<StaffCard>,
    pub shift: Option<ShiftCard>,
    /// Today in the cooperative's zone by this machine's clock.
    pub clock_date: BusinessDate,
    /// Documents of this device that no other machine holds yet.
    pub documents_waiting: u32,
    /// One sentence where the clock looks wrong; it never stops a sale.
    pub clock_notice: Option<String>,
    /// One sentence where the last slip did not come out of the printer.
    pub printer_notice: Option<String>,
    /// Whether slips go to a printer by themselves.
    pub has_printer: bool,
    /// One sentence where the ledger found a fault and stopped writing.
    pub fault: Option<String>,
    pub language: Language,
    pub sync: SyncStatus,
    /// Nobody has a PIN on this device yet: the first, of a manager or administrator, is set without signing in.
    pub needs_first_pin: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum Language {
    #[default]
    Id,
    En,
}

/// Who is signed in at this device.
#[derive(Clone, Debug)]
pub(crate) struct Session {
    pub(crate) staff: DocRef,
    pub(crate) name: String,
    pub(crate) role: Role,
}

/// Who sits here, and whether writing had stopped.
#[derive(Clone, Debug)]
pub struct Seat {
    session: Option<Session>,
    fault: Option<String>,
}

impl Role {
    pub(crate) const fn from_domain(role: lumbung_domain::member::Role) -> Self {
        use lumbung_domain::member::Role as Domain;
        match role {
            Domain::Cashier => Self::Cashier,
            Domain::Storekeeper => Self::Storekeeper,
            Domain::Bookkeeper => Self::Bookkeeper,
            Domain::Manager => Self::Manager,
            Domain::Supervisor => Self::Supervisor,
            Domain::Administrator => Self::Administrator,
        }
    }
}

impl From<Role> for lumbung_domain::member::Role {
    fn from(role: Role) -> Self {
        match role {
            Role::Cashier => Self::Cashier,
            Role::Storekeeper => Self::Storekeeper,
            Role::Bookkeeper => Self::Bookkeeper,
            Role::Manager => Self::Manager,
            Role::Supervisor => Self::Supervisor,
            Role::Administrator => Self::Administrator,
        }
    }
}

/// More than this between the clock and the last shift's date raises a notice.
const CLOCK_DAYS_AHEAD: i32 = 2;

impl App {
    pub fn status(&mut self) -> Answer<Status> {
        let identity = self.ledger.identity();
        let (coop_name, zone) = (identity.coop_name.clone(), identity.zone);
        let device_letter = device_letter(identity.own_device_no);
        let shift = self.open_shift_row()?.map(|row| -> Result<ShiftCard, Refused> {
            Ok(ShiftCard {
                shift: row.shift,
                business_date: row.book_day,
                opened_at: zone.local(row.wall_ms).format("%H.%M").to_string(),
                cashier: query::member::person_name(self.connection(), row.actor)?,
            })
        });
        Ok(Status {
            coop_name,
            device_letter,
            zone: zone.name().to_owned(),
            staff: self.session.as_ref().map(|session| StaffCard {
                staff: session.staff,
                name: session.name.clone(),
                role: session.role,
            }),
            shift: shift.transpose()?,
            clock_date: self.today(),
            documents_waiting: u32::try_from(self.waiting()?).unwrap_or(u32::MAX),
            clock_notice: self.clock_notice()?,
            printer_notice: self.printer_notice(),
            has_printer: !self.printer()?.is_empty(),
            fault: self.fault.clone(),
            language: error::language(),
            sync: self.sync_status()?,
            needs_first_pin: !self.has_pins()? && !self.staff_list()?.is_empty(),
        })
    }

    /// Those who may sign in here, in the order in which they were added.
    pub fn staff_list(&mut self) -> Answer<Vec<StaffCard>> {
        let staff = query::member::active_staff(self.connection())?;
        let cards = staff.into_iter().filter_map(|(staff, role, name)| {
            let role = Role::from_domain(lumbung_domain::member::Role::from_code(role)?);
            let staff = DocRef::from_key(staff);
            // Before the cooperative's keys are here, a name shows as its number.
            Some(StaffCard { staff, name: if name.is_empty() { staff.to_string() } else { name }, role })
        });
        Ok(cards.collect())
    }

    /// Signs in. Wrong PINs cost time, more each, also across restarts and turned clocks.
    pub fn unlock(&mut self, staff: DocRef, pin: &str) -> Answer<Status> {
        let cards = self.staff_list()?;
        let card = cards.into_iter().find(|card| card.staff == staff).ok_or(Refused::NoPin)?;
        self.check_pin_of(staff, pin)?;
        self.session = Some(Session { staff, name: card.name, role: card.role });
        self.status()
    }

    /// A wrong one costs time, whoever typed it and for what.
    pub(crate) fn check_pin_of(&self, staff: DocRef, pin: &str) -> Result<(), Refused> {
        let lockout = self.lockout(staff)?;
        let now_ms = self.uptime_ms();
        if !lockout.may_try(now_ms) {
            return Err(Refused::LockedOut { seconds: lockout.remaining_ms(now_ms).div_ceil(1000) });
        }
        lumbung_vault::check_pin(pin).map_err(|_| Refused::BadPin)?;
        let verifier: PinVerifier =
            query::local::setting(self.connection(), &pin_name(staff))?.ok_or(Refused::NoPin)?.parse()?;
        if !verifier.verify(pin, self.secrets.0.pepper()) {
            let lockout = lockout.after_failure(now_ms);
            self.keep_lockout(staff, lockout)?;
            let tries_left = lumbung_vault::pin::FREE_TRIES.saturating_sub(lockout.failures);
            return Err(Refused::WrongPin { tries_left });
        }
        if lockout != Lockout::default() {
            self.keep_lockout(staff, lockout.after_success())?;
        }
        Ok(())
    }

    /// What outlives opening the same ledger anew.
    pub fn seat(&self) -> Seat {
        Seat { session: self.session.clone(), fault: self.fault.clone() }
    }

    pub fn take_seat(&mut self, seat: Seat) {
        self.session = seat.session;
        self.fault = seat.fault;
    }

    /// Signs out; the cart is kept.
    pub fn lock(&mut self) -> Answer<Status> {
        self.session = None;
        self.drafts.flush()?;
        self.status()
    }

    pub fn set_language(&mut self, language: Language) -> Answer<Status> {
        error::speak(language);
        let name = if language == Language::En { "en" } else { "id" };
        query::local::set_setting(self.connection(), "language", name)?;
        self.status()
    }

    pub(crate) fn load_language(&mut self) -> Result<(), StoreError> {
        let language = match query::local::setting(self.connection(), "language")?.as_deref() {
            Some("en") => Language::En,
            _ => Language::Id,
        };
        error::speak(language);
        Ok(())
    }

    /// The role must allow it; the operator of the key may do anything.
    pub(crate) fn require(&self, action: Action) -> Result<(), Refused> {
        match &self.session {
            Some(session) if may(session.role, action) => Ok(()),
            Some(_) => Err(Refused::Forbidden),
            None if self.operator => Ok(()),
            None => Err(Refused::NotSignedIn),
        }
    }

    /// Whether anybody has a PIN on this device.
    pub(crate) fn has_pins(&self) -> Result<bool, StoreError> {
        Ok(!query::local::settings_like(self.connection(), "pin ")?.is_empty())
    }

    pub(crate) fn set_pin(&self, staff: DocRef, verifier: &PinVerifier) -> Result<(), StoreError> {
        query::local::set_setting(self.connection(), &pin_name(staff), &verifier.to_string())
    }

    /// Wipes the slate of wrong PINs.
    pub(crate) fn forgive(&self, staff: DocRef) -> Result<(), StoreError> {
        self.keep_lockout(staff, Lockout::default())
    }

    fn clock_notice(&self) -> Result<Option<String>, StoreError> {
        let last = query::shift::last_date(self.connection(), self.own_device())?;
        let behind = last.is_some_and(|last| last.0 > self.today().0 + CLOCK_DAYS_AHEAD);
        let notice = match error::language() {
            Language::Id => "Jam komputer tampak tertinggal; tanggal kasir tetap dipakai.",
            Language::En => "The computer's clock seems behind; the till's date is used.",
        };
        Ok(behind.then(|| notice.to_owned()))
    }

    fn lockout(&self, staff: DocRef) -> Result<Lockout, StoreError> {
        let kept = query::local::setting(self.connection(), &lockout_name(staff))?;
        let parse = |text: &str| -> Option<Lockout> {
            let (failures, until) = text.split_once(' ')?;
            Some(Lockout { failures: failures.parse().ok()?, locked_until_ms: until.parse().ok()? })
        };
        Ok(kept.as_deref().and_then(parse).unwrap_or_default())
    }

    fn keep_lockout(&self, staff: DocRef, lockout: Lockout) -> Result<(), StoreError> {
        let text = format!("{} {}", lockout.failures, lockout.locked_until_ms);
        query::local::set_setting(self.connection(), &lockout_name(staff), &text)
    }

    /// The counter that pauses are measured on begins anew with the program; pauses begin anew with it.
    pub(crate) fn restart_lockouts(&mut self) -> Answer<()> {
        for card in self.staff_list()? {
            let lockout = self.lockout(card.staff)?;
            if lockout.failures > 0 {
                self.keep_lockout(card.staff, lockout.after_restart(self.uptime_ms()))?;
            }
        }
        Ok(())
    }

    /// Milliseconds since this ledger was opened; only ever grows, whatever the clock does.
    pub(crate) fn uptime_ms(&self) -> u64 {
        u64::try_from(self.opened.elapsed().as_millis()).unwrap_or(u64::MAX)
    }
}

fn pin_name(staff: DocRef) -> String {
    format!("pin {staff}")
}

fn lockout_name(staff: DocRef) -> String {
    format!("lockout {staff}")
}
