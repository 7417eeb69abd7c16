//! Who may do what, PINs, and what is shown of a person.
#![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

mod common;

use common::{MORNING, Shop, item, person};
use lumbung_app::journal::{RecordExpense, ReversalReason};
use lumbung_app::permission::{Action, may};
use lumbung_app::purchase::{PaidFrom, RecordPurchase};
use lumbung_app::sale::Tender;
use lumbung_app::session::Role;
use lumbung_app::{App, AppError};
use lumbung_primitives::{BusinessDate, Money, Quantity};

#[test]
fn wrong_pins_cost_time_also_after_a_restart_and_a_turned_clock() {
    let mut shop = Shop::new();
    let cashier = shop.cashier;
    for _ in 0..5 {
        assert_eq!(shop.app.unlock(cashier, "999999").unwrap_err().code, "wrong_pin");
    }
    assert_eq!(shop.app.unlock(cashier, "111111").unwrap_err().code, "locked_out");
    shop.clock.turn_to(MORNING + 86_400_000);
    assert_eq!(shop.app.unlock(cashier, "111111").unwrap_err().code, "locked_out", "the clock does not help");
    let mut shop = shop.reopen();
    assert_eq!(shop.app.unlock(cashier, "111111").unwrap_err().code, "locked_out", "nor a restart");
    let manager = shop.manager;
    assert!(shop.app.unlock(manager, "333333").is_ok(), "the shop can open");
    shop.app.set_staff_pin(cashier, "121212").unwrap();
    assert_eq!(shop.app.unlock(cashier, "111111").unwrap_err().code, "wrong_pin");
    assert_eq!(shop.app.unlock(cashier, "121212").unwrap().staff.unwrap().name, "Siti");
    assert_eq!(shop.app.unlock(cashier, "12").unwrap_err().code, "bad_pin");
}

/// One command for each action, with what it answers.
fn attempts(shop: &mut Shop) -> Vec<(Action, Result<(), AppError>)> {
    let today: BusinessDate = "2026-01-23".parse().unwrap();
    let (tea, member) = (shop.tea, shop.member);
    let cart = shop.app.current_cart().map(|view| view.draft_id);
    let sale = lumbung_app::sale::RecordSale {
        cart: lumbung_app::cart::Cart {
            draft_id: cart.clone().unwrap_or_default(),
            member: None,
            lines: vec![lumbung_app::cart::CartLine { item: tea, quantity: Quantity(1_000) }],
        },
        tender: Tender::Cash,
        tendered_rp: Money(5_000),
    };
    let savings = lumbung_app::member::RecordSavings {
        draft_id: format!("s-{}", cart.unwrap_or_default()),
        member,
        kind: lumbung_app::member::SavingsKind::Sukarela,
        amount_rp: Money(1_000),
    };
    let expense = RecordExpense {
        business_date: today,
        account: 523_000,
        amount: Money(1_000),
        paid_from: PaidFrom::Bank,
        memo: String::new(),
    };
    let purchase = RecordPurchase {
        business_date: today,
        supplier: None,
        paid_from: PaidFrom::Bank,
        lines: vec![(tea, Quantity(1_000), Money(4_000))],
    };
    let number = format!("B{}", shop.app.status().unwrap().documents_waiting);
    let app: &mut App = &mut shop.app;
    let sold = app.record_sale(sale);
    let last = sold.as_ref().map_or_else(|_| "1-1".parse().unwrap(), |done| done.sale);
    vec![
        (Action::Look, app.home().map(drop)),
        (Action::Sell, sold.map(drop)),
        (Action::TakePayment, app.record_savings(savings).map(drop)),
        (Action::EditItem, app.save_item(item(&format!("Baru {number}"), "", false, 100, 100)).map(drop)),
        (Action::EditMember, app.save_member(person(&number, "Orang Baru", 0)).map(drop)),
        (Action::Purchase, app.record_purchase(purchase).map(drop)),
        (Action::BookExpense, app.record_expense(expense).map(drop)),
        (Action::Reverse, app.reverse(last, ReversalReason::EnteredTwice).map(drop)),
        (Action::Import, app.rebuild(&mut |_, _| ()).map(drop)),
        (Action::ManageStaff, app.set_printer("").map(drop)),
        (
            Action::OpenOrCloseShift,
            app.close_shift(lumbung_app::shift::CloseShift {
                counted_rp: Money(-1),
                to_bank_rp: Money(0),
                to_safe_rp: Money(0),
            })
            .map(drop),
        ),
    ]
}

