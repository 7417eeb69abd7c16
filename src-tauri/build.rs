//! Embeds the built pages and names the commands, so that a window has only those its capability grants.

#[path = "src/command_names.rs"]
mod command_names;

use std::error::Error;
use std::path::Path;

fn main() -> Result<(), Box<dyn Error>> {
    // A fresh checkout has no built pages yet; lints and unit tests need none.
    let pages = Path::new("../ui/dist");
    if !pages.join("index.html").exists() {
        std::fs::create_dir_all(pages)?;
        std::fs::write(pages.join("index.html"), "<!doctype html><title>Lumbung</title>\n")?;
    }
    println!("cargo:rerun-if-changed=../ui/dist");
    println!("cargo:rerun-if-changed=src/command_names.rs");
    let manifest = tauri_build::AppManifest::new().commands(command_names::COMMAND_NAMES);
    tauri_build::try_build(tauri_build::Attributes::new().app_manifest(manifest))?;
    Ok(())
}
