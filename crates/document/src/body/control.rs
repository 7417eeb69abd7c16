//! Control of the log itself.

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
