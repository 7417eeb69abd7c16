//! Opening and closing a drawer (handbook 5.6).

use crate::{Decision, Rejection};
use lumbung_document::Body;
use lumbung_document::body::{ShiftClose, ShiftOpen};
use lumbung_posting::account;
use lumbung_primitives::{BusinessDate, DocRef, Money};

/// The shift that is open on this device; its date is the date of whatever passes its drawer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct OpenShift {
    pub shift: DocRef,
    pub business_date: BusinessDate,
}

/// The date that opening a shift proposes, and whether a person must pick (format v1, order and time).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct DateProposal {
    pub date: BusinessDate,
    /// The device's last business date lies over two days after the clock: show both.
    pub choose: bool,
}

pub fn propose_date(
    clock: BusinessDate,
    last: Option<BusinessDate>,
    first_open_day: BusinessDate,
) -> DateProposal {
    let last = last.unwrap_or(clock);
    DateProposal { date: clock.max(last).max(first_open_day), choose: last.0 > clock.0 + 2 }
}

/// More than this many days ahead of the clock needs a second person.
pub const DAYS_AHEAD_MAX: i32 = 7;

#[derive(Clone, Copy, Debug)]
pub struct OpenCommand {
    pub outlet: u16,
    pub business_date: BusinessDate,
    pub float: Money,
}

pub fn open(
    already_open: bool,
    first_open_day: BusinessDate,
    command: OpenCommand,
) -> Result<Decision, Rejection> {
    if already_open {
        return Err(Rejection::ShiftAlreadyOpen);
    }
    if command.business_date < first_open_day || !command.business_date.is_valid() {
        return Err(Rejection::DateNotPossible { date: command.business_date });
    }
    if command.float.is_negative() {
        return Err(Rejection::AmountNotPositive);
    }
    let body = ShiftOpen { outlet: command.outlet, float: command.float, float_account: account::SAFE_CASH };
    Ok(Decision::new(Body::ShiftOpen(body), command.business_date))
}

#[derive(Clone, Copy, Debug)]
pub struct CloseCommand {
    pub outlet: u16,
    /// What the books say is in the drawer now.
    pub expected: Money,
    pub counted: Money,
    pub to_bank: Money,
    pub to_safe: Money,
}

pub fn close(shift: Option<OpenShift>, command: CloseCommand) -> Result<Decision, Rejection> {
    let shift = shift.ok_or(Rejection::ShiftNotOpen)?;
    if command.counted.is_negative() || command.to_bank.is_negative() || command.to_safe.is_negative() {
        return Err(Rejection::AmountNotPositive);
    }
    if !command.counted.within_limit() {
        return Err(Rejection::AmountTooLarge);
    }
    if command.to_bank + command.to_safe > command.counted {
        return Err(Rejection::MoreThanCounted { counted: command.counted });
    }
    let body = ShiftClose {
        outlet: command.outlet,
        shift: shift.shift,
        expected: command.expected,
        counted: command.counted,
        to_bank: command.to_bank,
        bank_account: account::BANK,
        to_safe: command.to_safe,
        safe_account: account::SAFE_CASH,
    };
    Ok(Decision::new(Body::ShiftClose(body), shift.business_date))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dead_clock_stops_nothing() {
        let day = BusinessDate;
        for (clock, last, first_open, date, choose) in [
            (100, Some(99), 0, 100, false),
            (100, None, 0, 100, false),
            (98, Some(100), 0, 100, false),
            (0, Some(20_000), 0, 20_000, true),
            (100, Some(99), 150, 150, false),
        ] {
            let proposal = propose_date(day(clock), last.map(day), day(first_open));
            assert_eq!(proposal, DateProposal { date: day(date), choose });
        }
    }

    #[test]
    fn no_more_leaves_the_drawer_than_was_counted() {
        let shift = Some(OpenShift { shift: DocRef::new(1, 1), business_date: BusinessDate(1) });
        let command = CloseCommand {
            outlet: 1,
            expected: Money(100),
            counted: Money(100),
            to_bank: Money(60),
            to_safe: Money(50),
        };
        assert_eq!(close(shift, command), Err(Rejection::MoreThanCounted { counted: Money(100) }));
        assert_eq!(close(None, command), Err(Rejection::ShiftNotOpen));
    }
}
