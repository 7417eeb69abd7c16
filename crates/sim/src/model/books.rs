//! Which documents stand and count, and on which day.

use super::say::Word;
use super::{Model, Record, Sums};
use crate::paper::Says;
use anyhow::{Result, ensure};
use lumbung_document::Hash;
use lumbung_document::header::Original;
use lumbung_primitives::DocRef;
use std::collections::{BTreeMap, BTreeSet};

/// What the books are when everybody has heard everything.
#[derive(Clone, Debug, Default)]
pub struct Books {
    /// The log of every replica.
    pub standing: BTreeMap<DocRef, Hash>,
    /// Those that are in the sums, with their day.
    pub booked: BTreeMap<DocRef, i32>,
    /// Set aside by the check.
    pub quarantined: BTreeSet<DocRef>,
    /// Which re-issue counts for an orphan.
    pub reissues: BTreeMap<Original, Option<DocRef>>,
    /// Closes in force: document and last day.
    pub closes: Vec<(DocRef, i32)>,
    pub ends: BTreeMap<u32, (u64, Hash)>,
    /// The integer that holds for a field of a thing.
    pub edits: BTreeMap<(DocRef, u16), i64>,
    pub erased: BTreeSet<DocRef>,
    pub sums: Sums,
}

impl Books {
    pub fn of(model: &Model) -> Result<Self> {
        let word = Word::of(model);
        let mut books = Self { ends: word.ends.clone(), ..Self::default() };
        for record in model.records.values() {
            if word.stands(model, record) {
                let other = books.standing.insert(record.at, record.hash);
                ensure!(
                    other.is_none(),
                    "I8: {} has two documents and no end: {word:#?} of {:#?}",
                    record.at,
                    word.heard(model)
                );
            }
        }
        let standing = |record: &&Record| books.standing.get(&record.at) == Some(&record.hash);
        let records: Vec<&Record> = model.records.values().filter(standing).collect();
        books.reissues = reissues(&word, &records);
        for record in &records {
            let counts = record
                .reissue_of
                .is_none_or(|original| books.reissues.get(&original).copied().flatten() == Some(record.at));
            if counts {
                books.book(&word, record);
            }
        }
        books.edits = edits(&records, &books);
        books.closes = word.closes.iter().map(|close| (close.at, close.last_day)).collect();
        books.erased = records
            .iter()
            .filter_map(|record| match record.says {
                Says::Erase { member } => Some(member),
                _ => None,
            })
            .collect();
        Ok(books)
    }

    fn book(&mut self, word: &Word, record: &Record) {
        let Some(effects) = &record.sums else {
            self.quarantined.insert(record.at);
            return;
        };
        let mut day = record.day;
        // The first close that has it in its period and in its cut has the last word.
        for close in &word.closes {
            if day <= close.last_day && close.covers(record.at) {
                break;
            }
            if day <= close.last_day {
                day = close.last_day + 1;
            }
        }
        self.booked.insert(record.at, day);
        self.sums.add(record, effects, day);
    }
}

/// For every orphan the re-issue that counts: what an earlier close covers before what came too late for it, then
/// the smallest that stands; none where the orphan itself stands.
fn reissues(word: &Word, records: &[&Record]) -> BTreeMap<Original, Option<DocRef>> {
    let mut winners: BTreeMap<Original, Option<DocRef>> = BTreeMap::new();
    for record in records {
        if let Some(original) = record.reissue_of {
            let rank = |at: &DocRef| {
                let closed = word.closes.iter().position(|close| close.covers(*at));
                (closed.is_none(), closed, *at)
            };
            let winner = winners.entry(original).or_insert(Some(record.at));
            *winner = winner.map(|other| std::cmp::min_by_key(other, record.at, rank));
        }
    }
    for record in records {
        if let Some(winner) = winners.get_mut(&record.original()) {
            *winner = None;
        }
    }
    winners
}

fn edits(records: &[&Record], books: &Books) -> BTreeMap<(DocRef, u16), i64> {
    let mut best: BTreeMap<(DocRef, u16), (u32, DocRef, i64)> = BTreeMap::new();
    for record in records.iter().filter(|record| books.booked.contains_key(&record.at)) {
        let Says::Edit { target, changes } = &record.says else { continue };
        for (field, v, value) in changes {
            let candidate = (*v, record.at, *value);
            let held = best.entry((target.resolve(record.at), *field)).or_insert(candidate);
            if (held.0, held.1) < (candidate.0, candidate.1) {
                *held = candidate;
            }
        }
    }
    best.into_iter().map(|(key, (_, _, value))| (key, value)).collect()
}
