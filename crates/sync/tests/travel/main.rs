//! Documents on the way: tills as lists, a centre as a list, and everything that can go wrong between them.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test may stop at the first surprise")]

mod conversation;
mod courier;
mod faults;
mod line;
mod model;
