//! Items: searching, scanning, listing and editing.

use crate::cart::MemberCard;
use crate::catalogue::Shown;
use crate::error::Refused;
use crate::permission::Action;
use crate::sale::ReceiptView;
use crate::{Answer, App};
use lumbung_domain::Rejection;
use lumbung_domain::item::{self, ItemCommand};
use lumbung_domain::reference::{FieldState, Fields};
use lumbung_peripheral::{Code, ScalePrefixes, classify};
use lumbung_posting::account;
use lumbung_primitives::parse::typed_quantity;
use lumbung_primitives::{DocRef, Money, Quantity, Ref};
use lumbung_store::query;
use serde::{Deserialize, Serialize};

/// One answer to what is being typed.
#[derive(Clone, Debug, Serialize, Deserialize, specta::Type)]
pub struct ItemHit {
    pub item: DocRef,
    pub name: String,
    pub code: String,
    pub unit: String,
    pub weighed: bool,
    pub price_rp: Money,
    pub member_price_rp: Money,
    pub stock: Quantity,
}

/// `1,5*ber`: the quantity before the star, and what the rest finds, best sellers first.
#[derive(Clone, Debug, Serialize, Deserialize, specta::Type)]
pub struct SearchAnswer {
    /// Absent where none was typed.
    pub quantity: Option<Quantity>,
    pub hits: Vec<ItemHit>,
    /// One sentence where the typed quantity cannot be read.
    pub notice: Option<String>,
}

/// What a scanned code turned out to be, told by its content.
#[derive(Clone, Debug, Serialize, Deserialize, specta::Type)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum Scan {
    /// `quantity` is read off a weight label, else one.
    Item {
        hit: ItemHit,
        quantity: Quantity,
    },
    /// Several items bear this code: ask which.
    Several {
        hits: Vec<ItemHit>,
    },
    Member {
        card: MemberCard,
    },
    Receipt {
        receipt: ReceiptView,
    },
    /// One sentence and the next step: unknown code, bad check digit.
    Unknown {
        code: String,
        message: String,
        next: String,
    },
}

#[derive(Clone, Debug, Serialize, Deserialize, specta::Type)]
pub struct ItemRow {
    pub item: DocRef,
    pub sku: String,
    pub barcodes: Vec<String>,
    pub name: String,
    pub category: String,
    pub unit: String,
    pub weighed: bool,
    pub price_rp: Money,
    pub member_price_rp: Money,
    pub stock: Quantity,
    pub stock_value_rp: Money,
    pub reorder_min: Quantity,
    pub active: bool,
}

#[derive(Clone, Debug, Serialize, Deserialize, specta::Type)]
pub struct ItemPage {
    pub rows: Vec<ItemRow>,
    /// How many match in all.
    pub total: u32,
}

/// A new item where `item` is absent, else a change: only fields that differ are written.
#[derive(Clone, Debug, Serialize, Deserialize, specta::Type)]
pub struct SaveItem {
    pub item: Option<DocRef>,
    pub sku: String,
    pub barcodes: Vec<String>,
    pub name: String,
    pub category: String,
    pub unit: String,
    pub weighed: bool,
    pub price_rp: Money,
    pub member_price_rp: Money,
    pub reorder_min: Quantity,
    pub active: bool,
}

/// As many as fit under the input without scrolling past the eye.
const HITS: usize = 20;

impl App {
    /// `ber`, `1,5*ber`, `1/4*gula`: best sellers first.
    pub fn search_items(&mut self, query: &str) -> Answer<SearchAnswer> {
        self.require(Action::Look)?;
        let (quantity, wanted, notice) = split_quantity(query);
        let _reading = self.reading()?;
        let mut hits = Vec::new();
        if !wanted.trim().is_empty() {
            for shown in self.catalogue.hits(wanted, HITS) {
                hits.push(self.hit(shown)?);
            }
        }
        Ok(SearchAnswer { quantity, hits, notice })
    }

