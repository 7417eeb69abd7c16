//! Several devices write offline; whatever order their documents arrive in, every replica ends with the same
//! rows, and dropping and rebuilding them gives the same again.
#![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use lumbung_document::body::Answer;
use lumbung_document::body::payment::{SavingsDeposit, SavingsKind, SavingsLine};
use lumbung_document::body::purchase::{Purchase, PurchaseLine};
use lumbung_document::body::reference::{Change, Field, Reference, Value};
use lumbung_document::body::reversal::{Reversal, ReversalReason};
use lumbung_document::body::sale::{GoodsClass, Sale, SaleLine, Tender, Tendered};
use lumbung_document::body::shift::ShiftOpen;
use lumbung_document::head::head_message;
use lumbung_document::{
    Body, Draft, Effects, Hash, PersonalContent, Position, Posting, SealedDocument, SignedHead,
};
use lumbung_primitives::{BusinessDate, DocRef, Money, Quantity, Random, Ref, Zone};
use lumbung_store::query::merge::Merged;
use lumbung_store::query::question::{Asking, Open};
use lumbung_store::runs::LogRun;
use lumbung_store::{Founding, HeadSigner, Identity, Ledger, PersonalReader, StoreError, query, state_hash};
use lumbung_vault::DeviceSecrets;
use proptest::prelude::*;
use std::collections::BTreeSet;

const COOP: [u8; 16] = [4; 16];
const KEY_HEX: &str = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";
const DEVICES: u32 = 3;
/// The replica's own device number; it only listens.
const LISTENER: u32 = 9;

struct NoNames;

impl PersonalReader for NoNames {
    fn read(&self, _: DocRef, _: &[u8]) -> Option<PersonalContent> {
        None
    }

    fn identity_index(&self, _: &str) -> [u8; 16] {
        [0; 16]
    }
}

struct NeverSigns;

impl HeadSigner for NeverSigns {
    fn sign_head(&self, _: &[u8]) -> [u8; 64] {
        [0; 64]
    }
}

struct Seeded(u8);

impl Random for Seeded {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(self.0);
    }
}

fn secrets(device_no: u32) -> DeviceSecrets {
    DeviceSecrets::generate(&Seeded(u8::try_from(device_no).unwrap()))
}

fn device_id(device_no: u32) -> [u8; 16] {
    [u8::try_from(device_no).unwrap(); 16]
}

/// What a clerk did, by what proptest drew.
#[derive(Clone, Debug)]
enum Act {
    Sell {
        item: u64,
        milli: i64,
        price: i64,
        member: bool,
        tender: u8,
        day: i32,
    },
    Buy {
        item: u64,
        milli: i64,
        value: i64,
    },
    Save {
        amount: i64,
        months: usize,
    },
    /// `back`: how many documents back the own edit lies that this one has seen, 0 none.
    EditPrice {
        item: u64,
        price: i64,
        v: u32,
        back: u64,
    },
    /// `into` 0: not merged any more.
    Merge {
        member: u64,
        into: u64,
        v: u32,
    },
    Answer {
        about: u64,
        choice: u8,
    },
    EditCodes {
        item: u64,
        codes: Vec<String>,
        v: u32,
    },
    Reverse {
        back: u64,
    },
    /// Effects that do not balance: stored, chained and skipped everywhere.
    Poison,
    OpenShift {
        day: i32,
    },
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        6 => (1_u64..4, 1_i64..5_000, 100_i64..90_000, any::<bool>(), 1_u8..4, 20_000_i32..20_800)
            .prop_map(|(item, milli, price, member, tender, day)| Act::Sell { item, milli, price, member, tender, day }),
        2 => (1_u64..4, 1_i64..50_000, 0_i64..9_000_000).prop_map(|(item, milli, value)| Act::Buy { item, milli, value }),
        2 => (1_i64..500_000, 1_usize..5).prop_map(|(amount, months)| Act::Save { amount, months }),
        2 => (1_u64..4, 1_i64..99_999, 1_u32..5, 0_u64..4)
            .prop_map(|(item, price, v, back)| Act::EditPrice { item, price, v, back }),
        2 => (1_u64..5, 0_u64..5, 1_u32..4).prop_map(|(member, into, v)| Act::Merge { member, into, v }),
        1 => (1_u64..4, 1_u8..3).prop_map(|(about, choice)| Act::Answer { about, choice }),
        1 => (1_u64..4, proptest::collection::vec("[0-9]{3}", 0..3), 1_u32..4)
            .prop_map(|(item, codes, v)| Act::EditCodes { item, codes, v }),
        1 => (1_u64..6).prop_map(|back| Act::Reverse { back }),
        1 => Just(Act::Poison),
        1 => (20_000_i32..20_800).prop_map(|day| Act::OpenShift { day }),
    ]
}

