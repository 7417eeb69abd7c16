//! A till that writes documents and nothing else.

use super::{MORNING_MS, bearer};
use ed25519_dalek::{Signer as _, SigningKey};
use lumbung_document::body::control::{EndReason, NumberBlock};
use lumbung_document::body::sale::{GoodsClass, Sale, SaleLine, Tender, Tendered};
use lumbung_document::body::{Answer, BooksDevice, DeviceEnrolled, DeviceInvited, Genesis, SeriesEnd};
use lumbung_document::head::{KEPT_EVERY, head_message};
use lumbung_document::{Body, Draft, Effects, Hash, PersonalPart, Position, SealedDocument, SignedHead};
use lumbung_primitives::{BusinessDate, DocRef, Money, Quantity, Ref};
use lumbung_server::Calls;
use lumbung_server::centre::Rules;
use lumbung_sync::pairing::{PairingCode, till_proof};
use lumbung_sync::recode::{Bounds, Form, pack, unpack};
use lumbung_sync::wire::{
    Condition, Cursor, EnrolRequest, Epoch, PROTOCOL, Problem, SyncAnswer, SyncRequest, WireDocument,
};
use lumbung_sync::{Run, RunHead};
use std::collections::BTreeMap;

#[derive(Clone, Debug)]
pub(crate) struct Till {
    pub(crate) seed: u8,
    pub(crate) coop_id: [u8; 16],
    pub(crate) device_no: u32,
    pub(crate) device_id: [u8; 16],
    pub(crate) key: SigningKey,
    pub(crate) documents: Vec<SealedDocument>,
    pub(crate) acked: u64,
    pub(crate) epoch: Epoch,
    pub(crate) cursor: Cursor,
    /// Documents of others by device, as they came.
    pub(crate) others: BTreeMap<u32, Vec<SealedDocument>>,
    /// Genesis hashes of others.
    pub(crate) known: BTreeMap<u32, Hash>,
    pub(crate) receipts: u64,
}

pub(crate) const DAY: BusinessDate = BusinessDate(20_476);

impl Till {
    /// Device 1 of a new cooperative, with its genesis document.
    pub(crate) fn founder(seed: u8) -> Self {
        let mut till = Self::bare(seed, [seed; 16], 1, seed);
        let body = Body::Genesis(Genesis {
            coop_id: till.coop_id,
            device_id: till.device_id,
            device_key: till.public(),
            exchange_key: till.exchange(),
            coop_name: "Merah Putih".to_owned(),
            region_code: "32.01.01.2001".to_owned(),
            utc_offset_hours: 7,
            chart_version: 1,
        });
        till.write(body);
        till
    }

    pub(crate) fn further(books: &Self, device_no: u32) -> Self {
        let number = u8::try_from(device_no).unwrap();
        Self::bare(books.seed, books.coop_id, device_no, books.seed ^ number.rotate_left(3))
    }

    fn bare(seed: u8, coop_id: [u8; 16], device_no: u32, key: u8) -> Self {
        Self {
            seed,
            coop_id,
            device_no,
            device_id: [key ^ 0xa5; 16],
            key: SigningKey::from_bytes(&[key ^ 0x3c; 32]),
            documents: Vec::new(),
            acked: 0,
            epoch: Epoch::default(),
            cursor: Cursor::default(),
            others: BTreeMap::new(),
            known: BTreeMap::new(),
            receipts: 0,
        }
    }

    pub(crate) fn public(&self) -> [u8; 32] {
        self.key.verifying_key().to_bytes()
    }

    pub(crate) fn exchange(&self) -> [u8; 32] {
        [self.device_id[0] ^ 0x77; 32]
    }

    pub(crate) fn genesis_hash(&self) -> Hash {
        Hash::genesis(&self.coop_id, &self.device_id, &self.public())
    }

    pub(crate) fn head_seq(&self) -> u64 {
        self.documents.len() as u64
    }

    pub(crate) fn hash_at(&self, seq: u64) -> Hash {
        match seq {
            0 => self.genesis_hash(),
            _ => self.documents[usize::try_from(seq - 1).unwrap()].hash,
        }
    }

    pub(crate) fn write(&mut self, body: Body) -> DocRef {
        let rule_version = lumbung_posting::rule_for(&body);
        let effects = lumbung_posting::expand(&body, rule_version).unwrap();
        self.write_with(body, rule_version, effects)
    }

