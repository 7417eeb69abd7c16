//! What a thief reads and what a meddler changes: nothing, and not unseen.
#![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use lumbung_app::ambient::SystemClock;
use lumbung_app::member::{MemberStatus, SaveMember};
use lumbung_app::{App, NewCooperative, Place};
use lumbung_primitives::Money;
use rusqlite::Connection;
use std::path::Path;

const NIK: &str = "9999015508859991";

fn shop(folder: &Path) -> App {
    let place = Place::new(&folder.join("ledger.db"), Some(&folder.join("ledger.key")));
    let new = NewCooperative { name: "KDMP Rahasia".into(), region_code: String::new() };
    let (mut app, _) = App::found(&place, &new, Box::new(SystemClock)).unwrap();
    app.act_as_operator();
    let table = folder.join("barang.csv");
    std::fs::write(&table, "sku,name,unit,price\n1,Beras Penanda,kg,12500\n2,Gula Penanda,kg,15000\n")
        .unwrap();
    app.import_products(&table).unwrap();
    std::fs::remove_file(table).unwrap();
    app.save_member(SaveMember {
        member: None,
        member_no: "A00001".into(),
        name: "Sulastri Penanda".into(),
        phone: "081234567890".into(),
        address: "Dusun Penanda".into(),
        status: MemberStatus::Active,
        joined: None,
        sex: None,
        birth_date: None,
        nik: NIK.into(),
        bon_limit_rp: Money(0),
    })
    .unwrap();
    app
}

fn open(folder: &Path) -> Result<App, lumbung_app::AppError> {
    let mut app = App::open(&folder.join("ledger.db"), Some(&folder.join("ledger.key")))?;
    app.act_as_operator();
    Ok(app)
}

/// A connection with the key, past the program.
fn meddle(folder: &Path) -> Connection {
    let text = std::fs::read_to_string(folder.join("ledger.key")).unwrap();
    let key: serde_json::Value = serde_json::from_str(&text).unwrap();
    let connection = Connection::open(folder.join("ledger.db")).unwrap();
    connection.pragma_update(None, "key", format!("x'{}'", key["db_key"].as_str().unwrap())).unwrap();
    connection
}

#[test]
fn no_file_holds_plain_text() {
    let folder = tempfile::tempdir().unwrap();
    let mut app = shop(folder.path());
    let draft_id = app.current_cart().unwrap().draft_id;
    app.update_cart(lumbung_app::cart::Cart { draft_id, ..lumbung_app::cart::Cart::default() }).unwrap();
    let mut files = 0;
    for entry in std::fs::read_dir(folder.path()).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "key") {
            continue;
        }
        let bytes = std::fs::read(&path).unwrap();
        for secret in ["Penanda", "081234567890", NIK, "SQLite format 3", "document_log"] {
            let found = bytes.windows(secret.len()).any(|window| window == secret.as_bytes());
            assert!(!found, "{} holds {secret}", path.display());
        }
        files += 1;
    }
    assert!(files >= 3, "the ledger, its WAL and the drafts");
}

#[test]
fn the_log_refuses_to_be_changed_even_with_the_key() {
    let folder = tempfile::tempdir().unwrap();
    drop(shop(folder.path()));
    let connection = meddle(folder.path());
    for sql in ["UPDATE document_log SET body = x'00'", "DELETE FROM document_log WHERE doc > 0"] {
        let refused = connection.execute(sql, []).unwrap_err();
        assert!(refused.to_string().contains("append-only"), "{refused}");
    }
}

#[test]
fn an_edited_sum_is_found_and_mended_by_a_rebuild() {
    let folder = tempfile::tempdir().unwrap();
    drop(shop(folder.path()));
    let connection = meddle(folder.path());
    connection.execute("INSERT INTO account_total VALUES (2, 2026, 111100, 1, 0, 5000, 0)", []).unwrap();
    drop(connection);
    let mut app = open(folder.path()).unwrap();
    let verdict = app.verify(&mut |_, _| ()).unwrap();
    assert!(verdict.faults.iter().any(|fault| fault.contains("projections differ")), "{:?}", verdict.faults);
    // From here on nothing is written, and what was read stays readable.
    let draft = SaveMember {
        member: None,
        member_no: "A00002".into(),
        name: "Baru".into(),
        phone: String::new(),
        address: String::new(),
        status: MemberStatus::Active,
        joined: None,
        sex: None,
        birth_date: None,
        nik: String::new(),
        bon_limit_rp: Money(0),
    };
    assert_eq!(app.save_member(draft).unwrap_err().code, "stopped");
    assert_eq!(app.item_page("beras", 0, 5).unwrap().total, 1);
    assert!(app.status().unwrap().fault.is_some());
    app.rebuild(&mut |_, _| ()).unwrap();
    assert!(app.verify(&mut |_, _| ()).unwrap().faults.is_empty());
}

#[test]
fn a_document_that_was_rewritten_breaks_the_chain() {
    let folder = tempfile::tempdir().unwrap();
    drop(shop(folder.path()));
    for (meddling, found) in [
        // Another body under the same header.
        (
            "UPDATE document_log SET body = x'8200f6' WHERE doc = (SELECT max(doc) - 1 FROM document_log)",
            "body",
        ),
        // A document taken out.
        ("DELETE FROM document_log WHERE doc = (SELECT max(doc) - 1 FROM document_log)", "missing"),
    ] {
        let copy = tempfile::tempdir().unwrap();
        for name in ["ledger.db", "ledger.key"] {
            std::fs::copy(folder.path().join(name), copy.path().join(name)).unwrap();
        }
        let connection = meddle(copy.path());
        connection
            .execute_batch(
                "DROP TRIGGER document_log_is_never_updated; DROP TRIGGER document_log_is_never_deleted;",
            )
            .unwrap();
        connection.execute_batch(meddling).unwrap();
        drop(connection);
        match open(copy.path()) {
            Ok(mut app) => {
                let faults = app.verify(&mut |_, _| ()).unwrap().faults;
                assert!(faults.iter().any(|fault| fault.contains(found)), "{meddling}: {faults:?}");
            }
            Err(error) => assert_eq!(error.code, "damaged", "{meddling}"),
        }
    }
}

#[test]
fn a_flipped_bit_anywhere_is_found() {
    let folder = tempfile::tempdir().unwrap();
    drop(shop(folder.path()));
    let whole = std::fs::read(folder.path().join("ledger.db")).unwrap();
    let copy = tempfile::tempdir().unwrap();
    std::fs::copy(folder.path().join("ledger.key"), copy.path().join("ledger.key")).unwrap();
    let places = 64;
    for nth in 0..places {
        // The first 16 bytes are the cipher's salt, which follows from the key: nobody reads it there.
        let at = 16 + (whole.len() - 16) / places * nth + nth * 61 % 997;
        let mut bent = whole.clone();
        bent[at] ^= 1 << (nth % 8);
        std::fs::write(copy.path().join("ledger.db"), &bent).unwrap();
        let faults = match open(copy.path()) {
            Ok(mut app) => app.verify(&mut |_, _| ()).map_or(1, |report| report.faults.len()),
            Err(_) => 1,
        };
        assert!(faults > 0, "a bit at byte {at} of {} went unseen", whole.len());
    }
}
