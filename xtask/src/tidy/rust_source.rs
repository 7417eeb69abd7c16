//! Rules about Rust source.

use super::mask::masked;
use super::{Offence, Source};
use std::collections::BTreeSet;

/// Crates whose figures are whole numbers alone.
const WITHOUT_FLOATS: &[&str] = &["primitives", "document", "posting", "domain", "store"];
/// Crates that receive the time instead of asking for it.
const WITHOUT_CLOCK: &[&str] = &["primitives", "document", "posting", "domain"];
/// Never shipped: they may stop where they stand.
const NEVER_SHIPPED: &[&str] = &["xtask/", "crates/sim/", "crates/testbed/", "crates/sync/fuzz/"];
const UNSAFE_ALLOWED: &str = "crates/sim/";

const STOPS: &[&str] = &[".unwrap()", ".expect(", "panic!(", "todo!(", "unimplemented!("];
const CLOCKS: &[&str] = &["Utc::now", "Local::now", "SystemTime::now", "Instant::now"];
const SQL_WORDS: &[&str] = &[
    "SELECT",
    "INSERT",
    "UPDATE",
    "DELETE",
    "CREATE",
    "DROP",
    "ALTER",
    "PRAGMA",
    "ATTACH",
    "DETACH",
    "WITH",
    "REPLACE",
    "VACUUM",
    "SAVEPOINT",
    "WHERE",
    "FROM",
    "JOIN",
    "ORDER",
    "GROUP",
    "LIMIT",
    "AND",
    "VALUES",
];
const FORMATTERS: &[&str] = &["format!(", "format_args!(", "write!(", "writeln!("];

pub(crate) fn check(sources: &[Source]) -> Vec<Offence> {
    let rust: Vec<&Source> = sources.iter().filter(|source| source.ends_with_any(&["rs"])).collect();
    let files: Vec<(&Source, Vec<u8>)> = rust.iter().map(|source| (*source, masked(&source.text))).collect();
    let test_files: BTreeSet<String> =
        files.iter().flat_map(|(source, code)| test_modules(source, code)).collect();
    files.iter().flat_map(|(source, code)| check_file(source, code, &test_files)).collect()
}

fn check_file(source: &Source, code: &[u8], test_files: &BTreeSet<String>) -> Vec<Offence> {
    let mut offences = Vec::new();
    let all_test = is_test_place(&source.name) || test_files.contains(&source.name);
    let test_lines = test_lines(code);
    let allowed = allowed_lines(&source.text);
    let is_shipped = !all_test && !NEVER_SHIPPED.iter().any(|place| source.name.starts_with(place));
    let in_crate =
        |names: &[&str]| names.iter().any(|name| source.name.starts_with(&format!("crates/{name}/src/")));
    for (index, line) in code.split(|byte| *byte == b'\n').enumerate() {
        let number = index + 1;
        let line = String::from_utf8_lossy(line);
        let tested = all_test || test_lines.contains(&number);
        let mut offend = |rule: &str, sentence: String| {
            if !allowed.contains(&(number, rule.to_owned())) {
                offences.push(source.offence(number, sentence));
            }
        };
        if line.contains("#[ignore") {
            offend("ignore", "a test is left out; repair or remove it".into());
        }
        if has_word(&line, "unsafe") && !source.name.starts_with(UNSAFE_ALLOWED) {
            offend("unsafe", "unsafe code belongs in crates/sim alone".into());
        }
        if tested {
            continue;
        }
        // What a constant unwraps is settled when it is compiled.
        let is_constant = line.contains("const ") && !line.contains("fn ");
        if is_shipped
            && !is_constant
            && let Some(stop) = STOPS.iter().find(|stop| has_call(&line, stop))
        {
            offend("stop", format!("shipped code answers with an error; it has {stop}"));
        }
        if in_crate(WITHOUT_FLOATS) && (has_word(&line, "f32") || has_word(&line, "f64") || has_float(&line))
        {
            offend("float", "no floats here: money is whole rupiah, quantities are whole thousandths".into());
        }
        if in_crate(WITHOUT_CLOCK)
            && let Some(clock) = CLOCKS.iter().find(|clock| line.contains(*clock))
        {
            offend("clock", format!("the time comes in as a parameter; this asks {clock}"));
        }
    }
    if !all_test && is_shipped {
        for (number, word) in formatted_sql(&source.text, code) {
            if !test_lines.contains(&number) && !allowed.contains(&(number, "sql".to_owned())) {
                let sentence = format!("text is formatted into SQL ({word} …); bind a parameter instead");
                offences.push(source.offence(number, sentence));
            }
        }
    }
    offences
}

