//! Money without goods (J02–J05, J08, J11, J15, J24, J26–J29).

use super::Journal;
use crate::{account, flow};
use lumbung_document::body::payment::SavingsKind;
use lumbung_document::body::{BonPayment, Expense, SavingsDeposit, ShiftClose, ShiftOpen, SupplierPayment};
use lumbung_document::{Effects, MemberMove, MemberMoveKind};
use lumbung_primitives::Ref;

pub(super) fn bon_payment(body: &BonPayment) -> Effects {
    let mut journal = Journal::new(body.outlet, body.shift.map(Ref::Doc));
    journal.post(body.account, body.amount, None, flow::SALES_MEMBERS);
    journal.post(account::MEMBER_RECEIVABLE, -body.amount, Some(Ref::Doc(body.member)), flow::NONE);
    let paid_off =
        MemberMove { member: body.member, kind: MemberMoveKind::BON, amount: -body.amount, period: None };
    Effects { postings: journal.postings(), stock_moves: Vec::new(), member_moves: vec![paid_off] }
}

pub(super) fn savings_deposit(body: &SavingsDeposit) -> Effects {
    let mut journal = Journal::new(body.outlet, body.shift.map(Ref::Doc));
    let mut member_moves = Vec::with_capacity(body.lines.len());
    for line in &body.lines {
        let (to, flow, kind) = match line.kind {
            SavingsKind::Pokok => (account::PRINCIPAL_SAVINGS, flow::MEMBER_CAPITAL, MemberMoveKind::POKOK),
            SavingsKind::Wajib => (account::MANDATORY_SAVINGS, flow::MEMBER_CAPITAL, MemberMoveKind::WAJIB),
            SavingsKind::Sukarela => {
                (account::VOLUNTARY_SAVINGS, flow::MEMBER_SAVINGS, MemberMoveKind::SUKARELA)
            }
        };
        journal.post(body.account, line.amount, None, flow);
        journal.post(to, -line.amount, Some(Ref::Doc(body.member)), flow::NONE);
        let (member, amount, period) = (body.member, line.amount, line.period);
        member_moves.push(MemberMove { member, kind, amount, period });
    }
    Effects { postings: journal.postings(), stock_moves: Vec::new(), member_moves }
}

pub(super) fn supplier_payment(body: &SupplierPayment) -> Effects {
    let mut journal = Journal::new(body.outlet, body.shift.map(Ref::Doc));
    journal.post(account::TRADE_PAYABLE, body.amount, Some(Ref::Doc(body.supplier)), flow::NONE);
    journal.post(body.account, body.discount - body.amount, None, flow::SUPPLIERS);
    journal.credit(account::PURCHASE_DISCOUNT, body.discount);
    Effects { postings: journal.postings(), ..Effects::default() }
}

pub(super) fn expense(body: &Expense) -> Effects {
    let mut journal = Journal::new(body.outlet, body.shift.map(Ref::Doc));
    for line in &body.lines {
        journal.debit(line.account, line.amount);
    }
    for line in &body.lines {
        journal.post(body.account, -line.amount, None, flow::EXPENSES);
    }
    Effects { postings: journal.postings(), ..Effects::default() }
}

pub(super) fn shift_open(body: &ShiftOpen) -> Effects {
    let mut journal = Journal::new(body.outlet, Some(Ref::This));
    journal.post(account::TILL_CASH, body.float, None, flow::TRANSFER);
    journal.post(body.float_account, -body.float, None, flow::TRANSFER);
    Effects { postings: journal.postings(), ..Effects::default() }
}

/// The difference to the count, then what leaves the drawer.
pub(super) fn shift_close(body: &ShiftClose) -> Effects {
    let mut journal = Journal::new(body.outlet, Some(Ref::Doc(body.shift)));
    let difference = body.counted - body.expected;
    journal.post(account::TILL_CASH, difference, None, flow::TILL_DIFFERENCE);
    journal
        .credit(if difference.is_negative() { account::TILL_SHORT } else { account::TILL_OVER }, difference);
    for (to, amount) in [(body.bank_account, body.to_bank), (body.safe_account, body.to_safe)] {
        journal.post(to, amount, None, flow::TRANSFER);
        journal.post(account::TILL_CASH, -amount, None, flow::TRANSFER);
    }
    Effects { postings: journal.postings(), ..Effects::default() }
}
