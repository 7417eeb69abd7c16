//! What tills ask of a centre and what it answers, with no HTTP in it. Time and chance come in as parameters,
//! and over SQLite nothing is awaited, so a simulator drives it with [`crate::log::run_inline`].
//!
//! A request is judged before the cooperative is locked (unpacking, signatures, sums); then one transaction
//! looks again and writes.

pub mod admin;
pub mod bulk;
mod checkpoint;
mod control;
mod enrol;
mod heads;
mod judge;
mod own;
mod problem;
mod pull;
mod push;
mod reissue;
mod relay;
mod session;
mod sync;
mod tally;
mod token;

pub use tally::{Counted, Tally};
pub use token::Bearer;

use crate::log::{CentreLog, CoopId, Device, Glance, Identity, LogFault, Session, Transport};
use ed25519_dalek::{Signer, SigningKey};
use lumbung_document::Hash;
use lumbung_primitives::{Clock, Random};
use lumbung_sync::expand::{Expander, Level};
use lumbung_sync::recode::Effort;
use lumbung_sync::wire::{
    CheckpointAnswer, EnrolAnswer, EnrolRequest, HeadsAnswer, Mark, Problem, ProblemCode, RelayAnswer,
    RelayRequest, SessionAnswer, SessionRequest, SyncAnswer, SyncRequest,
};
use problem::problem;
use std::sync::Arc;

/// The rules that this centre can expand by.
#[derive(Clone, Copy, Debug)]
pub struct Rules;

impl Expander for Rules {
    fn level(&self) -> Level {
        lumbung_posting::LEVEL
    }

    fn expand(
        &self,
        level: Level,
        kind: u16,
        kind_version: u16,
        rule_version: u16,
        body: &[u8],
    ) -> Option<Vec<u8>> {
        lumbung_posting::expand_bytes(level, kind, kind_version, rule_version, body)
    }
}

/// The calls of protocol 1. [`Centre`] answers them; a hub in the shop may answer them from its own ledger.
/// Every error is the answer to be given.
#[expect(async_fn_in_trait, reason = "futures are driven on one thread, in the simulator and by the server")]
pub trait Calls: Send + Sync + 'static {
    /// `address` is whatever tells one asker from another, for the limit of tries.
    async fn enrol(&self, address: &str, request: EnrolRequest) -> Result<EnrolAnswer, Problem>;

    async fn session(&self, request: SessionRequest) -> Result<SessionAnswer, Problem>;

    /// Who holds this token. Asked before a body is read, so it looks nothing up.
    fn bearer(&self, token: &str) -> Result<Bearer, Problem>;

    async fn sync(&self, bearer: Bearer, request: SyncRequest) -> Result<SyncAnswer, Problem>;

    async fn heads(&self, bearer: Bearer) -> Result<HeadsAnswer, Problem>;

    async fn relay(&self, bearer: Bearer, request: RelayRequest) -> Result<RelayAnswer, Problem>;

    /// `level`: what the asker can expand.
    async fn checkpoint(&self, bearer: Bearer, level: Level) -> Result<CheckpointAnswer, Problem>;

    /// Total length of the blob, and a part of it from `offset`, `length` bytes or fewer.
    async fn blob(
        &self,
        bearer: Bearer,
        blob: [u8; 32],
        offset: u64,
        length: u64,
    ) -> Result<(u64, Vec<u8>), Problem>;

    /// What was accepted, refused and set aside since the start.
    fn tally(&self) -> &Tally;
}

/// A centre over a log.
pub struct Centre<L> {
    log: L,
    identity: Identity,
    signing_key: SigningKey,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
    tally: Tally,
    effort: Effort,
}

impl<L> std::fmt::Debug for Centre<L> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Centre").field("identity", &self.identity).finish_non_exhaustive()
    }
}

