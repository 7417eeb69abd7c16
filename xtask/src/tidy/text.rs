//! Rules about every file: its length, and what must not be written down anywhere.

use super::{Offence, Source};
use std::path::Path;

const LONGEST: usize = 600;
const COUNTED: &[&str] = &["rs", "ts", "svelte", "mjs", "js", "css", "sql"];
/// Made by programs, or proof rather than house.
const UNCOUNTED: &[&str] = &["/tests/", ".test.ts", "/bindings.ts", "/tests.rs"];

pub(crate) fn check(sources: &[Source], root: &Path) -> Vec<Offence> {
    let forbidden = forbidden(root);
    sources.iter().flat_map(|source| check_file(source, &forbidden)).collect()
}

fn check_file(source: &Source, forbidden: &[(String, &'static str)]) -> Vec<Offence> {
    let mut offences = Vec::new();
    let length = source.text.lines().count();
    if length > LONGEST
        && source.ends_with_any(COUNTED)
        && !UNCOUNTED.iter().any(|part| source.name.contains(part))
    {
        offences.push(source.offence(LONGEST + 1, format!("{length} lines: this file wants a second room")));
    }
    for (index, line) in source.text.lines().enumerate() {
        for (pattern, sentence) in forbidden {
            if line.contains(pattern) {
                offences.push(source.offence(index + 1, *sentence));
            }
        }
        let is_npm_lock = source.name.ends_with("package-lock.json");
        if is_npm_lock && line.trim_start().starts_with("\"resolved\": \"http") {
            offences.push(source.offence(index + 1, "a registry's address in the lock file"));
        }
    }
    offences
}

/// What must stand in no file. Put together from parts so that this file does not hold it either.
fn forbidden(root: &Path) -> Vec<(String, &'static str)> {
    const MACHINE: &str = "a path of one machine";
    const REGISTRY: &str = "a registry's address: that is the machine's business";
    let mut patterns: Vec<(String, &'static str)> = [
        (["/ro", "ot/"], MACHINE),
        (["/ho", "me/"], MACHINE),
        (["/Us", "ers/"], MACHINE),
        ([":\\Us", "ers\\"], MACHINE),
        (["registry", ".npmjs.org"], REGISTRY),
        (["arti", "factory"], REGISTRY),
        (["replace", "-with = "], REGISTRY),
        (["sparse", "+http"], REGISTRY),
    ]
    .into_iter()
    .map(|(parts, sentence)| (parts.concat(), sentence))
    .collect();
    // Only where the project lies deep enough for its own path to be a word that nobody writes by chance.
    if root.components().count() > 2 {
        patterns.push((format!("{}/", root.display()), MACHINE));
    }
    patterns
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_files_and_machine_paths_are_named() {
        let source = |name: &str, text: String| Source { name: name.into(), text };
        let long = "x\n".repeat(601);
        let root = Path::new("/a/project");
        for (source, expected) in [
            (source("crates/a/src/a.rs", long.clone()), 1),
            (source("crates/a/tests/a.rs", long.clone()), 0),
            (source("assets/a.csv", long), 0),
            (source("docs/a.md", ["see /ho", "me/sri/notes"].concat()), 1),
            (source("docs/a.md", "see /a/project/docs".into()), 1),
        ] {
            assert_eq!(check(&[source], root).len(), expected);
        }
    }
}
