//! Where every series ends: what is compared after a restore.

use super::token::Bearer;
use super::{Centre, admit, mark_of};
use crate::log::{CentreLog, Device, Session as _};
use lumbung_sync::wire::{Cursor, HeadsAnswer, Problem, WireHead};

impl<L: CentreLog> Centre<L> {
    pub(super) async fn answer_heads(&self, bearer: Bearer) -> Result<HeadsAnswer, Problem> {
        let mut session = self.log.session().await?;
        let (glance, _) = admit(&mut session, bearer, 0).await?;
        let coop_id = glance.cooperative.coop_id;
        // Heads first: a cursor that is older than they are asks for nothing twice.
        let last = glance.cooperative.last_server_seq;
        let end = session.glance(&coop_id, bearer.device_no, last).await?;
        let mark = end.and_then(|end| end.cursor_hash).map(|hash| mark_of(&hash)).unwrap_or_default();
        let heads = heads_of(&session.devices(&coop_id).await?);
        Ok(HeadsAnswer { epoch: glance.cooperative.epoch, cursor: Cursor { server_seq: last, mark }, heads })
    }
}

fn heads_of(devices: &[Device]) -> Vec<WireHead> {
    let written = devices.iter().filter(|device| device.head_seq > 0);
    written
        .map(|device| WireHead {
            device_no: device.device_no,
            seq: device.head_seq,
            hash: device.head_hash.0,
        })
        .collect()
}
