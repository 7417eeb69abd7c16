//! The search index over members, in memory. Forgives spelling: Achmad and Ahmad, Soekarno and Sukarno,
//! titles and dots (handbook 2.5). Holds no NIK.

use crate::catalogue::fold;
use lumbung_store::StoreError;
use lumbung_store::query::member::{self, MemberRow};
use lumbung_store::query::merge::Merged;
use rusqlite::Connection;
use std::collections::BTreeSet;

#[derive(Debug, Default)]
pub(crate) struct Directory {
    entries: Vec<Entry>,
    merged: Merged,
}

#[derive(Debug)]
struct Entry {
    member: i64,
    member_no: String,
    words: String,
}

impl Directory {
    pub(crate) fn load(connection: &Connection) -> Result<Self, StoreError> {
        let entries = member::all(connection)?.iter().map(Entry::new).collect();
        Ok(Self { entries, merged: Merged::load(connection)? })
    }

    pub(crate) fn put(&mut self, row: &MemberRow) {
        let entry = Entry::new(row);
        match self.entries.iter_mut().find(|entry| entry.member == row.member) {
            Some(slot) => *slot = entry,
            None => self.entries.push(entry),
        }
        self.entries.sort_by(|a, b| a.member_no.cmp(&b.member_no));
    }

    /// Who is one person with whom.
    pub(crate) fn merged(&self) -> &Merged {
        &self.merged
    }

    /// Members whose number, name or phone has a word beginning with each word of `query`, by number. Whoever
    /// was merged is found under the one who leads.
    pub(crate) fn search(&self, query: &str) -> impl Iterator<Item = i64> {
        let mut found_before = BTreeSet::new();
        let wanted: Vec<String> =
            spelling(&fold(query)).split_ascii_whitespace().map(|word| format!(" {word}")).collect();
        self.entries
            .iter()
            .filter(move |entry| wanted.iter().all(|word| entry.words.contains(word.as_str())))
            .map(|entry| self.merged.lead(entry.member))
            .filter(move |lead| self.merged.is_empty() || found_before.insert(*lead))
    }
}

impl Entry {
    fn new(row: &MemberRow) -> Self {
        let number = fold(&row.member_no);
        let digits = row.member_no.trim_start_matches(|c: char| !c.is_ascii_digit()).trim_start_matches('0');
        let phone = row.phone.trim_start_matches("+62").trim_start_matches('0');
        let words = format!(" {} {digits} {} 0{} ", number, spelling(&fold(&row.name)), fold(phone));
        Self { member: row.member, member_no: row.member_no.clone(), words }
    }
}

/// Old spellings by their new ones.
fn spelling(folded: &str) -> String {
    folded.replace("oe", "u").replace("dj", "j").replace("tj", "c").replace("ch", "h").replace('y', "i")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forgives_old_spellings_and_missing_zeros() {
        let row = |member, member_no: &str, name: &str| MemberRow {
            member,
            member_no: member_no.into(),
            status: 2,
            joined: None,
            bon_limit_rp: None,
            name: name.into(),
            phone: "+6281234567890".into(),
            address: String::new(),
        };
        let mut directory = Directory::default();
        directory.put(&row(1, "A00147", "H. Achmad Soekarno"));
        directory.put(&row(2, "A00002", "Dewi Lestari"));
        for (query, found) in [
            ("ahmad", vec![1]),
            ("sukarno ach", vec![1]),
            ("147", vec![1]),
            ("A00147", vec![1]),
            ("dewi", vec![2]),
            ("08123", vec![2, 1]),
            ("ewi", vec![]),
        ] {
            assert_eq!(directory.search(query).collect::<Vec<_>>(), found, "{query}");
        }
    }
}
