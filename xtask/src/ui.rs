//! The pages: their packages and their build, each done again only where its sources changed.

use crate::run;
use anyhow::{Context as _, Result};
use std::hash::{DefaultHasher, Hasher as _};
use std::path::{Path, PathBuf};
use std::process::Command;

/// What the built pages are made of, beneath `ui/`.
const SOURCES: &[&str] = &[
    "src",
    "public",
    "index.html",
    "package.json",
    "package-lock.json",
    "vite.config.ts",
    "svelte.config.js",
    "tsconfig.json",
];

pub(crate) fn npm(arguments: &[&str]) -> Command {
    let mut command = run::command("npm");
    command.arg("--prefix").arg("ui").args(arguments);
    command
}

/// `npm ci`, unless what lies in `node_modules` came from this very lock file.
pub(crate) fn ensure_packages() -> Result<()> {
    let ui = run::root().join("ui");
    let there = ui.join("node_modules/.package-lock.json").exists();
    if there && is_stamped("npm", &[ui.join("package-lock.json")])? {
        return Ok(());
    }
    println!("Fetching the packages of the pages");
    run::must(&mut npm(&["ci", "--no-audit", "--no-fund"]))?;
    stamp("npm", &[ui.join("package-lock.json")])
}

/// Builds the pages, unless those in `dist` came from these very sources.
pub(crate) fn ensure_built() -> Result<()> {
    ensure_packages()?;
    let ui = run::root().join("ui");
    let sources: Vec<PathBuf> = SOURCES.iter().map(|name| ui.join(name)).collect();
    if ui.join("dist/assets").exists() && is_stamped("pages", &sources)? {
        return Ok(());
    }
    println!("Building the pages");
    run::must(&mut npm(&["run", "build"]))?;
    stamp("pages", &sources)
}

fn stamp_file(name: &str) -> Result<PathBuf> {
    Ok(run::notes()?.join(format!("{name}.stamp")))
}

fn is_stamped(name: &str, sources: &[PathBuf]) -> Result<bool> {
    let kept = std::fs::read_to_string(stamp_file(name)?).unwrap_or_default();
    Ok(kept == print_of(sources)?)
}

fn stamp(name: &str, sources: &[PathBuf]) -> Result<()> {
    Ok(std::fs::write(stamp_file(name)?, print_of(sources)?)?)
}

/// One word for the names and contents of all files. Not against an adversary: a stale build is what it finds.
fn print_of(sources: &[PathBuf]) -> Result<String> {
    let mut hasher = DefaultHasher::new();
    for source in sources {
        add(&mut hasher, source)?;
    }
    Ok(format!("{:016x}", hasher.finish()))
}

fn add(hasher: &mut DefaultHasher, path: &Path) -> Result<()> {
    if path.is_dir() {
        let mut inside =
            std::fs::read_dir(path)?.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>>>()?;
        inside.sort();
        return inside.iter().try_for_each(|child| add(hasher, child));
    }
    if path.exists() {
        let bytes = std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
        hasher.write(path.to_string_lossy().as_bytes());
        hasher.write_usize(bytes.len());
        hasher.write(&bytes);
    }
    Ok(())
}
