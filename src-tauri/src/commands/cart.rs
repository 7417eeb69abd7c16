//! The cart being served, and those set aside.

use crate::shell::{Answer, Shell};
use lumbung_app::cart::{Cart, CartView, HeldCart};
use tauri::State;

#[tauri::command(async)]
#[specta::specta]
pub(crate) fn current_cart(shell: State<'_, Shell>) -> Answer<CartView> {
    shell.ask(lumbung_app::App::current_cart)
}

#[tauri::command(async)]
#[specta::specta]
pub(crate) fn update_cart(shell: State<'_, Shell>, cart: Cart) -> Answer<CartView> {
    shell.ask(|app| app.update_cart(cart))
}

#[tauri::command(async)]
#[specta::specta]
pub(crate) fn hold_cart(shell: State<'_, Shell>, cart: Cart) -> Answer<CartView> {
    shell.ask(|app| app.hold_cart(cart))
}

#[tauri::command(async)]
#[specta::specta]
pub(crate) fn held_carts(shell: State<'_, Shell>) -> Answer<Vec<HeldCart>> {
    shell.ask(lumbung_app::App::held_carts)
}

#[tauri::command(async)]
#[specta::specta]
pub(crate) fn resume_cart(shell: State<'_, Shell>, draft_id: String) -> Answer<CartView> {
    shell.ask(|app| app.resume_cart(&draft_id))
}

#[tauri::command(async)]
#[specta::specta]
pub(crate) fn discard_cart(shell: State<'_, Shell>, draft_id: String) -> Answer<CartView> {
    shell.ask(|app| app.discard_cart(&draft_id))
}
