//! A PostgreSQL cluster of one's own: Debian's binaries, a fresh data folder, a free port on the loopback.

mod install;

use crate::guard::Guard;
use crate::process::Spawned;
use anyhow::{Context as _, Result, bail};
use install::{Account, Binaries};
use rustix::process::{Pid, Signal, kill_process};
use std::ffi::OsStr;
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};
use tempfile::TempDir;

const SUPERUSER: &str = "postgres";
/// A port that was free a moment ago may be taken by another test.
const ATTEMPTS: u32 = 8;
/// Crash recovery on a busy machine included.
const PATIENCE: Duration = Duration::from_mins(1);
const LOOK_AGAIN: Duration = Duration::from_millis(5);

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// What is committed survives a power cut: fsync and full_page_writes. Without them it still survives the
    /// death of the server, for synchronous_commit is always on: only the disk is not waited for.
    pub durable: bool,
    pub shared_buffers_mb: u32,
    pub max_connections: u32,
    /// Where the cluster's own folder is made; the system's temporary folder where absent, which is no disk on
    /// some machines. The account that runs PostgreSQL must be able to reach it.
    pub within: Option<PathBuf>,
}

impl Default for Options {
    fn default() -> Self {
        Self { durable: true, shared_buffers_mb: 128, max_connections: 100, within: None }
    }
}

impl Options {
    /// For tests of what is right, not of how fast or how safe.
    pub fn quick() -> Self {
        Self { durable: false, shared_buffers_mb: 32, ..Self::default() }
    }
}

/// Runs until it is dropped; then its processes and its folder are gone.
#[derive(Debug)]
pub struct Cluster {
    // In this order they are dropped: the server before its folder.
    server: Spawned,
    _guard: Guard,
    binaries: Binaries,
    port: u16,
    folder: TempDir,
}

impl Cluster {
    /// Durable, as a centre runs it.
    pub fn start() -> Result<Self> {
        Self::start_with(&Options::default())
    }

