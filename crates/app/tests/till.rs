//! Stories of the counter, through the one door.
#![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

mod common;

use common::{MORNING, Shop, item};
use lumbung_app::cart::CartLine;
use lumbung_app::item::Scan;
use lumbung_app::member::{RecordBonPayment, RecordSavings, SavingsKind};
use lumbung_app::sale::{RecordReturn, RecordSale, ReturnLine, Tender};
use lumbung_app::shift::CloseShift;
use lumbung_primitives::{DocRef, Money, Quantity};

/// (member, lines, tender, handed, the refusal's code).
type Case<'a> = (Option<DocRef>, &'a [(DocRef, i64)], Tender, i64, &'static str);

fn take_back(shop: &mut Shop, sale: DocRef, line: u32, milli: i64) -> Result<i64, String> {
    let draft_id = format!("back-{sale}-{line}-{milli}-{}", shop.app.status().unwrap().documents_waiting);
    let lines = vec![ReturnLine { line, quantity: Quantity(milli) }];
    let request = RecordReturn { sale, lines, damaged: false, draft_id };
    shop.app.record_return(request).map(|done| done.total_rp.0).map_err(|error| error.code)
}

#[test]
fn cash_with_change_and_a_double_tap() {
    let mut shop = Shop::open();
    let cart = shop.cart(None, &[(shop.tea, 3_000), (shop.rice, 1_250)]);
    let view = shop.app.update_cart(cart.clone()).unwrap();
    assert_eq!((view.total_rp.0, view.units.0), (35_000, 4_250));
    assert_eq!(view.notes_rp, [Money(50_000), Money(100_000)]);
    let request = RecordSale { cart, tender: Tender::Cash, tendered_rp: Money(50_000) };
    let done = shop.app.record_sale(request.clone()).unwrap();
    assert_eq!((done.receipt_no.as_str(), done.change_rp.0), ("A-000001", 15_000));
    assert_eq!(shop.app.record_sale(request.clone()).unwrap().sale, done.sale, "the same draft books once");
    // As where the disk failed with the answer: the sale is there, and the cashier goes on with the cart.
    let mut changed = request;
    changed.cart.lines.push(CartLine { item: shop.tea, quantity: Quantity(1_000) });
    let refused = shop.app.record_sale(changed).unwrap_err();
    assert_eq!(refused.code, "draft_booked");
    assert!(refused.message.contains("A-000001"), "{}", refused.message);
    assert_eq!(shop.balance("111100"), 35_000);
    assert!(shop.app.current_cart().unwrap().lines.is_empty());
}

#[test]
fn what_cannot_be_sold_says_why_and_changes_nothing() {
    let mut shop = Shop::open();
    let (tea, rice, member) = (shop.tea, shop.rice, shop.member);
    let many: Vec<(DocRef, i64)> = vec![(tea, 1_000); 10_000];
    let before = shop.app.verify(&mut |_, _| ()).unwrap().state_hash;
    let cases: [Case<'_>; 11] = [
        (None, &[], Tender::Cash, 0, "empty"),
        (None, &[(tea, 0)], Tender::Cash, 9_999, "quantity_not_positive"),
        (None, &[(tea, -1_000)], Tender::Cash, 9_999, "quantity_not_positive"),
        (None, &[(tea, 500)], Tender::Cash, 9_999, "quantity_not_whole"),
        (None, &[(rice, 2_000_000_000)], Tender::Cash, 0, "quantity_too_large"),
        (None, &[(tea, 1_000)], Tender::Cash, 4_999, "tender_too_small"),
        (None, &[(tea, 1_000)], Tender::Cash, 1_000_000_000_000_000, "amount_too_large"),
        (None, &[(tea, 1_000)], Tender::Bon, 0, "bon_needs_member"),
        (Some(member), &[(tea, 11_000)], Tender::Bon, 0, "bon_over_limit"),
        (None, &[(DocRef::new(1, 999), 1_000)], Tender::Cash, 9_999, "item_unknown"),
        (None, &many, Tender::Cash, 0, "too_many_lines"),
    ];
    for (who, lines, tender, handed, code) in cases {
        let refused = shop.sell(who, lines, tender, handed).unwrap_err();
        assert_eq!(refused.code, code, "{}", refused.message);
        assert!(refused.next.ends_with('.'), "{code} has no next step");
    }
    assert_eq!(shop.app.verify(&mut |_, _| ()).unwrap().state_hash, before);
    let free = shop.app.save_item(item("Tanpa harga", "", false, 0, 0)).unwrap().item;
    assert_eq!(shop.sell(None, &[(free, 1_000)], Tender::Cash, 0).unwrap_err().code, "price_missing");
}

