//! Items: what may be written about them.

use crate::reference::{Fields, changes};
use crate::{Decision, Rejection};
use lumbung_document::Body;
use lumbung_document::body::Reference;
use lumbung_document::body::reference::{Field, Value};
use lumbung_primitives::{BusinessDate, Money, Quantity, Ref};

pub const NAME_CHARS_MAX: usize = 120;
pub const CODE_CHARS_MAX: usize = 48;
pub const BARCODES_MAX: usize = 20;

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ItemCommand {
    pub sku: String,
    pub barcodes: Vec<String>,
    pub name: String,
    pub category: String,
    pub unit: String,
    pub weighed: bool,
    pub price: Money,
    pub member_price: Money,
    pub reorder_min: Quantity,
    pub stock_account: u32,
    pub active: bool,
    /// Rupiah per unit to take where no average is known yet.
    pub cost: Money,
}

/// `target` is the item to change, or itself for a new one.
/// `None` where nothing differs.
pub fn save(
    target: Ref,
    current: &Fields,
    command: &ItemCommand,
    date: BusinessDate,
) -> Result<Option<Decision>, Rejection> {
    text("name", &command.name, 1, NAME_CHARS_MAX)?;
    text("sku", &command.sku, 0, CODE_CHARS_MAX)?;
    text("category", &command.category, 0, NAME_CHARS_MAX)?;
    text("unit", &command.unit, 1, 12)?;
    if command.barcodes.len() > BARCODES_MAX {
        return Err(Rejection::FieldTooLong { field: "barcodes" });
    }
    for code in &command.barcodes {
        text("barcode", code, 1, CODE_CHARS_MAX)?;
    }
    for amount in [command.price, command.member_price, command.cost] {
        if amount.is_negative() {
            return Err(Rejection::AmountNotPositive);
        }
        if !amount.within_limit() {
            return Err(Rejection::AmountTooLarge);
        }
    }
    if command.reorder_min.0 < 0 || !command.reorder_min.within_limit() {
        return Err(Rejection::QuantityTooLarge { item: Some(command.name.clone()) });
    }
    let wanted = [
        (Field::ITEM_SKU, Value::Text(command.sku.clone())),
        (Field::ITEM_BARCODES, Value::Texts(command.barcodes.clone())),
        (Field::ITEM_NAME, Value::Text(command.name.clone())),
        (Field::ITEM_CATEGORY, Value::Text(command.category.clone())),
        (Field::ITEM_UNIT, Value::Text(command.unit.clone())),
        (Field::ITEM_WEIGHED, Value::Bool(command.weighed)),
        (Field::ITEM_PRICE, Value::Integer(command.price.0)),
        (Field::ITEM_MEMBER_PRICE, Value::Integer(command.member_price.0)),
        (Field::ITEM_REORDER_MIN, Value::Integer(command.reorder_min.0)),
        (Field::ITEM_ACCOUNT, Value::Integer(i64::from(command.stock_account))),
        (Field::ITEM_ACTIVE, Value::Bool(command.active)),
        (Field::ITEM_COST, Value::Integer(command.cost.0)),
    ];
    let changes = changes(current, &wanted);
    if changes.is_empty() {
        return Ok(None);
    }
    Ok(Some(Decision::new(Body::Item(Reference { target, changes }), date)))
}

/// A text field between `least` and `most` characters.
pub(crate) fn text(field: &'static str, value: &str, least: usize, most: usize) -> Result<(), Rejection> {
    let length = value.trim().chars().count();
    if length < least {
        return Err(Rejection::FieldMissing { field });
    }
    if length > most || value.chars().any(char::is_control) {
        return Err(Rejection::FieldTooLong { field });
    }
    Ok(())
}
