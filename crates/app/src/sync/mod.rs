//! One cooperative, many tills: documents out and in, devices admitted and ended, keys handed over.

pub mod log;
mod rules;
pub mod view;

pub use log::LedgerLog;
pub use rules::Rules;
