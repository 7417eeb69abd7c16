//! What happened, one type a kind and version. Arrays by position; they grow only by trailing optional
//! elements, and a type that has shipped is never edited: a new shape is a new version.

pub mod control;
mod mapped;
pub mod opening;
pub mod payment;
pub mod purchase;
pub mod reference;
pub mod reversal;
pub mod sale;
pub mod shared;
pub mod shift;

use crate::{Kind, Malformed};
pub use control::{
    BooksDevice, DeviceEnrolled, DeviceInvited, Genesis, MemberErased, PeriodClose, PeriodReopen, SeriesEnd,
};
pub use opening::OpeningBalance;
pub use payment::{BonPayment, Expense, SavingsDeposit, SupplierPayment};
pub use purchase::Purchase;
pub use reference::Reference;
pub use reversal::Reversal;
pub use sale::{Sale, SaleReturn};
pub use shared::{Answer, KeyGrant};
pub use shift::{ShiftClose, ShiftOpen};

/// A body that this app knows.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Body {
    Genesis(Genesis),
    DeviceInvited(DeviceInvited),
    DeviceEnrolled(DeviceEnrolled),
    SeriesEnd(SeriesEnd),
    BooksDevice(BooksDevice),
    PeriodClose(PeriodClose),
    PeriodReopen(PeriodReopen),
    MemberErased(MemberErased),
    Item(Reference),
    Member(Reference),
    Supplier(Reference),
    Staff(Reference),
    Setting(Reference),
    Answer(Answer),
    KeyGrant(KeyGrant),
    Sale(Sale),
    SaleReturn(SaleReturn),
    BonPayment(BonPayment),
    SavingsDeposit(SavingsDeposit),
    Purchase(Purchase),
    SupplierPayment(SupplierPayment),
    Expense(Expense),
    ShiftOpen(ShiftOpen),
    ShiftClose(ShiftClose),
    OpeningBalance(OpeningBalance),
    Reversal(Reversal),
}

impl Body {
    pub const fn kind(&self) -> Kind {
        match self {
            Self::Genesis(_) => Kind::Genesis,
            Self::DeviceInvited(_) => Kind::DeviceInvited,
            Self::DeviceEnrolled(_) => Kind::DeviceEnrolled,
            Self::SeriesEnd(_) => Kind::SeriesEnd,
            Self::BooksDevice(_) => Kind::BooksDevice,
            Self::PeriodClose(_) => Kind::PeriodClose,
            Self::PeriodReopen(_) => Kind::PeriodReopen,
            Self::MemberErased(_) => Kind::MemberErased,
            Self::Item(_) => Kind::Item,
            Self::Member(_) => Kind::Member,
            Self::Supplier(_) => Kind::Supplier,
            Self::Staff(_) => Kind::Staff,
            Self::Setting(_) => Kind::Setting,
            Self::Answer(_) => Kind::Answer,
            Self::KeyGrant(_) => Kind::KeyGrant,
            Self::Sale(_) => Kind::Sale,
            Self::SaleReturn(_) => Kind::SaleReturn,
            Self::BonPayment(_) => Kind::BonPayment,
            Self::SavingsDeposit(_) => Kind::SavingsDeposit,
            Self::Purchase(_) => Kind::Purchase,
            Self::SupplierPayment(_) => Kind::SupplierPayment,
            Self::Expense(_) => Kind::Expense,
            Self::ShiftOpen(_) => Kind::ShiftOpen,
            Self::ShiftClose(_) => Kind::ShiftClose,
            Self::OpeningBalance(_) => Kind::OpeningBalance,
            Self::Reversal(_) => Kind::Reversal,
        }
    }

    /// Every kind is at its first version.
    pub const fn version(&self) -> u16 {
        1
    }

