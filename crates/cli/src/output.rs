//! Answers for people or for programs; progress on standard error, only where it is a terminal.

use lumbung_app::AppError;
use std::io::{IsTerminal, Write};

pub(crate) fn error(error: &AppError, as_json: bool) {
    if as_json {
        let body = serde_json::json!({ "code": error.code, "message": error.message, "next": error.next });
        eprintln!("{}", serde_json::json!({ "error": body }));
    } else {
        eprintln!("{}\n{}", error.message, error.next);
    }
}

/// One JSON object, or the lines that say the same.
pub(crate) fn answer(as_json: bool, json: &serde_json::Value, lines: impl FnOnce() -> Vec<String>) {
    if as_json {
        println!("{json}");
        return;
    }
    for line in lines() {
        println!("{line}");
    }
}

/// A counter that overwrites itself.
pub(crate) fn progress(what: &'static str) -> impl FnMut(u64, u64) {
    let shown = std::io::stderr().is_terminal();
    move |done, total| {
        if shown {
            eprint!("\r{what}: {done}/{total} ");
            if done >= total {
                eprintln!();
            }
            let _ = std::io::stderr().flush();
        }
    }
}
