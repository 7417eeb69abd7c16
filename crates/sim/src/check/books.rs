//! What is in the books: tables against the model's sums, tills against each other, then against before.

use crate::ambient::reader;
use crate::model::{Books, Sums};
use crate::till::{COOP, Till};
use crate::world::World;
use anyhow::{Context, Result, bail, ensure};
use lumbung_primitives::DocRef;
use lumbung_store::state_hash::state_hash;
use std::collections::{BTreeMap, BTreeSet};

/// Tables, the columns of their key and those of the rest. A sum of a period that came back to zero is no row.
const TABLES: [(&str, &str, &str, &str); 9] = [
    ("document_day", "book_day, kind, doc", "", ""),
    ("posting", "doc, line", "account, amount_rp, outlet, party, shift, flow, layer", ""),
    ("stock_move", "doc, line", "item, outlet, bin, account, quantity_milli, value_rp, owner", ""),
    ("member_move", "member, doc, line", "kind, amount_rp, period", ""),
    (
        "account_total",
        "grain, period, account, outlet, layer",
        "debit_rp, credit_rp",
        " WHERE debit_rp <> 0 OR credit_rp <> 0",
    ),
    ("stock_balance", "item, outlet, bin, account, owner", "quantity_milli, value_rp, issues", ""),
    ("member_total", "member, kind, year", "amount_rp", " WHERE amount_rp <> 0"),
    ("party_total", "account, party", "amount_rp", ""),
    ("shift_total", "shift, account, flow", "amount_rp", ""),
];

/// Debits are credits, on every till.
pub(super) fn i3_balanced(world: &World) -> Result<()> {
    for till in &world.tills {
        let connection = till.connection().context("it is on")?;
        let sum: i64 =
            connection.query_row("SELECT coalesce(sum(amount_rp), 0) FROM posting", [], |row| row.get(0))?;
        ensure!(sum == 0, "I3: the trial balance of till {} is {sum}", till.name);
    }
    Ok(())
}

/// One state on all tills, and it is the model's, row by row.
pub(super) fn i4_convergence(world: &World, books: &Books) -> Result<()> {
    let mut hashes = BTreeMap::new();
    for till in &world.tills {
        let hash = state_hash(till.connection().context("it is on")?)?;
        hashes.entry(hash).or_insert_with(Vec::new).push(till.name);
    }
    if hashes.len() != 1 {
        let differing = hashes.values().filter_map(|names| names.first());
        let mut told = Vec::new();
        for name in differing {
            told.push((*name, difference(&world.tills[*name], &books.sums)?));
        }
        bail!("I4: tills differ: {hashes:?}\n{told:#?}");
    }
    let first = world.tills.first().context("there are tills")?;
    let difference = difference(first, &books.sums)?;
    ensure!(difference.is_empty(), "I4: till 0 differs from the model: {difference:#?}");
    for till in &world.tills {
        reference_data(till, books)?;
    }
    Ok(())
}

/// Rows that one has and the other has not, a few of each table.
fn difference(till: &Till, sums: &Sums) -> Result<Vec<String>> {
    let mut told = Vec::new();
    for (table, key, rest, only) in TABLES {
        let rows = rows(till, table, key, rest, only)?;
        let empty = BTreeMap::new();
        let mut wanted = sums.tables.get(table).unwrap_or(&empty).clone();
        if !only.is_empty() {
            wanted.retain(|_, row| row.iter().any(|amount| *amount != 0));
        }
        let there = rows.iter().filter(|(key, row)| wanted.get(*key) != Some(*row)).take(4);
        told.extend(there.map(|(key, row)| format!("{table} has {key:?} {row:?}")));
        let missing = wanted.iter().filter(|(key, row)| rows.get(*key) != Some(*row)).take(4);
        told.extend(missing.map(|(key, row)| format!("{table} has not {key:?} {row:?}")));
    }
    Ok(told)
}

