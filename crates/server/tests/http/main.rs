//! The program itself, over real connections: what it answers to those who mean harm, what an answer weighs,
//! and what is left when it is shot.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, reason = "a test stops where it stands")]

#[path = "../common/mod.rs"]
mod common;

mod attacks;
mod bytes;
mod ending;
mod killed;
