//! One cooperative, many tills: documents out and in, devices admitted and ended, keys handed over.

mod books;
mod courier;
mod devices;
mod door;
mod grant;
mod hub;
pub mod log;
mod pairing;
mod picture;
mod reissue;
mod renew;
mod restore;
mod rules;
mod runner;
mod standing;
mod trouble;
pub mod view;

pub use courier::{courier_export, courier_import};
pub use door::Door;
pub use hub::find_hubs;
pub use log::LedgerLog;
pub use pairing::connect_centre;
pub use renew::prepare_anew;
pub use restore::Restored;
pub use rules::Rules;
pub use runner::{Round, Runner, Synced};
pub use trouble::Trouble;

pub(crate) use renew::{finish as finish_renewal, fitting as fitting_keys};

use picture::invitation_picture;
pub(crate) use standing::{Standing, local_time};
