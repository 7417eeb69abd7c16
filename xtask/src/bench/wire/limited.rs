//! A log that shows no own document after a limit: a day that has not happened yet.

use lumbung_app::sync::LedgerLog;
use lumbung_document::head::head_message;
use lumbung_document::{Hash, SignedHead};
use lumbung_sync::Run;
use lumbung_sync::log::{Link, LocalLog, LogError, Portion, ReceiveError, Received};

pub(crate) struct Limited<'a> {
    pub(crate) inner: LedgerLog<'a>,
    pub(crate) limit: u64,
}

impl LocalLog for Limited<'_> {
    fn coop_id(&self) -> [u8; 16] {
        self.inner.coop_id()
    }

    fn own_device_no(&self) -> u32 {
        self.inner.own_device_no()
    }

    fn own_head(&self) -> Result<Option<SignedHead>, LogError> {
        let device_no = self.own_device_no();
        let hash = self.inner.hash_at(device_no, self.limit)?;
        Ok(hash.map(|hash| {
            let message = head_message(&self.coop_id(), device_no, self.limit, &hash);
            SignedHead { device_no, seq: self.limit, hash, signature: self.inner.sign(&message) }
        }))
    }

    fn hash_at(&self, device_no: u32, seq: u64) -> Result<Option<Hash>, LogError> {
        self.inner.hash_at(device_no, seq)
    }

    fn link(&self) -> Result<Link, LogError> {
        self.inner.link()
    }

    fn set_link(&mut self, link: &Link) -> Result<(), LogError> {
        self.inner.set_link(link)
    }

    fn own_runs(&mut self, after_seq: u64, portion: Portion) -> Result<Vec<Run>, LogError> {
        let left = usize::try_from(self.limit.saturating_sub(after_seq)).unwrap_or(usize::MAX);
        if left == 0 {
            return Ok(Vec::new());
        }
        self.inner.own_runs(after_seq, Portion { documents: portion.documents.min(left), ..portion })
    }

    fn runs_of(&self, device_no: u32, after_seq: u64, portion: Portion) -> Result<Vec<Run>, LogError> {
        self.inner.runs_of(device_no, after_seq, portion)
    }

    fn heads(&self) -> Result<Vec<SignedHead>, LogError> {
        self.inner.heads()
    }

    fn receive(&mut self, page: &[Run], link: Option<&Link>) -> Result<Received, ReceiveError> {
        self.inner.receive(page, link)
    }

    fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.inner.sign(message)
    }

    fn centre_key(&self) -> [u8; 32] {
        self.inner.centre_key()
    }
}
