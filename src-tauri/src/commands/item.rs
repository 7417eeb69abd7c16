//! Items: searching, scanning, listing and editing.

use crate::shell::{Answer, Shell};
use lumbung_app::item::{ItemPage, ItemRow, SaveItem, Scan, SearchAnswer};
use tauri::State;

#[tauri::command(async)]
#[specta::specta]
pub(crate) fn search_items(shell: State<'_, Shell>, query: String) -> Answer<SearchAnswer> {
    shell.ask(|app| app.search_items(&query))
}

#[tauri::command(async)]
#[specta::specta]
pub(crate) fn scan(shell: State<'_, Shell>, code: String) -> Answer<Scan> {
    shell.ask(|app| app.scan(&code))
}

#[tauri::command(async)]
#[specta::specta]
pub(crate) fn item_page(shell: State<'_, Shell>, query: String, offset: u32, limit: u32) -> Answer<ItemPage> {
    shell.ask(|app| app.item_page(&query, offset, limit))
}

#[tauri::command(async)]
#[specta::specta]
pub(crate) fn save_item(shell: State<'_, Shell>, request: SaveItem) -> Answer<ItemRow> {
    shell.ask(|app| app.save_item(request))
}
