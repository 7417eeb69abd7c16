//! A centre as a list of runs in their order of arrival.

use super::till::{Till, enrolled};
use super::{COOP, Rule, key_of, signed_head};
use ed25519_dalek::{Signature, Signer, Verifier};
use lumbung_document::SealedDocument;
use lumbung_sync::expand::Expander;
use lumbung_sync::frame::{BOUNDS, framed};
use lumbung_sync::log::{Portion, ReceiveError};
use lumbung_sync::machine::{Method, Request};
use lumbung_sync::recode::{self, Form, RecodeError};
use lumbung_sync::run::{Run, RunHead};
use lumbung_sync::wire::{
    self, Challenge, CheckpointAnswer, Condition, Cursor, HeadsAnswer, Problem, ProblemCode, RelayAnswer,
    RelayRequest, Session, SessionAnswer, SessionRequest, SyncAnswer, SyncRequest, WireHead, centre_message,
    checkpoint_message, encode, session_message,
};
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;

pub(crate) type Reply = (u16, Vec<u8>);

#[derive(Clone, Debug)]
pub(crate) struct Centre {
    pub(crate) log: Till,
    pub(crate) order: Vec<Run>,
    pub(crate) epoch: [u8; 8],
    pub(crate) sessions: BTreeSet<String>,
    pub(crate) challenges: u8,
    pub(crate) ended: BTreeSet<u32>,
    pub(crate) restored: BTreeSet<u32>,
    pub(crate) checkpoint: Option<(CheckpointAnswer, Vec<u8>)>,
    /// What it expands with.
    pub(crate) rule: i64,
    pub(crate) requests: Vec<String>,
    pub(crate) batches: Vec<usize>,
    pub(crate) pages: u64,
}

impl Centre {
    pub(crate) fn new() -> Self {
        Self {
            log: Till::joining(0),
            order: Vec::new(),
            epoch: [1; 8],
            sessions: BTreeSet::new(),
            challenges: 0,
            ended: BTreeSet::new(),
            restored: BTreeSet::new(),
            checkpoint: None,
            rule: 1_000,
            requests: Vec::new(),
            batches: Vec::new(),
            pages: 0,
        }
    }

    /// Admits a device in its own series.
    pub(crate) fn enrol(&mut self, device_no: u32) {
        self.write(enrolled(device_no));
    }

    fn write(&mut self, body: lumbung_document::Body) {
        self.log.write(body);
        let document = self.log.series[&0].last().unwrap().clone();
        let head = signed_head(&document);
        self.log.kept.insert((0, head.seq), head.clone());
        let run = Run { head: RunHead { first_seq: head.seq, head }, documents: vec![document] };
        self.order.push(run);
    }

    pub(crate) fn server_seq(&self) -> u64 {
        self.order.iter().map(|run| run.documents.len() as u64).sum()
    }

    fn document_at(&self, server_seq: u64) -> Option<&SealedDocument> {
        self.order
            .iter()
            .flat_map(|run| &run.documents)
            .nth(usize::try_from(server_seq.checked_sub(1)?).ok()?)
    }

    fn cursor_at(&self, server_seq: u64) -> Cursor {
        let mark = self.document_at(server_seq).map_or([0; 8], |one| one.hash.0[..8].try_into().unwrap());
        Cursor { server_seq, mark }
    }

    pub(crate) fn handle(&mut self, request: &Request) -> Reply {
        self.requests.push(request.path.clone());
        let body = request.body.as_slice();
        if request.path == "/v1/session" {
            return match wire::decode(body) {
                Ok(message) => self.session(&message),
                Err(_) => problem(ProblemCode::Malformed, None),
            };
        }
        let Some(token) = request.token.as_ref().filter(|token| self.sessions.contains(*token)) else {
            return problem(ProblemCode::Session, None);
        };
        let device_no: u32 = token.split('-').nth(1).unwrap().parse().unwrap();
        if self.ended.contains(&device_no) {
            return problem(ProblemCode::Ended, None);
        }
        match (request.method, request.path.as_str()) {
            (Method::Post, "/v1/sync") => {
                let mut reply = problem(ProblemCode::Malformed, None);
                for message in wire::messages(body) {
                    reply = match wire::decode(message) {
                        Ok(message) => self.sync(device_no, &message),
                        Err(_) => problem(ProblemCode::Malformed, None),
                    };
                    if reply.0 != 200 {
                        break;
                    }
                }
                reply
            }
            (Method::Post, "/v1/relay") => match wire::decode(body) {
                Ok(message) => self.relay(&message),
                Err(_) => problem(ProblemCode::Malformed, None),
            },
            (Method::Get, "/v1/heads") => (200, encode(&self.heads())),
            (Method::Get, "/v1/checkpoint?level=1") => match &self.checkpoint {
                Some((answer, _)) => (200, encode(answer)),
                None => problem(ProblemCode::NotFound, None),
            },
            (Method::Get, path) => match (&self.checkpoint, request.range) {
                (Some((answer, blob)), Some((first, last)))
                    if path == format!("/v1/blob/{}", hex(&answer.blob)) =>
                {
                    (206, blob[usize::try_from(first).unwrap()..=usize::try_from(last).unwrap()].to_vec())
                }
                _ => problem(ProblemCode::NotFound, None),
            },
            _ => problem(ProblemCode::NotFound, None),
        }
    }

