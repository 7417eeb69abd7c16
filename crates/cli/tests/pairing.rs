//! Pairing that goes wrong: each says what and what next, and leaves nothing half-done.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test may stop at the first surprise")]

mod centre;
mod common;

use centre::{Centre, Till, founded, invited, joined, synced};

#[test]
fn wrong_codes_and_addresses_leave_nothing_behind() {
    let folder = tempfile::tempdir().unwrap();
    let centre = Centre::on_sqlite(folder.path(), 1);
    let books = founded(&centre, &folder.path().join("a"));
    let code = invited(&books);
    let url = centre.url();
    let till = Till::at(&folder.path().join("b"));
    let mistyped =
        if code.ends_with('0') { format!("{}1", &code[..22]) } else { format!("{}0", &code[..22]) };
    for (server, code, expected) in [
        (url.as_str(), "7K3MQ", "code_mistyped"),
        (url.as_str(), mistyped.as_str(), "code_refused"),
        ("ftp://pusat.example", code.as_str(), "bad_address"),
        ("http://pusat.example", code.as_str(), "address_not_secret"),
        ("http://127.0.0.1:9", code.as_str(), "no_line"),
    ] {
        assert_eq!(till.refusal(&["enrol", "--server", server, "--code", code]), expected);
        assert!(!till.ledger.exists(), "{expected}");
    }
    // The right code still works, with the key that lay there already; once.
    till.json(&["enrol", "--server", &url, "--code", &code]);
    let late = Till::at(&folder.path().join("c"));
    assert_eq!(late.refusal(&["enrol", "--server", &url, "--code", &code]), "code_refused");
    assert_eq!(till.refusal(&["enrol", "--server", &url, "--code", &code]), "already_paired");
    assert_eq!(books.json(&["device", "invite"])["letter"], "C");
    assert_eq!(till.refusal(&["device", "invite"]), "not_books_device");
}

#[test]
fn a_founders_code_founds_nothing_and_registers_once() {
    let folder = tempfile::tempdir().unwrap();
    let centre = Centre::on_sqlite(folder.path(), 2);
    let books = founded(&centre, &folder.path().join("a"));
    let (_, code) = centre.add_coop();
    let url = centre.url();
    let nowhere = Till::at(&folder.path().join("b"));
    assert_eq!(nowhere.refusal(&["enrol", "--server", &url, "--code", &code]), "founder_code");
    assert_eq!(books.refusal(&["enrol", "--server", &url, "--code", &code]), "other_cooperative");
    // A copy from before it was paired cannot register the cooperative at another place.
    let alone = Till::at(&folder.path().join("c"));
    alone.json(&["init", "--name", "KDMP Lain"]);
    assert_eq!(alone.refusal(&["sync"]), "not_paired");
    assert_eq!(alone.refusal(&["device", "invite"]), "not_paired");
    alone.json(&["enrol", "--server", &url, "--code", &code]);
}

#[test]
fn until_keys_are_handed_over_it_sells_and_names_are_numbers() {
    let folder = tempfile::tempdir().unwrap();
    let centre = Centre::on_sqlite(folder.path(), 3);
    let books = founded(&centre, &folder.path().join("a"));
    let till = Till::at(&folder.path().join("b"));
    till.json(&["enrol", "--server", &centre.url(), "--code", &invited(&books)]);
    assert_eq!(till.json(&["staff", "list"])["rows"][0]["name"], "1-3");
    assert_eq!(till.sell(3).len(), 3);
    let refused = till.app().add_staff("Budi", lumbung_app::session::Role::Cashier, "654321");
    assert_eq!(refused.map_err(|error| error.code), Err("keys_missing".to_owned()));
    synced(&till);
    synced(&books);
    // The same four words on both screens.
    let words = |till: &Till, of: &str| till.json(&["device", "list"])[of].clone();
    let own = words(&till, "own_words");
    let rows = words(&books, "rows");
    let card = rows.as_array().unwrap().iter().find(|row| row["letter"] == "B").unwrap();
    assert_eq!((&card["words"], card["state"].as_str()), (&own, Some("waits_for_keys")));
    assert_eq!(
        books.json(&["device", "grant"])["granted"].as_array().map(Vec::len),
        Some(0),
        "nobody compared"
    );
    books.json(&["device", "grant", "B", "--yes"]);
    synced(&till);
    assert_eq!(till.json(&["staff", "list"])["rows"][0]["name"], "Siti Rahma");
    assert!(till.app().add_staff("Budi", lumbung_app::session::Role::Cashier, "654321").is_ok());
    synced(&till);
    synced(&books);
    assert_eq!(till.state(), books.state());
}

