//! The centre: takes documents from tills, keeps them, hands them on.
//!
//! | room | |
//! |---|---|
//! | [`centre`] | what is asked and answered, without HTTP: a simulator drives it with its own clock |
//! | [`log`] | where documents lie: SQLite or PostgreSQL behind one trait |
//! | [`http`] | the calls over HTTP/1.1, metrics, graceful end; also for a hub in the shop |
//! | [`command`] | `lumbung-server` |
//!
//! Knows no rule of the trade beyond [`lumbung_posting::expand_bytes`], and of a body only what steers the log
//! itself (control documents).
#![deny(clippy::float_arithmetic)]

pub mod ambient;
pub mod centre;
pub mod command;
pub mod http;
pub mod log;

pub use centre::{Calls, Centre};
pub use log::postgres::PostgresLog;
pub use log::sqlite::SqliteLog;
pub use log::{CentreLog, LogFault, run_inline};
