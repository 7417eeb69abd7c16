//! What stands before the packs.

use super::{CourierError, MAGIC, Taken, VERSION};
use crate::wire::{self, WireHead};
use minicbor::{Decode, Encode};
use sha2::{Digest, Sha256};
use std::io::{self, Read, Write};

/// Largest cover that is read: heads of some ten thousand devices.
const COVER_MAX: usize = 1 << 20;

/// Who wrote a file, and what it held then. Kept, its heads are the `since` of the next file to that side.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode)]
#[cbor(array)]
pub struct Cover {
    #[cbor(n(0), with = "minicbor::bytes")]
    pub coop_id: [u8; 16],
    /// The device that wrote it.
    #[n(1)]
    pub device_no: u32,
    /// Everything that the writer held.
    #[n(2)]
    pub heads: Vec<WireHead>,
    /// How many documents the file carries.
    #[n(3)]
    pub documents: u64,
}

impl Cover {
    pub(super) fn write(&self, to: &mut dyn Write) -> io::Result<()> {
        let cover = wire::encode(self);
        let length = u32::try_from(cover.len()).map_err(|_| io::ErrorKind::InvalidInput)?;
        to.write_all(MAGIC)?;
        to.write_all(&[VERSION])?;
        to.write_all(&length.to_be_bytes())?;
        to.write_all(&cover)?;
        to.write_all(&sum(&cover))
    }

    pub(super) fn read(from: &mut dyn Read) -> Result<Self, CourierError> {
        let mut magic = [0; MAGIC.len() + 1];
        read_or_cut(from, &mut magic).map_err(|error| match error {
            CourierError::Cut { .. } => CourierError::NotACourier,
            other => other,
        })?;
        if !magic.starts_with(MAGIC) {
            return Err(CourierError::NotACourier);
        }
        match magic[MAGIC.len()] {
            VERSION => {}
            0 => return Err(CourierError::NotACourier),
            newer => return Err(CourierError::Newer(newer)),
        }
        let mut length = [0; 4];
        read_or_cut(from, &mut length)?;
        let length = usize::try_from(u32::from_be_bytes(length)).unwrap_or(usize::MAX);
        if length > COVER_MAX {
            return Err(damaged("its cover is too long"));
        }
        let mut cover = vec![0; length];
        read_or_cut(from, &mut cover)?;
        let mut given = [0; 8];
        read_or_cut(from, &mut given)?;
        if given != sum(&cover) {
            return Err(damaged("its cover does not have its sum"));
        }
        wire::decode(&cover).map_err(|error| damaged(&error.to_string()))
    }
}

fn damaged(detail: &str) -> CourierError {
    CourierError::Damaged { pack: 0, detail: detail.to_owned(), taken: Taken::default() }
}

/// Fills `bytes`; a file that ends before was cut.
pub(super) fn read_or_cut(from: &mut dyn Read, bytes: &mut [u8]) -> Result<(), CourierError> {
    from.read_exact(bytes).map_err(|error| match error.kind() {
        io::ErrorKind::UnexpectedEof => CourierError::Cut { taken: Taken::default() },
        _ => error.into(),
    })
}

fn sum(bytes: &[u8]) -> [u8; 8] {
    Sha256::digest(bytes).first_chunk().copied().unwrap_or_default()
}
