//! Real things that tests and measurements stand on: a PostgreSQL cluster that can be killed, a network that
//! lies, a slow line, a program that can be shot. Never shipped, and knows nothing of the house.
//!
//! Whatever a value here starts, it alone ends: by process id, by its own folder, by its own namespace. A guard
//! process tidies up where the test itself is killed, or keeps the value in a static that is never dropped.

#[cfg(target_os = "linux")]
mod guard;
#[cfg(target_os = "linux")]
pub mod postgres;
#[cfg(target_os = "linux")]
pub mod process;
pub mod proxy;
mod random;
#[cfg(target_os = "linux")]
pub mod slow_link;