/// The chain of one device: its documents, each with the signature that its head had then.
fn chain(device_no: u32, acts: &[Act]) -> Vec<(SealedDocument, [u8; 64])> {
    let secrets = secrets(device_no);
    let mut prev_hash = Hash::genesis(&COOP, &device_id(device_no), &secrets.public_key());
    let mut documents: Vec<(SealedDocument, [u8; 64])> = Vec::new();
    for (seq, act) in (1_u64..).zip(acts) {
        let draft = draft(act, seq, &documents);
        let position = Position { at: DocRef::new(device_no, seq), prev_hash, wall_ms: 0, actor: Ref::This };
        let document = SealedDocument::seal(&draft, position, None);
        prev_hash = document.hash;
        let signature = secrets.sign(&head_message(&COOP, device_no, seq, &document.hash));
        documents.push((document, signature));
    }
    documents
}

fn draft(act: &Act, seq: u64, earlier: &[(SealedDocument, [u8; 64])]) -> Draft {
    let item = |item: u64| DocRef::new(1, item);
    let member = DocRef::new(2, 1 + seq % 4);
    let mut day = 20_100;
    let body = match act {
        Act::Sell { item: nth, milli, price, member: as_member, tender, day: on } => {
            day = *on;
            sale(item(*nth), *milli, *price, as_member.then_some(member), *tender, seq)
        }
        Act::Buy { item: nth, milli, value } => Body::Purchase(Purchase {
            outlet: 1,
            lines: vec![PurchaseLine {
                item: item(*nth),
                quantity: Quantity(*milli),
                value: Money(*value),
                stock_account: 114_100,
            }],
            paid: vec![],
            supplier: Some(DocRef::new(1, 2)),
            shift: None,
        }),
        Act::Save { amount, months } => Body::SavingsDeposit(SavingsDeposit {
            receipt_no: seq,
            outlet: 1,
            member,
            lines: (0..*months)
                .map(|month| SavingsLine {
                    kind: SavingsKind::Wajib,
                    amount: Money(*amount),
                    period: Some(24_300 + i32::try_from(month).unwrap()),
                })
                .collect(),
            account: 111_100,
            shift: Some(DocRef::new(3, 1)),
        }),
        Act::EditPrice { item: nth, price, v, back } => {
            let seen = usize::try_from(seq - 1 - back.min(&(seq - 1))).ok().filter(|_| *back > 0);
            let seen = seen.and_then(|at| earlier.get(at)).map(|(document, _)| document.at);
            Body::Item(edit(item(*nth), Field::ITEM_PRICE, Value::Integer(*price), *v, seen))
        }
        Act::EditCodes { item: nth, codes, v } => {
            Body::Item(edit(item(*nth), Field::ITEM_BARCODES, Value::Texts(codes.clone()), *v, None))
        }
        Act::Merge { member: nth, into, v } => {
            let into = if *into == 0 { Value::Null } else { Value::Integer(DocRef::new(2, *into).key()) };
            Body::Member(edit(DocRef::new(2, *nth), Field::MEMBER_MERGED_INTO, into, *v, None))
        }
        Act::Answer { about, choice } => {
            Body::Answer(Answer { question: 3, about: vec![DocRef::new(1, *about)], choice: *choice })
        }
        Act::Reverse { back } => {
            let original = usize::try_from(seq.saturating_sub(*back)).ok().and_then(|at| earlier.get(at));
            return original
                .map_or_else(|| draft(&Act::OpenShift { day }, seq, earlier), |(of, _)| reversal(of));
        }
        Act::Poison => {
            let mut poisoned = draft(&Act::Save { amount: 1, months: 1 }, seq, earlier);
            poisoned.effects.postings.pop();
            return poisoned;
        }
        Act::OpenShift { day: on } => {
            day = *on;
            Body::ShiftOpen(ShiftOpen { outlet: 1, float: Money(1_000), float_account: 111_200 })
        }
    };
    let rule_version = lumbung_posting::rule_for(&body);
    let effects = lumbung_posting::expand(&body, rule_version).unwrap();
    Draft { body, rule_version, effects, business_date: BusinessDate(day), reissue_of: None }
}