    /// Tells a code by its content: an item's, a weight label, a member card, a receipt.
    pub fn scan(&mut self, code: &str) -> Answer<Scan> {
        self.require(Action::Look)?;
        let code = code.trim();
        match classify(code, &ScalePrefixes::default()) {
            Code::ScaleLabel { plu, grams } => self.scan_label(code, plu, grams),
            Code::MemberCard(number) => {
                let found = query::member::by_number(self.connection(), &number)?;
                match found.first() {
                    Some(member) => Ok(Scan::Member { card: self.member_card(DocRef::from_key(*member))? }),
                    None => Ok(unknown(code, &Rejection::MemberUnknown.into())),
                }
            }
            Code::ReceiptCode(number) => match self.find_receipt(&number) {
                Ok(receipt) => Ok(Scan::Receipt { receipt }),
                Err(error) => {
                    Ok(Scan::Unknown { code: code.to_owned(), message: error.message, next: error.next })
                }
            },
            Code::Ean13(text) => self.scan_item(code, &[&text, text.trim_start_matches('0')], None),
            Code::Ean8(text) | Code::Short(text) => self.scan_item(code, &[&text], None),
            Code::BadCheckDigit { code: text, expected } => self.scan_item(code, &[&text], Some(expected)),
        }
    }

    fn scan_label(&self, code: &str, plu: u32, grams: u32) -> Answer<Scan> {
        let found = query::item::by_code(self.connection(), &plu.to_string())?;
        let hit = match found.as_slice() {
            [item] => self.item_hit(*item)?,
            _ => None,
        };
        match hit {
            Some(hit) => Ok(Scan::Item { hit, quantity: Quantity(i64::from(grams)) }),
            None => self.scan_item(code, &[code], None),
        }
    }

    /// `forms` are the ways in which one code is written; a wrong check digit only matters where nothing
    /// bears the code as it stands.
    fn scan_item(&self, code: &str, forms: &[&str], expected_digit: Option<u8>) -> Answer<Scan> {
        let mut items = Vec::new();
        for form in forms {
            items.extend(query::item::by_code(self.connection(), form)?);
        }
        items.sort_unstable();
        items.dedup();
        let mut hits = Vec::with_capacity(items.len());
        for item in items {
            hits.extend(self.item_hit(item)?);
        }
        if hits.len() > 1 {
            return Ok(Scan::Several { hits });
        }
        Ok(match (hits.pop(), expected_digit) {
            (Some(hit), _) => Scan::Item { hit, quantity: Quantity::ONE },
            (None, Some(expected)) => {
                unknown(code, &Rejection::CheckDigit { code: code.to_owned(), expected }.into())
            }
            (None, None) => unknown(code, &Rejection::ItemUnknown.into()),
        })
    }

    pub fn item_page(&mut self, query: &str, offset: u32, limit: u32) -> Answer<ItemPage> {
        self.require(Action::Look)?;
        let (offset, limit) = (offset as usize, limit.min(PAGE_MAX) as usize);
        let total = u32::try_from(self.catalogue.count(query)).unwrap_or(u32::MAX);
        let mut rows = Vec::new();
        for item in self.catalogue.search(query, offset, limit, false) {
            rows.extend(self.item_row(item)?);
        }
        Ok(ItemPage { rows, total })
    }

    /// Adds an item or changes one: only fields that differ are written.
    pub fn save_item(&mut self, request: SaveItem) -> Answer<ItemRow> {
        self.require(Action::EditItem)?;
        let barcodes: Vec<String> = request
            .barcodes
            .iter()
            .map(|code| code.trim().to_owned())
            .filter(|code| !code.is_empty())
            .collect();
        for code in &barcodes {
            self.refuse_taken_barcode(code, request.item)?;
        }
        let known = match request.item {
            Some(item) => {
                Some(query::item::by_key(self.connection(), item.key())?.ok_or(Rejection::ItemUnknown)?)
            }
            None => None,
        };
        let command = ItemCommand {
            sku: request.sku.trim().to_owned(),
            barcodes,
            name: request.name.trim().to_owned(),
            category: request.category.trim().to_owned(),
            unit: request.unit.trim().to_owned(),
            weighed: request.weighed,
            price: request.price_rp,
            member_price: request.member_price_rp,
            reorder_min: request.reorder_min,
            stock_account: known.as_ref().map_or(account::MERCHANDISE, |row| row.account),
            active: request.active,
            cost: Money(known.as_ref().map_or(0, |row| row.cost_rp)),
        };
        let target = request.item.map_or(Ref::This, Ref::Doc);
        let fields = self.fields_of(request.item)?;
        let item = match item::save(target, &fields, &command, self.today())? {
            Some(decision) => {
                let at = self.book(decision)?;
                let item = request.item.unwrap_or(at);
                self.refresh_item(item)?;
                item
            }
            None => request.item.ok_or(Rejection::Empty)?,
        };
        Ok(self.item_row(item.key())?.ok_or(Rejection::ItemUnknown)?)
    }

