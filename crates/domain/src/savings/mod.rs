//! Savings put in, and bon paid off.

use crate::shift::OpenShift;
use crate::{Decision, Rejection};
use lumbung_document::Body;
use lumbung_document::body::payment::SavingsLine;
use lumbung_document::body::{BonPayment, SavingsDeposit};
use lumbung_posting::account;
use lumbung_primitives::{DocRef, Money};

#[derive(Clone, Debug)]
pub struct DepositCommand {
    pub receipt_no: u64,
    pub outlet: u16,
    pub member: DocRef,
    pub lines: Vec<SavingsLine>,
}

/// Cash into the open drawer. A candidate may pay: that is how she becomes a member.
pub fn deposit(left: bool, command: DepositCommand, shift: Option<OpenShift>) -> Result<Decision, Rejection> {
    let shift = shift.ok_or(Rejection::ShiftNotOpen)?;
    if left {
        return Err(Rejection::MemberLeft);
    }
    if command.lines.is_empty() {
        return Err(Rejection::Empty);
    }
    if command.lines.iter().any(|line| !line.amount.is_positive()) {
        return Err(Rejection::AmountNotPositive);
    }
    let body = SavingsDeposit {
        receipt_no: command.receipt_no,
        outlet: command.outlet,
        member: command.member,
        lines: command.lines,
        account: account::TILL_CASH,
        shift: Some(shift.shift),
    };
    Ok(Decision::new(Body::SavingsDeposit(body), shift.business_date))
}

#[derive(Clone, Copy, Debug)]
pub struct BonCommand {
    pub receipt_no: u64,
    pub outlet: u16,
    pub member: DocRef,
    pub amount: Money,
    pub owed: Money,
}

pub fn pay_bon(command: BonCommand, shift: Option<OpenShift>) -> Result<Decision, Rejection> {
    let shift = shift.ok_or(Rejection::ShiftNotOpen)?;
    if !command.amount.is_positive() {
        return Err(Rejection::AmountNotPositive);
    }
    if !command.owed.is_positive() {
        return Err(Rejection::NothingOwed);
    }
    if command.amount > command.owed {
        return Err(Rejection::MoreThanOwed { owed: command.owed });
    }
    let body = BonPayment {
        receipt_no: command.receipt_no,
        outlet: command.outlet,
        member: command.member,
        amount: command.amount,
        account: account::TILL_CASH,
        shift: Some(shift.shift),
    };
    Ok(Decision::new(Body::BonPayment(body), shift.business_date))
}
