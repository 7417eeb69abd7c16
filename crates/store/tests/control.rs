//! Ends, re-issues, closes and hand-overs: whatever order their documents and those of the trade arrive in,
//! every replica ends with the same rows, and a rebuild gives them again.
#![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

use lumbung_document::body::control::{
    BooksDevice, CutLine, EndReason, MemberErased, PeriodClose, PeriodReopen, SeriesEnd,
};
use lumbung_document::body::purchase::{Paid, Purchase, PurchaseLine};
use lumbung_document::body::reference::{Change, Field, Reference, Value};
use lumbung_document::head::head_message;
use lumbung_document::{
    Body, Draft, Hash, Original, PersonalContent, PersonalPart, Position, SealedDocument, SignedHead,
};
use lumbung_primitives::{BusinessDate, DocRef, Money, Quantity, Random, Ref, Zone};
use lumbung_store::runs::LogRun;
use lumbung_store::{Founding, HeadSigner, Identity, Ledger, PersonalReader, StoreError, query, state_hash};
use lumbung_vault::DeviceSecrets;
use proptest::prelude::*;

const COOP: [u8; 16] = [4; 16];
const KEY_HEX: &str = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";
const LISTENER: u32 = 9;
const DAY: i32 = 20_400;

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
    DeviceSecrets::generate(&Seeded(u8::try_from(device_no).unwrap() + 1))
}

/// A series in the making.
#[derive(Clone)]
struct Chain {
    device_no: u32,
    prev: Hash,
    documents: Vec<SealedDocument>,
}

impl Chain {
    fn new(device_no: u32) -> Self {
        let id = [u8::try_from(device_no).unwrap(); 16];
        let prev = Hash::genesis(&COOP, &id, &secrets(device_no).public_key());
        Self { device_no, prev, documents: Vec::new() }
    }

    fn add(&mut self, body: Body, day: i32) -> SealedDocument {
        self.seal(body, day, None, None)
    }

    fn seal(
        &mut self,
        body: Body,
        day: i32,
        reissue_of: Option<Original>,
        personal: Option<&PersonalPart>,
    ) -> SealedDocument {
        let seq = self.documents.last().map_or(0, |last| last.at.seq) + 1;
        let rule_version = lumbung_posting::rule_for(&body);
        let effects = lumbung_posting::expand(&body, rule_version).unwrap();
        let draft = Draft { body, rule_version, effects, business_date: BusinessDate(day), reissue_of };
        let at = DocRef::new(self.device_no, seq);
        let position = Position { at, prev_hash: self.prev, wall_ms: 0, actor: Ref::This };
        let document = SealedDocument::seal(&draft, position, personal);
        self.prev = document.hash;
        self.documents.push(document.clone());
        document
    }

    fn buy(&mut self, value: i64, day: i32) -> SealedDocument {
        self.add(purchase(value), day)
    }

    fn upto(&self, seq: u64) -> CutLine {
        let hash = match seq {
            0 => Chain::new(self.device_no).prev,
            _ => self.documents[usize::try_from(seq - 1).unwrap()].hash,
        };
        CutLine { device_no: self.device_no, seq, hash }
    }

    fn end_at(&self, seq: u64) -> Body {
        let CutLine { device_no, seq, hash } = self.upto(seq);
        Body::SeriesEnd(SeriesEnd { device_no, seq, hash, reason: EndReason::FORK })
    }

    fn run(&self, first: u64, last: u64) -> LogRun {
        let documents: Vec<SealedDocument> =
            self.documents.iter().filter(|one| (first..=last).contains(&one.at.seq)).cloned().collect();
        let hash = documents.last().unwrap().hash;
        let message = head_message(&COOP, self.device_no, last, &hash);
        let signature = secrets(self.device_no).sign(&message);
        LogRun {
            first_seq: first,
            head: SignedHead { device_no: self.device_no, seq: last, hash, signature },
            documents,
        }
    }

    fn whole(&self) -> LogRun {
        self.run(1, self.documents.len() as u64)
    }
}

fn purchase(value: i64) -> Body {
    Body::Purchase(Purchase {
        outlet: 1,
        lines: vec![PurchaseLine {
            item: DocRef::new(1, 1),
            quantity: Quantity(1_000),
            value: Money(value),
            stock_account: 114_100,
        }],
        paid: vec![Paid { account: 111_100, amount: Money(value) }],
        supplier: None,
        shift: None,
    })
}

