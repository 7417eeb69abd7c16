//! Who keeps the books, which series have ended, what is closed: by the words of the design, not by the code.

use super::{Model, Record};
use crate::paper::Says;
use lumbung_document::Hash;
use lumbung_primitives::DocRef;
use std::collections::{BTreeMap, BTreeSet};

const CENTRE: u32 = 0;

/// A period closed up to a day.
#[derive(Clone, Debug)]
pub(super) struct Close {
    pub(super) at: DocRef,
    pub(super) last_day: i32,
    pub(super) cut: BTreeMap<u32, u64>,
}

impl Close {
    pub(super) fn covers(&self, at: DocRef) -> bool {
        at == self.at || self.cut.get(&at.device_no).is_some_and(|seq| at.seq <= *seq)
    }
}

/// The answers.
#[derive(Clone, Debug, Default)]
pub(super) struct Word {
    /// (device, made the holder by).
    pub(super) holders: Vec<(u32, DocRef)>,
    pub(super) ends: BTreeMap<u32, (u64, Hash)>,
    pub(super) closes: Vec<Close>,
}

impl Word {
    pub(super) fn of(model: &Model) -> Self {
        let mut control: Vec<&Record> =
            model.records.values().filter(|record| record.says != Says::Nothing).collect();
        control.sort_by_key(|record| (record.at, record.hash));
        let mut word = Self { holders: vec![(1, DocRef::new(1, 1))], ..Self::default() };
        for record in control.iter().filter(|record| record.at.device_no == CENTRE) {
            word.hear_end(record);
        }
        loop {
            let known = (word.holders.len(), word.ends.len());
            word.find_next_holder(model, &control);
            for record in &control {
                let by_holder = record.at.device_no != CENTRE && word.kept_books(model, record);
                if by_holder && !word.undoes_itself(record) {
                    word.hear_end(record);
                }
            }
            if known == (word.holders.len(), word.ends.len()) {
                break;
            }
        }
        word.hear_closes(model, &control);
        word
    }

    /// Control documents, for the story of a failure.
    pub(super) fn heard(&self, model: &Model) -> Vec<String> {
        let control = model.records.values().filter(|record| record.kind < 8);
        let mut told: Vec<String> = control
            .map(|record| format!("{} {:?} {}", record.at, record.says, self.stands(model, record)))
            .collect();
        told.sort();
        told
    }

    /// An end that leaves out the very document that made somebody the holder.
    fn undoes_itself(&self, record: &Record) -> bool {
        let Says::End { device_no, seq, .. } = record.says else { return false };
        self.holders.iter().any(|(_, by)| by.device_no == device_no && by.seq > seq)
    }

    fn hear_end(&mut self, record: &Record) {
        if let Says::End { device_no, seq, hash } = record.says
            && device_no != CENTRE
        {
            self.ends.entry(device_no).or_insert((seq, hash));
        }
    }

    fn find_next_holder(&mut self, model: &Model, control: &[&Record]) {
        loop {
            let Some(&(holder, by)) = self.holders.last() else { return };
            let is_lost = self.ends.contains_key(&holder);
            let next = control.iter().find_map(|record| match record.says {
                Says::HandOver { device_no, after, by_two } => {
                    let may = record.at.device_no == holder || (is_lost && by_two);
                    (after == by && may && self.stands(model, record)).then_some((device_no, record.at))
                }
                _ => None,
            });
            match next {
                Some(next) if self.holders.iter().all(|(_, by)| *by != next.1) => self.holders.push(next),
                _ => return,
            }
        }
    }

    /// On the named branch of its series, at or before its end.
    pub(super) fn stands(&self, model: &Model, record: &Record) -> bool {
        let Some((seq, hash)) = self.ends.get(&record.at.device_no) else {
            // Without an end the branch that the centre holds is the one.
            return model.at_centre.contains(&record.hash);
        };
        let (mut seq, mut hash) = (*seq, *hash);
        while seq > record.at.seq {
            let Some(there) = model.records.get(&hash) else { return false };
            hash = there.prev;
            seq -= 1;
        }
        seq == record.at.seq && hash == record.hash
    }

    /// Whether the author held the books when it wrote this.
    fn kept_books(&self, model: &Model, record: &Record) -> bool {
        self.place(record.at).is_some() && self.stands(model, record)
    }

    /// The place in the chain of holders that a document can have been written in: after its author named
    /// itself, where it did, and not after it gave the books away.
    fn place(&self, at: DocRef) -> Option<usize> {
        (0..self.holders.len()).find(|nth| {
            let (holder, by) = self.holders[*nth];
            let begins = if by.device_no == holder { by.seq } else { 0 };
            let next = self.holders.get(nth + 1).map(|(_, by)| *by);
            let ends = next.filter(|by| by.device_no == holder).map_or(u64::MAX, |by| by.seq);
            holder == at.device_no && (begins..=ends).contains(&at.seq)
        })
    }

    fn hear_closes(&mut self, model: &Model, control: &[&Record]) {
        let mut closes = Vec::new();
        for record in control {
            if let Says::Close { last_day, cut } = &record.says
                && self.kept_books(model, record)
            {
                closes.push(Close { at: record.at, last_day: *last_day, cut: cut.iter().copied().collect() });
            }
        }
        // A holder's words come after those of the holders before it.
        let rank = |at: DocRef| (self.place(at).unwrap_or(usize::MAX), at.seq);
        let mut undone = BTreeSet::new();
        for record in control {
            let Says::Reopen { close } = &record.says else { continue };
            if !self.kept_books(model, record) {
                continue;
            }
            let Some(target) = closes.iter().find(|other| other.at == *close) else { continue };
            let first = target.last_day;
            let later =
                closes.iter().filter(|other| other.last_day >= first && rank(other.at) < rank(record.at));
            undone.extend(later.map(|other| other.at));
            undone.insert(target.at);
        }
        closes.retain(|close| !undone.contains(&close.at));
        closes.sort_by_key(|close| (close.last_day, close.at));
        self.closes = closes;
    }
}
