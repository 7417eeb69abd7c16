//! What an ended series left behind, written again under the till's new number: the same paper with the same
//! date and number, once. Where the original stands after all, or another till has written it again, it counts
//! for nothing there and is not written here.

use super::Trouble;
use crate::booking::Stamp;
use crate::error::Refused;
use crate::keys::Keys;
use crate::{Answer, App};
use lumbung_document::{Body, Draft, Hash, Kind, Original, PersonalPart, SealedDocument};
use lumbung_domain::Personal;
use lumbung_primitives::{DocRef, Ref};
use lumbung_store::{Ledger, PersonalReader, StoreError, query};
use rusqlite::Connection;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The store that stepped aside, until everything of it is written again.
const SOURCE: &str = "reissue_from";

pub(super) fn keep_source(connection: &Connection, ended: &Path) -> Result<(), StoreError> {
    let name = ended.file_name().unwrap_or_default().to_string_lossy();
    query::local::set_setting(connection, SOURCE, &name)
}

/// Orphans by what they were called, and what they are called now.
type Renamed = BTreeMap<DocRef, (DocRef, Hash)>;

impl App {
    /// Called when everything of the centre is here. Says how many documents were written again.
    pub(super) fn reissue(&mut self) -> Answer<u64> {
        let Some(name) = query::local::setting(self.connection(), SOURCE)? else { return Ok(0) };
        let path: PathBuf = self.ledger.path().with_file_name(&name);
        if !path.exists() {
            return Err(Trouble::OldLedgerMissing(name).into());
        }
        let old = Ledger::open(&path, &self.secrets.0.db_key_hex())?;
        let orphans = orphans(&old, &self.ledger)?;
        let keys = Keys::load(&old)?;
        let own_grant = self.own_grant()?;
        let stamp_now = self.stamp();
        let winners = self.winners(&orphans)?;
        let mut renamed = Renamed::new();
        let mut booking = self.begin()?;
        for document in orphans {
            if let Some(winner) = winners.get(&document.at) {
                renamed.insert(document.at, *winner);
                continue;
            }
            let Some((draft, personal)) = again(&document, &keys, &renamed)? else { continue };
            let actor = match document.header.actor {
                Ref::Doc(staff) => Ref::Doc(renamed.get(&staff).map_or(staff, |now| now.0)),
                Ref::This => Ref::This,
            };
            let stamp = Stamp { wall_ms: document.header.wall_ms, actor };
            let written = booking.append(&draft, personal.as_ref(), stamp)?;
            renamed.insert(document.at, (written.at, written.hash));
        }
        let written = booking.unit.appended();
        if let Some(grant) = own_grant {
            booking.book(grant, stamp_now)?;
        }
        query::local::forget_setting(booking.unit.connection(), SOURCE)?;
        booking.commit()?;
        self.reload_indexes()?;
        self.standing.wanted = true;
        Ok(written)
    }

    /// Tells the others that this till has the keys already: they came along with its store.
    fn own_grant(&self) -> Result<Option<lumbung_domain::Decision>, Refused> {
        let own = self.own_device();
        if !self.keys.are_held() || !query::device::grants_to(self.connection(), own)?.is_empty() {
            return Ok(None);
        }
        self.grant(own, &self.keys.all()).map(Some)
    }

    /// Orphans that another document stands for already.
    fn winners(&self, orphans: &[SealedDocument]) -> Result<Renamed, Refused> {
        let mut winners = Renamed::new();
        for document in orphans {
            let Some(winner) = self.ledger.control().stands_for(original_of(document)) else { continue };
            if let Some(hash) = self.ledger.hash_at(winner.device_no, winner.seq)? {
                winners.insert(document.at, (winner, hash));
            }
        }
        Ok(winners)
    }
}

/// Own documents of the old store that do not stand in the new one. A chain parts once, so all of them lie
/// behind the last one that both hold.
fn orphans(old: &Ledger, new: &Ledger) -> Result<Vec<SealedDocument>, Refused> {
    let own = old.identity().own_device_no;
    let last = query::document::own_count(old.connection(), own)?;
    let mut common = last.min(query::document::own_count(new.connection(), own)?);
    while common > 0 && old.hash_at(own, common)? != new.hash_at(own, common)? {
        common -= 1;
    }
    let mut documents = Vec::new();
    for seq in common + 1..=last {
        documents.extend(query::document::load(old.connection(), DocRef::new(own, seq))?);
    }
    Ok(documents)
}

/// What a document is a re-issue of: where it is one already, of what that one was.
fn original_of(document: &SealedDocument) -> Original {
    let DocRef { device_no, seq } = document.at;
    document.header.reissue_of.unwrap_or(Original { device_no, seq, hash: document.hash })
}

/// The same paper, to be sealed anew. `None` for what only the device that had the number could say (control of
/// the log) and for kinds of a later app, whose references cannot be followed.
fn again(
    document: &SealedDocument,
    keys: &Keys,
    renamed: &Renamed,
) -> Result<Option<(Draft, Option<Personal>)>, Refused> {
    let kind = document.kind();
    if kind.is_control() && kind != Kind::MemberErased {
        return Ok(None);
    }
    let Ok(Some(mut body)) = document.body() else { return Ok(None) };
    let mut now = |at: DocRef| renamed.get(&at).map_or(at, |now| now.0);
    body.map_references(&mut now);
    let rule_version = document.header.rule_version;
    let effects = if let Body::Reversal(reversal) = &mut body {
        if let Some((_, hash)) = renamed.values().find(|(at, _)| *at == reversal.of) {
            reversal.of_hash = *hash;
        }
        let mut effects = document.effects().map_err(StoreError::from)?;
        effects.map_references(&mut now);
        effects
    } else {
        match lumbung_posting::expand(&body, rule_version) {
            Ok(effects) => effects,
            Err(_) => return Ok(None),
        }
    };
    let draft = Draft {
        body,
        rule_version,
        effects,
        business_date: document.header.business_date,
        reissue_of: Some(original_of(document)),
    };
    Ok(Some((draft, personal_of(document, keys, &mut now))))
}

fn personal_of(
    document: &SealedDocument,
    keys: &Keys,
    now: &mut dyn FnMut(DocRef) -> DocRef,
) -> Option<Personal> {
    let part = document.personal_bytes.as_deref()?;
    let mut content = keys.read(document.at, part)?;
    content.map_references(now);
    let subject = PersonalPart::decode(part).ok()?.subject.map(|subject| match subject {
        Ref::Doc(subject) => Ref::Doc(now(subject)),
        Ref::This => Ref::This,
    });
    Some(Personal { subject, content })
}
