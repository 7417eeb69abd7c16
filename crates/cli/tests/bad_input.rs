//! What goes wrong at a counter and on a desk: each is a clear sentence with a next step, and nothing is lost
//! or half done.
#![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

mod common;

use common::{Shop, refusal};
use std::path::Path;
use std::process::Command;

const GOOD: &str = "sku,barcode,name,unit,price\n1,8992696404441,Beras,kg,12500\n";

/// What a refused act must leave as it was.
fn refused_and_unchanged(shop: &Shop, arguments: &[&str]) -> String {
    let before = shop.state();
    let code = refusal(&shop.run(arguments));
    assert_eq!(shop.state(), before, "{arguments:?} changed something");
    code
}

fn import(shop: &Shop, name: &str, bytes: impl AsRef<[u8]>) -> String {
    let file = shop.write(name, bytes);
    refused_and_unchanged(shop, &["import", "products", file.to_str().unwrap()])
}

#[test]
fn tables_that_cannot_be_read_book_nothing() {
    let shop = Shop::new();
    assert_eq!(import(&shop, "a.csv", "sku,name,unit\n1,Beras,kg\n"), "column_missing");
    assert_eq!(import(&shop, "b.csv", b"sku,name,unit,price\n1,Kop\xe9,pcs,1000\n"), "wrong_encoding");
    assert_eq!(import(&shop, "c.csv", "sku,name,unit,price\n1,Beras,kg,12500\n2,Gula,kg"), "truncated");
    assert_eq!(import(&shop, "d.csv", "sku,name,unit,price\n1,Beras,kg,125"), "truncated");
    assert_eq!(import(&shop, "e.csv", ""), "file_empty");
    assert_eq!(import(&shop, "f.pdf", "%PDF"), "file_kind");
    assert_eq!(import(&shop, "g.xlsx", "PK no workbook"), "file_unreadable");
    let missing = shop.path("absent.csv");
    assert_eq!(
        refused_and_unchanged(&shop, &["import", "products", missing.to_str().unwrap()]),
        "file_missing"
    );
    let folder = shop.path("no-year");
    std::fs::create_dir(&folder).unwrap();
    assert_eq!(refused_and_unchanged(&shop, &["import-year", folder.to_str().unwrap()]), "file_missing");
}