impl<L: CentreLog> Centre<L> {
    /// Over a log that has its schema; makes the centre's identity at the first start.
    pub async fn open(log: L, clock: Arc<dyn Clock>, random: Arc<dyn Random>) -> Result<Self, LogFault> {
        let mut fresh = Identity { centre_id: [0; 16], signing_key: [0; 32], secret: [0; 32] };
        random.fill(&mut fresh.centre_id);
        random.fill(&mut fresh.signing_key);
        random.fill(&mut fresh.secret);
        let identity = log.session().await?.identity(&fresh).await?;
        let signing_key = SigningKey::from_bytes(&identity.signing_key);
        Ok(Self { log, identity, signing_key, clock, random, tally: Tally::default(), effort: pull::EFFORT })
    }

    /// How hard pages are packed: a simulation has no time.
    pub fn set_effort(&mut self, effort: Effort) {
        self.effort = effort;
    }

    pub fn log(&self) -> &L {
        &self.log
    }

    pub fn centre_id(&self) -> [u8; 16] {
        self.identity.centre_id
    }

    /// Signs challenges, checkpoints and the heads of series 0.
    pub fn centre_key(&self) -> [u8; 32] {
        self.signing_key.verifying_key().to_bytes()
    }

    fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.signing_key.sign(message).to_bytes()
    }

    fn now_ms(&self) -> i64 {
        self.clock.now_ms()
    }

    fn draw<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.random.fill(&mut bytes);
        bytes
    }
}

/// The cooperative and device of a request, where that device may still speak.
async fn admit(
    session: &mut impl Session,
    bearer: Bearer,
    server_seq: u64,
) -> Result<(Glance, Device), Problem> {
    let glance = session.glance(&bearer.coop_id, bearer.device_no, server_seq).await?;
    let Some(glance) = glance.filter(|glance| glance.cooperative.is_registered) else {
        return Err(problem(ProblemCode::NotFound, "no such device"));
    };
    let Some(device) = glance.device.clone() else {
        return Err(problem(ProblemCode::NotFound, "no such device"));
    };
    if device.transport == Transport::Open {
        Ok((glance, device))
    } else {
        Err(problem(ProblemCode::Ended, "this series has ended"))
    }
}

/// Hash of a held document; the genesis hash for seq 0.
async fn hash_at(
    session: &mut impl Session,
    coop_id: &CoopId,
    device: &Device,
    seq: u64,
) -> Result<Option<Hash>, LogFault> {
    if seq == 0 {
        return Ok(Some(device.genesis_hash));
    }
    if seq == device.head_seq {
        return Ok(Some(device.head_hash));
    }
    let documents = session.documents(coop_id, device.device_no, seq, seq).await?;
    Ok(documents.first().map(|document| Hash::document(&document.header)))
}

fn mark_of(hash: &Hash) -> Mark {
    let mut mark = Mark::default();
    let length = mark.len();
    mark.copy_from_slice(&hash.0[..length]);
    mark
}

impl<L: CentreLog> Calls for Centre<L> {
    async fn enrol(&self, address: &str, request: EnrolRequest) -> Result<EnrolAnswer, Problem> {
        self.answer_enrol(address, request).await
    }

    async fn session(&self, request: SessionRequest) -> Result<SessionAnswer, Problem> {
        self.answer_session(request).await
    }

    fn bearer(&self, token: &str) -> Result<Bearer, Problem> {
        token::read(&self.identity.secret, token, self.now_ms())
            .ok_or_else(|| problem(ProblemCode::Session, "no session"))
    }

    async fn sync(&self, bearer: Bearer, request: SyncRequest) -> Result<SyncAnswer, Problem> {
        self.answer_sync(bearer, request).await
    }

    async fn heads(&self, bearer: Bearer) -> Result<HeadsAnswer, Problem> {
        self.answer_heads(bearer).await
    }

    async fn relay(&self, bearer: Bearer, request: RelayRequest) -> Result<RelayAnswer, Problem> {
        self.answer_relay(bearer, request).await
    }

    async fn checkpoint(&self, bearer: Bearer, level: Level) -> Result<CheckpointAnswer, Problem> {
        self.answer_checkpoint(bearer, level).await
    }

    async fn blob(
        &self,
        bearer: Bearer,
        blob: [u8; 32],
        offset: u64,
        length: u64,
    ) -> Result<(u64, Vec<u8>), Problem> {
        self.answer_blob(bearer, blob, offset, length).await
    }

    fn tally(&self) -> &Tally {
        &self.tally
    }
}
