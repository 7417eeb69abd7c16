//! What is in the logs.

use crate::model::Books;
use crate::till::{COOP, Till};
use crate::world::World;
use anyhow::{Context, Result, ensure};
use lumbung_document::Hash;
use lumbung_primitives::DocRef;
use std::collections::BTreeMap;

/// Everything that stands is on every till, own writes first of all.
pub(super) fn i1_durable_and_i14_monotonic(world: &World, books: &Books) -> Result<()> {
    for till in &world.tills {
        let log = log_of(till)?;
        for (at, hash) in books.standing.iter().filter(|(at, _)| at.device_no == till.device_no) {
            ensure!(log.get(at) == Some(hash), "I1: till {} lost its own {at}", till.name);
        }
    }
    Ok(())
}

/// Stores hold together, and projections are those of the log.
pub(super) fn i2_atomic(world: &mut World) -> Result<()> {
    let name = world.chance.below(world.tills.len());
    world.check_whole(name)
}

/// The centre's order of arrival has no hole and no document twice.
pub(super) fn i5_exactly_once(world: &World) -> Result<()> {
    let mut seen = BTreeMap::new();
    for document in world.host.documents(&COOP)? {
        let other = seen.insert(document.at, document.hash);
        ensure!(other.is_none(), "I5: the centre gives {} twice", document.at);
    }
    Ok(())
}

/// Every replica holds the named branch of every series from its beginning, and nothing of another.
pub(super) fn i6_prefix_and_i8_one_branch(world: &World, books: &Books) -> Result<()> {
    for till in &world.tills {
        let log = log_of(till)?;
        let mut last: Option<DocRef> = None;
        for (at, hash) in &log {
            let expected = last.filter(|last| last.device_no == at.device_no).map_or(1, |last| last.seq + 1);
            ensure!(at.seq == expected, "I6: till {} holds {at} without the one before", till.name);
            ensure!(
                books.standing.get(at) == Some(hash),
                "I8: till {} holds a {at} that does not stand",
                till.name
            );
            last = Some(*at);
        }
    }
    let centre = world.host.documents(&COOP)?;
    for document in &centre {
        let end = books.ends.get(&document.at.device_no);
        if end.is_none_or(|(seq, _)| document.at.seq <= *seq) {
            let stands = books.standing.get(&document.at) == Some(&document.hash);
            ensure!(stands, "I8: the centre holds a {} that does not stand", document.at);
        }
    }
    Ok(())
}

/// Every document that a clerk was told is written stands everywhere, or its re-issue counts for it.
pub(super) fn i7_no_loss(world: &mut World, books: &Books) -> Result<()> {
    let mut through_reissue = 0;
    for record in world.model.records.values() {
        if books.standing.get(&record.at) == Some(&record.hash) || super::is_control(record) {
            continue;
        }
        let original = record.reissue_of.unwrap_or(record.original());
        let stands_for = books.reissues.get(&original);
        let stands = books.standing.get(&original.at()) == Some(&original.hash);
        ensure!(
            stands || matches!(stands_for, Some(Some(_))),
            "I7: {} ({}) is lost: {stands_for:?}, ends {:?}, written {}",
            record.at,
            record.hash,
            books.ends,
            world.model.records.len()
        );
        through_reissue += 1;
    }
    world.tally.add("orphans that count through a re-issue", through_reissue);
    let centre: BTreeMap<DocRef, Hash> =
        world.host.documents(&COOP)?.into_iter().map(|document| (document.at, document.hash)).collect();
    for (at, hash) in &books.standing {
        ensure!(centre.get(at) == Some(hash), "I7: {at} is not at the centre");
    }
    for till in &world.tills {
        let log = log_of(till)?;
        for (at, hash) in &books.standing {
            ensure!(log.get(at) == Some(hash), "I7: {at} is not on till {}", till.name);
        }
    }
    Ok(())
}

pub(super) fn log_of(till: &Till) -> Result<BTreeMap<DocRef, Hash>> {
    let connection = till.connection().context("it is on")?;
    let mut statement = connection.prepare_cached("SELECT doc, header FROM document_log")?;
    let rows = statement.query_map([], |row| {
        let header: Vec<u8> = row.get(1)?;
        Ok((DocRef::from_key(row.get(0)?), Hash::document(&header)))
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}
