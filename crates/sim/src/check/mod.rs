//! The invariants I1 to I16, each by its name, held against the world when it is quiet.

mod books;
mod logs;
mod tamper;

use crate::model::{Books, Record};
use crate::paper::Says;
use crate::till::COOP;
use crate::world::World;
use anyhow::Result;
use lumbung_document::{Kind, SealedDocument};

/// All of them. What was checked on the way (I1, I2, I10, I11, I14, I16) is checked once more.
pub fn everything(world: &mut World) -> Result<()> {
    hear_centre(world)?;
    let books = Books::of(&world.model)?;
    world.tally.add("forks ended", u64::try_from(books.ends.len())?);
    world.tally.add("closes in force", u64::try_from(books.closes.len())?);
    world.tally.add("documents quarantined", u64::try_from(books.quarantined.len())?);
    logs::i1_durable_and_i14_monotonic(world, &books)?;
    logs::i5_exactly_once(world)?;
    logs::i6_prefix_and_i8_one_branch(world, &books)?;
    logs::i7_no_loss(world, &books)?;
    books::i3_balanced(world)?;
    books::i4_convergence(world, &books)?;
    books::i12_closed_books(world, &books)?;
    books::the_centre_adds_up(world, &books)?;
    books::i15_skew(world);
    logs::i2_atomic(world)?;
    books::i11_rebuild(world)?;
    world.neighbour.check(&world.host)?;
    tamper::i13_evident(world)
}

/// The centre's own series is written by nobody here: the model learns it from the centre.
fn hear_centre(world: &mut World) -> Result<()> {
    let documents = world.host.documents(&COOP)?;
    world.model.at_centre = documents.iter().map(|document| document.hash).collect();
    let own = documents.iter().filter(|document| document.at.device_no == 0);
    let records = own.map(record_of).collect();
    world.model.acknowledge(records);
    Ok(())
}

fn record_of(document: &SealedDocument) -> Record {
    let says = match document.body() {
        Ok(Some(body)) => crate::paper::says(&body),
        _ => Says::Nothing,
    };
    Record {
        at: document.at,
        hash: document.hash,
        prev: document.header.prev_hash,
        kind: document.kind().id(),
        kind_version: 1,
        day: document.header.business_date.0,
        reissue_of: None,
        sums: document.effects().ok(),
        says,
        is_personal: false,
        receipt_no: None,
    }
}

/// Whether a document is never written again.
fn is_control(record: &Record) -> bool {
    let kind = Kind::from_id(record.kind);
    kind.is_control() && kind != Kind::MemberErased
}