fn original(document: &SealedDocument) -> Original {
    Original { device_no: document.at.device_no, seq: document.at.seq, hash: document.hash }
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
        device_id: [9; 16],
        device_key: own.public_key(),
        exchange_key: own.exchange_public_key(),
        coop_keys: vec![],
    };
    let begin = |_: &mut Ledger| Ok::<(), StoreError>(());
    let ledger = Ledger::found(&folder.join(name), KEY_HEX, &founding, begin).unwrap();
    for device_no in 0..6 {
        let (device, id) = (secrets(device_no), [u8::try_from(device_no).unwrap(); 16]);
        ledger.admit_device(device_no, &id, &device.public_key(), &device.exchange_public_key()).unwrap();
    }
    ledger
}

fn give(ledger: &mut Ledger, runs: &[LogRun]) {
    ledger.receive(runs, None, &NoNames, &NeverSigns).unwrap();
}

fn state(ledger: &Ledger) -> String {
    state_hash::state_hash(ledger.connection()).unwrap()
}

/// Bought in all: the stock account.
fn stock(ledger: &Ledger) -> i64 {
    query::account::balance(ledger.connection(), 114_100).unwrap()
}

fn bought_until(ledger: &Ledger, day: i32) -> i64 {
    let totals = query::account::totals(ledger.connection(), None, Some(BusinessDate(day))).unwrap();
    totals.get(&114_100).map_or(0, |(debit, credit)| debit - credit)
}

fn sound(ledger: &mut Ledger) {
    let before = state(ledger);
    assert_eq!(before, ledger.rebuild(&NoNames, &mut |_, _| ()).unwrap(), "rebuild");
    let report = ledger.verify(KEY_HEX, &NoNames, &|_| None, &mut |_, _| ()).unwrap();
    assert_eq!(report.faults, Vec::<String>::new());
}

#[test]
fn what_lies_beyond_an_end_counts_for_nothing_in_any_order() {
    let folder = tempfile::tempdir().unwrap();
    let (mut books, mut till) = (Chain::new(1), Chain::new(2));
    for value in [1, 20, 300, 4_000] {
        till.buy(value, DAY);
    }
    books.add(till.end_at(2), DAY);
    let orders: [Vec<LogRun>; 3] = [
        vec![till.run(1, 2), till.run(3, 4), books.whole()],
        vec![books.whole(), till.run(1, 2), till.run(3, 4)],
        vec![till.run(1, 2), books.whole(), till.run(3, 4)],
    ];
    let mut states = Vec::new();
    for (at, order) in orders.iter().enumerate() {
        let mut ledger = replica(folder.path(), &format!("{at}.db"));
        for run in order {
            give(&mut ledger, std::slice::from_ref(run));
        }
        assert_eq!(stock(&ledger), 21, "order {at}");
        assert_eq!(lumbung_store::orphan::count(ledger.connection()).unwrap(), 2);
        sound(&mut ledger);
        states.push(state(&ledger));
    }
    assert!(states.windows(2).all(|pair| pair[0] == pair[1]), "{states:?}");
}

#[test]
fn a_replica_on_the_wrong_branch_takes_the_named_one() {
    let folder = tempfile::tempdir().unwrap();
    let mut till = Chain::new(2);
    till.buy(1, DAY);
    let mut copy = till.clone();
    till.buy(20, DAY);
    till.buy(300, DAY);
    copy.buy(7_000, DAY);
    let mut books = Chain::new(1);
    books.add(till.end_at(3), DAY);

    let mut ledger = replica(folder.path(), "wrong.db");
    give(&mut ledger, &[copy.whole()]);
    let received = ledger.receive(&[till.run(2, 3)], None, &NoNames, &NeverSigns).unwrap();
    assert_eq!(received.forked, Some(2), "seen before anybody says which branch counts");
    assert_eq!(stock(&ledger), 7_001, "what is held stays until then");
    give(&mut ledger, &[books.whole()]);
    assert_eq!(stock(&ledger), 321);
    sound(&mut ledger);

    let mut right = replica(folder.path(), "right.db");
    give(&mut right, &[till.whole(), copy.run(2, 2), books.whole()]);
    assert_eq!(state(&ledger), state(&right));
}

