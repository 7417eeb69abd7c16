//! Who may say what, and what of it holds.

use super::{Close, Control, End, Holder};
use lumbung_document::Body;
use lumbung_document::body::{BooksDevice, PeriodClose, SeriesEnd};
use lumbung_primitives::DocRef;
use std::collections::BTreeSet;

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
    /// It lies on another branch than the log, and does not stand.
    pub(crate) apart: bool,
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
    /// Whether a document lies in the log, on its series' named branch and not beyond its end.
    fn stands(&self, document: &Document) -> bool {
        let within = |end: &End| {
            document.at.seq < end.seq || (document.at.seq == end.seq && document.hash == end.hash)
        };
        !document.apart && self.ends.get(&document.at.device_no).is_none_or(within)
    }

    /// Whether the author kept the books when it wrote this, as far as its own series tells.
    fn by_holder(&self, document: &Document) -> bool {
        self.tenure(document.at).is_some() && self.stands(document)
    }

    /// In which place of the chain of holders the author was when it wrote this. One that gave the books away
    /// and got them back holds twice: up to its own hand-over, and after.
    fn tenure(&self, at: DocRef) -> Option<usize> {
        self.holders.iter().enumerate().find_map(|(nth, holder)| {
            let given = self.holders.get(nth + 1).filter(|next| next.by.device_no == at.device_no);
            let in_time = given.is_none_or(|next| at.seq <= next.by.seq);
            // One that named itself cannot have kept the books before.
            let has_begun = holder.by.device_no != at.device_no || holder.by.seq <= at.seq;
            (holder.device_no == at.device_no && has_begun && in_time).then_some(nth)
        })
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
                control.holders.push(next);
            }
            _ => break,
        }
    }
}

fn take_ends(control: &mut Control, documents: &[Document], from: impl Fn(DocRef) -> bool) {
    for document in documents.iter().filter(|document| from(document.at)) {
        let Body::SeriesEnd(SeriesEnd { device_no, seq, hash, reason }) = &document.body else { continue };
        let by_centre = document.at.device_no == CENTRE;
        // Nobody takes back the document by which the books came to a holder: without it the end would not hold.
        let made_holder =
            control.holders.iter().any(|holder| holder.by.device_no == *device_no && holder.by.seq > *seq);
        let allowed = by_centre || (!made_holder && control.by_holder(document));
        if allowed && *device_no != CENTRE && !control.ends.contains_key(device_no) {
            let end = End { seq: *seq, hash: *hash, reason: reason.0, by: document.at };
            control.ends.insert(*device_no, end);
        }
    }
}

fn take_closes(control: &mut Control, documents: &[Document]) {
    let mut closes: Vec<Close> = Vec::new();
    for document in documents {
        let Body::PeriodClose(PeriodClose { last_day, cut, .. }) = &document.body else { continue };
        if control.by_holder(document) {
            let cut = cut.iter().map(|line| (line.device_no, line.seq)).collect();
            closes.push(Close { at: document.at, last_day: *last_day, cut });
        }
    }
    // Re-opening a period re-opens every later one that was closed before the re-opening was written. Closes
    // and re-openings of one holder follow in its series, those of several in the chain of holders.
    let place = |at: DocRef| (control.tenure(at), at.seq);
    let mut reopened = BTreeSet::new();
    for document in documents {
        let Body::PeriodReopen(body) = &document.body else { continue };
        if body.approved_by.is_none() || !control.by_holder(document) {
            continue;
        }
        let Some(first) = closes.iter().find(|close| close.at == body.close) else { continue };
        let later = closes.iter().filter(|close| close.last_day >= first.last_day);
        reopened.extend(later.map(|close| close.at).filter(|close| place(*close) < place(document.at)));
        reopened.insert(body.close);
    }
    closes.retain(|close| !reopened.contains(&close.at));
    closes.sort_by_key(|close| (close.last_day, close.at));
    control.closes = closes;
}

/// Control documents of those who may not write them.
fn find_void(control: &mut Control, documents: &[Document]) {
    let void = documents.iter().filter(|document| {
        let by_centre = document.at.device_no == CENTRE;
        match &document.body {
            Body::SeriesEnd(body) => {
                control.ends.get(&body.device_no).is_none_or(|end| end.by != document.at)
            }
            Body::PeriodClose(_) | Body::PeriodReopen(_) => !control.by_holder(document),
            Body::BooksDevice(_) => control.holders.iter().all(|holder| holder.by != document.at),
            Body::DeviceInvited(_) | Body::DeviceEnrolled(_) => !by_centre && !control.by_holder(document),
            _ => false,
        }
    });
    control.void = void.map(|document| document.at).collect();
}