fn is_test_place(name: &str) -> bool {
    name.split('/').any(|part| matches!(part, "tests" | "benches" | "examples"))
        || name.ends_with("/tests.rs")
}

/// Lines excepted by a comment `tidy-allow(rule): reason` on the same line or the one before.
fn allowed_lines(text: &str) -> BTreeSet<(usize, String)> {
    let mut allowed = BTreeSet::new();
    for (index, line) in text.lines().enumerate() {
        let excepted = line.split_once("// tidy-allow(").and_then(|(_, rest)| rest.split_once("): "));
        if let Some((rule, reason)) = excepted
            && !reason.trim().is_empty()
        {
            allowed.insert((index + 1, rule.to_owned()));
            allowed.insert((index + 2, rule.to_owned()));
        }
    }
    allowed
}

/// Files that are modules for tests alone: `#[cfg(test)] mod name;`.
fn test_modules(source: &Source, code: &[u8]) -> Vec<String> {
    let folder = source.name.rsplit_once('/').map_or("", |(folder, _)| folder);
    let stem = source.name.rsplit('/').next().unwrap_or("").trim_end_matches(".rs");
    let inside = match stem {
        "lib" | "main" | "mod" => folder.to_owned(),
        stem => format!("{folder}/{stem}"),
    };
    items_under_cfg_test(code)
        .into_iter()
        .filter_map(|(from, to)| {
            let item = String::from_utf8_lossy(&code[from..to]).into_owned();
            let name = item.rsplit_once("mod ")?.1.trim().strip_suffix(';')?.trim().to_owned();
            Some([format!("{inside}/{name}.rs"), format!("{inside}/{name}/mod.rs")])
        })
        .flatten()
        .collect()
}

fn test_lines(code: &[u8]) -> BTreeSet<usize> {
    items_under_cfg_test(code)
        .into_iter()
        .flat_map(|(from, to)| line_of(code, from)..=line_of(code, to))
        .collect()
}

/// The line, from 1, on which the byte at `at` stands.
fn line_of(code: &[u8], at: usize) -> usize {
    code[..at].split(|byte| *byte == b'\n').count()
}

/// From the attribute to the end of the item that it stands on.
fn items_under_cfg_test(code: &[u8]) -> Vec<(usize, usize)> {
    let text = String::from_utf8_lossy(code);
    let mut items = Vec::new();
    for attribute in ["#[cfg(test)]", "#[test]", "#[cfg(all(test"] {
        for (from, _) in text.match_indices(attribute) {
            items.push((from, item_end(code, from)));
        }
    }
    items
}

fn item_end(code: &[u8], from: usize) -> usize {
    let (mut braces, mut others) = (0_i32, 0_i32);
    for (at, byte) in code.iter().enumerate().skip(from) {
        match byte {
            b'{' => braces += 1,
            b'}' => {
                braces -= 1;
                if braces <= 0 && others == 0 {
                    return at;
                }
            }
            b'(' | b'[' => others += 1,
            b')' | b']' => others -= 1,
            b';' if braces == 0 && others == 0 => return at + 1,
            _ => {}
        }
    }
    code.len()
}

fn is_word_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

fn has_word(line: &str, word: &str) -> bool {
    line.match_indices(word).any(|(at, _)| {
        let before = at.checked_sub(1).and_then(|before| line.as_bytes().get(before));
        let after = line.as_bytes().get(at + word.len());
        // `1_f64` is a float too, so an underscore before counts as a break after a digit only.
        before.is_none_or(|byte| !is_word_byte(*byte) || *byte == b'_')
            && after.is_none_or(|byte| !is_word_byte(*byte))
    })
}

/// A macro or a method of this very name, not `debug_panic!(`.
fn has_call(line: &str, call: &str) -> bool {
    line.match_indices(call)
        .any(|(at, _)| call.starts_with('.') || at == 0 || !is_word_byte(line.as_bytes()[at - 1]))
}

