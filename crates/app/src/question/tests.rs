//! Two tills of one shop, apart for a while, then together again: what each did stands, and what a person has
//! to settle is asked on both with the same words.

use super::{AnswerQuestion, Question, QuestionKind};
use crate::cart::{Cart, CartLine};
use crate::item::SaveItem;
use crate::journal::ReversalReason;
use crate::keys::{DeviceSigner, Keys};
use crate::member::{MemberStatus, RecordBonPayment, RecordSavings, SaveMember, SavingsKind};
use crate::purchase::{PaidFrom, RecordPurchase};
use crate::sale::{RecordReturn, RecordSale, ReturnLine, SaleDone, Tender};
use crate::session::{Role, Session};
use crate::shift::OpenShift;
use crate::{App, AppError, NewCooperative, Place, StoreError};
use lumbung_document::body::{PeriodClose, Sale};
use lumbung_document::{Body, Hash};
use lumbung_primitives::{BusinessDate, Clock, DocRef, Money, Quantity, Random};
use lumbung_store::{Founding, Ledger};
use lumbung_vault::DeviceSecrets;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

/// 23 January 2026, 07.02 in Jakarta.
const MORNING: i64 = 1_769_126_520_000;
const MINUTE: i64 = 60_000;

#[derive(Clone)]
struct Hands(Arc<AtomicI64>);

impl Hands {
    fn at(minutes: i64) -> Self {
        Self(Arc::new(AtomicI64::new(MORNING + minutes * MINUTE)))
    }
}

impl Clock for Hands {
    fn now_ms(&self) -> i64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// The second till's keys: a copy of it has the same.
struct Sevens;

impl Random for Sevens {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(7);
    }
}

struct Tills {
    a: App,
    b: App,
    tea: DocRef,
    folder: tempfile::TempDir,
}

impl Tills {
    /// Both know tea at 5.000, ten in stock, and Siti who sells it; both have a shift open.
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let place = Place::new(&folder.path().join("a.db"), Some(&folder.path().join("a.key")));
        let new = NewCooperative { name: "KDMP Karangrejo".into(), region_code: "32.01.01.2001".into() };
        let (mut a, _) = App::found(&place, &new, Box::new(Hands::at(0))).unwrap();
        a.act_as_operator();
        let siti = a.add_staff("Siti Rahma", Role::Manager, "111111").unwrap();
        let tea = a.save_item(item("Teh celup", 5_000)).unwrap().item;
        let mut b = joined(&mut a, folder.path(), "b.db");
        tell(&mut a, &mut b);
        for app in [&mut a, &mut b] {
            sign_in(app, siti, Role::Manager);
            let business_date = app.shift_proposal().unwrap().business_date;
            app.open_shift(OpenShift { business_date, float_rp: Money(0) }).unwrap();
        }
        stock(&mut a, tea, 10);
        let mut tills = Self { a, b, tea, folder };
        tills.meet();
        assert_eq!(tills.asked(), []);
        tills
    }

    /// Everything that one has goes to the other.
    fn meet(&mut self) {
        tell(&mut self.a, &mut self.b);
        tell(&mut self.b, &mut self.a);
    }

    /// What both ask, which is the same.
    fn asked(&mut self) -> Vec<QuestionKind> {
        let kinds = |app: &mut App| -> Vec<(QuestionKind, String, String)> {
            let page = app.question_page().unwrap();
            assert_eq!(app.question_count().unwrap() as usize, page.questions.len());
            page.questions.into_iter().map(|question| (question.kind, question.id, question.title)).collect()
        };
        let a = kinds(&mut self.a);
        assert_eq!(a, kinds(&mut self.b));
        a.into_iter().map(|(kind, ..)| kind).collect()
    }
}

