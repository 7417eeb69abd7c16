//! One body of every kind, with every optional element filled, for the golden files. Never edited: a new
//! shape is a new version with a body of its own.

use lumbung_document::body::control::{
    BooksDevice, CutLine, DeviceEnrolled, DeviceInvited, EndReason, MemberErased, NumberBlock, PeriodClose,
    PeriodReopen, SeriesEnd,
};
use lumbung_document::body::opening::{OpeningAccount, OpeningBalance, OpeningMember, OpeningStock};
use lumbung_document::body::payment::{
    BonPayment, Expense, ExpenseLine, SavingsDeposit, SavingsKind, SavingsLine, SupplierPayment,
};
use lumbung_document::body::purchase::{Paid, Purchase, PurchaseLine};
use lumbung_document::body::reference::{Change, Field, Reference, Value};
use lumbung_document::body::reversal::{Reversal, ReversalReason};
use lumbung_document::body::sale::{GoodsClass, ReturnLine, Sale, SaleLine, SaleReturn, Tender, Tendered};
use lumbung_document::body::shared::{Answer, KeyGrant};
use lumbung_document::body::shift::{ShiftClose, ShiftOpen};
use lumbung_document::body::{Body, Genesis};
use lumbung_document::{Hash, MemberMoveKind};
use lumbung_primitives::{BusinessDate, DocRef, Money, Quantity, Ref};

const MEMBER: DocRef = DocRef::new(1, 20);
const ITEM: DocRef = DocRef::new(1, 10);
const OTHER_ITEM: DocRef = DocRef::new(2, 300);
const SHIFT: DocRef = DocRef::new(1, 40);
const SUPPLIER: DocRef = DocRef::new(1, 30);

pub(crate) fn every_kind() -> Vec<(&'static str, Body)> {
    let mut bodies = reference_kinds();
    bodies.extend(control_kinds());
    bodies.extend(goods_kinds());
    bodies.extend(money_kinds());
    bodies
}

fn control_kinds() -> Vec<(&'static str, Body)> {
    let enrolled = DeviceEnrolled {
        device_no: 2,
        device_id: [11; 16],
        device_key: [12; 32],
        exchange_key: [13; 32],
        proof: [14; 32],
        block: Some(NumberBlock { first: 101, count: 8 }),
    };
    let end = SeriesEnd { device_no: 2, seq: 300, hash: Hash([15; 32]), reason: EndReason::FORK };
    let close = PeriodClose {
        last_day: BusinessDate(20_453),
        cut: vec![
            CutLine { device_no: 1, seq: 900, hash: Hash([16; 32]) },
            CutLine { device_no: 2, seq: 300, hash: Hash([15; 32]) },
        ],
        waived: vec![3],
    };
    vec![
        ("device_invited", Body::DeviceInvited(DeviceInvited { device_no: 2, code_hash: [17; 32] })),
        ("device_enrolled", Body::DeviceEnrolled(enrolled)),
        ("series_end", Body::SeriesEnd(end)),
        (
            "books_device",
            Body::BooksDevice(BooksDevice {
                device_no: 2,
                after: DocRef::new(1, 1),
                second: Some(DocRef::new(1, 3)),
            }),
        ),
        ("period_close", Body::PeriodClose(close)),
        (
            "period_reopen",
            Body::PeriodReopen(PeriodReopen {
                close: DocRef::new(1, 901),
                approved_by: Some(DocRef::new(1, 3)),
            }),
        ),
        ("member_erased", Body::MemberErased(MemberErased { member: MEMBER })),
        ("answer", Body::Answer(Answer { question: 4, about: vec![MEMBER, DocRef::new(2, 9)], choice: 1 })),
        (
            "key_grant",
            Body::KeyGrant(KeyGrant { device_no: 2, one_time_key: [18; 32], sealed: vec![19; 80] }),
        ),
    ]
}

fn change(field: Field, value: Value) -> Change {
    Change { field, v: 1, value, seen: vec![] }
}