/// `1.5`, but not `tuple.0.1`, `1..2` or a version in a name.
fn has_float(line: &str) -> bool {
    let bytes = line.as_bytes();
    (1..bytes.len().saturating_sub(1)).any(|at| {
        bytes[at] == b'.' && bytes[at - 1].is_ascii_digit() && bytes[at + 1].is_ascii_digit() && {
            let start =
                bytes[..at].iter().rposition(|byte| !is_word_byte(*byte)).map_or(0, |before| before + 1);
            bytes[start].is_ascii_digit() && (start == 0 || bytes[start - 1] != b'.')
        }
    })
}

/// Strings with a placeholder that begin like SQL, inside a formatting macro: line and first word.
fn formatted_sql(text: &str, code: &[u8]) -> Vec<(usize, String)> {
    let plain = String::from_utf8_lossy(code);
    let mut found = Vec::new();
    for formatter in FORMATTERS {
        for (at, _) in plain.match_indices(formatter) {
            let Some(open) = plain[at..].find('"').map(|open| at + open + 1) else { continue };
            let Some(close) = plain[open..].find('"').map(|close| open + close) else { continue };
            // The string must belong to this call, not to a later one.
            if plain[at + formatter.len()..open].contains([';', '}']) {
                continue;
            }
            let literal = &text[open..close];
            let word: String = literal.trim_start().chars().take_while(char::is_ascii_alphabetic).collect();
            if SQL_WORDS.contains(&word.as_str()) && literal.replace("{{", "").contains('{') {
                found.push((line_of(code, at), word));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sentences(name: &str, text: &str) -> Vec<String> {
        let source = Source { name: name.into(), text: text.into() };
        check(&[source]).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn each_rule_finds_its_offence_and_names_the_line() {
        for (name, text, line) in [
            ("crates/store/src/a.rs", "fn f() {\n    x.unwrap();\n}", 2),
            ("crates/app/src/a.rs", "fn f() { panic!(\"no\") }", 1),
            ("crates/domain/src/a.rs", "const A: f64 = B;", 1),
            ("crates/domain/src/a.rs", "let a = 1.5;", 1),
            ("crates/domain/src/a.rs", "let a = Utc::now();", 1),
            ("crates/store/src/a.rs", "let q = format!(\n \"SELECT {x}\");", 1),
            ("crates/app/src/a.rs", "unsafe { f() }", 1),
            ("crates/app/src/a.rs", "#[test]\n#[ignore]\nfn f() {}", 2),
        ] {
            let found = sentences(name, text);
            assert_eq!(found.len(), 1, "{text}: {found:?}");
            assert!(found[0].starts_with(&format!("{name}:{line}: ")), "{found:?}");
        }
    }

    #[test]
    fn what_is_allowed_is_left_alone() {
        for (name, text) in [
            ("crates/store/src/a.rs", "// x.unwrap() and f64\nlet a = \"panic!(\";"),
            ("crates/store/src/a.rs", "#[cfg(test)]\nmod tests {\n    fn f() { x.unwrap(); 1.5; }\n}\n"),
            ("crates/store/tests/a.rs", "fn f() { x.unwrap(); }"),
            ("xtask/src/a.rs", "fn f() { x.unwrap(); }"),
            ("crates/app/src/a.rs", "let a: f64 = 1.5;"),
            ("crates/domain/src/a.rs", "let a = pair.0.1; for i in 1..2 {} b[1].2"),
            ("crates/store/src/a.rs", "format!(\"{} SELECT\", x)"),
            (
                "crates/store/src/a.rs",
                "// tidy-allow(sql): a key cannot be bound\nformat!(\"PRAGMA key = {k}\")",
            ),
        ] {
            assert_eq!(sentences(name, text), Vec::<String>::new(), "{text}");
        }
    }

    #[test]
    fn a_module_for_tests_alone_may_stop() {
        let parent = Source { name: "crates/a/src/lib.rs".into(), text: "#[cfg(test)]\nmod shop;\n".into() };
        let child = Source { name: "crates/a/src/shop.rs".into(), text: "fn f() { x.unwrap(); }".into() };
        assert_eq!(check(&[parent, child]), []);
    }
}