#[test]
fn without_an_open_shift_nothing_is_sold() {
    let mut shop = Shop::new();
    let tea = shop.tea;
    assert_eq!(shop.sell(None, &[(tea, 1_000)], Tender::Cash, 5_000).unwrap_err().code, "shift_not_open");
}

#[test]
fn a_member_on_bon_pays_it_off() {
    let mut shop = Shop::open();
    let (tea, member) = (shop.tea, shop.member);
    shop.sell(Some(member), &[(tea, 10_000)], Tender::Bon, 0).unwrap();
    let card = shop.app.search_members("dewi").unwrap().remove(0);
    assert_eq!((card.bon_rp.0, card.purchases_this_year_rp.0), (48_000, 48_000));
    assert_eq!(shop.sell(Some(member), &[(tea, 1_000)], Tender::Bon, 0).unwrap_err().code, "bon_over_limit");
    let pay = |draft_id: &str, amount| RecordBonPayment {
        draft_id: draft_id.into(),
        member,
        amount_rp: Money(amount),
    };
    assert_eq!(shop.app.record_bon_payment(pay("p0", 48_001)).unwrap_err().code, "more_than_owed");
    let paid = shop.app.record_bon_payment(pay("p1", 20_000)).unwrap();
    assert_eq!(shop.app.record_bon_payment(pay("p1", 20_000)).unwrap().document, paid.document);
    assert_eq!((shop.balance("113100"), shop.balance("111100")), (28_000, 20_000));
    let saved =
        RecordSavings { draft_id: "s1".into(), member, kind: SavingsKind::Wajib, amount_rp: Money(10_000) };
    assert!(shop.app.record_savings(saved).unwrap().receipt.contains("Simpanan wajib"));
    assert_eq!(shop.balance("312000"), -10_000);
}

#[test]
fn returns_come_back_at_what_was_paid() {
    let mut shop = Shop::open();
    let (tea, rice, member) = (shop.tea, shop.rice, shop.member);
    let sale = shop.sell(None, &[(tea, 3_000), (rice, 333)], Tender::Cash, 50_000).unwrap().sale;
    assert_eq!(take_back(&mut shop, sale, 0, 4_000), Err("return_too_much".into()));
    assert_eq!(take_back(&mut shop, sale, 7, 1_000), Err("return_line_unknown".into()));
    assert_eq!(take_back(&mut shop, sale, 0, 1_000), Ok(5_000));
    let parts = take_back(&mut shop, sale, 1, 111).unwrap() + take_back(&mut shop, sale, 1, 222).unwrap();
    assert_eq!(parts, 5_328, "parts sum to the line");
    assert_eq!(take_back(&mut shop, sale, 1, 1), Err("return_too_much".into()));
    let on_bon = shop.sell(Some(member), &[(tea, 2_000)], Tender::Bon, 0).unwrap().sale;
    take_back(&mut shop, on_bon, 0, 1_000).unwrap();
    assert_eq!(shop.balance("113100"), 4_800, "a return of bon lowers the bon");
    let receipt = shop.app.find_receipt("A-000001").unwrap();
    assert_eq!(receipt.lines[0].returned.0, 1_000);
    assert!(receipt.copy.contains("SALINAN"));
}

#[test]
fn carts_are_held_voided_and_survive_a_restart() {
    let mut shop = Shop::open();
    let (tea, rice) = (shop.tea, shop.rice);
    let first = shop.cart(None, &[(tea, 1_000)]);
    shop.app.update_cart(first.clone()).unwrap();
    let empty = shop.app.hold_cart(first.clone()).unwrap();
    assert!(empty.lines.is_empty() && empty.draft_id != first.draft_id);
    let second = shop.cart(None, &[(rice, 500)]);
    shop.app.update_cart(second.clone()).unwrap();

    let mut shop = shop.reopen();
    assert_eq!(shop.app.current_cart().unwrap().draft_id, second.draft_id);
    assert_eq!(shop.app.held_carts().unwrap().len(), 1);
    shop.app.discard_cart(&second.draft_id).unwrap();
    assert!(shop.app.current_cart().unwrap().lines.is_empty());
    assert_eq!(shop.app.resume_cart(&second.draft_id).unwrap().total_rp.0, 8_000, "voiding can be undone");
    shop.app.resume_cart(&first.draft_id).unwrap();
    let held = shop.app.held_carts().unwrap();
    assert_eq!(
        (held.len(), held[0].draft_id.as_str()),
        (1, second.draft_id.as_str()),
        "what lay there is held"
    );
}

