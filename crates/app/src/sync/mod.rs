//! One cooperative, many tills: documents out and in, devices admitted and ended, keys handed over.

mod devices;
mod door;
mod grant;
pub mod log;
mod pairing;
mod picture;
mod rules;
mod runner;
mod standing;
mod trouble;
pub mod view;

pub use door::Door;
pub use log::LedgerLog;
pub use pairing::connect_centre;
pub use rules::Rules;
pub use runner::{Round, Runner, Synced};
pub use trouble::Trouble;

use picture::invitation_picture;
pub(crate) use standing::{Standing, local_time};
