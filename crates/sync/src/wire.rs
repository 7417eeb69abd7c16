//! Messages of protocol 1, as CBOR arrays by position. Elements are appended, never moved; a reader ignores
//! what it does not know. Documents lie in them as a pack ([`crate::recode`]).

use minicbor::bytes::ByteVec;
use minicbor::{Decode, Encode};

/// The protocol that this crate speaks, the first element of every request.
pub const PROTOCOL: u16 = 1;

/// Most documents in one batch or page.
pub const DOCUMENTS_MAX: usize = 2_000;
/// Most bytes of documents in one batch or page, before re-coding.
pub const RAW_BYTES_MAX: usize = 1 << 20;
/// Largest body of a request; a run can hold one document beyond [`RAW_BYTES_MAX`].
pub const BODY_MAX: usize = 2 << 20;

/// First 8 bytes of a document's hash: enough to notice that a log is not the one that was read before.
pub type Mark = [u8; 8];

/// A log's incarnation: a centre restored from an older copy gets a new one.
pub type Epoch = [u8; 8];

/// How far one side has read the other's order of arrival. It names a place, and orders nothing.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Encode, Decode)]
#[cbor(array)]
pub struct Cursor {
    /// Documents read so far; 0 is the beginning.
    #[n(0)]
    pub server_seq: u64,
    /// Of the document at `server_seq`; zeros at the beginning.
    #[cbor(n(1), with = "minicbor::bytes")]
    pub mark: Mark,
}

/// `POST /v1/sync`: offers a batch, asks for a page. With nothing new it is one small question.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode)]
#[cbor(array)]
pub struct SyncRequest {
    #[n(0)]
    pub protocol: u16,
    /// What this side can expand ([`crate::expand::Level`]).
    #[n(1)]
    pub level: u16,
    /// The epoch last seen; zeros before the first contact.
    #[cbor(n(2), with = "minicbor::bytes")]
    pub epoch: Epoch,
    #[n(3)]
    pub cursor: Cursor,
    /// The end of this device's own series, whatever of it was sent: `[seq, hash]`, seq 0 where it is empty.
    #[n(4)]
    pub head_seq: u64,
    #[cbor(n(5), with = "minicbor::bytes")]
    pub head_mark: Mark,
    #[n(6)]
    pub condition: Condition,
    /// Most documents wanted in the page; 0 none.
    #[n(7)]
    pub page_documents: u16,
    /// A pack of own runs that continues what was acknowledged.
    #[n(8)]
    pub batch: Option<ByteVec>,
}

/// What a till says of itself.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Encode, Decode)]
#[cbor(index_only)]
pub enum Condition {
    #[n(0)]
    Sound,
    /// The centre acknowledged documents that this store does not hold: an old copy was put back.
    #[n(1)]
    Restored,
}

/// Answer 200 to [`SyncRequest`].
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode)]
#[cbor(array)]
pub struct SyncAnswer {
    #[cbor(n(0), with = "minicbor::bytes")]
    pub epoch: Epoch,
    /// Everything of this device up to here is durable at the centre.
    #[n(1)]
    pub acked_seq: u64,
    /// What the centre can expand.
    #[n(2)]
    pub level: u16,
    #[n(3)]
    pub cursor: Cursor,
    /// More pages wait.
    #[n(4)]
    pub more: bool,
    #[n(5)]
    pub notices: Vec<Notice>,
    /// A pack of other devices' runs.
    #[n(6)]
    pub page: Option<ByteVec>,
}

/// Something that a person should hear of. `code` is one of the constants; unknown ones are ignored.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode)]
#[cbor(array)]
pub struct Notice {
    #[n(0)]
    pub code: u16,
    /// Device that it is about, where it is about one.
    #[n(1)]
    pub device_no: Option<u32>,
    /// A seq, a count or a version, by code.
    #[n(2)]
    pub number: Option<u64>,
    #[cbor(n(3), with = "minicbor::bytes")]
    pub hash: Option<Vec<u8>>,
}

