//! Moving in with balances: whole or not at all, and sub-ledgers tied from the first day.
#![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

mod common;

use common::Shop;
use lumbung_app::journal::Opening;
use lumbung_document::MemberMoveKind;
use lumbung_document::body::opening::{OpeningAccount, OpeningMember, OpeningStock};
use lumbung_primitives::{BusinessDate, DocRef, Money, Quantity};

fn line(account: u32, amount: i64, party: Option<DocRef>) -> OpeningAccount {
    OpeningAccount { account, amount: Money(amount), outlet: 1, party: party.map(Into::into) }
}

/// The handbook's J01, with its control accounts by member, supplier and item.
fn j01(shop: &mut Shop) -> Opening {
    let supplier = shop.app.supplier("Grosir Sumber").unwrap();
    let member = |kind: MemberMoveKind, amount| OpeningMember {
        member: shop.member,
        kind: kind.0,
        amount: Money(amount),
    };
    Opening {
        accounts: vec![
            line(111_200, 2_000_000, None),
            line(112_100, 8_000_000, None),
            line(123_000, 4_800_000, None),
            line(129_300, -1_200_000, None),
            line(211_000, -1_550_000, Some(supplier)),
            line(314_000, -1_500_000, None),
            line(315_000, -1_000_000, None),
        ],
        stock: vec![OpeningStock {
            item: shop.rice,
            outlet: 1,
            quantity: Quantity(500_000),
            value: Money(6_500_000),
            account: 114_100,
        }],
        members: vec![
            member(MemberMoveKind::BON, 450_000),
            member(MemberMoveKind::SUKARELA, 900_000),
            member(MemberMoveKind::POKOK, 12_000_000),
            member(MemberMoveKind::WAJIB, 3_600_000),
        ],
    }
}

#[test]
fn an_opening_balance_ties_its_sub_ledgers() {
    let mut shop = Shop::new();
    let opening = j01(&mut shop);
    let date: BusinessDate = "2026-01-01".parse().unwrap();
    assert_eq!(shop.app.record_opening(&opening, date).unwrap().len(), 1);
    for (account, amount) in [
        ("114100", 6_500_000),
        ("113100", 450_000),
        ("311000", -12_000_000),
        ("211000", -1_550_000),
        ("399900", 0),
    ] {
        assert_eq!(shop.balance(account), amount, "{account}");
    }
    assert_eq!(shop.app.search_members("dewi").unwrap()[0].bon_rp.0, 450_000);
    let verdict = shop.app.verify(&mut |_, _| ()).unwrap();
    assert!(verdict.faults.is_empty(), "{:?}", verdict.faults);
}

#[test]
fn what_does_not_balance_or_is_not_broken_down_is_refused() {
    let mut shop = Shop::new();
    let whole = j01(&mut shop);
    let date: BusinessDate = "2026-01-01".parse().unwrap();
    let before = shop.app.verify(&mut |_, _| ()).unwrap().state_hash;
    let with = |extra: OpeningAccount| {
        let mut opening = whole.clone();
        opening.accounts.push(extra);
        opening
    };
    for (opening, code) in [
        (with(line(111_100, 1, None)), "opening_unbalanced"),
        (with(line(311_000, 0, None)), "control_account"),
        (with(line(114_100, 0, None)), "control_account"),
        (with(line(211_000, 0, None)), "control_account"),
        (Opening::default(), "empty"),
    ] {
        assert_eq!(shop.app.record_opening(&opening, date).unwrap_err().code, code);
    }
    assert_eq!(shop.app.verify(&mut |_, _| ()).unwrap().state_hash, before);
}

#[test]
fn a_large_opening_comes_in_parts_that_each_balance() {
    let mut shop = Shop::new();
    let mut opening = Opening::default();
    for _ in 0..900 {
        opening.members.push(OpeningMember {
            member: shop.member,
            kind: MemberMoveKind::POKOK.0,
            amount: Money(100),
        });
    }
    opening.accounts.push(line(111_200, 90_000, None));
    let date: BusinessDate = "2026-01-01".parse().unwrap();
    assert_eq!(shop.app.record_opening(&opening, date).unwrap().len(), 3);
    assert_eq!((shop.balance("399900"), shop.balance("311000")), (0, -90_000));
    assert!(shop.app.verify(&mut |_, _| ()).unwrap().faults.is_empty());
}
