//! Where PostgreSQL lies, who may run it, and how its data folder is made.

use anyhow::{Context as _, Result, bail};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

const DEBIAN: &str = "/usr/lib/postgresql";
/// The account that Debian's package makes.
const ACCOUNT: &str = "postgres";

#[derive(Debug)]
pub(super) struct Binaries {
    folder: PathBuf,
}

impl Binaries {
    /// The newest version that is installed with its server.
    pub(super) fn find() -> Result<Self> {
        let entries = std::fs::read_dir(DEBIAN).into_iter().flatten().flatten();
        let versions = entries.filter_map(|entry| {
            let version: u32 = entry.file_name().to_str()?.parse().ok()?;
            let folder = entry.path().join("bin");
            (folder.join("initdb").is_file() && folder.join("postgres").is_file())
                .then_some((version, folder))
        });
        let (_, folder) = versions
            .max()
            .with_context(|| format!("no PostgreSQL server under {DEBIAN}: apt install postgresql"))?;
        Ok(Self { folder })
    }

    pub(super) fn path(&self, program: &str) -> PathBuf {
        self.folder.join(program)
    }
}

/// PostgreSQL refuses to run as root; where we are not root it runs as ourselves.
#[derive(Debug)]
pub(super) struct Account {
    ids: Option<(u32, u32)>,
}

impl Account {
    pub(super) fn for_server() -> Result<Self> {
        if !rustix::process::geteuid().is_root() {
            return Ok(Self { ids: None });
        }
        Ok(Self { ids: Some((id_of("-u")?, id_of("-g")?)) })
    }

    pub(super) fn own(&self, folder: &Path) -> Result<()> {
        let Some((user, group)) = self.ids else { return Ok(()) };
        std::os::unix::fs::chown(folder, Some(user), Some(group))
            .with_context(|| format!("cannot give {} to {ACCOUNT}", folder.display()))
    }

    /// Run by the account, with no other groups, in a folder that it may enter.
    pub(super) fn command(&self, program: &Path, folder: &Path) -> Command {
        let mut command = Command::new(program);
        without_own_settings(&mut command);
        command.current_dir(folder);
        if let Some((user, group)) = self.ids {
            command.uid(user).gid(group);
        }
        command
    }
}

fn id_of(which: &str) -> Result<u32> {
    let output = Command::new("id").args([which, ACCOUNT]).stderr(Stdio::null()).output()?;
    let id = String::from_utf8_lossy(&output.stdout).trim().parse();
    id.with_context(|| format!("PostgreSQL may not run as root, and there is no account {ACCOUNT}"))
}

/// The person's own PGHOST, PGPASSWORD and the like must not lead a test to the person's own database.
pub(super) fn without_own_settings(command: &mut Command) {
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("PG") {
            command.env_remove(name);
        }
    }
    command.stdin(Stdio::null());
}

/// Everybody on this machine's loopback is trusted; nobody else is let in.
pub(super) fn init(binaries: &Binaries, account: &Account, folder: &Path, superuser: &str) -> Result<()> {
    let mut command = account.command(&binaries.path("initdb"), folder);
    command.arg("-D").arg(super::data_of(folder)).args(["-U", superuser, "--auth=trust"]);
    // Nothing is lost where the power goes now.
    command.args(["--encoding=UTF8", "--locale=C", "--no-sync"]);
    let output = command.output().context("cannot start initdb")?;
    if !output.status.success() {
        bail!("initdb fails: {}", String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(())
}
