//! The calls over HTTP/1.1, for the centre and for a hub in the shop.
//!
//! Every byte of an answer is weighed against a village's line: no date, no content type, nothing that a till
//! does not read. A body is read only up to the limit of its call, and a large one only for a bearer of a token.

mod answer;
mod body;
mod metrics;
mod route;
mod serve;
mod tls;

pub use serve::serve;
pub use tls::server_config;

use std::sync::Arc;
use std::time::Duration;
use tokio_rustls::rustls::ServerConfig;

/// How a server behaves.
#[derive(Clone, Debug)]
pub struct Options {
    /// Requests that are worked on at one time; more of them wait.
    pub workers: usize,
    /// Open connections; more of them wait to be accepted.
    pub connections: usize,
    /// With nothing arriving for so long, a request is given up.
    pub stall: Duration,
    /// For a whole request's body: 2 MiB over a line of 64 kbit/s.
    pub body: Duration,
    /// A kept connection on which nothing is asked is closed.
    pub idle: Duration,
    /// For requests in flight at the end.
    pub grace: Duration,
    pub tls: Option<Arc<ServerConfig>>,
    /// A load balancer in front writes `X-Forwarded-For`, and nobody else can reach this server.
    pub is_forwarded: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            workers: 32,
            connections: 4_096,
            stall: Duration::from_secs(30),
            body: Duration::from_mins(5),
            idle: Duration::from_mins(20),
            grace: Duration::from_secs(30),
            tls: None,
            is_forwarded: false,
        }
    }
}