fn reference_kinds() -> Vec<(&'static str, Body)> {
    let genesis = Genesis {
        coop_id: [7; 16],
        device_id: [8; 16],
        device_key: [9; 32],
        exchange_key: [10; 32],
        coop_name: "KDMP Uji Coba".into(),
        region_code: "32.01.01.2001".into(),
        utc_offset_hours: 7,
        chart_version: 1,
    };
    let item = Reference {
        target: Ref::This,
        changes: vec![
            change(Field::ITEM_NAME, Value::Text("Beras SPHP 5 kg".into())),
            change(Field::ITEM_BARCODES, Value::Texts(vec!["2000017000011".into(), "123".into()])),
            change(Field::ITEM_PRICE, Value::Integer(62_500)),
            change(Field::ITEM_WEIGHED, Value::Bool(false)),
        ],
    };
    let edit = Reference {
        target: Ref::Doc(ITEM),
        changes: vec![Change {
            field: Field::ITEM_PRICE,
            v: 3,
            value: Value::Null,
            seen: vec![DocRef::new(1, 90), DocRef::new(2, 7)],
        }],
    };
    let member = Reference {
        target: Ref::This,
        changes: vec![
            change(Field::MEMBER_NO, Value::Text("A00147".into())),
            change(Field::MEMBER_STATUS, Value::Integer(2)),
        ],
    };
    let supplier =
        Reference { target: Ref::This, changes: vec![change(Field::SUPPLIER_ACTIVE, Value::Bool(true))] };
    let staff = Reference { target: Ref::This, changes: vec![change(Field::STAFF_ROLE, Value::Integer(1))] };
    let setting = Reference {
        target: Ref::Doc(DocRef::new(1, 1)),
        changes: vec![change(Field::CASH_ROUNDING_STEP, Value::Integer(100))],
    };
    vec![
        ("genesis", Body::Genesis(genesis)),
        ("item", Body::Item(item)),
        ("item_edit", Body::Item(edit)),
        ("member", Body::Member(member)),
        ("supplier", Body::Supplier(supplier)),
        ("staff", Body::Staff(staff)),
        ("setting", Body::Setting(setting)),
    ]
}

