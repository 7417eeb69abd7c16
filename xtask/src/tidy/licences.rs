//! Every package that goes into the program must come under a licence that lets it be given away.

use super::Offence;
use crate::run;
use anyhow::{Context as _, Result};
use serde_json::Value;

/// As in deny.toml.
const ALLOWED: &[&str] = &[
    "0BSD",
    "Apache-2.0",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "BlueOak-1.0.0",
    "CC0-1.0",
    "CDLA-Permissive-2.0",
    "ISC",
    "MIT",
    "MIT-0",
    "MPL-2.0",
    "OFL-1.1",
    "Python-2.0",
    "Unicode-3.0",
    "Unlicense",
    "WTFPL",
    "Zlib",
    // SQLite's own: no licence at all but a wish.
    "blessing",
];

pub(crate) fn check() -> Result<Vec<Offence>> {
    let mut offences = rust()?;
    offences.extend(web()?);
    Ok(offences)
}

fn rust() -> Result<Vec<Offence>> {
    let host = run::output(run::command("rustc").arg("-vV"))?;
    let host = host.lines().find_map(|line| line.strip_prefix("host: ")).unwrap_or_default().to_owned();
    let arguments = ["metadata", "--format-version", "1", "--filter-platform", &host];
    let metadata: Value = serde_json::from_str(&run::output(run::cargo().args(arguments))?)?;
    let packages = metadata["packages"].as_array().map(Vec::as_slice).unwrap_or_default();
    let mut offences = Vec::new();
    for package in packages {
        let name = format!("{} {}", text(package, "name"), text(package, "version"));
        let mut offend = |sentence: String| {
            offences.push(Offence { file: "Cargo.lock".into(), line: None, sentence });
        };
        if !is_allowed(text(package, "license")) {
            offend(format!("{name} comes under {:?}, which is not allowed", text(package, "license")));
        }
        if package["source"].as_str().is_some_and(|source| !source.starts_with("registry+")) {
            offend(format!("{name} comes from elsewhere than the registry"));
        }
    }
    Ok(offences)
}

fn web() -> Result<Vec<Offence>> {
    const LOCK: &str = "ui/package-lock.json";
    let lock =
        std::fs::read_to_string(run::root().join(LOCK)).context("cannot read the lock of the pages")?;
    let lock: Value = serde_json::from_str(&lock)?;
    let packages = lock["packages"].as_object().into_iter().flatten();
    let refused =
        packages.filter(|(place, package)| !place.is_empty() && !is_allowed(text(package, "license")));
    Ok(refused
        .map(|(place, package)| Offence {
            file: LOCK.into(),
            line: None,
            sentence: format!("{place} comes under {:?}, which is not allowed", text(package, "license")),
        })
        .collect())
}

fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_default()
}

/// An SPDX expression: `OR` needs one side, `AND` both; an exception after `WITH` only adds rights. The old
/// `MIT/Apache-2.0` means `OR`.
fn is_allowed(expression: &str) -> bool {
    let spaced = expression.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut at = 0;
    let allowed = any(&words, &mut at);
    allowed && at == words.len()
}

fn any(words: &[&str], at: &mut usize) -> bool {
    let mut allowed = all(words, at);
    while words.get(*at) == Some(&"OR") {
        *at += 1;
        allowed |= all(words, at);
    }
    allowed
}

fn all(words: &[&str], at: &mut usize) -> bool {
    let mut allowed = one(words, at);
    while words.get(*at) == Some(&"AND") {
        *at += 1;
        allowed &= one(words, at);
    }
    allowed
}

fn one(words: &[&str], at: &mut usize) -> bool {
    let Some(word) = words.get(*at) else { return false };
    *at += 1;
    if *word == "(" {
        let allowed = any(words, at);
        *at += 1;
        return allowed && words.get(*at - 1) == Some(&")");
    }
    if words.get(*at) == Some(&"WITH") {
        *at += 2;
    }
    ALLOWED.contains(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expressions_are_weighed() {
        for (expression, allowed) in [
            ("MIT", true),
            ("MIT/Apache-2.0", true),
            ("GPL-3.0-only", false),
            ("GPL-3.0-only OR MIT", true),
            ("GPL-3.0-only AND MIT", false),
            ("(MIT OR GPL-2.0) AND Unicode-3.0", true),
            ("Apache-2.0 WITH LLVM-exception OR GPL-2.0", true),
            ("", false),
            ("(MIT", false),
        ] {
            assert_eq!(is_allowed(expression), allowed, "{expression}");
        }
    }
}
