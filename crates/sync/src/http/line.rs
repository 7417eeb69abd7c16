//! One connection to one place.

use super::address::Address;
use super::count::{Counted, Counters, Counting};
use crate::machine::{Failure, Method, Request};
use std::io;
use std::sync::Arc;
use std::time::Duration;
use ureq::config::AutoHeaderValue;
use ureq::http;
use ureq::tls::{Certificate, PemItem, RootCerts, TlsConfig, parse_pem};
use ureq::unversioned::resolver::DefaultResolver;
use ureq::unversioned::transport::{Connector, RustlsConnector, TcpConnector};
use ureq::{Agent, Error};

/// The slowest line that is waited for: 64 kbit/s, half of it ours.
const BYTES_PER_SECOND: u64 = 4_000;
const RESOLVE: Duration = Duration::from_secs(15);
const CONNECT: Duration = Duration::from_secs(30);
/// Longest silence while something is due, beyond the time that the request needs to get out.
const SILENCE: Duration = Duration::from_secs(30);
/// How long an unused connection is kept; networks for telephones forget it soon after.
const KEPT: Duration = Duration::from_secs(90);
/// Bytes of an answer's headers.
const HEADERS_MAX: usize = 16 << 10;

/// Who vouches for the server's name.
#[derive(Clone, Debug, Default)]
pub enum Roots {
    /// The authorities of the public web.
    #[default]
    Web,
    /// These certificates alone, PEM.
    Pem(Vec<u8>),
}

/// Certificates that cannot be read.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("no certificate can be read: {0}")]
pub struct BadRoots(String);

/// What came whole.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Answer {
    pub status: u16,
    pub body: Vec<u8>,
}

/// A kept connection to one address. No redirect is followed, no proxy of the environment is used, and nothing
/// is said that the protocol does not need.
#[derive(Debug)]
pub struct Line {
    address: Address,
    agent: Agent,
    counters: Arc<Counters>,
    silence: Duration,
}

impl Line {
    /// Opens nothing yet.
    pub fn new(address: Address, roots: &Roots) -> Result<Self, BadRoots> {
        Self::with_silence(address, roots, SILENCE)
    }

    /// With another longest silence than 30 s, for tests and for lines that are known to be quick.
    pub fn with_silence(address: Address, roots: &Roots, silence: Duration) -> Result<Self, BadRoots> {
        let tls = match roots {
            Roots::Web => TlsConfig::default(),
            Roots::Pem(pem) => TlsConfig::builder().root_certs(certificates(pem)?).build(),
        };
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .proxy(None)
            .user_agent(AutoHeaderValue::None)
            .accept(AutoHeaderValue::None)
            .accept_encoding(AutoHeaderValue::None)
            .max_idle_connections(1)
            .max_idle_connections_per_host(1)
            .max_idle_age(KEPT)
            .max_response_header_size(HEADERS_MAX)
            .timeout_resolve(Some(RESOLVE.min(silence)))
            .timeout_connect(Some(CONNECT.min(silence)))
            .tls_config(tls)
            .build();
        let counters = Arc::new(Counters::default());
        let connector =
            ().chain(TcpConnector::default())
                .chain(RustlsConnector::default())
                .chain(Counting(Arc::clone(&counters)));
        let agent = Agent::with_parts(config, connector, DefaultResolver::default());
        Ok(Self { address, agent, counters, silence })
    }

    pub fn address(&self) -> &Address {
        &self.address
    }

    /// Bytes so far, of answered and unanswered requests, without TLS and below.
    pub fn counted(&self) -> Counted {
        self.counters.read()
    }

    /// Sends and waits. The longest wait grows with what is sent and may come back, so that a slow line which
    /// still moves is not given up.
    ///
    /// # Errors
    /// [`Failure::Timeout`] where it took too long, [`Failure::NoLine`] where there is no connection,
    /// [`Failure::NotNow`] where what came is cut off, too large or not HTTP.
    pub fn send(&self, request: &Request) -> Result<Answer, Failure> {
        let address = self.address.join(&request.path);
        let mut head = http::Request::builder().uri(address).method(match request.method {
            Method::Get => http::Method::GET,
            Method::Post => http::Method::POST,
        });
        if let Some(token) = &request.token {
            head = head.header(http::header::AUTHORIZATION, format!("Bearer {token}"));
        }
        if let Some((first, last)) = request.range {
            head = head.header(http::header::RANGE, format!("bytes={first}-{last}"));
        }
        let sends = seconds(request.body.len());
        let whole = self.silence * 2 + sends + seconds(request.answer_max);
        let response = match request.method {
            Method::Get => self.run(head.body(()), self.silence, whole),
            Method::Post => self.run(head.body(request.body.as_slice()), self.silence + sends, whole),
        };
        let response = response.map_err(|error| failure(&error))?;
        let (parts, body) = response.into_parts();
        let limit = u64::try_from(request.answer_max).unwrap_or(u64::MAX);
        let body = body.into_with_config().limit(limit).read_to_vec().map_err(|error| failure(&error))?;
        Ok(Answer { status: parts.status.as_u16(), body })
    }

    fn run(
        &self,
        request: http::Result<http::Request<impl ureq::AsSendBody>>,
        silence: Duration,
        whole: Duration,
    ) -> Result<http::Response<ureq::Body>, Error> {
        let request = self.agent.configure_request(request?);
        self.agent.run(
            request
                .timeout_per_read(Some(silence))
                .timeout_per_write(Some(silence))
                .timeout_global(Some(whole))
                .build(),
        )
    }
}

fn seconds(bytes: usize) -> Duration {
    Duration::from_secs(u64::try_from(bytes).unwrap_or(u64::MAX) / BYTES_PER_SECOND)
}

fn certificates(pem: &[u8]) -> Result<RootCerts, BadRoots> {
    let mut found: Vec<Certificate<'static>> = Vec::new();
    for item in parse_pem(pem) {
        match item {
            Ok(PemItem::Certificate(certificate)) => found.push(certificate),
            Ok(_) => {}
            Err(error) => return Err(BadRoots(error.to_string())),
        }
    }
    if found.is_empty() {
        return Err(BadRoots("the file holds none".to_owned()));
    }
    Ok(RootCerts::new_with_certs(&found))
}

fn failure(error: &Error) -> Failure {
    match error {
        Error::Timeout(_) => Failure::Timeout,
        Error::HostNotFound | Error::ConnectionFailed => Failure::NoLine,
        Error::Io(error) => match error.kind() {
            io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock => Failure::Timeout,
            io::ErrorKind::ConnectionRefused
            | io::ErrorKind::HostUnreachable
            | io::ErrorKind::NetworkUnreachable
            | io::ErrorKind::NetworkDown
            | io::ErrorKind::AddrNotAvailable => Failure::NoLine,
            _ => Failure::NotNow,
        },
        _ => Failure::NotNow,
    }
}
