//! Who sits at this device, and what the status bar shows.

use crate::shell::{Answer, Shell};
use lumbung_app::session::{Language, StaffCard, Status};
use lumbung_primitives::DocRef;
use tauri::State;

#[tauri::command(async)]
#[specta::specta]
pub(crate) fn status(shell: State<'_, Shell>) -> Answer<Status> {
    shell.ask(lumbung_app::App::status)
}

#[tauri::command(async)]
#[specta::specta]
pub(crate) fn staff_list(shell: State<'_, Shell>) -> Answer<Vec<StaffCard>> {
    shell.ask(lumbung_app::App::staff_list)
}

#[tauri::command(async)]
#[specta::specta]
pub(crate) fn unlock(shell: State<'_, Shell>, staff: DocRef, pin: String) -> Answer<Status> {
    shell.ask(|app| app.unlock(staff, &pin))
}

#[tauri::command(async)]
#[specta::specta]
pub(crate) fn lock(shell: State<'_, Shell>) -> Answer<Status> {
    shell.ask(lumbung_app::App::lock)
}

#[tauri::command(async)]
#[specta::specta]
pub(crate) fn set_language(shell: State<'_, Shell>, language: Language) -> Answer<Status> {
    shell.ask(|app| app.set_language(language))
}