/// Another till of the same cooperative, as enrolling makes it.
fn joined(a: &mut App, folder: &Path, name: &str) -> App {
    let secrets = DeviceSecrets::generate(&Sevens);
    let device_id = [7; 16];
    let mut identity = a.ledger.identity().clone();
    identity.own_device_no = 2;
    let founding = Founding {
        identity,
        device_id,
        device_key: secrets.public_key(),
        exchange_key: secrets.exchange_public_key(),
        coop_keys: a.keys.all().into_iter().map(|key| (key.number, key.key)).collect(),
    };
    let key = secrets.db_key_hex();
    let path = folder.join(name);
    let ledger = Ledger::found(&path, &key, &founding, |_| Ok::<(), StoreError>(())).unwrap();
    if a.ledger.devices().unwrap().len() == 1 {
        a.ledger.admit_device(2, &device_id, &founding.device_key, &founding.exchange_key).unwrap();
    }
    let Some(Body::Genesis(genesis)) = a.document(DocRef::new(1, 1)).unwrap().body().unwrap() else {
        unreachable!("the first document")
    };
    ledger.admit_device(1, &genesis.device_id, &genesis.device_key, &genesis.exchange_key).unwrap();
    let mut b = App::assemble(ledger, DeviceSigner(secrets), Box::new(Hands::at(30))).unwrap();
    b.act_as_operator();
    b
}

fn sign_in(app: &mut App, staff: DocRef, role: Role) {
    app.session = Some(Session { staff, name: "Siti Rahma".into(), role });
}

fn tell(from: &mut App, to: &mut App) {
    let runs = from.ledger.own_runs(0, usize::MAX, usize::MAX, &from.secrets).unwrap();
    let (keys, secrets): (&Keys, &DeviceSigner) = (&to.keys, &to.secrets);
    to.ledger.receive(&runs, None, keys, secrets).unwrap();
    to.reload_indexes().unwrap();
}

fn item(name: &str, price: i64) -> SaveItem {
    SaveItem {
        item: None,
        sku: String::new(),
        barcodes: vec![],
        name: name.into(),
        category: String::new(),
        unit: "pcs".into(),
        weighed: false,
        price_rp: Money(price),
        member_price_rp: Money(price),
        reorder_min: Quantity(0),
        active: true,
    }
}

fn priced(tea: DocRef, price: i64) -> SaveItem {
    SaveItem { item: Some(tea), member_price_rp: Money(5_000), ..item("Teh celup", price) }
}

fn person(number: &str, name: &str, nik: &str) -> SaveMember {
    SaveMember {
        member: None,
        member_no: number.into(),
        name: name.into(),
        phone: String::new(),
        address: String::new(),
        status: MemberStatus::Active,
        joined: None,
        sex: None,
        birth_date: None,
        nik: nik.into(),
        bon_limit_rp: Money(50_000),
    }
}

fn stock(app: &mut App, item: DocRef, pieces: i64) {
    let request = RecordPurchase {
        business_date: app.today(),
        lines: vec![(item, Quantity(pieces * 1_000), Money(pieces * 4_000))],
        paid_from: PaidFrom::Bank,
        supplier: None,
    };
    app.record_purchase(request).unwrap();
}

fn sell(
    app: &mut App,
    member: Option<DocRef>,
    item: DocRef,
    pieces: i64,
    tender: Tender,
) -> Result<SaleDone, AppError> {
    let draft_id = app.current_cart().unwrap().draft_id;
    let lines = vec![CartLine { item, quantity: Quantity(pieces * 1_000) }];
    let cart = Cart { draft_id, member, lines };
    app.record_sale(RecordSale { cart, tender, tendered_rp: Money(100_000) })
}

fn save(app: &mut App, member: DocRef, amount: i64) {
    let draft_id = app.current_cart().unwrap().draft_id;
    let kind = SavingsKind::Sukarela;
    app.record_savings(RecordSavings { draft_id, member, kind, amount_rp: Money(amount) }).unwrap();
}

fn only(app: &mut App) -> Question {
    let mut questions = app.question_page().unwrap().questions;
    assert_eq!(questions.len(), 1, "{questions:?}");
    questions.remove(0)
}

fn answer(app: &mut App, choice: u32) -> Result<usize, AppError> {
    let id = only(app).id;
    Ok(app.answer_question(AnswerQuestion { id, choice })?.questions.len())
}

fn price(app: &mut App) -> i64 {
    app.item_page("teh", 0, 1).unwrap().rows[0].price_rp.0
}

