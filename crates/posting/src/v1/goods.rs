//! Goods sold, taken back and bought (journal entries J09, J10, J12–J18, J21 of the handbook).

use super::Journal;
use crate::{account, flow};
use lumbung_document::body::sale::{GoodsClass, Tender, Tendered};
use lumbung_document::body::{Purchase, Sale, SaleReturn};
use lumbung_document::{Effects, MemberMove, MemberMoveKind, StockMove};
use lumbung_primitives::{DocRef, Money, Quantity, Ref};

/// The sales floor: the only bin until stock counts bring quarantine and damaged goods.
const SALES_FLOOR: u16 = 0;

pub(super) fn sale(body: &Sale) -> Effects {
    let mut journal = Journal::new(body.outlet, body.shift.map(Ref::Doc));
    let side = Side::of(body.as_member);
    for tendered in &body.tenders {
        tender(&mut journal, tendered, body.member, side, 1);
    }
    for line in &body.lines {
        let net = line.amount - line.discount;
        match line.class {
            GoodsClass::Own | GoodsClass::Excluded => {
                journal.credit(side.sales, line.amount);
                journal.debit(side.discount, line.discount);
            }
            GoodsClass::Consigned => {
                let owner = line.owner.map(Ref::Doc);
                journal.post(account::CONSIGNMENT_PAYABLE, -line.cost, owner, flow::NONE);
                journal.credit(side.commission, net - line.cost);
            }
            GoodsClass::Agency => {
                journal.credit(line.stock_account, line.cost);
                journal.credit(account::AGENCY_INCOME, net - line.cost);
            }
        }
    }
    journal.credit(account::CASH_ROUNDING, body.rounding);
    for line in body.lines.iter().filter(|line| is_stock(line.class)) {
        journal.debit(side.cost, line.cost);
        journal.credit(line.stock_account, line.cost);
    }
    let stock_moves = body
        .lines
        .iter()
        .filter(|line| line.class != GoodsClass::Agency)
        .map(|line| {
            goods_move(line.item, body.outlet, -line.quantity, -line.cost, line.stock_account, line.owner)
        })
        .collect();
    let purchases = body.lines.iter().map(|line| (line.class, line.amount - line.discount, line.cost));
    let member_moves = member_moves(body.member, &body.tenders, purchases, 1);
    Effects { postings: journal.postings(), stock_moves, member_moves }
}

pub(super) fn sale_return(body: &SaleReturn) -> Effects {
    let mut journal = Journal::new(body.outlet, body.shift.map(Ref::Doc));
    let side = Side::of(body.as_member);
    for line in &body.lines {
        match line.class {
            GoodsClass::Own | GoodsClass::Excluded => journal.debit(side.returns, line.amount),
            GoodsClass::Consigned => {
                let owner = line.owner.map(Ref::Doc);
                journal.post(account::CONSIGNMENT_PAYABLE, line.cost, owner, flow::NONE);
                journal.debit(side.commission, line.amount - line.cost);
            }
            GoodsClass::Agency => {
                journal.debit(line.stock_account, line.cost);
                journal.debit(account::AGENCY_INCOME, line.amount - line.cost);
            }
        }
    }
    for tendered in &body.tenders {
        tender(&mut journal, tendered, body.member, side, -1);
    }
    journal.debit(account::CASH_ROUNDING, body.rounding);
    for line in body.lines.iter().filter(|line| is_stock(line.class)) {
        let receives = if body.damaged { account::SPOILAGE } else { line.stock_account };
        journal.debit(receives, line.cost);
        journal.credit(side.cost, line.cost);
    }
    let stock_moves = body
        .lines
        .iter()
        .filter(|line| line.class != GoodsClass::Agency && !body.damaged)
        .map(|line| {
            goods_move(line.item, body.outlet, line.quantity, line.cost, line.stock_account, line.owner)
        })
        .collect();
    let purchases = body.lines.iter().map(|line| (line.class, line.amount, line.cost));
    let member_moves = member_moves(body.member, &body.tenders, purchases, -1);
    Effects { postings: journal.postings(), stock_moves, member_moves }
}

