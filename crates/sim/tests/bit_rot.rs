//! One bit of a ledger turns over while nobody looks, and is always found: in the file by proof, in the WAL at
//! opening, where SQLite would take it for the end of what was written.
#![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use lumbung_primitives::DocRef;
use lumbung_sim::disk::workload::{self, FILE, Standing, Step, Till};
use lumbung_sim::disk::{Chance, Disk, Image};
use lumbung_store::{Ledger, StoreError};

const FLIPS: usize = 500;
const WAL: &str = "ledger.db-wal";
const SECTOR: usize = 512;
const PAGE: usize = 4096;
const FRAME: usize = 24 + PAGE;
/// The cipher's salt, which follows from the key: nobody reads it there.
const SALT: usize = 16;

fn flips() -> usize {
    std::env::var("LUMBUNG_BIT_FLIPS").map_or(FLIPS, |flips| flips.parse().unwrap())
}

/// A closed ledger after a day, and what it says.
fn closed() -> (Image, Standing) {
    let disk = Disk::of(&workload::founded().unwrap(), 31);
    let mut till = Till::on(&disk, 31, 4_000);
    for step in workload::day(31, 40) {
        till.take(step).unwrap();
    }
    let standing = Standing::of(till.ledger.as_ref().unwrap()).unwrap();
    drop(till);
    assert_eq!(disk.image().names().collect::<Vec<_>>(), [FILE], "closing leaves one file");
    (disk.image(), standing)
}

fn is_found(disk: &Disk) -> bool {
    Till::open(disk).and_then(|ledger| Till::faults(&ledger)).map_or(true, |faults| !faults.is_empty())
}

#[test]
fn a_bit_anywhere_in_the_file_is_found() {
    let (image, standing) = closed();
    let bytes = image.read(FILE).unwrap().len();
    let mut chance = Chance::new(31);
    let flips = flips();
    for _ in 0..flips {
        let (byte, bit) = (SALT + chance.below(bytes - SALT), u8::try_from(chance.below(8)).unwrap());
        let disk = Disk::of(&image, 0);
        assert!(disk.flip_bit(FILE, byte, bit));
        assert!(is_found(&disk), "bit {bit} of byte {byte} of {bytes} went unseen");
    }
    // In the salt it does no harm.
    let disk = Disk::of(&image, 0);
    assert!(disk.flip_bit(FILE, 5, 3));
    let ledger = Till::open(&disk).unwrap();
    assert_eq!(Standing::of(&ledger).unwrap(), standing);
    assert_eq!(Till::faults(&ledger).unwrap(), Vec::<String>::new());

    println!("{flips} bits turned over, all found");
    if let Ok(file) = std::env::var("LUMBUNG_COUNTS") {
        let old = std::fs::read_to_string(&file).unwrap_or_default();
        std::fs::write(file, format!("{old}bits turned over {flips}\n")).unwrap();
    }
}

#[test]
fn a_page_that_is_gone_is_found() {
    let (image, _) = closed();
    let whole = image.read(FILE).unwrap();
    for page in 0..whole.len() / PAGE {
        let mut bytes = whole.clone();
        bytes[page * PAGE..(page + 1) * PAGE].fill(0);
        let mut without = image.clone();
        without.put(FILE, &bytes);
        assert!(is_found(&Disk::of(&without, 0)), "page {page} went missing unseen");
    }
}

fn own_parts(ledger: &Ledger) -> i64 {
    let end = DocRef::new(ledger.identity().own_device_no + 1, 0).key();
    let sql = "SELECT count(*) FROM personal_part WHERE doc < ?1";
    ledger.connection().query_row(sql, [end], |row| row.get(0)).unwrap()
}

/// A disk says that a page was written, and keeps the old one: a whole page, with the right checksum. Unseen may
/// fall back what nothing else vouches for: which drafts became documents, and the personal parts of other
/// devices, which may have left before they came.
#[test]
fn a_page_that_was_never_written_is_found() {
    let disk = Disk::of(&workload::founded().unwrap(), 31);
    let mut till = Till::on(&disk, 31, 4_000);
    let day = workload::day(31, 300);
    let (before, after) = day.split_at(280);
    for step in before {
        till.take(*step).unwrap();
    }
    till.ledger = None;
    let old = disk.image().read(FILE).unwrap();
    for step in after {
        till.take(*step).unwrap();
    }
    let ledger = till.ledger.as_ref().unwrap();
    let (standing, parts) = (Standing::of(ledger).unwrap(), own_parts(ledger));
    drop(till);
    let image = disk.image();
    let new = image.read(FILE).unwrap();
    let mut stale = 0;
    for page in (0..old.len()).step_by(PAGE).map(|from| from..from + PAGE) {
        if old[page.clone()] == new[page.clone()] {
            continue;
        }
        stale += 1;
        let mut bytes = new.clone();
        bytes[page.clone()].copy_from_slice(&old[page.clone()]);
        let mut image = image.clone();
        image.put(FILE, &bytes);
        let disk = Disk::of(&image, 0);
        if !is_found(&disk) {
            let ledger = Till::open(&disk).unwrap();
            let (drafts, personal_parts) = (standing.drafts, standing.personal_parts);
            let now = Standing { drafts, personal_parts, ..Standing::of(&ledger).unwrap() };
            let told = page.start / PAGE;
            assert_eq!((now, own_parts(&ledger)), (standing.clone(), parts), "page {told} fell back unseen");
        }
    }
    assert!(stale > 30, "{stale} pages were written");
}

