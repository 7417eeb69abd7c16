//! Each command through the door.

use crate::arguments::{Arguments, Command, Export, Import, Lang, Report, Staff, StaffRole};
use crate::output::{answer, progress};
use lumbung_app::ambient::SystemClock;
use lumbung_app::import::{Imported, RejectedRow};
use lumbung_app::session::{Language, Role};
use lumbung_app::{Answer, App, AppError, NewCooperative, Place, Refused, demo};
use serde_json::{json, to_value};
use std::io::{BufRead, Write};
use std::path::Path;

/// `Ok(false)` is a clear no: a row was refused, a fault was found.
pub(crate) fn run(arguments: Arguments) -> Answer<bool> {
    if let Some(lang) = arguments.lang {
        lumbung_app::error::speak(match lang {
            Lang::Id => Language::Id,
            Lang::En => Language::En,
        });
    }
    match &arguments.command {
        Command::Init { name, region } => init(&arguments, name, region),
        Command::Demo { dir, days, seed } => make_demo(&arguments, dir, *days, *seed),
        Command::Restore { file } => restore(&arguments, file),
        Command::Enrol { server, code } => crate::sync::enrol(&arguments, server, code),
        _ => on_ledger(&arguments),
    }
}

fn init(arguments: &Arguments, name: &str, region: &str) -> Answer<bool> {
    let place = Place::for_founding(&arguments.db, arguments.key_file.as_deref());
    let new = NewCooperative { name: name.to_owned(), region_code: region.to_owned() };
    let (_, founded) = App::found(&place, &new, Box::new(SystemClock))?;
    answer(arguments.json, &json!(founded), || {
        vec![
            format!("{name}: {}", arguments.db.display()),
            format!("perangkat {} · koperasi {}", founded.letter, founded.coop_id),
            format!("kunci: {}", place.key),
            "Simpan salinan kunci buku terpisah dari laptop: tanpa kunci, buku tidak bisa dibuka.".to_owned(),
        ]
    });
    Ok(true)
}

fn restore(arguments: &Arguments, file: &Path) -> Answer<bool> {
    let place = Place::new(&arguments.db, arguments.key_file.as_deref());
    let (_, restored) = App::restore(&place, file, Box::new(SystemClock))?;
    answer(arguments.json, &json!(restored), || {
        vec![
            format!("{}: sha256 {}", arguments.db.display(), restored.sha256),
            "Salinan lama: minta kode perangkat baru, lalu `lumbung enrol`.".to_owned(),
        ]
    });
    Ok(true)
}

fn make_demo(arguments: &Arguments, dir: &Path, days: u32, seed: u64) -> Answer<bool> {
    let made = demo::make(dir, days, seed, &mut progress("demo"))?;
    answer(arguments.json, &json!(made), || {
        let mut lines = vec![format!("{}: {} dokumen", made.ledger.display(), made.documents)];
        lines.extend(
            made.staff.iter().map(|staff| format!("{} ({}) PIN {}", staff.name, staff.role, staff.pin)),
        );
        lines
    });
    Ok(true)
}

