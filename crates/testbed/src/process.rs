//! A program in its own process group, whose output goes to a file, and which can be shot and started again.

use crate::guard::Guard;
use anyhow::{Context as _, Result, bail, ensure};
use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process_group, waitid};
use std::ffi::OsStr;
use std::fs::{File, OpenOptions};
use std::io::{Read as _, Seek as _, SeekFrom, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

const LOOK_AGAIN: Duration = Duration::from_millis(10);
/// How much of the file goes into an error.
const TAIL: usize = 2_000;

/// Dropped, it kills its group and nothing else. A child that leaves the group (setsid) is out of reach.
#[derive(Debug)]
pub struct Spawned {
    command: Command,
    log: PathBuf,
    /// Where the present run's output begins in the file.
    log_from: u64,
    running: Option<Running>,
}

#[derive(Debug)]
struct Running {
    child: Child,
    _guard: Guard,
}

impl Spawned {
    /// Starts `command` with stdout and stderr appended to the file `log`, and stdin empty. The command is kept
    /// for [`Spawned::restart`].
    pub fn start(mut command: Command, log: impl Into<PathBuf>) -> Result<Self> {
        command.stdin(Stdio::null()).process_group(0);
        let mut spawned = Self { command, log: log.into(), log_from: 0, running: None };
        spawned.run()?;
        Ok(spawned)
    }

    fn run(&mut self) -> Result<()> {
        let log = OpenOptions::new().create(true).append(true).open(&self.log);
        let log = log.with_context(|| format!("cannot write {}", self.log.display()))?;
        self.log_from = log.metadata()?.len();
        self.command.stdout(log.try_clone()?).stderr(log);
        let name = self.command.get_program().to_owned();
        let mut child = self.command.spawn().with_context(|| format!("cannot start {}", name.display()))?;
        let group = child.id().to_string();
        match Guard::set("kill -s KILL -- \"-$1\"", &[OsStr::new(&group)]) {
            Ok(guard) => self.running = Some(Running { child, _guard: guard }),
            Err(error) => {
                child.kill()?;
                child.wait()?;
                return Err(error);
            }
        }
        Ok(())
    }

    /// Process id, which is the group's too; absent where it does not run.
    pub fn id(&self) -> Option<u32> {
        self.running.as_ref().map(|running| running.child.id())
    }

    pub fn log(&self) -> &Path {
        &self.log
    }

    /// What the present (or last) run has written so far.
    pub fn output(&self) -> Result<String> {
        let mut bytes = Vec::new();
        let mut file = File::open(&self.log)?;
        file.seek(SeekFrom::Start(self.log_from))?;
        file.read_to_end(&mut bytes)?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    /// The first line of this run that contains `part`.
    pub fn wait_for_line(&self, part: &str, within: Duration) -> Result<String> {
        self.wait_until(&format!("a line with {part:?}"), within, || {
            let output = self.output()?;
            // The last piece may still be growing.
            let finished = output.rsplit_once('\n').map_or("", |(lines, _)| lines);
            Ok(finished.lines().find(|line| line.contains(part)).map(str::to_owned))
        })
    }

    /// Until somebody accepts connections at `address`.
    pub fn wait_for_port(&self, address: SocketAddr, within: Duration) -> Result<()> {
        self.wait_until(&format!("a port at {address}"), within, || {
            Ok(TcpStream::connect_timeout(&address, Duration::from_millis(500)).ok().map(drop))
        })
    }

    /// Until `GET path` at `address` is answered in HTTP, whatever the answer says. Returns the status code.
    pub fn wait_for_http(&self, address: SocketAddr, path: &str, within: Duration) -> Result<u16> {
        self.wait_until(&format!("an answer from http://{address}{path}"), within, || {
            Ok(status_of(address, path).ok())
        })
    }

    /// Calls `look` again and again until it finds something; an error, with the end of the output, where time
    /// runs out or the program ends.
    pub fn wait_until<T>(
        &self,
        what: &str,
        within: Duration,
        mut look: impl FnMut() -> Result<Option<T>>,
    ) -> Result<T> {
        let until = Instant::now() + within;
        loop {
            // Asked before the look: what it wrote last must still be seen.
            let has_ended = self.has_ended()?;
            if let Some(found) = look()? {
                return Ok(found);
            }
            if has_ended {
                bail!("{} ended before {what} came: {}", self.name(), self.tail());
            }
            if Instant::now() >= until {
                bail!("{} gave no {what} within {within:?}: {}", self.name(), self.tail());
            }
            sleep(LOOK_AGAIN);
        }
    }

    /// Whether it has ended by itself or was never started. Leaves the dead child in place: as long as nobody
    /// has collected it, no stranger can get its id.
    pub fn has_ended(&self) -> Result<bool> {
        let Some(running) = &self.running else { return Ok(true) };
        let options = WaitIdOptions::EXITED | WaitIdOptions::NOHANG | WaitIdOptions::NOWAIT;
        let state = waitid(WaitId::Pid(pid(&running.child)?), options)?;
        Ok(state.is_some())
    }

    /// Waits for it to end by itself, then ends what is left of its group.
    pub fn wait(&mut self, within: Duration) -> Result<ExitStatus> {
        let until = Instant::now() + within;
        while !self.has_ended()? {
            ensure!(Instant::now() < until, "{} still runs after {within:?}: {}", self.name(), self.tail());
            sleep(LOOK_AGAIN);
        }
        self.kill_9()?.with_context(|| format!("{} does not run", self.name()))
    }

    /// SIGTERM to the group; SIGKILL where it has not ended within `grace`.
    pub fn stop(&mut self, grace: Duration) -> Result<Option<ExitStatus>> {
        self.signal(Signal::TERM)?;
        let until = Instant::now() + grace;
        while !self.has_ended()? && Instant::now() < until {
            sleep(LOOK_AGAIN);
        }
        self.kill_9()
    }

    /// SIGKILL to the group, as when the power goes; collects the child. Its status, absent where none ran.
    pub fn kill_9(&mut self) -> Result<Option<ExitStatus>> {
        if self.running.is_none() {
            return Ok(None);
        }
        self.signal(Signal::KILL)?;
        let Some(mut running) = self.running.take() else { return Ok(None) };
        Ok(Some(running.child.wait()?))
    }

    /// Starts the same command again; kills it first where it still runs.
    pub fn restart(&mut self) -> Result<()> {
        self.kill_9()?;
        self.run()
    }

    pub(crate) fn signal(&self, signal: Signal) -> Result<()> {
        let Some(running) = &self.running else { return Ok(()) };
        match kill_process_group(pid(&running.child)?, signal) {
            // The leader is dead, not yet collected, and was alone.
            Ok(()) | Err(rustix::io::Errno::SRCH) => Ok(()),
            Err(error) => Err(error).with_context(|| format!("cannot signal {}", self.name())),
        }
    }

    fn name(&self) -> String {
        self.command.get_program().to_string_lossy().into_owned()
    }

    pub(crate) fn tail(&self) -> String {
        let output = self.output().unwrap_or_default();
        let skipped = output.chars().count().saturating_sub(TAIL);
        output.chars().skip(skipped).collect()
    }
}

impl Drop for Spawned {
    fn drop(&mut self) {
        // Nobody is left to be told.
        let _ = self.kill_9();
    }
}

pub(crate) fn pid(child: &Child) -> Result<Pid> {
    Pid::from_raw(i32::try_from(child.id())?).context("a process without id")
}

fn status_of(address: SocketAddr, path: &str) -> Result<u16> {
    let patience = Duration::from_secs(2);
    let mut stream = TcpStream::connect_timeout(&address, patience)?;
    stream.set_read_timeout(Some(patience))?;
    write!(stream, "GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n")?;
    // "HTTP/1.1 200"
    let mut start = [0; 12];
    stream.read_exact(&mut start)?;
    let start = std::str::from_utf8(&start)?;
    ensure!(start.starts_with("HTTP/1."), "not HTTP");
    Ok(start[9..].parse()?)
}