/// A till that never copied its WAL back: after each unit how long the WAL was, and what the ledger said.
fn unclosed() -> (Image, Vec<(usize, Standing)>) {
    let disk = Disk::of(&workload::founded().unwrap(), 32);
    let mut till = Till::on(&disk, 32, 4_000);
    till.take(Step::Restart).unwrap();
    let mut units = vec![(0, Standing::of(till.ledger.as_ref().unwrap()).unwrap())];
    for step in [Step::Sell, Step::Group(4), Step::Receive(3), Step::Sell, Step::Group(2), Step::Sell] {
        till.take(step).unwrap();
        let written = disk.image().read(WAL).unwrap().len();
        units.push((written, Standing::of(till.ledger.as_ref().unwrap()).unwrap()));
    }
    (disk.image(), units)
}

#[test]
fn a_bit_anywhere_in_the_wal_is_found() {
    let (image, units) = unclosed();
    let (bytes, standing) = units.last().unwrap();
    assert_eq!(Standing::of(&Till::open(&Disk::of(&image, 0)).unwrap()).unwrap(), *standing);
    let mut chance = Chance::new(32);
    // One bit is as a new round would have turned it, when its header is cut off.
    let header = (0..32).flat_map(|byte| (0..8).map(move |bit| (byte, bit))).filter(|at| *at != (15, 0));
    let anywhere = (0..flips()).map(|_| (chance.below(*bytes), u8::try_from(chance.below(8)).unwrap()));
    for (byte, bit) in header.chain(anywhere) {
        let disk = Disk::of(&image, 0);
        assert!(disk.flip_bit(WAL, byte, bit));
        let told = || format!("bit {bit} of byte {byte} of {bytes}");
        // Where a sector ends behind the number of a frame's page, a torn frame may look the same.
        let frame = byte.saturating_sub(32) / FRAME * FRAME + 32;
        let may_be_torn = (frame + 8).is_multiple_of(SECTOR);
        match Till::open(&disk) {
            Err(StoreError::Damaged(_)) => {}
            Ok(ledger) if may_be_torn => ends_at_a_unit(&ledger, &units, byte, &told()),
            other => panic!("{}: {other:?}", told()),
        }
    }
}

/// What is gone without a word is the last two units at most, and never half of one.
fn ends_at_a_unit(ledger: &Ledger, units: &[(usize, Standing)], spoilt: usize, told: &str) {
    let units_after = units.iter().filter(|(written, _)| *written > spoilt).count().saturating_sub(1);
    assert!(units_after < 2, "{told} went unseen");
    let standing = Standing::of(ledger).unwrap();
    assert!(units.iter().any(|(_, known)| *known == standing), "{told}: {standing:?}");
    assert_eq!(Till::faults(ledger).unwrap(), Vec::<String>::new());
}

/// As a medium loses them.
#[test]
fn a_sector_of_the_wal_that_is_gone_is_found_where_two_units_follow() {
    let (image, units) = unclosed();
    let whole = image.read(WAL).unwrap();
    let mut found = 0;
    // The first sector has the header, and looks like one that was torn where a new round began.
    for sector in 1..whole.len() / SECTOR {
        let at = sector * SECTOR..(sector + 1) * SECTOR;
        let mut bytes = whole.clone();
        bytes[at.clone()].fill(0);
        let mut without = image.clone();
        without.put(WAL, &bytes);
        let opened = Till::open(&Disk::of(&without, 0));
        match opened {
            Err(StoreError::Damaged(_)) => found += 1,
            Err(other) => panic!("sector {sector}: {other}"),
            Ok(ledger) => ends_at_a_unit(&ledger, &units, at.end, &format!("sector {sector}")),
        }
    }
    assert!(found * 2 > whole.len() / SECTOR, "{found} found");
}

/// What an earlier round left behind the end is nobody's.
#[test]
fn what_an_earlier_round_of_the_wal_left_behind_is_no_rot() {
    let disk = Disk::of(&workload::founded().unwrap(), 33);
    let mut till = Till::on(&disk, 33, 4_000);
    for step in [Step::Group(9), Step::Sell, Step::Sell, Step::Checkpoint { cut: false }] {
        till.take(step).unwrap();
    }
    let before = disk.image().read(WAL).unwrap();
    till.take(Step::Sell).unwrap();
    let standing = Standing::of(till.ledger.as_ref().unwrap()).unwrap();
    let image = disk.image();
    let now = image.read(WAL).unwrap();
    assert_eq!(now.len(), before.len(), "the new round is shorter than the old one");
    let end = (0..now.len()).rev().find(|byte| now[*byte] != before[*byte]).unwrap() + 1;
    let mut chance = Chance::new(33);
    for nth in 0..50 {
        let disk = Disk::of(&image, 0);
        if nth > 0 {
            disk.flip_bit(WAL, end + chance.below(now.len() - end), 3);
        }
        assert_eq!(Standing::of(&Till::open(&disk).unwrap()).unwrap(), standing);
    }
}

/// A shift's end is when the shop has time for it.
#[test]
fn a_checkpoint_leaves_nothing_in_the_wal() {
    let (image, units) = unclosed();
    let disk = Disk::of(&image, 0);
    let ledger = Till::open(&disk).unwrap();
    ledger.checkpoint().unwrap();
    assert_eq!(disk.image().read(WAL).map(|wal| wal.len()), Some(0));
    assert_eq!(Standing::of(&ledger).unwrap(), units.last().unwrap().1);
}
