//! Why a command was refused. Says what is wrong and with which figures; the sentence in the user's
//! language and the way out are made at the door (crate `app`).

use lumbung_primitives::{BusinessDate, Money, Quantity};

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Rejection {
    #[error("nothing to book")]
    Empty,
    #[error("the quantity of {item} is zero or negative")]
    QuantityNotPositive { item: String },
    #[error("{item} is sold in whole units")]
    QuantityNotWhole { item: String },
    #[error("a quantity is beyond 1,000,000 units")]
    QuantityTooLarge { item: Option<String> },
    #[error("an amount is zero or negative")]
    AmountNotPositive,
    #[error("an amount is beyond 10^12 rupiah")]
    AmountTooLarge,
    #[error("{lines} lines are too many for one document")]
    TooManyLines { lines: usize },
    #[error("{item} has no price")]
    PriceMissing { item: String },
    #[error("item is not known")]
    ItemUnknown,
    #[error("{item} is not sold any more")]
    ItemInactive { item: String },
    #[error("member is not known")]
    MemberUnknown,
    #[error("the membership has ended")]
    MemberLeft,
    #[error("no shift is open")]
    ShiftNotOpen,
    #[error("a shift is open already")]
    ShiftAlreadyOpen,
    #[error("{handed} does not cover {asked}")]
    TenderTooSmall { asked: Money, handed: Money },
    #[error("bon is for members")]
    BonNeedsMember,
    #[error("bon of {asked} on top of {owed} is over the limit {limit}")]
    BonOverLimit { limit: Money, owed: Money, asked: Money },
    #[error("nothing is owed")]
    NothingOwed,
    #[error("more than the {owed} that is owed")]
    MoreThanOwed { owed: Money },
    #[error("only {left} of {item} can still be returned")]
    ReturnTooMuch { item: String, left: Quantity },
    #[error("that line is not on the receipt")]
    ReturnLineUnknown,
    #[error("that document was reversed")]
    AlreadyReversed,
    #[error("what is taken out exceeds the {counted} that was counted")]
    MoreThanCounted { counted: Money },
    #[error("the date {date} is not possible here")]
    DateNotPossible { date: BusinessDate },
    #[error("a field is empty: {field}")]
    FieldMissing { field: &'static str },
    #[error("a field is too long: {field}")]
    FieldTooLong { field: &'static str },
    #[error("{code} has a wrong check digit, expected {expected}")]
    CheckDigit { code: String, expected: u8 },
    #[error("the opening balance does not balance: {difference}")]
    OpeningUnbalanced { difference: Money },
    #[error("account {account} is the sum of its members, suppliers or shelves")]
    ControlAccount { account: u32 },
    #[error("payments exceed the value bought")]
    PaidTooMuch,
    #[error("a purchase on credit needs a supplier")]
    CreditNeedsSupplier,
    #[error("not bookable: {reason}")]
    NotBookable { reason: String },
}
