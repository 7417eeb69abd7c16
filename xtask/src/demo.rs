//! A believable small cooperative to try things on, made once by `lumbung demo`.

use crate::run;
use anyhow::{Context as _, Result, bail};
use std::path::{Path, PathBuf};

/// What `lumbung demo` said when it made the place: who works there and their PINs.
const SAID: &str = "staff.txt";

#[derive(Debug)]
pub(crate) struct Demo {
    pub(crate) ledger: PathBuf,
    pub(crate) key_file: PathBuf,
    pub(crate) said: PathBuf,
}

pub(crate) fn ensure(place: Option<PathBuf>) -> Result<Demo> {
    let folder = match place {
        Some(folder) => std::path::absolute(folder)?,
        None => usual_place()?,
    };
    if !folder.join(SAID).exists() {
        make(&folder)?;
    }
    Ok(Demo {
        ledger: folder.join("ledger.db"),
        key_file: folder.join("ledger.key"),
        said: folder.join(SAID),
    })
}

/// Beside the user's other data, so that it outlives a clean build.
fn usual_place() -> Result<PathBuf> {
    let variable = |name| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let data = variable("XDG_DATA_HOME")
        .or_else(|| variable("HOME").map(|home| home.join(".local/share")))
        .or_else(|| variable("LOCALAPPDATA"));
    Ok(data.context("no home folder here; name a place with --data")?.join("lumbung-demo"))
}

/// Made aside and moved in whole, so that a stop in the middle leaves no half cooperative.
fn make(folder: &Path) -> Result<()> {
    if folder.join("ledger.db").exists() {
        bail!("{} holds a ledger that is not the demo's; name another place with --data", folder.display());
    }
    let aside = folder.with_extension("making");
    if aside.exists() {
        std::fs::remove_dir_all(&aside)?;
    }
    std::fs::create_dir_all(&aside).with_context(|| format!("cannot make {}", aside.display()))?;
    println!("Making the demo cooperative in {}", folder.display());
    let said = run::output(run::command(program("lumbung")).arg("demo").arg(&aside).arg("--json"))?;
    std::fs::write(aside.join(SAID), said)?;
    if folder.exists() {
        std::fs::remove_dir(folder).with_context(|| format!("{} is not empty", folder.display()))?;
    }
    std::fs::rename(&aside, folder)?;
    Ok(())
}

/// A program of the workspace as the last `cargo build` left it.
pub(crate) fn program(name: &str) -> PathBuf {
    let target =
        std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| run::root().join("target"), PathBuf::from);
    target.join("debug").join(format!("{name}{}", std::env::consts::EXE_SUFFIX))
}
