//! Bodies of the trade, with what chance puts into them.

use super::Paper;
use crate::disk::Chance;
use crate::draw::Draw;
use lumbung_document::body::payment::{SavingsKind, SavingsLine};
use lumbung_document::body::purchase::{Paid, PurchaseLine};
use lumbung_document::body::reference::{Change, Field, Value};
use lumbung_document::body::reversal::ReversalReason;
use lumbung_document::body::sale::{GoodsClass, ReturnLine, SaleLine, Tender, Tendered};
use lumbung_document::body::{
    BonPayment, Purchase, Reference, Reversal, Sale, SaleReturn, SavingsDeposit, ShiftOpen,
};
use lumbung_document::{Body, Effects, Kind, PersonalContent, Posting, SealedDocument};
use lumbung_primitives::{BusinessDate, DocRef, Money, Quantity, Ref};

const OUTLET: u16 = 1;
const TILL_CASH: u32 = 111_100;
const SAFE: u32 = 111_200;
const MERCHANDISE: u32 = 114_100;

/// Numbers of kinds that no app of today knows.
pub const LATER_KINDS: std::ops::RangeInclusive<u16> = 900..=902;

pub fn shift_open(chance: &mut Chance) -> Body {
    Body::ShiftOpen(ShiftOpen {
        outlet: OUTLET,
        float: Money(chance.between(0, 5) * 50_000),
        float_account: SAFE,
    })
}

pub fn sale(
    chance: &mut Chance,
    items: &[DocRef],
    member: Option<DocRef>,
    shift: Option<DocRef>,
    receipt_no: u64,
) -> Body {
    let count = chance.between(1, 3);
    let mut lines = Vec::new();
    for _ in 0..count {
        let Some(item) = chance.one_of(items) else { break };
        let (quantity, unit_price) = (Quantity(chance.between(1, 4_000)), Money(chance.between(100, 90_000)));
        let amount = quantity.times_price(unit_price).unwrap_or(Money::ZERO);
        lines.push(SaleLine {
            item: *item,
            quantity,
            unit_price,
            amount,
            discount: Money(amount.0 * chance.between(0, 1) / 20),
            cost: Money(amount.0 * 9 / 10),
            stock_account: MERCHANDISE,
            class: GoodsClass::Own,
            owner: None,
        });
    }
    let net = Money(lines.iter().map(|line| line.amount.0 - line.discount.0).sum());
    let tender = match (chance.below(4), member) {
        (0, Some(_)) => Tender::Bon,
        (1, _) => Tender::Qris,
        _ => Tender::Cash,
    };
    Body::Sale(Sale {
        receipt_no,
        outlet: OUTLET,
        as_member: member.is_some(),
        lines,
        tenders: vec![Tendered { tender, amount: net, handed: net }],
        rounding: Money::ZERO,
        shift,
        member,
    })
}

/// Takes back one line of a sale, in part or whole.
pub fn sale_return(
    chance: &mut Chance,
    sale: &Sale,
    of: DocRef,
    shift: Option<DocRef>,
    receipt_no: u64,
) -> Option<Body> {
    let nth = chance.below(sale.lines.len());
    let line = sale.lines.get(nth)?;
    let half = if chance.percent(50) { 2 } else { 1 };
    let (amount, cost) = (Money((line.amount.0 - line.discount.0) / half), Money(line.cost.0 / half));
    Some(Body::SaleReturn(SaleReturn {
        receipt_no,
        outlet: OUTLET,
        as_member: sale.as_member,
        sale: of,
        lines: vec![ReturnLine {
            line: u32::try_from(nth).ok()?,
            item: line.item,
            quantity: Quantity((line.quantity.0 / half).max(1)),
            amount,
            cost,
            stock_account: line.stock_account,
            class: line.class,
            owner: line.owner,
        }],
        tenders: vec![Tendered { tender: Tender::Cash, amount, handed: amount }],
        rounding: Money::ZERO,
        damaged: chance.percent(20),
        shift,
        member: sale.member,
    }))
}

pub fn deposit(chance: &mut Chance, member: DocRef, shift: Option<DocRef>, receipt_no: u64) -> Body {
    let kind = *chance
        .one_of(&[SavingsKind::Pokok, SavingsKind::Wajib, SavingsKind::Sukarela])
        .unwrap_or(&SavingsKind::Wajib);
    let months = if kind == SavingsKind::Wajib { chance.between(1, 3) } else { 1 };
    let amount = Money(chance.between(1, 100) * 1_000);
    let lines = (0..months).map(|month| SavingsLine {
        kind,
        amount,
        period: (kind == SavingsKind::Wajib).then(|| 24_300 + i32::try_from(month).unwrap_or(0)),
    });
    Body::SavingsDeposit(SavingsDeposit {
        receipt_no,
        outlet: OUTLET,
        member,
        lines: lines.collect(),
        account: TILL_CASH,
        shift,
    })
}