impl Notice {
    /// Two different documents for one seq of `device_no`; `number`, `hash`: its acknowledged head.
    pub const FORK: u16 = 1;
    /// `device_no` was restored from an older copy; `number`, `hash`: its acknowledged head.
    pub const RESTORED: u16 = 2;
    /// Document `number` of `device_no` fails check_v1 and is set aside everywhere.
    pub const QUARANTINED: u16 = 3;
    /// Apps below version `number` get no new features of the centre; their documents are still taken.
    pub const UPDATE_WANTED: u16 = 4;
    /// `device_no` has enrolled and waits for the cooperative's keys.
    pub const WAITS_FOR_KEYS: u16 = 5;
}

/// `POST /v1/enrol`: a device proves that it was given a code.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode)]
#[cbor(array)]
pub struct EnrolRequest {
    #[n(0)]
    pub protocol: u16,
    /// The cooperative's handle at the centre, from the code.
    #[n(1)]
    pub handle: u64,
    /// The number reserved for this device, from the code; 1 for the founder.
    #[n(2)]
    pub device_no: u32,
    #[cbor(n(3), with = "minicbor::bytes")]
    pub device_id: [u8; 16],
    #[cbor(n(4), with = "minicbor::bytes")]
    pub device_key: [u8; 32],
    #[cbor(n(5), with = "minicbor::bytes")]
    pub exchange_key: [u8; 32],
    #[n(6)]
    pub app_version: String,
    /// [`crate::pairing::till_proof`].
    #[cbor(n(7), with = "minicbor::bytes")]
    pub proof: [u8; 32],
    /// The founder's genesis document: registers the cooperative.
    #[n(8)]
    pub genesis: Option<WireDocument>,
}

/// Every part of one document, verbatim.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode)]
#[cbor(array)]
pub struct WireDocument {
    #[cbor(n(0), with = "minicbor::bytes")]
    pub header: Vec<u8>,
    #[cbor(n(1), with = "minicbor::bytes")]
    pub body: Vec<u8>,
    #[cbor(n(2), with = "minicbor::bytes")]
    pub effects: Vec<u8>,
    #[cbor(n(3), with = "minicbor::bytes")]
    pub personal: Option<Vec<u8>>,
}

/// Answer 200 to [`EnrolRequest`]. The same request with the same keys gets the same answer again.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode)]
#[cbor(array)]
pub struct EnrolAnswer {
    #[cbor(n(0), with = "minicbor::bytes")]
    pub coop_id: [u8; 16],
    /// The centre's own device identity: it writes series 0 of this cooperative.
    #[cbor(n(1), with = "minicbor::bytes")]
    pub centre_id: [u8; 16],
    #[cbor(n(2), with = "minicbor::bytes")]
    pub centre_key: [u8; 32],
    /// [`crate::pairing::centre_proof`]: whoever answered knows the code too.
    #[cbor(n(3), with = "minicbor::bytes")]
    pub proof: [u8; 32],
    /// The cooperative's genesis document, from which a joining device makes its store.
    #[n(4)]
    pub genesis: WireDocument,
}

/// `POST /v1/session`, first step: asks for a challenge.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode)]
#[cbor(array)]
pub struct SessionRequest {
    #[n(0)]
    pub protocol: u16,
    #[cbor(n(1), with = "minicbor::bytes")]
    pub coop_id: [u8; 16],
    #[n(2)]
    pub device_no: u32,
    /// Second step: the challenge and the device's signature over it.
    #[n(3)]
    pub response: Option<ChallengeResponse>,
}

#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode)]
#[cbor(array)]
pub struct ChallengeResponse {
    #[cbor(n(0), with = "minicbor::bytes")]
    pub challenge: [u8; 32],
    /// Ed25519 by the device key over [`session_message`].
    #[cbor(n(1), with = "minicbor::bytes")]
    pub signature: [u8; 64],
    /// The till's clock, for a notice alone.
    #[n(2)]
    pub wall_ms: i64,
    #[n(3)]
    pub app_version: String,
}

