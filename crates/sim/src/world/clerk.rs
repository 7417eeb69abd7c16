//! What clerks do all day.

use super::World;
use crate::draw::Draw;
use crate::paper::{Paper, trade};
use crate::plan::Act;
use anyhow::Result;
use lumbung_document::Body;
use lumbung_document::body::MemberErased;
use lumbung_document::body::reference::Field;
use lumbung_primitives::{BusinessDate, DocRef, Ref, Zone};

/// Kinds by number: sales, and everything that can be taken back.
const SALES: (u16, u16) = (40, 40);
const REVERSIBLE: (u16, u16) = (40, 48);

impl World {
    pub(super) fn clerk(&mut self, act: Act) -> Result<bool> {
        let Some(name) = self.any_till() else { return Ok(false) };
        if act == Act::SellMany {
            let count = self.chance.between(2, 6);
            let mut papers = Vec::new();
            for nth in 0..count {
                papers.extend(self.paper(name, Act::Sell, u64::try_from(nth).unwrap_or(0))?);
            }
            return self.write(name, &papers);
        }
        let Some(paper) = self.paper(name, act, 0)? else { return Ok(false) };
        let is_shift = act == Act::OpenShift;
        let date = paper.date;
        let written = self.write(name, &[paper])?;
        if let (true, true, Some(till)) = (written, is_shift, self.tills.get_mut(name)) {
            let head = till.ledger.as_ref().map(lumbung_store::Ledger::own_head).transpose()?.flatten();
            till.shift = head.map(|(at, _)| (at, date));
        }
        Ok(written)
    }

    /// The date of a till's next document: its shift's, or what its clock proposes and the clerk confirms.
    fn date(&mut self, name: usize) -> BusinessDate {
        let proposed = Zone::Wib.business_date(self.wall(name));
        let picks_old = self.chance.percent(10);
        let Some(till) = self.tills.get(name) else { return proposed };
        if let Some((_, date)) = till.shift {
            return date;
        }
        let first_open = till.ledger.as_ref().and_then(|ledger| ledger.control().first_open_day());
        let mut date = BusinessDate(proposed.0.clamp(0, 2_900_000));
        if let (Some(first), false) = (first_open, picks_old) {
            date = date.max(first);
        }
        date
    }

    fn paper(&mut self, name: usize, act: Act, nth: u64) -> Result<Option<Paper>> {
        let date = self.date(name);
        let Some(till) = self.tills.get(name) else { return Ok(None) };
        let (items, members) = (till.items()?, till.members()?);
        let receipt_no = till.next_receipt()? + nth;
        let shift = till.shift.map(|(at, _)| at);
        let chance = &mut self.chance;
        let item = chance.one_of(&items).copied();
        let member = chance.one_of(&members).copied();
        let body = match act {
            Act::OpenShift => {
                let day = Zone::Wib.business_date(till.clock.shows(self.start_ms, self.now));
                let first = till.ledger.as_ref().and_then(|ledger| ledger.control().first_open_day());
                let day = BusinessDate(day.0.clamp(0, 2_900_000)).max(first.unwrap_or_default());
                return Ok(Paper::of(&trade::shift_open(chance), day));
            }
            Act::Return => {
                let Some(sale) = till.booked(chance, SALES)? else { return Ok(None) };
                let Ok(Some(Body::Sale(sold))) = sale.body() else { return Ok(None) };
                trade::sale_return(chance, &sold, sale.at, shift, receipt_no)
            }
            Act::Reverse => {
                let Some(original) = till.booked(chance, REVERSIBLE)? else { return Ok(None) };
                return Ok(trade::reversal(&original, shift, date));
            }
            Act::Deposit => member.map(|member| trade::deposit(chance, member, shift, receipt_no)),
            Act::PayBon => member.map(|member| trade::bon_payment(chance, member, shift, receipt_no)),
            Act::Buy => item.map(|item| trade::purchase(chance, item, shift)),
            Act::EditPrice => {
                let Some(item) = item else { return Ok(None) };
                let held = till.edit_of(item, Field::ITEM_PRICE.0)?;
                let v = held.map_or(1, |(v, _)| v + 1);
                let seen: Vec<DocRef> = held.into_iter().map(|(_, at)| at).collect();
                Some(trade::item(Ref::Doc(item), v, chance.between(1, 99_999), seen))
            }
            Act::EditPhone => {
                let Some(member) = member else { return Ok(None) };
                let v = till.edit_of(member, Field::PERSON_PHONE.0)?.map_or(1, |(v, _)| v + 1);
                return Ok(trade::phone(member, v, chance.between(10_000, 99_999), date));
            }
            Act::NewItem => Some(trade::item(Ref::This, 1, chance.between(1, 99_999), Vec::new())),
            Act::NewMember => Some(trade::member(Ref::This, chance.next_u64() % 1_000)),
            Act::EraseMember => member.map(|member| Body::MemberErased(MemberErased { member })),
            Act::BackDate => {
                let body = trade::sale(chance, &items, member, shift, receipt_no);
                let back = i32::try_from(chance.between(1, 40)).unwrap_or(1);
                return Ok(Paper::of(&body, BusinessDate((date.0 - back).max(0))));
            }
            Act::Later | Act::Poison => {
                let body = trade::sale(chance, &items, member, shift, receipt_no);
                let Some(paper) = Paper::of(&body, date) else { return Ok(None) };
                return Ok(Some(if act == Act::Later {
                    trade::of_later_app(chance, paper)
                } else {
                    trade::poisoned(chance, paper)
                }));
            }
            _ => {
                let member = if chance.percent(50) { member } else { None };
                Some(trade::sale(chance, &items, member, shift, receipt_no))
            }
        };
        Ok(body.and_then(|body| Paper::of(&body, date)))
    }
}
