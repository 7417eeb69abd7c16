//! Search as one types, over fifty thousand items, against an FTS5 prefix index in the same SQLCipher build.

use crate::figure::{Figure, Goal};
use crate::shop::{self, connect};
use anyhow::Result;
use lumbung_app::App;
use std::fmt::Write;
use std::path::Path;
use std::time::Instant;

const ITEMS: u64 = 50_000;
const QUERIES: usize = 2_000;

pub(crate) fn measure() -> Result<Vec<Figure>> {
    let folder = tempfile::tempdir()?;
    let names = names();
    let mut app = shop::found(folder.path())?;
    let table = folder.path().join("barang.csv");
    let mut csv = String::from("sku,barcode,name,unit,price\n");
    for (nth, name) in names.iter().enumerate() {
        writeln!(csv, "{nth},,{name},pcs,1000")?;
    }
    std::fs::write(&table, csv)?;
    app.import_products(&table)?;
    let index = fts(folder.path(), &names)?;
    let mut statement = index.prepare("SELECT rowid FROM item_name WHERE item_name MATCH ?1 LIMIT 20")?;
    let (mut ours, mut limit) = (Vec::new(), Vec::new());
    for query in queries(&names) {
        ours.push(search(&mut app, &query)?);
        let prefixes: Vec<String> = query.split_whitespace().map(|word| format!("\"{word}\"*")).collect();
        let began = Instant::now();
        let rows: Vec<i64> =
            statement.query_map([prefixes.join(" ")], |row| row.get(0))?.collect::<Result<_, _>>()?;
        limit.push(began.elapsed().as_secs_f64() * 1e6);
        std::hint::black_box(rows);
    }
    Ok(vec![Figure {
        name: "search".into(),
        unit: "us",
        ours,
        limit,
        goal: Goal { p50: Some(3.0), p99: Some(2.0), mean: None },
        work: format!(
            "{QUERIES} typed fragments over {ITEMS} items; ours best sellers first with price and stock"
        ),
    }])
}

fn search(app: &mut App, query: &str) -> Result<f64> {
    let began = Instant::now();
    let answer = app.search_items(query)?;
    let took = began.elapsed().as_secs_f64() * 1e6;
    std::hint::black_box(answer.hits.len());
    Ok(took)
}

fn fts(folder: &Path, names: &[String]) -> Result<rusqlite::Connection> {
    let connection = connect(&folder.join("fts.db"), &"ab".repeat(32))?;
    connection.execute_batch(
        "CREATE VIRTUAL TABLE item_name USING fts5(name, tokenize = 'unicode61', prefix = '2 3'); BEGIN;",
    )?;
    for name in names {
        connection.prepare_cached("INSERT INTO item_name VALUES (?1)")?.execute([name])?;
    }
    connection.execute_batch("COMMIT; INSERT INTO item_name(item_name) VALUES ('optimize');")?;
    Ok(connection)
}

const FIRST: [&str; 20] = [
    "Beras", "Gula", "Minyak", "Tepung", "Telur", "Kecap", "Sabun", "Kopi", "Teh", "Susu", "Garam", "Bawang",
    "Cabai", "Mi", "Biskuit", "Kerupuk", "Sarden", "Pupuk", "Pakan", "Buku",
];
const SECOND: [&str; 25] = [
    "pandan", "ketan", "merah", "putih", "goreng", "instan", "bubuk", "curah", "manis", "asin", "pedas",
    "cair", "kelapa", "udang", "ayam", "sapi", "tulis", "mandi", "cuci", "celup", "kental", "rendang",
    "soto", "halus", "kasar",
];
const BRAND: [&str; 25] = [
    "Melati",
    "Garuda",
    "Rajawali",
    "Kencana",
    "Merpati",
    "Srikandi",
    "Nusa",
    "Lestari",
    "Cahaya",
    "Mutiara",
    "Purnama",
    "Pelangi",
    "Barokah",
    "Sejahtera",
    "Bintang",
    "Mekar",
    "Anugerah",
    "Sinar",
    "Gunung",
    "Mawar",
    "Subur",
    "Makmur",
    "Kelinci",
    "Naga",
    "Payung",
];
const SIZE: [&str; 4] = ["100 g", "250 g", "1 kg", "600 ml"];

fn names() -> Vec<String> {
    (0..ITEMS)
        .map(|nth| {
            let pick =
                |from: &[&'static str], by: u64| from[usize::try_from(nth / by).unwrap_or(0) % from.len()];
            format!("{} {} {} {}", pick(&FIRST, 1), pick(&SECOND, 20), pick(&BRAND, 500), pick(&SIZE, 12_500))
        })
        .collect()
}

/// Beginnings of three to eight letters, pairs of them, as a person stops typing.
fn queries(names: &[String]) -> Vec<String> {
    (0..QUERIES)
        .map(|nth| {
            let name = &names[nth * 7_919 % names.len()];
            let words: Vec<&str> = name.split(' ').take(3).collect();
            let cut = |word: &str| word.chars().take(3 + nth % 6).collect::<String>().to_lowercase();
            let one = cut(words[nth % 3]);
            if nth % 4 == 0 { format!("{} {one}", cut(words[(nth + 1) % 3])) } else { one }
        })
        .collect()
}
