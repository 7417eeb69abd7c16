//! A shop's trade through the command line: every row booked, every figure equal to the tables' own sums and
//! to what hledger says of the export.
#![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

mod common;

use common::{Shop, refusal};
use lumbung_app::demo;
use lumbung_primitives::BusinessDate;
use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

type Row = BTreeMap<String, String>;

fn rows(folder: &Path, name: &str) -> Vec<Row> {
    let mut reader = csv::Reader::from_path(folder.join(format!("{name}.csv"))).unwrap();
    reader.deserialize().map(Result::unwrap).collect()
}

fn rp(row: &Row, column: &str) -> i64 {
    row[column].parse().unwrap()
}

/// Thousandths, without the project's own parser.
fn milli(text: &str) -> i64 {
    let (sign, digits) = text.strip_prefix('-').map_or((1, text), |digits| (-1, digits));
    let (whole, rest) = digits.split_once('.').unwrap_or((digits, ""));
    sign * (whole.parse::<i64>().unwrap() * 1000 + format!("{rest:0<3}").parse::<i64>().unwrap())
}

/// Balances by account, and (quantity, value) by item, summed from the tables alone.
fn expected(folder: &Path) -> (BTreeMap<String, i64>, BTreeMap<String, (i64, i64)>) {
    let mut books: BTreeMap<String, i64> = BTreeMap::new();
    let mut stock: BTreeMap<String, (i64, i64)> = BTreeMap::new();
    let mut post = |debit: &str, credit: &str, amount: i64| {
        *books.entry(debit.into()).or_default() += amount;
        *books.entry(credit.into()).or_default() -= amount;
    };
    let mut by_member: BTreeMap<String, bool> = BTreeMap::new();
    for sale in rows(folder, "sales") {
        let member = !sale["member_id"].is_empty();
        let paid = match sale["payment"].as_str() {
            "cash" => "111100",
            "qris" => "112900",
            _ => "113100",
        };
        let income = match (sale["kind"].as_str(), member) {
            ("sale", true) => "411000",
            ("sale", false) => "412000",
            (_, true) => "411900",
            (_, false) => "412900",
        };
        post(paid, income, rp(&sale, "total"));
        by_member.insert(sale["sale_id"].clone(), member);
    }
    for line in rows(folder, "sale_lines") {
        let cost_account = if by_member[&line["sale_id"]] { "511000" } else { "512000" };
        post(cost_account, "114100", rp(&line, "cogs"));
        let shelf = stock.entry(line["sku_id"].clone()).or_default();
        shelf.0 -= milli(&line["qty"]);
        shelf.1 -= rp(&line, "cogs");
    }
    for purchase in rows(folder, "purchases") {
        let paid = if purchase["payment"] == "credit" { "211000" } else { "111100" };
        post("114100", paid, rp(&purchase, "total"));
    }
    for line in rows(folder, "purchase_lines") {
        let shelf = stock.entry(line["sku_id"].clone()).or_default();
        shelf.0 += milli(&line["qty"]);
        shelf.1 += rp(&line, "amount");
    }
    for row in rows(folder, "supplier_payments") {
        post("211000", "112100", rp(&row, "amount"));
    }
    for row in rows(folder, "savings") {
        let account = match row["kind"].as_str() {
            "pokok" => "311000",
            "wajib" => "312000",
            _ => "213000",
        };
        post("111100", account, rp(&row, "amount"));
    }
    for row in rows(folder, "bon_payments") {
        post("111100", "113100", rp(&row, "amount"));
    }
    for row in rows(folder, "expenses") {
        let account = match row["account"].as_str() {
            "Gaji" => "521000",
            "Listrik" | "Internet" => "522000",
            "Sewa" => "525000",
            _ => "523000",
        };
        post(account, if row["payment"] == "bank" { "112100" } else { "111100" }, rp(&row, "amount"));
    }
    for (nth, row) in rows(folder, "cash_closings").iter().enumerate() {
        if nth == 0 {
            post("111100", "313000", rp(row, "opening"));
        }
        let difference = rp(row, "difference");
        post("111100", if difference < 0 { "551000" } else { "419100" }, difference);
        post("112100", "111100", rp(row, "to_bank"));
    }
    books.retain(|_, amount| *amount != 0);
    (books, stock)
}

fn trial_balance(shop: &Shop) -> BTreeMap<String, i64> {
    let balance = shop.json(&["report", "trial-balance"]);
    assert_eq!(balance["total_debit_rp"], balance["total_credit_rp"]);
    let row = |row: &serde_json::Value| {
        let side = |name: &str| row[name].as_i64().unwrap();
        assert!(side("debit_rp") == 0 || side("credit_rp") == 0, "{row}");
        (row["code"].as_str().unwrap().to_owned(), side("debit_rp") - side("credit_rp"))
    };
    balance["rows"].as_array().unwrap().iter().map(row).collect()
}

#[test]
fn a_quarter_of_trade_agrees_with_its_tables_and_with_hledger() {
    let shop = Shop::new();
    let tables = shop.path("tables");
    let first = BusinessDate::from_ymd(2025, 1, 1).unwrap();
    let year = demo::Shop { seed: 11, first, days: 90, sales_per_day: 60, products: 150, members: 70 };
    demo::write_year(&year, &tables).unwrap();

    let folder = tables.to_str().unwrap();
    let imported = shop.json(&["import-year", folder]);
    assert_eq!(imported["rejected"], serde_json::json!([]));
    assert_eq!(imported["differences"], serde_json::json!([]));
    assert_eq!(imported["sales"], rows(&tables, "sales").len());

    let (books, stock) = expected(&tables);
    assert_eq!(trial_balance(&shop), books);
    let report = shop.json(&["report", "stock"]);
    let held: BTreeMap<String, (i64, i64)> = report["rows"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| {
            let number = |name: &str| row[name].as_i64().unwrap();
            (row["sku"].as_str().unwrap().to_owned(), (number("quantity_milli"), number("value_rp")))
        })
        .collect();
    assert_eq!(held, stock);

    let journal = shop.path("books.journal");
    assert!(shop.run(&["export", "hledger", "-o", journal.to_str().unwrap()]).status.success());
    assert_eq!(hledger(&journal), books);

    let state = shop.state();
    assert_eq!(refusal(&shop.run(&["import-year", folder])), "date_not_possible", "the same year twice");
    assert_eq!(shop.json(&["rebuild"])["state_hash"], state.as_str());
    assert_eq!(shop.state(), state);

    let backup = shop.path("copy.db");
    let copied = shop.json(&["backup", backup.to_str().unwrap()]);
    assert_eq!(copied["state_hash"], state.as_str());
    assert_eq!(refusal(&shop.run(&["backup", backup.to_str().unwrap()])), "already_there");
}

/// Balances by account code, as hledger sums the export.
fn hledger(journal: &Path) -> BTreeMap<String, i64> {
    let run = |arguments: &[&str]| {
        let output = Command::new("hledger").arg("-f").arg(journal).args(arguments).output();
        assert!(output.is_ok(), "hledger is missing: apt-get install hledger");
        let output = output.unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    run(&["check"]);
    let text = run(&["balance", "--flat", "--no-total", "--output-format", "csv"]);
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    let balances = reader.records().map(|row| {
        let row = row.unwrap();
        let code = row[0].rsplit(':').next().unwrap()[..6].to_owned();
        (code, row[1].replace(" IDR", "").parse().unwrap())
    });
    balances.collect()
}
