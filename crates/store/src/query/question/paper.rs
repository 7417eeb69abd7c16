//! Papers that stand and should not have, and series that do not hang together.

use super::Open;
use crate::{Control, StoreError, control, query, relation};
use lumbung_document::Body;
use lumbung_primitives::DocRef;
use rusqlite::Connection;
use std::collections::{BTreeMap, BTreeSet};

/// Reversed twice, reversed and returned, or returned beyond what was sold.
pub(super) fn taken_back_twice(connection: &Connection) -> Result<Vec<Open>, StoreError> {
    let mut statement = connection.prepare_cached(include_str!("taken_back.sql"))?;
    let rows = statement.query_map([], |row| {
        Ok((DocRef::from_key(row.get(0)?), row.get::<_, i64>(1)?, DocRef::from_key(row.get(2)?)))
    })?;
    let rows: Vec<(DocRef, i64, DocRef)> = rows.collect::<Result<_, _>>()?;
    let mut open = Vec::new();
    for group in rows.chunk_by(|a, b| a.0 == b.0) {
        let of = group[0].0;
        let (mut by, mut returns, mut reversals) = (BTreeSet::new(), Vec::new(), 0_usize);
        for (_, relation, doc) in group {
            if *relation == relation::REVERSES {
                reversals += 1;
            } else if query::document::is_reversed(connection, *doc)? {
                continue;
            } else {
                returns.push(*doc);
            }
            by.insert(*doc);
        }
        let twice = reversals + usize::from(!returns.is_empty()) > 1;
        if twice || (returns.len() > 1 && beyond_sold(connection, of, &returns)?) {
            open.push(Open::TakenBackTwice { of, by: by.into_iter().collect() });
        }
    }
    Ok(open)
}

/// Whether the returns together take back more of a line than was sold.
fn beyond_sold(connection: &Connection, sale: DocRef, returns: &[DocRef]) -> Result<bool, StoreError> {
    let Some(Body::Sale(sale)) = body(connection, sale)? else { return Ok(false) };
    let mut returned: BTreeMap<u32, i128> = BTreeMap::new();
    for at in returns {
        if let Some(Body::SaleReturn(back)) = body(connection, *at)? {
            for line in &back.lines {
                *returned.entry(line.line).or_default() += i128::from(line.quantity.0);
            }
        }
    }
    Ok(returned.into_iter().any(|(line, quantity)| {
        let sold = usize::try_from(line).ok().and_then(|line| sale.lines.get(line));
        quantity > sold.map_or(0, |line| i128::from(line.quantity.0))
    }))
}

fn body(connection: &Connection, at: DocRef) -> Result<Option<Body>, StoreError> {
    let document = query::document::load(connection, at)?;
    Ok(document.and_then(|document| document.body().ok().flatten()))
}

pub(super) fn foreign_effects(connection: &Connection) -> Result<Vec<Open>, StoreError> {
    let mut statement = connection.prepare_cached("SELECT doc FROM foreign_effects ORDER BY doc")?;
    let rows = statement
        .query_map([], |row| Ok(Open::ForeignEffects { document: DocRef::from_key(row.get(0)?) }))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Control documents in the log that count for nothing because of who wrote them.
pub(super) fn void(connection: &Connection, control: &Control) -> Result<Vec<Open>, StoreError> {
    let mut open = Vec::new();
    for document in control.void() {
        if control::hash_at(connection, document)?.is_some() {
            open.push(Open::VoidControl { document });
        }
    }
    Ok(open)
}

/// Devices with documents on two branches, of which nobody has named one yet.
pub(super) fn forks(connection: &Connection, control: &Control) -> Result<Vec<Open>, StoreError> {
    let mut statement = connection.prepare_cached("SELECT doc FROM orphan_log ORDER BY doc")?;
    let mut rows = statement.query([])?;
    let mut firsts: BTreeMap<u32, DocRef> = BTreeMap::new();
    while let Some(row) = rows.next()? {
        let doc = DocRef::from_key(row.get(0)?);
        firsts.entry(doc.device_no).or_insert(doc);
    }
    let unnamed = firsts.into_iter().filter(|(device_no, _)| control.end_of(*device_no).is_none());
    Ok(unnamed.map(|(device_no, first)| Open::Fork { device_no, first }).collect())
}
