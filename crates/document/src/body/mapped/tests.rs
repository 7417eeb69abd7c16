use super::*;
use crate::body::control::{CutLine, EndReason, NumberBlock};
use crate::body::payment::{ExpenseLine, SavingsKind, SavingsLine};
use crate::body::purchase::Paid;
use crate::body::reversal::ReversalReason;
use crate::body::sale::{GoodsClass, Tender, Tendered};
use crate::{Hash, Kind, Layer, MemberMoveKind};
use lumbung_primitives::{BusinessDate, Money, Quantity};
use std::collections::BTreeSet;

const BEFORE: u32 = 7_777;
const AFTER: u32 = 8_888;

/// References are told apart from every other figure by their device.
fn r(seq: u64) -> DocRef {
    DocRef::new(BEFORE, seq)
}

/// How often an array of two that begins with this device stands in the bytes.
fn count(bytes: &[u8], device_no: u32) -> usize {
    let [_, _, high, low] = device_no.to_be_bytes();
    bytes.windows(4).filter(|window| *window == [0x82, 0x19, high, low]).count()
}

fn reference() -> Reference {
    let change = |field, value| Change { field, v: 2, value, seen: vec![r(20), r(21)] };
    Reference { target: Ref::Doc(r(22)), changes: vec![change(Field::ITEM_PRICE, Value::Integer(5_000))] }
}

/// One of every kind, and how many references stand in it.
fn bodies() -> Vec<(Body, usize)> {
    let (rp, milli, day) = (Money(1_000), Quantity(2_000), BusinessDate(20_000));
    let hash = Hash([3; 32]);
    let tenders = vec![Tendered { tender: Tender::Cash, amount: rp, handed: rp }];
    let (shift, member, owner) = (Some(r(1)), Some(r(2)), Some(r(3)));
    vec![
        (
            Body::Genesis(Genesis {
                coop_id: [1; 16],
                device_id: [2; 16],
                device_key: [3; 32],
                exchange_key: [4; 32],
                coop_name: "KDMP Uji".into(),
                region_code: String::new(),
                utc_offset_hours: 7,
                chart_version: 1,
            }),
            0,
        ),
        (Body::DeviceInvited(DeviceInvited { device_no: 2, code_hash: [0; 32] }), 0),
        (
            Body::DeviceEnrolled(DeviceEnrolled {
                device_no: 2,
                device_id: [0; 16],
                device_key: [0; 32],
                exchange_key: [0; 32],
                proof: [0; 32],
                block: Some(NumberBlock { first: 101, count: 8 }),
            }),
            0,
        ),
        (Body::SeriesEnd(SeriesEnd { device_no: 2, seq: 9, hash, reason: EndReason::FORK }), 0),
        (Body::BooksDevice(BooksDevice { device_no: 2, after: r(1), second: Some(r(2)) }), 2),
        (
            Body::PeriodClose(PeriodClose {
                last_day: day,
                cut: vec![CutLine { device_no: 2, seq: 3, hash }],
                waived: vec![4],
            }),
            0,
        ),
        (Body::PeriodReopen(PeriodReopen { close: r(1), approved_by: Some(r(2)) }), 2),
        (Body::MemberErased(MemberErased { member: r(1) }), 1),
        (Body::Item(reference()), 3),
        (Body::Member(reference()), 3),
        (Body::Supplier(reference()), 3),
        (Body::Staff(reference()), 3),
        (Body::Setting(reference()), 3),
        (Body::Answer(Answer { question: 1, about: vec![r(1), r(2)], choice: 1 }), 2),
        (Body::KeyGrant(KeyGrant { device_no: 2, one_time_key: [0; 32], sealed: vec![0; 52] }), 0),
        (
            Body::Sale(Sale {
                receipt_no: 1,
                outlet: 1,
                as_member: true,
                lines: vec![SaleLine {
                    item: r(9),
                    quantity: milli,
                    unit_price: rp,
                    amount: rp,
                    discount: rp,
                    cost: rp,
                    stock_account: 114_100,
                    class: GoodsClass::Consigned,
                    owner,
                }],
                tenders: tenders.clone(),
                rounding: rp,
                shift,
                member,
            }),
            4,
        ),
        (
            Body::SaleReturn(SaleReturn {
                receipt_no: 2,
                outlet: 1,
                as_member: true,
                sale: r(8),
                lines: vec![ReturnLine {
                    line: 0,
                    item: r(9),
                    quantity: milli,
                    amount: rp,
                    cost: rp,
                    stock_account: 114_100,
                    class: GoodsClass::Own,
                    owner,
                }],
                tenders,
                rounding: rp,
                damaged: false,
                shift,
                member,
            }),
            5,
        ),
        (
            Body::BonPayment(BonPayment {
                receipt_no: 3,
                outlet: 1,
                member: r(2),
                amount: rp,
                account: 111_100,
                shift,
            }),
            2,
        ),
        (
            Body::SavingsDeposit(SavingsDeposit {
                receipt_no: 4,
                outlet: 1,
                member: r(2),
                lines: vec![SavingsLine { kind: SavingsKind::Wajib, amount: rp, period: Some(24_300) }],
                account: 111_100,
                shift,
            }),
            2,
        ),
        (
            Body::Purchase(Purchase {
                outlet: 1,
                lines: vec![PurchaseLine { item: r(9), quantity: milli, value: rp, stock_account: 114_100 }],
                paid: vec![Paid { account: 111_100, amount: rp }],
                supplier: Some(r(4)),
                shift,
            }),
            3,
        ),
        (
            Body::SupplierPayment(SupplierPayment {
                outlet: 1,
                supplier: r(4),
                amount: rp,
                discount: rp,
                account: 111_100,
                shift,
            }),
            2,
        ),
        (
            Body::Expense(Expense {
                outlet: 1,
                lines: vec![ExpenseLine { account: 521_100, amount: rp }],
                account: 111_100,
                shift,
            }),
            1,
        ),
        (Body::ShiftOpen(ShiftOpen { outlet: 1, float: rp, float_account: 111_200 }), 0),
        (
            Body::ShiftClose(ShiftClose {
                outlet: 1,
                shift: r(1),
                expected: rp,
                counted: rp,
                to_bank: rp,
                bank_account: 111_300,
                to_safe: rp,
                safe_account: 111_200,
            }),
            1,
        ),
        (
            Body::OpeningBalance(OpeningBalance {
                part: 1,
                parts: 1,
                accounts: vec![OpeningAccount {
                    account: 211_100,
                    amount: rp,
                    outlet: 1,
                    party: Some(Ref::Doc(r(4))),
                }],
                stock: vec![OpeningStock {
                    item: r(9),
                    outlet: 1,
                    quantity: milli,
                    value: rp,
                    account: 114_100,
                }],
                members: vec![OpeningMember { member: r(2), kind: 1, amount: rp }],
            }),
            3,
        ),
        (
            Body::Reversal(Reversal {
                of: r(5),
                of_hash: hash,
                reason: ReversalReason::EnteredTwice,
                approved_by: Some(r(6)),
                shift,
            }),
            3,
        ),
    ]
}