#[test]
fn a_reissue_counts_once_and_only_where_its_original_does_not() {
    let folder = tempfile::tempdir().unwrap();
    let (mut books, mut till) = (Chain::new(1), Chain::new(2));
    till.buy(1, DAY);
    let orphan = till.buy(20, DAY);
    let end = till.end_at(1);
    let (mut third, mut fourth) = (Chain::new(3), Chain::new(4));
    third.seal(purchase(20), DAY, Some(original(&orphan)), None);
    fourth.seal(purchase(20), DAY, Some(original(&orphan)), None);
    books.add(end, DAY);
    let runs = [till.run(1, 1), till.run(2, 2), third.whole(), fourth.whole(), books.whole()];
    let mut states = Vec::new();
    for (at, order) in [[0, 1, 2, 3, 4], [3, 2, 4, 0, 1], [0, 3, 1, 4, 2], [4, 3, 0, 1, 2]].iter().enumerate()
    {
        let mut ledger = replica(folder.path(), &format!("{at}.db"));
        for run in order {
            give(&mut ledger, std::slice::from_ref(&runs[*run]));
        }
        assert_eq!(stock(&ledger), 21, "order {order:?}");
        sound(&mut ledger);
        states.push(state(&ledger));
    }
    assert!(states.windows(2).all(|pair| pair[0] == pair[1]), "{states:?}");

    // Without an end the original stands as soon as it is there, and neither re-issue counts.
    let mut ledger = replica(folder.path(), "standing.db");
    give(&mut ledger, &[fourth.whole(), till.run(1, 1)]);
    assert_eq!(stock(&ledger), 21);
    give(&mut ledger, &[till.run(2, 2), third.whole()]);
    assert_eq!(stock(&ledger), 21);
    sound(&mut ledger);
}

#[test]
fn a_close_stays_closed_and_late_papers_stand_on_the_first_open_day() {
    let folder = tempfile::tempdir().unwrap();
    let (mut books, mut till) = (Chain::new(1), Chain::new(2));
    books.buy(1, DAY - 1);
    till.buy(20, DAY);
    till.buy(300, DAY - 5);
    let cut = vec![books.upto(1), till.upto(1)];
    let close = PeriodClose { last_day: BusinessDate(DAY), cut, waived: vec![] };
    let close = books.add(Body::PeriodClose(close), DAY + 1);
    let runs = [books.run(1, 1), till.run(1, 1), till.run(2, 2), books.run(2, 2)];
    let mut states = Vec::new();
    for (at, order) in [[0, 1, 2, 3], [0, 3, 1, 2], [1, 0, 3, 2], [1, 2, 0, 3]].iter().enumerate() {
        let mut ledger = replica(folder.path(), &format!("{at}.db"));
        for run in order {
            give(&mut ledger, std::slice::from_ref(&runs[*run]));
        }
        assert_eq!(
            (bought_until(&ledger, DAY), bought_until(&ledger, DAY + 1)),
            (21, 321),
            "order {order:?}"
        );
        assert_eq!(ledger.control().first_open_day(), Some(BusinessDate(DAY + 1)));
        sound(&mut ledger);
        states.push(state(&ledger));
    }
    assert!(states.windows(2).all(|pair| pair[0] == pair[1]), "{states:?}");

    // Two officers open it again: the late paper goes back to its own day.
    let reopen = PeriodReopen { close: close.at, approved_by: Some(DocRef::new(1, 1)) };
    books.add(Body::PeriodReopen(reopen), DAY + 2);
    let mut ledger = replica(folder.path(), "reopened.db");
    give(&mut ledger, &runs);
    give(&mut ledger, &[books.run(3, 3)]);
    assert_eq!(bought_until(&ledger, DAY), 321);
    assert_eq!(ledger.control().first_open_day(), None);
    sound(&mut ledger);
}