    /// Whatever the effects are.
    pub(crate) fn write_with(&mut self, body: Body, rule_version: u16, effects: Effects) -> DocRef {
        let at = DocRef::new(self.device_no, self.head_seq() + 1);
        let draft = Draft { body, rule_version, effects, business_date: DAY, reissue_of: None };
        let position = Position {
            at,
            prev_hash: self.hash_at(self.head_seq()),
            wall_ms: MORNING_MS + i64::try_from(at.seq).unwrap() * 47_000,
            actor: Ref::This,
        };
        self.documents.push(SealedDocument::seal(&draft, position, None));
        at
    }

    pub(crate) fn sell(&mut self, count: u64) {
        for _ in 0..count {
            self.receipts += 1;
            let body = self.sale(1_000 + (self.receipts % 7) * 500);
            self.write(body);
        }
    }

    /// A cash sale of one line.
    pub(crate) fn sale(&self, price: u64) -> Body {
        let price = i64::try_from(price).unwrap();
        Body::Sale(Sale {
            receipt_no: self.receipts,
            outlet: 1,
            as_member: false,
            lines: vec![SaleLine {
                item: DocRef::new(1, 2),
                quantity: Quantity(2_000),
                unit_price: Money(price),
                amount: Money(2 * price),
                discount: Money(0),
                cost: Money(price),
                stock_account: 114_100,
                class: GoodsClass::Own,
                owner: None,
            }],
            tenders: vec![Tendered {
                tender: Tender::Cash,
                amount: Money(2 * price),
                handed: Money(2 * price),
            }],
            rounding: Money(0),
            shift: None,
            member: None,
        })
    }

    pub(crate) fn admit_centre(&mut self, centre_id: &[u8; 16], centre_key: &[u8; 32]) {
        self.known.insert(0, Hash::genesis(&self.coop_id, centre_id, centre_key));
        self.write(Body::DeviceEnrolled(DeviceEnrolled {
            device_no: 0,
            device_id: *centre_id,
            device_key: *centre_key,
            exchange_key: [0; 32],
            proof: [0; 32],
            block: Some(NumberBlock { first: 100, count: 8 }),
        }));
    }

    pub(crate) fn invite(&mut self, device_no: u32, code: &PairingCode) {
        self.write(Body::DeviceInvited(DeviceInvited { device_no, code_hash: code.hash().0 }));
    }

    pub(crate) fn end_series(&mut self, device_no: u32, seq: u64, hash: Hash) {
        let reason = EndReason::FORK;
        self.write(Body::SeriesEnd(SeriesEnd { device_no, seq, hash, reason }));
    }

    pub(crate) fn hand_books_to(&mut self, device_no: u32, after: DocRef, second: Option<DocRef>) -> DocRef {
        self.write(Body::BooksDevice(BooksDevice { device_no, after, second }))
    }

    pub(crate) fn enrol_request(&self, code: &PairingCode) -> EnrolRequest {
        let genesis = (self.device_no == 1).then(|| {
            let first = &self.documents[0];
            WireDocument {
                header: first.header_bytes.clone(),
                body: first.body_bytes.clone(),
                effects: first.effects_bytes.clone(),
                personal: None,
            }
        });
        EnrolRequest {
            protocol: PROTOCOL,
            handle: code.handle,
            device_no: code.device_no,
            device_id: self.device_id,
            device_key: self.public(),
            exchange_key: self.exchange(),
            app_version: "0.1.0".to_owned(),
            proof: till_proof(&code.hash(), &self.device_id, &self.public(), &self.exchange()),
            genesis,
        }
    }

    pub(crate) fn signed_head(&self, seq: u64) -> SignedHead {
        let hash = self.hash_at(seq);
        let message = head_message(&self.coop_id, self.device_no, seq, &hash);
        SignedHead { device_no: self.device_no, seq, hash, signature: self.key.sign(&message).to_bytes() }
    }

    pub(crate) fn run(&self, first_seq: u64, last_seq: u64) -> Run {
        let (from, to) = (usize::try_from(first_seq - 1).unwrap(), usize::try_from(last_seq).unwrap());
        Run {
            head: RunHead { first_seq, head: self.signed_head(last_seq) },
            documents: self.documents[from..to].to_vec(),
        }
    }

    /// Cut at kept heads and at `last`.
    pub(crate) fn runs(&self, after: u64, last: u64) -> Vec<Run> {
        let mut runs = Vec::new();
        let mut first = after + 1;
        while first <= last {
            let end = last.min(first.next_multiple_of(KEPT_EVERY));
            runs.push(self.run(first, end));
            first = end + 1;
        }
        runs
    }

