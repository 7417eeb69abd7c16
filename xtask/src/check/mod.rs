//! `cargo xtask test`: everything that must hold, in one command, with one count at the end.

mod count;
mod summary;

use crate::packages::{self, Need};
use crate::{demo, run, tidy, ui};
use anyhow::Result;
use count::{CargoTests, Count};
use summary::Summary;

/// One set of features everywhere, so that nothing is compiled twice.
const WHOLE: &[&str] = &["--workspace", "--features", "xtask/bench"];

pub(crate) fn everything() -> Result<bool> {
    let mut summary = Summary::new()?;
    summary.stage("packages", || packages::ensure(Need::Prove).map(|()| Count::gate(true)));
    summary.stage("npm ci", || ui::ensure_packages().map(|()| Count::gate(true)));
    summary.stage("tidy", || tidy::report().map(Count::gate));
    summary.stage("format", || gate(&["fmt", "--all", "--check"]));
    summary.stage("pages: types", || run::succeeds(&mut ui::npm(&["run", "check"])).map(Count::gate));
    summary.stage("pages: tests", pages);
    summary.stage("pages: build", || ui::ensure_built().map(|()| Count::gate(true)));
    summary.stage("clippy", || {
        let all = [&["clippy", "--all-targets"], WHOLE, &["--", "-D", "warnings"]].concat();
        gate(&all)
    });
    // With all targets at once, tests and programs share what they are made of.
    summary.stage("compile", || gate(&[&["build", "--all-targets"], WHOLE].concat()));
    let counts = summary.counts_file();
    let mut tests = CargoTests::default();
    summary.stage("cargo test", || {
        let mut command = run::cargo();
        command.args(["test", "--no-fail-fast"]).args(WHOLE).env("LUMBUNG_COUNTS", &counts);
        let succeeded = run::listened(&mut command, |line| tests.hear(line))?;
        Ok(tests.count(succeeded))
    });
    summary.properties = tests.properties(&tidy::properties::all(&tidy::sources()?));
    summary.stage("window", || window(&counts));
    licences_of_all_platforms(&mut summary);
    Ok(summary.print())
}

fn gate(arguments: &[&str]) -> Result<Count> {
    run::succeeds(run::cargo().args(arguments)).map(Count::gate)
}

fn pages() -> Result<Count> {
    let file = run::notes()?.join("pages.json");
    let _ = std::fs::remove_file(&file);
    let told = format!("--outputFile.json={}", file.display());
    let arguments = ["run", "test", "--", "--reporter=default", "--reporter=json", &told];
    let succeeded = run::succeeds(&mut ui::npm(&arguments))?;
    Ok(Count::of_vitest(&std::fs::read_to_string(file).unwrap_or_default(), succeeded))
}

fn window(counts: &std::path::Path) -> Result<Count> {
    let folder = run::root().join("ui/tests/e2e");
    let mut walks = Vec::new();
    for entry in std::fs::read_dir(&folder)? {
        let path = entry?.path();
        if path.to_string_lossy().ends_with(".test.mjs") {
            walks.push(path);
        }
    }
    walks.sort();
    let tap = run::notes()?.join("window.tap");
    let _ = std::fs::remove_file(&tap);
    let mut command = run::command("node");
    command
        .args(["--test", "--test-concurrency=1"])
        .args(["--test-reporter=spec", "--test-reporter-destination=stdout"])
        .arg("--test-reporter=tap")
        .arg(format!("--test-reporter-destination={}", tap.display()))
        .args(walks)
        .env("LUMBUNG_CLI", demo::program("lumbung"))
        .env("LUMBUNG_DESKTOP", demo::program("lumbung-desktop"))
        .env("LUMBUNG_SERVER", demo::program("lumbung-server"))
        .env("LUMBUNG_COUNTS", counts);
    let succeeded = run::succeeds(&mut command)?;
    Ok(Count::of_tap(&std::fs::read_to_string(tap).unwrap_or_default(), succeeded))
}

/// cargo-deny reads the licences of every platform and knows of revoked crates; tidy reads this platform's.
fn licences_of_all_platforms(summary: &mut Summary) {
    if run::is_on_path("cargo-deny") {
        summary.stage("cargo-deny", || gate(&["deny", "check", "licenses", "bans", "sources"]));
    } else {
        summary.notes.push(
            "SKIPPED: cargo-deny is not installed. Licences of this platform were held by tidy; for all \
             platforms: cargo install cargo-deny --locked"
                .to_owned(),
        );
    }
}
