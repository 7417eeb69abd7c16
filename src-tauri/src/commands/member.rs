//! Members: searching, listing, editing, and what they pay at the till.

use crate::shell::{Answer, Shell};
use lumbung_app::cart::MemberCard;
use lumbung_app::member::{
    MemberDetail, MemberPage, MemberSaved, PaymentDone, RecordBonPayment, RecordSavings, SaveMember,
};
use lumbung_primitives::DocRef;
use tauri::State;

#[tauri::command(async)]
#[specta::specta]
pub(crate) fn search_members(shell: State<'_, Shell>, query: String) -> Answer<Vec<MemberCard>> {
    shell.ask(|app| app.search_members(&query))
}

#[tauri::command(async)]
#[specta::specta]
pub(crate) fn member_page(
    shell: State<'_, Shell>,
    query: String,
    offset: u32,
    limit: u32,
) -> Answer<MemberPage> {
    shell.ask(|app| app.member_page(&query, offset, limit))
}

#[tauri::command(async)]
#[specta::specta]
pub(crate) fn member_detail(shell: State<'_, Shell>, member: DocRef) -> Answer<MemberDetail> {
    shell.ask(|app| app.member_detail(member))
}

#[tauri::command(async)]
#[specta::specta]
pub(crate) fn save_member(shell: State<'_, Shell>, request: SaveMember) -> Answer<MemberSaved> {
    shell.ask(|app| app.save_member(request))
}

#[tauri::command(async)]
#[specta::specta]
pub(crate) fn record_savings(shell: State<'_, Shell>, request: RecordSavings) -> Answer<PaymentDone> {
    shell.ask(|app| app.record_savings(request))
}

#[tauri::command(async)]
#[specta::specta]
pub(crate) fn record_bon_payment(shell: State<'_, Shell>, request: RecordBonPayment) -> Answer<PaymentDone> {
    shell.ask(|app| app.record_bon_payment(request))
}
