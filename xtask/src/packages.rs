//! What the machine must have besides Rust, Node and npm. Debian's names; elsewhere they are only told.

use crate::run;
use anyhow::{Result, bail};
use std::process::{Command, Stdio};

/// To build the window: the webview, and the system's libcrypto for the encrypted ledger.
const BUILD: &[&str] =
    &["build-essential", "pkg-config", "libssl-dev", "libwebkit2gtk-4.1-dev", "fonts-dejavu-core"];
/// To drive the window where no screen is there.
const DRIVE: &[&str] = &["webkit2gtk-driver", "xvfb"];
/// To hold the books against a program of other people's, to look at a screen that froze, to give the server a
/// real database and a line that is slow.
const PROVE: &[&str] = &["hledger", "imagemagick", "iproute2", "postgresql"];

const NODE_FROM: u32 = 20;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Need {
    Build,
    Drive,
    Prove,
}

/// Installs what is missing, up to what `need` asks for.
pub(crate) fn ensure(need: Need) -> Result<()> {
    node()?;
    let mut wanted = BUILD.to_vec();
    if need >= Need::Drive {
        wanted.extend(DRIVE);
    }
    if need >= Need::Prove {
        wanted.extend(PROVE);
    }
    if !run::is_on_path("dpkg-query") {
        if cfg!(target_os = "linux") {
            println!("This is no Debian: make sure that these are there: {}", wanted.join(" "));
        }
        return Ok(());
    }
    let missing: Vec<&str> = wanted.into_iter().filter(|package| !is_installed(package)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    println!("Installing {}", missing.join(" "));
    run::must(as_root()?.args(["apt-get", "update"]))?;
    let install = ["apt-get", "install", "-y", "--no-install-recommends"];
    run::must(as_root()?.args(install).args(missing))
}

fn is_installed(package: &str) -> bool {
    let status = run::command("dpkg-query")
        .args(["-W", "-f", "${db:Status-Status}", package])
        .stderr(Stdio::null())
        .output();
    status.is_ok_and(|output| output.status.success() && output.stdout == b"installed")
}

/// `env` as root, so that apt never stops to ask.
fn as_root() -> Result<Command> {
    let is_root = run::output(run::command("id").arg("-u"))?.trim() == "0";
    let mut command = if is_root {
        run::command("env")
    } else if run::is_on_path("sudo") {
        let mut command = run::command("sudo");
        command.arg("env");
        command
    } else {
        bail!("packages are missing and neither root nor sudo is here to install them");
    };
    command.arg("DEBIAN_FRONTEND=noninteractive");
    Ok(command)
}

fn node() -> Result<()> {
    if !run::is_on_path("node") || !run::is_on_path("npm") {
        bail!("Node {NODE_FROM} or later and npm must be installed first");
    }
    let version = run::output(run::command("node").arg("--version"))?;
    let major = version.trim().trim_start_matches('v').split('.').next().and_then(|word| word.parse().ok());
    if major.is_none_or(|major: u32| major < NODE_FROM) {
        bail!("Node {} is too old: {NODE_FROM} or later is needed", version.trim());
    }
    Ok(())
}
