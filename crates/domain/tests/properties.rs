//! What must hold of every sale and every return, whatever is in the cart.
#![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use lumbung_document::body::sale::{GoodsClass, Tender};
use lumbung_document::body::{Body, Sale};
use lumbung_document::{Effects, MemberMoveKind};
use lumbung_domain::sale::rounding::{Rounding, RoundingMode};
use lumbung_domain::sale::{
    ReturnCommand, ReturnView, SaleCommand, SaleItem, SaleLineCommand, SaleMember, SaleView, decide,
    decide_return, price,
};
use lumbung_domain::shift::OpenShift;
use lumbung_domain::stock::StockBalance;
use lumbung_domain::{Policy, Rejection};
use lumbung_primitives::{BusinessDate, DocRef, Money, Quantity};
use proptest::prelude::*;

const SHIFT: OpenShift = OpenShift { shift: DocRef::new(1, 9), business_date: BusinessDate(20_000) };

#[derive(Clone, Debug)]
struct Line {
    item: u64,
    milli: i64,
}

#[derive(Clone, Debug)]
struct Shop {
    items: Vec<SaleItem>,
    lines: Vec<Line>,
    member: bool,
    tender: Tender,
    policy: Policy,
}

fn shop() -> impl Strategy<Value = Shop> {
    let item = (100_i64..200_000, 0_i64..5_000, -20_000_i64..400_000, 0_i64..20_000_000, any::<bool>());
    let items = proptest::collection::vec(item, 5);
    let lines = proptest::collection::vec((0_u64..5, 1_i64..60_000), 1..12);
    let mode = prop_oneof![
        Just(RoundingMode::Nearest),
        Just(RoundingMode::NearestHalfDown),
        Just(RoundingMode::Down),
        Just(RoundingMode::Up)
    ];
    let step = prop_oneof![Just(0), Just(50), Just(100), Just(500)];
    let tender = prop_oneof![Just(Tender::Cash), Just(Tender::Qris), Just(Tender::Bon)];
    (items, lines, any::<bool>(), tender, step, mode).prop_map(
        |(items, lines, member, tender, step, mode)| Shop {
            items: items.into_iter().zip(0..).map(|(drawn, nth)| sale_item(nth, drawn)).collect(),
            lines: lines.into_iter().map(|(item, milli)| Line { item, milli }).collect(),
            member: member || tender == Tender::Bon,
            tender,
            policy: Policy { cash_rounding: Rounding { step, mode }, ..Policy::default() },
        },
    )
}

fn sale_item(nth: u64, (price, less, milli, value, weighed): (i64, i64, i64, i64, bool)) -> SaleItem {
    SaleItem {
        item: DocRef::new(1, 100 + nth),
        name: format!("Barang {nth}"),
        weighed,
        active: true,
        price: Money(price),
        member_price: Money((price - less).max(1)),
        stock_account: 114_100,
        fallback_cost: Money(price * 9 / 10),
        stock: StockBalance { quantity: Quantity(milli), value: Money(value) },
        class: GoodsClass::Own,
        owner: None,
    }
}

fn view_and_lines(shop: &Shop) -> (SaleView, Vec<SaleLineCommand>) {
    let mut items = Vec::new();
    let mut lines = Vec::new();
    for line in &shop.lines {
        let item = shop.items[usize::try_from(line.item).unwrap()].clone();
        let milli = if item.weighed { line.milli } else { (line.milli / 1000 + 1) * 1000 };
        lines.push(SaleLineCommand { item: item.item, quantity: Quantity(milli), unit_price: None });
        items.push(item);
    }
    let member = shop.member.then_some(SaleMember {
        member: DocRef::new(1, 50),
        as_member: true,
        left: false,
        bon_owed: Money::ZERO,
        bon_limit: Money::LIMIT,
    });
    (SaleView { items, member, policy: shop.policy }, lines)
}

fn sell(shop: &Shop) -> (Sale, Effects) {
    let (view, lines) = view_and_lines(shop);
    let shown = price(&view, &lines).unwrap();
    let command = SaleCommand {
        receipt_no: 1,
        outlet: 1,
        lines,
        tender: shop.tender,
        handed: shown.cash_total,
        check_bon_limit: true,
    };
    let (draft, _) = decide(&view, &command, Some(SHIFT)).unwrap().into_draft().unwrap();
    let Body::Sale(sale) = draft.body else { unreachable!("a sale was decided") };
    // What the till showed is what is booked.
    let asked: Money = sale.tenders.iter().map(|tendered| tendered.amount).sum();
    assert_eq!(asked, if shop.tender == Tender::Cash { shown.cash_total } else { shown.total });
    (sale, draft.effects)
}