#[test]
fn every_reference_of_every_kind_is_named_anew() {
    let mut met = BTreeSet::new();
    for (mut body, references) in bodies() {
        let kind = body.kind();
        met.insert(kind);
        let before = body.encode();
        assert_eq!(count(&before, BEFORE), references, "{}: the sample itself", kind.name());
        let mut asked = 0;
        body.map_references(&mut |reference| {
            asked += 1;
            DocRef::new(AFTER, reference.seq)
        });
        let after = body.encode();
        assert_eq!(count(&after, BEFORE), 0, "{}", kind.name());
        assert_eq!((asked, count(&after, AFTER)), (references, references), "{}", kind.name());
        body.map_references(&mut |reference| DocRef::new(BEFORE, reference.seq));
        assert_eq!(body.encode(), before, "{}: nothing but the names moved", kind.name());
    }
    // The kinds that have a name and no body yet.
    let unmade = [Kind::OwnAccount, Kind::Outlet];
    let all: BTreeSet<Kind> = Kind::KNOWN.into_iter().filter(|kind| !unmade.contains(kind)).collect();
    assert_eq!(met, all);
}

#[test]
fn a_document_that_speaks_of_itself_still_does() {
    let mut body = Body::Member(Reference { target: Ref::This, changes: Vec::new() });
    let before = body.clone();
    body.map_references(&mut |_| r(99));
    assert_eq!(body, before);
}

#[test]
fn a_merge_follows_the_member_by_its_key() {
    let merge = |into: Value| {
        let change = Change { field: Field::MEMBER_MERGED_INTO, v: 1, value: into, seen: Vec::new() };
        Body::Member(Reference { target: Ref::Doc(r(1)), changes: vec![change] })
    };
    let mut body = merge(Value::Integer(r(2).key()));
    body.map_references(&mut |reference| DocRef::new(AFTER, reference.seq));
    let mut expected = merge(Value::Integer(DocRef::new(AFTER, 2).key()));
    if let Body::Member(edit) = &mut expected {
        edit.target = Ref::Doc(DocRef::new(AFTER, 1));
    }
    assert_eq!(body, expected);
    let mut parted = merge(Value::Null);
    parted.map_references(&mut |reference| reference);
    assert_eq!(parted, merge(Value::Null));
}

#[test]
fn effects_are_named_anew_too() {
    let mut effects = Effects {
        postings: vec![Posting {
            account: 112_100,
            amount: Money(5),
            outlet: 1,
            party: Some(Ref::Doc(r(1))),
            shift: Some(Ref::Doc(r(2))),
            flow: 0,
            layer: Layer::NORMAL,
        }],
        stock_moves: vec![StockMove {
            item: r(3),
            outlet: 1,
            bin: 0,
            account: None,
            quantity: Quantity(1),
            value: Money(0),
            owner: Some(r(4)),
        }],
        member_moves: vec![MemberMove {
            member: r(5),
            kind: MemberMoveKind::BON,
            amount: Money(5),
            period: None,
        }],
    };
    assert_eq!(count(&effects.encode(), BEFORE), 5);
    effects.map_references(&mut |reference| DocRef::new(AFTER, reference.seq));
    assert_eq!((count(&effects.encode(), BEFORE), count(&effects.encode(), AFTER)), (0, 5));
}