#[test]
fn one_price_changed_on_two_tills_shows_both_with_who_and_when() {
    let mut tills = Tills::new();
    tills.a.save_item(priced(tills.tea, 5_500)).unwrap();
    tills.b.save_item(priced(tills.tea, 6_000)).unwrap();
    tills.meet();
    assert_eq!(tills.asked(), [QuestionKind::FieldConflict]);
    let question = only(&mut tills.b);
    assert_eq!(question.title, "Harga Teh celup diubah di dua kasir");
    let rows: Vec<[&str; 4]> = question
        .rows
        .iter()
        .map(|row| [row.label.as_str(), row.value.as_str(), row.who.as_str(), row.when.as_str()])
        .collect();
    assert_eq!(
        rows,
        [
            ["Harga", "Rp5.500", "Siti Rahma · kasir A", "23 Jan 07.02"],
            ["Harga", "Rp6.000", "Siti Rahma · kasir B", "23 Jan 07.32"],
        ]
    );
    assert_eq!((price(&mut tills.a), price(&mut tills.b)), (6_000, 6_000), "the greatest holds meanwhile");
    let labels: Vec<&str> = question.choices.iter().map(|choice| choice.label.as_str()).collect();
    assert_eq!(labels, ["Rp5.500", "Rp6.000"]);
    assert_eq!(answer(&mut tills.b, 3).unwrap_err().code, "choice_unknown");
    assert_eq!(answer(&mut tills.b, 1), Ok(0));
    let again = tills.b.answer_question(AnswerQuestion { id: question.id, choice: 1 }).unwrap_err();
    assert_eq!(again.code, "question_settled");
    assert_eq!(price(&mut tills.b), 5_500);
    tills.meet();
    assert_eq!(tills.asked(), []);
    assert_eq!((price(&mut tills.a), price(&mut tills.b)), (5_500, 5_500));
    assert!(tills.a.home().unwrap().attention.is_empty());
}

#[test]
fn two_answers_at_once_end_in_the_greatest_and_a_third_value_asks_again() {
    let mut tills = Tills::new();
    tills.a.save_item(priced(tills.tea, 5_500)).unwrap();
    tills.b.save_item(priced(tills.tea, 6_000)).unwrap();
    tills.meet();
    assert_eq!(tills.asked(), [QuestionKind::FieldConflict]);
    assert_eq!(answer(&mut tills.a, 2), Ok(0));
    assert_eq!(answer(&mut tills.b, 1), Ok(0));
    tills.meet();
    assert_eq!(tills.asked(), [], "the tills would go on answering each other");
    assert_eq!((price(&mut tills.a), price(&mut tills.b)), (5_500, 5_500), "what B chose");
    // The same value on both is no question; two others are.
    for (a, b, asked) in [(5_700, 5_700, 0), (5_800, 5_900, 1)] {
        tills.a.save_item(priced(tills.tea, a)).unwrap();
        tills.b.save_item(priced(tills.tea, b)).unwrap();
        tills.meet();
        assert_eq!(tills.asked().len(), asked);
    }
    // Changing the price on the item's own page settles it as well.
    tills.a.save_item(priced(tills.tea, 7_000)).unwrap();
    tills.meet();
    assert_eq!(tills.asked(), []);
    assert_eq!(price(&mut tills.b), 7_000);
}

#[test]
fn personal_fields_are_asked_by_their_values_and_a_nik_stays_masked() {
    let mut tills = Tills::new();
    let dewi = tills.a.save_member(person("A00147", "Dewi", "3201011508859901")).unwrap().member;
    tills.meet();
    let edit = |nik: &str, phone: &str| SaveMember {
        member: Some(dewi),
        phone: phone.into(),
        ..person("A00147", "Dewi", nik)
    };
    tills.a.save_member(edit("3201011508859902", "0812")).unwrap();
    tills.b.save_member(edit("3201011508859903", "0813")).unwrap();
    tills.meet();
    assert_eq!(tills.asked(), [QuestionKind::FieldConflict, QuestionKind::FieldConflict]);
    let questions = tills.a.question_page().unwrap().questions;
    assert_eq!(questions[0].title, "Nomor HP Dewi (A00147) diubah di dua kasir");
    assert_eq!(questions[0].rows[1].value, "0813");
    assert_eq!(questions[1].rows[0].value, "32************02");
    assert!(!format!("{questions:?}").contains("32010115088599"));
    for question in questions {
        tills.a.answer_question(AnswerQuestion { id: question.id, choice: 1 }).unwrap();
    }
    tills.meet();
    assert_eq!(tills.asked(), []);
    let detail = tills.b.member_detail(dewi).unwrap();
    assert_eq!((detail.row.phone.as_str(), detail.nik_masked.unwrap().ends_with("02")), ("0812", true));
}

