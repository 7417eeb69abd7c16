//! Today's takings, and what needs a person.

use crate::shell::{Answer, Shell};
use lumbung_app::home::Home;
use tauri::State;

#[tauri::command(async)]
#[specta::specta]
pub(crate) fn home(shell: State<'_, Shell>) -> Answer<Home> {
    shell.ask(lumbung_app::App::home)
}
