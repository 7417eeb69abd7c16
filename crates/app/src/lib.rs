//! The one door: every command and query that the window, the command line and the tests may ask.
//! Authorise, load a view, decide, append, report what changed. Knows no Tauri, no HTML, no sockets.

pub mod ambient;
mod booking;
pub mod cart;
mod catalogue;
pub mod demo;
mod directory;
mod drafts;
pub mod error;
pub mod export;
mod found;
pub mod home;
mod idle;
pub mod import;
pub mod item;
pub mod journal;
mod keys;
pub mod maintenance;
pub mod member;
pub mod permission;
mod printer;
pub mod purchase;
pub mod question;
pub mod receipt;
pub mod report;
pub mod sale;
pub mod session;
pub mod shift;
pub mod sync;

pub use error::{AppError, FileFault, Refused};
pub use found::{FoundCooperative, Founded, NewCooperative, Place};
pub use lumbung_store::StoreError;

use crate::catalogue::Catalogue;
use crate::directory::Directory;
use crate::drafts::Drafts;
use crate::keys::{DeviceSigner, Keys};
use crate::printer::Printer;
use crate::session::Session;
use lumbung_document::body::reference::{Field, Value};
use lumbung_domain::Policy;
use lumbung_domain::sale::rounding::{Rounding, RoundingMode};
use lumbung_primitives::{BusinessDate, Clock, DocRef, Money};
use lumbung_store::{Ledger, query};
use lumbung_vault::SystemRandom;
use rusqlite::Connection;
use std::path::Path;

pub type Answer<T> = Result<T, AppError>;

/// The outlet that exists from the first day.
pub(crate) const FIRST_OUTLET: u16 = 1;

/// Settings are edits of the cooperative itself, which its genesis document created.
pub(crate) const COOPERATIVE: DocRef = DocRef::new(1, 1);

/// An open cooperative on this device.
pub struct App {
    ledger: Ledger,
    keys: Keys,
    secrets: DeviceSigner,
    random: SystemRandom,
    clock: Box<dyn Clock>,
    /// Whoever holds the key acts without a PIN (command line, imports).
    operator: bool,
    session: Option<Session>,
    catalogue: Catalogue,
    directory: Directory,
    drafts: Drafts,
    printer: Printer,
    /// How it stands with the centre.
    standing: sync::Standing,
    /// How many questions are open, as last counted.
    counted: std::cell::RefCell<question::Counted>,
    idle: idle::Idle,
    /// Why writing has stopped, if it has.
    fault: Option<String>,
    /// A counter that only runs forward, for pauses after wrong PINs.
    opened: std::time::Instant,
}

impl std::fmt::Debug for App {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("App").field("ledger", &self.ledger.path()).finish_non_exhaustive()
    }
}

impl App {
    /// Opens the ledger at `ledger` with the key file `key_file`, or the key in the machine's key store.
    pub fn open(ledger: &Path, key_file: Option<&Path>) -> Answer<Self> {
        Self::open_at(&Place::new(ledger, key_file), Box::new(ambient::SystemClock))
    }

    pub(crate) fn connection(&self) -> &Connection {
        self.ledger.connection()
    }

    /// The cooperative's date by this machine's clock: proposed, never decisive.
    pub(crate) fn today(&self) -> BusinessDate {
        self.ledger.identity().zone.business_date(self.clock.now_ms())
    }

    pub(crate) fn own_device(&self) -> u32 {
        self.ledger.identity().own_device_no
    }

    pub(crate) fn policy(&self) -> Result<Policy, StoreError> {
        policy(self.connection())
    }

    /// Makes what was typed into carts durable, and uses a rest. The shell asks for it every second.
    pub fn flush_drafts(&mut self) -> Answer<()> {
        self.drafts.flush()?;
        let (changes, now_ms) = (self.connection().total_changes(), self.uptime_ms());
        if self.idle.is_due(changes, now_ms) {
            self.ledger.checkpoint()?;
        }
        Ok(())
    }
}

/// Settings as rules read them.
pub(crate) fn policy(connection: &Connection) -> Result<Policy, StoreError> {
    let settings = query::reference::settings(connection)?;
    let integer = |field: Field| settings.get(&field).and_then(Value::as_integer).unwrap_or(0);
    let mode = RoundingMode::from_code(integer(Field::CASH_ROUNDING_MODE));
    Ok(Policy {
        cash_rounding: Rounding { step: integer(Field::CASH_ROUNDING_STEP), mode },
        bon_limit_default: Money(integer(Field::BON_LIMIT_DEFAULT)),
    })
}
