//! How documents travel between a till and a centre, a hub in the shop, or a stick.
//!
//! Moves sealed bytes and knows no kind of paper: what a body says is not its business. The log that it reads
//! and writes is behind [`log::LocalLog`]; effects that follow from a body by a rule both sides hold are made
//! again by an [`expand::Expander`]. The protocol is written out in docs/sync-protocol.md.
#![deny(clippy::float_arithmetic)]

pub mod access;
pub mod backoff;
pub mod courier;
pub mod discover;
pub mod enrol;
pub mod expand;
pub mod frame;
pub mod http;
pub mod log;
pub mod machine;
pub mod pairing;
pub mod recode;
pub mod run;
pub mod wire;

pub use expand::Expander;
pub use run::{Run, RunHead};
