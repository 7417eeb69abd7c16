//! A network namespace with one TUN device in it.

use crate::guard::Guard;
use anyhow::{Context as _, Result, anyhow, bail};
use rustix::thread::{LinkNameSpaceType, move_into_link_name_space};
use std::ffi::OsStr;
use std::fs::File;
use std::net::Ipv4Addr;
use std::os::fd::AsFd as _;
use std::path::Path;
use std::process::Command;
use tun_rs::{DeviceBuilder, SyncDevice};

const DEVICE: &str = "slow0";
/// Where iproute2 keeps the names.
const NAMES: &str = "/run/netns";

#[derive(Debug)]
pub(super) struct Namespace {
    name: String,
    /// Removes it where this process is killed.
    _guard: Guard,
}

impl Namespace {
    /// The device lives as long as the namespace or its handle, whichever ends first.
    pub(super) fn with_tun(name: &str, address: Ipv4Addr, mtu: u16) -> Result<(Self, SyncDevice)> {
        ip(&["netns", "add", name])?;
        let guard = Guard::set("ip netns del \"$1\"", &[OsStr::new(name)]);
        let guard = match guard {
            Ok(guard) => guard,
            Err(error) => {
                ip(&["netns", "del", name])?;
                return Err(error);
            }
        };
        let namespace = Self { name: name.to_owned(), _guard: guard };
        let device = namespace.run(|| {
            // Up and with an address below, by the program that knows how.
            DeviceBuilder::new().name(DEVICE).enable(false).build_sync()
        })?;
        let device = device.context("cannot make a TUN device")?;
        device.set_nonblocking(true)?;
        let (address, mtu) = (format!("{address}/30"), mtu.to_string());
        ip(&["-n", name, "link", "set", "lo", "up"])?;
        ip(&["-n", name, "addr", "add", &address, "dev", DEVICE])?;
        ip(&["-n", name, "link", "set", DEVICE, "mtu", &mtu, "up"])?;
        Ok((namespace, device))
    }

    pub(super) fn command(&self, program: &OsStr) -> Command {
        let mut command = Command::new("ip");
        command.args(["netns", "exec", &self.name]).arg(program);
        command
    }

    /// On a thread of its own, which never comes back out: a namespace belongs to a thread.
    pub(super) fn run<T: Send>(&self, work: impl FnOnce() -> T + Send) -> Result<T> {
        let place = Path::new(NAMES).join(&self.name);
        let file = File::open(&place).with_context(|| format!("cannot open {}", place.display()))?;
        std::thread::scope(|scope| {
            let thread = scope.spawn(|| {
                move_into_link_name_space(file.as_fd(), Some(LinkNameSpaceType::Network))
                    .context("cannot enter the network namespace")?;
                Ok(work())
            });
            thread.join().unwrap_or_else(|_| Err(anyhow!("the work in the network namespace panicked")))
        })
    }
}

impl Drop for Namespace {
    fn drop(&mut self) {
        // Nobody is left to be told.
        let _ = ip(&["netns", "del", &self.name]);
    }
}

fn ip(arguments: &[&str]) -> Result<()> {
    let output = Command::new("ip").args(arguments).output().context("cannot run ip (Debian: iproute2)")?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        bail!("ip {} fails: {}", arguments.join(" "), said.trim());
    }
    Ok(())
}
