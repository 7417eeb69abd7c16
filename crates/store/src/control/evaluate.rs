//! Who may say what, and what of it holds.

use super::{Close, Control, End, Holder};
use lumbung_document::Body;
use lumbung_document::body::{BooksDevice, PeriodClose, SeriesEnd};
use lumbung_primitives::DocRef;
use std::collections::{BTreeMap, BTreeSet};

/// The centre's own series.
const CENTRE: u32 = 0;
/// The founder's device is the first books device.
const FOUNDER: u32 = 1;

/// A control document, orphan or not.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Document {
    pub(crate) at: DocRef,
    pub(crate) hash: lumbung_document::Hash,
    pub(crate) body: Body,
    /// It lies among the orphans: it stands only where an end names its branch.
    pub(crate) orphan: bool,
}

/// `documents` in the order of (device_no, seq). Re-issues are taken over from `before`.
pub(super) fn evaluate(documents: &[Document]) -> Control {
    let mut control = Control {
        holders: vec![Holder { device_no: FOUNDER, by: DocRef::new(FOUNDER, 1) }],
        ..Control::default()
    };
    // The centre's word on an ended series comes before any device's, and it never speaks of itself.
    take_ends(&mut control, documents, |at| at.device_no == CENTRE);
    loop {
        let before = (control.holders.len(), control.ends.len());
        hand_over(&mut control, documents);
        take_ends(&mut control, documents, |_| true);
        if before == (control.holders.len(), control.ends.len()) {
            break;
        }
    }
    take_closes(&mut control, documents);
    find_void(&mut control, documents);
    control
}

impl Control {
    /// Whether a document lies on its series' named branch and before its end.
    fn stands(&self, document: &Document) -> bool {
        let Some(end) = self.ends.get(&document.at.device_no) else { return !document.orphan };
        document.at.seq < end.seq || (document.at.seq == end.seq && document.hash == end.hash)
    }

    /// Whether the author kept the books when it wrote this, as far as its own series tells.
    fn by_holder(&self, document: &Document, hand_overs: &BTreeMap<u32, u64>) -> bool {
        let author = document.at.device_no;
        let held = self.holders.iter().any(|holder| holder.device_no == author);
        let before_hand_over = hand_overs.get(&author).is_none_or(|seq| document.at.seq <= *seq);
        held && before_hand_over && self.stands(document)
    }

    /// The seq at which each former holder handed over in its own series.
    fn hand_overs(&self) -> BTreeMap<u32, u64> {
        let given = self.holders.windows(2).filter(|pair| pair[1].by.device_no == pair[0].device_no);
        given.map(|pair| (pair[0].device_no, pair[1].by.seq)).collect()
    }
}

/// Walks the chain of holders as far as it goes.
fn hand_over(control: &mut Control, documents: &[Document]) {
    while let Some(last) = control.holders.last().copied() {
        let lost = control.ends.contains_key(&last.device_no);
        let mut next: Option<Holder> = None;
        for document in documents {
            let Body::BooksDevice(BooksDevice { device_no, after, second }) = &document.body else {
                continue;
            };
            let by_itself = document.at.device_no == last.device_no;
            let by_two = lost && second.is_some();
            if *after == last.by && control.stands(document) && (by_itself || by_two) {
                let candidate = Holder { device_no: *device_no, by: document.at };
                next = Some(
                    next.map_or(candidate, |other| if other.by < candidate.by { other } else { candidate }),
                );
            }
        }
        match next {
            // A chain that names a document twice would never end.
            Some(next) if control.holders.iter().all(|holder| holder.by != next.by) => {
                control.holders.push(next)
            }
            _ => break,
        }
    }
}

fn take_ends(control: &mut Control, documents: &[Document], from: impl Fn(DocRef) -> bool) {
    let hand_overs = control.hand_overs();
    for document in documents.iter().filter(|document| from(document.at)) {
        let Body::SeriesEnd(SeriesEnd { device_no, seq, hash, reason }) = &document.body else { continue };
        let by_centre = document.at.device_no == CENTRE;
        let allowed = by_centre || (*device_no != CENTRE && control.by_holder(document, &hand_overs));
        if allowed && *device_no != CENTRE && !control.ends.contains_key(device_no) {
            let end = End { seq: *seq, hash: *hash, reason: reason.0, by: document.at };
            control.ends.insert(*device_no, end);
        }
    }
}

fn take_closes(control: &mut Control, documents: &[Document]) {
    let hand_overs = control.hand_overs();
    let mut closes: Vec<Close> = Vec::new();
    for document in documents {
        let Body::PeriodClose(PeriodClose { last_day, cut, .. }) = &document.body else { continue };
        if control.by_holder(document, &hand_overs) {
            let cut = cut.iter().map(|line| (line.device_no, line.seq)).collect();
            closes.push(Close { at: document.at, last_day: *last_day, cut });
        }
    }
    let reopened: BTreeSet<DocRef> = documents
        .iter()
        .filter_map(|document| match &document.body {
            Body::PeriodReopen(body) if body.approved_by.is_some() && control.stands(document) => {
                Some(body.close)
            }
            _ => None,
        })
        .collect();
    closes.sort_by_key(|close| (close.last_day, close.at));
    // Re-opening a period re-opens every later one that was closed before the re-opening was written; a close
    // that was written after it names a document of its own and is not touched.
    let first_reopened =
        closes.iter().filter(|close| reopened.contains(&close.at)).map(|close| close.last_day).min();
    let reopened_by: Vec<(DocRef, DocRef)> = documents
        .iter()
        .filter_map(|document| match &document.body {
            Body::PeriodReopen(body) if reopened.contains(&body.close) => Some((body.close, document.at)),
            _ => None,
        })
        .collect();
    if let Some(first) = first_reopened {
        closes.retain(|close| {
            let undone = reopened_by.iter().any(|(target, by)| {
                *target == close.at
                    || (close.last_day >= first
                        && close.at.device_no == by.device_no
                        && close.at.seq < by.seq)
            });
            !undone
        });
    }
    control.closes = closes;
}

/// Control documents of those who may not write them.
fn find_void(control: &mut Control, documents: &[Document]) {
    let hand_overs = control.hand_overs();
    let void = documents.iter().filter(|document| {
        let by_centre = document.at.device_no == CENTRE;
        match &document.body {
            Body::SeriesEnd(body) => {
                control.ends.get(&body.device_no).is_none_or(|end| end.by != document.at)
            }
            Body::PeriodClose(_) => !control.by_holder(document, &hand_overs),
            Body::BooksDevice(_) => control.holders.iter().all(|holder| holder.by != document.at),
            Body::DeviceInvited(_) | Body::DeviceEnrolled(_) => {
                !by_centre && !control.by_holder(document, &hand_overs)
            }
            _ => false,
        }
    });
    control.void = void.map(|document| document.at).collect();
}
