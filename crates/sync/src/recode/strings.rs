//! What is not a number: texts in one frame of zstd, what does not compress as it is.

use super::{Effort, RecodeError};
use zstd::bulk::{Compressor, Decompressor};

/// Bytes below which nobody looks whether they compress.
const TRIED_MIN: usize = 64;

/// Two piles in the order of writing.
#[derive(Debug, Default)]
pub(super) struct Piles {
    pub(super) plain: Vec<u8>,
    pub(super) packed: Vec<u8>,
}

/// Whether these bytes are better left alone: ciphertexts, nonces, hashes.
pub(super) fn is_dense(bytes: &[u8]) -> bool {
    bytes.len() < TRIED_MIN
        || compress(bytes, 1).is_none_or(|packed| packed.len() >= bytes.len() - bytes.len() / 16)
}

fn compress(bytes: &[u8], effort: Effort) -> Option<Vec<u8>> {
    let mut compressor = Compressor::new(effort.clamp(1, 19)).ok()?;
    compressor.include_contentsize(false).ok()?;
    compressor.include_checksum(false).ok()?;
    compressor.compress(bytes).ok()
}

impl Piles {
    /// Lengths as varints (plain, packed before and after), then both piles. Equal lengths: not compressed.
    pub(super) fn write(&self, out: &mut Vec<u8>, effort: Effort) {
        let packed = compress(&self.packed, effort).filter(|packed| packed.len() < self.packed.len());
        let packed = packed.as_deref().unwrap_or(&self.packed);
        for length in [self.plain.len(), self.packed.len(), packed.len()] {
            write_varint(out, length as u64);
        }
        out.extend_from_slice(&self.plain);
        out.extend_from_slice(packed);
    }

    /// Reads both piles, of which the packed one may not grow beyond `most` bytes.
    pub(super) fn read(bytes: &mut &[u8], most: usize) -> Result<Self, RecodeError> {
        let mut length = || read_varint(bytes).and_then(|length| usize::try_from(length).map_err(|_| CUT));
        let (plain, full, packed) = (length()?, length()?, length()?);
        if full > most || plain > most {
            return Err(RecodeError::TooLarge);
        }
        let plain = take(bytes, plain)?.to_vec();
        let packed = take(bytes, packed)?;
        if packed.len() == full {
            return Ok(Self { plain, packed: packed.to_vec() });
        }
        let unread = RecodeError::NotAPack("texts that cannot be read");
        let mut decompressor = Decompressor::new().map_err(|_| unread.clone())?;
        // Into a buffer of the stated size at once: no window is kept beside it.
        let packed = decompressor.decompress(packed, full).map_err(|_| unread.clone())?;
        if packed.len() == full { Ok(Self { plain, packed }) } else { Err(unread) }
    }
}

const CUT: RecodeError = RecodeError::NotAPack("cut off");

pub(super) fn take<'a>(bytes: &mut &'a [u8], length: usize) -> Result<&'a [u8], RecodeError> {
    let (taken, rest) = bytes.split_at_checked(length).ok_or(CUT)?;
    *bytes = rest;
    Ok(taken)
}

/// Seven bits a byte, the lowest first; the highest bit says that more follow.
pub(super) fn write_varint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value.to_le_bytes()[0] | 0x80);
        value >>= 7;
    }
    out.push(value.to_le_bytes()[0]);
}

pub(super) fn read_varint(bytes: &mut &[u8]) -> Result<u64, RecodeError> {
    let mut value = 0;
    for shift in (0..64).step_by(7) {
        let byte = take(bytes, 1)?[0];
        value |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return Ok(value);
        }
    }
    Err(RecodeError::NotAPack("a number without end"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn varints_come_back() {
        for value in [0, 1, 127, 128, 300, u64::from(u32::MAX), u64::MAX] {
            let mut bytes = Vec::new();
            write_varint(&mut bytes, value);
            let mut rest = bytes.as_slice();
            assert_eq!(read_varint(&mut rest), Ok(value));
            assert!(rest.is_empty());
        }
        assert!(read_varint(&mut &[0x80; 11][..]).is_err());
        assert!(read_varint(&mut &[0x80][..]).is_err());
    }

    #[test]
    fn piles_come_back_and_do_not_outgrow_what_is_allowed() {
        let piles = Piles { plain: vec![1, 2, 3], packed: vec![7; 100_000] };
        let mut bytes = Vec::new();
        piles.write(&mut bytes, 3);
        assert!(bytes.len() < 100);
        let again = Piles::read(&mut bytes.as_slice(), 100_000).unwrap();
        assert_eq!((again.plain, again.packed), (piles.plain, piles.packed));
        assert_eq!(Piles::read(&mut bytes.as_slice(), 99_999).unwrap_err(), RecodeError::TooLarge);
        for length in 0..bytes.len() {
            assert!(Piles::read(&mut &bytes[..length], 100_000).is_err());
        }
        // A frame that holds more than was stated.
        let mut lying = vec![0, 50];
        lying.extend_from_slice(&bytes[4..]);
        assert!(Piles::read(&mut lying.as_slice(), 100_000).is_err());
    }
}
