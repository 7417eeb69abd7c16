//! What a shop year begins with: items, members and the first day's money.

use super::book::Books;
use super::read::{self, What};
use crate::FIRST_OUTLET;
use crate::booking::Booking;
use crate::error::Refused;
use lumbung_document::body::opening::OpeningAccount;
use lumbung_document::body::sale::GoodsClass;
use lumbung_domain::member::{MemberCommand, MemberStatus, Person};
use lumbung_domain::reference::Fields;
use lumbung_domain::sale::SaleItem;
use lumbung_domain::stock::StockBalance;
use lumbung_domain::{item, journal, member};
use lumbung_posting::account;
use lumbung_primitives::{BusinessDate, DocRef, Ref};
use std::collections::HashMap;

impl Books<'_> {
    /// Items, members and the first day's money.
    pub(super) fn found(&mut self, booking: &mut Booking<'_>) -> Result<(), Refused> {
        let Some(first) = self.year.events.first().map(|event| event.date) else { return Ok(()) };
        let stamp = self.stamp(first, 0);
        let mut barcodes: HashMap<&str, u64> = HashMap::new();
        for product in &self.year.products {
            if !product.barcode.is_empty() && barcodes.insert(&product.barcode, product.id).is_some() {
                let words = format!("barcode {} ada pada dua barang", product.barcode);
                self.reject("products.csv", product.row, "barcode", &words, "barcode_taken");
                continue;
            }
            let command = item_command(product);
            let booked = match item::save(Ref::This, &Fields::new(), &command, first) {
                Ok(Some(decision)) => booking.book(decision, stamp),
                Ok(None) => continue,
                Err(rejection) => Err(rejection.into()),
            };
            if let Some(at) = self.outcome("products.csv", product.row, booked)? {
                self.items.insert(product.id, sale_item(at, &command));
            }
        }
        for row in &self.year.members {
            let command = member_command(row);
            let stamp = self.stamp(row.joined, 0);
            let booked = match member::save(Ref::This, &Fields::new(), &command, row.joined) {
                Ok(Some(decision)) => booking.book(decision, stamp),
                Ok(None) => continue,
                Err(rejection) => Err(rejection.into()),
            };
            if let Some(at) = self.outcome("members.csv", row.row, booked)? {
                self.members.insert(row.id, at);
            }
        }
        self.opening_cash(booking, first)
    }

    fn opening_cash(&mut self, booking: &mut Booking<'_>, first: BusinessDate) -> Result<(), Refused> {
        let opening = self.year.events.iter().find(|event| event.what() == What::Closing);
        let Some(cash) = opening.map(|event| self.year.closings[event.index].opening) else { return Ok(()) };
        if !cash.is_positive() {
            return Ok(());
        }
        let line = |account, amount| OpeningAccount { account, amount, outlet: FIRST_OUTLET, party: None };
        let opening = journal::Opening {
            accounts: vec![line(account::TILL_CASH, cash), line(account::GRANTS, -cash)],
            ..journal::Opening::default()
        };
        for part in journal::opening(&opening, first)? {
            booking.book(part, self.stamp(first, 0))?;
        }
        self.drawer = cash;
        Ok(())
    }
}

fn item_command(product: &read::Product) -> item::ItemCommand {
    item::ItemCommand {
        sku: product.id.to_string(),
        barcodes: if product.barcode.is_empty() { vec![] } else { vec![product.barcode.clone()] },
        name: product.name.clone(),
        category: product.category.clone(),
        unit: product.unit.clone(),
        weighed: product.weighed,
        price: product.price,
        member_price: product.member_price,
        reorder_min: product.reorder_min,
        stock_account: account::MERCHANDISE,
        active: true,
        cost: product.cost,
    }
}

fn sale_item(at: DocRef, command: &item::ItemCommand) -> SaleItem {
    SaleItem {
        item: at,
        name: command.name.clone(),
        weighed: command.weighed,
        active: true,
        price: command.price,
        member_price: command.member_price,
        stock_account: command.stock_account,
        fallback_cost: command.cost,
        stock: StockBalance::default(),
        class: GoodsClass::Own,
        owner: None,
    }
}

fn member_command(row: &read::Member) -> MemberCommand {
    MemberCommand {
        member_no: row.number.clone(),
        status: if row.active { MemberStatus::Active } else { MemberStatus::Candidate },
        joined: Some(row.joined),
        bon_limit: None,
        person: Person {
            name: row.name.clone(),
            nik: row.nik.clone(),
            birth_date: row.birth_date,
            sex: Some(if row.female { 1 } else { 2 }),
            ..Person::default()
        },
    }
}
