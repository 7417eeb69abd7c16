//! A stick between two tills that have no line.

use crate::conversation::shop;
use crate::model::centre::wire_heads;
use crate::model::key_of;
use crate::model::till::{Till, enrolled};
use lumbung_sync::access::Access;
use lumbung_sync::courier::{self, CourierError, Cover, Taken};
use lumbung_sync::log::{LocalLog, LogError};
use lumbung_sync::wire::WireHead;
use std::io::Cursor;

/// Lends a till that nobody else holds.
struct Lending<'a>(&'a mut Till);

impl Access for Lending<'_> {
    fn lend(
        &mut self,
        work: &mut dyn FnMut(&mut dyn LocalLog) -> Result<(), LogError>,
    ) -> Result<(), LogError> {
        work(self.0)
    }
}

fn written(till: &mut Till, since: &[WireHead]) -> Vec<u8> {
    let mut file = Vec::new();
    let mut last = None;
    let written =
        courier::write(&mut Lending(till), &mut file, since, &mut |progress| last = Some(progress)).unwrap();
    assert_eq!(last.map_or(0, |progress| progress.done), written.documents);
    file
}

fn read(till: &mut Till, file: &[u8]) -> Result<(Cover, Taken), CourierError> {
    courier::read(&mut Lending(till), &mut Cursor::new(file), &mut |_| {})
}

/// Two tills that know each other; the second was admitted by the first, and a third by the second.
fn village() -> (Till, Till, Till) {
    let mut founder = Till::founder();
    founder.write(enrolled(4));
    let mut fourth = Till::joining(4);
    fourth.write(enrolled(3));
    fourth.sell(5);
    let mut third = Till::joining(3);
    third.sell(300);
    (founder, fourth, third)
}

#[test]
fn everything_goes_there_and_back_and_twice_is_once() {
    let (mut founder, mut fourth, mut third) = village();
    founder.sell(700);
    let file = written(&mut founder, &[]);
    let (cover, taken) = read(&mut fourth, &file).unwrap();
    assert_eq!((taken.new_documents, taken.known_documents), (702, 1));
    assert_eq!((cover.device_no, cover.documents), (1, 703));
    read(&mut third, &file).unwrap();
    // Before the third is admitted at the fourth's, nobody takes its papers; with both in one file, in any order
    // of their numbers, they find together.
    read(&mut third, &written(&mut fourth, &[])).unwrap();
    let answer = written(&mut third, &[]);
    let (_, taken) = read(&mut founder, &answer).unwrap();
    assert_eq!(taken.new_documents, 306);
    let before = founder.holds();
    let (_, again) = read(&mut founder, &answer).unwrap();
    assert_eq!((again.new_documents, founder.holds()), (0, before));
    // What the other side held is not carried again.
    founder.sell(3);
    let next = written(&mut founder, &cover_heads(&answer));
    assert!(next.len() < file.len() / 10);
    let (cover, taken) = read(&mut third, &next).unwrap();
    assert_eq!((cover.documents, taken.new_documents), (3, 3));
    assert_eq!(third.holds(), founder.holds());
    let stranger = WireHead { device_no: 1, seq: 5, hash: [9; 32] };
    assert_eq!(courier::peek(&mut written(&mut founder, &[stranger]).as_slice()).unwrap().documents, 1_012);
    assert_eq!(wire_heads(&founder.all_heads()), cover_heads(&written(&mut founder, &[])));
}

fn cover_heads(file: &[u8]) -> Vec<WireHead> {
    courier::peek(&mut &*file).unwrap().heads
}

#[test]
fn what_continues_something_missing_says_so() {
    let (mut founder, mut fourth, _) = village();
    founder.sell(5);
    let heads = wire_heads(&founder.all_heads());
    founder.sell(5);
    let file = written(&mut founder, &heads);
    let before = fourth.holds();
    assert!(matches!(read(&mut fourth, &file), Err(CourierError::DoesNotFollow { .. })));
    assert_eq!(fourth.holds(), before);
}

#[test]
fn a_cut_file_brings_whole_runs_and_says_so() {
    let (mut founder, fourth, _) = village();
    founder.sell(600);
    let file = written(&mut founder, &[]);
    let mut seen = std::collections::BTreeSet::new();
    for cut in (0..file.len()).rev().step_by(97).chain([file.len() - 1, 9, 8, 0]) {
        let mut till = fourth.clone();
        match read(&mut till, &file[..cut]) {
            Err(CourierError::Cut { taken }) => {
                assert_eq!(till.seq_of(1), taken.new_documents + 1);
                seen.insert(taken.new_documents);
            }
            Err(CourierError::NotACourier) => assert!(cut < 9),
            other => panic!("{cut}: {other:?}"),
        }
        read(&mut till, &file).unwrap();
        assert_eq!(till.seq_of(1), 603);
    }
    assert!(seen.contains(&0) && seen.contains(&602), "{seen:?}");
}

#[test]
fn no_bit_may_turn() {
    let (mut founder, fourth, _) = village();
    founder.sell(40);
    let file = written(&mut founder, &[]);
    for at in 0..file.len() {
        let mut damaged = file.clone();
        damaged[at] ^= 1 << (at % 8);
        let mut till = fourth.clone();
        let refused = read(&mut till, &damaged);
        let right = match &refused {
            Err(CourierError::Damaged { taken, .. } | CourierError::Cut { taken }) => {
                till.seq_of(1) == taken.new_documents + 1
            }
            Err(CourierError::NotACourier | CourierError::Newer(_) | CourierError::DoesNotFollow { .. }) => {
                till.holds() == fourth.holds()
            }
            // The bit said nothing: the documents are the same to the last byte.
            Ok((_, taken)) => taken.new_documents == 42 && till.series[&1] == founder.series[&1],
            _ => false,
        };
        assert!(right, "byte {at}: {refused:?}");
        assert!(till.holds().iter().all(|one| founder.holds().contains(one) || one.0 == 4));
    }
}

#[test]
fn another_cooperatives_file_and_no_file_are_refused() {
    let (founder, mut joining, _) = shop();
    let before = joining.holds();
    assert!(matches!(read(&mut joining, b"hello, this is a letter"), Err(CourierError::NotACourier)));
    assert!(matches!(read(&mut joining, b""), Err(CourierError::NotACourier)));
    assert!(matches!(read(&mut joining, b"LUMBKURI\x07more"), Err(CourierError::Newer(7))));
    let mut file = written(&mut founder.clone(), &[]);
    let at = file.windows(16).position(|id| id == [7; 16]).unwrap();
    file[at..at + 16].copy_from_slice(&[8; 16]);
    let length = usize::try_from(u32::from_be_bytes(file[9..13].try_into().unwrap())).unwrap();
    let sum = sum(&file[13..13 + length]);
    file[13 + length..13 + length + 8].copy_from_slice(&sum);
    assert!(matches!(read(&mut joining, &file), Err(CourierError::Foreign)));
    assert_eq!(joining.holds(), before);
    assert_ne!(key_of(1).to_bytes(), key_of(2).to_bytes());
}

fn sum(bytes: &[u8]) -> [u8; 8] {
    use sha2::{Digest, Sha256};
    Sha256::digest(bytes)[..8].try_into().unwrap()
}
