//! From the client to the server: here each request meets its fate.

use super::chaos::{self, Fate, Happening};
use super::counters::add;
use super::http::{Framer, Piece, Side};
use super::pipe::{Armed, Pipe};
use super::{CONNECT_PATIENCE, Shared, locked};
use std::io::{ErrorKind, Read as _, Write as _};
use std::net::{Shutdown, TcpStream};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

const BUFFER: usize = 16 * 1024;
/// Where in a stream that is no HTTP a cut may lie.
const OPAQUE_LENGTH: u64 = 16 * 1024;
/// How long the answer to a second copy is waited for.
const DUPLICATE_PATIENCE: Duration = Duration::from_secs(10);

pub(super) fn pass(shared: &Arc<Shared>, pipe: &Arc<Pipe>) {
    let mut upload = Upload { shared, pipe, mode: Mode::Pass, is_opaque: false };
    let mut framer = Framer::new(Side::Request);
    let mut buffer = vec![0; BUFFER];
    loop {
        match (&pipe.client).read(&mut buffer) {
            Ok(0) => {
                if !pipe.was_cut() {
                    pipe.write(&pipe.server, framer.unfinished());
                    let _ = pipe.server.shutdown(Shutdown::Write);
                }
                return;
            }
            Ok(length) => {
                add(&shared.tally.bytes_up, length);
                for piece in framer.feed(&buffer[..length]) {
                    if !upload.take(piece) {
                        return;
                    }
                }
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(_) => return pipe.cut(),
        }
    }
}

struct Upload<'a> {
    shared: &'a Arc<Shared>,
    pipe: &'a Arc<Pipe>,
    mode: Mode,
    is_opaque: bool,
}

enum Mode {
    Pass,
    /// So many bytes yet.
    CutAfter(u64),
    /// Pass, and keep for a second sending.
    Capture(Vec<u8>, Duration),
    /// Let nothing through, and answer at the end.
    Swallow(Happening),
}

impl Upload<'_> {
    /// False where nothing more is to be read.
    fn take(&mut self, piece: Piece) -> bool {
        match piece {
            Piece::Head { bytes, body, ends } => {
                add(&self.shared.tally.requests, 1);
                let total = bytes.len() as u64 + body.unwrap_or(0);
                self.meet(total, None);
                self.forward(&bytes) && (!ends || self.end())
            }
            Piece::Body { bytes, ends } => self.forward(&bytes) && (!ends || self.end()),
            Piece::Opaque(bytes) => {
                if !self.is_opaque {
                    self.is_opaque = true;
                    self.meet(OPAQUE_LENGTH, Some(OPAQUE_LENGTH));
                }
                self.forward(&bytes)
            }
        }
    }

    /// Draws what becomes of the request. `assumed`: the length of an answer that is no HTTP.
    fn meet(&mut self, total: u64, assumed: Option<u64>) {
        let number = self.shared.requests_drawn.fetch_add(1, Ordering::SeqCst);
        let fate = locked(&self.shared.chaos).fate_of_request(self.shared.seed, number);
        if let Some(delay) = fate.delay {
            add(&self.shared.tally.delayed, 1);
            self.shared.pause(delay);
        }
        self.mode = self.mode_of(fate, total, assumed);
    }

    fn mode_of(&self, fate: Fate, total: u64, assumed: Option<u64>) -> Mode {
        match fate.happening {
            None => Mode::Pass,
            Some(Happening::CutRequest) => Mode::CutAfter(fate.cut_at(total)),
            Some(happening @ (Happening::CutResponse | Happening::TruncateResponse)) => {
                let is_polite = happening == Happening::TruncateResponse;
                self.pipe.arm(Armed { fate, is_polite, assumed });
                Mode::Pass
            }
            // One can neither copy nor answer what one cannot read.
            Some(_) if assumed.is_some() => Mode::Pass,
            Some(Happening::Duplicate) => Mode::Capture(Vec::new(), fate.late),
            Some(happening) => Mode::Swallow(happening),
        }
    }

    fn forward(&mut self, bytes: &[u8]) -> bool {
        match &mut self.mode {
            Mode::Swallow(_) => true,
            Mode::Pass => self.pipe.write(&self.pipe.server, bytes),
            Mode::Capture(copy, _) => {
                copy.extend_from_slice(bytes);
                self.pipe.write(&self.pipe.server, bytes)
            }
            Mode::CutAfter(left) => {
                let length = usize::try_from(*left).unwrap_or(usize::MAX).min(bytes.len());
                *left -= length as u64;
                let must_cut = *left == 0;
                self.pipe.write(&self.pipe.server, &bytes[..length]);
                if must_cut {
                    add(&self.shared.tally.cut_requests, 1);
                    self.pipe.cut();
                }
                !must_cut
            }
        }
    }

    fn end(&mut self) -> bool {
        match std::mem::replace(&mut self.mode, Mode::Pass) {
            Mode::Pass | Mode::CutAfter(_) => true,
            Mode::Capture(copy, late) => {
                self.shared.spawn(move |shared| send_again(shared, &copy, late));
                true
            }
            Mode::Swallow(happening) => {
                self.answer(happening);
                false
            }
        }
    }

    fn answer(&self, happening: Happening) {
        let tally = &self.shared.tally;
        let counter = match happening {
            Happening::BadGateway => &tally.bad_gateways,
            Happening::CaptivePortal => &tally.captive_portals,
            _ => &tally.redirects,
        };
        let redirect_to = locked(&self.shared.chaos).redirect_to.clone();
        if let Some(answer) = chaos::answer(happening, &redirect_to) {
            add(counter, 1);
            add(&tally.bytes_down, answer.len());
            self.pipe.write(&self.pipe.client, &answer);
        }
        self.pipe.finish();
    }
}

fn send_again(shared: &Arc<Shared>, request: &[u8], late: Duration) {
    shared.pause(late);
    let upstream = *locked(&shared.upstream);
    let Ok(mut server) = TcpStream::connect_timeout(&upstream, CONNECT_PATIENCE) else { return };
    // Short, so that the proxy's end is seen.
    let _ = server.set_read_timeout(Some(Duration::from_millis(100)));
    if server.write_all(request).is_err() {
        return;
    }
    let mut framer = Framer::new(Side::Response);
    let mut buffer = vec![0; BUFFER];
    let until = Instant::now() + DUPLICATE_PATIENCE;
    while Instant::now() < until && !shared.is_over.load(Ordering::SeqCst) {
        let has_ended = match server.read(&mut buffer) {
            Ok(0) => true,
            Ok(length) => framer.feed(&buffer[..length]).iter().any(|piece| {
                matches!(piece, Piece::Head { ends: true, .. } | Piece::Body { ends: true, .. })
            }),
            Err(error) => !matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut),
        };
        if has_ended {
            add(&shared.tally.duplicated, 1);
            return;
        }
    }
}