#[test]
fn one_person_entered_twice_is_merged_and_parted_again_and_sums_are_right() {
    const NIK: &str = "3201011508859901";
    let mut tills = Tills::new();
    let dewi = tills.a.save_member(person("A00147", "Dewi Lestari", NIK)).unwrap().member;
    let twin = tills.b.save_member(person("B00001", "Dewi L.", NIK)).unwrap().member;
    save(&mut tills.a, dewi, 10_000);
    save(&mut tills.b, twin, 3_000);
    sell(&mut tills.b, Some(twin), tills.tea, 4, Tender::Bon).unwrap();
    tills.meet();
    assert_eq!(tills.asked(), [QuestionKind::SamePerson]);
    let question = only(&mut tills.a);
    assert_eq!(question.title, "Satu NIK, dua anggota: Dewi Lestari (A00147) dan Dewi L. (B00001)");
    assert!(!format!("{question:?}").contains("3201"));
    assert_eq!(answer(&mut tills.b, 1), Ok(0));
    tills.meet();
    assert_eq!(tills.asked(), []);
    for app in [&mut tills.a, &mut tills.b] {
        let page = app.member_page("", 0, 10).unwrap();
        assert_eq!(page.total, 1);
        let row = &page.rows[0];
        assert_eq!((row.member, row.sukarela_rp, row.bon_rp), (dewi, Money(13_000), Money(20_000)));
        assert_eq!(row.purchases_this_year_rp, Money(20_000));
        let found: Vec<DocRef> =
            app.search_members("B00001").unwrap().iter().map(|card| card.member).collect();
        assert_eq!(found, [dewi]);
        let detail = app.member_detail(twin).unwrap();
        assert_eq!((detail.row.member, detail.merged.len(), detail.merged[0].member), (dewi, 1, twin));
        let report = app.members_report(true, None).unwrap();
        assert_eq!((report.rows.len(), report.rows[0].sukarela_rp), (1, Money(13_000)));
    }
    // The younger's card still sells, and the limit counts for both together.
    let over = sell(&mut tills.a, Some(twin), tills.tea, 7, Tender::Bon).unwrap_err();
    assert_eq!(over.code, "bon_over_limit");
    let pay = |app: &mut App, amount| {
        let draft_id = app.current_cart().unwrap().draft_id;
        app.record_bon_payment(RecordBonPayment { draft_id, member: dewi, amount_rp: Money(amount) })
    };
    assert_eq!(pay(&mut tills.a, 20_001).unwrap_err().code, "more_than_owed");
    pay(&mut tills.a, 5_000).unwrap();
    assert_eq!(tills.a.member_detail(dewi).unwrap().row.bon_rp, Money(15_000));
    assert_eq!(tills.a.verify(&mut |_, _| ()).unwrap().faults, Vec::<String>::new());

    assert_eq!(tills.a.unmerge_numbered("A00147").unwrap_err().code, "member_unknown", "she leads");
    assert_eq!(tills.a.unmerge_numbered("B00001"), Ok(twin));
    tills.meet();
    assert_eq!(tills.asked(), [QuestionKind::SamePerson], "parted, it is open again");
    for app in [&mut tills.a, &mut tills.b] {
        let row = |app: &mut App, member| app.member_detail(member).unwrap().row;
        assert_eq!((row(app, dewi).sukarela_rp, row(app, dewi).bon_rp), (Money(10_000), Money(-5_000)));
        assert_eq!((row(app, twin).sukarela_rp, row(app, twin).bon_rp), (Money(3_000), Money(20_000)));
        assert_eq!(app.member_page("", 0, 10).unwrap().total, 2);
    }
    assert_eq!(answer(&mut tills.a, 2), Ok(0), "two different people");
    tills.meet();
    assert_eq!(tills.asked(), []);
}

#[test]
fn merged_one_way_here_and_the_other_there_has_one_leader_and_no_loop() {
    let mut tills = Tills::new();
    let one = tills.a.save_member(person("A00001", "Budi", "")).unwrap().member;
    let other = tills.b.save_member(person("B00001", "Budi S.", "")).unwrap().member;
    tills.meet();
    tills.a.merge(other, Some(one)).unwrap();
    tills.b.merge(one, Some(other)).unwrap();
    tills.meet();
    for app in [&mut tills.a, &mut tills.b] {
        assert_eq!(app.member_detail(other).unwrap().row.member, one);
        assert_eq!(app.member_detail(one).unwrap().merged.len(), 1);
    }
}

