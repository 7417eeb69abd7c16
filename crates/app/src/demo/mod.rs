//! A believable small cooperative with some months of trade, for trying and training. Its trade is written
//! as the tables of a shop year and comes in through the same import as anyone's.

mod chance;
mod goods;
mod people;
mod trade;

use crate::ambient::SystemClock;
use crate::error::Refused;
use crate::session::Role;
use crate::{Answer, App, NewCooperative, Place};
use chrono::Timelike;
use lumbung_document::body::reference::{Change, Field, Value};
use lumbung_document::body::{Body, Reference};
use lumbung_domain::Decision;
use lumbung_primitives::{BusinessDate, Ref};
use lumbung_store::StoreError;
use serde::Serialize;
use std::path::{Path, PathBuf};

pub use trade::{Shop, write_year};

#[derive(Clone, Debug, Serialize)]
pub struct Made {
    pub ledger: PathBuf,
    pub key_file: PathBuf,
    pub documents: u64,
    pub staff: Vec<DemoStaff>,
}

#[derive(Clone, Debug, Serialize)]
pub struct DemoStaff {
    pub name: &'static str,
    pub role: &'static str,
    pub pin: &'static str,
}

/// PINs of a training shop are meant to be known.
const STAFF: [(&str, Role, &str, &str); 4] = [
    ("Siti Rahma", Role::Cashier, "kasir", "111111"),
    ("Budi Wicaksono", Role::Bookkeeper, "bendahara", "222222"),
    ("Ketut Sudarsono", Role::Manager, "manajer", "333333"),
    ("Maria Lestari", Role::Supervisor, "pengawas", "444444"),
];

/// Makes `dir` with `ledger.db` and `ledger.key`. Refuses a folder that has either.
pub fn make(dir: &Path, days: u32, seed: u64, progress: &mut dyn FnMut(u64, u64)) -> Answer<Made> {
    std::fs::create_dir_all(dir).map_err(StoreError::from)?;
    let place = Place::new(&dir.join("ledger.db"), Some(&dir.join("ledger.key")));
    let new = NewCooperative { name: "KDMP Sukamaju".into(), region_code: "32.01.01.2001".into() };
    let (mut app, _) = App::found(&place, &new, Box::new(SystemClock))?;
    app.act_as_operator();
    for (name, role, _, pin) in STAFF {
        app.add_staff(name, role, pin)?;
    }
    app.set_demo_policy()?;
    let last = app.today();
    let days = i32::try_from(days.clamp(1, 3650)).unwrap_or(90);
    let now = app.ledger.identity().zone.local(app.clock.now_ms());
    let until_second = i64::from(now.num_seconds_from_midnight());
    let first = last.plus_days(1 - days);
    let shop = Shop { seed, first, days, sales_per_day: 60, products: 220, members: 84 };
    let tables = dir.join("tabel-contoh");
    trade::write_year_until(&shop, &tables, until_second).map_err(StoreError::from)?;
    let imported = app.import_year(&tables, progress);
    std::fs::remove_dir_all(&tables).map_err(StoreError::from)?;
    let imported = imported?;
    if let Some(row) = imported.rejected.first().or_else(|| imported.differences.first()) {
        let reason = format!("{} {}: {}", row.file, row.row, row.message);
        return Err(Refused::from(StoreError::Damaged(reason)).into());
    }
    Ok(Made {
        ledger: place.ledger,
        key_file: dir.join("ledger.key"),
        documents: imported.documents,
        staff: STAFF.iter().map(|(name, _, role, pin)| DemoStaff { name, role, pin }).collect(),
    })
}

impl App {
    /// Cash rounds to a hundred; members may owe up to three hundred thousand.
    fn set_demo_policy(&mut self) -> Result<(), Refused> {
        let change = |field, value| Change { field, v: 1, value: Value::Integer(value), seen: Vec::new() };
        let changes =
            vec![change(Field::CASH_ROUNDING_STEP, 100), change(Field::BON_LIMIT_DEFAULT, trade::BON_LIMIT)];
        let setting = Reference { target: Ref::Doc(crate::COOPERATIVE), changes };
        let today: BusinessDate = self.today();
        self.book(Decision::new(Body::Setting(setting), today)).map(drop)
    }
}
