//! Which crate may know which. The table of ARCHITECTURE.md, held against what the manifests say.
//! Dev-dependencies are free: a test may use whatever proves it.

use super::{Offence, join};
use crate::run;
use anyhow::{Context as _, Result};
use serde_json::Value;
use std::path::Path;

const PREFIX: &str = "lumbung-";

/// Each crate of the house and the crates of the house that it may use.
const MAY_USE: &[(&str, &[&str])] = &[
    ("primitives", &[]),
    ("document", &["primitives"]),
    ("posting", &["primitives", "document"]),
    ("domain", &["primitives", "document", "posting"]),
    ("store", &["primitives", "document"]),
    ("report", &["primitives", "store"]),
    ("vault", &["primitives"]),
    ("peripheral", &["primitives"]),
    ("sync", &["primitives", "document"]),
    (
        "app",
        &["primitives", "document", "posting", "domain", "store", "report", "vault", "peripheral", "sync"],
    ),
    ("cli", &["primitives", "app"]),
    ("desktop", &["primitives", "app", "server"]),
    ("server", &["primitives", "document", "posting", "sync"]),
];
/// Development only: they may use all of the house.
const UNBOUND: &[&str] = &["sim", "testbed", "xtask"];

/// Crates of others that open a door, and the only ones of the house that may go through it.
const DOORS: &[(&str, &[&str], &str)] = &[
    ("rusqlite", &["store", "app", "server"], "SQL"),
    ("libsqlite3-sys", &["store", "server"], "SQL"),
    ("tauri", &["desktop"], "windows"),
    ("tauri-specta", &["desktop"], "windows"),
    ("tauri-build", &["desktop"], "windows"),
    ("keyring", &["vault"], "the keyring of the operating system"),
    ("typst", &["report"], "typesetting"),
    ("axum", &["server"], "HTTP"),
    ("tokio", &["server", "sync", "desktop", "cli"], "async"),
    ("getrandom", &["vault", "app", "sync", "server", "cli"], "the randomness source"),
    ("rand", &["sync", "server"], "the randomness source"),
    ("uuid", &["vault", "app", "sync", "server", "cli"], "the randomness source"),
];

pub(crate) fn check() -> Result<Vec<Offence>> {
    let arguments = ["metadata", "--format-version", "1", "--no-deps", "--offline"];
    let text = run::output(run::cargo().args(arguments))?;
    let metadata: Value = serde_json::from_str(&text).context("cargo metadata is not JSON")?;
    Ok(offences(&metadata, &run::root()))
}

fn offences(metadata: &Value, root: &Path) -> Vec<Offence> {
    let packages = metadata["packages"].as_array().map(Vec::as_slice).unwrap_or_default();
    packages.iter().flat_map(|package| check_package(package, root)).collect()
}

fn check_package(package: &Value, root: &Path) -> Vec<Offence> {
    let name = package["name"].as_str().unwrap_or_default();
    let name = name.strip_prefix(PREFIX).unwrap_or(name);
    if UNBOUND.contains(&name) {
        return Vec::new();
    }
    let manifest = Path::new(package["manifest_path"].as_str().unwrap_or_default());
    let file = super::relative(root, manifest);
    let text = std::fs::read_to_string(join(root, &file)).unwrap_or_default();
    let offence = |dependency: &str, sentence: String| Offence {
        file: file.clone(),
        line: line_of(&text, dependency),
        sentence,
    };
    let Some((_, allowed)) = MAY_USE.iter().find(|(known, _)| *known == name) else {
        return vec![offence("name", format!("crate {name} is in no row of the table of edges"))];
    };
    let dependencies = package["dependencies"].as_array().map(Vec::as_slice).unwrap_or_default();
    dependencies
        .iter()
        .filter(|dependency| dependency["kind"] != "dev")
        .filter_map(|dependency| dependency["name"].as_str())
        .filter_map(|dependency| {
            let sentence = match dependency.strip_prefix(PREFIX) {
                Some(other) if !allowed.contains(&other) => format!("{name} may not use {other}"),
                Some(_) => return None,
                None => {
                    let (_, _, what) =
                        DOORS.iter().find(|(door, may, _)| *door == dependency && !may.contains(&name))?;
                    format!("{name} may not use {dependency}: it must not know {what}")
                }
            };
            Some(offence(dependency, sentence))
        })
        .collect()
}

fn line_of(manifest: &str, dependency: &str) -> Option<usize> {
    let starts =
        |line: &str| line.strip_prefix(dependency).is_some_and(|rest| rest.starts_with(['.', ' ', '=']));
    manifest.lines().position(starts).map(|index| index + 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn sentences(name: &str, dependencies: &Value) -> Vec<String> {
        let package = json!({
            "name": name, "manifest_path": "/p/crates/x/Cargo.toml", "dependencies": dependencies,
        });
        offences(&json!({ "packages": [package] }), Path::new("/p"))
            .into_iter()
            .map(|offence| offence.sentence)
            .collect()
    }

    #[test]
    fn arrows_in_the_wrong_direction_are_found() {
        for (name, dependency, kind, expected) in [
            ("lumbung-domain", "lumbung-store", Value::Null, Some("domain may not use store")),
            ("lumbung-domain", "lumbung-store", json!("dev"), None),
            ("lumbung-domain", "lumbung-posting", Value::Null, None),
            ("lumbung-app", "tauri", Value::Null, Some("app may not use tauri: it must not know windows")),
            ("lumbung-store", "rusqlite", Value::Null, None),
            ("lumbung-cellar", "serde", Value::Null, Some("crate cellar is in no row of the table of edges")),
            ("xtask", "lumbung-store", Value::Null, None),
        ] {
            let found = sentences(name, &json!([{ "name": dependency, "kind": kind }]));
            assert_eq!(
                found,
                expected.map(str::to_owned).into_iter().collect::<Vec<_>>(),
                "{name} → {dependency}"
            );
        }
    }
}