#[test]
fn the_last_pieces_sold_twice_leave_the_true_negative_and_a_question() {
    let mut tills = Tills::new();
    sell(&mut tills.a, None, tills.tea, 10, Tender::Cash).unwrap();
    sell(&mut tills.b, None, tills.tea, 8, Tender::Cash).unwrap();
    assert_eq!(tills.b.question_count(), Ok(0));
    tills.meet();
    assert_eq!(tills.asked(), [QuestionKind::NegativeStock]);
    let question = only(&mut tills.b);
    assert_eq!(question.title, "Stok minus: Teh celup (-8 pcs)");
    let rows: Vec<&str> = question.rows.iter().map(|row| row.value.as_str()).collect();
    assert_eq!(rows, ["10 pcs", "8 pcs"]);
    assert_eq!(question.rows[1].label, "Struk B-000001");
    assert!(question.choices.is_empty());
    assert_eq!(answer(&mut tills.a, 1).unwrap_err().code, "choice_unknown");
    assert_eq!(tills.a.home().unwrap().attention[0].title, question.title);
    stock(&mut tills.b, tills.tea, 8);
    assert_eq!(tills.b.question_count(), Ok(0));
    tills.meet();
    assert_eq!(tills.asked(), []);
}

#[test]
fn bon_over_the_limit_across_tills_stands_and_is_asked_until_new_bon_comes() {
    let mut tills = Tills::new();
    let dewi = tills.a.save_member(person("A00147", "Dewi", "")).unwrap().member;
    tills.meet();
    stock(&mut tills.a, tills.tea, 20);
    sell(&mut tills.a, Some(dewi), tills.tea, 6, Tender::Bon).unwrap();
    sell(&mut tills.b, Some(dewi), tills.tea, 7, Tender::Bon).unwrap();
    tills.meet();
    assert_eq!(tills.asked(), [QuestionKind::BonOverLimit]);
    let question = only(&mut tills.a);
    assert_eq!(question.title, "Bon Dewi (A00147) Rp65.000, batasnya Rp50.000");
    assert_eq!(question.rows[0].value, "Rp30.000");
    let siti = tills.a.session.as_ref().unwrap().staff;
    sign_in(&mut tills.a, siti, Role::Cashier);
    assert_eq!(answer(&mut tills.a, 1).unwrap_err().code, "forbidden");
    sign_in(&mut tills.a, siti, Role::Bookkeeper);
    assert_eq!(answer(&mut tills.a, 1), Ok(0));
    tills.meet();
    assert_eq!(tills.asked(), []);
    // A payment brings nothing back; another bon over the limit does.
    let draft_id = tills.a.current_cart().unwrap().draft_id;
    tills
        .a
        .record_bon_payment(RecordBonPayment { draft_id, member: dewi, amount_rp: Money(25_000) })
        .unwrap();
    tills.meet();
    assert_eq!(tills.asked(), []);
    for app in [&mut tills.a, &mut tills.b] {
        sell(app, Some(dewi), tills.tea, 2, Tender::Bon).unwrap();
    }
    tills.meet();
    assert_eq!(tills.asked(), [QuestionKind::BonOverLimit]);
}

#[test]
fn a_receipt_taken_back_on_two_tills_is_asked_once() {
    let mut tills = Tills::new();
    let sale = sell(&mut tills.a, None, tills.tea, 3, Tender::Cash).unwrap().sale;
    let other = sell(&mut tills.a, None, tills.tea, 4, Tender::Cash).unwrap().sale;
    tills.meet();
    for app in [&mut tills.a, &mut tills.b] {
        app.reverse(sale, ReversalReason::EnteredTwice).unwrap();
        let draft_id = app.current_cart().unwrap().draft_id;
        let lines = vec![ReturnLine { line: 0, quantity: Quantity(3_000) }];
        app.record_return(RecordReturn { sale: other, lines, damaged: false, draft_id }).unwrap();
    }
    assert_eq!(tills.a.question_count(), Ok(0));
    tills.meet();
    assert_eq!(tills.asked(), [QuestionKind::TakenBackTwice, QuestionKind::TakenBackTwice]);
    let questions = tills.b.question_page().unwrap().questions;
    assert_eq!(questions[0].title, "Struk A-000001 diambil kembali lebih dari sekali");
    assert_eq!(questions[0].rows.len(), 2);
    assert_eq!(questions[1].rows[0].value, "Rp15.000", "three of four, twice");
    for question in questions {
        tills.b.answer_question(AnswerQuestion { id: question.id, choice: 1 }).unwrap();
    }
    tills.meet();
    assert_eq!(tills.asked(), []);
}

