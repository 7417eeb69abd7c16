//! `cargo xtask app`: from a bare checkout to a window on a demo cooperative.

use crate::demo::{self, Demo};
use crate::packages::{self, Need};
use crate::{run, ui};
use anyhow::Result;
use std::path::PathBuf;

pub(crate) fn open(data: Option<PathBuf>, walk: bool) -> Result<bool> {
    let has_screen = !cfg!(target_os = "linux") || is_told("DISPLAY") || is_told("WAYLAND_DISPLAY");
    let walk = walk || !has_screen;
    packages::ensure(if walk { Need::Drive } else { Need::Build })?;
    ui::ensure_built()?;
    run::must(run::cargo().args(["build", "--package", "lumbung-desktop", "--package", "lumbung-cli"]))?;
    let demo = demo::ensure(data)?;
    println!("{}", std::fs::read_to_string(&demo.said)?.trim_end());
    if walk { walk_one_sale(&demo) } else { show(&demo) }
}

fn is_told(name: &str) -> bool {
    std::env::var_os(name).is_some_and(|value| !value.is_empty())
}

fn show(demo: &Demo) -> Result<bool> {
    println!("Opening the window");
    run::succeeds(
        run::command(demo::program("lumbung-desktop"))
            .arg("--db")
            .arg(&demo.ledger)
            .arg("--key-file")
            .arg(&demo.key_file),
    )
}

/// No screen is here: the window opens on one of its own, sells something, and leaves pictures.
fn walk_one_sale(demo: &Demo) -> Result<bool> {
    let pictures = run::notes()?.join("pictures");
    std::fs::create_dir_all(&pictures)?;
    println!("No screen is here: walking one sale in a window on a display of its own");
    run::succeeds(
        run::command("node")
            .arg("ui/tests/e2e/one-sale.mjs")
            .env("LUMBUNG_DB", &demo.ledger)
            .env("LUMBUNG_KEY_FILE", &demo.key_file)
            .env("LUMBUNG_STAFF", &demo.said)
            .env("LUMBUNG_DESKTOP", demo::program("lumbung-desktop"))
            .env("LUMBUNG_SCREENSHOTS", &pictures),
    )
}
