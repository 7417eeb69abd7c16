//! The centre's own series of a cooperative: number 0, with its own key and chain.

use super::Centre;
use super::control::{Board, CENTRE};
use crate::log::{CentreLog, Device, Transport};
use lumbung_document::head::head_message;
use lumbung_document::{Body, Draft, Effects, Hash, Position, SealedDocument, SignedHead};
use lumbung_primitives::{DocRef, Ref, Zone};
use lumbung_sync::{Run, RunHead};

impl<L: CentreLog> Centre<L> {
    /// The device row of number 0, before it has written anything.
    pub(super) fn own_device(&self, coop_id: &[u8; 16]) -> Device {
        let genesis = Hash::genesis(coop_id, &self.identity.centre_id, &self.centre_key());
        Device {
            device_no: CENTRE,
            device_id: self.identity.centre_id,
            device_key: self.centre_key(),
            exchange_key: [0; 32],
            genesis_hash: genesis,
            head_seq: 0,
            head_hash: genesis,
            transport: Transport::Open,
            ended: None,
            waits_for_keys: false,
        }
    }

    /// Seals a document as the next of series 0 and lets the board hear of it.
    pub(super) fn write_own(&self, board: &mut Board, body: Body) -> Option<Run> {
        let coop_id = board.cooperative.coop_id;
        let zone = Zone::from_offset_hours(i64::from(board.cooperative.utc_offset)).unwrap_or(Zone::Wib);
        let now_ms = self.now_ms();
        let device = board.device_mut(CENTRE)?;
        let date = zone.business_date(now_ms);
        let draft = Draft {
            body,
            rule_version: 0,
            effects: Effects::default(),
            business_date: if date.is_valid() { date } else { lumbung_primitives::BusinessDate(0) },
            reissue_of: None,
        };
        let position = Position {
            at: DocRef::new(CENTRE, device.head_seq + 1),
            prev_hash: device.head_hash,
            wall_ms: now_ms,
            actor: Ref::This,
        };
        let document = SealedDocument::seal(&draft, position, None);
        device.head_seq = document.at.seq;
        device.head_hash = document.hash;
        let (seq, hash) = (document.at.seq, document.hash);
        let signature = self.sign(&head_message(&coop_id, CENTRE, seq, &hash));
        board.hear(&document);
        let head = SignedHead { device_no: CENTRE, seq, hash, signature };
        Some(Run { head: RunHead { first_seq: seq, head }, documents: vec![document] })
    }
}