/// Answer 200 to [`SessionRequest`].
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode)]
#[cbor(array)]
pub struct SessionAnswer {
    /// First step. Single use, one minute.
    #[n(0)]
    pub challenge: Option<Challenge>,
    /// Second step.
    #[n(1)]
    pub session: Option<Session>,
}

#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode)]
#[cbor(array)]
pub struct Challenge {
    #[cbor(n(0), with = "minicbor::bytes")]
    pub challenge: [u8; 32],
    /// Ed25519 by the centre's key over [`centre_message`]: the till sends nothing to anyone else.
    #[cbor(n(1), with = "minicbor::bytes")]
    pub signature: [u8; 64],
}

#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode)]
#[cbor(array)]
pub struct Session {
    /// For `Authorization: Bearer`, printable ASCII.
    #[n(0)]
    pub token: String,
    /// Seconds that it holds, 15 minutes to 24 hours.
    #[n(1)]
    pub seconds: u32,
    /// The till's clock minus the centre's, where they differ by more than ten minutes.
    #[n(2)]
    pub clock_off_ms: Option<i64>,
}

/// `GET /v1/heads`.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode)]
#[cbor(array)]
pub struct HeadsAnswer {
    #[cbor(n(0), with = "minicbor::bytes")]
    pub epoch: Epoch,
    #[n(1)]
    pub cursor: Cursor,
    #[n(2)]
    pub heads: Vec<WireHead>,
}

#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode)]
#[cbor(array)]
pub struct WireHead {
    #[n(0)]
    pub device_no: u32,
    #[n(1)]
    pub seq: u64,
    #[cbor(n(2), with = "minicbor::bytes")]
    pub hash: [u8; 32],
}

/// `POST /v1/relay`: runs of any devices, for a centre that lost them.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode)]
#[cbor(array)]
pub struct RelayRequest {
    #[n(0)]
    pub protocol: u16,
    #[n(1)]
    pub runs: ByteVec,
}

#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode)]
#[cbor(array)]
pub struct RelayAnswer {
    /// How many documents were new to the centre.
    #[n(0)]
    pub new: u64,
}

/// `GET /v1/checkpoint`: where a blob of the log up to a cursor lies, for new devices.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode)]
#[cbor(array)]
pub struct CheckpointAnswer {
    #[cbor(n(0), with = "minicbor::bytes")]
    pub epoch: Epoch,
    /// Everything up to here is in the blob.
    #[n(1)]
    pub cursor: Cursor,
    #[n(2)]
    pub heads: Vec<WireHead>,
    /// SHA-256 of the blob, its name at `GET /v1/blob/{hash}`, which answers `Range`.
    #[cbor(n(3), with = "minicbor::bytes")]
    pub blob: [u8; 32],
    #[n(4)]
    pub bytes: u64,
    #[n(5)]
    pub documents: u64,
    /// Ed25519 by the centre's key over [`checkpoint_message`].
    #[cbor(n(6), with = "minicbor::bytes")]
    pub signature: [u8; 64],
}

/// The body of every answer that is not 200. Tills branch on `code`.
#[derive(Clone, PartialEq, Eq, Debug, Encode, Decode)]
#[cbor(array)]
pub struct Problem {
    #[n(0)]
    pub code: ProblemCode,
    /// `Gap`: the seq that is expected next. `Fork`: the first seq that differs, where known.
    #[n(1)]
    pub seq: Option<u64>,
    /// `TooMany`, `Busy`: seconds to wait.
    #[n(2)]
    pub wait_s: Option<u32>,
    /// For support, in English. Never shown to a cashier.
    #[n(3)]
    pub detail: String,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Encode, Decode)]
