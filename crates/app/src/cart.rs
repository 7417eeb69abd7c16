//! The cart: what is being sold now. Every figure shown comes from here, and every change is kept in the
//! draft file, so that a kill or a power cut loses at most the last two seconds of typing.

use crate::drafts::State;
use crate::error::Refused;
use crate::permission::Action;
use crate::session::Language;
use crate::{Answer, App};
use lumbung_domain::{Rejection, sale};
use lumbung_primitives::{DocRef, Money, Quantity};
use lumbung_store::query;
use serde::{Deserialize, Serialize};

/// What the window sends after each change. `draft_id` is made by the core when a cart begins.
#[derive(Clone, Debug, Default, Serialize, Deserialize, specta::Type)]
pub struct Cart {
    pub draft_id: String,
    pub member: Option<DocRef>,
    pub lines: Vec<CartLine>,
}

#[derive(Clone, Debug, Serialize, Deserialize, specta::Type)]
pub struct CartLine {
    pub item: DocRef,
    pub quantity: Quantity,
}

#[derive(Clone, Debug, Serialize, Deserialize, specta::Type)]
pub struct CartView {
    pub draft_id: String,
    pub lines: Vec<CartLineView>,
    pub member: Option<MemberCard>,
    pub total_rp: Money,
    /// What cash would be asked after rounding; equals `total_rp` where rounding is off.
    pub cash_total_rp: Money,
    /// What the member price saves on these lines, zero for a non-member.
    pub saved_rp: Money,
    /// Likely notes handed over, ascending, each above the cash total; at most three.
    pub notes_rp: Vec<Money>,
    /// Sum of quantities over all lines.
    pub units: Quantity,
    /// Why bon is not possible now (no member, limit, overdue), for the button's hint.
    pub bon_refusal: Option<String>,
}

#[derive(Clone, Debug, Serialize, Deserialize, specta::Type)]
pub struct CartLineView {
    pub item: DocRef,
    pub name: String,
    pub code: String,
    pub unit: String,
    pub weighed: bool,
    pub quantity: Quantity,
    pub unit_price_rp: Money,
    /// The general price, where the member price is lower; to be shown struck through.
    pub general_price_rp: Option<Money>,
    pub amount_rp: Money,
    pub stock: Quantity,
    /// One sentence that wants the cashier's eye (stock would go below zero, price missing).
    pub notice: Option<String>,
}

/// The member panel of the till. Never holds NIK, KK or KPM.
#[derive(Clone, Debug, Serialize, Deserialize, specta::Type)]
pub struct MemberCard {
    pub member: DocRef,
    pub member_no: String,
    pub name: String,
    pub since_year: Option<i32>,
    pub purchases_this_year_rp: Money,
    pub bon_rp: Money,
    pub bon_limit_rp: Money,
}

/// A cart set aside for a customer who went to fetch something.
#[derive(Clone, Debug, Serialize, Deserialize, specta::Type)]
pub struct HeldCart {
    pub draft_id: String,
    /// Local time when it was set aside, `09.14`.
    pub held_at: String,
    pub member_name: Option<String>,
    pub lines: u32,
    pub first_item: String,
    pub total_rp: Money,
}

/// A cart that began now. Draft ids are made here and nowhere else.
fn new_cart() -> Cart {
    Cart { draft_id: uuid::Uuid::now_v7().to_string(), ..Cart::default() }
}

impl App {
    /// The cart on the counter, also after a kill; a new one where there is none.
    pub fn current_cart(&mut self) -> Answer<CartView> {
        self.require(Action::Look)?;
        let cart = self.drafts.all(State::Current)?.into_iter().next().map(|draft| draft.cart);
        // A cart that was booked just before a kill is not offered again.
        let cart = match cart {
            Some(cart) if query::local::booked_draft(self.connection(), &cart.draft_id)?.is_some() => {
                self.drafts.remove(&cart.draft_id)?;
                new_cart()
            }
            Some(cart) => cart,
            None => new_cart(),
        };
        Ok(self.cart_view(&cart)?)
    }

    /// Keeps a changed cart and answers with every figure of it. A line that could not be booked is refused
    /// and the cart stays as it was.
    pub fn update_cart(&mut self, cart: Cart) -> Answer<CartView> {
        self.require(Action::Sell)?;
        let view = self.cart_view(&cart)?;
        let now_ms = self.clock.now_ms();
        self.drafts.save(&cart, State::Current, now_ms)?;
        Ok(view)
    }

