//! Journal entries of the handbook (4.4) that the kinds of this version make, to the rupiah.

use lumbung_document::Body;
use lumbung_document::body::opening::{OpeningAccount, OpeningBalance};
use lumbung_document::body::payment::{
    BonPayment, Expense, ExpenseLine, SavingsDeposit, SavingsKind, SavingsLine, SupplierPayment,
};
use lumbung_document::body::purchase::{Paid, Purchase, PurchaseLine};
use lumbung_document::body::sale::{GoodsClass, ReturnLine, Sale, SaleLine, SaleReturn, Tender, Tendered};
use lumbung_document::body::shift::{ShiftClose, ShiftOpen};
use lumbung_primitives::{DocRef, Money, Quantity};

const SOMEONE: DocRef = DocRef::new(1, 20);

fn sale_line(quantity: i64, unit_price: i64, discount: i64, cost: i64) -> SaleLine {
    let quantity = Quantity(quantity);
    SaleLine {
        item: DocRef::new(1, 10),
        quantity,
        unit_price: Money(unit_price),
        amount: quantity.times_price(Money(unit_price)).unwrap_or_default(),
        discount: Money(discount),
        cost: Money(cost),
        stock_account: 114_100,
        class: GoodsClass::Own,
        owner: None,
    }
}

/// Debits positive, by account.
fn check(id: &str, body: Body, expected: &[(u32, i64)]) {
    let effects = lumbung_posting::expand(&body, 1);
    assert!(effects.is_ok(), "{id}: {effects:?}");
    let effects = effects.unwrap_or_default();
    let mut lines: Vec<(u32, i64)> =
        effects.postings.iter().map(|posting| (posting.account, posting.amount.0)).collect();
    lines.sort_unstable();
    let mut expected = expected.to_vec();
    expected.sort_unstable();
    assert_eq!(lines, expected, "{id}");
}

fn sale(member: bool, lines: Vec<SaleLine>, tender: Tender, rounding: i64) -> Body {
    let net: Money = lines.iter().map(|line| line.amount - line.discount).sum();
    let asked = net + Money(rounding);
    Body::Sale(Sale {
        receipt_no: 1,
        outlet: 1,
        as_member: member,
        lines,
        tenders: vec![Tendered { tender, amount: asked, handed: asked }],
        rounding: Money(rounding),
        shift: None,
        member: member.then_some(SOMEONE),
    })
}

fn back(damaged: bool) -> Body {
    let line = ReturnLine {
        line: 0,
        item: DocRef::new(1, 10),
        quantity: Quantity(10_000),
        amount: Money(21_500),
        cost: Money(19_500),
        stock_account: 114_100,
        class: GoodsClass::Own,
        owner: None,
    };
    Body::SaleReturn(SaleReturn {
        receipt_no: 2,
        outlet: 1,
        as_member: true,
        sale: DocRef::new(1, 99),
        lines: vec![line],
        tenders: vec![Tendered { tender: Tender::Cash, amount: Money(21_500), handed: Money(21_500) }],
        rounding: Money::ZERO,
        damaged,
        shift: None,
        member: Some(SOMEONE),
    })
}

fn deposit(kind: SavingsKind, parts: &[i64]) -> Body {
    let line = |amount: &i64| SavingsLine { kind, amount: Money(*amount), period: None };
    Body::SavingsDeposit(SavingsDeposit {
        receipt_no: 3,
        outlet: 1,
        member: SOMEONE,
        lines: parts.iter().map(line).collect(),
        account: 111_100,
        shift: None,
    })
}

fn purchase(values: &[i64], paid: &[(u32, i64)]) -> Body {
    let line = |value: &i64| PurchaseLine {
        item: DocRef::new(1, 10),
        quantity: Quantity(1_000),
        value: Money(*value),
        stock_account: 114_100,
    };
    Body::Purchase(Purchase {
        outlet: 1,
        lines: values.iter().map(line).collect(),
        paid: paid
            .iter()
            .map(|(account, amount)| Paid { account: *account, amount: Money(*amount) })
            .collect(),
        supplier: Some(SOMEONE),
        shift: None,
    })
}

fn count(expected: i64, counted: i64, to_bank: i64, to_safe: i64) -> Body {
    Body::ShiftClose(ShiftClose {
        outlet: 1,
        shift: DocRef::new(1, 5),
        expected: Money(expected),
        counted: Money(counted),
        to_bank: Money(to_bank),
        bank_account: 112_100,
        to_safe: Money(to_safe),
        safe_account: 111_200,
    })
}

#[test]
fn savings_and_bon() {
    check("J02", deposit(SavingsKind::Pokok, &[100_000]), &[(111_100, 100_000), (311_000, -100_000)]);
    check("J03", deposit(SavingsKind::Pokok, &[25_000]), &[(111_100, 25_000), (311_000, -25_000)]);
    check("J04", deposit(SavingsKind::Wajib, &[10_000; 6]), &[(111_100, 60_000), (312_000, -60_000)]);
    check("J05", deposit(SavingsKind::Sukarela, &[50_000]), &[(111_100, 50_000), (213_000, -50_000)]);
    let bon = BonPayment {
        receipt_no: 1,
        outlet: 1,
        member: SOMEONE,
        amount: Money(50_000),
        account: 111_100,
        shift: None,
    };
    check("J15", Body::BonPayment(bon), &[(111_100, 50_000), (113_100, -50_000)]);
}

