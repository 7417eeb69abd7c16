//! Where slips are printed, and copies of them.

use crate::shell::{Answer, Shell};
use lumbung_primitives::DocRef;
use tauri::State;

#[tauri::command(async)]
#[specta::specta]
pub(crate) fn printer(shell: State<'_, Shell>) -> Answer<String> {
    shell.ask(|app| app.printer())
}

#[tauri::command(async)]
#[specta::specta]
pub(crate) fn set_printer(shell: State<'_, Shell>, target: String) -> Answer<()> {
    shell.ask(|app| app.set_printer(&target))
}

#[tauri::command(async)]
#[specta::specta]
pub(crate) fn print_copy(shell: State<'_, Shell>, sale: DocRef) -> Answer<()> {
    shell.ask(|app| app.print_copy(sale))
}