#[test]
fn the_books_are_handed_on_in_one_line() {
    let folder = tempfile::tempdir().unwrap();
    let (mut books, mut till, mut other) = (Chain::new(1), Chain::new(2), Chain::new(3));
    let first = DocRef::new(1, 1);
    // Nobody made device 3 the holder: its word is void, and a question.
    till.buy(1, DAY);
    let void = other.add(till.end_at(1), DAY);
    books.buy(1, DAY);
    let hand_over = BooksDevice { device_no: 2, after: first, second: None };
    let hand_over = books.add(Body::BooksDevice(hand_over), DAY);
    let late = books.add(till.end_at(1), DAY);
    let close = PeriodClose { last_day: BusinessDate(DAY), cut: vec![till.upto(1)], waived: vec![] };
    till.add(Body::PeriodClose(close), DAY + 1);
    for order in [[0, 1, 2], [2, 1, 0], [1, 2, 0]] {
        let mut ledger = replica(folder.path(), &format!("{order:?}.db"));
        for chain in order {
            give(&mut ledger, &[[&books, &till, &other][chain].whole()]);
        }
        let control = ledger.control();
        assert_eq!((control.books_device(), control.books_document()), (2, hand_over.at));
        assert!(
            control.is_void(void.at) && control.is_void(late.at),
            "{:?}",
            control.void().collect::<Vec<_>>()
        );
        assert!(control.end_of(2).is_none());
        assert_eq!(control.first_open_day(), Some(BusinessDate(DAY + 1)));
        sound(&mut ledger);
    }
}

#[test]
fn the_centre_ends_the_books_device_and_a_second_person_names_the_next() {
    let folder = tempfile::tempdir().unwrap();
    let (mut books, mut centre, mut till) = (Chain::new(1), Chain::new(0), Chain::new(2));
    books.buy(1, DAY);
    books.buy(20, DAY);
    centre.add(books.end_at(1), DAY);
    let next = BooksDevice { device_no: 2, after: DocRef::new(1, 1), second: Some(DocRef::new(2, 1)) };
    till.add(Body::BooksDevice(next), DAY);
    for order in [[0, 1, 2], [2, 0, 1], [1, 2, 0]] {
        let mut ledger = replica(folder.path(), &format!("{order:?}.db"));
        for chain in order {
            give(&mut ledger, &[[&books, &centre, &till][chain].whole()]);
        }
        assert_eq!((stock(&ledger), ledger.control().books_device()), (1, 2), "{order:?}");
        sound(&mut ledger);
    }
}

#[test]
fn personal_data_leaves_and_does_not_come_back() {
    let folder = tempfile::tempdir().unwrap();
    let mut chain = Chain::new(1);
    let member = DocRef::new(1, 1);
    let part = |subject| PersonalPart { key_no: 1, subject, nonce: [1; 24], ciphertext: vec![2; 40] };
    let change = Change { field: Field::MEMBER_NO, v: 1, value: Value::Text("1".into()), seen: vec![] };
    let create = Body::Member(Reference { target: Ref::This, changes: vec![change] });
    chain.seal(create, DAY, None, Some(&part(Some(Ref::This))));
    let mut other = Chain::new(2);
    let edit = Body::Member(Reference { target: Ref::Doc(member), changes: vec![] });
    other.seal(edit, DAY, None, Some(&part(Some(Ref::Doc(member)))));
    chain.add(Body::MemberErased(MemberErased { member }), DAY);
    let parts = |ledger: &Ledger| -> i64 {
        ledger.connection().query_row("SELECT count(*) FROM personal_part", [], |row| row.get(0)).unwrap()
    };
    for (name, order) in [("held", [&other, &chain]), ("to come", [&chain, &other])] {
        let mut ledger = replica(folder.path(), name);
        for chain in order {
            give(&mut ledger, &[chain.whole()]);
        }
        assert_eq!(parts(&ledger), 0, "{name}");
        sound(&mut ledger);
    }
}

/// What may happen to a shop of three tills, its centre and a till that takes over.
#[derive(Clone, Debug)]
enum Act {
    Buy {
        till: usize,
        value: i64,
        day: i32,
    },
    End {
        till: usize,
        keep: u64,
    },
    Close {
        day: i32,
    },
    Reopen,
    Reissue {
        of: usize,
        nth: usize,
        by: usize,
    },
    /// The disk of till 2 was copied: two machines go on with one key.
    Copy {
        values: Vec<i64>,
    },
}

fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        8 => (0_usize..4, 1_i64..1_000_000, DAY - 30..DAY + 30)
            .prop_map(|(till, value, day)| Act::Buy { till, value, day }),
        1 => (1_usize..4, 0_u64..5).prop_map(|(till, keep)| Act::End { till, keep }),
        2 => (DAY - 30..DAY + 30).prop_map(|day| Act::Close { day }),
        1 => Just(Act::Reopen),
        1 => proptest::collection::vec(1_i64..1_000, 1..6).prop_map(|values| Act::Copy { values }),
        2 => (1_usize..4, 0_usize..6, 0_usize..4).prop_map(|(of, nth, by)| Act::Reissue { of, nth, by }),
    ]
}