    pub fn encode(&self) -> Vec<u8> {
        match self {
            Self::Genesis(body) => crate::encode(body),
            Self::DeviceInvited(body) => crate::encode(body),
            Self::DeviceEnrolled(body) => crate::encode(body),
            Self::SeriesEnd(body) => crate::encode(body),
            Self::BooksDevice(body) => crate::encode(body),
            Self::PeriodClose(body) => crate::encode(body),
            Self::PeriodReopen(body) => crate::encode(body),
            Self::MemberErased(body) => crate::encode(body),
            Self::Answer(body) => crate::encode(body),
            Self::KeyGrant(body) => crate::encode(body),
            Self::Item(body)
            | Self::Member(body)
            | Self::Supplier(body)
            | Self::Staff(body)
            | Self::Setting(body) => crate::encode(body),
            Self::Sale(body) => crate::encode(body),
            Self::SaleReturn(body) => crate::encode(body),
            Self::BonPayment(body) => crate::encode(body),
            Self::SavingsDeposit(body) => crate::encode(body),
            Self::Purchase(body) => crate::encode(body),
            Self::SupplierPayment(body) => crate::encode(body),
            Self::Expense(body) => crate::encode(body),
            Self::ShiftOpen(body) => crate::encode(body),
            Self::ShiftClose(body) => crate::encode(body),
            Self::OpeningBalance(body) => crate::encode(body),
            Self::Reversal(body) => crate::encode(body),
        }
    }

    /// `None` for a kind or version of a later app.
    pub fn decode(kind: Kind, version: u16, bytes: &[u8]) -> Result<Option<Self>, Malformed> {
        if version != 1 {
            return Ok(None);
        }
        Ok(Some(match kind {
            Kind::Genesis => Self::Genesis(crate::decode("body", bytes)?),
            Kind::DeviceInvited => Self::DeviceInvited(crate::decode("body", bytes)?),
            Kind::DeviceEnrolled => Self::DeviceEnrolled(crate::decode("body", bytes)?),
            Kind::SeriesEnd => Self::SeriesEnd(crate::decode("body", bytes)?),
            Kind::BooksDevice => Self::BooksDevice(crate::decode("body", bytes)?),
            Kind::PeriodClose => Self::PeriodClose(crate::decode("body", bytes)?),
            Kind::PeriodReopen => Self::PeriodReopen(crate::decode("body", bytes)?),
            Kind::MemberErased => Self::MemberErased(crate::decode("body", bytes)?),
            Kind::Answer => Self::Answer(crate::decode("body", bytes)?),
            Kind::KeyGrant => Self::KeyGrant(crate::decode("body", bytes)?),
            Kind::Item => Self::Item(crate::decode("body", bytes)?),
            Kind::Member => Self::Member(crate::decode("body", bytes)?),
            Kind::Supplier => Self::Supplier(crate::decode("body", bytes)?),
            Kind::Staff => Self::Staff(crate::decode("body", bytes)?),
            Kind::Setting => Self::Setting(crate::decode("body", bytes)?),
            Kind::Sale => Self::Sale(crate::decode("body", bytes)?),
            Kind::SaleReturn => Self::SaleReturn(crate::decode("body", bytes)?),
            Kind::BonPayment => Self::BonPayment(crate::decode("body", bytes)?),
            Kind::SavingsDeposit => Self::SavingsDeposit(crate::decode("body", bytes)?),
            Kind::Purchase => Self::Purchase(crate::decode("body", bytes)?),
            Kind::SupplierPayment => Self::SupplierPayment(crate::decode("body", bytes)?),
            Kind::Expense => Self::Expense(crate::decode("body", bytes)?),
            Kind::ShiftOpen => Self::ShiftOpen(crate::decode("body", bytes)?),
            Kind::ShiftClose => Self::ShiftClose(crate::decode("body", bytes)?),
            Kind::OpeningBalance => Self::OpeningBalance(crate::decode("body", bytes)?),
            Kind::Reversal => Self::Reversal(crate::decode("body", bytes)?),
            _ => return Ok(None),
        }))
    }

    /// The number on the slip given to a person, of kinds that give one.
    pub const fn receipt_no(&self) -> Option<u64> {
        match self {
            Self::Sale(body) => Some(body.receipt_no),
            Self::SaleReturn(body) => Some(body.receipt_no),
            Self::BonPayment(body) => Some(body.receipt_no),
            Self::SavingsDeposit(body) => Some(body.receipt_no),
            _ => None,
        }
    }
}
