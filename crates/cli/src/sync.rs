//! Pairing, devices and sync from a script.

use crate::arguments::{Arguments, Courier, Device, EndReason};
use crate::output::answer;
use lumbung_app::ambient::SystemClock;
use lumbung_app::sync::view::{DeviceCard, DeviceState, EndDevice, EndOfDevice, Pairing};
use lumbung_app::sync::{Round, Runner, Synced, Trouble, courier_export, courier_import};
use lumbung_app::{Answer, App, Place};
use serde_json::json;
use std::io::{BufRead, IsTerminal, Write};

/// A line that fails so often in a row is left for another day.
const TRIES: u32 = 30;

/// The founder registers, a missing store is made as a further till, an ended one enrols anew.
pub(crate) fn enrol(arguments: &Arguments, server: &str, code: &str) -> Answer<bool> {
    let pairing = Pairing { url: server.to_owned(), code: code.to_owned() };
    let mut app = if arguments.db.exists() {
        let mut app = App::open(&arguments.db, arguments.key_file.as_deref())?;
        crate::run::sign_in(&mut app, arguments.staff.as_deref())?;
        if app.enrols_anew(&pairing)? {
            drop(app);
            let place = Place::new(&arguments.db, arguments.key_file.as_deref());
            app = App::enrol_anew(&place, &pairing, Box::new(SystemClock))?;
            app.act_as_operator();
        } else {
            app.enrol(&pairing)?;
        }
        app
    } else {
        let place = Place::for_founding(&arguments.db, arguments.key_file.as_deref());
        let mut app = App::join(&place, &pairing, Box::new(SystemClock))?;
        app.act_as_operator();
        app
    };
    let synced = Runner::default().until_current(&mut app, TRIES);
    let (device_id, letter) = app.own_name()?;
    let said = json!({ "device_id": device_id, "letter": letter, "synced": synced.is_ok() });
    answer(arguments.json, &said, || {
        let mut lines = vec![format!("perangkat {letter} · {server}")];
        lines.extend(synced.as_ref().err().map(ToString::to_string));
        lines
    });
    Ok(true)
}

pub(crate) fn sync(app: &mut App, as_json: bool, once: bool, server: Option<&str>) -> Answer<bool> {
    let mut runner = Runner::at(server);
    let synced = if once {
        let Round { synced, trouble } = runner.round(app)?;
        if let Some(trouble) = trouble {
            return Err(trouble.into());
        }
        synced
    } else {
        runner.until_current(app, TRIES)?
    };
    let Synced { pushed, pulled, bytes_up, bytes_down, pending } = synced;
    let said = json!({
        "pushed": pushed, "pulled": pulled, "bytes_up": bytes_up, "bytes_down": bytes_down, "pending": pending,
    });
    answer(as_json, &said, || {
        vec![format!(
            "{pushed} terkirim, {pulled} diterima, {pending} menunggu, {bytes_up}+{bytes_down} bita"
        )]
    });
    Ok(true)
}

/// In the words of `sync`: what goes out is pushed, what comes in is pulled.
pub(crate) fn courier(app: &mut App, as_json: bool, courier: &Courier) -> Answer<bool> {
    let (done, pushed, bytes_up, bytes_down) = match courier {
        Courier::Export { file, full } => {
            let done = courier_export(app, file, *full)?;
            let (documents, bytes) = (done.documents, done.bytes);
            (done, documents, bytes, 0)
        }
        Courier::Import { file } => {
            let done = courier_import(app, file)?;
            let bytes = done.bytes;
            (done, 0, 0, bytes)
        }
    };
    let pulled = done.new_documents;
    let pending = app.status()?.documents_waiting;
    let said = json!({
        "pushed": pushed, "pulled": pulled, "bytes_up": bytes_up, "bytes_down": bytes_down, "pending": pending,
    });
    answer(as_json, &said, || vec![format!("{}: {} dokumen, {pulled} baru", done.path, done.documents)]);
    Ok(true)
}

