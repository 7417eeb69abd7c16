//! What the window shows of sync: status, devices, courier. Every figure and sentence is made here.

use crate::AppError;
use serde::{Deserialize, Serialize};

/// In the status bar, refreshed with every status.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct SyncStatus {
    pub state: SyncState,
    /// Own documents that no other machine holds yet.
    pub waiting: u32,
    /// Local time of the last answer, `24 Jan 07.02`.
    pub last_contact: Option<String>,
    /// Why it is not fine, with the next step; absent where it is.
    pub matter: Option<AppError>,
    pub progress: Option<Progress>,
    /// Open questions (pertanyaan) that a person should settle.
    pub questions: u32,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum SyncState {
    /// Never paired with a centre or a hub: this laptop works alone.
    Alone,
    /// Everything is sent and read.
    Current,
    /// A request is under way.
    Working,
    /// No line just now; it tries again by itself.
    Offline,
    /// It will not go on by itself: `matter` says why.
    Stopped,
}

/// Of long work: what is done of how much. `total` 0 where nobody knows yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, specta::Type)]
pub struct Progress {
    pub label: String,
    pub done: u32,
    pub total: u32,
}

#[derive(Clone, Debug, Serialize, Deserialize, specta::Type)]
pub struct SyncPage {
    pub status: SyncStatus,
    /// Where the centre or hub is that this till speaks to.
    pub server_url: Option<String>,
    pub hub: HubCard,
    /// Newest first, fifty at most.
    pub history: Vec<SyncEntry>,
}

/// Whether this till serves the others in the shop.
#[derive(Clone, Debug, Serialize, Deserialize, specta::Type)]
pub struct HubCard {
    pub on: bool,
    /// What the other tills are told, `http://192.168.1.10:7117`.
    pub address: Option<String>,
}

#[derive(Clone, Debug, Serialize, Deserialize, specta::Type)]
pub struct HubFound {
    pub name: String,
    pub url: String,
}

#[derive(Clone, Debug, Serialize, Deserialize, specta::Type)]
pub struct SyncEntry {
    /// `24 Jan 07.02`.
    pub at: String,
    pub sent: u32,
    pub received: u32,
    pub bytes_up: u32,
    pub bytes_down: u32,
    /// One sentence where it did not go well.
    pub trouble: Option<String>,
}

/// A centre or a hub, and the code that was read aloud or scanned.
#[derive(Clone, Debug, Serialize, Deserialize, specta::Type)]
pub struct Pairing {
    pub url: String,
    /// `7K3MQ-9XT2A-0FV4C-81BNW`.
    pub code: String,
}

#[derive(Clone, Debug, Serialize, Deserialize, specta::Type)]
pub struct DevicePage {
    pub devices: Vec<DeviceCard>,
    /// Whether this till gives out numbers: the one that keeps the books, once it is paired.
    pub may_invite: bool,
    /// Four words to read aloud while this till waits for the cooperative's keys.
    pub own_words: Option<Vec<String>>,
}

#[derive(Clone, Debug, Serialize, Deserialize, specta::Type)]
pub struct DeviceCard {
    pub device_no: u32,
    /// `B`; the centre has none.
    pub letter: String,
    pub this_one: bool,
    pub keeps_books: bool,
    pub state: DeviceState,
    pub documents: u32,
    /// Local date and time of its last document that is held here.
    pub last_document: Option<String>,
    /// Four words to compare before keys are handed over.
    pub words: Option<Vec<String>>,
    /// One sentence where something is to be known or done.
    pub note: Option<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum DeviceState {
    Centre,
    Active,
    /// Its code was given out and not used yet.
    Invited,
    WaitsForKeys,
    /// Copied or put back from an old backup: a person must end its series.
    Forked,
    Ended,
}

#[derive(Clone, Debug, Serialize, Deserialize, specta::Type)]
pub struct Invitation {
    pub code: String,
    pub letter: String,
    /// The code as a picture, SVG markup without scripts.
    pub qr_svg: String,
    /// How long it may be used.
    pub minutes: u32,
}

#[derive(Clone, Debug, Serialize, Deserialize, specta::Type)]
pub struct EndDevice {
    pub device_no: u32,
    pub reason: EndOfDevice,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum EndOfDevice {
    /// Copied disk or restored backup.
    Fork,
    /// Stolen, sold, or its holder left.
    Revoked,
    /// Broken for good.
    WrittenOff,
}

/// A folder that a courier file may lie in: a stick that is plugged in, or one that was used before.
#[derive(Clone, Debug, Serialize, Deserialize, specta::Type)]
pub struct CourierPlace {
    pub folder: String,
    pub label: String,
    /// Courier files of this cooperative that lie there.
    pub files: Vec<CourierFile>,
}

#[derive(Clone, Debug, Serialize, Deserialize, specta::Type)]
pub struct CourierFile {
    pub path: String,
    /// `kurir-B-2026-01-24.lumbung`.
    pub name: String,
    pub bytes: u32,
}

#[derive(Clone, Debug, Serialize, Deserialize, specta::Type)]
pub struct CourierDone {
    pub path: String,
    pub documents: u32,
    pub new_documents: u32,
    pub bytes: u32,
}