    fn session(&mut self, message: &SessionRequest) -> Reply {
        if message.coop_id != COOP || !self.log.devices.contains_key(&message.device_no) {
            return problem(ProblemCode::NotFound, None);
        }
        let Some(response) = &message.response else {
            self.challenges = self.challenges.wrapping_add(1);
            let challenge = [self.challenges; 32];
            let signed = centre_message(&COOP, message.device_no, &challenge);
            let signature = key_of(0).sign(&signed).to_bytes();
            let challenge = Some(Challenge { challenge, signature });
            return (200, encode(&SessionAnswer { challenge, session: None }));
        };
        let signed = session_message(&COOP, message.device_no, &response.challenge);
        let signature = Signature::from_bytes(&response.signature);
        let proved = key_of(message.device_no).verifying_key().verify(&signed, &signature).is_ok();
        if !proved || response.challenge != [self.challenges; 32] {
            return problem(ProblemCode::Session, None);
        }
        let token = format!("t-{}-{}", message.device_no, self.challenges);
        self.sessions.insert(token.clone());
        let session = Some(Session { token, seconds: 900, clock_off_ms: None });
        (200, encode(&SessionAnswer { challenge: None, session }))
    }

    fn sync(&mut self, device_no: u32, message: &SyncRequest) -> Reply {
        let held = self.log.hash_of(device_no, message.head_seq).filter(|_| message.head_seq > 0);
        if held.is_some_and(|held| held.0[..8] != message.head_mark) {
            return problem(ProblemCode::Fork, None);
        }
        if message.condition == Condition::Restored {
            self.restored.insert(device_no);
        }
        if let Some(batch) = &message.batch
            && let Err(reply) = self.push(device_no, batch)
        {
            return reply;
        }
        let mut answer = SyncAnswer {
            epoch: self.epoch,
            acked_seq: self.log.seq_of(device_no),
            level: 1,
            cursor: message.cursor,
            more: false,
            notices: Vec::new(),
            page: None,
        };
        let whole = message.epoch == self.epoch || message.epoch == [0; 8];
        if whole && message.cursor == self.cursor_at(message.cursor.server_seq) {
            self.page(device_no, message, &mut answer);
        }
        (200, encode(&answer))
    }

    fn page(&mut self, device_no: u32, message: &SyncRequest, answer: &mut SyncAnswer) {
        let (mut at, mut count, mut runs) = (0, 0, Vec::new());
        for run in &self.order {
            let length = run.documents.len() as u64;
            at += length;
            if at <= message.cursor.server_seq {
                continue;
            }
            let own = run.head.device_no() == device_no;
            if !own && count > 0 && count + length > u64::from(message.page_documents)
                || message.page_documents == 0
            {
                answer.more = true;
                break;
            }
            answer.cursor = self.cursor_at(at);
            if !own {
                count += length;
                runs.push(run.clone());
            }
        }
        if !runs.is_empty() {
            let rule = Rule(self.rule);
            let form = Form::Columns(message.level.min(rule.level()));
            self.pages += 1;
            answer.page = Some(recode::pack(&runs, form, 3, &rule).into());
        }
    }

    fn unpack(&self, bytes: &[u8]) -> Result<Vec<Run>, Reply> {
        let mut prev = |device_no, first_seq: u64| self.log.hash_of(device_no, first_seq - 1);
        recode::unpack(bytes, BOUNDS, &mut prev, &Rule(self.rule)).map_err(|error| match error {
            RecodeError::Gap { device_no, .. } => {
                problem(ProblemCode::Gap, Some(self.log.seq_of(device_no) + 1))
            }
            RecodeError::NotTheSame { .. } => problem(ProblemCode::SendRaw, None),
            _ => problem(ProblemCode::NotProven, None),
        })
    }

