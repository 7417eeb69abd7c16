//! As much of HTTP/1.1 as it takes to see where a message ends.

/// Longer heads than servers accept; what has no end of head by then is something else.
const HEAD_LIMIT: usize = 64 * 1024;
const END_OF_HEAD: &[u8] = b"\r\n\r\n";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Request,
    Response,
}

/// A piece of the stream. Joined again they are the stream, byte for byte.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Piece {
    /// A whole head. `body` is the length that it announces, absent where only the stream tells.
    Head {
        bytes: Vec<u8>,
        body: Option<u64>,
        ends: bool,
    },
    Body {
        bytes: Vec<u8>,
        ends: bool,
    },
    /// No HTTP, from here to the end of the stream.
    Opaque(Vec<u8>),
}

#[derive(Debug)]
pub(super) struct Framer {
    side: Side,
    state: State,
}

#[derive(Debug)]
enum State {
    Head(Vec<u8>),
    Length(u64),
    Chunked(Chunks),
    UntilClosed,
    Opaque,
}

impl Framer {
    pub(super) fn new(side: Side) -> Self {
        Self { side, state: State::Head(Vec::new()) }
    }

    pub(super) fn feed(&mut self, mut bytes: &[u8]) -> Vec<Piece> {
        let mut pieces = Vec::new();
        while !bytes.is_empty() {
            let (piece, rest) = self.step(bytes);
            pieces.extend(piece);
            bytes = rest;
        }
        pieces
    }

    /// Of a head that has begun and not ended.
    pub(super) fn unfinished(&self) -> &[u8] {
        if let State::Head(head) = &self.state { head } else { &[] }
    }

    fn step<'a>(&mut self, bytes: &'a [u8]) -> (Option<Piece>, &'a [u8]) {
        let body = |length: usize, ends| Some(Piece::Body { bytes: bytes[..length].to_vec(), ends });
        let (taken, ends) = match &mut self.state {
            State::Head(head) => return head_step(self.side, head, bytes).apply(&mut self.state),
            State::Opaque => return (Some(Piece::Opaque(bytes.to_vec())), &[]),
            State::UntilClosed => (bytes.len(), false),
            State::Length(left) => {
                let taken = usize::try_from(*left).unwrap_or(usize::MAX).min(bytes.len());
                *left -= taken as u64;
                (taken, *left == 0)
            }
            State::Chunked(chunks) => chunks.take(bytes),
        };
        if ends {
            self.state = State::Head(Vec::new());
        }
        (body(taken, ends), &bytes[taken..])
    }
}

/// What a step in the head came to.
struct HeadStep<'a> {
    piece: Option<Piece>,
    next: Option<State>,
    rest: &'a [u8],
}

impl<'a> HeadStep<'a> {
    fn apply(self, state: &mut State) -> (Option<Piece>, &'a [u8]) {
        if let Some(next) = self.next {
            *state = next;
        }
        (self.piece, self.rest)
    }
}

fn head_step<'a>(side: Side, head: &mut Vec<u8>, bytes: &'a [u8]) -> HeadStep<'a> {
    let old = head.len();
    head.extend_from_slice(bytes);
    if !may_be_http(side, head) {
        let piece = Some(Piece::Opaque(std::mem::take(head)));
        return HeadStep { piece, next: Some(State::Opaque), rest: &[] };
    }
    // The end may straddle two reads.
    let from = old.saturating_sub(END_OF_HEAD.len());
    let Some(end) = head[from..].windows(END_OF_HEAD.len()).position(|four| four == END_OF_HEAD) else {
        return HeadStep { piece: None, next: None, rest: &[] };
    };
    let end = from + end + END_OF_HEAD.len();
    head.truncate(end);
    let head = std::mem::take(head);
    let next = state_after(side, &head);
    let body = match &next {
        State::Head(_) => Some(0),
        State::Length(length) => Some(*length),
        _ => None,
    };
    let piece = Some(Piece::Head { bytes: head, body, ends: body == Some(0) });
    HeadStep { piece, next: Some(next), rest: &bytes[end - old..] }
}

/// A request begins with a method in capitals and a blank, an answer with its version.
fn may_be_http(side: Side, head: &[u8]) -> bool {
    const VERSION: &[u8] = b"HTTP/1.";
    if head.len() > HEAD_LIMIT {
        return false;
    }
    if side == Side::Response {
        let length = head.len().min(VERSION.len());
        return head[..length] == VERSION[..length];
    }
    let method = head.split(|byte| *byte == b' ').next().unwrap_or(head);
    let is_whole = method.len() < head.len();
    let longest = "CONNECT".len();
    method.len() <= longest && (!is_whole || !method.is_empty()) && method.iter().all(u8::is_ascii_uppercase)
}