fn on_ledger(arguments: &Arguments) -> Answer<bool> {
    let mut app = App::open(&arguments.db, arguments.key_file.as_deref())?;
    if let Some(lang) = arguments.lang {
        lumbung_app::error::speak(if matches!(lang, Lang::En) { Language::En } else { Language::Id });
    }
    sign_in(&mut app, arguments.staff.as_deref())?;
    let as_json = arguments.json;
    match &arguments.command {
        Command::Staff(staff) => staff_of(&mut app, as_json, staff).map(|()| true),
        Command::Printer { target } => {
            if let Some(target) = target {
                app.set_printer(target)?;
            }
            let target = app.printer()?;
            answer(as_json, &json!({ "printer": target }), || vec![format!("printer: {target}")]);
            Ok(true)
        }
        Command::Import(Import::Products { file }) => Ok(imported(as_json, &app.import_products(file)?)),
        Command::Import(Import::Members { file }) => Ok(imported(as_json, &app.import_members(file)?)),
        Command::ImportYear { dir } => {
            let year = app.import_year(dir, &mut progress("impor"))?;
            answer(as_json, &json!(year), || {
                let mut lines = vec![format!("{} dokumen, {} penjualan", year.documents, year.sales)];
                lines.extend(year.rejected.iter().map(rejected_line));
                lines.extend(year.differences.iter().map(rejected_line));
                lines
            });
            Ok(year.rejected.is_empty())
        }
        Command::Report(report) => report_on(&app, as_json, report).map(|()| true),
        Command::Export(Export::Hledger { output }) => export_hledger(&app, output.as_deref()).map(|()| true),
        Command::Verify => verify(&mut app, as_json),
        Command::Rebuild => {
            let hash = app.rebuild(&mut progress("bangun ulang"))?;
            answer(as_json, &json!({ "state_hash": hash }), || vec![format!("state_hash {hash}")]);
            Ok(true)
        }
        Command::Backup { file } => {
            let backup = app.backup(file, &mut progress("cadangan"))?;
            let said = json!({ "sha256": backup.sha256, "state_hash": backup.state_hash });
            answer(as_json, &said, || vec![format!("{}: sha256 {}", file.display(), backup.sha256)]);
            Ok(true)
        }
        Command::Question(question) => crate::question::question(&mut app, as_json, question),
        Command::Courier(courier) => crate::sync::courier(&mut app, as_json, courier),
        Command::Device(device) => crate::sync::device(&mut app, as_json, device),
        Command::Sync { once, server } => crate::sync::sync(&mut app, as_json, *once, server.as_deref()),
        Command::Init { .. } | Command::Demo { .. } | Command::Restore { .. } | Command::Enrol { .. } => {
            Ok(true)
        }
    }
}

/// Without `--as` whoever holds the key is the operator.
pub(crate) fn sign_in(app: &mut App, staff: Option<&str>) -> Answer<()> {
    let Some(wanted) = staff else {
        app.act_as_operator();
        return Ok(());
    };
    let staff = staff_named(app, wanted)?;
    let pin = read_pin()?;
    app.unlock(staff, &pin)?;
    Ok(())
}

/// Somebody by name or number.
pub(crate) fn staff_named(app: &mut App, wanted: &str) -> Answer<lumbung_primitives::DocRef> {
    let cards = app.staff_list()?;
    let same = |card: &&lumbung_app::session::StaffCard| {
        card.name.eq_ignore_ascii_case(wanted) || card.staff.to_string() == wanted
    };
    Ok(cards.iter().find(same).ok_or(Refused::NoPin)?.staff)
}

pub(crate) fn read_pin() -> Answer<String> {
    let mut pin = String::new();
    std::io::stdin().lock().read_line(&mut pin).map_err(|_| AppError::from(Refused::BadPin))?;
    Ok(pin.trim().to_owned())
}

fn staff_of(app: &mut App, as_json: bool, staff: &Staff) -> Answer<()> {
    match staff {
        Staff::List => {
            let cards = app.staff_list()?;
            answer(as_json, &json!({ "rows": cards }), || {
                cards.iter().map(|card| format!("{} {} ({:?})", card.staff, card.name, card.role)).collect()
            });
        }
        Staff::Add { name, role } => {
            let role = match role {
                StaffRole::Cashier => Role::Cashier,
                StaffRole::Storekeeper => Role::Storekeeper,
                StaffRole::Bookkeeper => Role::Bookkeeper,
                StaffRole::Manager => Role::Manager,
                StaffRole::Supervisor => Role::Supervisor,
                StaffRole::Administrator => Role::Administrator,
            };
            let added = app.add_staff(name, role, &read_pin()?)?;
            answer(as_json, &json!({ "staff": added }), || vec![format!("{added} {name}")]);
        }
    }
    Ok(())
}

