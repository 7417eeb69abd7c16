//! A till's log as lists.

use super::{COOP, genesis_hash, key_of, paper, public_key, seal, signed_head};
use ed25519_dalek::Signer;
use lumbung_document::body::Genesis;
use lumbung_document::body::control::DeviceEnrolled;
use lumbung_document::head::KEPT_EVERY;
use lumbung_document::{Body, Hash, SealedDocument, SignedHead};
use lumbung_primitives::DocRef;
use lumbung_sync::log::{BlobPlace, Link, LocalLog, LogError, Portion, ReceiveError, Received};
use lumbung_sync::run::{Run, RunHead};
use std::collections::BTreeMap;

#[derive(Clone, Debug)]
pub(crate) struct Till {
    pub(crate) own: u32,
    pub(crate) series: BTreeMap<u32, Vec<SealedDocument>>,
    /// Heads that may end a run.
    pub(crate) kept: BTreeMap<(u32, u64), SignedHead>,
    /// Genesis hash and key of every device that is known.
    pub(crate) devices: BTreeMap<u32, (Hash, [u8; 32])>,
    pub(crate) link: Link,
    pub(crate) place: Option<BlobPlace>,
    pub(crate) centre_key: [u8; 32],
    /// How often something was written.
    pub(crate) writes: u64,
}

impl Till {
    /// The founder's, with its first document, which admits the centre.
    pub(crate) fn founder() -> Self {
        let mut till = Self::empty(1);
        till.write(genesis());
        till.write(enrolled(0));
        till
    }

    /// One that joins: it holds the cooperative's first document.
    pub(crate) fn joining(own: u32) -> Self {
        let mut till = Self::empty(own);
        let first = seal(DocRef::new(1, 1), genesis_hash(1), genesis(), 0);
        till.kept.insert((1, 1), signed_head(&first));
        till.series.insert(1, vec![first]);
        till.devices.insert(own, (genesis_hash(own), public_key(own)));
        till
    }

    pub(crate) fn empty(own: u32) -> Self {
        Self {
            own,
            series: BTreeMap::new(),
            kept: BTreeMap::new(),
            devices: BTreeMap::from([(1, (genesis_hash(1), public_key(1)))]),
            link: Link::default(),
            place: None,
            centre_key: public_key(0),
            writes: 0,
        }
    }

    pub(crate) fn write(&mut self, body: Body) {
        self.write_at(body, 0);
    }

    pub(crate) fn write_at(&mut self, body: Body, wall_ms: i64) {
        let series = self.series.entry(self.own).or_default();
        let seq = series.len() as u64 + 1;
        let prev = series.last().map_or(genesis_hash(self.own), |last| last.hash);
        let document = seal(DocRef::new(self.own, seq), prev, body, wall_ms);
        series.push(document.clone());
        self.admit(&document);
        if seq.is_multiple_of(KEPT_EVERY) {
            self.kept.insert((self.own, seq), signed_head(&document));
        }
    }

    /// Sells.
    pub(crate) fn sell(&mut self, papers: usize) {
        for _ in 0..papers {
            self.write(paper());
        }
    }

    pub(crate) fn seq_of(&self, device_no: u32) -> u64 {
        self.series.get(&device_no).map_or(0, |series| series.len() as u64)
    }

    /// Device, seq and hash of everything held.
    pub(crate) fn holds(&self) -> Vec<(u32, u64, Hash)> {
        self.series.values().flatten().map(|one| (one.at.device_no, one.at.seq, one.hash)).collect()
    }

    fn admit(&mut self, document: &SealedDocument) {
        if let Ok(Some(Body::DeviceEnrolled(enrolled))) = document.body() {
            let DeviceEnrolled { device_no, device_id, device_key, .. } = enrolled;
            let genesis = Hash::genesis(&COOP, &device_id, &device_key);
            self.devices.entry(device_no).or_insert((genesis, device_key));
        }
    }

    pub(crate) fn take(&mut self, page: &[Run]) -> Result<Received, ReceiveError> {
        let mut received = Received::default();
        for run in page {
            let device_no = run.head.device_no();
            let follow = |why: &str| ReceiveError::DoesNotFollow(format!("device {device_no}: {why}"));
            let (genesis, key) = *self.devices.get(&device_no).ok_or_else(|| follow("not known"))?;
            if !run.head.head.is_signed_by(&key, &COOP) {
                return Err(ReceiveError::NotProven("signature".to_owned()));
            }
            for document in &run.documents {
                let series = self.series.entry(device_no).or_default();
                let seq = document.at.seq;
                if let Some(held) = series.get(usize::try_from(seq - 1).unwrap()) {
                    if held.hash != document.hash {
                        return Err(follow("another branch"));
                    }
                    received.known_documents += 1;
                    continue;
                }
                let prev = series.last().map_or(genesis, |last| last.hash);
                if seq != series.len() as u64 + 1 || document.header.prev_hash != prev {
                    return Err(follow("gap"));
                }
                series.push(document.clone());
                received.new_documents += 1;
                self.admit(document);
            }
            self.kept.insert((device_no, run.head.last_seq()), run.head.head.clone());
        }
        Ok(received)
    }

