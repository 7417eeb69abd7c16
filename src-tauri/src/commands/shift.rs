//! Opening and closing the till.

use crate::shell::{Answer, Shell};
use lumbung_app::session::Status;
use lumbung_app::shift::{CloseShift, OpenShift, ShiftProposal, ShiftReport};
use tauri::State;

#[tauri::command(async)]
#[specta::specta]
pub(crate) fn shift_proposal(shell: State<'_, Shell>) -> Answer<ShiftProposal> {
    shell.ask(lumbung_app::App::shift_proposal)
}

#[tauri::command(async)]
#[specta::specta]
pub(crate) fn open_shift(shell: State<'_, Shell>, request: OpenShift) -> Answer<Status> {
    shell.ask(|app| app.open_shift(request))
}

#[tauri::command(async)]
#[specta::specta]
pub(crate) fn close_shift(shell: State<'_, Shell>, request: CloseShift) -> Answer<ShiftReport> {
    shell.ask(|app| app.close_shift(request))
}
