//! Another cooperative at the same centre, whom nothing of this one may touch; and bytes that are no messages.

use super::World;
use crate::ambient::{WorldRandom, device_id};
use crate::centre::Host;
use crate::damage::flip;
use crate::draw::Draw;
use crate::paper::{Paper, trade};
use crate::till::{COOP, FIRST_DAY};
use anyhow::{Context, Result, ensure};
use lumbung_document::body::Genesis;
use lumbung_document::head::head_message;
use lumbung_document::{Body, Effects, Hash, Position, SealedDocument, SignedHead};
use lumbung_primitives::{BusinessDate, DocRef, Ref};
use lumbung_server::log::{Device, Totals, run_inline};
use lumbung_sync::enrol::{Enrolment, Identity};
use lumbung_sync::machine::{Method, Request};
use lumbung_sync::recode::{Form, pack};
use lumbung_sync::wire::{self, ChallengeResponse, SessionAnswer, SessionRequest};
use lumbung_sync::{Run, RunHead};
use lumbung_vault::DeviceSecrets;

const NEIGHBOUR: [u8; 16] = [5; 16];
const PAPERS: usize = 6;

/// What the other cooperative had at the centre before anything happened here.
#[derive(Debug, Default)]
pub struct Neighbour {
    documents: Vec<SealedDocument>,
    devices: Vec<Device>,
    totals: Totals,
    run: Option<Run>,
}

fn secrets() -> DeviceSecrets {
    DeviceSecrets::generate(&WorldRandom::new(77))
}

impl Neighbour {
    /// It registers and sends a few papers.
    pub fn settle(host: &Host) -> Result<Self> {
        let keys = secrets();
        let (exchange_key, device_key) = (keys.exchange_public_key(), keys.public_key());
        let id = device_id(1_000_001);
        let genesis = Body::Genesis(Genesis {
            coop_id: NEIGHBOUR,
            device_id: id,
            device_key,
            exchange_key,
            coop_name: "KDMP Tetangga".into(),
            region_code: String::new(),
            utc_offset_hours: 8,
            chart_version: 1,
        });
        let mut chance = crate::disk::Chance::new(5);
        let day = BusinessDate(FIRST_DAY);
        let mut papers = vec![Paper::with_effects(&genesis, 0, Effects::default(), day)];
        for nth in 1..PAPERS {
            let body = trade::sale(&mut chance, &[DocRef::new(1, 2)], None, None, u64::try_from(nth)?);
            papers.extend(Paper::of(&body, day));
        }
        let mut prev_hash = Hash::genesis(&NEIGHBOUR, &id, &device_key);
        let mut documents = Vec::new();
        for (seq, paper) in (1..).zip(&papers) {
            let at = DocRef::new(1, seq);
            documents.push(paper.seal(Position { at, prev_hash, wall_ms: 0, actor: Ref::This }));
            prev_hash = documents.last().map_or(prev_hash, |document: &SealedDocument| document.hash);
        }
        let (_, code) = run_inline(host.centre()?.coop_add("KDMP Tetangga", ""))
            .map_err(|problem| anyhow::anyhow!(problem.detail))?;
        let identity = Identity { device_id: id, device_key, exchange_key };
        let enrolment = Enrolment::found(&code, &identity, "1.0.0", &documents[0])?;
        let (status, body) = host.answer(&enrolment.request()).context("the centre is down")?;
        enrolment.answered(status, &body)?;
        let seq = u64::try_from(documents.len())?;
        let signature = keys.sign(&head_message(&NEIGHBOUR, 1, seq, &prev_hash));
        let head = SignedHead { device_no: 1, seq, hash: prev_hash, signature };
        let run = Run { head: RunHead { first_seq: 1, head }, documents };
        let token = token(host, &NEIGHBOUR, 1, &keys)?.context("a neighbour gets a session")?;
        let (status, _) = host.answer(&sync(&token, pack_of(&run))).context("the centre is down")?;
        ensure!(status == 200, "the neighbour's papers are refused: {status}");
        Ok(Self {
            documents: host.documents(&NEIGHBOUR)?,
            devices: host.devices(&NEIGHBOUR)?,
            totals: host.totals(&NEIGHBOUR)?,
            run: Some(run),
        })
    }

    /// I16: nothing of it changed.
    pub fn check(&self, host: &Host) -> Result<()> {
        ensure!(self.documents.len() == PAPERS, "I16: the neighbour's papers did not all arrive");
        ensure!(self.documents == host.documents(&NEIGHBOUR)?, "I16: the neighbour's log changed");
        ensure!(self.devices == host.devices(&NEIGHBOUR)?, "I16: the neighbour's devices changed");
        ensure!(self.totals == host.totals(&NEIGHBOUR)?, "I16: the neighbour's totals changed");
        Ok(())
    }
}

fn pack_of(run: &Run) -> Vec<u8> {
    pack(std::slice::from_ref(run), Form::Raw, 1, &lumbung_sync::expand::Nothing)
}

