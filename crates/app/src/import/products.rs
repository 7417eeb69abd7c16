//! Items from a table, each row a document; bad rows are listed and nothing of them is booked.

use super::table::{Row, Table};
use super::{Imported, RejectedRow, worded};
use crate::permission::Action;
use crate::{Answer, App};
use lumbung_domain::Rejection;
use lumbung_domain::item::{self, ItemCommand};
use lumbung_domain::reference::Fields;
use lumbung_peripheral::{Code, ScalePrefixes, classify};
use lumbung_posting::account;
use lumbung_primitives::parse::{plain_money, plain_quantity};
use lumbung_primitives::{Money, Quantity, Ref};
use lumbung_store::query;
use std::collections::HashMap;
use std::path::Path;

const NEEDED: [&str; 3] = ["name", "unit", "price"];

impl App {
    /// Columns: name, unit, price; and where there: sku_id or sku, barcode, category, weighed, cost,
    /// member_price, reorder_min.
    pub fn import_products(&mut self, file: &Path) -> Answer<Imported> {
        self.require(Action::Import)?;
        let table = Table::read(file, &NEEDED)?;
        let mut imported = Imported::default();
        let mut seen: HashMap<String, u64> = HashMap::new();
        let mut commands = Vec::with_capacity(table.len());
        for row in table.rows() {
            match self.product_command(&row, &mut seen) {
                Ok(command) => commands.push((row.reject("", "", ""), command)),
                Err(rejected) => imported.rejected.push(rejected),
            }
        }
        self.book_rows(commands, imported, |command, today| {
            item::save(Ref::This, &Fields::new(), command, today)
        })
    }

    fn product_command(
        &self,
        row: &Row<'_>,
        seen: &mut HashMap<String, u64>,
    ) -> Result<ItemCommand, RejectedRow> {
        let money = |column: &str| match row.get(column) {
            "" => Ok(Money::ZERO),
            text => plain_money(text).map_err(|error| {
                row.reject(column, "not_a_number", format!("{text:?}: {error}; tulis seperti 12500"))
            }),
        };
        let barcode = row.get("barcode").trim();
        if !barcode.is_empty() {
            self.check_barcode(row, barcode, seen)?;
        }
        let sku = if row.get("sku").is_empty() { row.get("sku_id") } else { row.get("sku") };
        if row.get("price").is_empty() {
            return Err(row.reject("price", "number_missing", "harga kosong"));
        }
        let reorder_min = match row.get("reorder_min") {
            "" => Quantity::ZERO,
            text => plain_quantity(text)
                .map_err(|error| row.reject("reorder_min", "not_a_number", format!("{text:?}: {error}")))?,
        };
        Ok(ItemCommand {
            sku: sku.trim().to_owned(),
            barcodes: if barcode.is_empty() { vec![] } else { vec![barcode.to_owned()] },
            name: row.get("name").trim().to_owned(),
            category: row.get("category").trim().to_owned(),
            unit: row.get("unit").trim().to_owned(),
            weighed: matches!(row.get("weighed").trim(), "1" | "ya" | "yes" | "true"),
            price: money("price")?,
            member_price: money("member_price")?,
            reorder_min,
            stock_account: account::MERCHANDISE,
            active: true,
            cost: money("cost")?,
        })
    }

    fn check_barcode(
        &self,
        row: &Row<'_>,
        barcode: &str,
        seen: &mut HashMap<String, u64>,
    ) -> Result<(), RejectedRow> {
        if let Code::BadCheckDigit { code, expected } = classify(barcode, &ScalePrefixes::default()) {
            return Err(worded(
                row.reject("barcode", "", ""),
                &Rejection::CheckDigit { code, expected }.into(),
            ));
        }
        if let Some(first) = seen.insert(barcode.to_owned(), row.number) {
            return Err(row.reject(
                "barcode",
                "barcode_taken",
                format!("barcode {barcode} sudah ada di baris {first}"),
            ));
        }
        let owners = query::item::by_code(self.connection(), barcode).unwrap_or_default();
        if owners.is_empty() {
            return Ok(());
        }
        Err(row.reject("barcode", "barcode_taken", format!("barcode {barcode} sudah terdaftar")))
    }
}