fn chains(acts: &[Act]) -> Vec<Chain> {
    let mut chains: Vec<Chain> = (1..=4).map(Chain::new).collect();
    let mut closes: Vec<DocRef> = Vec::new();
    let mut copies: Vec<Chain> = Vec::new();
    for act in acts {
        match act {
            Act::Buy { till, value, day } => drop(chains[*till].buy(*value, *day)),
            Act::End { till, keep } => {
                let keep = (*keep).min(chains[*till].documents.len() as u64);
                let end = chains[*till].end_at(keep);
                chains[0].add(end, DAY);
            }
            Act::Close { day } => {
                let cut = chains.iter().map(|chain| chain.upto(chain.documents.len() as u64)).collect();
                let close = PeriodClose { last_day: BusinessDate(*day), cut, waived: vec![] };
                closes.push(chains[0].add(Body::PeriodClose(close), DAY).at);
            }
            Act::Reopen => {
                if let Some(close) = closes.pop() {
                    let approved_by = Some(DocRef::new(1, 1));
                    chains[0].add(Body::PeriodReopen(PeriodReopen { close, approved_by }), DAY);
                }
            }
            Act::Reissue { of, nth, by } if of != by => {
                if let Some(orphan) = chains[*of].documents.get(*nth).cloned()
                    && let Ok(Some(body @ Body::Purchase(_))) = orphan.body()
                {
                    let day = orphan.header.business_date.0;
                    chains[*by].seal(body, day, Some(original(&orphan)), None);
                }
            }
            Act::Reissue { .. } => {}
            Act::Copy { values } => {
                let mut copy = chains[1].clone();
                let parted = copy.documents.len();
                for value in values {
                    copy.buy(*value, DAY);
                }
                copy.documents.drain(..parted);
                copies.push(copy);
            }
        }
    }
    if !copies.is_empty() {
        // Which of two branches counts is nobody's to guess: without an end replicas may differ.
        let end = chains[1].end_at(chains[1].documents.len() as u64);
        chains[0].add(end, DAY);
    }
    chains.extend(copies);
    chains
}

/// Gives the chains out document by document in the order of `turns`.
fn deliver(ledger: &mut Ledger, chains: &[Chain], turns: &[usize], page: usize) {
    let mut next = vec![0; chains.len()];
    let mut runs: Vec<LogRun> = Vec::new();
    for turn in turns.iter().cycle() {
        let Some(chain) = (0..chains.len()).map(|step| (turn + step) % chains.len()).find(|chain| {
            // A copy is heard only where what it continues was heard.
            chains[*chain].documents.get(next[*chain]).is_some_and(|document| {
                let before = document.header.prev_hash;
                document.at.seq == 1 || runs.iter().any(|run| run.head.hash == before)
            })
        }) else {
            break;
        };
        let seq = chains[chain].documents[next[chain]].at.seq;
        next[chain] += 1;
        runs.push(chains[chain].run(seq, seq));
    }
    for page in runs.chunks(page) {
        give(ledger, page);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn any_order_of_control_and_trade_ends_in_the_same_rows(
        acts in proptest::collection::vec(act(), 1..30),
        turns in proptest::collection::vec(0_usize..6, 1..20),
        other_turns in proptest::collection::vec(0_usize..6, 1..20),
        pages in (1_usize..6, 1_usize..6),
    ) {
        let folder = tempfile::tempdir().unwrap();
        let chains = chains(&acts);
        let mut one = replica(folder.path(), "one.db");
        let mut two = replica(folder.path(), "two.db");
        deliver(&mut one, &chains, &turns, pages.0);
        deliver(&mut two, &chains, &other_turns, pages.1);
        prop_assert_eq!(one.control(), two.control());
        let state = state(&one);
        prop_assert_eq!(&state, &state_hash::state_hash(two.connection()).unwrap());
        prop_assert_eq!(&state, &one.rebuild(&NoNames, &mut |_, _| ()).unwrap());
        let report = two.verify(KEY_HEX, &NoNames, &|_| None, &mut |_, _| ()).unwrap();
        prop_assert!(report.faults.is_empty(), "{:?}", report.faults);
    }
}