#[test]
fn after_a_theft_a_new_key_reaches_the_tills_that_remain() {
    let folder = tempfile::tempdir().unwrap();
    let centre = Centre::on_sqlite(folder.path(), 4);
    let books = founded(&centre, &folder.path().join("a"));
    let stolen = joined(&centre, &books, &folder.path().join("b"));
    let other = joined(&centre, &books, &folder.path().join("c"));
    books.json(&["device", "revoke", "B"]);
    books.app().add_staff("Rahayu", lumbung_app::session::Role::Cashier, "111222").unwrap();
    synced(&books);
    synced(&other);
    let names = |till: &Till| till.json(&["staff", "list"])["rows"].to_string();
    assert!(names(&other).contains("Rahayu"), "{}", names(&other));
    assert_eq!(stolen.refusal(&["sync"]), "series_ended");
    // And it writes with the new key too.
    other.app().add_staff("Wayan", lumbung_app::session::Role::Cashier, "111333").unwrap();
    synced(&other);
    synced(&books);
    assert!(names(&books).contains("Wayan"), "{}", names(&books));
    assert_eq!(other.state(), books.state());
}

#[test]
fn documents_travel_by_stick_without_a_line() {
    let folder = tempfile::tempdir().unwrap();
    let centre = Centre::on_sqlite(folder.path(), 5);
    let books = founded(&centre, &folder.path().join("a"));
    let till = joined(&centre, &books, &folder.path().join("b"));
    let stick = folder.path().join("stick");
    std::fs::create_dir_all(&stick).unwrap();
    let file = |name: &str| stick.join(name).display().to_string();
    centre.proxy.set_cut(true);
    books.sell(4);
    till.sell(300);
    let out = till.json(&["courier", "export", &file("b.lumbung")]);
    assert!(out["pushed"].as_u64() > Some(300), "{out}");
    let taken = books.json(&["courier", "import", &file("b.lumbung")]);
    assert_eq!(taken["pulled"], 301, "{taken}");
    books.json(&["courier", "export", &file("a.lumbung")]);
    till.json(&["courier", "import", &file("a.lumbung")]);
    assert_eq!(books.state(), till.state());
    assert_eq!(books.json(&["courier", "import", &file("b.lumbung")])["pulled"], 0, "twice is once");
    // What both hold needs not be carried again.
    books.sell(1);
    let small = books.json(&["courier", "export", &file("a2.lumbung")]);
    assert!(small["pushed"].as_u64() < Some(10), "{small}");
    till.json(&["courier", "import", &file("a2.lumbung")]);
    assert_eq!(books.state(), till.state());
    let bytes = std::fs::read(file("b.lumbung")).unwrap();
    std::fs::write(file("cut.lumbung"), &bytes[..bytes.len() / 2]).unwrap();
    assert_eq!(books.refusal(&["courier", "import", &file("cut.lumbung")]), "courier_cut");
    std::fs::write(file("odd.lumbung"), b"not a courier").unwrap();
    assert_eq!(books.refusal(&["courier", "import", &file("odd.lumbung")]), "not_a_courier");
    // When the line comes back, nothing is doubled.
    centre.proxy.set_cut(false);
    synced(&books);
    synced(&till);
    synced(&books);
    assert_eq!(books.state(), till.state());
    assert_eq!(books.stock_milli(), -305_000);
}