fn edit(target: DocRef, field: Field, value: Value, v: u32, seen: Option<DocRef>) -> Reference {
    let changes = vec![Change { field, v, value, seen: seen.into_iter().collect() }];
    Reference { target: Ref::Doc(target), changes }
}

fn sale(item: DocRef, milli: i64, price: i64, member: Option<DocRef>, tender: u8, receipt_no: u64) -> Body {
    let quantity = Quantity(milli);
    let amount = quantity.times_price(Money(price)).unwrap();
    let tender = match (tender, member) {
        (1, _) | (3, None) => Tender::Cash,
        (2, _) => Tender::Qris,
        _ => Tender::Bon,
    };
    Body::Sale(Sale {
        receipt_no,
        outlet: 1,
        as_member: member.is_some(),
        lines: vec![SaleLine {
            item,
            quantity,
            unit_price: Money(price),
            amount,
            discount: Money::ZERO,
            cost: Money(amount.0 * 9 / 10),
            stock_account: 114_100,
            class: GoodsClass::Own,
            owner: None,
        }],
        tenders: vec![Tendered { tender, amount, handed: amount }],
        rounding: Money::ZERO,
        shift: Some(DocRef::new(1, 1)),
        member,
    })
}

fn reversal(original: &SealedDocument) -> Draft {
    let mut effects: Effects = original.effects().unwrap();
    for posting in &mut effects.postings {
        *posting = Posting { amount: -posting.amount, ..posting.clone() };
    }
    for stock_move in &mut effects.stock_moves {
        stock_move.quantity = -stock_move.quantity;
        stock_move.value = -stock_move.value;
    }
    for member_move in &mut effects.member_moves {
        member_move.amount = -member_move.amount;
    }
    let body = Body::Reversal(Reversal {
        of: original.at,
        of_hash: original.hash,
        reason: ReversalReason::EnteredTwice,
        approved_by: None,
        shift: None,
    });
    Draft { body, rule_version: 0, effects, business_date: BusinessDate(20_300), reissue_of: None }
}

fn replica(folder: &std::path::Path, name: &str) -> Ledger {
    let own = secrets(LISTENER);
    let founding = Founding {
        identity: Identity {
            coop_id: COOP,
            own_device_no: LISTENER,
            coop_name: "Uji".into(),
            region_code: String::new(),
            zone: Zone::Wib,
            chart_version: 1,
        },
        device_id: device_id(LISTENER),
        device_key: own.public_key(),
        exchange_key: own.exchange_public_key(),
        coop_keys: vec![],
    };
    let begin = |_: &mut Ledger| Ok::<(), StoreError>(());
    let ledger = Ledger::found(&folder.join(name), KEY_HEX, &founding, begin).unwrap();
    for device_no in 1..=DEVICES {
        let device = secrets(device_no);
        ledger
            .admit_device(
                device_no,
                &device_id(device_no),
                &device.public_key(),
                &device.exchange_public_key(),
            )
            .unwrap();
    }
    ledger
}