pub(crate) fn device(app: &mut App, as_json: bool, device: &Device) -> Answer<bool> {
    match device {
        Device::Invite => {
            let invitation = app.invite_device()?;
            let pushed = Runner::default().until_current(app, TRIES);
            let expires = app.local_time_in(invitation.minutes);
            let said = json!({
                "code": invitation.code, "expires": expires, "letter": invitation.letter,
                "minutes": invitation.minutes, "pushed": pushed.is_ok(),
            });
            answer(as_json, &said, || {
                let mut lines =
                    vec![format!("perangkat {}: {} (sampai {expires})", invitation.letter, invitation.code)];
                lines.extend(pushed.as_ref().err().map(ToString::to_string));
                lines
            });
            Ok(true)
        }
        Device::List => {
            let page = app.device_page()?;
            answer(as_json, &json!({ "rows": page.devices, "own_words": page.own_words }), || {
                let mut lines: Vec<String> = page.devices.iter().map(line).collect();
                lines.extend(page.own_words.map(|words| format!("kata perangkat ini: {}", words.join(" "))));
                lines
            });
            Ok(true)
        }
        Device::Grant { letter, yes } => grant(app, as_json, letter.as_deref(), *yes),
        Device::TakeBooks { second } => {
            let _ = Runner::default().until_current(app, TRIES);
            let second = crate::run::staff_named(app, second)?;
            let pin = crate::run::read_pin()?;
            app.take_books(second, &pin)?;
            let pushed = Runner::default().until_current(app, TRIES).is_ok();
            answer(as_json, &json!({ "keeps_books": true, "pushed": pushed }), || {
                vec!["perangkat ini memegang buku".to_owned()]
            });
            Ok(true)
        }
        Device::Revoke { letter, reason } => {
            // Where there is a line, what the centre holds of the device is known before its series ends.
            let _ = Runner::default().until_current(app, TRIES);
            let device_no = find(app, letter)?.device_no;
            let reason = match reason {
                EndReason::Fork => EndOfDevice::Fork,
                EndReason::Revoked => EndOfDevice::Revoked,
                EndReason::WrittenOff => EndOfDevice::WrittenOff,
            };
            app.end_device(&EndDevice { device_no, reason })?;
            let pushed = Runner::default().until_current(app, TRIES).is_ok();
            answer(as_json, &json!({ "ended": letter, "pushed": pushed }), || {
                vec![format!("perangkat {letter} diakhiri")]
            });
            Ok(true)
        }
    }
}

/// Hands the keys to one till, or to every one that waits for them.
fn grant(app: &mut App, as_json: bool, letter: Option<&str>, yes: bool) -> Answer<bool> {
    let _ = Runner::default().until_current(app, TRIES);
    let waiting = if let Some(letter) = letter {
        vec![find(app, letter)?]
    } else {
        let devices = app.device_page()?.devices;
        devices.into_iter().filter(|card| card.state == DeviceState::WaitsForKeys && !card.this_one).collect()
    };
    let mut granted = Vec::new();
    for card in waiting {
        if yes || same_words(&card) {
            app.grant_keys(card.device_no)?;
            granted.push(card.letter);
        }
    }
    let pushed = !granted.is_empty() && Runner::default().until_current(app, TRIES).is_ok();
    answer(as_json, &json!({ "granted": granted, "pushed": pushed }), || {
        granted.iter().map(|letter| format!("kunci diserahkan ke perangkat {letter}")).collect()
    });
    Ok(true)
}

/// Asks the person who compared. Without a terminal nobody is there to ask.
fn same_words(card: &DeviceCard) -> bool {
    let Some(words) = &card.words else { return false };
    if !std::io::stdin().is_terminal() {
        return false;
    }
    eprint!("Perangkat {}: {}\nSama dengan layar di sana? (ya/tidak) ", card.letter, words.join(" "));
    let _ = std::io::stderr().flush();
    let mut said = String::new();
    let read = std::io::stdin().lock().read_line(&mut said).is_ok();
    read && matches!(said.trim().to_lowercase().as_str(), "ya" | "y" | "yes")
}

fn find(app: &mut App, letter: &str) -> Answer<DeviceCard> {
    let devices = app.device_page()?.devices;
    let found = devices.into_iter().find(|card| card.letter.eq_ignore_ascii_case(letter));
    Ok(found.ok_or_else(|| Trouble::DeviceUnknown(letter.to_owned()))?)
}

fn line(card: &DeviceCard) -> String {
    let own = if card.this_one { " (ini)" } else { "" };
    let letter = if card.letter.is_empty() { "pusat" } else { &card.letter };
    let note = card.note.as_deref().unwrap_or("");
    let last = card.last_document.as_deref().unwrap_or("-");
    format!("{letter:<6}{own} {:?} {} dokumen, terakhir {last} {note}", card.state, card.documents)
}