fn state_after(side: Side, head: &[u8]) -> State {
    let head = String::from_utf8_lossy(head);
    let mut lines = head.split("\r\n");
    let first = lines.next().unwrap_or_default();
    let (mut length, mut is_chunked) = (None, false);
    for line in lines {
        let Some((name, value)) = line.split_once(':') else { continue };
        if name.eq_ignore_ascii_case("content-length") {
            length = value.trim().parse::<u64>().ok();
        } else if name.eq_ignore_ascii_case("transfer-encoding") {
            is_chunked = value.to_ascii_lowercase().contains("chunked");
        }
    }
    let status = first.split(' ').nth(1).unwrap_or_default();
    let has_no_body = side == Side::Response && (status.starts_with('1') || matches!(status, "204" | "304"));
    match length {
        _ if has_no_body => State::Head(Vec::new()),
        _ if is_chunked => State::Chunked(Chunks::default()),
        Some(0) => State::Head(Vec::new()),
        Some(length) => State::Length(length),
        None if side == Side::Request => State::Head(Vec::new()),
        None => State::UntilClosed,
    }
}

/// Where a body in chunks ends.
#[derive(Debug, Default)]
struct Chunks {
    /// Of the present chunk, with its end of line.
    left: u64,
    /// The line of a size, or of the trailer, as far as it has come.
    line: Vec<u8>,
    in_trailer: bool,
}

impl Chunks {
    /// How many of the bytes belong to the body, and whether it ends with them.
    fn take(&mut self, bytes: &[u8]) -> (usize, bool) {
        let mut index = 0;
        while index < bytes.len() {
            if self.left > 0 {
                let taken = usize::try_from(self.left).unwrap_or(usize::MAX).min(bytes.len() - index);
                self.left -= taken as u64;
                index += taken;
                continue;
            }
            let byte = bytes[index];
            index += 1;
            if byte != b'\n' {
                self.line.push(byte);
                continue;
            }
            let line = String::from_utf8_lossy(&std::mem::take(&mut self.line)).trim().to_owned();
            if self.in_trailer {
                if line.is_empty() {
                    return (index, true);
                }
                continue;
            }
            let size = line.split(';').next().unwrap_or_default();
            match u64::from_str_radix(size.trim(), 16) {
                Ok(0) | Err(_) => self.in_trailer = true,
                Ok(size) => self.left = size.saturating_add(2),
            }
        }
        (index, false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each message as "head length + body length", however the stream is cut.
    fn check(side: Side, stream: &str, expected: &[&str]) {
        for step in [1, 2, 3, 7, 64, stream.len()] {
            let mut framer = Framer::new(side);
            let (mut seen, mut joined, mut present) = (Vec::new(), Vec::new(), (0, 0));
            for bytes in stream.as_bytes().chunks(step) {
                for piece in framer.feed(bytes) {
                    let ended = match &piece {
                        Piece::Head { bytes, ends, .. } => {
                            present.0 += bytes.len();
                            *ends
                        }
                        Piece::Body { bytes, ends } => {
                            present.1 += bytes.len();
                            *ends
                        }
                        Piece::Opaque(_) => {
                            if seen.is_empty() {
                                seen.push("opaque".to_owned());
                            }
                            false
                        }
                    };
                    if ended {
                        seen.push(format!("{}+{}", present.0, present.1));
                        present = (0, 0);
                    }
                    let (Piece::Head { bytes, .. } | Piece::Body { bytes, .. } | Piece::Opaque(bytes)) =
                        piece;
                    joined.extend(bytes);
                }
            }
            assert_eq!(seen, expected, "in steps of {step}");
            assert_eq!(joined, stream.as_bytes());
        }
    }

    #[test]
    fn requests_end_where_they_say() {
        check(Side::Request, "GET / HTTP/1.1\r\n\r\nGET / HTTP/1.1\r\n\r\n", &["18+0", "18+0"]);
        check(
            Side::Request,
            "POST /x HTTP/1.1\r\ncontent-LENGTH: 5\r\n\r\nhelloGET / HTTP/1.1\r\n\r\n",
            &["39+5", "18+0"],
        );
        check(
            Side::Request,
            "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nb;x=1\r\nhello\r\nyou!\r\n0\r\nSum: 1\r\n\r\nGET / HTTP/1.1\r\n\r\n",
            &["47+33", "18+0"],
        );
    }

    #[test]
    fn answers_end_where_they_say_or_with_the_stream() {
        let stream = "HTTP/1.1 204 No\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 200 OK\r\n\r\nall the rest";
        check(Side::Response, stream, &["19+0", "38+2"]);
    }

    #[test]
    fn what_is_no_http_is_left_alone() {
        check(Side::Request, "\u{16}\u{3}\u{1} a handshake", &["opaque"]);
        check(Side::Request, "SSSSSSSSSSSSSSH", &["opaque"]);
        check(Side::Response, "SSH-2.0", &["opaque"]);
    }
}