#[test]
fn buying_and_paying_for_it() {
    check("J09", purchase(&[530_000], &[(111_200, 530_000)]), &[(114_100, 530_000), (111_200, -530_000)]);
    check(
        "J10",
        purchase(&[1_250_000, 50_000], &[(111_200, 50_000)]),
        &[(114_100, 1_300_000), (211_000, -1_250_000), (111_200, -50_000)],
    );
    let payment = SupplierPayment {
        outlet: 1,
        supplier: SOMEONE,
        amount: Money(1_250_000),
        discount: Money(12_500),
        account: 112_100,
        shift: None,
    };
    check(
        "J11",
        Body::SupplierPayment(payment),
        &[(211_000, 1_250_000), (112_100, -1_237_500), (515_000, -12_500)],
    );
    let expense = Expense {
        outlet: 1,
        lines: vec![ExpenseLine { account: 522_000, amount: Money(350_000) }],
        account: 112_100,
        shift: None,
    };
    check("J24", Body::Expense(expense), &[(522_000, 350_000), (112_100, -350_000)]);
}

#[test]
fn selling() {
    let rice = SaleLine { stock_account: 114_400, ..sale_line(2_000, 62_500, 0, 115_000) };
    let lines = vec![
        rice,
        sale_line(1_250, 17_500, 0, 18_000),
        sale_line(10_000, 2_150, 0, 19_500),
        sale_line(1_000, 104_000, 2_000, 88_800),
    ];
    check(
        "J12",
        sale(true, lines, Tender::Cash, 25),
        &[
            (111_100, 270_400),
            (411_800, 2_000),
            (411_000, -272_375),
            (552_000, -25),
            (511_000, 241_300),
            (114_100, -126_300),
            (114_400, -115_000),
        ],
    );
    check(
        "J13",
        sale(false, vec![sale_line(1_000, 45_000, 0, 40_500)], Tender::Cash, 0),
        &[(111_100, 45_000), (412_000, -45_000), (512_000, 40_500), (114_100, -40_500)],
    );
    check(
        "J14",
        sale(true, vec![sale_line(1_000, 87_500, 0, 78_000)], Tender::Bon, 0),
        &[(113_100, 87_500), (411_000, -87_500), (511_000, 78_000), (114_100, -78_000)],
    );
    check(
        "J16",
        sale(true, vec![sale_line(1_000, 187_500, 0, 168_200)], Tender::Qris, 0),
        &[(112_900, 187_500), (411_000, -187_500), (511_000, 168_200), (114_100, -168_200)],
    );
    let consigned = SaleLine {
        class: GoodsClass::Consigned,
        owner: Some(SOMEONE),
        ..sale_line(10_000, 10_000, 0, 85_000)
    };
    check(
        "J21",
        sale(true, vec![consigned], Tender::Cash, 0),
        &[(111_100, 100_000), (212_000, -85_000), (413_100, -15_000)],
    );
    let agency =
        SaleLine { class: GoodsClass::Agency, stock_account: 112_200, ..sale_line(1_000, 52_000, 0, 50_000) };
    check(
        "J23",
        sale(false, vec![agency], Tender::Cash, 0),
        &[(111_100, 52_000), (112_200, -50_000), (414_000, -2_000)],
    );
}

#[test]
fn taking_back() {
    check(
        "J18a and J18b",
        back(false),
        &[(411_900, 21_500), (111_100, -21_500), (114_100, 19_500), (511_000, -19_500)],
    );
    check(
        "J18a and J18c",
        back(true),
        &[(411_900, 21_500), (111_100, -21_500), (513_000, 19_500), (511_000, -19_500)],
    );
}

#[test]
fn the_drawer() {
    let open = ShiftOpen { outlet: 1, float: Money(300_000), float_account: 111_200 };
    check("J08", Body::ShiftOpen(open), &[(111_100, 300_000), (111_200, -300_000)]);
    check("J26a", count(100_000, 95_000, 0, 0), &[(551_000, 5_000), (111_100, -5_000)]);
    check("J27", count(100_000, 102_000, 0, 0), &[(111_100, 2_000), (419_100, -2_000)]);
    check("J28", count(1_265_000, 1_265_000, 0, 1_265_000), &[(111_200, 1_265_000), (111_100, -1_265_000)]);
    check(
        "to the bank",
        count(2_000_000, 2_000_000, 2_000_000, 0),
        &[(112_100, 2_000_000), (111_100, -2_000_000)],
    );
}

#[test]
fn opening_balance_j01() {
    let line = |(account, amount): &(u32, i64)| OpeningAccount {
        account: *account,
        amount: Money(*amount),
        outlet: 1,
        party: None,
    };
    let balances = [
        (111_200, 2_000_000),
        (112_100, 8_000_000),
        (113_100, 450_000),
        (114_100, 6_500_000),
        (123_000, 4_800_000),
        (129_300, -1_200_000),
        (211_000, -1_550_000),
        (213_000, -900_000),
        (311_000, -12_000_000),
        (312_000, -3_600_000),
        (314_000, -1_500_000),
        (315_000, -1_000_000),
    ];
    let opening = OpeningBalance {
        part: 1,
        parts: 1,
        accounts: balances.iter().map(line).collect(),
        stock: vec![],
        members: vec![],
    };
    check("J01", Body::OpeningBalance(opening), &balances);
}
