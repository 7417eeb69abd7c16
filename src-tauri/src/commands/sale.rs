//! Selling, past receipts, and taking goods back.

use crate::shell::{Answer, Shell};
use lumbung_app::sale::{ReceiptSummary, ReceiptView, RecordReturn, RecordSale, SaleDone};
use tauri::State;

#[tauri::command(async)]
#[specta::specta]
pub(crate) fn record_sale(shell: State<'_, Shell>, request: RecordSale) -> Answer<SaleDone> {
    shell.ask(|app| app.record_sale(request))
}

#[tauri::command(async)]
#[specta::specta]
pub(crate) fn recent_receipts(shell: State<'_, Shell>) -> Answer<Vec<ReceiptSummary>> {
    shell.ask(lumbung_app::App::recent_receipts)
}

#[tauri::command(async)]
#[specta::specta]
pub(crate) fn find_receipt(shell: State<'_, Shell>, text: String) -> Answer<ReceiptView> {
    shell.ask(|app| app.find_receipt(&text))
}

#[tauri::command(async)]
#[specta::specta]
pub(crate) fn record_return(shell: State<'_, Shell>, request: RecordReturn) -> Answer<SaleDone> {
    shell.ask(|app| app.record_return(request))
}
