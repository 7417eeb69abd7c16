//! A slow, lossy line between two network namespaces of one's own. The kernel of many machines lacks netem, so
//! the packets are carried by hand from one TUN device to the other.
//!
//! Needs root and /dev/net/tun. Where [`SlowLink::why_not`] has an answer, a test says it aloud and ends.

mod carrier;
mod line;
mod namespace;

pub use line::Counters;

use anyhow::{Context as _, Result, bail};
use carrier::Carrier;
use line::Line;
use namespace::Namespace;
use std::ffi::OsStr;
use std::net::Ipv4Addr;
use std::path::Path;
use std::process::Command;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

/// Tells the links of one process apart.
static NEXT: AtomicU32 = AtomicU32::new(0);

/// Dropped, it takes the line down and removes both namespaces.
#[derive(Debug)]
pub struct SlowLink {
    // In this order they are dropped: the devices before the namespaces that hold them.
    carrier: Carrier,
    client: Namespace,
    server: Namespace,
}

impl SlowLink {
    pub const CLIENT: Ipv4Addr = Ipv4Addr::new(10, 99, 0, 1);
    pub const SERVER: Ipv4Addr = Ipv4Addr::new(10, 99, 0, 2);
    /// In octets, of IP packets.
    pub const MTU: u16 = 1_400;

    /// Each way carries `rate_bit_s` (of IP packets), takes `one_way_ms` on top and loses `loss` (0.02: two of a
    /// hundred) of the packets. What waits for its turn is bounded as in a modem: 32 kB or 200 ms of the rate,
    /// whichever is more; the rest is dropped.
    pub fn start(rate_bit_s: u64, one_way_ms: u64, loss: f64, seed: u64) -> Result<Self> {
        if rate_bit_s == 0 || !(0.0..=1.0).contains(&loss) {
            bail!("a line needs a rate above 0 and a loss from 0 to 1");
        }
        if let Some(reason) = lacking() {
            bail!("no slow link here: {reason}");
        }
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let (client, client_tun) = Namespace::with_tun(&name_of(number, "c"), Self::CLIENT, Self::MTU)?;
        let (server, server_tun) = Namespace::with_tun(&name_of(number, "s"), Self::SERVER, Self::MTU)?;
        let line = Line::new(rate_bit_s, Duration::from_millis(one_way_ms), loss, seed);
        let carrier = Carrier::start(client_tun, server_tun, Mutex::new(line))?;
        Ok(Self { carrier, client, server })
    }

    /// What stands in the way of a slow link on this machine. Being root does not tell: a container's root may
    /// lack the right. So it is tried.
    pub fn why_not() -> Option<String> {
        lacking().or_else(|| {
            let name = name_of(NEXT.fetch_add(1, Ordering::Relaxed), "t");
            Namespace::with_tun(&name, Self::CLIENT, Self::MTU).err().map(|error| format!("{error:#}"))
        })
    }

    /// A command that will run at the client's end.
    pub fn command_in_client(&self, program: impl AsRef<OsStr>) -> Command {
        self.client.command(program.as_ref())
    }

    /// A command that will run at the server's end.
    pub fn command_in_server(&self, program: impl AsRef<OsStr>) -> Command {
        self.server.command(program.as_ref())
    }

    /// Runs `work` on a thread of its own at the client's end. Sockets made there, and threads started there,
    /// stay there.
    pub fn in_client<T: Send>(&self, work: impl FnOnce() -> T + Send) -> Result<T> {
        self.client.run(work).context("at the client's end")
    }

    /// As [`SlowLink::in_client`], at the server's end.
    pub fn in_server<T: Send>(&self, work: impl FnOnce() -> T + Send) -> Result<T> {
        self.server.run(work).context("at the server's end")
    }

    /// While cut, every packet is lost, those under way too; nobody is told.
    pub fn set_cut(&self, is_cut: bool) {
        self.carrier.line().set_cut(is_cut);
    }

    pub fn counters(&self) -> Counters {
        self.carrier.line().counters()
    }

    pub fn reset_counters(&self) {
        self.carrier.line().reset_counters();
    }
}

fn name_of(number: u32, end: &str) -> String {
    format!("lumbung-{}-{number}-{end}", std::process::id())
}

fn lacking() -> Option<String> {
    if !rustix::process::geteuid().is_root() {
        return Some("only root may make network namespaces".to_owned());
    }
    if !Path::new("/dev/net/tun").exists() {
        return Some("there is no /dev/net/tun".to_owned());
    }
    let version = Command::new("ip").arg("-Version").output();
    version.err().map(|error| format!("cannot run ip (Debian: iproute2): {error}"))
}
