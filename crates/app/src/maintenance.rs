//! Proof, rebuild and copies.

use crate::permission::Action;
use crate::{Answer, App};
use lumbung_document::{Body, SealedDocument};
use lumbung_store::backup::Backup;
use lumbung_store::query;
use lumbung_store::verify::Report;
use std::path::Path;

impl App {
    /// Chain, signatures, balances, sub-ledgers, effects against their rules, projections against a rebuild.
    pub fn verify(&mut self, progress: &mut dyn FnMut(u64, u64)) -> Answer<Report> {
        self.require(Action::Look)?;
        let key = self.secrets.0.db_key_hex();
        let report = self.ledger.verify(&key, &self.keys, &expansion_fault, progress)?;
        self.fault = report.faults.first().cloned();
        Ok(report)
    }

    /// Drops the projections and makes them again from the log.
    pub fn rebuild(&mut self, progress: &mut dyn FnMut(u64, u64)) -> Answer<String> {
        self.require(Action::Import)?;
        let hash = self.ledger.rebuild(&self.keys, progress)?;
        self.reload_indexes()?;
        Ok(hash)
    }

    pub fn backup(&mut self, to: &Path, progress: &mut dyn FnMut(u64, u64)) -> Answer<Backup> {
        self.require(Action::Look)?;
        let key = self.secrets.0.db_key_hex();
        let backup = self.ledger.backup(to, &key, progress)?;
        let at = self.ledger.identity().zone.local(self.clock.now_ms()).format("%Y-%m-%d %H.%M").to_string();
        query::local::set_setting(self.connection(), "last_backup", &at)?;
        Ok(backup)
    }
}

/// Effects that a known rule would have made otherwise. A reversal's are held against what it reverses by
/// the sums; kinds of a later app are taken as they are.
pub(crate) fn expansion_fault(document: &SealedDocument) -> Option<String> {
    let body = match document.body() {
        Ok(Some(Body::Reversal(_)) | None) => return None,
        Ok(Some(body)) => body,
        Err(malformed) => return Some(malformed.to_string()),
    };
    let expanded = lumbung_posting::expand(&body, document.header.rule_version).ok()?;
    (expanded.encode() != document.effects_bytes).then(|| "its effects are not those of its rule".to_owned())
}
