//! A cloned disk, a copy put back, a till that was ended: found out, and nothing honest is lost or doubled.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test may stop at the first surprise")]

mod centre;
mod common;

use centre::{Centre, Till, founded, invited, joined, synced};
use lumbung_app::cart::{Cart, CartLine};
use lumbung_app::sale::{RecordReturn, RecordSale, ReturnLine, Tender};
use lumbung_primitives::{Money, Quantity};
use std::path::Path;

/// Ledger, key and drafts, as a disk that is copied.
fn clone_disk(from: &Till, to: &Path) -> Till {
    let clone = Till::at(to);
    std::fs::copy(&from.ledger, &clone.ledger).unwrap();
    std::fs::copy(&from.key, &clone.key).unwrap();
    clone
}

fn renew(centre: &Centre, books: &Till, till: &Till) -> String {
    let code = invited(books);
    let answer = till.json(&["enrol", "--server", &centre.url(), "--code", &code]);
    assert_eq!(answer["synced"], true, "{answer}");
    answer["letter"].as_str().unwrap().to_owned()
}

fn all_equal(tills: &[&Till], sold: usize) {
    for till in tills.iter().chain(tills) {
        synced(till);
    }
    let states: Vec<_> = tills.iter().map(|till| till.state()).collect();
    assert!(states.iter().all(|state| state.0 == states[0].0), "{states:?}");
    for till in tills {
        assert_eq!(till.stock_milli(), -1_000 * i64::try_from(sold).unwrap(), "{}", till.ledger.display());
    }
}

#[test]
fn a_cloned_disk_is_found_out_and_both_go_on() {
    let folder = tempfile::tempdir().unwrap();
    let centre = Centre::on_sqlite(folder.path(), 1);
    let books = founded(&centre, &folder.path().join("a"));
    let honest = joined(&centre, &books, &folder.path().join("b"));
    honest.sell(3);
    synced(&honest);
    // Sold and not sent when the disk was copied: both have these two.
    honest.sell(2);
    let clone = clone_disk(&honest, &folder.path().join("clone"));
    honest.sell(4);
    synced(&honest);
    clone.sell(5);
    assert_eq!(clone.refusal(&["sync"]), "series_forked");
    assert_eq!(clone.refusal(&["sync", "--once"]), "series_forked", "also after a restart");
    // It sells on, and what it sells is kept.
    clone.sell(1);
    // The one that keeps the books hears of it and ends the series where the centre acknowledged it.
    synced(&books);
    let devices = books.json(&["device", "list"]);
    let card = devices["rows"].as_array().unwrap().iter().find(|row| row["letter"] == "B").unwrap();
    assert_eq!(card["state"], "forked", "{card}");
    books.json(&["device", "revoke", "B", "--reason", "fork"]);
    assert_eq!(renew(&centre, &books, &clone), "C");
    assert_eq!(honest.refusal(&["sync"]), "series_ended");
    honest.sell(2);
    assert_eq!(renew(&centre, &books, &honest), "D");
    all_equal(&[&books, &honest, &clone], 3 + 2 + 4 + 5 + 1 + 2);
    // Whoever sat there signs in as before, and names are read: keys and PINs came along.
    assert_eq!(clone.json(&["staff", "list"])["rows"][0]["name"], "Siti Rahma");
    assert!(clone.folder().join("ledger.ended-B.db").exists());
}

#[test]
fn a_copy_put_back_is_found_out_and_its_sales_come_along() {
    let folder = tempfile::tempdir().unwrap();
    let centre = Centre::on_sqlite(folder.path(), 2);
    let books = founded(&centre, &folder.path().join("a"));
    let till = joined(&centre, &books, &folder.path().join("b"));
    till.sell(4);
    synced(&till);
    let copy = folder.path().join("b/copy.db");
    till.json(&["backup", copy.to_str().unwrap()]);
    till.sell(6);
    synced(&till);
    // Another laptop gets the copy, by hand, without the word `restore`.
    let by_hand = Till::at(&folder.path().join("by-hand"));
    std::fs::copy(&copy, &by_hand.ledger).unwrap();
    std::fs::copy(&till.key, &by_hand.key).unwrap();
    by_hand.sell(3);
    let refused = by_hand.refusal(&["sync"]);
    assert!(matches!(refused.as_str(), "store_restored" | "series_forked"), "{refused}");
    assert_eq!(renew(&centre, &books, &by_hand), "C");
    // And one by the word.
    let restored = Till::at(&folder.path().join("restored"));
    std::fs::copy(&till.key, &restored.key).unwrap();
    let said = restored.json(&["restore", copy.to_str().unwrap()]);
    assert_eq!(said["sha256"].as_str().map(str::len), Some(64));
    restored.sell(2);
    assert_eq!(restored.refusal(&["sync"]), "store_restored");
    assert_eq!(renew(&centre, &books, &restored), "D");
    all_equal(&[&books, &by_hand, &restored], 4 + 6 + 3 + 2);
}