    /// Sets a cart aside and begins a new one.
    pub fn hold_cart(&mut self, cart: Cart) -> Answer<CartView> {
        self.require(Action::Sell)?;
        if cart.lines.is_empty() {
            return Err(Rejection::Empty.into());
        }
        self.cart_view(&cart)?;
        self.put_aside(&cart, State::Held)
    }

    pub fn held_carts(&mut self) -> Answer<Vec<HeldCart>> {
        self.require(Action::Look)?;
        let zone = self.ledger.identity().zone;
        let mut held = Vec::new();
        for draft in self.drafts.all(State::Held)? {
            let view = self.cart_view(&draft.cart)?;
            held.push(HeldCart {
                draft_id: draft.cart.draft_id,
                held_at: zone.local(draft.changed_ms).format("%H.%M").to_string(),
                member_name: view.member.map(|card| card.name),
                lines: u32::try_from(view.lines.len()).unwrap_or(u32::MAX),
                first_item: view.lines.first().map_or_else(String::new, |line| line.name.clone()),
                total_rp: view.total_rp,
            });
        }
        Ok(held)
    }

    /// Brings a held or voided cart back to the counter; what lay there is held.
    pub fn resume_cart(&mut self, draft_id: &str) -> Answer<CartView> {
        self.require(Action::Sell)?;
        let draft = self.drafts.load(draft_id)?.ok_or(Refused::DraftUnknown)?;
        let now_ms = self.clock.now_ms();
        for current in self.drafts.all(State::Current)? {
            if current.cart.draft_id == draft_id {
                continue;
            }
            if current.cart.lines.is_empty() {
                self.drafts.remove(&current.cart.draft_id)?;
            } else {
                self.drafts.save(&current.cart, State::Held, now_ms)?;
            }
        }
        self.update_cart(draft.cart)
    }

    /// Voids a cart; `resume_cart` brings it back for a day.
    pub fn discard_cart(&mut self, draft_id: &str) -> Answer<CartView> {
        self.require(Action::Sell)?;
        match self.drafts.load(draft_id)? {
            Some(draft) => self.put_aside(&draft.cart, State::Discarded),
            None => self.current_cart(),
        }
    }

    fn put_aside(&mut self, cart: &Cart, state: State) -> Answer<CartView> {
        let now_ms = self.clock.now_ms();
        self.drafts.save(cart, state, now_ms)?;
        self.drafts.flush()?;
        self.current_cart()
    }

    pub(crate) fn cart_view(&self, cart: &Cart) -> Result<CartView, Refused> {
        let _reading = self.reading()?;
        let (view, rows) = self.sale_view(cart)?;
        let priced = sale::price(&view, &crate::sale::sale_lines(cart))?;
        let mut lines = Vec::with_capacity(rows.len());
        let mut units = Quantity::ZERO;
        for (((line, row), item), price) in cart.lines.iter().zip(&rows).zip(&view.items).zip(&priced.lines) {
            units += line.quantity;
            let stock = item.stock.quantity;
            lines.push(CartLineView {
                item: line.item,
                name: row.name.clone(),
                code: self.item_code(row)?,
                unit: row.unit.clone(),
                weighed: row.weighed,
                quantity: line.quantity,
                unit_price_rp: price.unit_price,
                general_price_rp: (price.general_price > price.unit_price).then_some(price.general_price),
                amount_rp: price.amount,
                stock,
                notice: (stock < line.quantity).then(|| stock_notice(stock, &row.unit)),
            });
        }
        let member = match cart.member {
            Some(member) => Some(self.member_card(member)?),
            None => None,
        };
        let bon_refusal = sale::check_bon(view.member, priced.total)
            .err()
            .map(|rejection| Refused::from(rejection).render(crate::error::language()).message);
        Ok(CartView {
            draft_id: cart.draft_id.clone(),
            lines,
            member,
            total_rp: priced.total,
            cash_total_rp: priced.cash_total,
            saved_rp: priced.saved,
            notes_rp: sale::likely_notes(priced.cash_total),
            units,
            bon_refusal,
        })
    }
}

fn stock_notice(stock: Quantity, unit: &str) -> String {
    match crate::error::language() {
        Language::Id => format!("catatan stok tinggal {stock} {unit}; tetap bisa dijual"),
        Language::En => format!("the books say {stock} {unit} are left; it can still be sold"),
    }
}
