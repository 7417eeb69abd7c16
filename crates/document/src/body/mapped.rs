//! Every reference of a body to other documents, named anew: what a re-issue refers to may itself be re-issued.
//!
//! Each struct is taken apart whole, so that a field that is added does not compile until it was thought of.

use super::control::{
    BooksDevice, DeviceEnrolled, DeviceInvited, Genesis, MemberErased, PeriodClose, PeriodReopen, SeriesEnd,
};
use super::opening::{OpeningAccount, OpeningBalance, OpeningMember, OpeningStock};
use super::payment::{BonPayment, Expense, SavingsDeposit, SupplierPayment};
use super::purchase::{Purchase, PurchaseLine};
use super::reference::{Change, Field, Reference, Value};
use super::reversal::Reversal;
use super::sale::{ReturnLine, Sale, SaleLine, SaleReturn};
use super::shared::{Answer, KeyGrant};
use super::shift::{ShiftClose, ShiftOpen};
use crate::{Body, Effects, MemberMove, PersonalContent, Posting, StockMove};
use lumbung_primitives::{DocRef, Ref};

/// Says what a document is called now.
type Map<'a> = &'a mut dyn FnMut(DocRef) -> DocRef;

fn to(map: Map<'_>, reference: &mut DocRef) {
    *reference = map(*reference);
}

fn each<'a>(map: Map<'_>, references: impl IntoIterator<Item = &'a mut DocRef>) {
    for reference in references {
        to(map, reference);
    }
}

fn to_ref(map: Map<'_>, reference: &mut Ref) {
    if let Ref::Doc(reference) = reference {
        to(map, reference);
    }
}

impl Body {
    /// Names documents anew. Places in a chain (a cut, an end) are none: they name what lies there by its hash.
    /// The hash that a reversal binds is the caller's to follow up.
    pub fn map_references(&mut self, map: Map<'_>) {
        match self {
            Self::Genesis(Genesis { .. })
            | Self::DeviceInvited(DeviceInvited { device_no: _, code_hash: _ })
            | Self::DeviceEnrolled(DeviceEnrolled { .. })
            | Self::SeriesEnd(SeriesEnd { device_no: _, seq: _, hash: _, reason: _ })
            | Self::PeriodClose(PeriodClose { last_day: _, cut: _, waived: _ })
            | Self::KeyGrant(KeyGrant { device_no: _, one_time_key: _, sealed: _ })
            | Self::ShiftOpen(ShiftOpen { outlet: _, float: _, float_account: _ }) => {}
            Self::BooksDevice(BooksDevice { device_no: _, after, second }) => {
                to(map, after);
                each(map, second);
            }
            Self::PeriodReopen(PeriodReopen { close, approved_by }) => {
                to(map, close);
                each(map, approved_by);
            }
            Self::MemberErased(MemberErased { member }) => to(map, member),
            Self::Item(body)
            | Self::Member(body)
            | Self::Supplier(body)
            | Self::Staff(body)
            | Self::Setting(body) => {
                let Reference { target, changes } = body;
                to_ref(map, target);
                for change in changes {
                    map_change(map, change);
                }
            }
            Self::Answer(Answer { question: _, about, choice: _ }) => {
                each(map, about);
            }
            Self::ShiftClose(body) => {
                let ShiftClose {
                    outlet: _,
                    shift,
                    expected: _,
                    counted: _,
                    to_bank: _,
                    bank_account: _,
                    to_safe: _,
                    safe_account: _,
                } = body;
                to(map, shift);
            }
            Self::Reversal(Reversal { of, of_hash: _, reason: _, approved_by, shift }) => {
                to(map, of);
                each(map, approved_by.iter_mut().chain(shift));
            }
            other => other.map_trade(map),
        }
    }

