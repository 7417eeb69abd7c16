//! Lines of the cash-flow statement that postings on cash and bank accounts carry. Numbers are never reused.

pub const NONE: u8 = 0;
/// From members for goods, bon payments included.
pub const SALES_MEMBERS: u8 = 1;
pub const SALES_OTHERS: u8 = 2;
pub const SUPPLIERS: u8 = 3;
pub const EXPENSES: u8 = 4;
/// Pokok and wajib: financing.
pub const MEMBER_CAPITAL: u8 = 5;
/// Sukarela.
pub const MEMBER_SAVINGS: u8 = 6;
/// Between the cooperative's own cash and bank accounts; sums to zero.
pub const TRANSFER: u8 = 7;
pub const OPENING: u8 = 8;
/// Found or missing at a count.
pub const TILL_DIFFERENCE: u8 = 9;
