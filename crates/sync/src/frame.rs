//! Packs one after another, as they lie in a checkpoint's blob and in a courier file: each as a CBOR byte string
//! whose length has four bytes. Each pack is proved by its own heads, so a blob can be taken pack by pack.

use crate::recode::Bounds;
use crate::wire::{BODY_MAX, DOCUMENTS_MAX};

/// CBOR's byte string with a length of four bytes.
const BYTE_STRING: u8 = 0x5a;
/// Bytes before each pack.
pub const LENGTH_BYTES: usize = 5;
/// Largest pack that is read.
pub const PACK_MAX: usize = 2 * BODY_MAX;

/// What one pack may grow to, in a page, a blob or a courier file alike.
pub const BOUNDS: Bounds = Bounds { documents: DOCUMENTS_MAX, bytes: BODY_MAX };

/// What stands before no pack: the bytes are not what they should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no pack begins with these bytes: {0:x?}")]
pub struct NoFrame(pub [u8; LENGTH_BYTES]);

/// Puts a length before a pack; `None` where the pack is too long to be read again.
pub fn framed(pack: &[u8]) -> Option<Vec<u8>> {
    let length = u32::try_from(pack.len()).ok().filter(|_| pack.len() <= PACK_MAX)?;
    Some([[BYTE_STRING].as_slice(), &length.to_be_bytes(), pack].concat())
}

/// The first whole pack in `bytes`; `None` where more bytes are needed.
pub fn first(bytes: &[u8]) -> Result<Option<&[u8]>, NoFrame> {
    let Some((length, rest)) = bytes.split_first_chunk::<LENGTH_BYTES>() else { return Ok(None) };
    let length = length_of(*length)?;
    Ok(rest.get(..length))
}

/// Reads what stands before a pack, and holds its length against the largest.
pub fn length_of(before: [u8; LENGTH_BYTES]) -> Result<usize, NoFrame> {
    let [kind, length @ ..] = before;
    let length = usize::try_from(u32::from_be_bytes(length)).ok();
    length.filter(|length| kind == BYTE_STRING && *length <= PACK_MAX).ok_or(NoFrame(before))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packs_come_one_by_one() {
        let bytes = [framed(b"one").unwrap(), framed(b"").unwrap(), framed(b"three").unwrap()].concat();
        assert_eq!(first(&bytes), Ok(Some(b"one".as_slice())));
        assert_eq!(first(&bytes[8..]), Ok(Some(b"".as_slice())));
        assert_eq!(first(&bytes[13..]), Ok(Some(b"three".as_slice())));
        for cut in 0..8 {
            assert_eq!(first(&bytes[..cut]), Ok(None));
        }
        assert_eq!(first(&[0xff; 9]), Err(NoFrame([0xff; 5])));
        assert_eq!(first(&[0x5a, 0xff, 0, 0, 0, 0]), Err(NoFrame([0x5a, 0xff, 0, 0, 0])));
        let read: minicbor::bytes::ByteVec = minicbor::decode(&bytes).unwrap();
        assert_eq!(read.as_slice(), b"one");
    }
}
