//! One bit of a ledger turns over while nobody looks. In the file it is always found. In the WAL SQLite takes it
//! for the end of what was written: then the ledger ends at a unit, never inside one.
#![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use lumbung_sim::disk::workload::{self, FILE, Standing, Step, Till};
use lumbung_sim::disk::{Chance, Disk, Image};

const FLIPS: usize = 500;
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
    for page in 0..whole.len() / 4096 {
        let mut bytes = whole.clone();
        bytes[page * 4096..(page + 1) * 4096].fill(0);
        let mut without = image.clone();
        without.put(FILE, &bytes);
        assert!(is_found(&Disk::of(&without, 0)), "page {page} went missing unseen");
    }
}

#[test]
fn a_bit_in_the_wal_ends_the_ledger_at_a_unit() {
    let disk = Disk::of(&workload::founded().unwrap(), 32);
    let mut till = Till::on(&disk, 32, 4_000);
    let mut standings = Vec::new();
    for step in [Step::Sell, Step::Group(4), Step::Receive(3), Step::Sell, Step::Group(2), Step::Sell] {
        till.take(step).unwrap();
        standings.push(Standing::of(till.ledger.as_ref().unwrap()).unwrap());
    }
    let image = disk.image();
    standings.push({
        let disk = Disk::of(&workload::founded().unwrap(), 0);
        Standing::of(&Till::open(&disk).unwrap()).unwrap()
    });
    let wal = format!("{FILE}-wal");
    let bytes = image.read(&wal).unwrap().len();
    let mut chance = Chance::new(32);
    for _ in 0..flips() / 5 {
        let (byte, bit) = (chance.below(bytes), u8::try_from(chance.below(8)).unwrap());
        let disk = Disk::of(&image, 0);
        assert!(disk.flip_bit(&wal, byte, bit));
        let ledger = Till::open(&disk).unwrap();
        let standing = Standing::of(&ledger).unwrap();
        assert!(standings.contains(&standing), "bit {bit} of byte {byte} of {bytes}: {standing:?}");
        assert_eq!(Till::faults(&ledger).unwrap(), Vec::<String>::new());
    }
}
