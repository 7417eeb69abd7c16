//! Selling: one act, one document, one receipt; and taking goods back by their receipt.

use crate::cart::{Cart, CartLine};
use crate::error::Refused;
use crate::permission::Action;
use crate::{Answer, App, FIRST_OUTLET};
use lumbung_document::body::sale::GoodsClass;
use lumbung_document::{Body, MemberMoveKind, SealedDocument};
use lumbung_domain::member::MemberStatus;
use lumbung_domain::sale::{
    LINES_MAX, ReturnCommand, ReturnView, SaleCommand, SaleItem, SaleLineCommand, SaleMember, SaleView,
};
use lumbung_domain::stock::StockBalance;
use lumbung_domain::{Policy, Rejection};
use lumbung_primitives::{BusinessDate, DocRef, Money, Quantity};
use lumbung_store::query::item::ItemRow;
use lumbung_store::query::stock::Shelf;
use lumbung_store::{StoreError, query, relation};
use rusqlite::Connection;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, specta::Type)]
#[serde(rename_all = "snake_case")]
pub enum Tender {
    Cash,
    /// The buyer says it is paid; a claim until matched with the acquirer's statement.
    Qris,
    Bon,
}

#[derive(Clone, Debug, Serialize, Deserialize, specta::Type)]
pub struct RecordSale {
    pub cart: Cart,
    pub tender: Tender,
    /// Cash handed over; ignored for QRIS and bon.
    pub tendered_rp: Money,
}

#[derive(Clone, Debug, Serialize, Deserialize, specta::Type)]
pub struct SaleDone {
    pub sale: DocRef,
    /// `A-000127`.
    pub receipt_no: String,
    pub total_rp: Money,
    pub change_rp: Money,
    /// The receipt as 32-column text.
    pub receipt: String,
}

/// A past receipt, found by its number, its printed code or in the list.
#[derive(Clone, Debug, Serialize, Deserialize, specta::Type)]
pub struct ReceiptView {
    pub sale: DocRef,
    pub receipt_no: String,
    pub is_return: bool,
    pub business_date: BusinessDate,
    /// Local time, `09.14`.
    pub time: String,
    pub member_name: Option<String>,
    pub total_rp: Money,
    pub tender: Tender,
    pub reversed: bool,
    pub lines: Vec<ReceiptLineView>,
    /// The receipt as 32-column text, marked SALINAN.
    pub copy: String,
}

#[derive(Clone, Debug, Serialize, Deserialize, specta::Type)]
pub struct ReceiptLineView {
    /// Position in the sale, from 0: what a return names.
    pub line: u32,
    pub item: DocRef,
    pub name: String,
    pub unit: String,
    pub quantity: Quantity,
    pub unit_price_rp: Money,
    pub amount_rp: Money,
    /// Already taken back by earlier returns.
    pub returned: Quantity,
}

#[derive(Clone, Debug, Serialize, Deserialize, specta::Type)]
pub struct ReceiptSummary {
    pub sale: DocRef,
    pub receipt_no: String,
    pub is_return: bool,
    pub time: String,
    pub member_name: Option<String>,
    pub total_rp: Money,
    pub tender: Tender,
}

#[derive(Clone, Debug, Serialize, Deserialize, specta::Type)]
pub struct RecordReturn {
    pub sale: DocRef,
    pub lines: Vec<ReturnLine>,
    /// Fit goods go back to stock; damaged ones are booked as spoilage.
    pub damaged: bool,
    pub draft_id: String,
}

#[derive(Clone, Debug, Serialize, Deserialize, specta::Type)]
pub struct ReturnLine {
    pub line: u32,
    pub quantity: Quantity,
}

/// Where the sales floor keeps an item of the cooperative's own.
pub(crate) fn shelf(item: DocRef, stock_account: u32) -> Shelf {
    Shelf {
        item: item.key(),
        outlet: FIRST_OUTLET,
        bin: 0,
        account: stock_account,
        owner: lumbung_store::NONE,
    }
}

