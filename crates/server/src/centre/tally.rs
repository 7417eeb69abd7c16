//! Counts since the start, for `/metrics`.

use crate::log::Transport;
use std::sync::atomic::{AtomicU64, Ordering};

/// Counters that only grow.
#[derive(Debug, Default)]
pub struct Tally {
    accepted: AtomicU64,
    duplicates: AtomicU64,
    quarantined: AtomicU64,
    relayed: AtomicU64,
    forks: AtomicU64,
    restored: AtomicU64,
    revoked: AtomicU64,
    epochs: AtomicU64,
    wrong_codes: AtomicU64,
}

/// A counter's name and help for whoever reads the metrics, and its value.
pub type Counted = (&'static str, &'static str, u64);

impl Tally {
    pub(super) fn accept(&self, documents: u64) {
        self.accepted.fetch_add(documents, Ordering::Relaxed);
    }

    pub(super) fn duplicate(&self, documents: u64) {
        self.duplicates.fetch_add(documents, Ordering::Relaxed);
    }

    pub(super) fn quarantine(&self, documents: u64) {
        self.quarantined.fetch_add(documents, Ordering::Relaxed);
    }

    pub(super) fn relay(&self, documents: u64) {
        self.relayed.fetch_add(documents, Ordering::Relaxed);
    }

    pub(super) fn stop(&self, transport: Transport) {
        let counter = match transport {
            Transport::Forked => &self.forks,
            Transport::Restored => &self.restored,
            _ => &self.revoked,
        };
        counter.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn epoch(&self) {
        self.epochs.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn wrong_code(&self) {
        self.wrong_codes.fetch_add(1, Ordering::Relaxed);
    }

    pub fn counted(&self) -> [Counted; 9] {
        let value = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        [
            ("documents_accepted_total", "Documents accepted by push.", value(&self.accepted)),
            ("documents_duplicate_total", "Documents sent that were held already.", value(&self.duplicates)),
            ("documents_quarantined_total", "Documents that fail check_v1.", value(&self.quarantined)),
            ("documents_relayed_total", "Documents accepted by relay.", value(&self.relayed)),
            ("forks_total", "Devices stopped for a second branch.", value(&self.forks)),
            ("restored_total", "Devices stopped because an old copy was put back.", value(&self.restored)),
            ("revoked_total", "Devices stopped by an administrator.", value(&self.revoked)),
            (
                "epochs_total",
                "Times that a log was found older than what tills had read.",
                value(&self.epochs),
            ),
            ("wrong_codes_total", "Enrolments refused.", value(&self.wrong_codes)),
        ]
    }
}
