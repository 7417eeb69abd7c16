//! Many cooperatives at once, for measurements: rows as an enrolment leaves them, without the enrolment.

use super::Centre;
use super::control::FOUNDER;
use crate::log::{CentreLog, CoopId, Cooperative, Device, LogFault, Session as _, Transport};
use lumbung_document::Hash;

/// A cooperative with one device, the founder's.
#[derive(Clone, Copy, Debug)]
pub struct Founded {
    pub coop_id: CoopId,
    pub device_id: [u8; 16],
    pub device_key: [u8; 32],
}

impl<L: CentreLog> Centre<L> {
    /// Registers them; those that exist are left as they are. A thousand at a time is a good portion.
    pub async fn bulk_register(&self, founded: &[Founded]) -> Result<(), LogFault> {
        let rows: Vec<(Cooperative, Vec<Device>)> = founded
            .iter()
            .map(|one| {
                let place = self.empty_place("", "");
                let genesis_hash = Hash::genesis(&one.coop_id, &one.device_id, &one.device_key);
                let device = Device {
                    device_no: FOUNDER,
                    device_id: one.device_id,
                    device_key: one.device_key,
                    genesis_hash,
                    head_hash: genesis_hash,
                    transport: Transport::Open,
                    ..self.own_device(&one.coop_id)
                };
                let cooperative = Cooperative { coop_id: one.coop_id, is_registered: true, ..place };
                (cooperative, vec![self.own_device(&one.coop_id), device])
            })
            .collect();
        self.log.session().await?.found_many(&rows).await
    }

    /// A token as a session would give it, without the session.
    pub fn bulk_token(&self, coop_id: CoopId, device_no: u32) -> String {
        super::token::write(&self.identity.secret, super::Bearer { coop_id, device_no }, self.now_ms())
    }
}