/// Delivers the chains in an order drawn from `turns`, in transactions of `page` documents.
fn deliver(ledger: &mut Ledger, chains: &[Vec<(SealedDocument, [u8; 64])>], turns: &[usize], page: usize) {
    let mut next = vec![0; chains.len()];
    let mut order = Vec::new();
    let mut turn = turns.iter().cycle();
    while next.iter().zip(chains).any(|(at, chain)| *at < chain.len()) {
        let device = turn.next().unwrap() % chains.len();
        let device = (0..chains.len())
            .map(|step| (device + step) % chains.len())
            .find(|device| next[*device] < chains[*device].len())
            .unwrap();
        order.push(&chains[device][next[device]]);
        next[device] += 1;
    }
    for page in order.chunks(page) {
        let mut unit = ledger.begin(&NoNames, &NeverSigns).unwrap();
        for (document, signature) in page {
            unit.receive_run(&run(document, *signature)).unwrap();
        }
        unit.commit().unwrap();
    }
}

/// A run of one document.
fn run(document: &SealedDocument, signature: [u8; 64]) -> LogRun {
    let (device_no, seq) = (document.at.device_no, document.at.seq);
    let head = SignedHead { device_no, seq, hash: document.hash, signature };
    LogRun { first_seq: seq, head, documents: vec![document.clone()] }
}

/// Reference data and what else is not in the state hash, row by row.
fn other_rows(ledger: &Ledger) -> Vec<String> {
    let mut rows = Vec::new();
    for sql in [
        "SELECT quote(item) || quote(price_rp) || quote(name) FROM item ORDER BY item",
        "SELECT code || '|' || item FROM barcode ORDER BY code, item",
        "SELECT quote(target) || quote(field) || quote(v) || quote(doc) || quote(value) FROM reference_edit
            ORDER BY target, field, v, doc",
        "SELECT quote(target) || quote(field) || quote(doc) FROM reference_head ORDER BY target, field, doc",
        "SELECT quote(member) || quote(merged_into) FROM member ORDER BY member",
        "SELECT quote(question) || quote(about) || quote(doc) || quote(choice) FROM answer
            ORDER BY question, about, doc",
        "SELECT doc || '' FROM foreign_effects ORDER BY doc",
        "SELECT quote(target) || quote(relation) || quote(doc) FROM link ORDER BY target, relation, doc",
        "SELECT doc || reason FROM quarantine ORDER BY doc",
        "SELECT quote(shift) || quote(book_day) FROM shift ORDER BY shift",
    ] {
        let mut statement = ledger.connection().prepare(sql).unwrap();
        rows.extend(statement.query_map([], |row| row.get::<_, String>(0)).unwrap().map(Result::unwrap));
    }
    rows
}

fn questions(ledger: &Ledger) -> Vec<Open> {
    let (connection, control) = (ledger.connection(), ledger.control());
    Asking { connection, control, reader: &NoNames, bon_limit_default_rp: 50_000 }.all().unwrap()
}

/// The table of unseen edits is what the histories say.
fn check_heads(ledger: &Ledger) {
    let sql = "SELECT DISTINCT target FROM reference_edit";
    let mut statement = ledger.connection().prepare(sql).unwrap();
    let targets = statement.query_map([], |row| row.get(0).map(DocRef::from_key)).unwrap();
    let mut from_histories = Vec::new();
    for target in targets.map(Result::unwrap) {
        for (field, row) in query::reference::fields(ledger.connection(), target).unwrap() {
            let heads = row.heads.into_iter().collect::<BTreeSet<_>>();
            if heads.len() > 1 {
                from_histories.extend(heads.into_iter().map(|head| (target, field, head)));
            }
        }
    }
    let mut statement = ledger
        .connection()
        .prepare("SELECT target, field, doc FROM reference_head ORDER BY target, field, doc")
        .unwrap();
    let kept = statement.query_map([], |row| {
        Ok((DocRef::from_key(row.get(0)?), Field(row.get(1)?), DocRef::from_key(row.get(2)?)))
    });
    assert_eq!(from_histories, kept.unwrap().map(Result::unwrap).collect::<Vec<_>>());
}

