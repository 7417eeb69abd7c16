//! Shops to measure on. Large ones are made once and kept beside the build.

use anyhow::{Context, Result};
use lumbung_app::ambient::SystemClock;
use lumbung_app::cart::{Cart, CartLine};
use lumbung_app::demo::{Shop, write_year};
use lumbung_app::sale::{RecordSale, Tender};
use lumbung_app::shift::OpenShift;
use lumbung_app::{App, NewCooperative, Place};
use lumbung_primitives::{BusinessDate, DocRef, Money, Quantity};
use lumbung_vault::KeyPlace;
use rusqlite::Connection;
use std::path::{Path, PathBuf};

pub(crate) const SALES_PER_DAY: u64 = 300;
const PRODUCTS: u64 = 1_500;
const MEMBERS: u64 = 600;

/// Where generated years and their ledgers are kept between runs.
pub(crate) fn kept() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/bench-shops")
}

/// The same folder, made where it is missing.
pub(crate) fn kept_folder() -> Result<PathBuf> {
    std::fs::create_dir_all(kept())?;
    Ok(kept())
}

/// The tables of some days of trade that end with 2025.
pub(crate) fn tables(days: i32) -> Result<PathBuf> {
    let folder = kept().join(format!("tables-{days}"));
    if !folder.join("sales.csv").exists() {
        let last = BusinessDate::from_ymd(2025, 12, 31).context("a date")?;
        let first = last.plus_days(1 - days);
        let shop =
            Shop { seed: 7, first, days, sales_per_day: SALES_PER_DAY, products: PRODUCTS, members: MEMBERS };
        let growing = folder.with_extension("growing");
        write_year(&shop, &growing)?;
        std::fs::rename(growing, &folder)?;
    }
    Ok(folder)
}

/// A ledger with that trade in it, imported once.
pub(crate) fn ledger(days: i32) -> Result<Ledger> {
    let folder = kept().join(format!("ledger-{days}"));
    if !folder.exists() {
        let growing = folder.with_extension("growing");
        let _ = std::fs::remove_dir_all(&growing);
        std::fs::create_dir_all(&growing)?;
        let mut app = found(&growing)?;
        app.import_year(&tables(days)?, &mut |_, _| ())?;
        drop(app);
        std::fs::rename(growing, &folder)?;
    }
    Ok(Ledger { folder })
}

pub(crate) fn found(folder: &Path) -> Result<App> {
    let ledger = Ledger { folder: folder.to_owned() };
    let place = Place::new(&ledger.file(), Some(&ledger.key_file()));
    let new = NewCooperative { name: "KDMP Ukur".into(), region_code: "32.01.01.2001".into() };
    let (mut app, _) = App::found(&place, &new, Box::new(SystemClock))?;
    app.act_as_operator();
    Ok(app)
}

#[derive(Debug, Clone)]
pub(crate) struct Ledger {
    pub(crate) folder: PathBuf,
}

impl Ledger {
    pub(crate) fn file(&self) -> PathBuf {
        self.folder.join("ledger.db")
    }

    pub(crate) fn key_file(&self) -> PathBuf {
        self.folder.join("ledger.key")
    }

    /// The same in another folder, to be written to.
    pub(crate) fn copy_to(&self, folder: &Path) -> Result<Self> {
        std::fs::create_dir_all(folder)?;
        let copy = Self { folder: folder.to_owned() };
        std::fs::copy(self.file(), copy.file())?;
        std::fs::copy(self.key_file(), copy.key_file())?;
        Ok(copy)
    }

    pub(crate) fn open(&self) -> Result<App> {
        let mut app = App::open(&self.file(), Some(&self.key_file()))?;
        app.act_as_operator();
        Ok(app)
    }

    /// A connection beside the program's own, with the same settings.
    pub(crate) fn connect(&self) -> Result<Connection> {
        connect(&self.file(), &self.key()?)
    }

    pub(crate) fn key(&self) -> Result<String> {
        let secrets = KeyPlace::File(self.key_file()).load()?.context("the key file is there")?;
        Ok(secrets.db_key_hex().to_string())
    }
}

pub(crate) fn connect(file: &Path, key: &str) -> Result<Connection> {
    let connection = Connection::open(file)?;
    connection.pragma_update(None, "key", format!("x'{key}'"))?;
    connection.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA temp_store = MEMORY;
         PRAGMA cache_size = -32000; PRAGMA wal_autocheckpoint = 4000;",
    )?;
    connection.set_prepared_statement_cache_capacity(160);
    Ok(connection)
}

/// A till that sells: an open shift, items in stock, members.
pub(crate) struct Till {
    pub(crate) app: App,
    items: Vec<DocRef>,
    members: Vec<DocRef>,
    sold: u64,
}

impl Till {
    pub(crate) fn open(mut app: App) -> Result<Self> {
        let items =
            app.item_page("", 0, 500)?.rows.into_iter().filter(|row| row.stock.0 > 100_000 || !row.weighed);
        let items: Vec<DocRef> = items.map(|row| row.item).collect();
        let members = app.member_page("", 0, 500)?.rows.into_iter().map(|row| row.member).collect();
        let business_date = app.shift_proposal()?.business_date;
        if app.status()?.shift.is_none() {
            app.open_shift(OpenShift { business_date, float_rp: Money(0) })?;
        }
        Ok(Self { app, items, members, sold: 0 })
    }

    /// The next of an endless row of three-line member carts.
    pub(crate) fn next_cart(&mut self) -> RecordSale {
        self.sold += 1;
        let nth = |step: u64| usize::try_from(self.sold * 7_919 * step + step * 13).unwrap_or(0);
        let line =
            |step: u64| CartLine { item: self.items[nth(step) % self.items.len()], quantity: Quantity(1000) };
        let cart = Cart {
            draft_id: format!("bench-{}-{}", std::process::id(), self.sold),
            member: Some(self.members[nth(5) % self.members.len()]),
            lines: vec![line(1), line(2), line(3)],
        };
        RecordSale { cart, tender: Tender::Cash, tendered_rp: Money(100_000_000) }
    }
}
