//! Hubs in the shop, found by mDNS. What is found is a place to ask: whether the right one answers there, its key
//! tells.

use mdns_sd::{Error, Receiver, ServiceDaemon, ServiceEvent, ServiceInfo};
use std::collections::BTreeMap;
use std::fmt;
use std::net::IpAddr;
use std::time::{Duration, Instant};

/// The service's type.
pub const SERVICE: &str = "_lumbung._tcp.local.";
/// The key of the text record.
const COOP: &str = "coop";
/// Bytes of the cooperative's id that are told: enough to choose by, too few to know it.
const TOLD: usize = 4;

/// The network does not let itself be asked.
#[derive(Debug, thiserror::Error)]
#[error("this network tells nothing of its hubs: {0}")]
pub struct NoDiscovery(#[from] Error);

/// A hub of this cooperative.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Hub {
    /// The service's name.
    pub name: String,
    /// IPv4 before IPv6.
    pub addresses: Vec<IpAddr>,
    pub port: u16,
}

/// Tells the network of a hub for as long as it is kept.
pub struct Announcement {
    daemon: Option<ServiceDaemon>,
    name: String,
}

impl fmt::Debug for Announcement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Announcement").field("name", &self.name).finish_non_exhaustive()
    }
}

impl Announcement {
    /// `name` is told to everybody on the network: the till's letter, never a person or the cooperative.
    ///
    /// # Errors
    /// [`NoDiscovery`] where the network has no multicast. Tills then take the address by hand.
    pub fn new(coop_id: &[u8; 16], name: &str, port: u16) -> Result<Self, NoDiscovery> {
        let told = prefix(coop_id);
        let instance = format!("{name}-{told}");
        let host = format!("lumbung-{instance}.local.");
        let properties = [(COOP, told.as_str())];
        let info = ServiceInfo::new(SERVICE, &instance, &host, "", port, &properties[..])?.enable_addr_auto();
        let name = info.get_fullname().to_owned();
        let daemon = ServiceDaemon::new()?;
        daemon.register(info)?;
        Ok(Self { daemon: Some(daemon), name })
    }
}

impl Drop for Announcement {
    fn drop(&mut self) {
        if let Some(daemon) = self.daemon.take() {
            // A goodbye that is not heard is forgotten by time.
            if let Ok(done) = daemon.unregister(&self.name) {
                let _ = done.recv_timeout(Duration::from_millis(500));
            }
            let _ = daemon.shutdown();
        }
    }
}

/// Listens for hubs of one cooperative.
pub struct Search {
    daemon: ServiceDaemon,
    events: Receiver<ServiceEvent>,
    told: String,
    found: BTreeMap<String, Hub>,
}

impl fmt::Debug for Search {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Search").field("found", &self.found).finish_non_exhaustive()
    }
}

impl Search {
    /// # Errors
    /// [`NoDiscovery`] where the network has no multicast.
    pub fn new(coop_id: &[u8; 16]) -> Result<Self, NoDiscovery> {
        let daemon = ServiceDaemon::new()?;
        let events = daemon.browse(SERVICE)?;
        Ok(Self { daemon, events, told: prefix(coop_id), found: BTreeMap::new() })
    }

    /// Listens for so long, and gives all hubs that are there now, by name.
    pub fn listen(&mut self, for_: Duration) -> Vec<Hub> {
        let until = Instant::now() + for_;
        while let Ok(event) = self.events.recv_deadline(until) {
            self.hear(event);
        }
        self.found.values().cloned().collect()
    }

    fn hear(&mut self, event: ServiceEvent) {
        match event {
            ServiceEvent::ServiceResolved(service) => {
                if service.get_property_val_str(COOP) != Some(&self.told) {
                    return;
                }
                let mut addresses: Vec<IpAddr> =
                    service.get_addresses().iter().map(mdns_sd::ScopedIp::to_ip_addr).collect();
                if addresses.iter().any(|address| !address.is_loopback()) {
                    addresses.retain(|address| !address.is_loopback());
                }
                addresses.sort();
                let name = service.get_fullname().to_owned();
                self.found.insert(name.clone(), Hub { name, addresses, port: service.get_port() });
            }
            ServiceEvent::ServiceRemoved(_, name) => {
                self.found.remove(&name);
            }
            _ => {}
        }
    }
}

impl Drop for Search {
    fn drop(&mut self) {
        let _ = self.daemon.stop_browse(SERVICE);
        let _ = self.daemon.shutdown();
    }
}

fn prefix(coop_id: &[u8; 16]) -> String {
    coop_id[..TOLD].iter().fold(String::new(), |told, byte| told + &format!("{byte:02x}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const COOP_ID: [u8; 16] = [0xab; 16];

    fn resolved(coop: &str) -> ServiceEvent {
        let name = format!("A-{coop}");
        let host = format!("lumbung-{name}.local.");
        let addresses = "fe80::7,192.168.1.7";
        let info = ServiceInfo::new(SERVICE, &name, &host, addresses, 4_700, &[(COOP, coop)][..]).unwrap();
        ServiceEvent::ServiceResolved(Box::new(info.as_resolved_service()))
    }

    #[test]
    fn hubs_of_this_cooperative_come_and_go() {
        // A machine without a network has nothing to search.
        let Ok(mut search) = Search::new(&COOP_ID) else { return };
        search.hear(resolved("abababab"));
        search.hear(resolved("12345678"));
        let name = format!("A-abababab.{SERVICE}");
        let addresses = vec!["192.168.1.7".parse().unwrap(), "fe80::7".parse().unwrap()];
        let hub = Hub { name: name.clone(), addresses, port: 4_700 };
        assert_eq!(search.found.values().collect::<Vec<_>>(), [&hub]);
        search.hear(ServiceEvent::ServiceRemoved(SERVICE.to_owned(), name));
        assert!(search.found.is_empty());
    }

    /// Multicast that does not come back to its sender is common in containers, so hearing is not asked for;
    /// what is heard must be right.
    #[test]
    fn what_is_announced_is_what_is_heard() {
        let (Ok(_told), Ok(mut search)) = (Announcement::new(&COOP_ID, "A", 4_701), Search::new(&COOP_ID))
        else {
            return;
        };
        let begun = Instant::now();
        while begun.elapsed() < Duration::from_secs(3) {
            for hub in search.listen(Duration::from_millis(200)) {
                if hub.name.starts_with("A-abababab") {
                    assert_eq!(hub.port, 4_701);
                    println!("heard {hub:?}");
                    return;
                }
            }
        }
    }
}
