//! From the server to the client: here an answer may end early.

use super::Shared;
use super::counters::add;
use super::http::{Framer, Piece, Side};
use super::pipe::{Armed, Pipe};
use std::io::{ErrorKind, Read as _};
use std::net::Shutdown;
use std::sync::Arc;

const BUFFER: usize = 16 * 1024;

pub(super) fn pass(shared: &Arc<Shared>, pipe: &Arc<Pipe>) {
    let mut ending: Option<Ending> = None;
    let mut buffer = vec![0; BUFFER];
    let write = |bytes: &[u8]| {
        // Before it is written: whoever has read it must find it counted.
        add(&shared.tally.bytes_down, bytes.len());
        pipe.write(&pipe.client, bytes)
    };
    loop {
        match (&pipe.server).read(&mut buffer) {
            Ok(0) => {
                if !pipe.was_cut() {
                    write(&ending.map(|ending| ending.held).unwrap_or_default());
                    let _ = pipe.client.shutdown(Shutdown::Write);
                }
                return;
            }
            Ok(length) => {
                if let Some(armed) = pipe.disarm() {
                    ending = Some(Ending::new(armed));
                }
                let bytes = &buffer[..length];
                let Some(ending) = &mut ending else {
                    if !write(bytes) {
                        return pipe.cut();
                    }
                    continue;
                };
                let is_over = ending.feed(bytes);
                if !write(&std::mem::take(&mut ending.released)) {
                    return pipe.cut();
                }
                if is_over && ending.armed.is_polite {
                    add(&shared.tally.truncated_responses, 1);
                    return pipe.finish();
                }
                if is_over {
                    add(&shared.tally.cut_responses, 1);
                    return pipe.cut();
                }
            }
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(_) => return pipe.cut(),
        }
    }
}

/// An answer on its way to an early end. Its head is held until it tells how long the answer would be.
struct Ending {
    armed: Armed,
    framer: Framer,
    held: Vec<u8>,
    released: Vec<u8>,
    /// Bytes that may yet pass; absent while the length is not known.
    left: Option<u64>,
}

impl Ending {
    fn new(armed: Armed) -> Self {
        let left = armed.assumed.map(|length| armed.fate.cut_at(length));
        Self { armed, framer: Framer::new(Side::Response), held: Vec::new(), released: Vec::new(), left }
    }

    /// Moves what may pass to `released`; true where that was the last.
    fn feed(&mut self, bytes: &[u8]) -> bool {
        self.held.extend_from_slice(bytes);
        if self.left.is_none() {
            let total = self.framer.feed(bytes).into_iter().next().map(|piece| match piece {
                Piece::Head { bytes, body: Some(body), .. } => bytes.len() as u64 + body,
                // It does not tell: of what is here.
                _ => self.held.len() as u64,
            });
            self.left = total.map(|total| self.armed.fate.cut_at(total));
        }
        let Some(left) = &mut self.left else { return false };
        let length = usize::try_from(*left).unwrap_or(usize::MAX).min(self.held.len());
        *left -= length as u64;
        let is_over = *left == 0;
        self.released = self.held.drain(..length).collect();
        is_over
    }
}