#[test]
fn bad_rows_are_listed_and_good_ones_booked() {
    let shop = Shop::new();
    let table = "sku;barcode;name;unit;price\n\
        1;8992696404441;Beras;kg;12500\n\
        2;8992696404441;Gula;kg;15000\n\
        3;8991234567890;Kopi;pcs;5000\n\
        4;;Teh;pcs;1000000000000000\n\
        5;;Garam;pcs;-1\n\
        6;;;pcs;100\n\
        7;;Mi;pcs;dua ribu\n\
        8;;=HYPERLINK(\"x\");pcs;2000\n";
    let file = shop.write("barang.csv", table);
    let output = shop.run(&["import", "products", file.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(1));
    let answer: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(answer["booked"], 2, "{answer}");
    let rejected: Vec<(u64, &str)> = answer["rejected"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| (row["row"].as_u64().unwrap(), row["code"].as_str().unwrap()))
        .collect();
    assert_eq!(
        rejected,
        [
            (3, "barcode_taken"),
            (4, "check_digit"),
            (5, "not_a_number"),
            (6, "amount_not_positive"),
            (7, "field_missing"),
            (8, "not_a_number"),
        ]
    );
    shop.state();
}

#[test]
fn a_barcode_that_is_known_is_not_booked_again() {
    let shop = Shop::new();
    let file = shop.write("barang.csv", GOOD);
    assert!(shop.run(&["import", "products", file.to_str().unwrap()]).status.success());
    let before = shop.state();
    let output = shop.run(&["import", "products", file.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(shop.state(), before);
}

#[test]
fn a_wrong_or_missing_key_opens_and_makes_nothing() {
    let shop = Shop::new();
    let other = Shop::new();
    let before = std::fs::read(shop.path("ledger.db")).unwrap();
    let wrong = shop.run_on(&shop.path("ledger.db"), &other.path("ledger.key"), &["verify"]);
    assert_eq!(refusal(&wrong), "wrong_key");
    let absent = shop.path("absent.key");
    assert_eq!(refusal(&shop.run_on(&shop.path("ledger.db"), &absent, &["verify"])), "key_missing");
    assert!(!absent.exists());
    let torn = shop.write("torn.key", "{\"version\":1,\"db_");
    assert_eq!(refusal(&shop.run_on(&shop.path("ledger.db"), &torn, &["verify"])), "vault");
    assert_eq!(std::fs::read(shop.path("ledger.db")).unwrap(), before);
    shop.state();
}

#[test]
fn files_that_are_no_ledger_are_told_apart() {
    let shop = Shop::new();
    let key = shop.path("ledger.key");
    let verify = |path: &Path| refusal(&shop.run_on(path, &key, &["verify"]));
    assert_eq!(verify(&shop.path("absent.db")), "ledger_missing");
    assert!(!shop.path("absent.db").exists());
    assert_eq!(verify(&shop.write("plain.db", b"SQLite format 3\0 and more of it")), "not_encrypted");
    assert_eq!(verify(&shop.write("empty.db", "")), "damaged");
    let whole = std::fs::read(shop.path("ledger.db")).unwrap();
    let half = verify(&shop.write("half.db", &whole[..whole.len() / 2]));
    assert!(half == "damaged" || half == "wrong_key", "{half}");
    assert_eq!(verify(&shop.write("noise.db", vec![0x5a; 8192])), "wrong_key");
    assert_eq!(refusal(&shop.run(&["init", "--name", "Dua"])), "already_there");
    shop.state();
}

#[test]
fn a_store_of_a_newer_program_is_left_alone() {
    let shop = Shop::new();
    let key = key_of(&shop);
    let connection = rusqlite::Connection::open(shop.path("ledger.db")).unwrap();
    connection.pragma_update(None, "key", format!("x'{key}'")).unwrap();
    connection.pragma_update(None, "user_version", 99).unwrap();
    drop(connection);
    assert_eq!(refusal(&shop.run(&["verify"])), "newer_store");
}

fn key_of(shop: &Shop) -> String {
    let text = std::fs::read_to_string(shop.path("ledger.key")).unwrap();
    let key: serde_json::Value = serde_json::from_str(&text).unwrap();
    key["db_key"].as_str().unwrap().to_owned()
}

#[test]
fn a_second_program_on_the_same_file_waits_its_turn() {
    let shop = Shop::new();
    let app = lumbung_app::App::open(&shop.path("ledger.db"), Some(&shop.path("ledger.key"))).unwrap();
    assert_eq!(refusal(&shop.run(&["verify"])), "ledger_in_use");
    drop(app);
    shop.state();
}

/// Runs a shell line as a file system with a limit or without rights would let it; `None` where this machine
/// does not allow making one.
fn on_mount(shop: &Shop, options: &str) -> Option<std::path::PathBuf> {
    let place = shop.path("mount");
    std::fs::create_dir(&place).unwrap();
    let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", options, "tmpfs"]).arg(&place).status();
    mounted.is_ok_and(|status| status.success()).then_some(place)
}

struct Mounted(std::path::PathBuf);

impl Drop for Mounted {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

fn skipped(what: &str) {
    println!("SKIPPED: {what}: mounting is not allowed here");
    if let Ok(file) = std::env::var("LUMBUNG_COUNTS") {
        let line = format!("skipped: {what} 1\n");
        let mut old = std::fs::read_to_string(&file).unwrap_or_default();
        old.push_str(&line);
        std::fs::write(file, old).unwrap();
    }
}

#[test]
fn a_full_disk_loses_nothing_that_was_there() {
    let shop = Shop::nowhere();
    let Some(place) = on_mount(&shop, "size=3m") else { return skipped("a full disk") };
    let _mounted = Mounted(place.clone());
    let (ledger, key) = (place.join("ledger.db"), place.join("ledger.key"));
    let run = |arguments: &[&str]| shop.run_on(&ledger, &key, arguments);
    assert!(run(&["init", "--name", "KDMP Penuh"]).status.success());
    let few = shop.write("few.csv", GOOD);
    assert!(run(&["import", "products", few.to_str().unwrap()]).status.success());
    let mut many = String::from("sku,name,unit,price\n");
    for nth in 2..20_000 {
        use std::fmt::Write;
        writeln!(many, "{nth},Barang dengan nama yang cukup panjang {nth},pcs,1000").unwrap();
    }
    let many = shop.write("many.csv", many);
    assert_eq!(refusal(&run(&["import", "products", many.to_str().unwrap()])), "disk_full");
    // Room again: what was booked before is whole, and groups that were committed are whole too.
    let grown = Command::new("mount").args(["-o", "remount,size=64m"]).arg(&place).status();
    assert!(grown.unwrap().success());
    let verdict = run(&["verify"]);
    assert!(verdict.status.success(), "{}", String::from_utf8_lossy(&verdict.stdout));
    let stock = run(&["report", "members"]);
    assert!(stock.status.success());
}

#[test]
fn a_read_only_folder_is_told() {
    let shop = Shop::nowhere();
    let Some(place) = on_mount(&shop, "size=4m") else { return skipped("a read-only folder") };
    let _mounted = Mounted(place.clone());
    let (ledger, key) = (place.join("ledger.db"), place.join("ledger.key"));
    assert!(shop.run_on(&ledger, &key, &["init", "--name", "KDMP Baca"]).status.success());
    let locked = Command::new("mount").args(["-o", "remount,ro"]).arg(&place).status();
    assert!(locked.unwrap().success());
    assert_eq!(refusal(&shop.run_on(&ledger, &key, &["verify"])), "read_only");
    let new =
        refusal(&shop.run_on(&place.join("new.db"), &place.join("new.key"), &["init", "--name", "Baru"]));
    assert!(new == "read_only" || new == "vault", "{new}");
}

#[test]
fn bad_usage_exits_with_two() {
    let shop = Shop::new();
    for arguments in
        [&["report"][..], &["init"], &["no-such-word"], &["report", "trial-balance", "--form", "x"]]
    {
        assert_eq!(shop.run(arguments).status.code(), Some(2), "{arguments:?}");
    }
    assert_eq!(refusal(&shop.run(&["report", "trial-balance", "--from", "kemarin"])), "bad_date");
}