#[cbor(index_only)]
pub enum ProblemCode {
    /// 400: not a message of this protocol.
    #[n(1)]
    Malformed,
    /// 401: no session, or one that has run out.
    #[n(2)]
    Session,
    /// 403: this series has ended; enrol anew and re-issue.
    #[n(3)]
    Ended,
    /// 404: nothing there, or not yours: the same answer.
    #[n(4)]
    NotFound,
    /// 409: documents before these are missing.
    #[n(5)]
    Gap,
    /// 409: other documents with these numbers are held already.
    #[n(6)]
    Fork,
    /// 409: columns did not give the signed hash; send this batch raw, once.
    #[n(7)]
    SendRaw,
    /// 413: larger than is allowed.
    #[n(8)]
    TooLarge,
    /// 422: a signature or a hash does not hold.
    #[n(9)]
    NotProven,
    /// 429: too many tries.
    #[n(10)]
    TooMany,
    /// 503: not now.
    #[n(11)]
    Busy,
    /// 409: the cooperative is registered already, at this or another place.
    #[n(12)]
    Registered,
    /// 500: a fault of the centre; its log names it.
    #[n(13)]
    Fault,
}

impl ProblemCode {
    /// Its HTTP status.
    pub const fn status(self) -> u16 {
        match self {
            Self::Malformed => 400,
            Self::Session => 401,
            Self::Ended => 403,
            Self::NotFound => 404,
            Self::Gap | Self::Fork | Self::SendRaw | Self::Registered => 409,
            Self::TooLarge => 413,
            Self::NotProven => 422,
            Self::TooMany => 429,
            Self::Fault => 500,
            Self::Busy => 503,
        }
    }
}

/// What a device signs to open a session.
pub fn session_message(coop_id: &[u8; 16], device_no: u32, challenge: &[u8; 32]) -> Vec<u8> {
    [b"lumbung-session\0".as_slice(), coop_id, &device_no.to_be_bytes(), challenge].concat()
}

/// What the centre signs to show that it is the one that was paired with.
pub fn centre_message(coop_id: &[u8; 16], device_no: u32, challenge: &[u8; 32]) -> Vec<u8> {
    [b"lumbung-centre\0".as_slice(), coop_id, &device_no.to_be_bytes(), challenge].concat()
}

/// What the centre signs of a checkpoint.
pub fn checkpoint_message(coop_id: &[u8; 16], epoch: &Epoch, cursor: Cursor, blob: &[u8; 32]) -> Vec<u8> {
    let seq = cursor.server_seq.to_be_bytes();
    [b"lumbung-checkpoint\0".as_slice(), coop_id, epoch, &seq, &cursor.mark, blob].concat()
}

/// Encodes a message; writing to memory cannot fail.
pub fn encode<T: Encode<()>>(message: &T) -> Vec<u8> {
    let mut bytes = Vec::new();
    match minicbor::encode(message, &mut bytes) {
        Ok(()) => bytes,
        Err(never) => unreachable!("encoding to memory: {never}"),
    }
}

/// Decodes a message that must fill `bytes`. Elements beyond those known are ignored.
pub fn decode<'b, T: Decode<'b, ()>>(bytes: &'b [u8]) -> Result<T, minicbor::decode::Error> {
    let mut decoder = minicbor::Decoder::new(bytes);
    let message = decoder.decode()?;
    if decoder.position() == bytes.len() {
        Ok(message)
    } else {
        Err(minicbor::decode::Error::message("bytes after the message"))
    }
}

/// The messages of a body of `POST /v1/sync`, one after another. What is left over at the end, where a body was
/// cut, is the last.
pub fn messages(body: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = body;
    std::iter::from_fn(move || {
        let mut decoder = minicbor::Decoder::new(rest);
        let end = decoder.skip().map_or(rest.len(), |()| decoder.position());
        let (message, left) = rest.split_at(end);
        rest = left;
        (!message.is_empty()).then_some(message)
    })
}
