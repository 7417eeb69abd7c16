//! Accounts of the standard chart that rules name (handbook 4.3). Six digits; the first is the class.

pub const TILL_CASH: u32 = 111_100;
pub const SAFE_CASH: u32 = 111_200;
pub const BANK: u32 = 112_100;
pub const QRIS_CLEARING: u32 = 112_900;
pub const MEMBER_RECEIVABLE: u32 = 113_100;
pub const MERCHANDISE: u32 = 114_100;
pub const SUSPENSE: u32 = 119_900;
pub const TRADE_PAYABLE: u32 = 211_000;
pub const CONSIGNMENT_PAYABLE: u32 = 212_000;
pub const VOLUNTARY_SAVINGS: u32 = 213_000;
pub const PRINCIPAL_SAVINGS: u32 = 311_000;
pub const MANDATORY_SAVINGS: u32 = 312_000;
pub const GRANTS: u32 = 313_000;
pub const OPENING_CLEARING: u32 = 399_900;
pub const SALES_MEMBER: u32 = 411_000;
pub const DISCOUNT_MEMBER: u32 = 411_800;
pub const RETURNS_MEMBER: u32 = 411_900;
pub const SALES_NON_MEMBER: u32 = 412_000;
pub const DISCOUNT_NON_MEMBER: u32 = 412_800;
pub const RETURNS_NON_MEMBER: u32 = 412_900;
pub const COMMISSION_MEMBER: u32 = 413_100;
pub const COMMISSION_NON_MEMBER: u32 = 413_200;
pub const AGENCY_INCOME: u32 = 414_000;
pub const TILL_OVER: u32 = 419_100;
pub const COST_MEMBER: u32 = 511_000;
pub const COST_NON_MEMBER: u32 = 512_000;
pub const SPOILAGE: u32 = 513_000;
pub const PURCHASE_DISCOUNT: u32 = 515_000;
pub const PAYROLL: u32 = 521_000;
pub const UTILITIES: u32 = 522_000;
pub const STATIONERY: u32 = 523_000;
pub const RENT: u32 = 525_000;
pub const TILL_SHORT: u32 = 551_000;
pub const CASH_ROUNDING: u32 = 552_000;

/// Cash and bank: the accounts whose postings carry a line of the cash-flow statement.
pub const fn is_cash_or_bank(account: u32) -> bool {
    account >= 111_000 && account < 113_000
}