/// Everybody belongs to one group, led by one of its own; what the groups owe and own is what all do.
fn check_groups(ledger: &Ledger) {
    let connection = ledger.connection();
    let merged = Merged::load(connection).unwrap();
    let of = |sql: &str| -> Vec<i64> {
        let mut statement = connection.prepare(sql).unwrap();
        statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
    };
    let everybody = of("SELECT member FROM member UNION SELECT member FROM member_total ORDER BY 1");
    let leads: Vec<i64> =
        everybody.iter().copied().filter(|member| merged.lead(*member) == *member).collect();
    let mut grouped: Vec<i64> = leads.iter().flat_map(|lead| merged.group(*lead)).collect();
    grouped.sort_unstable();
    assert_eq!(grouped, everybody);
    for kind in 1..=12 {
        let together: i64 = leads
            .iter()
            .map(|lead| query::member::balance_of_all(connection, &merged.group(*lead), kind).unwrap())
            .sum();
        let all: i64 =
            everybody.iter().map(|member| query::member::balance(connection, *member, kind).unwrap()).sum();
        assert_eq!(together, all);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn any_order_of_arrival_ends_in_the_same_rows(
        acts in proptest::collection::vec(proptest::collection::vec(act(), 0..14), DEVICES as usize),
        turns in proptest::collection::vec(0_usize..3, 1..20),
        other_turns in proptest::collection::vec(0_usize..3, 1..20),
        pages in (1_usize..8, 1_usize..8),
    ) {
        let folder = tempfile::tempdir().unwrap();
        let chains: Vec<_> = (1..=DEVICES).zip(&acts).map(|(device, acts)| chain(device, acts)).collect();
        let mut one = replica(folder.path(), "one.db");
        let mut two = replica(folder.path(), "two.db");
        deliver(&mut one, &chains, &turns, pages.0);
        deliver(&mut two, &chains, &other_turns, pages.1);

        let state = state_hash::state_hash(one.connection()).unwrap();
        prop_assert_eq!(&state, &state_hash::state_hash(two.connection()).unwrap());
        prop_assert_eq!(other_rows(&one), other_rows(&two));
        prop_assert_eq!(questions(&one), questions(&two));
        check_groups(&one);
        check_heads(&one);

        let before = other_rows(&one);
        prop_assert_eq!(&state, &one.rebuild(&NoNames, &mut |_, _| ()).unwrap());
        prop_assert_eq!(before, other_rows(&one));

        let verdict = two.verify(KEY_HEX, &NoNames, &|_| None, &mut |_, _| ()).unwrap();
        let poisoned = two.connection().query_row("SELECT count(*) FROM quarantine", [], |row| row.get::<_, i64>(0));
        prop_assert_eq!(verdict.faults.len(), usize::try_from(poisoned.unwrap()).unwrap(), "{:?}", verdict.faults);
    }
}

#[test]
fn a_document_that_does_not_continue_its_chain_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let mut ledger = replica(folder.path(), "one.db");
    let save = Act::Save { amount: 5, months: 1 };
    let honest = chain(1, &[save.clone(), save.clone()]);
    let forked = chain(1, &[Act::Save { amount: 6, months: 1 }, save]);
    deliver(&mut ledger, &[honest[..1].to_vec()], &[0], 1);
    let state = state_hash::state_hash(ledger.connection()).unwrap();
    // Of another branch: kept aside, counted nowhere, and said. Held already: passed over.
    for ((document, signature), forked, orphans) in [(&forked[1], Some(1), 1), (&honest[0], None, 0)] {
        let mut unit = ledger.begin(&NoNames, &NeverSigns).unwrap();
        let received = unit.receive_run(&run(document, *signature)).unwrap();
        unit.commit().unwrap();
        assert_eq!((received.forked, received.orphans, received.new_documents), (forked, orphans, 0));
        assert_eq!(state, state_hash::state_hash(ledger.connection()).unwrap());
    }
    // A gap and a foreign signature refuse the page.
    let later = chain(1, &[Act::Poison, Act::Poison, Act::Poison]);
    for broken in [run(&later[2].0, later[2].1), run(&honest[1].0, [7; 64])] {
        let mut unit = ledger.begin(&NoNames, &NeverSigns).unwrap();
        assert!(unit.receive_run(&broken).is_err(), "{}", broken.head.at());
    }
    deliver(&mut ledger, &[honest[1..].to_vec()], &[0], 1);
}
