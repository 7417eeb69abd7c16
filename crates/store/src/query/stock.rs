//! Shelves: what lies where, and what it cost.

use crate::StoreError;
use lumbung_primitives::DocRef;
use rusqlite::{Connection, OptionalExtension, params};
use std::collections::{BTreeMap, BTreeSet};

/// One place of one item.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub struct Shelf {
    pub item: i64,
    pub outlet: u16,
    pub bin: u16,
    /// 0 where a consignor owns the goods.
    pub account: u32,
    /// 0 the cooperative.
    pub owner: i64,
}

/// (quantity in thousandths, value in rupiah); zero where nothing ever lay there.
pub fn shelf(connection: &Connection, shelf: Shelf) -> Result<(i64, i64), StoreError> {
    let balance = connection
        .prepare_cached(
            "SELECT quantity_milli, value_rp FROM stock_balance
             WHERE item = ?1 AND outlet = ?2 AND bin = ?3 AND account = ?4 AND owner = ?5",
        )?
        .query_row(params![shelf.item, shelf.outlet, shelf.bin, shelf.account, shelf.owner], |row| {
            Ok((row.get(0)?, row.get(1)?))
        })
        .optional()?;
    Ok(balance.unwrap_or((0, 0)))
}

/// (quantity, value) of an item over all its places.
pub fn item_total(connection: &Connection, item: i64) -> Result<(i64, i64), StoreError> {
    Ok(connection
        .prepare_cached(
            "SELECT coalesce(sum(quantity_milli), 0), coalesce(sum(value_rp), 0) FROM stock_balance WHERE item = ?1",
        )?
        .query_row([item], |row| Ok((row.get(0)?, row.get(1)?)))?)
}

#[derive(Clone, Debug)]
pub struct StockRow {
    pub item: i64,
    pub sku: String,
    pub name: String,
    pub quantity_milli: i64,
    pub value_rp: i64,
}

/// Every item that has ever moved, by SKU.
pub fn report(connection: &Connection) -> Result<Vec<StockRow>, StoreError> {
    let mut statement = connection.prepare_cached(include_str!("stock_report.sql"))?;
    let rows = statement.query_map([], |row| {
        Ok(StockRow {
            item: row.get(0)?,
            sku: row.get(1)?,
            name: row.get(2)?,
            quantity_milli: row.get(3)?,
            value_rp: row.get(4)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Items whose stock is below zero, worst first: (item, quantity in thousandths).
pub fn below_zero(connection: &Connection, limit: u32) -> Result<Vec<(i64, i64)>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT item, sum(quantity_milli) AS quantity FROM stock_balance
         GROUP BY item HAVING quantity < 0 ORDER BY quantity LIMIT ?1",
    )?;
    let rows = statement.query_map([limit], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// How far back in each series the last sales of an item are looked for.
const LOOK_BACK: u64 = 2_000;

/// The last document of each device that took some of `items` off the shelf, in order.
pub fn last_issues(
    connection: &Connection,
    items: &BTreeSet<i64>,
) -> Result<BTreeMap<i64, Vec<DocRef>>, StoreError> {
    let mut devices = connection.prepare_cached("SELECT device_no, seq FROM head ORDER BY device_no")?;
    let mut moves = connection.prepare_cached(
        "SELECT item, doc FROM stock_move WHERE doc > ?1 AND doc <= ?2 AND quantity_milli < 0 ORDER BY doc DESC",
    )?;
    let heads = devices.query_map([], |row| Ok((row.get(0)?, crate::append::from_i64(row.get(1)?))))?;
    let mut last: BTreeMap<i64, Vec<DocRef>> = BTreeMap::new();
    for head in heads {
        let (device_no, seq): (u32, u64) = head?;
        let mut missing = items.clone();
        let first = DocRef::new(device_no, seq.saturating_sub(LOOK_BACK)).key();
        let mut rows = moves.query(params![first, DocRef::new(device_no, seq).key()])?;
        while let Some(row) = rows.next()?
            && !missing.is_empty()
        {
            let item = row.get(0)?;
            if missing.remove(&item) {
                last.entry(item).or_default().push(DocRef::from_key(row.get(1)?));
            }
        }
    }
    Ok(last)
}