    pub(crate) fn batch(&self, after: u64, last: u64) -> Vec<u8> {
        pack(&self.runs(after, last), Form::Columns(1), 3, &Rules)
    }

    pub(crate) fn request(&self, batch: Option<Vec<u8>>) -> SyncRequest {
        let mut head_mark = [0; 8];
        if self.head_seq() > 0 {
            head_mark.copy_from_slice(&self.hash_at(self.head_seq()).0[..8]);
        }
        SyncRequest {
            protocol: PROTOCOL,
            level: 1,
            epoch: self.epoch,
            cursor: self.cursor,
            head_seq: self.head_seq(),
            head_mark,
            condition: Condition::Sound,
            page_documents: 2_000,
            batch: batch.map(Into::into),
        }
    }

    /// One exchange, with what is not acknowledged, as much as goes into a batch.
    pub(crate) async fn push_all(&mut self, calls: &impl Calls) -> Result<SyncAnswer, Problem> {
        let last = self.head_seq().min(self.acked + 1_700);
        let batch = (self.acked < self.head_seq()).then(|| self.batch(self.acked, last));
        let answer = calls.sync(bearer(self), self.request(batch)).await?;
        self.take(&answer);
        Ok(answer)
    }

    /// Until no more pages wait.
    pub(crate) async fn sync(&mut self, calls: &impl Calls) -> Result<SyncAnswer, Problem> {
        loop {
            let answer = self.push_all(calls).await?;
            if !answer.more && self.acked == self.head_seq() {
                return Ok(answer);
            }
        }
    }

    pub(crate) fn take(&mut self, answer: &SyncAnswer) {
        self.acked = answer.acked_seq;
        self.epoch = answer.epoch;
        self.cursor = answer.cursor;
        if let Some(page) = &answer.page {
            self.take_pack(page);
        }
    }

    /// Appends what is new; panics where a run does not follow.
    pub(crate) fn take_pack(&mut self, page: &[u8]) -> u64 {
        let bounds = Bounds { documents: 1 << 20, bytes: 1 << 28 };
        let known = self.known.clone();
        let others = &self.others;
        let coop_id = self.coop_id;
        let mut prev = |device_no: u32, first_seq: u64| match first_seq {
            1 => known.get(&device_no).copied(),
            _ => others.get(&device_no)?.get(usize::try_from(first_seq - 2).unwrap()).map(|doc| doc.hash),
        };
        let runs = unpack(page, bounds, &mut prev, &Rules).unwrap();
        let mut new = 0;
        for run in runs {
            let series = self.others.entry(run.head.device_no()).or_default();
            for document in run.documents {
                let held = series.len() as u64;
                if document.at.seq <= held {
                    assert_eq!(series[usize::try_from(document.at.seq - 1).unwrap()].hash, document.hash);
                    continue;
                }
                assert_eq!(document.at.seq, held + 1, "a hole");
                if let Ok(Some(Body::DeviceEnrolled(body))) = document.body() {
                    let genesis = Hash::genesis(&coop_id, &body.device_id, &body.device_key);
                    self.known.insert(body.device_no, genesis);
                }
                series.push(document);
                new += 1;
            }
        }
        new
    }

    /// What is told to a till when it joins.
    pub(crate) fn knows(&mut self, other: &Self) {
        self.known.insert(other.device_no, other.genesis_hash());
    }

    pub(crate) fn pull_request(&self) -> SyncRequest {
        self.request(None)
    }
}

impl Till {
    pub(crate) fn knows_centre(&mut self, centre_id: &[u8; 16], centre_key: &[u8; 32]) {
        self.known.insert(0, Hash::genesis(&self.coop_id, centre_id, centre_key));
    }
}

impl Till {
    /// A document with a personal part, about a person that it registers or that was registered before.
    pub(crate) fn register_person(&mut self, person: Option<DocRef>) -> DocRef {
        let at = DocRef::new(self.device_no, self.head_seq() + 1);
        let part = PersonalPart {
            key_no: 1,
            subject: Some(person.map_or(Ref::This, Ref::Doc)),
            nonce: [7; 24],
            ciphertext: vec![9; 80],
        };
        let body = Body::Answer(Answer { question: 1, about: Vec::new(), choice: 1 });
        let draft = Draft {
            body,
            rule_version: 0,
            effects: Effects::default(),
            business_date: DAY,
            reissue_of: None,
        };
        let prev_hash = self.hash_at(self.head_seq());
        let position = Position { at, prev_hash, wall_ms: MORNING_MS, actor: Ref::This };
        self.documents.push(SealedDocument::seal(&draft, position, Some(&part)));
        at
    }
}