#[test]
fn an_enrolment_that_was_cut_anywhere_is_taken_up_again() {
    let folder = tempfile::tempdir().unwrap();
    let centre = Centre::on_sqlite(folder.path(), 3);
    let books = founded(&centre, &folder.path().join("a"));
    let till = joined(&centre, &books, &folder.path().join("b"));
    till.sell(5);
    books.json(&["device", "revoke", "B"]);
    assert_eq!(till.refusal(&["sync"]), "series_ended");
    let code = invited(&books);
    // Shot after ever longer times, until it comes through.
    let mut cut = 0;
    loop {
        let mut command = till.command(&["enrol", "--server", &centre.url(), "--code", &code]);
        let mut process =
            command.stdout(std::process::Stdio::null()).stderr(std::process::Stdio::null()).spawn().unwrap();
        std::thread::sleep(std::time::Duration::from_millis(2 + 9 * cut));
        let ended = process.try_wait().unwrap();
        if ended.is_none() {
            process.kill().unwrap();
            process.wait().unwrap();
        }
        cut += 1;
        let letter = till.json(&["device", "list"])["rows"]
            .as_array()
            .unwrap()
            .iter()
            .find(|row| row["this_one"] == true)
            .map(|row| row["letter"].as_str().unwrap().to_owned());
        if letter.as_deref() == Some("C") {
            break;
        }
        assert!(cut < 200, "it never comes through");
    }
    synced(&till);
    all_equal(&[&books, &till], 5);
}

#[test]
fn the_till_that_keeps_the_books_is_lost_and_comes_back_from_a_copy() {
    let folder = tempfile::tempdir().unwrap();
    let centre = Centre::on_sqlite(folder.path(), 4);
    let books = founded(&centre, &folder.path().join("a"));
    let other = joined(&centre, &books, &folder.path().join("b"));
    books.sell(3);
    let copy = folder.path().join("copy.db");
    books.json(&["backup", copy.to_str().unwrap()]);
    books.sell(4);
    synced(&books);
    // Its disk is gone; the copy lies on a stick, the key on paper.
    std::fs::remove_file(&books.ledger).unwrap();
    books.json(&["restore", copy.to_str().unwrap()]);
    books.sell(2);
    assert_eq!(books.refusal(&["sync"]), "store_restored");
    // The centre ends the series and gives out a number of its block.
    let handle = centre.coop.borrow().clone();
    centre.admin(&["device", "revoke", &handle, "A"]);
    let invited = centre.admin(&["device", "invite", &handle]);
    let code = invited["pairing_code"].as_str().unwrap();
    let answer = books.json(&["enrol", "--server", &centre.url(), "--code", code]);
    assert_eq!(answer["letter"], "CW", "the first of the centre's block");
    all_equal(&[&books, &other], 3 + 4 + 2);
    // Two people name the next keeper of the books; then tills are invited there again.
    assert_eq!(books.refusal(&["device", "invite"]), "not_books_device");
    let mut command = books.command(&["device", "take-books", "--second", "Siti Rahma"]);
    let mut process =
        command.stdin(std::process::Stdio::piped()).stdout(std::process::Stdio::piped()).spawn().unwrap();
    std::io::Write::write_all(&mut process.stdin.take().unwrap(), b"123456\n").unwrap();
    assert!(process.wait().unwrap().success());
    assert_eq!(books.json(&["device", "invite"])["letter"], "C");
    all_equal(&[&books, &other], 3 + 4 + 2);
}

fn member(number: &str, name: &str, nik: &str) -> lumbung_app::member::SaveMember {
    lumbung_app::member::SaveMember {
        member: None,
        member_no: number.into(),
        name: name.into(),
        phone: String::new(),
        address: "Dusun Krajan".into(),
        status: lumbung_app::member::MemberStatus::Active,
        joined: None,
        sex: None,
        birth_date: None,
        nik: nik.into(),
        bon_limit_rp: Money(500_000),
    }
}

