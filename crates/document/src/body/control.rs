//! Control of the log itself.

use crate::Hash;
use lumbung_primitives::{BusinessDate, DocRef};
use minicbor::{Decode, Encode};

/// The founding document: device 1, seq 1. The cooperative's and the device's UUID exist here alone.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode)]
#[cbor(array)]
pub struct Genesis {
    #[cbor(n(0), with = "minicbor::bytes")]
    pub coop_id: [u8; 16],
    #[cbor(n(1), with = "minicbor::bytes")]
    pub device_id: [u8; 16],
    /// Ed25519 public key that signs this device's heads.
    #[cbor(n(2), with = "minicbor::bytes")]
    pub device_key: [u8; 32],
    /// X25519 public key to which other devices seal the cooperative's keys.
    #[cbor(n(3), with = "minicbor::bytes")]
    pub exchange_key: [u8; 32],
    #[n(4)]
    pub coop_name: String,
    /// Kemendagri code of the village, `32.01.01.2001`, or empty.
    #[n(5)]
    pub region_code: String,
    /// Hours ahead of UTC: 7, 8 or 9.
    #[n(6)]
    pub utc_offset_hours: u8,
    /// Which standard chart of accounts the books begin with.
    #[n(7)]
    pub chart_version: u16,
}

/// The books device, or the centre within its block, reserves a number before its code is shown.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode)]
#[cbor(array)]
pub struct DeviceInvited {
    #[n(0)]
    pub device_no: u32,
    /// SHA-256 of the pairing code, which itself stands nowhere.
    #[cbor(n(1), with = "minicbor::bytes")]
    pub code_hash: [u8; 32],
}

/// Fills a reserved number, once. Written by whoever checked the proof: the centre, or the hub of a shop
/// without a line. The centre itself is number 0, which the books device admits without an invitation.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode)]
#[cbor(array)]
pub struct DeviceEnrolled {
    #[n(0)]
    pub device_no: u32,
    #[cbor(n(1), with = "minicbor::bytes")]
    pub device_id: [u8; 16],
    #[cbor(n(2), with = "minicbor::bytes")]
    pub device_key: [u8; 32],
    #[cbor(n(3), with = "minicbor::bytes")]
    pub exchange_key: [u8; 32],
    /// HMAC by the code's hash over the device's identity and keys; zeros for the centre.
    #[cbor(n(4), with = "minicbor::bytes")]
    pub proof: [u8; 32],
    /// Numbers that this device may invite by itself: the centre's block.
    #[n(5)]
    pub block: Option<NumberBlock>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, Decode)]
#[cbor(array)]
pub struct NumberBlock {
    #[n(0)]
    pub first: u32,
    #[n(1)]
    pub count: u32,
}

/// The end of a device's series: what lies beyond, or on another branch, projects nothing and counts only
/// through a re-issue. Written by the books device, or by the centre where the books device is the one ended.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode)]
#[cbor(array)]
pub struct SeriesEnd {
    #[n(0)]
    pub device_no: u32,
    /// The last document that stands; 0 where none does.
    #[n(1)]
    pub seq: u64,
    /// Its hash, or the device's genesis hash where `seq` is 0.
    #[n(2)]
    pub hash: Hash,
    #[n(3)]
    pub reason: EndReason,
}

/// Kept as a number, so that a later app's reason still ends the series.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, Decode)]
#[cbor(transparent)]
pub struct EndReason(#[n(0)] pub u8);

impl EndReason {
    /// Two different documents for one seq: a cloned disk or a restored copy.
    pub const FORK: Self = Self(1);
    /// Stolen, sold, or its holder left.
    pub const REVOKED: Self = Self(2);
    /// Broken beyond repair; what it had not sent is lost.
    pub const WRITTEN_OFF: Self = Self(3);
}

/// Hands the books over. The line of holders is one chain: each names the document that made its predecessor
/// the holder, the first the genesis document.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode)]
#[cbor(array)]
pub struct BooksDevice {
    /// The next holder.
    #[n(0)]
    pub device_no: u32,
    #[n(1)]
    pub after: DocRef,
    /// The second person, where the last holder's series has ended and somebody else names the next.
    #[n(2)]
    pub second: Option<DocRef>,
}

/// A cut: documents up to the named one of each device belong to the period, later ones dated in it are late.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode)]
#[cbor(array)]
pub struct PeriodClose {
    #[n(0)]
    pub last_day: BusinessDate,
    /// One line a device that the closing device has heard of; itself up to the document before this one.
    #[n(1)]
    pub cut: Vec<CutLine>,
    /// Devices that had not been heard of and were waived by name.
    #[n(2)]
    pub waived: Vec<u32>,
}

#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode)]
#[cbor(array)]
pub struct CutLine {
    #[n(0)]
    pub device_no: u32,
    #[n(1)]
    pub seq: u64,
    #[n(2)]
    pub hash: Hash,
}

/// Takes a close and every later one back, by two officers.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode)]
#[cbor(array)]
pub struct PeriodReopen {
    #[n(0)]
    pub close: DocRef,
    #[n(1)]
    pub approved_by: Option<DocRef>,
}

/// Drops every personal part about this member, held or still to come, on every replica and at the centre.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode)]
#[cbor(array)]
pub struct MemberErased {
    #[n(0)]
    pub member: DocRef,
}