    fn map_trade(&mut self, map: Map<'_>) {
        match self {
            Self::Sale(body) => {
                let Sale {
                    receipt_no: _,
                    outlet: _,
                    as_member: _,
                    lines,
                    tenders: _,
                    rounding: _,
                    shift,
                    member,
                } = body;
                for line in lines {
                    let SaleLine {
                        item,
                        quantity: _,
                        unit_price: _,
                        amount: _,
                        discount: _,
                        cost: _,
                        stock_account: _,
                        class: _,
                        owner,
                    } = line;
                    to(map, item);
                    each(map, owner);
                }
                each(map, shift.iter_mut().chain(member));
            }
            Self::SaleReturn(body) => {
                let SaleReturn {
                    receipt_no: _,
                    outlet: _,
                    as_member: _,
                    sale,
                    lines,
                    tenders: _,
                    rounding: _,
                    damaged: _,
                    shift,
                    member,
                } = body;
                to(map, sale);
                for line in lines {
                    let ReturnLine {
                        line: _,
                        item,
                        quantity: _,
                        amount: _,
                        cost: _,
                        stock_account: _,
                        class: _,
                        owner,
                    } = line;
                    to(map, item);
                    each(map, owner);
                }
                each(map, shift.iter_mut().chain(member));
            }
            Self::BonPayment(BonPayment {
                receipt_no: _,
                outlet: _,
                member,
                amount: _,
                account: _,
                shift,
            }) => {
                to(map, member);
                each(map, shift);
            }
            Self::SavingsDeposit(body) => {
                let SavingsDeposit { receipt_no: _, outlet: _, member, lines: _, account: _, shift } = body;
                to(map, member);
                each(map, shift);
            }
            Self::Purchase(Purchase { outlet: _, lines, paid: _, supplier, shift }) => {
                for PurchaseLine { item, quantity: _, value: _, stock_account: _ } in lines {
                    to(map, item);
                }
                each(map, supplier.iter_mut().chain(shift));
            }
            Self::SupplierPayment(body) => {
                let SupplierPayment { outlet: _, supplier, amount: _, discount: _, account: _, shift } = body;
                to(map, supplier);
                each(map, shift);
            }
            Self::Expense(Expense { outlet: _, lines: _, account: _, shift }) => {
                each(map, shift);
            }
            Self::OpeningBalance(OpeningBalance { part: _, parts: _, accounts, stock, members }) => {
                for OpeningAccount { account: _, amount: _, outlet: _, party } in accounts {
                    if let Some(party) = party {
                        to_ref(map, party);
                    }
                }
                for OpeningStock { item, outlet: _, quantity: _, value: _, account: _ } in stock {
                    to(map, item);
                }
                for OpeningMember { member, kind: _, amount: _ } in members {
                    to(map, member);
                }
            }
            _ => {}
        }
    }
}

fn map_change(map: Map<'_>, change: &mut Change) {
    let Change { field, v: _, value, seen } = change;
    each(map, seen);
    // The one value that names a document: the member that an entry was merged into, by its key.
    if *field == Field::MEMBER_MERGED_INTO
        && let Value::Integer(key) = value
    {
        *key = map(DocRef::from_key(*key)).key();
    }
}

impl Effects {
    /// Names documents anew, as [`Body::map_references`] does.
    pub fn map_references(&mut self, map: Map<'_>) {
        let Self { postings, stock_moves, member_moves } = self;
        for Posting { account: _, amount: _, outlet: _, party, shift, flow: _, layer: _ } in postings {
            for reference in party.iter_mut().chain(shift) {
                to_ref(map, reference);
            }
        }
        for StockMove { item, outlet: _, bin: _, account: _, quantity: _, value: _, owner } in stock_moves {
            to(map, item);
            each(map, owner);
        }
        for MemberMove { member, kind: _, amount: _, period: _ } in member_moves {
            to(map, member);
        }
    }
}

impl PersonalContent {
    /// Names documents anew, as [`Body::map_references`] does.
    pub fn map_references(&mut self, map: Map<'_>) {
        for change in &mut self.changes {
            map_change(map, change);
        }
    }
}

#[cfg(test)]
mod tests;
