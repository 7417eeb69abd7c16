//! What the centre wants of its log. SQLite and PostgreSQL stand behind it; one suite of tests holds both to
//! the same answers.
//!
//! Every row belongs to one cooperative and is found by its id; what belongs to the centre itself lies under
//! the nil id. A transaction never touches two cooperatives.

pub mod postgres;
pub mod sqlite;

use lumbung_document::{Hash, PersonalPart, SealedDocument};
use lumbung_primitives::DocRef;
use lumbung_sync::wire::{Epoch, WireHead};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// A cooperative's id; nil is the centre's own.
pub type CoopId = [u8; 16];

/// Rows of the centre itself.
pub const NIL: CoopId = [0; 16];

/// The engine failed: disk full, connection lost, schema of a later version. Nothing of a transaction in
/// flight is promised.
#[derive(Debug, thiserror::Error)]
pub enum LogFault {
    /// Worth another try soon: busy, connection lost.
    #[error("the log is not reachable: {0}")]
    Away(#[source] Box<dyn std::error::Error + Send + Sync>),
    #[error("the log failed: {0}")]
    Broken(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl LogFault {
    pub(crate) fn broken(reason: &'static str) -> Self {
        Self::Broken(reason.into())
    }
}

/// Who the centre is. Made once, at the first start.
#[derive(Clone)]
pub struct Identity {
    pub centre_id: [u8; 16],
    /// Ed25519 seed.
    pub signing_key: [u8; 32],
    /// Under which tokens, challenges and addresses are authenticated.
    pub secret: [u8; 32],
}

impl std::fmt::Debug for Identity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Identity").field("centre_id", &self.centre_id).finish_non_exhaustive()
    }
}

/// A place for a cooperative. Until its founder registers it bears a random id.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Cooperative {
    pub coop_id: CoopId,
    /// 40 random bits: the first part of every pairing code.
    pub handle: u64,
    pub name: String,
    pub region: String,
    /// Hours ahead of UTC.
    pub utc_offset: u8,
    pub is_registered: bool,
    /// While not registered: SHA-256 of the one founder who may finish.
    pub claim: Option<[u8; 32]>,
    pub epoch: Epoch,
    /// Documents accepted so far.
    pub last_server_seq: u64,
    pub books_device: u32,
    /// Numbers that the centre may give out by itself; both 0 before the founder admitted it.
    pub block_first: u32,
    pub block_count: u32,
    /// Devices that other devices are to be told of: forked, restored, waiting for keys.
    pub alarms: u32,
    /// Members whose personal parts are to go, now and whenever more come.
    pub erasures: u32,
}

/// Whether a device may push and pull.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Transport {
    Open,
    Forked,
    Restored,
    Revoked,
    /// A `series_end` names its last document.
    Ended,
}

impl Transport {
    pub const fn number(self) -> i16 {
        match self {
            Self::Open => 0,
            Self::Forked => 1,
            Self::Restored => 2,
            Self::Revoked => 3,
            Self::Ended => 4,
        }
    }

    /// Unknown numbers are stops: a later version wrote them.
    pub const fn from_number(number: i16) -> Self {
        match number {
            0 => Self::Open,
            1 => Self::Forked,
            2 => Self::Restored,
            4 => Self::Ended,
            _ => Self::Revoked,
        }
    }
}

/// One writer of documents. Number 0 is the centre.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Device {
    pub device_no: u32,
    pub device_id: [u8; 16],
    pub device_key: [u8; 32],
    pub exchange_key: [u8; 32],
    pub genesis_hash: Hash,
    pub head_seq: u64,
    /// Of the document at `head_seq`; the genesis hash where that is 0.
    pub head_hash: Hash,
    pub transport: Transport,
    /// From its `series_end`: the last document that stands.
    pub ended: Option<(u64, Hash)>,
    /// Enrolled, and nobody has handed it the cooperative's keys.
    pub waits_for_keys: bool,
}

impl Device {
    /// Whether others are to be told of it with every answer.
    pub fn is_alarming(&self) -> bool {
        let is_stopped = matches!(self.transport, Transport::Forked | Transport::Restored);
        is_stopped || (self.waits_for_keys && self.transport == Transport::Open)
    }

    /// Whether its document at `seq` counts.
    pub fn stands(&self, seq: u64) -> bool {
        self.ended.is_none_or(|(last, _)| seq <= last)
    }
}

/// A number that was given out with a code.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Invitation {
    pub device_no: u32,
    pub code_hash: [u8; 32],
    pub expires_ms: i64,
    /// Wrong proofs so far.
    pub tries: u32,
    pub is_used: bool,
}

/// One look at all that a request needs.
#[derive(Clone, Debug)]
pub struct Glance {
    pub cooperative: Cooperative,
    pub device: Option<Device>,
    /// Head hash of the run that ends at the `server_seq` asked for, where one does.
    pub cursor_hash: Option<Hash>,
}