    fn refuse_taken_barcode(&self, code: &str, item: Option<DocRef>) -> Result<(), Refused> {
        let own = item.map(DocRef::key);
        let owners = query::item::by_code(self.connection(), code)?;
        let Some(owner) = owners.into_iter().find(|owner| Some(*owner) != own) else { return Ok(()) };
        let owner = query::item::by_key(self.connection(), owner)?.map_or_else(String::new, |row| row.name);
        Err(Refused::BarcodeTaken { code: code.to_owned(), owner })
    }

    pub(crate) fn refresh_item(&mut self, item: DocRef) -> Result<(), Refused> {
        let Some(row) = query::item::by_key(self.connection(), item.key())? else { return Ok(()) };
        let codes = query::item::barcodes(self.connection(), item.key())?;
        self.catalogue.put(&row, &codes);
        Ok(())
    }

    pub(crate) fn fields_of(&self, target: Option<DocRef>) -> Result<Fields, Refused> {
        let Some(target) = target else { return Ok(Fields::new()) };
        let rows = query::reference::fields(self.connection(), target)?;
        let mut fields = Fields::new();
        for (field, row) in rows {
            let value = if field.is_personal() { self.personal_value(row.doc, field)? } else { row.value };
            fields.insert(field, FieldState { value, v: row.v, heads: row.heads });
        }
        Ok(fields)
    }

    pub(crate) fn item_code(&self, row: &query::item::ItemRow) -> Result<String, Refused> {
        let first = query::item::barcodes(self.connection(), row.item)?.into_iter().next();
        Ok(first.unwrap_or_else(|| row.sku.clone()))
    }

    fn hit(&self, shown: Shown) -> Result<ItemHit, Refused> {
        let (stock, _) = query::stock::item_total(self.connection(), shown.item)?;
        Ok(ItemHit {
            item: DocRef::from_key(shown.item),
            name: shown.name,
            code: shown.code,
            unit: shown.unit,
            weighed: shown.weighed,
            price_rp: Money(shown.price_rp),
            member_price_rp: Money(shown.member_price_rp),
            stock: Quantity(stock),
        })
    }

    fn item_hit(&self, item: i64) -> Result<Option<ItemHit>, Refused> {
        self.catalogue.shown(item).map(|shown| self.hit(shown)).transpose()
    }

    fn item_row(&self, item: i64) -> Result<Option<ItemRow>, Refused> {
        let Some(row) = query::item::by_key(self.connection(), item)? else { return Ok(None) };
        let (stock, value) = query::stock::item_total(self.connection(), item)?;
        Ok(Some(ItemRow {
            item: DocRef::from_key(item),
            sku: row.sku,
            barcodes: query::item::barcodes(self.connection(), item)?,
            name: row.name,
            category: row.category,
            unit: row.unit,
            weighed: row.weighed,
            price_rp: Money(row.price_rp),
            member_price_rp: Money(row.member_price_rp),
            stock: Quantity(stock),
            stock_value_rp: Money(value),
            reorder_min: Quantity(row.reorder_min_milli),
            active: row.active,
        }))
    }
}

/// Rows of one page of a list.
pub(crate) const PAGE_MAX: u32 = 500;

fn unknown(code: &str, refused: &Refused) -> Scan {
    let words = refused.render(crate::error::language());
    let message = format!("{code}: {}", words.message);
    Scan::Unknown { code: code.to_owned(), message, next: words.next }
}

/// What stands before a star is a quantity; a star alone or without a number is part of the name.
fn split_quantity(query: &str) -> (Option<Quantity>, &str, Option<String>) {
    let Some((before, rest)) = query.split_once('*') else { return (None, query, None) };
    match typed_quantity(before) {
        Ok(quantity) if quantity.0 > 0 => (Some(quantity), rest, None),
        Ok(_) | Err(_) => {
            let words = match crate::error::language() {
                crate::session::Language::Id => {
                    format!("\"{before}\" bukan jumlah; ketik misalnya 2*, 1,5* atau 1/4*")
                }
                crate::session::Language::En => {
                    format!("\"{before}\" is no quantity; type for example 2*, 1,5* or 1/4*")
                }
            };
            (None, rest, Some(words))
        }
    }
}
