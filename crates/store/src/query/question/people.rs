//! Members who may be one person, who share a number, or who owe more than they may.

use super::Open;
use crate::StoreError;
use crate::query::merge::Merged;
use lumbung_primitives::DocRef;
use rusqlite::{Connection, OptionalExtension, types::FromSql};
use std::collections::BTreeMap;

/// Owed over all tills, by everybody who is this person.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct OverLimit {
    pub member: DocRef,
    pub owed_rp: i64,
    pub limit_rp: i64,
    /// The last document of each till that raised it: another one asks anew.
    pub raised_by: Vec<DocRef>,
}

pub(super) fn same_person(connection: &Connection) -> Result<Vec<Open>, StoreError> {
    let merged = Merged::load(connection)?;
    let twins: Vec<([u8; 16], i64)> = pairs(connection, include_str!("same_nik.sql"))?;
    let mut open = Vec::new();
    for group in twins.chunk_by(|a, b| a.0 == b.0) {
        let members: Vec<i64> = group.iter().map(|(_, member)| *member).collect();
        open.extend(each_pair(&merged, &members).map(|members| Open::SamePerson { members }));
    }
    Ok(open)
}

pub(super) fn same_number(connection: &Connection) -> Result<Vec<Open>, StoreError> {
    let merged = Merged::load(connection)?;
    let twins: Vec<(String, i64)> = pairs(connection, include_str!("same_number.sql"))?;
    let mut open = Vec::new();
    for group in twins.chunk_by(|a, b| a.0 == b.0) {
        let members: Vec<i64> = group.iter().map(|(_, member)| *member).collect();
        // Of members merged into one the number is that one's own: only those who lead can clash.
        open.extend(
            each_pair(&merged, &members)
                .map(|pair| Open::MemberNumber { member_no: group[0].0.clone(), members: pair }),
        );
    }
    Ok(open)
}

fn pairs<T: FromSql>(connection: &Connection, sql: &str) -> Result<Vec<(T, i64)>, StoreError> {
    let mut statement = connection.prepare_cached(sql)?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Every two of them who are not one person yet, by who leads.
fn each_pair(merged: &Merged, members: &[i64]) -> impl Iterator<Item = [DocRef; 2]> {
    let mut leads: Vec<i64> = members.iter().map(|member| merged.lead(*member)).collect();
    leads.sort_unstable();
    leads.dedup();
    let pair = |a: i64, b: i64| [DocRef::from_key(a), DocRef::from_key(b)];
    let pairs: Vec<[DocRef; 2]> = leads
        .iter()
        .enumerate()
        .flat_map(|(at, a)| leads[at + 1..].iter().map(move |b| pair(*a, *b)))
        .collect();
    pairs.into_iter()
}

/// Whose bon the tills have raised over the limit together. One till alone refuses that; what a file brought
/// in, or a limit that was lowered afterwards, is no question of theirs.
pub(super) fn over_limit(connection: &Connection, default_rp: i64) -> Result<Vec<Open>, StoreError> {
    let merged = Merged::load(connection)?;
    let mut statement = connection.prepare_cached(include_str!("bon.sql"))?;
    let rows = statement
        .query_map([], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?, row.get(2)?)))?
        .collect::<Result<Vec<(i64, i64, Option<i64>)>, _>>()?;
    let mut owed: BTreeMap<i64, i64> = BTreeMap::new();
    let mut limits: BTreeMap<i64, i64> = BTreeMap::new();
    for (member, amount, limit) in rows {
        let lead = merged.lead(member);
        *owed.entry(lead).or_default() += amount;
        let limit = if lead == member { limit } else { limit_of(connection, lead)? };
        limits.insert(lead, limit.unwrap_or(default_rp));
    }
    let mut open = Vec::new();
    for (lead, owed_rp) in owed {
        let limit_rp = limits.get(&lead).copied().unwrap_or(default_rp);
        if owed_rp <= limit_rp || owed_rp <= 0 {
            continue;
        }
        let raised_by = raised_by(connection, &merged.group(lead))?;
        if raised_by.len() > 1 {
            let member = DocRef::from_key(lead);
            open.push(Open::BonOverLimit(OverLimit { member, owed_rp, limit_rp, raised_by }));
        }
    }
    Ok(open)
}

fn limit_of(connection: &Connection, member: i64) -> Result<Option<i64>, StoreError> {
    let limit: Option<Option<i64>> = connection
        .prepare_cached("SELECT bon_limit_rp FROM member WHERE member = ?1")?
        .query_row([member], |row| row.get(0))
        .optional()?;
    Ok(limit.flatten())
}

/// The last document of each device that raised the bon of one of `members`, in order.
fn raised_by(connection: &Connection, members: &[i64]) -> Result<Vec<DocRef>, StoreError> {
    let mut last: BTreeMap<u32, DocRef> = BTreeMap::new();
    let mut statement = connection
        .prepare_cached("SELECT doc FROM member_move WHERE member = ?1 AND kind = 4 AND amount_rp > 0")?;
    for member in members {
        let mut rows = statement.query([member])?;
        while let Some(row) = rows.next()? {
            let doc = DocRef::from_key(row.get(0)?);
            let slot = last.entry(doc.device_no).or_insert(doc);
            *slot = doc.max(*slot);
        }
    }
    Ok(last.into_values().collect())
}