#[test]
fn scans_are_told_apart_by_content() {
    let mut shop = Shop::open();
    let (tea, rice) = (shop.tea, shop.rice);
    let receipt = shop.sell(None, &[(tea, 1_000)], Tender::Qris, 0).unwrap().receipt_no;
    let found = |scan: Scan| match scan {
        Scan::Item { hit, quantity } => format!("{} {}", hit.name, quantity.0),
        Scan::Several { hits } => format!("{} items", hits.len()),
        Scan::Member { card } => card.name,
        Scan::Receipt { receipt } => receipt.receipt_no,
        Scan::Unknown { next, .. } => format!("unknown: {next}"),
    };
    let mut scan = |code: &str| found(shop.app.scan(code).unwrap());
    assert_eq!(scan("8992696404441"), "Teh celup 1000");
    assert_eq!(scan("AGT:A00147"), "Dewi Lestari");
    assert_eq!(scan(&format!("STR:{receipt}")), receipt);
    assert!(scan("8999999706081").starts_with("unknown: "));
    assert!(scan("8992696404442").starts_with("unknown: Pindai ulang"), "a wrong check digit is told");
    let by_code = shop.app.search_items("1/4*ber").unwrap();
    assert_eq!((by_code.quantity, by_code.hits[0].item), (Some(Quantity(250)), rice));
    assert!(shop.app.search_items("x*ber").unwrap().notice.is_some());
    let twin = shop.app.save_item(item("Teh lain", "8992696404441", false, 4_000, 4_000));
    assert_eq!(twin.unwrap_err().code, "barcode_taken");
}

#[test]
fn a_count_is_booked_with_its_difference_and_deposit() {
    let mut shop = Shop::open();
    let tea = shop.tea;
    shop.sell(None, &[(tea, 20_000)], Tender::Cash, 100_000).unwrap();
    let close = |counted, to_bank| CloseShift {
        counted_rp: Money(counted),
        to_bank_rp: Money(to_bank),
        to_safe_rp: Money(0),
    };
    assert_eq!(shop.app.close_shift(close(99_000, 100_000)).unwrap_err().code, "more_than_counted");
    let report = shop.app.close_shift(close(99_000, 50_000)).unwrap();
    assert_eq!(shop.wal_bytes(), 0, "the day lies in the file");
    assert_eq!((report.expected_rp.0, report.difference_rp.0, report.receipts), (100_000, -1_000, 1));
    assert_eq!(
        (shop.balance("551000"), shop.balance("112100"), shop.balance("111100")),
        (1_000, 50_000, 49_000)
    );
    assert_eq!(shop.app.close_shift(close(0, 0)).unwrap_err().code, "shift_not_open");
    assert_eq!(shop.app.shift_proposal().unwrap().expected_cash_rp.0, 49_000);
}

#[test]
fn no_clock_stops_a_sale() {
    let mut shop = Shop::open();
    let tea = shop.tea;
    let year_ms = 365 * 86_400_000;
    for clock in [0, MORNING - 10 * year_ms, MORNING + 10 * year_ms] {
        shop.clock.turn_to(clock);
        let sale = shop.sell(None, &[(tea, 1_000)], Tender::Cash, 5_000).unwrap();
        let receipt = shop.app.find_receipt(&sale.receipt_no).unwrap();
        assert_eq!(receipt.business_date.to_string(), "2026-01-23", "a sale takes its shift's date");
    }
    shop.clock.turn_to(0);
    assert!(shop.app.status().unwrap().clock_notice.is_some());
    shop.app
        .close_shift(CloseShift { counted_rp: Money(15_000), to_bank_rp: Money(0), to_safe_rp: Money(0) })
        .unwrap();
    let proposal = shop.app.shift_proposal().unwrap();
    assert!(proposal.choose, "a dead clock is told, and the last date proposed");
    assert_eq!(proposal.business_date.to_string(), "2026-01-23");
    shop.open_shift().unwrap();
}

#[test]
fn a_new_price_is_the_next_carts_price() {
    let mut shop = Shop::open();
    let tea = shop.tea;
    let cart = shop.cart(None, &[(tea, 1_000)]);
    assert_eq!(shop.app.update_cart(cart.clone()).unwrap().total_rp.0, 5_000);
    let mut edit = item("Teh celup", "8992696404441", false, 5_500, 4_800);
    edit.item = Some(tea);
    shop.app.save_item(edit).unwrap();
    assert_eq!(shop.app.update_cart(cart).unwrap().total_rp.0, 5_500);
    assert_eq!(shop.app.search_items("teh").unwrap().hits[0].price_rp.0, 5_500);
}