fn post(path: &str, token: Option<&str>, body: Vec<u8>) -> Request {
    Request {
        method: Method::Post,
        path: path.to_owned(),
        token: token.map(str::to_owned),
        range: None,
        body,
        answer_max: wire::BODY_MAX,
    }
}

fn sync(token: &str, batch: Vec<u8>) -> Request {
    let message = wire::SyncRequest {
        protocol: wire::PROTOCOL,
        level: 0,
        epoch: [0; 8],
        cursor: wire::Cursor::default(),
        head_seq: 0,
        head_mark: [0; 8],
        condition: wire::Condition::Sound,
        page_documents: 0,
        batch: Some(batch.into()),
    };
    post("/v1/sync", Some(token), wire::encode(&message))
}

fn relay(token: &str, runs: Vec<u8>) -> Request {
    let message = wire::RelayRequest { protocol: wire::PROTOCOL, runs: runs.into() };
    post("/v1/relay", Some(token), wire::encode(&message))
}

/// A session as a machine opens it; `None` where it is refused.
fn token(host: &Host, coop_id: &[u8; 16], device_no: u32, keys: &DeviceSecrets) -> Result<Option<String>> {
    let ask = |response| SessionRequest { protocol: wire::PROTOCOL, coop_id: *coop_id, device_no, response };
    let request = post("/v1/session", None, wire::encode(&ask(None)));
    let Some((200, body)) = host.answer(&request) else { return Ok(None) };
    let answer: SessionAnswer = wire::decode(&body)?;
    let Some(given) = answer.challenge else { return Ok(None) };
    let message = wire::session_message(coop_id, device_no, &given.challenge);
    let response = ChallengeResponse {
        challenge: given.challenge,
        signature: keys.sign(&message),
        wall_ms: 0,
        app_version: "1.0.0".into(),
    };
    let request = post("/v1/session", None, wire::encode(&ask(Some(response))));
    let Some((200, body)) = host.answer(&request) else { return Ok(None) };
    let answer: SessionAnswer = wire::decode(&body)?;
    Ok(answer.session.map(|session| session.token))
}

impl World {
    /// This cooperative's keys and tokens open nothing of the other's.
    pub(super) fn trespass(&mut self) -> Result<bool> {
        if !self.host.is_on() || self.host.is_doomed {
            return Ok(false);
        }
        let Some(name) = self.any_till() else { return Ok(false) };
        let till = &self.tills[name];
        let foreign = token(&self.host, &NEIGHBOUR, 1, &till.secrets)?;
        ensure!(foreign.is_none(), "I16: a session for another cooperative");
        let Some(token) = token(&self.host, &COOP, till.device_no, &till.secrets)? else {
            return Ok(false);
        };
        let before = self.host.documents(&COOP)?.len();
        let Some(run) = &self.neighbour.run else { return Ok(false) };
        for request in [sync(&token, pack_of(run)), relay(&token, pack_of(run))] {
            let answer = self.host.answer(&request);
            let is_refused = answer.as_ref().is_some_and(|(status, _)| *status >= 400);
            // Device 1 is known in both: its papers there are another branch, or not proven, here.
            ensure!(is_refused, "I16: papers of another cooperative are taken: {answer:?}");
        }
        ensure!(before == self.host.documents(&COOP)?.len(), "I16: papers of another cooperative are kept");
        self.neighbour.check(&self.host)?;
        Ok(true)
    }

    /// Nothing but refusals, and nothing kept.
    pub(super) fn garbage(&mut self) -> Result<bool> {
        if !self.host.is_on() || self.host.is_doomed {
            return Ok(false);
        }
        let Some(name) = self.any_till() else { return Ok(false) };
        let till = &self.tills[name];
        let Some(token) = token(&self.host, &COOP, till.device_no, &till.secrets)? else {
            return Ok(false);
        };
        let before = self.host.documents(&COOP)?.len();
        let mut bytes = vec![0; self.chance.below(200)];
        self.chance.fill(&mut bytes);
        let path = *self
            .chance
            .one_of(&["/v1/sync", "/v1/relay", "/v1/session", "/v1/enrol", "/v1/blob/00", "/v2/sync"])
            .unwrap_or(&"/v1/sync");
        let mut requests = vec![post(path, Some(&token), bytes.clone()), sync(&token, bytes)];
        if let Some(ledger) = &till.ledger {
            let runs = ledger.runs_of(till.device_no, 0, 8, 1 << 20)?;
            for mut run in runs.into_iter().take(1) {
                flip(&mut self.chance, &mut run.head.signature);
                let head = RunHead { first_seq: run.first_seq, head: run.head };
                let forged = Run { head, documents: run.documents };
                requests.push(relay(&token, pack_of(&forged)));
            }
        }
        for request in requests {
            let answer = self.host.answer(&request);
            let is_refused = answer.as_ref().is_some_and(|(status, _)| (400..500).contains(status));
            ensure!(is_refused, "I13: garbage is taken: {} {answer:?}", request.path);
        }
        ensure!(before == self.host.documents(&COOP)?.len(), "I13: garbage is kept");
        Ok(true)
    }
}
