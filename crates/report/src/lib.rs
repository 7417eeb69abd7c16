//! Statements as rows, and other programs' formats. Reads what the store says; writes nothing, knows no
//! commands and no roles.

pub mod hledger;
pub mod trial_balance;