fn rows(till: &Till, table: &str, key: &str, rest: &str, only: &str) -> Result<BTreeMap<Vec<i64>, Vec<i64>>> {
    let columns = if rest.is_empty() { key.to_owned() } else { format!("{key}, {rest}") };
    let sql = format!("SELECT {columns} FROM {table}{only}");
    let keys = key.split(',').count();
    let mut statement = till.connection().context("it is on")?.prepare(&sql)?;
    let count = statement.column_count();
    let rows = statement.query_map([], |row| {
        let all: Vec<i64> = (0..count).map(|nth| row.get(nth)).collect::<Result<_, _>>()?;
        Ok((all[..keys].to_vec(), all[keys..].to_vec()))
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The greatest edit of a field holds, quarantine is the model's, and who was erased is gone.
fn reference_data(till: &Till, books: &Books) -> Result<()> {
    let connection = till.connection().context("it is on")?;
    let mut statement = connection.prepare_cached("SELECT item, price_rp FROM item")?;
    let prices = statement.query_map([], |row| Ok((DocRef::from_key(row.get(0)?), row.get(1)?)))?;
    let prices: BTreeMap<DocRef, i64> = prices.collect::<Result<_, _>>()?;
    let wanted: BTreeMap<DocRef, i64> = books
        .edits
        .iter()
        .filter(|((_, field), _)| *field == 7)
        .map(|((at, _), price)| (*at, *price))
        .collect();
    ensure!(prices == wanted, "I4: till {} has prices {prices:?}, not {wanted:?}", till.name);
    let quarantined: BTreeSet<DocRef> =
        lumbung_store::query::document::quarantined(connection)?.into_iter().map(|(at, _)| at).collect();
    ensure!(
        quarantined == books.quarantined,
        "I4: till {} set aside {quarantined:?}, not {:?}",
        till.name,
        books.quarantined
    );
    let mut statement = connection.prepare_cached("SELECT DISTINCT subject FROM personal_part")?;
    let subjects = statement.query_map([], |row| row.get(0).map(DocRef::from_key))?;
    for subject in subjects {
        let subject = subject?;
        ensure!(!books.erased.contains(&subject), "I4: till {} still knows {subject}", till.name);
    }
    Ok(())
}

/// Dropped and made again, projections are the same.
pub(super) fn i11_rebuild(world: &mut World) -> Result<()> {
    let name = world.chance.below(world.tills.len());
    let till = &mut world.tills[name];
    let reader = reader(till.level);
    let before = all_rows(till)?;
    let ledger = till.ledger.as_mut().context("it is on")?;
    let live = state_hash(ledger.connection())?;
    let rebuilt = ledger.rebuild(reader, &mut |_, _| ())?;
    ensure!(live == rebuilt, "I11: till {name} rebuilds to another state");
    let after = all_rows(till)?;
    for (table, rows) in &before {
        let other = after.get(table);
        ensure!(other == Some(rows), "I11: till {name} rebuilds {table}: {rows:?} to {other:?}");
    }
    Ok(())
}

/// Projections beside the sums, as text.
fn all_rows(till: &Till) -> Result<BTreeMap<&'static str, Vec<String>>> {
    const OTHERS: [(&str, &str); 9] = [
        ("item", "SELECT quote(item) || quote(price_rp) FROM item ORDER BY item"),
        ("person", "SELECT quote(person) || quote(role) || quote(phone) FROM person ORDER BY person"),
        ("member", "SELECT quote(member) || quote(member_no) FROM member ORDER BY member"),
        (
            "link",
            "SELECT quote(target) || quote(relation) || quote(doc) FROM link ORDER BY target, relation, doc",
        ),
        (
            "receipt",
            "SELECT quote(device_no) || '/' || quote(number) || '/' || doc FROM receipt ORDER BY device_no, number, doc",
        ),
        ("quarantine", "SELECT doc || reason FROM quarantine ORDER BY doc"),
        ("shift", "SELECT quote(shift) || '/' || quote(book_day) FROM shift ORDER BY shift"),
        (
            "edits",
            "SELECT quote(target) || quote(field) || quote(v) || quote(doc) || quote(value) FROM reference_edit ORDER BY target, field, v, doc",
        ),
        ("enrolment", "SELECT quote(doc) || quote(device_no) FROM enrolment ORDER BY doc"),
    ];
    let connection = till.connection().context("it is on")?;
    let mut all = BTreeMap::new();
    for (table, sql) in OTHERS {
        let mut statement = connection.prepare(sql)?;
        let rows = statement.query_map([], |row| row.get(0))?;
        all.insert(table, rows.collect::<Result<_, _>>()?);
    }
    Ok(all)
}

/// What a period's books said when it was closed they say still, everywhere, unless it was opened again.
pub(super) fn i12_closed_books(world: &mut World, books: &Books) -> Result<()> {
    let mut held = 0;
    for statement in &world.model.statements {
        let in_force = books.closes.iter().any(|(at, _)| *at == statement.close)
            && books.standing.get(&statement.close) == Some(&statement.hash);
        if !in_force {
            continue;
        }
        held += 1;
        ensure!(
            books.sums.balances(statement.last_day) == statement.balances,
            "I12: the books up to {} that {} closed are\n{:?}\nnot\n{:?}\nby {:?}",
            statement.last_day,
            statement.close,
            books.sums.balances(statement.last_day),
            statement.balances,
            books.closes
        );
    }
    world.tally.add("closed periods that stood", held);
    Ok(())
}

/// The centre's totals by day are the sums of what stands, by the dates that documents bear.
pub(super) fn the_centre_adds_up(world: &World, books: &Books) -> Result<()> {
    let mut wanted: BTreeMap<(i32, u32), (i64, i64)> = BTreeMap::new();
    let standing = |at, hash| books.standing.get(&at) == Some(&hash);
    for record in world.model.records.values().filter(|record| standing(record.at, record.hash)) {
        let Some(effects) = &record.sums else { continue };
        if !books.booked.contains_key(&record.at) {
            continue;
        }
        for posting in &effects.postings {
            let sums = wanted.entry((record.day, posting.account)).or_default();
            let amount = posting.amount.0;
            if amount > 0 { sums.0 += amount } else { sums.1 -= amount }
        }
    }
    let mut totals = world.host.totals(&COOP)?.accounts;
    totals.retain(|_, sums| *sums != (0, 0));
    let differing: Vec<_> = wanted
        .iter()
        .filter(|(key, sums)| totals.get(*key) != Some(*sums))
        .map(|(key, sums)| format!("{key:?}: {:?}, not {sums:?}", totals.get(key)))
        .chain(
            totals
                .iter()
                .filter(|(key, _)| !wanted.contains_key(*key))
                .map(|row| format!("too much: {row:?}")),
        )
        .take(6)
        .collect();
    ensure!(differing.is_empty(), "I4: the centre's totals differ: {differing:?}");
    Ok(())
}

/// Old apps and new ones ended in one state: that is I4; here, that some of each were there is counted.
pub(super) fn i15_skew(world: &mut World) {
    let old = world.tills.iter().filter(|till| till.is_old()).count();
    if old > 0 && old < world.tills.len() {
        world.tally.count("seeds with old and new apps");
    }
}
