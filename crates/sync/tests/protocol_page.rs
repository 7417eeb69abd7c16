//! docs/sync-protocol.md is held against the code: calls, codes with their statuses, notices, limits.

use lumbung_sync::wire::{
    BODY_MAX, DOCUMENTS_MAX, Notice, Problem, ProblemCode, RAW_BYTES_MAX, decode, encode,
};
use std::collections::BTreeMap;

const PAGE: &str = include_str!("../../../docs/sync-protocol.md");

/// Rows of the table whose head begins with `first`, cell by cell.
fn table(first: &str) -> Vec<Vec<String>> {
    let head = format!("| {first} |");
    let rows = PAGE.lines().skip_while(|line| !line.starts_with(&head)).skip(2);
    rows.take_while(|line| line.starts_with('|'))
        .map(|line| line.trim_matches('|').split(" | ").map(|cell| cell.trim().to_owned()).collect())
        .collect()
}

#[test]
fn problems_are_those_of_the_page() {
    let named: BTreeMap<u16, (String, u16)> = table("code | name | status")
        .into_iter()
        .map(|row| (row[0].parse().unwrap(), (row[1].clone(), row[2].parse().unwrap())))
        .collect();
    let known: BTreeMap<u16, (String, u16)> = (1..100)
        .filter_map(|number| {
            let code: ProblemCode = decode(&encode(&number)).ok()?;
            Some((number, (format!("{code:?}"), code.status())))
        })
        .collect();
    assert_eq!(named, known);
    let problem = Problem { code: ProblemCode::Gap, seq: Some(7), wait_s: None, detail: "x".into() };
    assert_eq!(decode::<Problem>(&encode(&problem)).unwrap(), problem);
}

#[test]
fn notices_and_limits_are_those_of_the_page() {
    let named: Vec<(String, String)> =
        table("code | name | means").into_iter().map(|row| (row[0].clone(), row[1].clone())).collect();
    let known = [
        ("FORK", Notice::FORK),
        ("RESTORED", Notice::RESTORED),
        ("QUARANTINED", Notice::QUARANTINED),
        ("UPDATE_WANTED", Notice::UPDATE_WANTED),
        ("WAITS_FOR_KEYS", Notice::WAITS_FOR_KEYS),
    ];
    let known: Vec<(String, String)> =
        known.iter().map(|(name, code)| (code.to_string(), (*name).to_owned())).collect();
    assert_eq!(named, known);
    let limits: Vec<String> = table("what | limit").into_iter().map(|row| row[1].clone()).collect();
    assert_eq!(limits, [DOCUMENTS_MAX.to_string(), RAW_BYTES_MAX.to_string(), BODY_MAX.to_string()]);
}

/// Messages that the page names exist under that name in the code.
#[test]
fn messages_are_those_of_the_page() {
    let code = include_str!("../src/wire.rs");
    let calls = table("call | request | answer 200");
    assert!(calls.len() >= 9, "{calls:?}");
    for row in calls {
        for cell in [&row[1], &row[2]] {
            if let Some(name) = cell.strip_prefix('`').and_then(|cell| cell.strip_suffix('`'))
                && name.ends_with(|end: char| end.is_ascii_lowercase())
                && name.starts_with(|start: char| start.is_ascii_uppercase())
                && name != "Range"
            {
                assert!(code.contains(&format!("pub struct {name} {{")), "{name}");
            }
        }
    }
}