    pub(crate) fn runs(&self, device_no: u32, after_seq: u64, portion: Portion) -> Vec<Run> {
        let mut runs: Vec<Run> = Vec::new();
        let (mut first_seq, mut count, mut bytes) = (after_seq + 1, 0, 0);
        for (_, head) in self.kept.range((device_no, after_seq + 1)..=(device_no, u64::MAX)) {
            let documents: Vec<SealedDocument> = self.series[&device_no]
                [usize::try_from(first_seq - 1).unwrap()..usize::try_from(head.seq).unwrap()]
                .to_vec();
            count += documents.len();
            bytes += documents.iter().map(|one| one.header_bytes.len() + one.body_bytes.len()).sum::<usize>();
            if !runs.is_empty() && (count > portion.documents || bytes > portion.bytes) {
                break;
            }
            runs.push(Run { head: RunHead { first_seq, head: head.clone() }, documents });
            first_seq = head.seq + 1;
        }
        runs
    }

    pub(crate) fn all_heads(&self) -> Vec<SignedHead> {
        self.series.values().filter_map(|series| series.last()).map(signed_head).collect()
    }

    pub(crate) fn hash_of(&self, device_no: u32, seq: u64) -> Option<Hash> {
        match seq.checked_sub(1) {
            None => self.devices.get(&device_no).map(|(genesis, _)| *genesis),
            Some(at) => self.series.get(&device_no)?.get(usize::try_from(at).unwrap()).map(|one| one.hash),
        }
    }
}

pub(crate) fn genesis() -> Body {
    Body::Genesis(Genesis {
        coop_id: COOP,
        device_id: super::device_id(1),
        device_key: public_key(1),
        exchange_key: [3; 32],
        coop_name: "Maju".to_owned(),
        region_code: String::new(),
        utc_offset_hours: 7,
        chart_version: 1,
    })
}

pub(crate) fn enrolled(device_no: u32) -> Body {
    Body::DeviceEnrolled(DeviceEnrolled {
        device_no,
        device_id: super::device_id(device_no),
        device_key: public_key(device_no),
        exchange_key: [3; 32],
        proof: [0; 32],
        block: None,
    })
}

impl LocalLog for Till {
    fn coop_id(&self) -> [u8; 16] {
        COOP
    }

    fn own_device_no(&self) -> u32 {
        self.own
    }

    fn own_head(&self) -> Result<Option<SignedHead>, LogError> {
        Ok(self.series.get(&self.own).and_then(|series| series.last()).map(signed_head))
    }

    fn hash_at(&self, device_no: u32, seq: u64) -> Result<Option<Hash>, LogError> {
        Ok(self.hash_of(device_no, seq))
    }

    fn link(&self) -> Result<Link, LogError> {
        Ok(self.link)
    }

    fn set_link(&mut self, link: &Link) -> Result<(), LogError> {
        self.link = *link;
        self.writes += 1;
        Ok(())
    }

    fn own_runs(&mut self, after_seq: u64, portion: Portion) -> Result<Vec<Run>, LogError> {
        let last = self.seq_of(self.own).min(after_seq + portion.documents as u64);
        if last <= after_seq {
            return Ok(Vec::new());
        }
        let head = signed_head(&self.series[&self.own][usize::try_from(last - 1).unwrap()]);
        if self.kept.insert((self.own, last), head).is_none() {
            self.writes += 1;
        }
        Ok(self.runs(self.own, after_seq, portion))
    }

    fn runs_of(&self, device_no: u32, after_seq: u64, portion: Portion) -> Result<Vec<Run>, LogError> {
        Ok(self.runs(device_no, after_seq, portion))
    }

    fn heads(&self) -> Result<Vec<SignedHead>, LogError> {
        Ok(self.all_heads())
    }

    fn receive(&mut self, page: &[Run], link: Option<&Link>) -> Result<Received, ReceiveError> {
        let mut next = self.clone();
        let received = next.take(page)?;
        if let Some(link) = link {
            next.link = *link;
        }
        next.writes += 1;
        *self = next;
        Ok(received)
    }

    fn blob_place(&self) -> Result<Option<BlobPlace>, LogError> {
        Ok(self.place)
    }

    fn set_blob_place(&mut self, place: Option<&BlobPlace>) -> Result<(), LogError> {
        self.place = place.copied();
        Ok(())
    }

    fn sign(&self, message: &[u8]) -> [u8; 64] {
        key_of(self.own).sign(message).to_bytes()
    }

    fn centre_key(&self) -> [u8; 32] {
        self.centre_key
    }
}
