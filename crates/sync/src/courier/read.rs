//! Reading a file: pack by pack, each proved and taken in one transaction.

use super::cover::read_or_cut;
use super::{CourierError, Cover, Progress, Taken};
use crate::access::{Access, ask};
use crate::expand::Nothing;
use crate::frame::{self, LENGTH_BYTES};
use crate::machine::{Refused, take};
use std::io::{Read, Seek, SeekFrom};

/// Where a pack lies in the file.
#[derive(Clone, Copy)]
struct Place {
    pack: u64,
    offset: u64,
    length: usize,
}

/// What stands on the cover, without taking anything.
///
/// # Errors
/// As [`read`], before the first pack.
pub fn peek(from: &mut dyn Read) -> Result<Cover, CourierError> {
    Cover::read(from)
}

/// Takes what a file brings. Its packs are held against the log as a page from a centre would be; those that
/// continue others in the file wait for them.
///
/// # Errors
/// A foreign file is refused whole. Of one that is cut or damaged, what stands before that place is taken and
/// told.
pub fn read<F: Read + Seek>(
    access: &mut dyn Access,
    from: &mut F,
    progress: &mut dyn FnMut(Progress),
) -> Result<(Cover, Taken), CourierError> {
    let total = from.seek(SeekFrom::End(0))?;
    from.seek(SeekFrom::Start(0))?;
    let cover = Cover::read(from)?;
    if ask(access, |log| Ok(log.coop_id()))? != cover.coop_id {
        return Err(CourierError::Foreign);
    }
    let mut taken = Taken::default();
    let mut waiting = Vec::new();
    let mut pack = 0;
    let whole = loop {
        match next_pack(from, pack + 1) {
            Ok(Some((place, bytes))) => {
                pack += 1;
                if !take_one(access, place, &bytes, &mut taken)? {
                    waiting.push(place);
                }
                progress(Progress { done: place.offset + place.length as u64, total });
            }
            Ok(None) => break ending(from, pack, total),
            Err(error) => break Err(error),
        }
    };
    let waited = wait_for_each_other(access, from, waiting, &mut taken);
    // What was cut off explains what does not follow.
    with(whole, taken).and(waited)?;
    progress(Progress { done: total, total });
    Ok((cover, taken))
}

/// Tries what did not follow again for as long as that brings anything.
fn wait_for_each_other<F: Read + Seek>(
    access: &mut dyn Access,
    from: &mut F,
    mut waiting: Vec<Place>,
    taken: &mut Taken,
) -> Result<(), CourierError> {
    while !waiting.is_empty() {
        let mut still = Vec::new();
        for place in &waiting {
            from.seek(SeekFrom::Start(place.offset))?;
            let mut bytes = vec![0; place.length];
            from.read_exact(&mut bytes)?;
            if !take_one(access, *place, &bytes, taken)? {
                still.push(*place);
            }
        }
        if still.len() == waiting.len() {
            let detail = format!("pack {} and {} more", still[0].pack, still.len() - 1);
            return Err(CourierError::DoesNotFollow { detail, taken: *taken });
        }
        waiting = still;
    }
    Ok(())
}

/// The next pack; `None` at the end.
fn next_pack<F: Read + Seek>(from: &mut F, pack: u64) -> Result<Option<(Place, Vec<u8>)>, CourierError> {
    let mut length = [0; LENGTH_BYTES];
    read_or_cut(from, &mut length)?;
    let length = frame::length_of(length).map_err(|error| damaged(pack, error.to_string()))?;
    if length == 0 {
        return Ok(None);
    }
    let offset = from.stream_position()?;
    let mut bytes = vec![0; length];
    read_or_cut(from, &mut bytes)?;
    Ok(Some((Place { pack, offset, length }, bytes)))
}

/// Whether the file ends as a whole one does.
fn ending<F: Read + Seek>(from: &mut F, packs: u64, total: u64) -> Result<(), CourierError> {
    let mut count = [0; 8];
    read_or_cut(from, &mut count)?;
    let whole = u64::from_be_bytes(count) == packs && from.stream_position()? == total;
    if whole { Ok(()) } else { Err(damaged(packs + 1, "the count of packs differs".to_owned())) }
}

/// Takes one pack; `false` where it does not follow yet.
fn take_one(
    access: &mut dyn Access,
    place: Place,
    bytes: &[u8],
    taken: &mut Taken,
) -> Result<bool, CourierError> {
    let outcome = ask(access, |log| match take(log, &Nothing, bytes, None) {
        Err(Refused::Log(error)) => Err(error),
        other => Ok(other),
    })?;
    match outcome {
        Ok(received) => {
            taken.new_documents += received.new_documents;
            taken.known_documents += received.known_documents;
            Ok(true)
        }
        Err(Refused::DoesNotFollow(_)) => Ok(false),
        Err(Refused::Log(error)) => Err(error.into()),
        Err(Refused::NotTheSame(detail) | Refused::Bad(detail)) => {
            Err(CourierError::Damaged { pack: place.pack, detail, taken: *taken })
        }
    }
}

fn damaged(pack: u64, detail: String) -> CourierError {
    CourierError::Damaged { pack, detail, taken: Taken::default() }
}

/// Puts what was taken into an error that was found where that was not known.
fn with(outcome: Result<(), CourierError>, taken: Taken) -> Result<(), CourierError> {
    outcome.map_err(|error| match error {
        CourierError::Cut { .. } => CourierError::Cut { taken },
        CourierError::Damaged { pack, detail, .. } => CourierError::Damaged { pack, detail, taken },
        other => other,
    })
}
