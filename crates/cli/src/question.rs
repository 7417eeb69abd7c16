//! `question`: listing and answering what several tills leave to a person.

use crate::arguments::Question;
use crate::output::answer;
use lumbung_app::question::{AnswerQuestion, QuestionPage};
use lumbung_app::{Answer, App};
use serde_json::json;

pub(crate) fn question(app: &mut App, as_json: bool, question: &Question) -> Answer<bool> {
    match question {
        Question::List => list(as_json, &app.question_page()?),
        Question::Answer { id, choice } => {
            let request = AnswerQuestion { id: id.clone(), choice: *choice };
            list(as_json, &app.answer_question(request)?);
        }
        Question::Unmerge { member_no } => {
            let member = app.unmerge_numbered(member_no)?;
            answer(as_json, &json!({ "member": member }), || vec![member.to_string()]);
        }
    }
    Ok(true)
}

fn list(as_json: bool, page: &QuestionPage) {
    answer(as_json, &json!({ "rows": page.questions }), || {
        let mut lines = Vec::new();
        for question in &page.questions {
            lines.push(format!("{}  {}", question.id, question.title));
            let rows = question.rows.iter();
            lines.extend(
                rows.map(|row| format!("    {}: {} ({}, {})", row.label, row.value, row.who, row.when)),
            );
            let choices = question.choices.iter();
            lines.extend(
                choices.map(|choice| format!("    {}) {}: {}", choice.id, choice.label, choice.note)),
            );
        }
        lines
    });
}
