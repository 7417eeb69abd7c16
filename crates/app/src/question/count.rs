//! How many questions are open, for every status bar: counted again only where documents came that could have
//! changed it.

use super::App;
use crate::Answer;
use lumbung_document::header::Header;
use lumbung_document::{Hash, Kind};
use lumbung_primitives::DocRef;
use lumbung_store::StoreError;
use lumbung_store::query::question::Topic;
use rusqlite::Connection;

/// The last count, and the log that it was made of.
#[derive(Debug, Default)]
pub(crate) struct Counted {
    of: Option<Mark>,
    open: [u32; Topic::ALL.len()],
}

/// What a log ends with: another mark, another set of documents.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Mark {
    heads: Vec<(DocRef, Hash)>,
    orphans: i64,
    /// Number of the key with which personal parts are read, 0 none: what can be read can be asked about.
    key_no: u32,
}

/// So many new documents are looked at one by one; after more everything is counted again.
const LOOKED_AT: u64 = 64;

impl App {
    /// Open questions of all kinds. Costs next to nothing where nothing has changed since it was last asked.
    pub fn question_count(&self) -> Answer<u32> {
        Ok(self.count_questions()?)
    }

    pub(crate) fn count_questions(&self) -> Result<u32, StoreError> {
        let mark = Mark::of(self.connection(), self.keys.greatest())?;
        let mut counted = self.counted.borrow_mut();
        if counted.of.as_ref() != Some(&mark) {
            let touched = self.touched_since(counted.of.as_ref(), &mark)?;
            let asking = self.asking()?;
            for (slot, topic) in counted.open.iter_mut().zip(Topic::ALL) {
                if touched.as_ref().is_none_or(|kinds| kinds.iter().any(|kind| may_change(*kind, topic))) {
                    *slot = u32::try_from(asking.on(topic)?.len()).unwrap_or(u32::MAX);
                }
            }
            counted.of = Some(mark);
        }
        Ok(counted.open.iter().fold(0, |sum, open| sum.saturating_add(*open)))
    }

    /// Kinds of the documents that came since the last count; `None` where everything is to be counted.
    fn touched_since(&self, before: Option<&Mark>, now: &Mark) -> Result<Option<Vec<Kind>>, StoreError> {
        let Some(before) = before else { return Ok(None) };
        if before.orphans != now.orphans
            || before.key_no != now.key_no
            || before.heads.len() > now.heads.len()
        {
            return Ok(None);
        }
        let (mut kinds, mut looked_at) = (Vec::new(), 0);
        for (head, _) in &now.heads {
            let old = before.heads.iter().find(|(old, _)| old.device_no == head.device_no);
            let from = old.map_or(0, |(old, _)| old.seq);
            looked_at += head.seq.saturating_sub(from);
            // A branch that was left has other documents under the same numbers.
            let held = match old {
                Some((old, hash)) => self.ledger.hash_at(old.device_no, old.seq)? == Some(*hash),
                None => true,
            };
            if !held || looked_at > LOOKED_AT {
                return Ok(None);
            }
            for seq in from + 1..=head.seq {
                kinds.push(kind_of(self.connection(), DocRef::new(head.device_no, seq))?);
            }
        }
        Ok(Some(kinds))
    }
}

impl Mark {
    fn of(connection: &Connection, key_no: u32) -> Result<Self, StoreError> {
        let mut statement =
            connection.prepare_cached("SELECT device_no, seq, hash FROM head ORDER BY device_no")?;
        let rows = statement.query_map([], |row| {
            let seq: i64 = row.get(1)?;
            Ok((DocRef::new(row.get(0)?, u64::try_from(seq).unwrap_or(0)), Hash(row.get(2)?)))
        })?;
        let heads = rows.collect::<Result<_, _>>()?;
        let orphans = connection
            .prepare_cached("SELECT coalesce(max(rowid), 0) FROM orphan_log")?
            .query_row([], |row| row.get(0))?;
        Ok(Self { heads, orphans, key_no })
    }
}

/// `Unknown` where the header cannot be read: that one may change anything.
fn kind_of(connection: &Connection, at: DocRef) -> Result<Kind, StoreError> {
    let header: Vec<u8> = connection
        .prepare_cached("SELECT header FROM document_log WHERE doc = ?1")?
        .query_row([at.key()], |row| row.get(0))?;
    Ok(Header::decode(&header).map_or(Kind::Unknown(u16::MAX), |header| header.kind))
}

/// Whether a document of this kind can open or settle a question on this topic.
const fn may_change(kind: Kind, topic: Topic) -> bool {
    // Any document may be set aside or book otherwise than its rule; those tables are next to empty.
    if matches!(topic, Topic::Quarantined | Topic::ForeignEffects) {
        return true;
    }
    match kind {
        Kind::Sale => matches!(topic, Topic::NegativeStock | Topic::BonOverLimit),
        Kind::SaleReturn | Kind::Reversal => {
            matches!(topic, Topic::NegativeStock | Topic::BonOverLimit | Topic::TakenBackTwice)
        }
        Kind::Purchase => matches!(topic, Topic::NegativeStock),
        Kind::BonPayment => matches!(topic, Topic::BonOverLimit),
        Kind::Item | Kind::Supplier | Kind::Staff => matches!(topic, Topic::FieldConflict),
        Kind::Member | Kind::Setting => matches!(
            topic,
            Topic::FieldConflict | Topic::SamePerson | Topic::MemberNumber | Topic::BonOverLimit
        ),
        Kind::SavingsDeposit | Kind::SupplierPayment | Kind::Expense | Kind::ShiftOpen | Kind::ShiftClose => {
            false
        }
        _ => true,
    }
}