fn soap() -> lumbung_app::item::SaveItem {
    lumbung_app::item::SaveItem {
        item: None,
        sku: "S1".into(),
        barcodes: Vec::new(),
        name: "Sabun mandi".into(),
        category: String::new(),
        unit: "pcs".into(),
        weighed: false,
        price_rp: Money(4_000),
        member_price_rp: Money(4_000),
        reorder_min: Quantity(0),
        active: true,
    }
}

/// Everything that a till can write, unsent when its series ends: members with names, bon, returns, savings,
/// edits of edits, and a shift.
#[test]
fn whatever_was_written_comes_along_with_what_it_refers_to() {
    let folder = tempfile::tempdir().unwrap();
    let centre = Centre::on_sqlite(folder.path(), 5);
    let books = founded(&centre, &folder.path().join("a"));
    let till = joined(&centre, &books, &folder.path().join("b"));
    till.sell(2);
    synced(&till);
    let mut app = till.app();
    let item = app.search_items("teh").unwrap().hits[0].item;
    let manager = app.staff_list().unwrap()[0].staff;
    let cashier = app.add_staff("Putu", lumbung_app::session::Role::Cashier, "222333").unwrap();
    let mut person = member("B0001", "Dewi Lestari", "3201011508859991");
    let dewi = app.save_member(person.clone()).unwrap().member;
    person.member = Some(dewi);
    person.phone = "081234567890".into();
    app.save_member(person).unwrap();
    let soap = app.save_item(soap()).unwrap().item;
    // Signed in, so that the papers name who wrote them: somebody whose own document is an orphan.
    app.unlock(cashier, "222333").unwrap();
    let sell = |app: &mut lumbung_app::App, item, tender| {
        let draft_id = app.current_cart().unwrap().draft_id;
        let lines = vec![CartLine { item, quantity: Quantity(3_000) }];
        let cart = Cart { draft_id, member: Some(dewi), lines };
        app.record_sale(RecordSale { cart, tender, tendered_rp: Money(30_000) }).unwrap()
    };
    let bought = sell(&mut app, soap, Tender::Bon);
    let cash = sell(&mut app, item, Tender::Cash);
    sell(&mut app, item, Tender::Cash);
    let receipt = bought.receipt_no.clone();
    app.record_savings(lumbung_app::member::RecordSavings {
        draft_id: "s1".into(),
        member: dewi,
        kind: lumbung_app::member::SavingsKind::Wajib,
        amount_rp: Money(10_000),
    })
    .unwrap();
    app.record_bon_payment(lumbung_app::member::RecordBonPayment {
        draft_id: "b1".into(),
        member: dewi,
        amount_rp: Money(1_000),
    })
    .unwrap();
    app.record_return(RecordReturn {
        sale: bought.sale,
        lines: vec![ReturnLine { line: 0, quantity: Quantity(1_000) }],
        damaged: false,
        draft_id: "r1".into(),
    })
    .unwrap();
    app.unlock(manager, "123456").unwrap_err();
    app.act_as_operator();
    app.lock().unwrap();
    app.reverse(cash.sale, lumbung_app::journal::ReversalReason::EnteredTwice).unwrap();
    drop(app);
    let figures = |till: &Till| {
        ["trial-balance", "stock", "members"].map(|report| {
            let mut words = vec!["report", report];
            words.extend((report == "members").then_some("--reveal"));
            till.json(&words)
        })
    };
    let before = figures(&till);
    assert!(before[2].to_string().contains("Dewi Lestari"), "{}", before[2]);
    books.json(&["device", "revoke", "B", "--reason", "written-off"]);
    assert_eq!(till.refusal(&["sync"]), "series_ended");
    assert_eq!(renew(&centre, &books, &till), "C");
    assert_eq!(figures(&till), before);
    let other = folder.path().join("a");
    synced(&Till::at(&other));
    assert_eq!(figures(&books), before, "and everywhere else");
    all_equal(&[&books, &till], 2 + 3);
    // The slip in the customer's hand is still found, and the shift goes on.
    let mut app = till.app();
    let slip = app.find_receipt(&receipt).unwrap();
    assert_eq!((slip.receipt_no, slip.member_name.as_deref()), (receipt, Some("Dewi Lestari")));
    assert!(app.status().unwrap().shift.is_some());
    assert!(app.search_members("dewi 0812").unwrap()[0].bon_rp > Money(0));
}
