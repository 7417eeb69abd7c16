//! What programs see on a disk, and what of it would still be there after a power cut.

use super::{Chance, Fate, content::Content};
use std::collections::BTreeMap;
use std::sync::Arc;

/// What a disk writes whole or not at all.
pub(super) const SECTOR: usize = 512;

/// One thing that was done to a disk. Files have numbers, because a name may be given to another file.
#[derive(Clone, Debug)]
pub(super) enum Op {
    Create {
        name: String,
        file: u64,
    },
    /// `synced`: the folder was synced with it.
    Delete {
        name: String,
        synced: bool,
    },
    Write {
        file: u64,
        at: usize,
        bytes: Arc<[u8]>,
    },
    Truncate {
        file: u64,
        len: usize,
    },
    /// `folder`: the folder of the file too, as the Unix VFS does for a new journal or WAL.
    Sync {
        file: u64,
        folder: bool,
    },
    /// A sync that failed. What it should have written is kept or lost by chance, and no later sync tries
    /// again: so Linux does, and so a program must not trust a second sync.
    FailedSync {
        file: u64,
        seed: u64,
    },
}

impl Op {
    /// Whether a cut just before or after is worth more than one between two writes.
    pub(super) fn is_edge(&self) -> bool {
        !matches!(self, Self::Write { .. })
    }
}

#[derive(Clone, Debug)]
enum Change {
    Write(usize, Arc<[u8]>),
    Truncate(usize),
}

#[derive(Clone, Debug)]
enum NameChange {
    Given(String, u64),
    Taken(String),
}

#[derive(Clone, Default, Debug)]
struct File {
    seen: Content,
    durable: Content,
    /// Changes since the last sync, oldest first.
    unsynced: Vec<Change>,
}

impl File {
    fn of(content: &Content) -> Self {
        Self { seen: content.clone(), durable: content.clone(), unsynced: Vec::new() }
    }
}

/// The names and contents of a disk at rest, as after a power cut. Copies share what they hold.
#[derive(Clone, Default, Debug)]
pub struct Image(pub(super) BTreeMap<String, Content>);

#[derive(Clone, Default, Debug)]
pub(super) struct State {
    names: BTreeMap<String, u64>,
    durable_names: BTreeMap<String, u64>,
    unsynced_names: Vec<NameChange>,
    files: BTreeMap<u64, File>,
    next_file: u64,
}

impl State {
    pub(super) fn of(image: &Image) -> Self {
        let mut state = Self::default();
        for (name, content) in &image.0 {
            state.next_file += 1;
            state.names.insert(name.clone(), state.next_file);
            state.files.insert(state.next_file, File::of(content));
        }
        state.durable_names.clone_from(&state.names);
        state
    }

    pub(super) fn file(&self, name: &str) -> Option<u64> {
        self.names.get(name).copied()
    }

    pub(super) fn fresh_file(&self) -> u64 {
        self.next_file + 1
    }

    pub(super) fn content(&self, file: u64) -> Option<&Content> {
        self.files.get(&file).map(|file| &file.seen)
    }

    pub(super) fn apply(&mut self, op: &Op) {
        match op {
            Op::Create { name, file } => {
                self.next_file = self.next_file.max(*file);
                self.files.insert(*file, File::default());
                self.names.insert(name.clone(), *file);
                self.unsynced_names.push(NameChange::Given(name.clone(), *file));
            }
            Op::Delete { name, synced } => {
                self.names.remove(name);
                self.unsynced_names.push(NameChange::Taken(name.clone()));
                if *synced {
                    self.sync_folder();
                }
            }
            Op::Write { file, at, bytes } => {
                if let Some(file) = self.files.get_mut(file) {
                    file.seen.write(*at, bytes);
                    file.unsynced.push(Change::Write(*at, bytes.clone()));
                }
            }
            Op::Truncate { file, len } => {
                if let Some(file) = self.files.get_mut(file) {
                    file.seen.resize(*len);
                    file.unsynced.push(Change::Truncate(*len));
                }
            }
            Op::Sync { file, folder } => {
                if let Some(file) = self.files.get_mut(file) {
                    for change in file.unsynced.drain(..) {
                        keep(&mut file.durable, &change);
                    }
                }
                if *folder {
                    self.sync_folder();
                }
            }
            Op::FailedSync { file, seed } => {
                if let Some(file) = self.files.get_mut(file) {
                    mix(&mut file.durable, &file.unsynced, &mut Chance::new(*seed));
                    file.unsynced.clear();
                }
            }
        }
    }

    fn sync_folder(&mut self) {
        for change in self.unsynced_names.drain(..) {
            rename(&mut self.durable_names, &change);
        }
        let (names, durable) = (&self.names, &self.durable_names);
        self.files.retain(|file, _| names.values().chain(durable.values()).any(|named| named == file));
    }

    /// One bit of what is seen and of what is durable.
    pub(super) fn flip(&mut self, file: u64, byte: usize, bit: u8) {
        if let Some(file) = self.files.get_mut(&file) {
            for content in [&mut file.seen, &mut file.durable] {
                let mut one = [0];
                if content.read(byte, &mut one) == 1 {
                    content.write(byte, &[one[0] ^ (1 << (bit % 8))]);
                }
            }
        }
    }

    pub(super) fn seen(&self) -> Image {
        Image(self.at_rest(&self.names, |file| file.seen.clone()))
    }

