//! A till that dies in the middle of a stream of sales: what was acknowledged is there, whole, once.
#![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use lumbung_app::ambient::SystemClock;
use lumbung_app::cart::{Cart, CartLine};
use lumbung_app::sale::{RecordSale, Tender};
use lumbung_app::shift::OpenShift;
use lumbung_app::{App, NewCooperative, Place};
use lumbung_primitives::{Money, Quantity};
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// More rounds by `LUMBUNG_KILL_ROUNDS`; before a release 200.
const ROUNDS: u32 = 12;

/// The folder in which `sells_until_it_is_killed` works; unset, that test has nothing to do.
const FOLDER: &str = "LUMBUNG_SELL_IN";

/// Not a test but the program that is killed: this test program starts itself with `FOLDER` set.
#[test]
fn sells_until_it_is_killed() {
    let Ok(folder) = std::env::var(FOLDER) else { return };
    let mut app = open(Path::new(&folder));
    if app.status().unwrap().shift.is_none() {
        let business_date = app.shift_proposal().unwrap().business_date;
        app.open_shift(OpenShift { business_date, float_rp: Money(0) }).unwrap();
    }
    let items = app.item_page("", 0, 5).unwrap().rows;
    let mut out = std::io::stdout().lock();
    loop {
        let draft_id = app.current_cart().unwrap().draft_id;
        let lines = items.iter().take(3).map(|row| CartLine { item: row.item, quantity: Quantity(1000) });
        let cart = Cart { draft_id, member: None, lines: lines.collect() };
        app.update_cart(cart.clone()).unwrap();
        let request = RecordSale { cart, tender: Tender::Cash, tendered_rp: Money(1_000_000) };
        let done = app.record_sale(request).unwrap();
        // Said only after the sale is durable: from here on it must never be missing.
        writeln!(out, "\nsold {}", done.receipt_no).unwrap();
        out.flush().unwrap();
    }
}

fn open(folder: &Path) -> App {
    let mut app = App::open(&folder.join("ledger.db"), Some(&folder.join("ledger.key"))).unwrap();
    app.act_as_operator();
    app
}

/// Milliseconds that differ from round to round and run to run.
fn some_while(round: u32) -> Duration {
    let nanos = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().subsec_nanos();
    Duration::from_millis(u64::from((nanos / 1000 + round * 37) % 120))
}

#[test]
fn every_acknowledged_sale_survives_a_kill() {
    let folder = tempfile::tempdir().unwrap();
    let place = Place::new(&folder.path().join("ledger.db"), Some(&folder.path().join("ledger.key")));
    let new = NewCooperative { name: "KDMP Padam".into(), region_code: String::new() };
    let (mut app, _) = App::found(&place, &new, Box::new(SystemClock)).unwrap();
    app.act_as_operator();
    let table = folder.path().join("barang.csv");
    std::fs::write(&table, "sku,name,unit,price\n1,Beras,kg,12500\n2,Gula,kg,15000\n3,Teh,pcs,3000\n")
        .unwrap();
    assert_eq!(app.import_products(&table).unwrap().booked, 3);
    drop(app);

    let rounds = std::env::var("LUMBUNG_KILL_ROUNDS").map_or(ROUNDS, |rounds| rounds.parse().unwrap());
    let mut acknowledged = 0;
    for round in 0..rounds {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "sells_until_it_is_killed", "--nocapture"])
            .env(FOLDER, folder.path())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
        let mut sold = lines.filter_map(|line| line.strip_prefix("sold ").map(str::to_owned));
        let mut receipts = vec![sold.next().unwrap()];
        std::thread::sleep(some_while(round));
        child.kill().unwrap();
        receipts.extend(sold);
        child.wait().unwrap();

        let mut app = open(folder.path());
        for receipt_no in &receipts {
            let receipt = app.find_receipt(receipt_no).unwrap();
            assert_eq!((receipt.lines.len(), receipt.total_rp.0), (3, 30_500), "{receipt_no}");
        }
        acknowledged += receipts.len();
        let last: u64 = receipts.last().unwrap()[2..].parse().unwrap();
        // At most one sale was durable and not yet said; none is there twice.
        let beyond = app.find_receipt(&format!("A-{:06}", last + 2));
        assert!(beyond.is_err(), "sales that nobody made");
        let cart = app.current_cart().unwrap();
        assert!(cart.lines.len() <= 3);
        let verdict = app.verify(&mut |_, _| ()).unwrap();
        assert!(verdict.faults.is_empty(), "{:?}", verdict.faults);
    }
    println!("{rounds} kills, {acknowledged} acknowledged sales, none missing");
    if let Ok(file) = std::env::var("LUMBUNG_COUNTS") {
        let old = std::fs::read_to_string(&file).unwrap_or_default();
        std::fs::write(file, format!("{old}kills in a stream of sales {rounds}\n")).unwrap();
    }
}
