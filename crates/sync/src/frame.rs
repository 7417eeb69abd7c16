//! Packs one after another, as they lie in a checkpoint's blob and in a courier file: a length of four bytes,
//! big-endian, then the pack. Each pack is proved by its own heads, so a blob can be taken pack by pack.

use crate::recode::Bounds;
use crate::wire::{BODY_MAX, DOCUMENTS_MAX};

/// Bytes before each pack.
pub const LENGTH_BYTES: usize = 4;
/// Largest pack that is read.
pub const PACK_MAX: usize = 2 * BODY_MAX;

/// What one pack may grow to, in a page, a blob or a courier file alike.
pub const BOUNDS: Bounds = Bounds { documents: DOCUMENTS_MAX, bytes: BODY_MAX };

/// A length that no pack has: the bytes are not what they should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a pack of {0} bytes is more than is allowed")]
pub struct TooLong(pub u32);

/// Puts a length before a pack; `None` where the pack is too long to be read again.
pub fn framed(pack: &[u8]) -> Option<Vec<u8>> {
    let length = u32::try_from(pack.len()).ok().filter(|_| pack.len() <= PACK_MAX)?;
    Some([&length.to_be_bytes(), pack].concat())
}

/// The first whole pack in `bytes`; `None` where more bytes are needed.
pub fn first(bytes: &[u8]) -> Result<Option<&[u8]>, TooLong> {
    let Some((length, rest)) = bytes.split_first_chunk::<LENGTH_BYTES>() else { return Ok(None) };
    let length = length_of(*length)?;
    Ok(rest.get(..length))
}

/// Reads a length and holds it against the largest.
pub fn length_of(length: [u8; LENGTH_BYTES]) -> Result<usize, TooLong> {
    let length = u32::from_be_bytes(length);
    usize::try_from(length).ok().filter(|length| *length <= PACK_MAX).ok_or(TooLong(length))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packs_come_one_by_one() {
        let bytes = [framed(b"one").unwrap(), framed(b"").unwrap(), framed(b"three").unwrap()].concat();
        assert_eq!(first(&bytes), Ok(Some(b"one".as_slice())));
        assert_eq!(first(&bytes[7..]), Ok(Some(b"".as_slice())));
        assert_eq!(first(&bytes[11..]), Ok(Some(b"three".as_slice())));
        for cut in 0..7 {
            assert_eq!(first(&bytes[..cut]), Ok(None));
        }
        assert_eq!(first(&[0xff; 9]), Err(TooLong(u32::MAX)));
    }
}