    fn push(&mut self, device_no: u32, batch: &[u8]) -> Result<(), Reply> {
        let runs = self.unpack(batch)?;
        self.batches.push(runs.iter().map(|run| run.documents.len()).sum());
        for run in runs {
            for document in &run.documents {
                let held = self.log.hash_of(device_no, document.at.seq);
                if held.is_some_and(|held| held != document.hash) {
                    return Err(problem(ProblemCode::Fork, Some(document.at.seq)));
                }
            }
            self.add(run).map_err(|_| problem(ProblemCode::NotProven, None))?;
        }
        Ok(())
    }

    /// Puts what is new of a run at the end of the order.
    pub(crate) fn add(&mut self, run: Run) -> Result<u64, ReceiveError> {
        let device_no = run.head.device_no();
        let before = self.log.seq_of(device_no);
        let mut next = self.log.clone();
        let received = next.take(std::slice::from_ref(&run))?;
        self.log = next;
        if received.new_documents > 0 {
            let first_seq = before + 1;
            let documents = run.documents.into_iter().filter(|one| one.at.seq > before).collect();
            self.order.push(Run { head: RunHead { first_seq, head: run.head.head }, documents });
        }
        Ok(received.new_documents)
    }

    fn relay(&mut self, message: &RelayRequest) -> Reply {
        let runs = match self.unpack(&message.runs) {
            Ok(runs) => runs,
            Err(reply) => return reply,
        };
        let mut new = 0;
        for run in runs {
            match self.add(run) {
                Ok(count) => new += count,
                Err(_) => return problem(ProblemCode::NotProven, None),
            }
        }
        (200, encode(&RelayAnswer { new }))
    }

    pub(crate) fn heads(&self) -> HeadsAnswer {
        let heads = self.log.all_heads();
        HeadsAnswer {
            epoch: self.epoch,
            cursor: self.cursor_at(self.server_seq()),
            heads: wire_heads(&heads),
        }
    }

    /// Makes a checkpoint of everything up to now, in packs of at most `documents`.
    pub(crate) fn check_point(&mut self, documents: usize) {
        let mut blob = Vec::new();
        let mut packs: Vec<Vec<Run>> = vec![Vec::new()];
        for run in &self.order {
            let last = packs.last().unwrap();
            // The document that admits a device lies in an earlier pack than the device's own.
            let begins = run.head.first_seq == 1 && !last.is_empty();
            let full =
                last.iter().map(|run| run.documents.len()).sum::<usize>() + run.documents.len() > documents;
            if begins || (full && !last.is_empty()) {
                packs.push(Vec::new());
            }
            packs.last_mut().unwrap().push(run.clone());
        }
        for pack in &packs {
            blob.extend(framed(&recode::pack(pack, Form::Columns(1), 3, &Rule(self.rule))).unwrap());
        }
        let name: [u8; 32] = Sha256::digest(&blob).into();
        let cursor = self.cursor_at(self.server_seq());
        let signed = checkpoint_message(&COOP, &self.epoch, cursor, &name);
        let answer = CheckpointAnswer {
            epoch: self.epoch,
            cursor,
            heads: wire_heads(&self.log.all_heads()),
            blob: name,
            bytes: blob.len() as u64,
            documents: self.server_seq(),
            signature: key_of(0).sign(&signed).to_bytes(),
        };
        self.checkpoint = Some((answer, blob));
    }

    /// Puts an older copy back.
    pub(crate) fn restore(&mut self, older: &Self, epoch: [u8; 8]) {
        *self = Self { epoch, requests: std::mem::take(&mut self.requests), ..older.clone() };
        self.sessions.clear();
        self.challenges = epoch[0].wrapping_mul(16);
    }
}

pub(crate) fn wire_heads(heads: &[lumbung_document::SignedHead]) -> Vec<WireHead> {
    heads
        .iter()
        .map(|head| WireHead { device_no: head.device_no, seq: head.seq, hash: head.hash.0 })
        .collect()
}

pub(crate) fn problem(code: ProblemCode, seq: Option<u64>) -> Reply {
    (code.status(), encode(&Problem { code, seq, wait_s: None, detail: String::new() }))
}

pub(crate) const EVERYTHING: Portion = Portion { documents: 2_000, bytes: 1 << 20 };

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}
