//! What keeps devices and documents from finding each other, before it is put into words.

use lumbung_primitives::device_letter;
use lumbung_sync::courier::CourierError;
use lumbung_sync::enrol::EnrolError;
use lumbung_sync::http::BadAddress;
use lumbung_sync::machine::{Matter, Stop};

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Trouble {
    // Pairing.
    #[error("not a pairing code")]
    CodeMistyped,
    #[error("the code is unknown, used or too old")]
    CodeRefused,
    #[error("too many tries, again in {seconds} seconds")]
    TooManyTries { seconds: u32 },
    #[error("not an address: {0}")]
    Address(String),
    #[error("the address is outside the shop and not https")]
    AddressNotSecret,
    #[error("no line")]
    NoLine,
    #[error("whoever answers there is not the centre")]
    NotTheCentre,
    #[error("the cooperative is registered already")]
    Registered,
    #[error("the centre refuses: {0}")]
    CentreRefuses(String),
    #[error("a founder's code, and nothing is founded here")]
    FounderCode,
    #[error("the code is for till {code}, this is till {own}")]
    OtherDevice { code: String, own: String },
    #[error("the ledger belongs to another cooperative")]
    OtherCooperative,
    #[error("paired with {0} already")]
    AlreadyPaired(String),
    #[error("never paired")]
    NotPaired,
    #[error("no device number is left")]
    NumbersUsedUp,
    // Devices and keys.
    #[error("till {0} keeps the books")]
    NotBooksDevice(String),
    #[error("till {0} keeps the books and has not ended")]
    BooksAreKept(String),
    #[error("there is no till {0}")]
    DeviceUnknown(String),
    #[error("till {0} has not used its code yet")]
    NotEnrolled(String),
    #[error("till {0} has ended")]
    DeviceEnded(String),
    #[error("it is this till")]
    DeviceIsOwn,
    #[error("the cooperative's keys are not here")]
    KeysMissing,
    #[error("the old ledger {0} is not there")]
    OldLedgerMissing(String),
    #[error("serving others is not in this version")]
    HubNotYet,
    #[error("not a folder of the list: {0}")]
    PlaceUnknown(String),
    #[error("this till goes on as it is")]
    NotEnded,
    // What stops a conversation.
    #[error("this till's series was ended")]
    Ended,
    #[error("another till uses this till's numbers")]
    Forked,
    #[error("an old copy was put back")]
    Restored,
    #[error("somebody else answers at the centre's address")]
    WrongCentre,
    // What hinders one.
    #[error("the centre is busy")]
    Busy,
    #[error("the centre does not know this till")]
    NotKnown,
    #[error("the centre does not take documents after {after_seq}: {detail}")]
    PushRefused { after_seq: u64, detail: String },
    #[error("what the centre sent is not taken: {0}")]
    PageRefused(String),
    #[error("till {0} has two branches")]
    Branch(String),
    #[error("the conversation goes round in a circle: {0}")]
    Circle(String),
    #[error("the clock is off by {minutes} minutes")]
    Clock { minutes: i64 },
    // Courier.
    #[error("no courier file")]
    NotACourier,
    #[error("a courier file of a newer app")]
    CourierNewer,
    #[error("a courier file of another cooperative")]
    CourierForeign,
    #[error("a courier file that was cut, {new} documents taken")]
    CourierCut { new: u64 },
    #[error("a damaged courier file, {new} documents taken")]
    CourierDamaged { new: u64 },
    #[error("a courier file that continues what is not held, {new} documents taken")]
    CourierDoesNotFollow { new: u64 },
    #[error("the stick: {0}")]
    Stick(String),
    #[error("the log: {0}")]
    Log(String),
}

impl From<lumbung_sync::log::LogError> for Trouble {
    fn from(error: lumbung_sync::log::LogError) -> Self {
        Self::Log(error.to_string())
    }
}

impl From<EnrolError> for Trouble {
    fn from(error: EnrolError) -> Self {
        match error {
            EnrolError::NotNow => Self::NoLine,
            EnrolError::BadCode => Self::CodeRefused,
            EnrolError::TooMany { wait_s } => Self::TooManyTries { seconds: wait_s },
            EnrolError::Registered => Self::Registered,
            EnrolError::NotTheCentre => Self::NotTheCentre,
            EnrolError::Refused { detail, .. } | EnrolError::BadGenesis(detail) => {
                Self::CentreRefuses(detail)
            }
            EnrolError::OtherDevice { code, store } => {
                Self::OtherDevice { code: device_letter(code), own: device_letter(store) }
            }
        }
    }
}

impl From<BadAddress> for Trouble {
    fn from(error: BadAddress) -> Self {
        match error {
            BadAddress::NotAnAddress(text) | BadAddress::Scheme(text) | BadAddress::TooMuch(text) => {
                Self::Address(text)
            }
            BadAddress::NotSecret(_) => Self::AddressNotSecret,
        }
    }
}

impl From<&Matter> for Trouble {
    fn from(matter: &Matter) -> Self {
        match matter {
            Matter::NoContact(_) => Self::NoLine,
            Matter::Busy => Self::Busy,
            Matter::NotKnown => Self::NotKnown,
            Matter::PushRefused { after_seq, detail, .. } => {
                Self::PushRefused { after_seq: *after_seq, detail: detail.clone() }
            }
            Matter::PageRefused { detail } => Self::PageRefused(detail.clone()),
            Matter::Branch { device_no } => Self::Branch(device_letter(*device_no)),
            Matter::Circle { detail } => Self::Circle(detail.clone()),
        }
    }
}

impl From<Stop> for Trouble {
    fn from(stop: Stop) -> Self {
        match stop {
            Stop::Ended => Self::Ended,
            Stop::Forked { .. } => Self::Forked,
            Stop::Restored { .. } => Self::Restored,
            Stop::NotPaired => Self::NotPaired,
            Stop::WrongCentre => Self::WrongCentre,
        }
    }
}

impl From<CourierError> for Trouble {
    fn from(error: CourierError) -> Self {
        match error {
            CourierError::NotACourier => Self::NotACourier,
            CourierError::Newer(_) => Self::CourierNewer,
            CourierError::Foreign => Self::CourierForeign,
            CourierError::Cut { taken } => Self::CourierCut { new: taken.new_documents },
            CourierError::Damaged { taken, .. } => Self::CourierDamaged { new: taken.new_documents },
            CourierError::DoesNotFollow { taken, .. } => {
                Self::CourierDoesNotFollow { new: taken.new_documents }
            }
            CourierError::Io(error) => Self::Stick(error.to_string()),
            CourierError::Log(error) => error.into(),
        }
    }
}

impl Trouble {
    /// Whether this till will not go on by itself.
    pub(crate) const fn is_final(&self) -> bool {
        matches!(self, Self::Ended | Self::Forked | Self::Restored | Self::WrongCentre)
    }
}