/// Where a run lies.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RunRow {
    pub first_server_seq: u64,
    pub last_server_seq: u64,
    pub device_no: u32,
    pub first_seq: u64,
    pub last_seq: u64,
    pub hash: Hash,
    pub signature: [u8; 64],
    /// Headers, bodies, effects and personal parts together.
    pub bytes: u64,
}

/// A document's parts as they lie there.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StoredDocument {
    pub at: DocRef,
    pub header: Vec<u8>,
    pub body: Vec<u8>,
    pub effects: Vec<u8>,
    pub personal: Option<Vec<u8>>,
}

/// Documents to be appended, all of one device, continuing its head.
#[derive(Clone, Debug)]
pub struct NewRun<'a> {
    pub first_server_seq: u64,
    pub device_no: u32,
    /// Of the run's last document, with the device's signature.
    pub hash: Hash,
    pub signature: [u8; 64],
    pub documents: Cow<'a, [SealedDocument]>,
}

impl NewRun<'_> {
    pub fn last_server_seq(&self) -> u64 {
        self.first_server_seq + self.documents.len() as u64 - 1
    }

    pub fn first_seq(&self) -> u64 {
        self.documents.first().map_or(0, |document| document.at.seq)
    }

    pub fn last_seq(&self) -> u64 {
        self.documents.last().map_or(0, |document| document.at.seq)
    }

    pub fn bytes(&self) -> u64 {
        self.documents.iter().map(|document| bytes_of(document) as u64).sum()
    }
}

/// Header, body, effects and personal part together.
pub fn bytes_of(document: &SealedDocument) -> usize {
    document.header_bytes.len()
        + document.body_bytes.len()
        + document.effects_bytes.len()
        + document.personal_bytes.as_ref().map_or(0, Vec::len)
}

/// Whose data a document's personal part holds, where it says so. A part that cannot be read names nobody.
pub fn subject_of(document: &SealedDocument) -> Option<DocRef> {
    let part = PersonalPart::decode(document.personal_bytes.as_deref()?).ok()?;
    part.subject.map(|subject| subject.resolve(document.at))
}

/// Sums to be added to the totals of a day.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Totals {
    /// (day, account) → (debit, credit) in rupiah; days since 1970-01-01 as the documents say.
    pub accounts: BTreeMap<(i32, u32), (i64, i64)>,
    /// day → (sales, documents).
    pub counts: BTreeMap<i32, (i64, i64)>,
}

/// A document that every projector skips.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Quarantined {
    pub at: DocRef,
    pub reason: String,
}

/// A control document, by what it is about, so that it is found again without reading the log.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct ControlRow {
    pub at: DocRef,
    pub kind: u16,
}

/// What one transaction writes. Rows are whole: what is there is replaced.
#[derive(Clone, Debug)]
pub struct Changes<'a> {
    pub cooperative: Cooperative,
    pub devices: Vec<Device>,
    /// Of the devices nothing changed but their heads, which is by far the most frequent case.
    pub is_heads_alone: bool,
    pub invitations: Vec<Invitation>,
    pub runs: Vec<NewRun<'a>>,
    pub totals: Totals,
    pub quarantine: Vec<Quarantined>,
    pub control: Vec<ControlRow>,
    pub erased: Vec<DocRef>,
}

impl Changes<'_> {
    pub fn new(cooperative: Cooperative) -> Self {
        Self {
            cooperative,
            devices: Vec::new(),
            is_heads_alone: false,
            invitations: Vec::new(),
            runs: Vec::new(),
            totals: Totals::default(),
            quarantine: Vec::new(),
            control: Vec::new(),
            erased: Vec::new(),
        }
    }
}

/// A blob of the log's beginning, made for devices that join.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Checkpoint {
    pub level: u16,
    pub server_seq: u64,
    /// Head hash of the run that ends there.
    pub hash: Hash,
    pub heads: Vec<WireHead>,
    pub blob_hash: [u8; 32],
    pub bytes: u64,
}

/// A log: hands out sessions.
pub trait CentreLog: Send + Sync + 'static {
    type Session<'a>: Session
    where
        Self: 'a;

    /// Where the engine works inline nothing is awaited, and a future is ready when first asked.
    fn session(&self) -> impl Future<Output = Result<Self::Session<'_>, LogFault>>;
}

/// One connection. Dropped between [`Session::lock`] and [`Session::commit`] it takes everything back.
#[expect(async_fn_in_trait, reason = "futures are driven on one thread, in the simulator and by the server")]
pub trait Session {
    /// The centre's identity; `fresh` becomes it where there is none.
    async fn identity(&mut self, fresh: &Identity) -> Result<Identity, LogFault>;

    async fn glance(
        &mut self,
        coop_id: &CoopId,
        device_no: u32,
        server_seq: u64,
    ) -> Result<Option<Glance>, LogFault>;

    /// Begins a transaction that holds the cooperative: nobody else writes into it until the end.
    async fn lock(
        &mut self,
        coop_id: &CoopId,
        device_no: u32,
    ) -> Result<Option<(Cooperative, Option<Device>)>, LogFault>;