    pub fn start_with(options: &Options) -> Result<Self> {
        let binaries = Binaries::find()?;
        let account = Account::for_server()?;
        let within = options.within.clone().unwrap_or_else(std::env::temp_dir);
        let folder = tempfile::Builder::new().prefix("lumbung-pg-").tempdir_in(within)?;
        account.own(folder.path())?;
        let guard = Guard::set("sleep 2; rm -rf -- \"$1\"", &[folder.path().as_os_str()])?;
        install::init(&binaries, &account, folder.path(), SUPERUSER)?;
        for _ in 0..ATTEMPTS {
            let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port();
            let mut command = account.command(&binaries.path("postgres"), folder.path());
            command.arg("-D").arg(data_of(folder.path())).args(settings(options, port, folder.path()));
            let server = Spawned::start(command, folder.path().join("log"))?;
            match wait_until_ready(&server, &binaries, folder.path(), port) {
                Ok(()) => return Ok(Self { server, _guard: guard, binaries, port, folder }),
                Err(_) if server.output()?.contains("Address already in use") => {}
                Err(error) => return Err(error),
            }
        }
        bail!("found no free port for PostgreSQL in {ATTEMPTS} attempts")
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    /// Of the database that is always there.
    pub fn url(&self) -> String {
        self.url_of("postgres")
    }

    /// `database` must be a plain word.
    pub fn url_of(&self, database: &str) -> String {
        format!("postgresql://{SUPERUSER}@127.0.0.1:{}/{database}", self.port)
    }

    /// Makes an empty database and returns its URL.
    pub fn create_database(&self, name: &str) -> Result<String> {
        answer(self.client("createdb").arg("--").arg(name))?;
        Ok(self.url_of(name))
    }

    /// Runs statements with psql; rows come back as lines, columns parted by `|`.
    pub fn psql(&self, database: &str, sql: &str) -> Result<String> {
        let plain = ["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1"];
        answer(self.client("psql").args(plain).args(["-d", database, "-c", sql]))
    }

    /// For a measurement's report.
    pub fn version(&self) -> Result<String> {
        self.psql("postgres", "SHOW server_version")
    }

    pub fn log(&self) -> &Path {
        self.server.log()
    }

    /// As a power cut would, without the loss of what only the disk's cache had: every process of the cluster
    /// gets SIGKILL at once.
    pub fn kill_9(&mut self) -> Result<()> {
        let Some(postmaster) = self.server.id() else { return Ok(()) };
        // Its children left the process group. Stopped, it can neither start another nor collect a dead one,
        // so that the ids found below cannot be a stranger's.
        self.server.signal(Signal::STOP)?;
        wait_until_stopped(postmaster)?;
        for child in children_of(postmaster)? {
            match kill_process(child, Signal::KILL) {
                Ok(()) | Err(rustix::io::Errno::SRCH) => {}
                Err(error) => return Err(error).context("cannot kill a process of PostgreSQL"),
            }
        }
        self.server.kill_9()?;
        Ok(())
    }

    /// Starts again on the same port and folder, and waits until it answers.
    pub fn start_again(&mut self) -> Result<()> {
        self.kill_9()?;
        self.server.restart()?;
        wait_until_ready(&self.server, &self.binaries, self.folder.path(), self.port)
    }

    /// After it the server has gone through crash recovery.
    pub fn kill_9_and_restart(&mut self) -> Result<()> {
        self.kill_9()?;
        self.start_again()
    }

    /// An orderly end: connections are cut, a checkpoint is written. [`Cluster::start_again`] goes on from here.
    pub fn stop(&mut self) -> Result<()> {
        self.end_with(Signal::INT, Duration::from_secs(30))
    }

    fn end_with(&mut self, signal: Signal, grace: Duration) -> Result<()> {
        self.server.signal(signal)?;
        let until = Instant::now() + grace;
        while !self.server.has_ended()? && Instant::now() < until {
            sleep(LOOK_AGAIN);
        }
        self.kill_9()
    }

    fn client(&self, program: &str) -> Command {
        client(&self.binaries, program, self.folder.path(), self.port)
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        // SIGQUIT is what `pg_ctl stop -m immediate` sends: the data are to be removed, a checkpoint is waste.
        let _ = self.end_with(Signal::QUIT, Duration::from_secs(10));
    }
}

fn data_of(folder: &Path) -> PathBuf {
    folder.join("data")
}

fn settings(options: &Options, port: u16, folder: &Path) -> Vec<String> {
    let on_off = |is_on: bool| if is_on { "on" } else { "off" };
    let settings = [
        ("port", port.to_string()),
        ("listen_addresses", Ipv4Addr::LOCALHOST.to_string()),
        ("unix_socket_directories", folder.display().to_string()),
        ("shared_buffers", format!("{}MB", options.shared_buffers_mb)),
        ("max_connections", options.max_connections.to_string()),
        ("fsync", on_off(options.durable).to_owned()),
        ("full_page_writes", on_off(options.durable).to_owned()),
        ("synchronous_commit", "on".to_owned()),
        ("timezone", "UTC".to_owned()),
    ];
    settings.into_iter().flat_map(|(name, value)| ["-c".to_owned(), format!("{name}={value}")]).collect()
}

/// Asks at the socket in our own folder: at the port another test's server could answer.
fn wait_until_ready(server: &Spawned, binaries: &Binaries, folder: &Path, port: u16) -> Result<()> {
    server.wait_until("answer from PostgreSQL", PATIENCE, || {
        let mut ready = client(binaries, "pg_isready", folder, port);
        let status = ready.stdout(Stdio::null()).stderr(Stdio::null()).status()?;
        Ok(status.success().then_some(()))
    })
}

fn client(binaries: &Binaries, program: &str, folder: &Path, port: u16) -> Command {
    let mut command = Command::new(binaries.path(program));
    install::without_own_settings(&mut command);
    command.arg("-h").arg(folder).args(["-p", &port.to_string(), "-U", SUPERUSER]);
    command
}

fn answer(command: &mut Command) -> Result<String> {
    let output = command.output().context("cannot start a client of PostgreSQL")?;
    if !output.status.success() {
        bail!("PostgreSQL refuses: {}", String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim_end_matches('\n').to_owned())
}

/// State and parent of a process, where it (still) is one: the third and fourth word of its `stat`. The second,
/// its name in brackets, may contain anything.
fn state_of(process: &OsStr) -> Option<(String, u32)> {
    let stat = std::fs::read_to_string(Path::new("/proc").join(process).join("stat")).ok()?;
    let mut words = stat.rsplit_once(')')?.1.split_whitespace();
    Some((words.next()?.to_owned(), words.next()?.parse().ok()?))
}

fn wait_until_stopped(process: u32) -> Result<()> {
    let until = Instant::now() + Duration::from_secs(5);
    while Instant::now() < until {
        match state_of(OsStr::new(&process.to_string())) {
            // T: stopped. Z: dead and not yet collected.
            Some((state, _)) if state != "T" && state != "Z" => sleep(Duration::from_millis(1)),
            _ => return Ok(()),
        }
    }
    bail!("process {process} does not stop")
}

fn children_of(parent: u32) -> Result<Vec<Pid>> {
    let mut children = Vec::new();
    for entry in std::fs::read_dir("/proc")? {
        let name = entry?.file_name();
        let Some(id) = name.to_str().and_then(|name| name.parse().ok()) else { continue };
        if state_of(&name).is_some_and(|(_, its_parent)| its_parent == parent) {
            children.extend(Pid::from_raw(id));
        }
    }
    Ok(children)
}
