//! The search index over items, in memory: for each beginning of a word of up to three letters, the items
//! that have such a word, best sellers first. An answer is the first twenty of a short list.

use lumbung_store::StoreError;
use lumbung_store::query::item::{self, ItemRow};
use rusqlite::Connection;
use std::collections::HashMap;

#[derive(Debug, Default)]
pub(crate) struct Catalogue {
    entries: Vec<Entry>,
    by_item: HashMap<i64, u32>,
    /// Beginning of a word → positions in `entries`, in rank order.
    beginnings: HashMap<[u8; 3], Vec<u32>>,
    /// All positions in rank order, for an empty query.
    ranked: Vec<u32>,
}

#[derive(Debug)]
struct Entry {
    item: i64,
    active: bool,
    issues: i64,
    /// What an answer shows, but for the stock.
    shown: Shown,
    /// Folded words, separated by single blanks and led by one, so that ` ber` finds a word's beginning.
    words: String,
}

/// An item as an answer shows it; what lies on the shelf is read when it is asked.
#[derive(Clone, Debug)]
pub(crate) struct Shown {
    pub(crate) item: i64,
    pub(crate) name: String,
    /// The first barcode, else the SKU.
    pub(crate) code: String,
    pub(crate) unit: String,
    pub(crate) weighed: bool,
    pub(crate) price_rp: i64,
    pub(crate) member_price_rp: i64,
}

impl Catalogue {
    pub(crate) fn load(connection: &Connection) -> Result<Self, StoreError> {
        let mut codes: HashMap<i64, Vec<String>> = HashMap::new();
        for (code, item) in item::all_barcodes(connection)? {
            codes.entry(item).or_default().push(code);
        }
        let mut catalogue = Self::default();
        for row in item::all(connection)? {
            let codes = codes.remove(&row.row.item).unwrap_or_default();
            catalogue.entries.push(Entry::new(&row.row, &codes, row.issues));
        }
        catalogue.index();
        Ok(catalogue)
    }

    /// Puts in a new or changed item.
    pub(crate) fn put(&mut self, row: &ItemRow, codes: &[String]) {
        if let Some(position) = self.by_item.get(&row.item) {
            let slot = usize::try_from(*position).unwrap_or(usize::MAX);
            if let Some(entry) = self.entries.get_mut(slot) {
                *entry = Entry::new(row, codes, entry.issues);
            }
        } else {
            self.entries.push(Entry::new(row, codes, 0));
        }
        self.index();
    }

    /// Counts a sale towards the rank that the next start will use.
    pub(crate) fn sold(&mut self, item: i64) {
        let position = self.by_item.get(&item).and_then(|position| usize::try_from(*position).ok());
        if let Some(entry) = position.and_then(|position| self.entries.get_mut(position)) {
            entry.issues += 1;
        }
    }

    fn index(&mut self) {
        let mut ranked: Vec<u32> = (0..u32::try_from(self.entries.len()).unwrap_or(u32::MAX)).collect();
        ranked.sort_by(|a, b| {
            let (a, b) = (&self.entries[*a as usize], &self.entries[*b as usize]);
            b.active
                .cmp(&a.active)
                .then(b.issues.cmp(&a.issues))
                .then_with(|| a.shown.name.cmp(&b.shown.name))
        });
        self.by_item.clear();
        self.beginnings.clear();
        for position in &ranked {
            let entry = &self.entries[*position as usize];
            self.by_item.insert(entry.item, *position);
            for word in entry.words.split_ascii_whitespace() {
                for length in 1..=word.len().min(3) {
                    let list = self.beginnings.entry(beginning(&word.as_bytes()[..length])).or_default();
                    // Ranked order means that an entry's words come together: a twin is always the last.
                    if list.last() != Some(position) {
                        list.push(*position);
                    }
                }
            }
        }
        self.ranked = ranked;
    }

    pub(crate) fn shown(&self, item: i64) -> Option<Shown> {
        let position = self.by_item.get(&item).and_then(|position| usize::try_from(*position).ok())?;
        self.entries.get(position).map(|entry| entry.shown.clone())
    }

    /// What the first `limit` active items show that match `query`, best sellers first.
    pub(crate) fn hits(&self, query: &str, limit: usize) -> Vec<Shown> {
        self.matching(query, true).take(limit).map(|entry| entry.shown.clone()).collect()
    }

    /// Items with a word that begins with each word of `query`, best sellers first.
    pub(crate) fn search(&self, query: &str, offset: usize, limit: usize, only_active: bool) -> Vec<i64> {
        self.matching(query, only_active).skip(offset).take(limit).map(|entry| entry.item).collect()
    }

    pub(crate) fn count(&self, query: &str) -> usize {
        self.matching(query, false).count()
    }

