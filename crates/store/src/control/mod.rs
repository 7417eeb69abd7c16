//! What control documents say, all together: who keeps the books, which series have ended, which periods are
//! closed, which orphan is re-issued by what. A pure function of the documents held, so that any order of
//! arrival ends in the same answer.

mod evaluate;
mod load;

use lumbung_document::{Hash, Original};
use lumbung_primitives::{BusinessDate, DocRef};
use std::collections::{BTreeMap, BTreeSet};

pub(crate) use load::{hash_at, index, load, stands};

/// The answers. Small: a cooperative has tens of control documents, not thousands.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Control {
    /// Devices that keep or kept the books, in the order of the chain; the last one holds.
    holders: Vec<Holder>,
    /// Where each ended series ends.
    ends: BTreeMap<u32, End>,
    /// Closes in force, by last day.
    closes: Vec<Close>,
    /// Which document stands for an orphan; `None` where the original itself stands.
    reissues: BTreeMap<Original, Option<DocRef>>,
    /// Control documents that count for nothing because of who wrote them: a question each.
    void: BTreeSet<DocRef>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Holder {
    device_no: u32,
    /// What made it the holder: the genesis document or a hand-over.
    by: DocRef,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct End {
    pub seq: u64,
    pub hash: Hash,
    pub reason: u8,
    pub by: DocRef,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Close {
    pub(crate) at: DocRef,
    pub(crate) last_day: BusinessDate,
    /// Last seq of each device that the close covers.
    pub(crate) cut: BTreeMap<u32, u64>,
}

impl Close {
    fn covers(&self, at: DocRef) -> bool {
        at == self.at || self.cut.get(&at.device_no).is_some_and(|last| at.seq <= *last)
    }
}

impl Control {
    /// The device that keeps the books now; 1 before anything else is known.
    pub fn books_device(&self) -> u32 {
        self.holders.last().map_or(1, |holder| holder.device_no)
    }

    /// Whether a device keeps or kept the books.
    pub fn has_held(&self, device_no: u32) -> bool {
        self.holders.iter().any(|holder| holder.device_no == device_no)
    }

    /// The document that made the holder the holder: what a hand-over names.
    pub fn books_document(&self) -> DocRef {
        self.holders.last().map_or(DocRef::new(1, 1), |holder| holder.by)
    }

    pub fn end_of(&self, device_no: u32) -> Option<&End> {
        self.ends.get(&device_no)
    }

    pub fn ends(&self) -> impl Iterator<Item = (u32, &End)> {
        self.ends.iter().map(|(device_no, end)| (*device_no, end))
    }

    pub fn is_void(&self, at: DocRef) -> bool {
        self.void.contains(&at)
    }

    pub fn void(&self) -> impl Iterator<Item = DocRef> + '_ {
        self.void.iter().copied()
    }

    /// The day after the last closed one; `None` where nothing is closed.
    pub fn first_open_day(&self) -> Option<BusinessDate> {
        self.closes.last().map(|close| close.last_day.plus_days(1))
    }

    /// The day on which a document stands in the books: its own, or, where it came too late for a close, the
    /// day after.
    /// A close that covers it settles that: of two that kept the books for a while, the other's cut may be
    /// shorter, and moves nothing out of a period that was closed before.
    pub fn book_day(&self, at: DocRef, business_date: BusinessDate) -> BusinessDate {
        let mut day = business_date;
        for close in self.closes.iter().filter(|close| close.last_day >= business_date) {
            if day > close.last_day {
                continue;
            }
            if close.covers(at) {
                break;
            }
            day = close.last_day.plus_days(1);
        }
        day
    }

    pub(crate) fn closes(&self) -> &[Close] {
        &self.closes
    }

    pub(crate) fn has_same_reissues(&self, other: &Self) -> bool {
        self.reissues == other.reissues
    }

    pub(crate) fn has_reissues(&self) -> bool {
        !self.reissues.is_empty()
    }

    /// Whether a document counts: a re-issue only where no other stands for the same orphan.
    pub(crate) fn counts(&self, at: DocRef, reissue_of: Option<Original>) -> bool {
        reissue_of.is_none_or(|original| self.reissues.get(&original).copied().flatten() == Some(at))
    }

    /// The document that stands for an orphan; `None` where none does, or where the original itself stands.
    pub fn stands_for(&self, original: Original) -> Option<DocRef> {
        self.reissues.get(&original).copied().flatten()
    }

    /// Takes note of a re-issue. `stands`: the original is in the log. Says whether a document that was
    /// counted must not be any more.
    pub(crate) fn note_reissue(&mut self, at: DocRef, original: Original, stands: bool) -> bool {
        let before = self.reissues.get(&original).copied();
        let now = match before {
            _ if stands => None,
            Some(Some(other)) if self.precedence(other) < self.precedence(at) => Some(other),
            _ => Some(at),
        };
        self.reissues.insert(original, now);
        before.is_some_and(|before| before.is_some() && before != now)
    }

    /// Which of several re-issues counts: one that a close covers before one that came too late for it, so that
    /// what was closed stays as it was; then the smallest.
    fn precedence(&self, at: DocRef) -> (usize, DocRef) {
        let covering = self.closes.iter().position(|close| close.covers(at));
        (covering.unwrap_or(usize::MAX), at)
    }

    /// Takes note that a document stands in the log. Says whether its re-issue must not count any more.
    pub(crate) fn note_standing(&mut self, at: DocRef, hash: Hash) -> bool {
        let original = Original { device_no: at.device_no, seq: at.seq, hash };
        self.reissues.get_mut(&original).is_some_and(|winner| winner.take().is_some())
    }
}