fn imported(as_json: bool, imported: &Imported) -> bool {
    answer(as_json, &json!(imported), || {
        let mut lines = vec![format!("{} dibukukan, {} ditolak", imported.booked, imported.rejected.len())];
        lines.extend(imported.rejected.iter().map(rejected_line));
        lines
    });
    imported.rejected.is_empty()
}

fn rejected_line(row: &RejectedRow) -> String {
    format!("{} baris {} {}: {}", row.file, row.row, row.column, row.message)
}

fn report_on(app: &App, as_json: bool, report: &Report) -> Answer<()> {
    let date = |text: &Option<String>| match text {
        Some(text) => text.parse().map(Some).map_err(|_| AppError::from(Refused::BadDate(text.clone()))),
        None => Ok(None),
    };
    match report {
        Report::TrialBalance { from, to } => {
            let balance = app.trial_balance(date(from)?, date(to)?)?;
            answer(as_json, &to_value(&balance).unwrap_or_default(), || {
                let mut lines: Vec<String> = balance
                    .rows
                    .iter()
                    .map(|row| {
                        let (debit, credit) = (row.debit_rp.to_string(), row.credit_rp.to_string());
                        format!("{} {:<40} {debit:>20} {credit:>20}", row.code, row.name)
                    })
                    .collect();
                let (debit, credit) =
                    (balance.total_debit_rp.to_string(), balance.total_credit_rp.to_string());
                lines.push(format!("{:<47} {debit:>20} {credit:>20}", "JUMLAH"));
                lines
            });
        }
        Report::Stock => {
            let stock = app.stock_report()?;
            answer(as_json, &to_value(&stock).unwrap_or_default(), || {
                let line = |row: &lumbung_app::report::StockLine| {
                    format!(
                        "{:<12} {:<48} {:>12} {:>18}",
                        row.sku,
                        row.name,
                        row.quantity_milli.to_string(),
                        row.value_rp.to_string()
                    )
                };
                stock.rows.iter().map(line).chain([format!("nilai {}", stock.total_value_rp)]).collect()
            });
        }
        Report::Members { reveal, year } => {
            let members = app.members_report(*reveal, *year)?;
            answer(as_json, &to_value(&members).unwrap_or_default(), || {
                let line = |row: &lumbung_app::report::MemberLine| {
                    let name = row.name.as_deref().unwrap_or("");
                    format!(
                        "{:<8} {name:<28} {:>14} {:>14} {:>14} {:>14} {:>16}",
                        row.member_no,
                        row.pokok_rp.to_string(),
                        row.wajib_rp.to_string(),
                        row.sukarela_rp.to_string(),
                        row.bon_rp.to_string(),
                        row.purchases_rp.to_string()
                    )
                };
                members.rows.iter().map(line).collect()
            });
        }
    }
    Ok(())
}

fn export_hledger(app: &App, output: Option<&Path>) -> Answer<()> {
    let unwritable =
        |error: std::io::Error| AppError::from(Refused::from(lumbung_app::StoreError::from(error)));
    match output {
        Some(path) => {
            let mut file = std::fs::File::create(path).map_err(unwritable)?;
            app.export_hledger(&mut file)?;
            file.flush().map_err(unwritable)
        }
        None => app.export_hledger(&mut std::io::stdout().lock()),
    }
}

fn verify(app: &mut App, as_json: bool) -> Answer<bool> {
    let report = app.verify(&mut progress("periksa"))?;
    let ok = report.faults.is_empty();
    let said = json!({
        "ok": ok, "documents": report.documents, "state_hash": report.state_hash, "faults": report.faults,
    });
    answer(as_json, &said, || {
        let verdict = if ok { "utuh" } else { "ADA KERUSAKAN" };
        let mut lines =
            vec![format!("{verdict}: {} dokumen, state_hash {}", report.documents, report.state_hash)];
        lines.extend(report.faults.iter().cloned());
        lines
    });
    Ok(ok)
}