/// An item as rules see it, with what lies on its shelf.
pub(crate) fn sale_item(row: &ItemRow, stock: (i64, i64)) -> SaleItem {
    SaleItem {
        item: DocRef::from_key(row.item),
        name: row.name.clone(),
        weighed: row.weighed,
        active: row.active,
        price: Money(row.price_rp),
        member_price: Money(row.member_price_rp),
        stock_account: row.account,
        fallback_cost: Money(row.cost_rp),
        stock: StockBalance { quantity: Quantity(stock.0), value: Money(stock.1) },
        class: GoodsClass::Own,
        owner: None,
    }
}

/// A sale with what earlier returns took back of each line.
pub(crate) fn return_view(
    connection: &Connection,
    sale: DocRef,
    policy: Policy,
) -> Result<ReturnView, Refused> {
    let Some(Body::Sale(body)) = load_body(connection, sale)? else {
        return Err(Refused::NotASale);
    };
    let mut returned = vec![Quantity::ZERO; body.lines.len()];
    for document in query::document::linked(connection, sale, relation::RETURNS)? {
        if query::document::is_reversed(connection, document)? {
            continue;
        }
        if let Some(Body::SaleReturn(back)) = load_body(connection, document)? {
            for line in back.lines {
                let slot = usize::try_from(line.line).ok().and_then(|line| returned.get_mut(line));
                if let Some(slot) = slot {
                    *slot += line.quantity;
                }
            }
        }
    }
    let mut names = Vec::with_capacity(body.lines.len());
    for line in &body.lines {
        names
            .push(query::item::by_key(connection, line.item.key())?.map_or_else(String::new, |row| row.name));
    }
    let reversed = query::document::is_reversed(connection, sale)?;
    Ok(ReturnView { sale, body, returned, names, reversed, policy })
}

pub(crate) fn load_body(connection: &Connection, at: DocRef) -> Result<Option<Body>, Refused> {
    let Some(document) = query::document::load(connection, at)? else { return Ok(None) };
    Ok(document.body().map_err(StoreError::from)?)
}

impl From<Tender> for lumbung_document::body::sale::Tender {
    fn from(tender: Tender) -> Self {
        match tender {
            Tender::Cash => Self::Cash,
            Tender::Qris => Self::Qris,
            Tender::Bon => Self::Bon,
        }
    }
}

impl From<lumbung_document::body::sale::Tender> for Tender {
    fn from(tender: lumbung_document::body::sale::Tender) -> Self {
        use lumbung_document::body::sale::Tender as Paper;
        match tender {
            Paper::Cash => Self::Cash,
            Paper::Qris => Self::Qris,
            Paper::Bon => Self::Bon,
        }
    }
}

impl App {
    /// What deciding a cart may look at.
    pub(crate) fn sale_view(&self, cart: &Cart) -> Result<(SaleView, Vec<ItemRow>), Refused> {
        let connection = self.connection();
        let policy = self.policy()?;
        let mut items = Vec::with_capacity(cart.lines.len());
        let mut rows = Vec::with_capacity(cart.lines.len());
        for line in cart.lines.iter().take(LINES_MAX + 1) {
            let row = query::item::by_key(connection, line.item.key())?.ok_or(Rejection::ItemUnknown)?;
            let stock = query::stock::shelf(connection, shelf(line.item, row.account))?;
            items.push(sale_item(&row, stock));
            rows.push(row);
        }
        let member = match cart.member {
            Some(member) => Some(self.sale_member(member)?),
            None => None,
        };
        Ok((SaleView { items, member, policy }, rows))
    }

    fn sale_member(&self, member: DocRef) -> Result<SaleMember, Refused> {
        let row = query::member::by_key(self.connection(), member.key())?.ok_or(Rejection::MemberUnknown)?;
        let status = MemberStatus::from_code(row.status);
        Ok(SaleMember {
            member,
            as_member: status.buys_as_member(),
            left: status == MemberStatus::Left,
            bon_owed: self.balance(member, MemberMoveKind::BON)?,
            bon_limit: self.bon_limit(member)?,
        })
    }