#[test]
fn each_role_may_what_its_table_says() {
    let roles = [
        Role::Cashier,
        Role::Storekeeper,
        Role::Bookkeeper,
        Role::Manager,
        Role::Supervisor,
        Role::Administrator,
    ];
    let mut shop = Shop::open();
    let staff: Vec<_> =
        roles.iter().map(|role| shop.app.add_staff("Orang", *role, "123456").unwrap()).collect();
    for (role, staff) in roles.into_iter().zip(staff) {
        shop.app.unlock(staff, "123456").unwrap();
        for (action, answer) in attempts(&mut shop) {
            let forbidden = answer.as_ref().is_err_and(|error| error.code == "forbidden");
            assert_eq!(!forbidden, may(role, action), "{role:?} {action:?}: {answer:?}");
        }
    }
    assert_eq!(attempts(&mut shop).len(), Action::ALL.len(), "every action is tried");
}

#[test]
fn nobody_signed_in_may_do_nothing() {
    let shop = Shop::open();
    let mut shop = shop.reopen_locked();
    for (action, answer) in attempts(&mut shop) {
        assert_eq!(answer.unwrap_err().code, "not_signed_in", "{action:?}");
    }
}

#[test]
fn a_reversal_takes_back_books_stock_and_member() {
    let mut shop = Shop::open();
    let (tea, member) = (shop.tea, shop.member);
    let before = shop.app.trial_balance(None, None).unwrap();
    let sale = shop.sell(Some(member), &[(tea, 2_000)], Tender::Bon, 0).unwrap().sale;
    shop.app.reverse(sale, ReversalReason::WrongMember).unwrap();
    assert_eq!(shop.app.trial_balance(None, None).unwrap(), before);
    assert_eq!(shop.app.search_members("dewi").unwrap()[0].bon_rp.0, 0);
    assert_eq!(shop.app.reverse(sale, ReversalReason::WrongMember).unwrap_err().code, "already_reversed");
    assert!(shop.app.find_receipt("A-000001").unwrap().reversed);
    assert!(shop.app.verify(&mut |_, _| ()).unwrap().faults.is_empty());
}

#[test]
fn a_nik_is_kept_sealed_shown_masked_and_found_twice() {
    const NIK: &str = "3201015508859991";
    let mut shop = Shop::new();
    let mut request = person("A00200", "Sri Wahyuni", 0);
    request.nik = NIK.into();
    request.birth_date = Some("1985-08-15".parse().unwrap());
    let saved = shop.app.save_member(request.clone()).unwrap();
    assert!(saved.warnings.is_empty(), "{:?}", saved.warnings);
    let detail = shop.app.member_detail(saved.member).unwrap();
    assert_eq!(detail.nik_masked.as_deref(), Some("32************91"));
    assert_eq!(detail.birth_date.unwrap().to_string(), "1985-08-15");
    request.member_no = "A00201".into();
    request.birth_date = Some("1990-01-01".parse().unwrap());
    let twin = shop.app.save_member(request.clone()).unwrap();
    assert_eq!(twin.warnings.len(), 2, "another birth date, and the same NIK: {:?}", twin.warnings);
    request.member_no = "A00200".into();
    request.member = Some(twin.member);
    assert_eq!(shop.app.save_member(request).unwrap_err().code, "member_number_taken");

    let mut said = Vec::new();
    shop.app.export_hledger(&mut said).unwrap();
    let said = String::from_utf8(said).unwrap()
        + &format!("{:?} {detail:?}", shop.app)
        + &format!("{:?}", shop.app.members_report(true, None).unwrap())
        + &format!("{:?}", shop.app.search_members(NIK).unwrap());
    assert!(!said.contains(NIK));
    let sixteen = said.as_bytes().windows(16).any(|window| window.iter().all(u8::is_ascii_digit));
    assert!(!sixteen, "a number of sixteen digits went out");
}
