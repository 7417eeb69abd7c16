//! Bits that turn over and bodies that are cut off on the way.

use crate::disk::Chance;
use crate::network::Parcel;
use lumbung_sync::wire::{self, RelayRequest, SyncAnswer, SyncRequest};

/// Whether anything was there to spoil.
pub fn spoil(chance: &mut Chance, parcel: &mut Parcel) -> bool {
    let body = match parcel {
        Parcel::Request(request) => &mut request.body,
        Parcel::Answer { body, .. } => body,
    };
    if chance.percent(40) {
        let kept = chance.below(body.len());
        let cut = !body.is_empty();
        body.truncate(kept);
        return cut;
    }
    if let Ok(mut message) = wire::decode::<SyncRequest>(body)
        && let Some(batch) = &mut message.batch
    {
        flip(chance, batch);
        *body = wire::encode(&message);
        return true;
    }
    if let Ok(mut message) = wire::decode::<RelayRequest>(body) {
        flip(chance, &mut message.runs);
        *body = wire::encode(&message);
        return true;
    }
    if let Ok(mut message) = wire::decode::<SyncAnswer>(body)
        && let Some(page) = &mut message.page
    {
        flip(chance, page);
        *body = wire::encode(&message);
        return true;
    }
    false
}

/// Turns one bit over.
pub fn flip(chance: &mut Chance, bytes: &mut [u8]) {
    let (at, bit) = (chance.below(bytes.len()), chance.below(8));
    if let Some(byte) = bytes.get_mut(at) {
        *byte ^= 1 << bit;
    }
}
