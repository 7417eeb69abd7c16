//! The cooperative's tills.

use crate::shell::{Answer, Shell};
use lumbung_app::App;
use lumbung_app::sync::view::{DevicePage, EndDevice, Invitation};
use tauri::State;

#[tauri::command(async)]
#[specta::specta]
pub(crate) fn device_page(shell: State<'_, Shell>) -> Answer<DevicePage> {
    shell.ask(App::device_page)
}

#[tauri::command(async)]
#[specta::specta]
pub(crate) fn invite_device(shell: State<'_, Shell>) -> Answer<Invitation> {
    shell.ask(App::invite_device)
}

/// After two people compared the four words.
#[tauri::command(async)]
#[specta::specta]
pub(crate) fn grant_keys(shell: State<'_, Shell>, device_no: u32) -> Answer<DevicePage> {
    shell.ask(|app| {
        app.grant_keys(device_no)?;
        app.device_page()
    })
}

#[tauri::command(async)]
#[specta::specta]
pub(crate) fn end_device(shell: State<'_, Shell>, request: EndDevice) -> Answer<DevicePage> {
    shell.ask(|app| {
        app.end_device(&request)?;
        app.device_page()
    })
}
