//! Whether there is a ledger behind this window at all.

use crate::shell::{Answer, Shell};
use lumbung_app::AppError;
use tauri::State;

/// Why the ledger could not be opened, absent where it could. Every other command then answers the same error.
/// Never an error itself: it is wrapped like the others so that the window has one way of asking.
#[expect(clippy::unnecessary_wraps, reason = "the window asks every command in one way")]
#[tauri::command(async)]
#[specta::specta]
pub(crate) fn startup_error(shell: State<'_, Shell>) -> Answer<Option<AppError>> {
    Ok(shell.startup_error())
}
