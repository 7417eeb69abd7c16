//! The first day, and who may sit at this device.

use crate::shell::{Answer, Shell};
use crate::start::Resolved;
use lumbung_app::session::{AddStaff, Status};
use lumbung_app::{App, FoundCooperative};
use lumbung_primitives::DocRef;
use tauri::State;

/// Founds a cooperative where none is; refused where there is one.
#[tauri::command(async)]
#[specta::specta]
pub(crate) fn found_cooperative(
    shell: State<'_, Shell>,
    place: State<'_, Resolved>,
    request: FoundCooperative,
) -> Answer<Status> {
    // The new ledger is let go at once; the next question opens it like any other.
    drop(App::found_with_manager(&place.ledger, place.key_file.as_deref(), &request)?);
    shell.ask(App::status)
}

/// While nobody is on the staff: the first manager.
#[tauri::command(async)]
#[specta::specta]
pub(crate) fn add_first_manager(shell: State<'_, Shell>, name: String, pin: String) -> Answer<DocRef> {
    shell.ask(|app| app.add_first_manager(&name, &pin))
}

#[tauri::command(async)]
#[specta::specta]
pub(crate) fn add_staff(shell: State<'_, Shell>, request: AddStaff) -> Answer<DocRef> {
    shell.ask(|app| app.add_staff(&request.name, request.role, &request.pin))
}

#[tauri::command(async)]
#[specta::specta]
pub(crate) fn set_staff_pin(shell: State<'_, Shell>, staff: DocRef, pin: String) -> Answer<()> {
    shell.ask(|app| app.set_staff_pin(staff, &pin))
}