fn sale_line(quantity: i64, unit_price: i64, discount: i64, cost: i64) -> SaleLine {
    let quantity = Quantity(quantity);
    SaleLine {
        item: ITEM,
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

fn goods_kinds() -> Vec<(&'static str, Body)> {
    let consigned = SaleLine {
        item: OTHER_ITEM,
        class: GoodsClass::Consigned,
        owner: Some(SUPPLIER),
        ..sale_line(2_000, 10_000, 0, 17_000)
    };
    let sale = Sale {
        receipt_no: 42,
        outlet: 1,
        as_member: true,
        lines: vec![sale_line(1_250, 17_500, 0, 15_000), consigned, sale_line(3_000, 2_150, 450, 5_400)],
        tenders: vec![Tendered { tender: Tender::Cash, amount: Money(47_900), handed: Money(50_000) }],
        rounding: Money(25),
        shift: Some(SHIFT),
        member: Some(MEMBER),
    };
    let plain = Sale {
        receipt_no: 43,
        outlet: 1,
        as_member: false,
        lines: vec![sale_line(1_000, 45_000, 0, 40_500)],
        tenders: vec![Tendered { tender: Tender::Qris, amount: Money(45_000), handed: Money(45_000) }],
        rounding: Money(0),
        shift: None,
        member: None,
    };
    let back = ReturnLine {
        line: 2,
        item: ITEM,
        quantity: Quantity(1_000),
        amount: Money(2_000),
        cost: Money(1_800),
        stock_account: 114_100,
        class: GoodsClass::Own,
        owner: None,
    };
    let sale_return = SaleReturn {
        receipt_no: 44,
        outlet: 1,
        as_member: true,
        sale: DocRef::new(1, 127),
        lines: vec![back],
        tenders: vec![Tendered { tender: Tender::Bon, amount: Money(2_000), handed: Money(2_000) }],
        rounding: Money(0),
        damaged: true,
        shift: Some(SHIFT),
        member: Some(MEMBER),
    };
    let bought = |item, milli, value| PurchaseLine {
        item,
        quantity: Quantity(milli),
        value: Money(value),
        stock_account: 114_100,
    };
    let purchase = Purchase {
        outlet: 1,
        lines: vec![bought(ITEM, 40_000, 106_000), bought(OTHER_ITEM, 12_500, 33_600)],
        paid: vec![Paid { account: 111_100, amount: Money(50_000) }],
        supplier: Some(SUPPLIER),
        shift: Some(SHIFT),
    };
    vec![
        ("sale", Body::Sale(sale)),
        ("sale_plain", Body::Sale(plain)),
        ("sale_return", Body::SaleReturn(sale_return)),
        ("purchase", Body::Purchase(purchase)),
    ]
}

fn money_kinds() -> Vec<(&'static str, Body)> {
    let bon = BonPayment {
        receipt_no: 45,
        outlet: 1,
        member: MEMBER,
        amount: Money(50_000),
        account: 111_100,
        shift: Some(SHIFT),
    };
    let wajib =
        |period| SavingsLine { kind: SavingsKind::Wajib, amount: Money(10_000), period: Some(period) };
    let pokok = SavingsLine { kind: SavingsKind::Pokok, amount: Money(25_000), period: None };
    let savings = SavingsDeposit {
        receipt_no: 46,
        outlet: 1,
        member: MEMBER,
        lines: vec![pokok, wajib(2026 * 12), wajib(2026 * 12 + 1)],
        account: 111_100,
        shift: Some(SHIFT),
    };
    let supplier_payment = SupplierPayment {
        outlet: 1,
        supplier: SUPPLIER,
        amount: Money(1_250_000),
        discount: Money(12_500),
        account: 112_100,
        shift: None,
    };
    let expense = Expense {
        outlet: 1,
        lines: vec![
            ExpenseLine { account: 522_000, amount: Money(350_000) },
            ExpenseLine { account: 523_000, amount: Money(15_000) },
        ],
        account: 112_100,
        shift: None,
    };
    let shift_open = ShiftOpen { outlet: 1, float: Money(300_000), float_account: 111_200 };
    let shift_close = ShiftClose {
        outlet: 1,
        shift: SHIFT,
        expected: Money(1_570_000),
        counted: Money(1_565_000),
        to_bank: Money(1_000_000),
        bank_account: 112_100,
        to_safe: Money(265_000),
        safe_account: 111_200,
    };
    let account =
        |account, amount, party| OpeningAccount { account, amount: Money(amount), outlet: 1, party };
    let opening = OpeningBalance {
        part: 1,
        parts: 2,
        accounts: vec![
            account(111_200, 2_000_000, None),
            account(211_000, -1_550_000, Some(SUPPLIER.into())),
        ],
        stock: vec![OpeningStock {
            item: ITEM,
            outlet: 1,
            quantity: Quantity(40_000),
            value: Money(106_000),
            account: 114_100,
        }],
        members: vec![
            OpeningMember { member: MEMBER, kind: MemberMoveKind::POKOK.0, amount: Money(100_000) },
            OpeningMember { member: MEMBER, kind: MemberMoveKind::BON.0, amount: Money(45_000) },
        ],
    };
    let reversal = Reversal {
        of: DocRef::new(1, 127),
        of_hash: Hash([3; 32]),
        reason: ReversalReason::Other,
        approved_by: Some(DocRef::new(1, 4)),
        shift: Some(SHIFT),
    };
    vec![
        ("bon_payment", Body::BonPayment(bon)),
        ("savings_deposit", Body::SavingsDeposit(savings)),
        ("supplier_payment", Body::SupplierPayment(supplier_payment)),
        ("expense", Body::Expense(expense)),
        ("shift_open", Body::ShiftOpen(shift_open)),
        ("shift_close", Body::ShiftClose(shift_close)),
        ("opening_balance", Body::OpeningBalance(opening)),
        ("reversal", Body::Reversal(reversal)),
    ]
}
