//! Pairing with a centre, and how the sync stands. What waits for a line borrows the ledger for short moments.

use crate::shell::{Answer, Behind, Shell};
use crate::start::Resolved;
use lumbung_app::ambient::SystemClock;
use lumbung_app::session::Status;
use lumbung_app::sync::view::{HubCard, HubFound, Pairing, SyncPage, SyncStatus};
use lumbung_app::{App, Place, sync};
use tauri::State;

#[tauri::command(async)]
#[specta::specta]
pub(crate) fn sync_page(shell: State<'_, Shell>) -> Answer<SyncPage> {
    shell.ask(App::sync_page)
}

/// As soon as the line is free; how it went is told in the status.
#[tauri::command(async)]
#[specta::specta]
pub(crate) fn sync_now(shell: State<'_, Shell>) -> Answer<SyncStatus> {
    shell.ask(App::sync_now)
}

#[tauri::command(async)]
#[specta::specta]
pub(crate) fn connect_centre(shell: State<'_, Shell>, request: Pairing) -> Answer<Status> {
    sync::connect_centre(&mut Behind(&shell), &request)?;
    shell.ask(App::status)
}

/// On a machine without a ledger. Its documents come by and by; the status tells how many.
#[tauri::command(async)]
#[specta::specta]
pub(crate) fn join_cooperative(
    shell: State<'_, Shell>,
    place: State<'_, Resolved>,
    request: Pairing,
) -> Answer<Status> {
    let place = Place::for_founding(&place.ledger, place.key_file.as_deref());
    // The new ledger is let go at once; the next question opens it like any other.
    drop(App::join(&place, &request, Box::new(SystemClock))?);
    shell.ask(App::status)
}

/// The till gets another number. Its ledger is closed and opened once, so whoever was signed in signs in again.
#[tauri::command(async)]
#[specta::specta]
pub(crate) fn enrol_anew(
    shell: State<'_, Shell>,
    place: State<'_, Resolved>,
    request: Pairing,
) -> Answer<Status> {
    let place = Place::new(&place.ledger, place.key_file.as_deref());
    sync::prepare_anew(&mut Behind(&shell), &place.key, &request)?;
    shell.reopen();
    shell.ask(App::status)
}

#[tauri::command(async)]
#[specta::specta]
pub(crate) fn set_hub(shell: State<'_, Shell>, on: bool) -> Answer<HubCard> {
    shell.ask(|app| app.set_hub(on))
}

/// Listens for a few seconds.
#[tauri::command(async)]
#[specta::specta]
pub(crate) fn find_hubs(shell: State<'_, Shell>) -> Answer<Vec<HubFound>> {
    sync::find_hubs(&mut Behind(&shell))
}
