//! The eleven tables of a shop year, read and judged row by row before anything is booked.

use crate::error::Refused;
use crate::import::RejectedRow;
use crate::import::table::{Row, Table};
use lumbung_document::body::payment::SavingsKind;
use lumbung_document::body::sale::Tender;
use lumbung_primitives::parse::{BadNumber, plain_money, plain_quantity};
use lumbung_primitives::{BusinessDate, Money, Quantity};
use std::collections::HashMap;
use std::path::Path;

/// Everything in memory, and the order in which it happened.
#[derive(Debug, Default)]
pub(super) struct Year {
    pub(super) products: Vec<Product>,
    pub(super) members: Vec<Member>,
    pub(super) savings: Vec<Savings>,
    pub(super) purchases: Vec<Purchase>,
    pub(super) supplier_payments: Vec<SupplierPayment>,
    pub(super) sales: Vec<Sale>,
    pub(super) expenses: Vec<Expense>,
    pub(super) bon_payments: Vec<BonPayment>,
    pub(super) closings: Vec<Closing>,
    pub(super) events: Vec<Event>,
    pub(super) rejected: Vec<RejectedRow>,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) struct Event {
    pub(super) date: BusinessDate,
    phase: Phase,
    second: i64,
    /// Within one second a purchase goes before a sale.
    rank: u8,
    pub(super) index: usize,
}

/// The order within a day.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) enum Phase {
    Delivery,
    SupplierPayment,
    Savings,
    BonPayment,
    Expense,
    Counter,
    Closing,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum What {
    Purchase,
    SupplierPayment,
    Savings,
    BonPayment,
    Expense,
    Sale,
    Closing,
}

impl Event {
    /// Rows at the counter in one and the same second.
    pub(super) fn is_same_second(&self, other: &Self) -> bool {
        self.phase == Phase::Counter
            && (self.date, self.phase, self.second) == (other.date, other.phase, other.second)
    }

    pub(super) fn what(self) -> What {
        match self.phase {
            Phase::Delivery => What::Purchase,
            Phase::SupplierPayment => What::SupplierPayment,
            Phase::Savings => What::Savings,
            Phase::BonPayment => What::BonPayment,
            Phase::Expense => What::Expense,
            Phase::Counter if self.rank == 0 => What::Purchase,
            Phase::Counter => What::Sale,
            Phase::Closing => What::Closing,
        }
    }
}

#[derive(Clone, Debug)]
pub(super) struct Product {
    pub(super) row: u64,
    pub(super) id: u64,
    pub(super) barcode: String,
    pub(super) name: String,
    pub(super) category: String,
    pub(super) unit: String,
    pub(super) weighed: bool,
    pub(super) cost: Money,
    pub(super) member_price: Money,
    pub(super) price: Money,
    pub(super) reorder_min: Quantity,
}

#[derive(Clone, Debug)]
pub(super) struct Member {
    pub(super) row: u64,
    pub(super) id: u64,
    pub(super) number: String,
    pub(super) nik: String,
    pub(super) name: String,
    pub(super) female: bool,
    pub(super) birth_date: Option<BusinessDate>,
    pub(super) joined: BusinessDate,
    pub(super) active: bool,
}

#[derive(Clone, Debug)]
pub(super) struct Savings {
    pub(super) row: u64,
    pub(super) member: u64,
    pub(super) kind: SavingsKind,
    pub(super) amount: Money,
}