    /// Books a cart as one durable sale. The same draft twice gives the same receipt.
    pub fn record_sale(&mut self, request: RecordSale) -> Answer<SaleDone> {
        self.require(Action::Sell)?;
        let reading = self.reading()?;
        if let Some(booked) = query::local::booked_draft(self.connection(), &request.cart.draft_id)? {
            let document = self.document(booked)?;
            let done = self.sale_done(&document)?;
            // Booked although the answer was an error, and changed since: what was added is on no receipt.
            if !is_of(&document, &request)? {
                return Err(Refused::DraftBooked { receipt_no: done.receipt_no }.into());
            }
            return Ok(done);
        }
        let (view, _) = self.sale_view(&request.cart)?;
        let command = SaleCommand {
            receipt_no: query::receipt::next_number(self.connection(), self.own_device())?,
            outlet: FIRST_OUTLET,
            lines: sale_lines(&request.cart),
            tender: request.tender.into(),
            handed: request.tendered_rp,
            check_bon_limit: true,
        };
        let decision = lumbung_domain::sale::decide(&view, &command, self.open_shift_view()?)?;
        drop(reading);
        let document = self.book_draft(decision, &request.cart.draft_id)?;
        for line in &request.cart.lines {
            self.catalogue.sold(line.item.key());
        }
        self.drafts.remove(&request.cart.draft_id)?;
        let _reading = self.reading()?;
        self.print_slip(&document, false)?;
        Ok(self.sale_done(&document)?)
    }

    /// Takes goods back by their receipt, paid from the open drawer or off the member's bon.
    pub fn record_return(&mut self, request: RecordReturn) -> Answer<SaleDone> {
        self.require(Action::Sell)?;
        let reading = self.reading()?;
        if let Some(booked) = query::local::booked_draft(self.connection(), &request.draft_id)? {
            return Ok(self.sale_done(&self.document(booked)?)?);
        }
        let view = return_view(self.connection(), request.sale, self.policy()?)?;
        let command = ReturnCommand {
            receipt_no: query::receipt::next_number(self.connection(), self.own_device())?,
            lines: request.lines.iter().map(|line| (line.line, line.quantity)).collect(),
            tender: self.refund_tender(&view)?,
            damaged: request.damaged,
        };
        let decision = lumbung_domain::sale::decide_return(&view, &command, self.open_shift_view()?)?;
        drop(reading);
        let document = self.book_draft(decision, &request.draft_id)?;
        let _reading = self.reading()?;
        self.print_slip(&document, false)?;
        Ok(self.sale_done(&document)?)
    }

    /// What was taken on bon and is still owed goes off the bon; everything else is paid in cash.
    fn refund_tender(&self, view: &ReturnView) -> Result<lumbung_document::body::sale::Tender, StoreError> {
        use lumbung_document::body::sale::Tender as Paper;
        let on_bon = view.body.tenders.iter().any(|tendered| tendered.tender == Paper::Bon);
        let owes = match view.body.member {
            Some(member) => self.balance(member, MemberMoveKind::BON)?.is_positive(),
            None => false,
        };
        Ok(if on_bon && owes { Paper::Bon } else { Paper::Cash })
    }
}

/// Whether a sale sells what is asked for, to the same buyer and for the same kind of money.
fn is_of(document: &SealedDocument, request: &RecordSale) -> Result<bool, Refused> {
    let Some(Body::Sale(body)) = document.body().map_err(StoreError::from)? else { return Ok(false) };
    let mut sold: BTreeMap<DocRef, Quantity> = BTreeMap::new();
    for line in &body.lines {
        *sold.entry(line.item).or_insert(Quantity::ZERO) += line.quantity;
    }
    let mut wanted: BTreeMap<DocRef, Quantity> = BTreeMap::new();
    for line in &request.cart.lines {
        *wanted.entry(line.item).or_insert(Quantity::ZERO) += line.quantity;
    }
    let tender = request.tender.into();
    let same_tender = body.tenders.iter().all(|tendered| tendered.tender == tender);
    Ok(sold == wanted && body.member == request.cart.member && same_tender)
}

pub(crate) fn sale_lines(cart: &Cart) -> Vec<SaleLineCommand> {
    let line =
        |line: &CartLine| SaleLineCommand { item: line.item, quantity: line.quantity, unit_price: None };
    cart.lines.iter().map(line).collect()
}
