//! Whether a WAL is spoilt in what was written long ago. SQLite takes the first frame whose checksum does not fit
//! for the end, as it must after a power cut. Where the medium spoilt that frame, everything acknowledged
//! after it would be gone without a word, so the two are told apart before SQLite looks.
//!
//! Every unit is synced before the next begins: a power cut leaves one unfinished at most, and frames of an
//! earlier round of the WAL, which have other salts. So it is rot, and no cut,
//! - where one bit, turned back, makes the header or the first frame that does not fit whole: pages are
//!   encrypted, so nothing old that shows through a torn frame differs by one bit from the new. Frames are left
//!   out whose header a sector's end cuts behind the page number, which may well differ by one bit;
//! - where, after a frame that does not fit, frames of this round continue each other beyond the end of a unit.
//!
//! A header of which more than a bit is gone passes: it looks like one that was cut off where a new round began,
//! when the file had everything already.
//! The format: <https://sqlite.org/fileformat2.html#the_write_ahead_log>.

use crate::StoreError;
use std::io::{BufReader, ErrorKind, Read};

const HEADER: usize = 32;
const FRAME_HEADER: usize = 24;
/// What a disk writes whole or not at all.
const SECTOR: u64 = 512;
/// The magic number, whose last bit tells the byte order of checksums.
const MAGIC: u32 = 0x377f_0682;
/// Where the number of the round lies in the header.
const ROUND: usize = 12;
/// Where the salts lie in the header, and in that of a frame; the checksum comes after them.
const HEADER_SALTS: usize = 16;
const FRAME_SALTS: usize = 8;

/// Damaged where the WAL has lost units that were acknowledged.
pub fn check(wal: impl Read) -> Result<(), StoreError> {
    let mut wal = BufReader::with_capacity(1 << 18, wal);
    let mut header = [0; HEADER];
    if !fill(&mut wal, &mut header)? {
        return Ok(());
    }
    let order = Order { is_big: word(&header, 0) & 1 == 1 };
    let (covered, written) = (&header[..HEADER - 8], Sum::read(&header, HEADER - 8));
    let sum = Sum::default().over(covered, order);
    if word(&header, 0) & !1 != MAGIC || sum != written {
        return if is_header_one_bit_off(&header) {
            Err(damaged("one bit of its header has turned over"))
        } else {
            Ok(())
        };
    }
    let salts = Sum::read(&header, HEADER_SALTS);
    // 65,536 does not fit into the field's old half and is written as 1.
    let page = match word(&header, 8) {
        1 => 65_536,
        size => usize::try_from(size).unwrap_or(0),
    };
    if !(512..=65_536).contains(&page) {
        return Ok(());
    }
    walk(wal, sum, salts, order, page)
}

fn walk(mut wal: impl Read, start: Sum, salts: Sum, order: Order, page: usize) -> Result<(), StoreError> {
    let mut frame = vec![0; FRAME_HEADER + page];
    let mut sum = start;
    let mut number = 0_u64;
    loop {
        if !fill(&mut wal, &mut frame)? {
            return Ok(());
        }
        number += 1;
        let (after, fits) = step(sum, &frame, order);
        let same_round = Sum::read(&frame, FRAME_SALTS) == salts;
        if same_round && fits {
            sum = after;
            continue;
        }
        let at = HEADER as u64 + (number - 1) * frame.len() as u64;
        let is_cut = (at + FRAME_SALTS as u64).is_multiple_of(SECTOR);
        if !is_cut && is_frame_one_bit_off(sum, &frame, salts, order) {
            return Err(damaged(&format!("one bit of frame {number} has turned over")));
        }
        break;
    }
    let mut before = Some(Sum::read(&frame, 16)).filter(|_| Sum::read(&frame, FRAME_SALTS) == salts);
    let mut units = 0;
    while fill(&mut wal, &mut frame)? {
        let same_round = Sum::read(&frame, FRAME_SALTS) == salts;
        let continues = before.is_some_and(|before| same_round && step(before, &frame, order).1);
        // A frame that ends a unit tells how many pages the file has then.
        units = if continues { units + u32::from(word(&frame, 4) != 0) } else { 0 };
        if units > 1 {
            return Err(damaged(&format!("it is broken at frame {number}, and whole units come after it")));
        }
        before = same_round.then(|| Sum::read(&frame, 16));
    }
    Ok(())
}

fn damaged(what: &str) -> StoreError {
    StoreError::Damaged(format!("the write-ahead log: {what}"))
}

