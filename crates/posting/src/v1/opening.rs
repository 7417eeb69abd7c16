//! Opening balances (J01): what members, suppliers and shelves hold equals the control accounts, and each
//! part balances through the clearing account.

use crate::{ExpandError, account, flow};
use lumbung_document::body::OpeningBalance;
use lumbung_document::{Effects, Layer, MemberMove, MemberMoveKind, Posting, StockMove};
use lumbung_primitives::{Money, Ref};

pub(super) fn opening_balance(body: &OpeningBalance) -> Result<Effects, ExpandError> {
    let mut postings = Vec::new();
    let mut post = |account: u32, amount: Money, outlet: u16, party: Option<Ref>| {
        let flow = if account::is_cash_or_bank(account) { flow::OPENING } else { flow::NONE };
        postings.push(Posting { account, amount, outlet, party, shift: None, flow, layer: Layer::OPENING });
    };
    for line in &body.accounts {
        post(line.account, line.amount, line.outlet, line.party);
    }
    let mut stock_moves = Vec::with_capacity(body.stock.len());
    for line in &body.stock {
        post(line.account, line.value, line.outlet, None);
        stock_moves.push(StockMove {
            item: line.item,
            outlet: line.outlet,
            bin: 0,
            account: Some(line.account),
            quantity: line.quantity,
            value: line.value,
            owner: None,
        });
    }
    let mut member_moves = Vec::with_capacity(body.members.len());
    for line in &body.members {
        let kind = MemberMoveKind(line.kind);
        let (control, amount) = match kind {
            MemberMoveKind::POKOK => (account::PRINCIPAL_SAVINGS, -line.amount),
            MemberMoveKind::WAJIB => (account::MANDATORY_SAVINGS, -line.amount),
            MemberMoveKind::SUKARELA => (account::VOLUNTARY_SAVINGS, -line.amount),
            MemberMoveKind::BON => (account::MEMBER_RECEIVABLE, line.amount),
            _ => return Err(ExpandError::OutOfRange),
        };
        post(control, amount, 1, Some(Ref::Doc(line.member)));
        member_moves.push(MemberMove { member: line.member, kind, amount: line.amount, period: None });
    }
    let sum: Money = postings.iter().map(|posting| posting.amount).sum();
    if !sum.is_zero() {
        postings.push(Posting {
            account: account::OPENING_CLEARING,
            amount: -sum,
            outlet: 1,
            party: None,
            shift: None,
            flow: flow::NONE,
            layer: Layer::OPENING,
        });
    }
    Ok(Effects { postings, stock_moves, member_moves })
}
