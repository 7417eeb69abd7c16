//! What sync wants of a till's log. The till's store stands behind it; a test can put a list there.

use crate::run::Run;
use crate::wire::{Cursor, Epoch};
use lumbung_document::{Hash, SignedHead};
use minicbor::{Decode, Encode};

/// How far this device and one centre or hub have come with each other. Kept beside the log, one a peer, and
/// moved in the same transaction as the page that it follows.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Link {
    /// Of the peer's log; zeros before the first contact.
    pub epoch: Epoch,
    /// How far this device has read the peer.
    pub cursor: Cursor,
    /// The peer holds this device's documents up to here, durably.
    pub acked_seq: u64,
    /// What the peer can expand.
    pub level: u16,
}

/// How far a checkpoint's blob has been read. It lies beside the link and may lag behind the log: packs that
/// are read twice change nothing.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, Decode)]
#[cbor(array)]
pub struct BlobPlace {
    /// The blob's name.
    #[cbor(n(0), with = "minicbor::bytes")]
    pub blob: [u8; 32],
    /// Its size.
    #[n(1)]
    pub bytes: u64,
    /// Bytes whose packs are in the log.
    #[n(2)]
    pub done: u64,
    /// Where the peer's order of arrival is read on from afterwards.
    #[n(3)]
    pub cursor: Cursor,
    #[cbor(n(4), with = "minicbor::bytes")]
    pub epoch: Epoch,
}

/// How much one batch may hold.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Portion {
    pub documents: usize,
    /// Of headers, bodies, effects and personal parts.
    pub bytes: usize,
}

/// Why a page was not taken. Nothing of it was.
#[derive(Debug, thiserror::Error)]
pub enum ReceiveError {
    /// A run does not continue what is held, or a device is not known yet: compare heads and read again.
    #[error("the page does not follow what is held: {0}")]
    DoesNotFollow(String),
    /// A signature or a hash does not hold: whoever sent this is not to be believed.
    #[error("the page is not proven: {0}")]
    NotProven(String),
    /// The log itself: disk full, damaged, in use.
    #[error(transparent)]
    Log(#[from] LogError),
}

/// A fault of the log, carried through to whoever drives the machine.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct LogError(#[source] pub Box<dyn std::error::Error + Send + Sync>);

/// What a page brought.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Received {
    pub new_documents: u64,
    /// Held already.
    pub known_documents: u64,
}

/// The log of one device.
pub trait LocalLog {
    fn coop_id(&self) -> [u8; 16];

    fn own_device_no(&self) -> u32;

    /// The end of this device's own series; `None` where it has written nothing.
    fn own_head(&self) -> Result<Option<SignedHead>, LogError>;

    /// Hash of a held document; seq 0 asks for the device's genesis hash. `None` where it is not held.
    fn hash_at(&self, device_no: u32, seq: u64) -> Result<Option<Hash>, LogError>;

    fn link(&self) -> Result<Link, LogError>;

    /// Writes the link by itself, where no page came with it.
    fn set_link(&mut self, link: &Link) -> Result<(), LogError>;

    /// Own documents after `after_seq`, cut into runs, at least one document where there is one. The last
    /// head is signed now and kept for good: a head is kept wherever one was sent.
    fn own_runs(&mut self, after_seq: u64, portion: Portion) -> Result<Vec<Run>, LogError>;

    /// Runs of any device after `after_seq`, cut at kept heads, for relay and couriers.
    fn runs_of(&self, device_no: u32, after_seq: u64, portion: Portion) -> Result<Vec<Run>, LogError>;

    /// Heads of every series that is held.
    fn heads(&self) -> Result<Vec<SignedHead>, LogError>;

    /// Proves each run (device known, signature, chain), appends and projects it, and moves the link, all in
    /// one transaction. Documents that are held already are passed over.
    fn receive(&mut self, page: &[Run], link: Option<&Link>) -> Result<Received, ReceiveError>;

    /// Where reading a checkpoint stopped. A log that keeps none reads it from its beginning after a restart.
    fn blob_place(&self) -> Result<Option<BlobPlace>, LogError> {
        Ok(None)
    }

    /// Keeps or forgets the place.
    fn set_blob_place(&mut self, _place: Option<&BlobPlace>) -> Result<(), LogError> {
        Ok(())
    }

    /// The device's signature over a session message.
    fn sign(&self, message: &[u8]) -> [u8; 64];

    /// The centre's key, learnt when paired: only whoever holds it is spoken to.
    fn centre_key(&self) -> [u8; 32];
}
