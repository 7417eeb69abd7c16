//! A till that serves the others in the shop: finding one, and what the page shows of this one.

use super::Trouble;
use super::door::{Door, Shared, ask};
use super::view::{HubCard, HubFound};
use crate::permission::Action;
use crate::{Answer, App};
use lumbung_sync::discover::Search;
use std::cell::RefCell;
use std::time::Duration;

/// How long the network is listened to.
const LISTEN: Duration = Duration::from_secs(3);

/// Hubs of this cooperative that tell the network of themselves. A network without multicast has none to tell:
/// there the address is typed.
pub fn find_hubs(door: &mut dyn Door) -> Answer<Vec<HubFound>> {
    let door: Shared<'_> = RefCell::new(door);
    let coop_id = ask(&door, |app| {
        app.require(Action::Look)?;
        Ok(app.ledger.identity().coop_id)
    })?;
    let Ok(mut search) = Search::new(&coop_id) else { return Ok(Vec::new()) };
    let found = search.listen(LISTEN).into_iter().filter_map(|hub| {
        let address = hub.addresses.first()?;
        let host = if address.is_ipv6() { format!("[{address}]") } else { address.to_string() };
        let name = hub.name.split('.').next().unwrap_or_default().to_owned();
        Some(HubFound { name, url: format!("http://{host}:{}", hub.port) })
    });
    Ok(found.collect())
}

impl App {
    /// Serving others is not in this version; switching it off is always right.
    pub fn set_hub(&mut self, on: bool) -> Answer<HubCard> {
        self.require(Action::ManageStaff)?;
        if on { Err(Trouble::HubNotYet.into()) } else { Ok(self.hub_card()) }
    }

    #[expect(clippy::unused_self, reason = "whether it serves is a setting of this till")]
    pub(super) fn hub_card(&self) -> HubCard {
        HubCard { on: false, address: None }
    }
}