/// Whether there was as much as wanted.
fn fill(wal: &mut impl Read, into: &mut [u8]) -> Result<bool, StoreError> {
    match wal.read_exact(into) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == ErrorKind::UnexpectedEof => Ok(false),
        Err(error) => Err(error.into()),
    }
}

/// Big-endian, as everything in a WAL but the words under its checksums may be.
fn word(bytes: &[u8], at: usize) -> u32 {
    bytes.get(at..at + 4).and_then(|word| word.try_into().ok()).map_or(0, u32::from_be_bytes)
}

/// The checksum after a frame, and whether the frame says so itself.
fn step(before: Sum, frame: &[u8], order: Order) -> (Sum, bool) {
    let after = before.over(&frame[..FRAME_SALTS], order).over(&frame[FRAME_HEADER..], order);
    (after, after == Sum::read(frame, 16))
}

fn is_header_one_bit_off(header: &[u8; HEADER]) -> bool {
    let written = Sum::read(header, HEADER - 8);
    // The bit may be the one that tells the order.
    [Order { is_big: false }, Order { is_big: true }].into_iter().any(|order| {
        let computed = |header: &[u8]| Sum::default().over(&header[..HEADER - 8], order);
        // The number of the round goes up by one, which often turns one bit: half of a new header on an old one.
        let mut before = *header;
        before[ROUND..ROUND + 4].copy_from_slice(&word(header, ROUND).wrapping_sub(1).to_be_bytes());
        computed(&before) != written
            && is_one_bit_off(computed(header), &header[..HEADER - 8], written, order)
    })
}

fn is_frame_one_bit_off(before: Sum, frame: &[u8], salts: Sum, order: Order) -> bool {
    let (after, fits) = step(before, frame, order);
    let salts_off = Sum::read(frame, FRAME_SALTS).bits_from(salts);
    if fits || salts_off > 0 {
        return fits && salts_off == 1;
    }
    let covered = [&frame[..FRAME_SALTS], &frame[FRAME_HEADER..]].concat();
    is_one_bit_off(after, &covered, Sum::read(frame, 16), order)
}

/// Whether one bit, in what is covered or in the checksum that is written, parts what is computed from what
/// is written. Checksums are linear: a bit adds or takes a power of two times what its word weighs.
fn is_one_bit_off(computed: Sum, covered: &[u8], written: Sum, order: Order) -> bool {
    if computed.bits_from(written) == 1 {
        return true;
    }
    let wanted = Sum(written.0.wrapping_sub(computed.0), written.1.wrapping_sub(computed.1));
    // What the first and the second word of a pair weigh, from the last pair to the first.
    let mut weights = [Sum(1, 1), Sum(0, 1)];
    for pair in covered.rchunks_exact(8) {
        for (weight, word) in weights.iter().zip([order.word(pair, 0), order.word(pair, 4)]) {
            for bit in 0..u32::BITS {
                let turned = Sum(weight.0 << bit, weight.1 << bit);
                let is_set = word >> bit & 1 == 1;
                let change =
                    if is_set { Sum(turned.0.wrapping_neg(), turned.1.wrapping_neg()) } else { turned };
                if change == wanted {
                    return true;
                }
            }
        }
        weights = weights.map(|weight| {
            let first = weight.0.wrapping_add(weight.1);
            Sum(first, weight.1.wrapping_add(first))
        });
    }
    false
}

/// Byte order of the words under a checksum.
#[derive(Clone, Copy, Debug)]
struct Order {
    is_big: bool,
}

impl Order {
    fn word(self, bytes: &[u8], at: usize) -> u32 {
        if self.is_big { word(bytes, at) } else { word(bytes, at).swap_bytes() }
    }
}

/// Two words: a checksum, or salts.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
struct Sum(u32, u32);

impl Sum {
    fn read(bytes: &[u8], at: usize) -> Self {
        Self(word(bytes, at), word(bytes, at + 4))
    }

    fn over(self, bytes: &[u8], order: Order) -> Self {
        bytes.chunks_exact(8).fold(self, |sum, pair| {
            let first = sum.0.wrapping_add(order.word(pair, 0)).wrapping_add(sum.1);
            Self(first, sum.1.wrapping_add(order.word(pair, 4)).wrapping_add(first))
        })
    }

    fn bits_from(self, other: Self) -> u32 {
        (self.0 ^ other.0).count_ones() + (self.1 ^ other.1).count_ones()
    }
}
