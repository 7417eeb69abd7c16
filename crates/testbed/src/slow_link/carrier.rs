//! Carries packets between the two devices, as the line says.

use super::line::{Direction, Line};
use anyhow::Result;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use std::io::Write as _;
use std::io::{PipeWriter, pipe};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use tun_rs::SyncDevice;

/// How long it sleeps where nothing is under way.
const IDLE: Duration = Duration::from_secs(1);

#[derive(Debug)]
pub(super) struct Carrier {
    line: Arc<Mutex<Line>>,
    /// Closed, it ends the thread.
    stop: Option<PipeWriter>,
    thread: Option<JoinHandle<()>>,
}

impl Carrier {
    pub(super) fn start(client: SyncDevice, server: SyncDevice, line: Mutex<Line>) -> Result<Self> {
        let line = Arc::new(line);
        let (stopped, stop) = pipe()?;
        let thread = std::thread::spawn({
            let line = Arc::clone(&line);
            move || while carry(&client, &server, &stopped, &line) {}
        });
        Ok(Self { line, stop: Some(stop), thread: Some(thread) })
    }

    pub(super) fn line(&self) -> MutexGuard<'_, Line> {
        locked(&self.line)
    }
}

impl Drop for Carrier {
    fn drop(&mut self) {
        if let Some(mut stop) = self.stop.take() {
            let _ = stop.write_all(b"!");
        }
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn locked(line: &Mutex<Line>) -> MutexGuard<'_, Line> {
    line.lock().unwrap_or_else(PoisonError::into_inner)
}

/// One round; false where it was the last.
fn carry(
    client: &SyncDevice,
    server: &SyncDevice,
    stopped: &std::io::PipeReader,
    line: &Mutex<Line>,
) -> bool {
    let next = locked(line).next_arrival();
    let pause = next.map_or(IDLE, |next| next.saturating_duration_since(Instant::now()).min(IDLE));
    let Ok(pause) = Timespec::try_from(pause) else { return false };
    let mut watched = [
        PollFd::new(client, PollFlags::IN),
        PollFd::new(server, PollFlags::IN),
        PollFd::new(stopped, PollFlags::IN),
    ];
    match poll(&mut watched, Some(&pause)) {
        Ok(_) | Err(rustix::io::Errno::INTR) => {}
        Err(_) => return false,
    }
    if !watched[2].revents().is_empty() {
        return false;
    }
    for (device, direction) in [(client, Direction::Up), (server, Direction::Down)] {
        let mut packet = [0; 2_048];
        while let Ok(length) = device.recv(&mut packet) {
            locked(line).send(Instant::now(), direction, &packet[..length]);
        }
    }
    loop {
        let arrived = locked(line).arrived(Instant::now());
        let Some((direction, packet)) = arrived else { return true };
        let device = if direction == Direction::Up { server } else { client };
        // What the kernel does not take is one more lost packet.
        let _ = device.send(&packet);
    }
}
