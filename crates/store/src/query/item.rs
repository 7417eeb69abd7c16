//! Items and their codes.

use crate::StoreError;
use rusqlite::{Connection, OptionalExtension, Row};

#[derive(Clone, Debug)]
pub struct ItemRow {
    pub item: i64,
    pub sku: String,
    pub name: String,
    pub category: String,
    pub unit: String,
    pub weighed: bool,
    pub price_rp: i64,
    pub member_price_rp: i64,
    pub reorder_min_milli: i64,
    pub account: u32,
    pub active: bool,
    pub cost_rp: i64,
}

fn item_row(row: &Row<'_>) -> rusqlite::Result<ItemRow> {
    Ok(ItemRow {
        item: row.get(0)?,
        sku: row.get(1)?,
        name: row.get(2)?,
        category: row.get(3)?,
        unit: row.get(4)?,
        weighed: row.get(5)?,
        price_rp: row.get(6)?,
        member_price_rp: row.get(7)?,
        reorder_min_milli: row.get(8)?,
        account: row.get(9)?,
        active: row.get(10)?,
        cost_rp: row.get(11)?,
    })
}

pub fn by_key(connection: &Connection, item: i64) -> Result<Option<ItemRow>, StoreError> {
    let mut statement = connection.prepare_cached(include_str!("item_by_key.sql"))?;
    Ok(statement.query_row([item], item_row).optional()?)
}

/// Every item with how often it was sold and what is in stock: what a search index is built from.
#[derive(Clone, Debug)]
pub struct CatalogueRow {
    pub row: ItemRow,
    pub issues: i64,
    pub quantity_milli: i64,
    pub value_rp: i64,
}

pub fn all(connection: &Connection) -> Result<Vec<CatalogueRow>, StoreError> {
    let mut statement = connection.prepare_cached(include_str!("item_all.sql"))?;
    let rows = statement.query_map([], |row| {
        Ok(CatalogueRow {
            row: item_row(row)?,
            issues: row.get(12)?,
            quantity_milli: row.get(13)?,
            value_rp: row.get(14)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Items that bear a barcode, or have it as their SKU. Several is possible; the till asks which.
pub fn by_code(connection: &Connection, code: &str) -> Result<Vec<i64>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT item FROM barcode WHERE code = ?1 UNION SELECT item FROM item WHERE sku = ?1 AND sku <> ''",
    )?;
    let rows = statement.query_map([code], |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

pub fn barcodes(connection: &Connection, item: i64) -> Result<Vec<String>, StoreError> {
    let mut statement =
        connection.prepare_cached("SELECT code FROM barcode WHERE item = ?1 ORDER BY code")?;
    let rows = statement.query_map([item], |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// (barcode, item) of every item.
pub fn all_barcodes(connection: &Connection) -> Result<Vec<(String, i64)>, StoreError> {
    let mut statement = connection.prepare_cached("SELECT code, item FROM barcode")?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}