    fn matching(&self, query: &str, only_active: bool) -> impl Iterator<Item = &Entry> {
        let wanted: Vec<String> =
            fold(query).split_ascii_whitespace().map(|word| format!(" {word}")).collect();
        let empty: &[u32] = &[];
        let shortest = wanted
            .iter()
            .map(|word| {
                let letters = &word.as_bytes()[1..];
                let key = beginning(&letters[..letters.len().min(3)]);
                self.beginnings.get(&key).map_or(empty, Vec::as_slice)
            })
            .min_by_key(|list| list.len());
        let candidates = shortest.unwrap_or(&self.ranked);
        candidates
            .iter()
            .map(|position| &self.entries[*position as usize])
            .filter(move |entry| entry.active || !only_active)
            .filter(move |entry| wanted.iter().all(|word| entry.words.contains(word.as_str())))
    }
}

impl Entry {
    fn new(row: &ItemRow, codes: &[String], issues: i64) -> Self {
        let mut words = format!(" {} {}", fold(&row.name), fold(&row.sku));
        for code in codes {
            let code = fold(code);
            words.push(' ');
            words.push_str(code.trim());
            // The last digits as printed under the bars, where the scanner gives up.
            for tail in [6, 5, 4] {
                if code.trim().len() > tail + 2 {
                    let code = code.trim();
                    words.push(' ');
                    words.push_str(&code[code.len() - tail..]);
                }
            }
        }
        let shown = Shown {
            item: row.item,
            name: row.name.clone(),
            code: codes.first().unwrap_or(&row.sku).clone(),
            unit: row.unit.clone(),
            weighed: row.weighed,
            price_rp: row.price_rp,
            member_price_rp: row.member_price_rp,
        };
        Self { item: row.item, active: row.active, issues, shown, words }
    }
}

fn beginning(letters: &[u8]) -> [u8; 3] {
    let mut key = [0; 3];
    key[..letters.len()].copy_from_slice(letters);
    key
}

/// Lower case, letters and digits alone, anything else a blank. A decimal comma between digits stays one
/// word: `1,5 L` becomes `1.5 l`.
pub(crate) fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    let mut before_digit = false;
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        let next_digit = letters.peek().is_some_and(char::is_ascii_digit);
        if letter.is_ascii_alphanumeric() {
            folded.push(letter.to_ascii_lowercase());
        } else if matches!(letter, ',' | '.') && before_digit && next_digit {
            folded.push('.');
        } else if letter.is_alphanumeric() {
            folded.push(base_letter(letter));
        } else {
            folded.push(' ');
        }
        before_digit = letter.is_ascii_digit();
    }
    folded
}

/// Accented Latin letters by their base; others give way to a blank, so that words stay ASCII.
fn base_letter(letter: char) -> char {
    match letter {
        'à'..='å' | 'À'..='Å' => 'a',
        'è'..='ë' | 'È'..='Ë' => 'e',
        'ì'..='ï' | 'Ì'..='Ï' => 'i',
        'ò'..='ö' | 'Ò'..='Ö' => 'o',
        'ù'..='ü' | 'Ù'..='Ü' => 'u',
        'ç' | 'Ç' => 'c',
        'ñ' | 'Ñ' => 'n',
        _ => ' ',
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(item: i64, name: &str, sku: &str) -> ItemRow {
        ItemRow {
            item,
            sku: sku.into(),
            name: name.into(),
            category: String::new(),
            unit: "pcs".into(),
            weighed: false,
            price_rp: 1000,
            member_price_rp: 900,
            reorder_min_milli: 0,
            account: 114_100,
            active: true,
            cost_rp: 0,
        }
    }

    fn catalogue() -> Catalogue {
        let mut catalogue = Catalogue::default();
        for (item, name, code, issues) in [
            (1, "Beras Pandan Melati", "2000000000015", 5),
            (2, "Tepung Beras Rajawali 1 kg", "2000000000022", 50),
            (3, "Minyak Goreng Berkah 1,5 L", "8992696404441", 20),
        ] {
            catalogue.entries.push(Entry::new(&row(item, name, &item.to_string()), &[code.into()], issues));
        }
        catalogue.index();
        catalogue
    }

    #[test]
    fn words_are_found_by_their_beginnings_best_sellers_first() {
        let catalogue = catalogue();
        for (query, found) in [
            ("ber", vec![2, 3, 1]),
            ("beras", vec![2, 1]),
            ("ber mel", vec![1]),
            ("BERAS pandan", vec![1]),
            ("1,5", vec![3]),
            ("404441", vec![3]),
            ("8992696404441", vec![3]),
            ("eras", vec![]),
            ("", vec![2, 3, 1]),
            ("é", vec![]),
        ] {
            assert_eq!(catalogue.search(query, 0, 20, true), found, "{query}");
        }
    }

    #[test]
    fn a_changed_name_is_found_and_the_old_one_is_not() {
        let mut catalogue = catalogue();
        catalogue.put(&row(1, "Ketan Putih", "1"), &[]);
        assert_eq!(catalogue.search("pandan", 0, 20, true), Vec::<i64>::new());
        assert_eq!(catalogue.search("ketan", 0, 20, true), vec![1]);
    }
}