    /// Ends the transaction with nothing written.
    async fn unlock(&mut self) -> Result<(), LogFault>;

    /// Writes all and ends the transaction: durable when it returns.
    async fn commit(&mut self, changes: &Changes<'_>) -> Result<(), LogFault>;

    /// A new cooperative with its first rows, in a transaction of its own; false where the id is taken.
    async fn found(
        &mut self,
        cooperative: &Cooperative,
        devices: &[Device],
        invitations: &[Invitation],
    ) -> Result<bool, LogFault>;

    /// Many at once, for measurements; each as [`Session::found`].
    async fn found_many(&mut self, cooperatives: &[(Cooperative, Vec<Device>)]) -> Result<(), LogFault>;

    /// Removes a place that nobody registered.
    async fn forget(&mut self, coop_id: &CoopId) -> Result<(), LogFault>;

    /// Handles are random and not unique.
    async fn by_handle(&mut self, handle: u64) -> Result<Vec<Cooperative>, LogFault>;

    /// In order of number.
    async fn devices(&mut self, coop_id: &CoopId) -> Result<Vec<Device>, LogFault>;

    /// In order of number.
    async fn invitations(&mut self, coop_id: &CoopId) -> Result<Vec<Invitation>, LogFault>;

    /// Documents `first` to `last` of a device that are held, in order.
    async fn documents(
        &mut self,
        coop_id: &CoopId,
        device_no: u32,
        first: u64,
        last: u64,
    ) -> Result<Vec<StoredDocument>, LogFault>;

    /// Documents of these kinds of control, in order of (device, seq).
    async fn control(&mut self, coop_id: &CoopId, kinds: &[u16]) -> Result<Vec<StoredDocument>, LogFault>;

    /// Runs that end after `server_seq`, in order, at most `limit`.
    async fn runs_after(
        &mut self,
        coop_id: &CoopId,
        server_seq: u64,
        limit: usize,
    ) -> Result<Vec<RunRow>, LogFault>;

    /// All documents of these runs, in their order.
    async fn documents_of(
        &mut self,
        coop_id: &CoopId,
        runs: &[RunRow],
    ) -> Result<Vec<StoredDocument>, LogFault>;

    /// Notes a challenge as used; false where it was already. Forgets the device's that ran out before `now_ms`.
    async fn use_challenge(
        &mut self,
        coop_id: &CoopId,
        device_no: u32,
        challenge: &[u8; 32],
        expires_ms: i64,
        now_ms: i64,
    ) -> Result<bool, LogFault>;

    /// Failed tries from an address (a keyed hash of it) in a window of time, a number that only grows.
    async fn attempts(&mut self, address: &[u8; 16], window: i64) -> Result<u32, LogFault>;

    /// Counts one more, and forgets windows before the last.
    async fn add_attempt(&mut self, address: &[u8; 16], window: i64) -> Result<(), LogFault>;

    /// The latest checkpoint of a level.
    async fn checkpoint(&mut self, coop_id: &CoopId, level: u16) -> Result<Option<Checkpoint>, LogFault>;

    /// Keeps it and the one before it.
    async fn put_checkpoint(
        &mut self,
        coop_id: &CoopId,
        checkpoint: &Checkpoint,
        blob: &[u8],
    ) -> Result<(), LogFault>;

    /// Total length and at most `length` bytes from `offset` of a blob of this cooperative.
    async fn blob(
        &mut self,
        coop_id: &CoopId,
        blob_hash: &[u8; 32],
        offset: u64,
        length: u64,
    ) -> Result<Option<(u64, Vec<u8>)>, LogFault>;

    async fn quarantine(&mut self, coop_id: &CoopId) -> Result<Vec<Quarantined>, LogFault>;

    async fn totals(&mut self, coop_id: &CoopId) -> Result<Totals, LogFault>;
}

/// Drives a future of an engine that works inline. One that waits for something else is asked again and
/// again, so this is no place for PostgreSQL.
pub fn run_inline<F: Future>(future: F) -> F::Output {
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    let mut future = std::pin::pin!(future);
    loop {
        if let std::task::Poll::Ready(output) = future.as_mut().poll(&mut context) {
            return output;
        }
        std::thread::yield_now();
    }
}

/// Numbers of the log fit 63 bits by their ranges; beyond them they stay at the end.
pub(crate) fn to_i64(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

pub(crate) fn to_u64(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}

pub(crate) fn array<const N: usize>(bytes: &[u8]) -> Result<[u8; N], LogFault> {
    bytes.try_into().map_err(|_| LogFault::broken("a column of another length"))
}

/// Heads lie beside a checkpoint as one value.
pub(crate) fn encode_heads(heads: &[WireHead]) -> Vec<u8> {
    lumbung_sync::wire::encode(&heads)
}

pub(crate) fn decode_heads(bytes: &[u8]) -> Result<Vec<WireHead>, LogFault> {
    lumbung_sync::wire::decode(bytes).map_err(|error| LogFault::Broken(Box::new(error)))
}