fn balance(effects: &Effects, accounts: std::ops::RangeInclusive<u32>) -> i64 {
    effects.postings.iter().filter(|p| accounts.contains(&p.account)).map(|p| p.amount.0).sum()
}

proptest! {
    #[test]
    fn a_sale_balances_and_splits_as_its_lines_say(shop in shop()) {
        let (sale, effects) = sell(&shop);
        let net: Money = sale.lines.iter().map(|line| line.amount).sum();
        let cost: Money = sale.lines.iter().map(|line| line.cost).sum();
        prop_assert_eq!(effects.postings.iter().map(|p| p.amount).sum::<Money>(), Money::ZERO);
        let (sales, cost_account) = if shop.member { (411_000, 511_000) } else { (412_000, 512_000) };
        prop_assert_eq!(balance(&effects, sales..=sales), -net.0);
        prop_assert_eq!(balance(&effects, cost_account..=cost_account), cost.0);
        prop_assert_eq!(balance(&effects, 552_000..=552_000), -sale.rounding.0);
        prop_assert!(sale.rounding.abs().0 < 500);
        prop_assert!(shop.tender == Tender::Cash || sale.rounding.is_zero(), "only cash is rounded");
        let moved: i64 = effects.stock_moves.iter().map(|m| m.value.0).sum();
        prop_assert_eq!(moved, -cost.0);
        let purchases: i64 = effects.member_moves.iter()
            .filter(|m| m.kind == MemberMoveKind::PURCHASE_OWN).map(|m| m.amount.0).sum();
        prop_assert_eq!(purchases, if shop.member { net.0 } else { 0 });
        // No cost is invented: what left the shelves is at most what lay there, where something lay there.
        for item in &shop.items {
            let taken: i64 = sale.lines.iter().filter(|l| l.item == item.item).map(|l| l.quantity.0).sum();
            let cost: i64 = sale.lines.iter().filter(|l| l.item == item.item).map(|l| l.cost.0).sum();
            if taken == item.stock.quantity.0 {
                prop_assert_eq!(cost, item.stock.value.0, "emptying a shelf takes all its value");
            }
        }
    }

    #[test]
    fn returns_of_everything_in_any_pieces_undo_the_sale(shop in shop(), cuts in proptest::collection::vec(1_i64..30_000, 0..40)) {
        let (sale, effects) = sell(&shop);
        let names = vec![String::new(); sale.lines.len()];
        let policy = Policy::default();
        let mut view = ReturnView {
            sale: DocRef::new(1, 60), body: sale.clone(), returned: vec![Quantity::ZERO; sale.lines.len()],
            names, reversed: false, policy,
        };
        let mut undone: Vec<Effects> = Vec::new();
        let mut cuts = cuts.into_iter();
        while let Some((position, left)) = view.returned.iter().zip(&sale.lines)
            .map(|(back, line)| line.quantity - *back).enumerate().find(|(_, left)| left.0 > 0)
        {
            let quantity = Quantity(cuts.next().unwrap_or(i64::MAX).min(left.0));
            let command = ReturnCommand {
                receipt_no: 2, lines: vec![(u32::try_from(position).unwrap(), quantity)], tender: Tender::Cash, damaged: false,
            };
            let too_much = ReturnCommand { lines: vec![(u32::try_from(position).unwrap(), left + Quantity(1))], ..command.clone() };
            let refused = matches!(decide_return(&view, &too_much, Some(SHIFT)), Err(Rejection::ReturnTooMuch { .. }));
            prop_assert!(refused);
            let (draft, _) = decide_return(&view, &command, Some(SHIFT)).unwrap().into_draft().unwrap();
            view.returned[position] += quantity;
            undone.push(draft.effects);
        }
        let back = |accounts: std::ops::RangeInclusive<u32>| undone.iter().map(|e| balance(e, accounts.clone())).sum::<i64>();
        prop_assert_eq!(back(411_900..=411_900) + back(412_900..=412_900), sale.lines.iter().map(|l| l.amount.0).sum::<i64>());
        prop_assert_eq!(back(511_000..=512_000), -balance(&effects, 511_000..=512_000));
        prop_assert_eq!(back(114_100..=114_100), -balance(&effects, 114_100..=114_100));
    }
}
