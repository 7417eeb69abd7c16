//! The two sockets of one client.

use super::chaos::Fate;
use super::locked;
use socket2::SockRef;
use std::io::{ErrorKind, Result, Write as _};
use std::net::{Shutdown, TcpStream};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// How often a writer that waits for room looks whether the pipe was cut.
const LOOK_UP: Duration = Duration::from_millis(200);

#[derive(Debug)]
pub(super) struct Pipe {
    pub(super) client: TcpStream,
    pub(super) server: TcpStream,
    is_cut: AtomicBool,
    /// What waits for the next answer.
    armed: Mutex<Option<Armed>>,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Armed {
    pub(super) fate: Fate,
    /// FIN instead of RST.
    pub(super) is_polite: bool,
    /// Where the end of the answer cannot be known: the length to assume.
    pub(super) assumed: Option<u64>,
}

impl Pipe {
    pub(super) fn new(client: TcpStream, server: TcpStream) -> Result<Self> {
        for stream in [&client, &server] {
            stream.set_nodelay(true)?;
            stream.set_write_timeout(Some(LOOK_UP))?;
        }
        Ok(Self { client, server, is_cut: AtomicBool::new(false), armed: Mutex::default() })
    }

    pub(super) fn arm(&self, armed: Armed) {
        *locked(&self.armed) = Some(armed);
    }

    pub(super) fn disarm(&self) -> Option<Armed> {
        locked(&self.armed).take()
    }

    /// Both ends get RST as soon as both threads have let go.
    pub(super) fn cut(&self) {
        self.is_cut.store(true, Ordering::SeqCst);
        for stream in [&self.client, &self.server] {
            reset(stream);
            // Wakes the reader and sends nothing.
            let _ = stream.shutdown(Shutdown::Read);
        }
    }

    /// The client reads an orderly end; the server is let go.
    pub(super) fn finish(&self) {
        let _ = self.client.shutdown(Shutdown::Write);
        let _ = self.server.shutdown(Shutdown::Both);
    }

    /// False where the other side no longer takes anything.
    pub(super) fn write(&self, stream: &TcpStream, mut bytes: &[u8]) -> bool {
        let mut writer = stream;
        while !bytes.is_empty() {
            if self.is_cut.load(Ordering::SeqCst) {
                return false;
            }
            match writer.write(bytes) {
                Ok(0) => return false,
                Ok(length) => bytes = &bytes[length..],
                Err(error)
                    if matches!(
                        error.kind(),
                        ErrorKind::WouldBlock | ErrorKind::TimedOut | ErrorKind::Interrupted
                    ) => {}
                Err(_) => return false,
            }
        }
        true
    }

    pub(super) fn was_cut(&self) -> bool {
        self.is_cut.load(Ordering::SeqCst)
    }
}

/// When the last holder closes it, it is reset: without a lingering time, what is unsent is thrown away.
pub(super) fn reset(stream: &TcpStream) {
    let _ = SockRef::from(stream).set_linger(Some(Duration::ZERO));
}
