//! The calls over a real connection, byte by byte, so that a test sees what an answer weighs.

use super::till::Till;
use super::{answer_to, session_request};
use lumbung_server::centre::{Bearer, Tally};
use lumbung_server::{Calls, run_inline};
use lumbung_sync::wire::{
    self, CheckpointAnswer, EnrolAnswer, EnrolRequest, HeadsAnswer, Problem, ProblemCode, RelayAnswer,
    RelayRequest, SessionAnswer, SessionRequest, SyncAnswer, SyncRequest,
};
use std::fmt::Write as _;
use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::sync::{LazyLock, Mutex};
use std::time::Duration;

static NO_TALLY: LazyLock<Tally> = LazyLock::new(Tally::default);

/// What came back.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
    /// Heads and bodies both ways.
    pub(crate) bytes: usize,
}

impl Reply {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    pub(crate) fn problem(&self) -> Problem {
        wire::decode(&self.body).unwrap()
    }
}

/// One kept connection, made when it is needed.
#[derive(Debug)]
pub(crate) struct Line {
    address: SocketAddr,
    token: String,
    stream: Mutex<Option<BufReader<TcpStream>>>,
}

impl Line {
    pub(crate) fn new(address: SocketAddr) -> Self {
        Self { address, token: String::new(), stream: Mutex::new(None) }
    }

    /// With a session for this till.
    pub(crate) fn open(address: SocketAddr, till: &Till) -> Result<Self, Problem> {
        let mut line = Self::new(address);
        let challenge = run_inline(line.session(session_request(till, None)))?.challenge.unwrap();
        let response = answer_to(&till.key, &till.coop_id, till.device_no, challenge.challenge);
        let answer = run_inline(line.session(session_request(till, Some(response))))?;
        line.token = answer.session.unwrap().token;
        Ok(line)
    }

    pub(crate) fn with_token(address: SocketAddr, token: &str) -> Self {
        Self { token: token.to_owned(), ..Self::new(address) }
    }

    pub(crate) fn token(&self) -> &str {
        &self.token
    }

    pub(crate) fn ask(&self, method: &str, path: &str, body: &[u8]) -> io::Result<Reply> {
        self.ask_with(method, path, "", body)
    }

    /// With more header lines, each ended by CRLF.
    pub(crate) fn ask_with(&self, method: &str, path: &str, more: &str, body: &[u8]) -> io::Result<Reply> {
        let mut kept = self.stream.lock().unwrap();
        let mut stream = match kept.take() {
            Some(stream) => stream,
            None => BufReader::new(connect(self.address)?),
        };
        let head = self.head(method, path, more, body.len());
        stream.get_mut().write_all(&[head.as_bytes(), body].concat())?;
        let mut reply = read_reply(&mut stream)?;
        reply.bytes += head.len() + body.len();
        if reply.header("connection") != Some("close") {
            *kept = Some(stream);
        }
        Ok(reply)
    }

    fn head(&self, method: &str, path: &str, more: &str, length: usize) -> String {
        let mut head = format!("{method} {path} HTTP/1.1\r\nhost: {}\r\n{more}", self.address);
        if !self.token.is_empty() {
            write!(head, "authorization: Bearer {}\r\n", self.token).unwrap();
        }
        if method == "POST" {
            write!(head, "content-length: {length}\r\n").unwrap();
        }
        head + "\r\n"
    }

    fn call<M, A>(&self, method: &str, path: &str, message: Option<&M>) -> Result<A, Problem>
    where
        M: minicbor::Encode<()>,
        A: for<'b> minicbor::Decode<'b, ()>,
    {
        let body = message.map(wire::encode).unwrap_or_default();
        // A line that breaks is "not now", as for a till.
        let reply = self.ask(method, path, &body).map_err(|error| Problem {
            code: ProblemCode::Busy,
            seq: None,
            wait_s: None,
            detail: error.to_string(),
        })?;
        if reply.status == 200 { Ok(wire::decode(&reply.body).unwrap()) } else { Err(reply.problem()) }
    }
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}

pub(crate) fn connect(address: SocketAddr) -> io::Result<TcpStream> {
    let stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(Duration::from_secs(30)))?;
    stream.set_write_timeout(Some(Duration::from_secs(30)))?;
    stream.set_nodelay(true)?;
    Ok(stream)
}

pub(crate) fn read_reply(stream: &mut BufReader<TcpStream>) -> io::Result<Reply> {
    let mut bytes = 0;
    let mut line = || -> io::Result<String> {
        let mut line = String::new();
        bytes += stream.read_line(&mut line)?;
        if line.is_empty() {
            Err(io::ErrorKind::UnexpectedEof.into())
        } else {
            Ok(line.trim_end().to_owned())
        }
    };
    let status = line()?.split(' ').nth(1).unwrap().parse().unwrap();
    let mut headers = Vec::new();
    loop {
        let header = line()?;
        let Some((name, value)) = header.split_once(": ") else { break };
        headers.push((name.to_owned(), value.to_owned()));
    }
    let length = headers.iter().find(|(name, _)| name == "content-length");
    let mut body = vec![0; length.map_or(0, |(_, length)| length.parse().unwrap())];
    stream.read_exact(&mut body)?;
    bytes += body.len();
    Ok(Reply { status, headers, body, bytes })
}

impl Calls for Line {
    async fn enrol(&self, _: &str, request: EnrolRequest) -> Result<EnrolAnswer, Problem> {
        self.call("POST", "/v1/enrol", Some(&request))
    }

    async fn session(&self, request: SessionRequest) -> Result<SessionAnswer, Problem> {
        self.call("POST", "/v1/session", Some(&request))
    }

    fn bearer(&self, _: &str) -> Result<Bearer, Problem> {
        unreachable!("asked of the centre alone")
    }

    async fn sync(&self, _: Bearer, request: SyncRequest) -> Result<SyncAnswer, Problem> {
        self.call("POST", "/v1/sync", Some(&request))
    }

    async fn heads(&self, _: Bearer) -> Result<HeadsAnswer, Problem> {
        self.call("GET", "/v1/heads", None::<&RelayRequest>)
    }

    async fn relay(&self, _: Bearer, request: RelayRequest) -> Result<RelayAnswer, Problem> {
        self.call("POST", "/v1/relay", Some(&request))
    }

    async fn checkpoint(&self, _: Bearer, level: u16) -> Result<CheckpointAnswer, Problem> {
        self.call("GET", &format!("/v1/checkpoint?level={level}"), None::<&RelayRequest>)
    }

    async fn blob(
        &self,
        _: Bearer,
        blob: [u8; 32],
        from: u64,
        length: u64,
    ) -> Result<(u64, Vec<u8>), Problem> {
        let name = hex(&blob);
        let range = format!("range: bytes={from}-{}\r\n", from + length - 1);
        let reply = self.ask_with("GET", &format!("/v1/blob/{name}"), &range, &[]).unwrap();
        if reply.status >= 400 {
            return Err(reply.problem());
        }
        let total = reply.header("content-range").unwrap().rsplit_once('/').unwrap().1.parse().unwrap();
        Ok((total, reply.body))
    }

    fn tally(&self) -> &Tally {
        &NO_TALLY
    }
}
