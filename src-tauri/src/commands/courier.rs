//! Documents by stick. The window names a folder or file of the list that it was given, and no other.

use crate::shell::{Answer, Behind, Shell};
use lumbung_app::App;
use lumbung_app::sync;
use lumbung_app::sync::view::{CourierDone, CourierPlace};
use std::path::Path;
use tauri::State;

#[tauri::command(async)]
#[specta::specta]
pub(crate) fn courier_places(shell: State<'_, Shell>) -> Answer<Vec<CourierPlace>> {
    shell.ask(App::courier_places)
}

#[tauri::command(async)]
#[specta::specta]
pub(crate) fn courier_export(shell: State<'_, Shell>, folder: String) -> Answer<CourierDone> {
    let file = shell.ask(|app| app.courier_file_in_place(Path::new(&folder)))?;
    sync::courier_export(&mut Behind(&shell), &file, false)
}

#[tauri::command(async)]
#[specta::specta]
pub(crate) fn courier_import(shell: State<'_, Shell>, path: String) -> Answer<CourierDone> {
    let file = shell.ask(|app| app.courier_in_place(Path::new(&path)))?;
    sync::courier_import(&mut Behind(&shell), &file)
}
