//! A receipt printer is a byte stream; here it is a file.
#![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use lumbung_app::ambient::SystemClock;
use lumbung_app::cart::{Cart, CartLine};
use lumbung_app::item::SaveItem;
use lumbung_app::sale::{RecordSale, Tender};
use lumbung_app::shift::OpenShift;
use lumbung_app::{App, NewCooperative, Place};
use lumbung_primitives::{Money, Quantity};
use std::path::Path;

fn shop(folder: &Path) -> App {
    let place = Place::new(&folder.join("ledger.db"), Some(&folder.join("ledger.key")));
    let new = NewCooperative { name: "KDMP Cetak".into(), region_code: String::new() };
    let (mut app, _) = App::found(&place, &new, Box::new(SystemClock)).unwrap();
    app.act_as_operator();
    app
}

fn sell(app: &mut App) -> String {
    let item = app
        .save_item(SaveItem {
            item: None,
            sku: String::new(),
            barcodes: vec![],
            name: "Telur ayam".into(),
            category: String::new(),
            unit: "kg".into(),
            weighed: true,
            price_rp: Money(28_000),
            member_price_rp: Money(28_000),
            reorder_min: Quantity(0),
            active: true,
        })
        .unwrap()
        .item;
    let business_date = app.shift_proposal().unwrap().business_date;
    app.open_shift(OpenShift { business_date, float_rp: Money(0) }).unwrap();
    let draft_id = app.current_cart().unwrap().draft_id;
    let cart = Cart { draft_id, member: None, lines: vec![CartLine { item, quantity: Quantity(1_250) }] };
    let request = RecordSale { cart, tender: Tender::Cash, tendered_rp: Money(50_000) };
    app.record_sale(request).unwrap().receipt_no
}

/// Waits for the worker; a printer that never prints fails the test.
fn printed(file: &Path) -> Vec<u8> {
    for _ in 0..500 {
        let bytes = std::fs::read(file).unwrap();
        if !bytes.is_empty() {
            return bytes;
        }
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    Vec::new()
}

fn holds(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

#[test]
fn a_sale_prints_itself_and_opens_the_drawer() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("lp0");
    std::fs::write(&file, "").unwrap();
    let mut app = shop(folder.path());
    app.set_printer(file.to_str().unwrap()).unwrap();
    let receipt_no = sell(&mut app);
    let bytes = printed(&file);
    assert!(bytes.starts_with(b"\x1b@"), "ESC @ comes first");
    assert!(holds(&bytes, b"\x1bp\x00\x19\xfa"), "the drawer opens for cash");
    assert!(holds(&bytes, receipt_no.as_bytes()));
    assert!(holds(&bytes, b"Kembali                   15.000"));
    assert!(!holds(&bytes, b"SALINAN"));

    std::fs::write(&file, "").unwrap();
    let sale = app.find_receipt(&receipt_no).unwrap().sale;
    app.print_copy(sale).unwrap();
    let copy = printed(&file);
    assert!(holds(&copy, b"SALINAN"));
    assert!(!holds(&copy, b"\x1bp\x00"), "a copy leaves the drawer shut");
}

#[test]
fn a_printer_that_is_not_there_stops_no_sale_and_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let mut app = shop(folder.path());
    app.set_printer(folder.path().join("absent").to_str().unwrap()).unwrap();
    let receipt_no = sell(&mut app);
    assert!(app.find_receipt(&receipt_no).is_ok());
    let notice = (0..500).find_map(|_| {
        std::thread::sleep(std::time::Duration::from_millis(20));
        app.status().unwrap().printer_notice
    });
    assert!(notice.is_some_and(|notice| notice.contains("F7")));
}