pub(super) fn purchase(body: &Purchase) -> Effects {
    let mut journal = Journal::new(body.outlet, body.shift.map(Ref::Doc));
    let mut owed = Money::ZERO;
    for line in &body.lines {
        journal.debit(line.stock_account, line.value);
        owed += line.value;
    }
    for paid in &body.paid {
        journal.post(paid.account, -paid.amount, None, flow::SUPPLIERS);
        owed -= paid.amount;
    }
    journal.post(account::TRADE_PAYABLE, -owed, body.supplier.map(Ref::Doc), flow::NONE);
    let stock_moves = body
        .lines
        .iter()
        .map(|line| goods_move(line.item, body.outlet, line.quantity, line.value, line.stock_account, None))
        .collect();
    Effects { postings: journal.postings(), stock_moves, member_moves: Vec::new() }
}

/// The accounts of one side of the member / non-member split.
#[derive(Clone, Copy)]
struct Side {
    sales: u32,
    discount: u32,
    returns: u32,
    commission: u32,
    cost: u32,
    flow: u8,
}

impl Side {
    const fn of(as_member: bool) -> Self {
        if as_member {
            Self {
                sales: account::SALES_MEMBER,
                discount: account::DISCOUNT_MEMBER,
                returns: account::RETURNS_MEMBER,
                commission: account::COMMISSION_MEMBER,
                cost: account::COST_MEMBER,
                flow: flow::SALES_MEMBERS,
            }
        } else {
            Self {
                sales: account::SALES_NON_MEMBER,
                discount: account::DISCOUNT_NON_MEMBER,
                returns: account::RETURNS_NON_MEMBER,
                commission: account::COMMISSION_NON_MEMBER,
                cost: account::COST_NON_MEMBER,
                flow: flow::SALES_OTHERS,
            }
        }
    }
}

const fn is_stock(class: GoodsClass) -> bool {
    matches!(class, GoodsClass::Own | GoodsClass::Excluded)
}

/// `sign` is 1 where money comes in and −1 where it is paid back.
fn tender(journal: &mut Journal, tendered: &Tendered, member: Option<DocRef>, side: Side, sign: i64) {
    let amount = Money(tendered.amount.0 * sign);
    match tendered.tender {
        Tender::Cash => journal.post(account::TILL_CASH, amount, None, side.flow),
        Tender::Qris => journal.post(account::QRIS_CLEARING, amount, None, side.flow),
        Tender::Bon => {
            journal.post(account::MEMBER_RECEIVABLE, amount, member.map(Ref::Doc), flow::NONE);
        }
    }
}

/// Goods of a consignor move without value: they are not the cooperative's.
fn goods_move(
    item: DocRef,
    outlet: u16,
    quantity: Quantity,
    value: Money,
    stock_account: u32,
    owner: Option<DocRef>,
) -> StockMove {
    let (account, value) = if owner.is_some() { (None, Money::ZERO) } else { (Some(stock_account), value) };
    StockMove { item, outlet, bin: SALES_FLOOR, account, quantity, value, owner }
}

/// Bon taken or given back, and purchases with their margin by class.
fn member_moves(
    member: Option<DocRef>,
    tenders: &[Tendered],
    lines: impl Iterator<Item = (GoodsClass, Money, Money)>,
    sign: i64,
) -> Vec<MemberMove> {
    let Some(member) = member else { return Vec::new() };
    let mut bon = Money::ZERO;
    for tendered in tenders.iter().filter(|tendered| tendered.tender == Tender::Bon) {
        bon += tendered.amount;
    }
    let mut by_class = [(Money::ZERO, Money::ZERO); 4];
    for (class, net, cost) in lines {
        let (purchases, margin) = &mut by_class[class as usize];
        *purchases += net;
        *margin += net - cost;
    }
    let kinds = [
        (MemberMoveKind::PURCHASE_OWN, MemberMoveKind::MARGIN_OWN),
        (MemberMoveKind::PURCHASE_CONSIGNED, MemberMoveKind::MARGIN_CONSIGNED),
        (MemberMoveKind::PURCHASE_AGENCY, MemberMoveKind::MARGIN_AGENCY),
        (MemberMoveKind::PURCHASE_EXCLUDED, MemberMoveKind::MARGIN_EXCLUDED),
    ];
    let classes = kinds.into_iter().zip(by_class);
    let purchases = classes.flat_map(|((purchase, margin), (net, gain))| [(purchase, net), (margin, gain)]);
    std::iter::once((MemberMoveKind::BON, bon))
        .chain(purchases)
        .filter(|(_, amount)| !amount.is_zero())
        .map(|(kind, amount)| MemberMove { member, kind, amount: Money(amount.0 * sign), period: None })
        .collect()
}