    /// What is there when the power comes back.
    pub(super) fn after_power_cut(&self, fate: Fate) -> Image {
        let mut chance = Chance::new(match fate {
            Fate::Mixed(seed) => seed,
            Fate::AllLost | Fate::AllKept => 0,
        });
        // A folder's changes reach a disk in the order in which they were made: file systems journal them.
        let kept_names = match fate {
            Fate::AllLost => 0,
            Fate::AllKept => self.unsynced_names.len(),
            Fate::Mixed(_) => chance.below(self.unsynced_names.len() + 1),
        };
        let mut names = self.durable_names.clone();
        for change in &self.unsynced_names[..kept_names] {
            rename(&mut names, change);
        }
        Image(self.at_rest(&names, |file| {
            let mut content = file.durable.clone();
            match fate {
                Fate::AllLost => {}
                Fate::AllKept => file.unsynced.iter().for_each(|change| keep(&mut content, change)),
                Fate::Mixed(_) => mix(&mut content, &file.unsynced, &mut chance),
            }
            content
        }))
    }

    fn at_rest(
        &self,
        names: &BTreeMap<String, u64>,
        mut content: impl FnMut(&File) -> Content,
    ) -> BTreeMap<String, Content> {
        let named = names.iter().filter_map(|(name, file)| Some((name.clone(), self.files.get(file)?)));
        named.map(|(name, file)| (name, content(file))).collect()
    }
}

fn rename(names: &mut BTreeMap<String, u64>, change: &NameChange) {
    match change {
        NameChange::Given(name, file) => names.insert(name.clone(), *file),
        NameChange::Taken(name) => names.remove(name),
    };
}

fn keep(content: &mut Content, change: &Change) {
    match change {
        Change::Write(at, bytes) => content.write(*at, bytes),
        Change::Truncate(len) => content.resize(*len),
    }
}

/// A disk writes in whatever order it likes. Each image draws its own habit, so that rare mixtures are not
/// all alike: the first changes and a torn one; whole changes at random; sectors at random.
fn mix(content: &mut Content, changes: &[Change], chance: &mut Chance) {
    let habit = chance.below(3);
    let kept_of_hundred = 10 + chance.below(81);
    let first = chance.below(changes.len() + 1);
    let junk_of_hundred = if chance.percent(30) { 10 } else { 0 };
    for (nth, change) in changes.iter().enumerate() {
        match habit {
            0 if nth < first => keep(content, change),
            0 if nth > first => {}
            1 if chance.percent(kept_of_hundred) => keep(content, change),
            1 => {}
            _ => match change {
                Change::Truncate(_) if chance.percent(kept_of_hundred) => keep(content, change),
                Change::Truncate(_) => {}
                Change::Write(at, bytes) => {
                    tear(content, *at, bytes, kept_of_hundred, junk_of_hundred, chance);
                }
            },
        }
    }
}

/// Keeps some sectors of a write. A sector caught halfway may hold neither the old nor the new, but bytes
/// beside the write stay as they were: SQLite is promised that (`SQLITE_IOCAP_POWERSAFE_OVERWRITE`).
fn tear(
    content: &mut Content,
    at: usize,
    bytes: &[u8],
    kept_of_hundred: usize,
    junk_of_hundred: usize,
    chance: &mut Chance,
) {
    let mut done = 0;
    while done < bytes.len() {
        let part = (SECTOR - (at + done) % SECTOR).min(bytes.len() - done);
        if chance.percent(junk_of_hundred) {
            let mut junk = vec![0; part];
            chance.fill(&mut junk);
            content.write(at + done, &junk);
        } else if chance.percent(kept_of_hundred) {
            content.write(at + done, &bytes[done..done + part]);
        }
        done += part;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn disk(ops: &[Op]) -> State {
        let mut state = State::default();
        for op in ops {
            state.apply(op);
        }
        state
    }

    fn write(at: usize, bytes: &[u8]) -> Op {
        Op::Write { file: 1, at, bytes: bytes.into() }
    }

    #[test]
    fn a_power_cut_takes_what_was_not_synced() {
        let create = Op::Create { name: "a".into(), file: 1 };
        let synced = Op::Sync { file: 1, folder: true };
        let delete = Op::Delete { name: "a".into(), synced: false };
        let mut state = disk(&[create, write(0, b"old"), synced, write(0, b"new"), delete]);
        assert_eq!(state.seen().names().count(), 0);
        assert_eq!(state.after_power_cut(Fate::AllLost).read("a").unwrap(), b"old");
        assert_eq!(state.after_power_cut(Fate::AllKept).names().count(), 0);
        state.apply(&Op::Delete { name: "b".into(), synced: true });
        assert_eq!(state.after_power_cut(Fate::AllLost).names().count(), 0);
    }

    #[test]
    fn a_file_whose_folder_was_not_synced_may_have_no_name() {
        let create = Op::Create { name: "a".into(), file: 1 };
        let state = disk(&[create, write(0, b"new"), Op::Sync { file: 1, folder: false }]);
        assert!(state.after_power_cut(Fate::AllLost).read("a").is_none());
        assert_eq!(state.after_power_cut(Fate::AllKept).read("a").unwrap(), b"new");
    }

    #[test]
    fn mixed_images_differ_by_seed_alone_and_tear_at_sectors() {
        let create = Op::Create { name: "a".into(), file: 1 };
        let old = vec![1; 4 * SECTOR];
        let state = disk(&[
            create,
            write(0, &old),
            Op::Sync { file: 1, folder: true },
            write(0, &vec![2; 4 * SECTOR]),
        ]);
        let image = |seed| state.after_power_cut(Fate::Mixed(seed)).read("a").unwrap();
        let images: std::collections::BTreeSet<Vec<u8>> = (0..200).map(image).collect();
        assert!(images.len() > 10, "{}", images.len());
        assert_eq!(image(7), image(7));
        for sector in images.iter().flat_map(|image| image.chunks(SECTOR)) {
            let is_whole = sector.iter().all(|byte| *byte == sector[0]);
            let is_junk = sector.iter().any(|byte| *byte > 2);
            assert!(is_whole || is_junk);
        }
    }
}
