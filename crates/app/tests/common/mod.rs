//! A small shop with people, goods and a clock that the test turns.
#![allow(dead_code, reason = "each test file uses its part")]

use lumbung_app::cart::{Cart, CartLine};
use lumbung_app::item::SaveItem;
use lumbung_app::member::{MemberStatus, SaveMember};
use lumbung_app::sale::{RecordSale, SaleDone, Tender};
use lumbung_app::session::Role;
use lumbung_app::shift::OpenShift;
use lumbung_app::{App, AppError, NewCooperative, Place};
use lumbung_primitives::{Clock, DocRef, Money, Quantity};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

/// 23 January 2026, 07.02 in Jakarta.
pub(crate) const MORNING: i64 = 1_769_126_520_000;

#[derive(Clone)]
pub(crate) struct Hands(Arc<AtomicI64>);

impl Hands {
    pub(crate) fn turn_to(&self, ms: i64) {
        self.0.store(ms, Ordering::Relaxed);
    }
}

impl Clock for Hands {
    fn now_ms(&self) -> i64 {
        self.0.load(Ordering::Relaxed)
    }
}

pub(crate) struct Shop {
    pub(crate) app: App,
    pub(crate) clock: Hands,
    pub(crate) cashier: DocRef,
    pub(crate) manager: DocRef,
    /// Counted, 5.000 each, 4.800 for members; ten in stock.
    pub(crate) tea: DocRef,
    /// Weighed, 16.000 a kilogram.
    pub(crate) rice: DocRef,
    pub(crate) member: DocRef,
    folder: tempfile::TempDir,
}

pub(crate) fn item(name: &str, barcode: &str, weighed: bool, price: i64, member_price: i64) -> SaveItem {
    SaveItem {
        item: None,
        sku: String::new(),
        barcodes: if barcode.is_empty() { vec![] } else { vec![barcode.into()] },
        name: name.into(),
        category: String::new(),
        unit: if weighed { "kg" } else { "pcs" }.into(),
        weighed,
        price_rp: Money(price),
        member_price_rp: Money(member_price),
        reorder_min: Quantity(0),
        active: true,
    }
}

pub(crate) fn person(number: &str, name: &str, bon_limit: i64) -> SaveMember {
    SaveMember {
        member: None,
        member_no: number.into(),
        name: name.into(),
        phone: String::new(),
        address: String::new(),
        status: MemberStatus::Active,
        joined: None,
        sex: None,
        birth_date: None,
        nik: String::new(),
        bon_limit_rp: Money(bon_limit),
    }
}

impl Shop {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clock = Hands(Arc::new(AtomicI64::new(MORNING)));
        let new = NewCooperative { name: "KDMP Karangrejo".into(), region_code: "32.01.01.2001".into() };
        let (mut app, _) = App::found(&place(folder.path()), &new, Box::new(clock.clone())).unwrap();
        app.act_as_operator();
        let cashier = app.add_staff("Siti", Role::Cashier, "111111").unwrap();
        let manager = app.add_staff("Ketut", Role::Manager, "333333").unwrap();
        let tea = app.save_item(item("Teh celup", "8992696404441", false, 5_000, 4_800)).unwrap().item;
        let rice = app.save_item(item("Beras curah", "", true, 16_000, 16_000)).unwrap().item;
        let member = app.save_member(person("A00147", "Dewi Lestari", 50_000)).unwrap().member;
        Self { app, clock, cashier, manager, tea, rice, member, folder }
    }

    /// With the shift of that morning open.
    pub(crate) fn open() -> Self {
        let mut shop = Self::new();
        shop.open_shift().unwrap();
        shop
    }

    pub(crate) fn open_shift(&mut self) -> Result<(), AppError> {
        let business_date = self.app.shift_proposal()?.business_date;
        self.app.open_shift(OpenShift { business_date, float_rp: Money(0) }).map(drop)
    }

    /// As after a power cut, by whoever holds the key.
    pub(crate) fn reopen(self) -> Self {
        let mut shop = self.reopen_locked();
        shop.app.act_as_operator();
        shop
    }

    /// As the window opens it: nobody has signed in.
    pub(crate) fn reopen_locked(self) -> Self {
        let Self { app, clock, cashier, manager, tea, rice, member, folder } = self;
        drop(app);
        let app = App::open_at(&place(folder.path()), Box::new(clock.clone())).unwrap();
        Self { app, clock, cashier, manager, tea, rice, member, folder }
    }

    pub(crate) fn cart(&mut self, member: Option<DocRef>, lines: &[(DocRef, i64)]) -> Cart {
        let line = |(item, milli): &(DocRef, i64)| CartLine { item: *item, quantity: Quantity(*milli) };
        let draft_id = self.app.current_cart().unwrap().draft_id;
        Cart { draft_id, member, lines: lines.iter().map(line).collect() }
    }

    pub(crate) fn sell(
        &mut self,
        member: Option<DocRef>,
        lines: &[(DocRef, i64)],
        tender: Tender,
        handed: i64,
    ) -> Result<SaleDone, AppError> {
        let cart = self.cart(member, lines);
        self.app.record_sale(RecordSale { cart, tender, tendered_rp: Money(handed) })
    }

    pub(crate) fn wal_bytes(&self) -> u64 {
        std::fs::metadata(self.folder.path().join("ledger.db-wal")).map_or(0, |wal| wal.len())
    }

    pub(crate) fn balance(&self, account: &str) -> i64 {
        let rows = self.app.trial_balance(None, None).unwrap().rows;
        rows.iter().filter(|row| row.code == account).map(|row| row.debit_rp.0 - row.credit_rp.0).sum()
    }
}

fn place(folder: &Path) -> Place {
    Place::new(&folder.join("ledger.db"), Some(&folder.join("ledger.key")))
}
