//! Questions: what documents of several tills leave to a person.

use crate::shell::{Answer, Shell};
use lumbung_app::question::{AnswerQuestion, QuestionPage};
use lumbung_primitives::DocRef;
use tauri::State;

#[tauri::command(async)]
#[specta::specta]
pub(crate) fn question_page(shell: State<'_, Shell>) -> Answer<QuestionPage> {
    shell.ask(lumbung_app::App::question_page)
}

#[tauri::command(async)]
#[specta::specta]
pub(crate) fn answer_question(shell: State<'_, Shell>, request: AnswerQuestion) -> Answer<QuestionPage> {
    shell.ask(|app| app.answer_question(request))
}

/// Parts a member again from whom it was merged into.
#[tauri::command(async)]
#[specta::specta]
pub(crate) fn unmerge_member(shell: State<'_, Shell>, member: DocRef) -> Answer<()> {
    shell.ask(|app| app.unmerge_member(member))
}