#[test]
fn one_member_number_given_out_twice_leaves_the_younger_with_the_next() {
    let mut tills = Tills::new();
    let elder = tills.a.save_member(person("A00150", "Dewi", "")).unwrap().member;
    let younger = tills.b.save_member(person("A00150", "Joko", "")).unwrap().member;
    tills.meet();
    assert_eq!(tills.asked(), [QuestionKind::MemberNumber]);
    assert_eq!(only(&mut tills.a).choices[0].label, "Beri Joko nomor A00151");
    // Both tills settle it before they meet: one and the same number.
    assert_eq!(answer(&mut tills.a, 1), Ok(0));
    assert_eq!(answer(&mut tills.b, 1), Ok(0));
    tills.meet();
    assert_eq!(tills.asked(), []);
    let number = |app: &mut App, member| app.member_detail(member).unwrap().row.member_no;
    assert_eq!(number(&mut tills.a, elder), "A00150");
    assert_eq!(number(&mut tills.b, younger), "A00151");
}

/// What no honest till writes: booked beside its rule, unbalanced, or a close by somebody who keeps no books.
#[test]
fn what_a_broken_till_wrote_is_asked_and_answered_once() {
    let mut tills = Tills::new();
    let sale = sell(&mut tills.b, None, tills.tea, 1, Tender::Cash).unwrap().sale;
    let document = tills.b.document(sale).unwrap();
    let Some(Body::Sale(body)) = document.body().unwrap() else { unreachable!("a sale") };
    let body = Sale { receipt_no: 2, ..body };
    let date = document.header.business_date;
    let (mut beside, _) = lumbung_domain::Decision::new(Body::Sale(body), date).into_draft().unwrap();
    let mut poisoned = beside.clone();
    beside.effects.postings[0].flow += 1;
    poisoned.effects.postings.pop();
    let close = PeriodClose { last_day: BusinessDate(10), cut: vec![], waived: vec![] };
    let (close, _) = lumbung_domain::Decision::new(Body::PeriodClose(close), date).into_draft().unwrap();
    let stamp = tills.b.stamp();
    for draft in [beside, poisoned, close] {
        let mut booking = tills.b.begin().unwrap();
        booking.append(&draft, None, stamp).unwrap();
        booking.commit().unwrap();
    }
    tell(&mut tills.b, &mut tills.a);
    let kinds: Vec<QuestionKind> =
        tills.a.question_page().unwrap().questions.iter().map(|question| question.kind).collect();
    assert_eq!(kinds, [QuestionKind::Quarantined, QuestionKind::ForeignEffects, QuestionKind::VoidControl]);
    assert_eq!(tills.a.question_count(), Ok(3));
    // A rebuild finds the same.
    let ids = |app: &mut App| -> Vec<String> {
        app.question_page().unwrap().questions.into_iter().map(|question| question.id).collect()
    };
    let before = ids(&mut tills.a);
    tills.a.rebuild(&mut |_, _| ()).unwrap();
    assert_eq!(before, ids(&mut tills.a));
    for id in before {
        tills.a.answer_question(AnswerQuestion { id, choice: 1 }).unwrap();
    }
    assert_eq!(tills.a.question_count(), Ok(0));
}

#[test]
fn a_copied_till_is_a_question_that_the_devices_page_settles() {
    let mut tills = Tills::new();
    let mut copy = joined(&mut tills.a, tills.folder.path(), "copy.db");
    tell(&mut tills.a, &mut copy);
    copy.save_item(item("Gula", 9_000)).unwrap();
    tell(&mut copy, &mut tills.a);
    let question = only(&mut tills.a);
    assert_eq!((question.kind, question.choices.len()), (QuestionKind::Fork, 0));
    assert_eq!(question.title, "Ada dua rangkaian bukti dari kasir B");
    assert_eq!(tills.a.question_count(), Ok(1));
    let hash = tills.a.ledger.hash_at(2, 1).unwrap();
    assert_ne!(hash, None::<Hash>, "what was received stands");
}
