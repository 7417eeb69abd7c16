use super::*;
use crate::test_random::Counting;
use std::cell::RefCell;

fn secrets(first: u8) -> DeviceSecrets {
    DeviceSecrets::generate(&Counting::from(first))
}

fn folder() -> tempfile::TempDir {
    tempfile::tempdir().unwrap()
}

#[test]
fn keys_come_back_from_their_file() {
    let folder = folder();
    let place = KeyPlace::File(folder.path().join("keys.json"));
    assert!(place.load().unwrap().is_none());
    place.store_new(&secrets(1)).unwrap();
    let loaded = place.load().unwrap().unwrap();
    assert_eq!(loaded.db_key_hex(), secrets(1).db_key_hex());
    assert_eq!(loaded.public_key(), secrets(1).public_key());
    assert_eq!(loaded.exchange_public_key(), secrets(1).exchange_public_key());
    assert_eq!(loaded.pepper(), secrets(1).pepper());
    let names: Vec<_> =
        fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(names, ["keys.json"], "no draft stays behind");
}

#[test]
fn the_file_is_one_line_of_version_one() {
    let folder = folder();
    let path = folder.path().join("keys.json");
    KeyPlace::File(path.clone()).store_new(&secrets(0)).unwrap();
    let text = fs::read_to_string(path).unwrap();
    assert!(text.starts_with(r#"{"version":1,"db_key":"000102"#), "{text}");
    assert_eq!(text.lines().count(), 1);
    assert!(text.ends_with("}\n"));
}

#[cfg(unix)]
#[test]
fn only_the_owner_may_read_it() {
    use std::os::unix::fs::PermissionsExt;
    let folder = folder();
    let path = folder.path().join("keys.json");
    KeyPlace::File(path.clone()).store_new(&secrets(1)).unwrap();
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    // Rights widened later, by a copy to another disk, do not stop the shop from opening.
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
    assert!(KeyPlace::File(path).load().unwrap().is_some());
}

#[test]
fn an_existing_file_is_never_overwritten() {
    for content in [b"".as_slice(), b"garbage", b"{\"version\":1"] {
        let folder = folder();
        let path = folder.path().join("keys.json");
        fs::write(&path, content).unwrap();
        let refused = KeyPlace::File(path.clone()).store_new(&secrets(1));
        assert!(matches!(refused, Err(VaultError::AlreadyThere { .. })));
        assert_eq!(fs::read(&path).unwrap(), content);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
    }
}

#[cfg(unix)]
#[test]
fn a_dangling_link_counts_as_there() {
    let folder = folder();
    let path = folder.path().join("keys.json");
    std::os::unix::fs::symlink(folder.path().join("elsewhere"), &path).unwrap();
    let refused = KeyPlace::File(path).store_new(&secrets(1));
    assert!(matches!(refused, Err(VaultError::AlreadyThere { .. })));
    assert!(!folder.path().join("elsewhere").exists());
}

#[test]
fn the_exclusive_way_does_not_overwrite_either() {
    let folder = folder();
    let path = folder.path().join("keys.json");
    write_exclusive(&path, b"first").unwrap();
    assert_eq!(write_exclusive(&path, b"second").unwrap_err().kind(), io::ErrorKind::AlreadyExists);
    assert_eq!(fs::read(&path).unwrap(), b"first");
}

#[test]
fn every_truncation_is_an_error_and_stays_as_it_was() {
    let folder = folder();
    let path = folder.path().join("keys.json");
    let place = KeyPlace::File(path.clone());
    place.store_new(&secrets(1)).unwrap();
    let whole = fs::read(&path).unwrap();
    // The last byte is the line's end, whose loss loses nothing.
    for length in 0..whole.len() - 1 {
        fs::write(&path, &whole[..length]).unwrap();
        assert!(matches!(place.load(), Err(VaultError::Malformed { .. })), "{length}");
        assert_eq!(fs::read(&path).unwrap(), &whole[..length]);
    }
}

#[test]
fn odd_files_are_named_for_what_they_are() {
    let folder = folder();
    let path = folder.path().join("keys.json");
    let place = KeyPlace::File(path.clone());
    place.store_new(&secrets(1)).unwrap();
    let good = fs::read_to_string(&path).unwrap();

    fs::write(&path, good.replace("\"version\":1", "\"version\":2")).unwrap();
    assert!(matches!(place.load(), Err(VaultError::WrongVersion { found: 2, known: 1, .. })));

    let long = format!("{}{}", good, " ".repeat(10_000));
    for bad in [
        good.replace("pin_pepper", "pepper"),
        good.replace("\"db_key\":\"01", "\"db_key\":\"0x"),
        good.replace("\"db_key\":\"01", "\"db_key\":\""),
        good.replace("{\"version\":1", "{\"version\":1,\"extra\":0"),
        good.replace("\"version\":1", "\"version\":-1"),
        format!("{good}{good}"),
        "[]".to_owned(),
        "\u{feff}".to_owned() + &good,
    ] {
        assert_ne!(bad, good);
        fs::write(&path, &bad).unwrap();
        assert!(matches!(place.load(), Err(VaultError::Malformed { .. })), "{bad}");
    }
    fs::write(&path, long).unwrap();
    assert!(place.load().is_ok(), "blanks after the line do no harm");
    assert!(KeyPlace::File(folder.path().to_owned()).load().is_err(), "a folder is no key file");
}

#[test]
fn errors_hold_no_key() {
    let folder = folder();
    let path = folder.path().join("keys.json");
    let place = KeyPlace::File(path.clone());
    place.store_new(&secrets(1)).unwrap();
    let damaged = fs::read_to_string(&path).unwrap().replace("}\n", ",");
    fs::write(&path, damaged).unwrap();
    let error = place.load().unwrap_err();
    assert!(!format!("{error} {error:?}").contains("010203"));
}

/// A key store in memory that may forget or refuse.
#[derive(Default)]
struct Memory {
    text: RefCell<Option<String>>,
    forgets: bool,
    locked: bool,
}

impl Shelf for Memory {
    fn read(&self) -> Result<Option<Zeroizing<String>>, VaultError> {
        Ok(self.text.borrow().clone().map(Zeroizing::new))
    }
    fn write(&self, text: &str) -> Result<(), VaultError> {
        if self.locked {
            return Err(VaultError::KeyringUnavailable { reason: "locked".to_owned() });
        }
        if !self.forgets {
            *self.text.borrow_mut() = Some(text.to_owned());
        }
        Ok(())
    }
    fn delete(&self) -> Result<(), VaultError> {
        *self.text.borrow_mut() = None;
        Ok(())
    }
}

#[test]
fn a_key_store_is_proved_by_writing() {
    let good = Memory::default();
    assert!(probe(&good, "token").is_ok());
    assert!(good.text.borrow().is_none(), "the proof is taken away again");
    assert!(matches!(
        probe(&Memory { forgets: true, ..Memory::default() }, "token"),
        Err(VaultError::KeyringForgets)
    ));
    let locked = probe(&Memory { locked: true, ..Memory::default() }, "token");
    assert!(matches!(locked, Err(VaultError::KeyringUnavailable { .. })));
}

#[test]
fn a_key_store_entry_is_never_overwritten() {
    let shelf = Memory::default();
    put_new(&shelf, "first", "here").unwrap();
    assert!(matches!(put_new(&shelf, "second", "here"), Err(VaultError::AlreadyThere { .. })));
    assert_eq!(shelf.text.borrow().as_deref(), Some("first"));
    let forgetful = Memory { forgets: true, ..Memory::default() };
    assert!(matches!(put_new(&forgetful, "first", "here"), Err(VaultError::KeyringForgets)));
}

#[test]
fn what_waits_takes_the_place_once() {
    let folder = folder();
    let place = KeyPlace::File(folder.path().join("keys.json"));
    place.store_new(&secrets(1)).unwrap();
    place.take_next().unwrap();
    assert_eq!(place.load().unwrap().unwrap().public_key(), secrets(1).public_key(), "nothing waited");
    place.next().store_new(&secrets(2)).unwrap();
    for _ in 0..2 {
        place.take_next().unwrap();
        assert_eq!(place.load().unwrap().unwrap().public_key(), secrets(2).public_key());
        assert!(place.next().load().unwrap().is_none());
    }
}

#[test]
fn an_entry_that_waits_is_let_go_once_it_stands() {
    let (shelf, next) = (Memory::default(), Memory::default());
    put_new(&shelf, "first", "here").unwrap();
    put_over(&shelf, &next).unwrap();
    assert_eq!(shelf.text.borrow().as_deref(), Some("first"));
    next.write("second").unwrap();
    put_over(&shelf, &next).unwrap();
    assert_eq!(shelf.text.borrow().as_deref(), Some("second"));
    assert!(next.text.borrow().is_none());
    let forgetful = Memory { forgets: true, ..Memory::default() };
    next.write("third").unwrap();
    assert!(put_over(&forgetful, &next).is_err());
    assert!(next.text.borrow().is_some(), "it still waits");
}

/// A build machine may have no key store. Then the probe says so at once; it never hangs and never passes.
#[test]
fn the_probe_of_this_computer_passes_or_says_why_not() {
    let outcome = probe_keyring();
    let told = matches!(outcome, Err(VaultError::KeyringUnavailable { .. } | VaultError::KeyringForgets));
    assert!(outcome.is_ok() || told, "{outcome:?}");
}