#[derive(Clone, Debug)]
pub(super) struct Purchase {
    pub(super) row: u64,
    pub(super) second: i64,
    pub(super) supplier: String,
    pub(super) credit: bool,
    pub(super) total: Money,
    pub(super) lines: Vec<PurchaseLine>,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct PurchaseLine {
    pub(super) sku: u64,
    pub(super) quantity: Quantity,
    pub(super) amount: Money,
}

#[derive(Clone, Debug)]
pub(super) struct SupplierPayment {
    pub(super) row: u64,
    pub(super) supplier: String,
    pub(super) amount: Money,
}

#[derive(Clone, Debug)]
pub(super) struct Sale {
    pub(super) row: u64,
    pub(super) id: u64,
    pub(super) second: i64,
    pub(super) cashier: String,
    pub(super) member: Option<u64>,
    pub(super) tender: Tender,
    pub(super) total: Money,
    pub(super) tendered: Money,
    /// The sale that this one returns from.
    pub(super) returns: Option<u64>,
    pub(super) lines: Vec<SaleLine>,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct SaleLine {
    pub(super) sku: u64,
    pub(super) quantity: Quantity,
    pub(super) unit_price: Money,
    pub(super) amount: Money,
    pub(super) cost: Money,
}

#[derive(Clone, Debug)]
pub(super) struct Expense {
    pub(super) row: u64,
    pub(super) account: String,
    pub(super) bank: bool,
    pub(super) amount: Money,
    pub(super) memo: String,
}

#[derive(Clone, Debug)]
pub(super) struct BonPayment {
    pub(super) row: u64,
    pub(super) member: u64,
    pub(super) amount: Money,
}

#[derive(Clone, Debug)]
pub(super) struct Closing {
    pub(super) row: u64,
    pub(super) opening: Money,
    pub(super) to_bank: Money,
    pub(super) expected: Money,
    pub(super) counted: Money,
}

/// A cell that could not be read: (column, code, sentence).
type Bad = (&'static str, &'static str, String);

impl Year {
    pub(super) fn read(folder: &Path) -> Result<Self, Refused> {
        let table = |name: &str, columns: &[&str]| Table::read(&folder.join(format!("{name}.csv")), columns);
        let products = table(
            "products",
            &["sku_id", "barcode", "name", "category", "unit", "weighed", "cost", "member_price", "price"],
        )?;
        let members = table(
            "members",
            &["member_id", "member_no", "nik", "name", "sex", "birth_date", "join_date", "status"],
        )?;
        let savings = table("savings", &["date", "member_id", "kind", "amount"])?;
        let purchases = table("purchases", &["purchase_id", "date", "ts", "supplier", "payment", "total"])?;
        let purchase_lines =
            table("purchase_lines", &["purchase_id", "line", "sku_id", "qty", "unit_cost", "amount"])?;
        let supplier_payments = table("supplier_payments", &["date", "supplier", "amount"])?;
        let sales = table(
            "sales",
            &["sale_id", "ts", "cashier", "member_id", "payment", "total", "tendered", "kind", "ref_sale_id"],
        )?;
        let sale_lines =
            table("sale_lines", &["sale_id", "line", "sku_id", "qty", "unit_price", "amount", "cogs"])?;
        let expenses = table("expenses", &["date", "account", "payment", "amount", "memo"])?;
        let bon_payments = table("bon_payments", &["date", "member_id", "amount"])?;
        let closings = table("cash_closings", &["date", "opening", "to_bank", "expected", "counted"])?;

        let mut year = Self::default();
        year.products = collect(&products, &mut year.rejected, product);
        year.members = collect(&members, &mut year.rejected, member);
        let mut events = Vec::with_capacity(sales.len() + purchases.len() + savings.len());
        let mut push =
            |phase, second, rank, date, index| events.push(Event { date, phase, second, rank, index });

        for (date, row) in collect(&savings, &mut year.rejected, savings_row) {
            push(Phase::Savings, 0, 0, date, year.savings.len());
            year.savings.push(row);
        }
        let mut lines = group(collect(&purchase_lines, &mut year.rejected, purchase_line));
        for (date, id, mut row) in collect(&purchases, &mut year.rejected, purchase) {
            row.lines = lines.remove(&id).unwrap_or_default();
            let phase = if row.second == DELIVERY_SECOND { Phase::Delivery } else { Phase::Counter };
            push(phase, row.second, 0, date, year.purchases.len());
            year.purchases.push(row);
        }
        for (date, row) in collect(&supplier_payments, &mut year.rejected, supplier_payment) {
            push(Phase::SupplierPayment, 0, 0, date, year.supplier_payments.len());
            year.supplier_payments.push(row);
        }
        let mut lines = group(collect(&sale_lines, &mut year.rejected, sale_line));
        for (date, mut row) in collect(&sales, &mut year.rejected, sale) {
            row.lines = lines.remove(&row.id).unwrap_or_default();
            push(Phase::Counter, row.second, 1, date, year.sales.len());
            year.sales.push(row);
        }
        for (date, row) in collect(&expenses, &mut year.rejected, expense) {
            push(Phase::Expense, 0, 0, date, year.expenses.len());
            year.expenses.push(row);
        }
        for (date, row) in collect(&bon_payments, &mut year.rejected, bon_payment) {
            push(Phase::BonPayment, 0, 0, date, year.bon_payments.len());
            year.bon_payments.push(row);
        }
        for (date, row) in collect(&closings, &mut year.rejected, closing) {
            push(Phase::Closing, 0, 0, date, year.closings.len());
            year.closings.push(row);
        }
        // Rows of one moment keep the order of their file.
        events.sort();
        year.events = events;
        Ok(year)
    }
}

/// Deliveries come at five in the morning, before the counter opens.
const DELIVERY_SECOND: i64 = 5 * 3600;

fn collect<T>(
    table: &Table,
    rejected: &mut Vec<RejectedRow>,
    read: impl Fn(&Row<'_>) -> Result<T, Bad>,
) -> Vec<T> {
    let mut rows = Vec::with_capacity(table.len());
    for row in table.rows() {
        match read(&row) {
            Ok(read) => rows.push(read),
            Err((column, code, message)) => rejected.push(row.reject(column, code, message)),
        }
    }
    rows
}

fn group<T>(lines: Vec<(u64, T)>) -> HashMap<u64, Vec<T>> {
    let mut groups: HashMap<u64, Vec<T>> = HashMap::new();
    for (id, line) in lines {
        groups.entry(id).or_default().push(line);
    }
    groups
}

fn money(row: &Row<'_>, column: &'static str) -> Result<Money, Bad> {
    plain_money(row.get(column)).map_err(|error| bad_number(column, row.get(column), error))
}

fn quantity(row: &Row<'_>, column: &'static str) -> Result<Quantity, Bad> {
    plain_quantity(row.get(column)).map_err(|error| bad_number(column, row.get(column), error))
}

fn bad_number(column: &'static str, text: &str, error: BadNumber) -> Bad {
    let code = match error {
        BadNumber::Empty => "number_missing",
        BadNumber::TooLarge => "amount_too_large",
        _ => "not_a_number",
    };
    (
        column,
        code,
        format!("{text:?} bukan angka yang bisa dibukukan; tulis angka biasa seperti 12500 atau 1.25"),
    )
}

fn id(row: &Row<'_>, column: &'static str) -> Result<u64, Bad> {
    let text = row.get(column);
    text.parse().map_err(|_| (column, "not_a_number", format!("{text:?} bukan nomor")))
}

fn date(row: &Row<'_>, column: &'static str) -> Result<BusinessDate, Bad> {
    let text = row.get(column);
    let bad = || (column, "not_a_date", format!("{text:?} bukan tanggal; tulis seperti 2025-12-31"));
    let date: BusinessDate = text.parse().map_err(|_| bad())?;
    if date.is_valid() { Ok(date) } else { Err(bad()) }
}

/// `2025-01-01T07:02:59`: (date, second of the day).
fn moment(row: &Row<'_>, column: &'static str) -> Result<(BusinessDate, i64), Bad> {
    let text = row.get(column);
    let parsed = chrono::NaiveDateTime::parse_from_str(text, "%Y-%m-%dT%H:%M:%S").map_err(|_| {
        (column, "not_a_date", format!("{text:?} bukan waktu; tulis seperti 2025-12-31T07:02:59"))
    })?;
    let second = i64::from(chrono::Timelike::num_seconds_from_midnight(&parsed));
    Ok((BusinessDate::from_naive(parsed.date()), second))
}

fn word<T: Copy>(row: &Row<'_>, column: &'static str, known: &[(&str, T)]) -> Result<T, Bad> {
    let text = row.get(column);
    known.iter().find(|(word, _)| *word == text).map(|(_, value)| *value).ok_or_else(|| {
        let words: Vec<&str> = known.iter().map(|(word, _)| *word).collect();
        (
            column,
            "unknown_word",
            format!("{text:?} tidak dikenal; pakai salah satu dari {}", words.join(", ")),
        )
    })
}

fn product(row: &Row<'_>) -> Result<Product, Bad> {
    Ok(Product {
        row: row.number,
        id: id(row, "sku_id")?,
        barcode: row.get("barcode").to_owned(),
        name: row.get("name").to_owned(),
        category: row.get("category").to_owned(),
        unit: row.get("unit").to_owned(),
        weighed: word(row, "weighed", &[("0", false), ("1", true)])?,
        cost: money(row, "cost")?,
        member_price: money(row, "member_price")?,
        price: money(row, "price")?,
        reorder_min: match row.get("reorder_min") {
            "" => Quantity::ZERO,
            _ => quantity(row, "reorder_min")?,
        },
    })
}

fn member(row: &Row<'_>) -> Result<Member, Bad> {
    let birth_date = match row.get("birth_date") {
        "" => None,
        text => Some(text.parse().map_err(|_| {
            ("birth_date", "not_a_date", format!("{text:?} bukan tanggal; tulis seperti 1985-08-15"))
        })?),
    };
    Ok(Member {
        row: row.number,
        id: id(row, "member_id")?,
        number: row.get("member_no").to_owned(),
        nik: row.get("nik").to_owned(),
        name: row.get("name").to_owned(),
        female: word(row, "sex", &[("P", true), ("L", false)])?,
        birth_date,
        joined: date(row, "join_date")?,
        active: word(row, "status", &[("aktif", true), ("calon", false)])?,
    })
}

fn savings_row(row: &Row<'_>) -> Result<(BusinessDate, Savings), Bad> {
    let kinds =
        [("pokok", SavingsKind::Pokok), ("wajib", SavingsKind::Wajib), ("sukarela", SavingsKind::Sukarela)];
    let savings = Savings {
        row: row.number,
        member: id(row, "member_id")?,
        kind: word(row, "kind", &kinds)?,
        amount: money(row, "amount")?,
    };
    Ok((date(row, "date")?, savings))
}

fn purchase(row: &Row<'_>) -> Result<(BusinessDate, u64, Purchase), Bad> {
    let (date, second) = moment(row, "ts")?;
    let purchase = Purchase {
        row: row.number,
        second,
        supplier: row.get("supplier").to_owned(),
        credit: word(row, "payment", &[("credit", true), ("cash", false)])?,
        total: money(row, "total")?,
        lines: Vec::new(),
    };
    Ok((date, id(row, "purchase_id")?, purchase))
}

fn purchase_line(row: &Row<'_>) -> Result<(u64, PurchaseLine), Bad> {
    let line = PurchaseLine {
        sku: id(row, "sku_id")?,
        quantity: quantity(row, "qty")?,
        amount: money(row, "amount")?,
    };
    Ok((id(row, "purchase_id")?, line))
}

fn supplier_payment(row: &Row<'_>) -> Result<(BusinessDate, SupplierPayment), Bad> {
    let payment = SupplierPayment {
        row: row.number,
        supplier: row.get("supplier").to_owned(),
        amount: money(row, "amount")?,
    };
    Ok((date(row, "date")?, payment))
}

fn sale(row: &Row<'_>) -> Result<(BusinessDate, Sale), Bad> {
    let (date, second) = moment(row, "ts")?;
    let member = match row.get("member_id") {
        "" => None,
        _ => Some(id(row, "member_id")?),
    };
    let tenders = [("cash", Tender::Cash), ("qris", Tender::Qris), ("bon", Tender::Bon)];
    let is_return = word(row, "kind", &[("sale", false), ("return", true)])?;
    let sale = Sale {
        row: row.number,
        id: id(row, "sale_id")?,
        second,
        cashier: row.get("cashier").to_owned(),
        member,
        tender: word(row, "payment", &tenders)?,
        total: money(row, "total")?,
        tendered: money(row, "tendered")?,
        returns: if is_return { Some(id(row, "ref_sale_id")?) } else { None },
        lines: Vec::new(),
    };
    Ok((date, sale))
}

fn sale_line(row: &Row<'_>) -> Result<(u64, SaleLine), Bad> {
    let line = SaleLine {
        sku: id(row, "sku_id")?,
        quantity: quantity(row, "qty")?,
        unit_price: money(row, "unit_price")?,
        amount: money(row, "amount")?,
        cost: money(row, "cogs")?,
    };
    Ok((id(row, "sale_id")?, line))
}

fn expense(row: &Row<'_>) -> Result<(BusinessDate, Expense), Bad> {
    let expense = Expense {
        row: row.number,
        account: row.get("account").to_owned(),
        bank: word(row, "payment", &[("bank", true), ("cash", false)])?,
        amount: money(row, "amount")?,
        memo: row.get("memo").to_owned(),
    };
    Ok((date(row, "date")?, expense))
}

fn bon_payment(row: &Row<'_>) -> Result<(BusinessDate, BonPayment), Bad> {
    let payment =
        BonPayment { row: row.number, member: id(row, "member_id")?, amount: money(row, "amount")? };
    Ok((date(row, "date")?, payment))
}

fn closing(row: &Row<'_>) -> Result<(BusinessDate, Closing), Bad> {
    let closing = Closing {
        row: row.number,
        opening: money(row, "opening")?,
        to_bank: money(row, "to_bank")?,
        expected: money(row, "expected")?,
        counted: money(row, "counted")?,
    };
    Ok((date(row, "date")?, closing))
}
