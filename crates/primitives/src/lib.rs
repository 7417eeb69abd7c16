//! The words every other room speaks: money, quantities, dates, references, and the two traits through
//! which time and chance come in. No floats, no clock, no I/O.
#![deny(clippy::float_arithmetic)]

pub mod ambient;
pub mod calendar;
mod cbor;
pub mod money;
pub mod parse;
pub mod quantity;
pub mod reference;
pub mod split;

pub use ambient::{Clock, Random};
pub use calendar::{BusinessDate, Zone};
pub use money::Money;
pub use quantity::Quantity;
pub use reference::{DocRef, Ref, device_letter};
pub use split::{div_half_up, largest_remainder};
