//! Entries that are neither goods nor members: expenses, opening balances, reversals.

use crate::shift::OpenShift;
use crate::{Decision, Rejection};
use lumbung_document::body::opening::{OpeningAccount, OpeningMember, OpeningStock};
use lumbung_document::body::payment::ExpenseLine;
use lumbung_document::body::reversal::ReversalReason;
use lumbung_document::body::{Expense, OpeningBalance, Reversal};
use lumbung_document::{Body, Draft, Effects, Kind, Layer, SealedDocument};
use lumbung_posting::account;
use lumbung_primitives::{BusinessDate, DocRef, Money, Ref};

#[derive(Clone, Debug)]
pub struct ExpenseCommand {
    pub outlet: u16,
    pub business_date: BusinessDate,
    pub lines: Vec<ExpenseLine>,
    /// Cash or bank account that pays.
    pub account: u32,
    pub shift: Option<DocRef>,
    pub memo: String,
}

pub fn expense(command: ExpenseCommand) -> Result<Decision, Rejection> {
    if command.lines.is_empty() {
        return Err(Rejection::Empty);
    }
    if command.lines.iter().any(|line| !line.amount.is_positive()) {
        return Err(Rejection::AmountNotPositive);
    }
    let body = Expense {
        outlet: command.outlet,
        lines: command.lines,
        account: command.account,
        shift: command.shift,
    };
    Ok(Decision::new(Body::Expense(body), command.business_date).with_note(&command.memo))
}

/// An opening balance, whole. Refused where its control accounts, members and shelves do not sum to zero.
#[derive(Clone, Debug, Default)]
pub struct Opening {
    pub accounts: Vec<OpeningAccount>,
    pub stock: Vec<OpeningStock>,
    pub members: Vec<OpeningMember>,
}

/// Rows of one part: postings and moves stay below the 1,000 rows of check_v1.
const ROWS_PER_PART: usize = 400;

/// The parts of an opening balance, each of which balances through the clearing account.
pub fn opening(opening: &Opening, date: BusinessDate) -> Result<Vec<Decision>, Rejection> {
    for line in &opening.accounts {
        check_control_account(line)?;
    }
    let mut sum: Money = opening.accounts.iter().map(|line| line.amount).sum();
    sum += opening.stock.iter().map(|line| line.value).sum();
    for line in &opening.members {
        let owed_by_member = line.kind == lumbung_document::MemberMoveKind::BON.0;
        sum += if owed_by_member { line.amount } else { -line.amount };
    }
    if !sum.is_zero() {
        return Err(Rejection::OpeningUnbalanced { difference: sum });
    }
    let rows = opening.accounts.len() + opening.stock.len() + opening.members.len();
    if rows == 0 {
        return Err(Rejection::Empty);
    }
    let parts = rows.div_ceil(ROWS_PER_PART);
    let whole = u32::try_from(parts).map_err(|_| Rejection::TooManyLines { lines: rows })?;
    let mut bodies: Vec<OpeningBalance> = (1..=whole)
        .map(|part| OpeningBalance { part, parts: whole, accounts: vec![], stock: vec![], members: vec![] })
        .collect();
    let place = |row: usize| row / ROWS_PER_PART;
    for (row, line) in opening.accounts.iter().enumerate() {
        bodies[place(row)].accounts.push(line.clone());
    }
    for (row, line) in opening.stock.iter().enumerate() {
        bodies[place(opening.accounts.len() + row)].stock.push(line.clone());
    }
    for (row, line) in opening.members.iter().enumerate() {
        bodies[place(opening.accounts.len() + opening.stock.len() + row)].members.push(line.clone());
    }
    Ok(bodies.into_iter().map(|body| Decision::new(Body::OpeningBalance(body), date)).collect())
}

/// What members, suppliers and shelves hold comes in by them, so that sub-ledgers equal their accounts from
/// the first day.
fn check_control_account(line: &OpeningAccount) -> Result<(), Rejection> {
    let by_members = [
        account::MEMBER_RECEIVABLE,
        account::VOLUNTARY_SAVINGS,
        account::PRINCIPAL_SAVINGS,
        account::MANDATORY_SAVINGS,
    ];
    let by_shelves = (114_000..115_000).contains(&line.account);
    let by_party = [account::TRADE_PAYABLE, account::CONSIGNMENT_PAYABLE].contains(&line.account);
    if by_members.contains(&line.account) || by_shelves || (by_party && line.party.is_none()) {
        return Err(Rejection::ControlAccount { account: line.account });
    }
    Ok(())
}

#[derive(Clone, Copy, Debug)]
pub struct ReversalCommand {
    pub reason: ReversalReason,
    pub approved_by: Option<DocRef>,
    pub business_date: BusinessDate,
}

/// Takes a document back: its effects negated, in the shift where money moves now.
pub fn reverse(
    original: &SealedDocument,
    already_reversed: bool,
    command: ReversalCommand,
    shift: Option<OpenShift>,
) -> Result<Draft, Rejection> {
    if already_reversed {
        return Err(Rejection::AlreadyReversed);
    }
    let kind = original.kind();
    if kind == Kind::Reversal || kind.is_control() || matches!(kind, Kind::Unknown(_)) {
        return Err(Rejection::NotBookable { reason: format!("a {} cannot be reversed", kind.name()) });
    }
    let mut effects =
        original.effects().map_err(|error| Rejection::NotBookable { reason: error.to_string() })?;
    if effects.is_empty() {
        return Err(Rejection::NotBookable { reason: format!("a {} has no effects", kind.name()) });
    }
    negate(&mut effects, original.at, shift);
    let body = Reversal {
        of: original.at,
        of_hash: original.hash,
        reason: command.reason,
        approved_by: command.approved_by,
        shift: shift.map(|shift| shift.shift),
    };
    Ok(Draft {
        body: Body::Reversal(body),
        rule_version: 0,
        effects,
        business_date: command.business_date,
        reissue_of: None,
    })
}

fn negate(effects: &mut Effects, original: DocRef, shift: Option<OpenShift>) {
    let absolute = |reference: Option<Ref>| reference.map(|r| Ref::Doc(r.resolve(original)));
    for posting in &mut effects.postings {
        posting.amount = -posting.amount;
        posting.party = absolute(posting.party);
        posting.shift = shift.map(|shift| Ref::Doc(shift.shift));
        if posting.layer != Layer::ADJUSTING {
            posting.layer = Layer::NORMAL;
        }
    }
    for stock_move in &mut effects.stock_moves {
        stock_move.quantity = -stock_move.quantity;
        stock_move.value = -stock_move.value;
    }
    for member_move in &mut effects.member_moves {
        member_move.amount = -member_move.amount;
    }
}