pub fn bon_payment(chance: &mut Chance, member: DocRef, shift: Option<DocRef>, receipt_no: u64) -> Body {
    let amount = Money(chance.between(1, 200) * 500);
    Body::BonPayment(BonPayment { receipt_no, outlet: OUTLET, member, amount, account: TILL_CASH, shift })
}

pub fn purchase(chance: &mut Chance, item: DocRef, shift: Option<DocRef>) -> Body {
    let value = Money(chance.between(1_000, 3_000_000));
    let paid = chance.percent(50);
    Body::Purchase(Purchase {
        outlet: OUTLET,
        lines: vec![PurchaseLine {
            item,
            quantity: Quantity(chance.between(1, 90) * 1_000),
            value,
            stock_account: MERCHANDISE,
        }],
        paid: if paid { vec![Paid { account: TILL_CASH, amount: value }] } else { Vec::new() },
        supplier: (!paid).then_some(DocRef::new(1, 2)),
        shift,
    })
}

/// A document taken back: its effects negated, in the shift in which money moves now.
pub fn reversal(original: &SealedDocument, shift: Option<DocRef>, date: BusinessDate) -> Option<Paper> {
    let effects = original.effects().ok()?;
    let body = Body::Reversal(Reversal {
        of: original.at,
        of_hash: original.hash,
        reason: ReversalReason::EnteredTwice,
        approved_by: None,
        shift,
    });
    Some(Paper::with_effects(&body, 0, negated(&effects, shift, original.at), date))
}

/// Effects of a reversal.
pub fn negated(effects: &Effects, shift: Option<DocRef>, this: DocRef) -> Effects {
    let mut effects = effects.clone();
    for posting in &mut effects.postings {
        *posting = Posting {
            amount: -posting.amount,
            shift: shift.map(Ref::Doc),
            party: posting.party.map(|party| Ref::Doc(party.resolve(this))),
            ..posting.clone()
        };
    }
    for stock_move in &mut effects.stock_moves {
        stock_move.quantity = Quantity(-stock_move.quantity.0);
        stock_move.value = -stock_move.value;
    }
    for member_move in &mut effects.member_moves {
        member_move.amount = -member_move.amount;
    }
    effects
}

/// One field of an item, or the item itself where `target` is the document.
pub fn item(target: Ref, v: u32, price: i64, seen: Vec<DocRef>) -> Body {
    let change = Change { field: Field::ITEM_PRICE, v, value: Value::Integer(price), seen };
    Body::Item(Reference { target, changes: vec![change] })
}

pub fn member(target: Ref, number: u64) -> Body {
    let no = Change { field: Field::MEMBER_NO, v: 1, value: Value::Text(number.to_string()), seen: vec![] };
    Body::Member(Reference { target, changes: vec![no] })
}

/// A phone number, in the personal part.
pub fn phone(member: DocRef, v: u32, digits: i64, date: BusinessDate) -> Option<Paper> {
    let body = Body::Member(Reference { target: Ref::Doc(member), changes: vec![] });
    let value = Value::Text(format!("08{digits}"));
    let change = Change { field: Field::PERSON_PHONE, v, value, seen: vec![] };
    let content = PersonalContent { changes: vec![change] };
    Some(Paper { personal: Some((member, content)), ..Paper::of(&body, date)? })
}

/// The same paper as a later app would write it: another kind, version or rule, whose effects still book.
pub fn of_later_app(chance: &mut Chance, paper: Paper) -> Paper {
    match chance.below(3) {
        0 => {
            let kind =
                u16::try_from(chance.between(i64::from(*LATER_KINDS.start()), i64::from(*LATER_KINDS.end())));
            Paper { kind: Kind::from_id(kind.unwrap_or(900)), ..paper }
        }
        1 => Paper { kind_version: 2, ..paper },
        _ => Paper { rule_version: 9, ..paper },
    }
}

/// A paper that no reader may book.
pub fn poisoned(chance: &mut Chance, mut paper: Paper) -> Paper {
    let mut effects = paper.sums.take().unwrap_or_default();
    let way = if effects.postings.len() < 2 { 2 } else { chance.below(4) };
    match way {
        0 => {
            effects.postings.pop();
            paper.effects = effects.encode();
        }
        1 => {
            if let [first, second, ..] = effects.postings.as_mut_slice() {
                first.amount = Money(2_000_000_000_000);
                second.amount = Money(-2_000_000_000_000);
            }
            paper.effects = effects.encode();
        }
        // A float, a map, bytes behind the end: none of it is in the deterministic subset.
        2 => paper.effects = vec![0x83, 0xf9, 0x3c, 0x00, 0x80, 0x80],
        _ => paper.body = vec![0xa1, 0x01, 0x02],
    }
    paper
}
