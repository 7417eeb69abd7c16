//! Whatever a log holds comes out of a pack byte for byte, and nothing that is called a pack does harm.
#![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

#[path = "../../posting/tests/bodies/mod.rs"]
mod bodies;
mod papers;

use lumbung_document::body::sale::{GoodsClass, Sale, SaleLine, Tender, Tendered};
use lumbung_document::header::Original;
use lumbung_document::{Body, Hash, SealedDocument};
use lumbung_primitives::{DocRef, Money, Quantity, Ref};
use lumbung_sync::expand::Nothing;
use lumbung_sync::recode::{Bounds, Form, RecodeError, pack, unpack};
use lumbung_sync::{Expander, Run};
use papers::{BEGINNING, Paper, Rules, runs};
use proptest::collection::vec;
use proptest::prelude::*;

const BOUNDS: Bounds = Bounds { documents: 4_000, bytes: 4 << 20 };

fn open(bytes: &[u8]) -> Result<Vec<Run>, RecodeError> {
    unpack(bytes, BOUNDS, &mut |_, _| Some(BEGINNING), &Rules)
}

fn sales(count: usize) -> Vec<Paper> {
    let mut state = 1_u64;
    let mut draw = |below: i64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        i64::try_from(state >> 33).unwrap() % below
    };
    let mut wall_ms = 1_760_000_000_000;
    let mut papers = Vec::new();
    for nth in 0..count {
        wall_ms += draw(900_000);
        let lines: Vec<SaleLine> = (0..=draw(4))
            .map(|_| {
                let item = draw(300);
                let quantity = Quantity((1 + draw(5)) * 1_000);
                let amount = quantity.times_price(Money(2_000 + item * 350)).unwrap();
                SaleLine {
                    item: DocRef::new(1, u64::try_from(100 + item).unwrap()),
                    quantity,
                    unit_price: Money(2_000 + item * 350),
                    amount,
                    discount: Money(0),
                    cost: Money(amount.0 * 87 / 100),
                    stock_account: 114_100,
                    class: GoodsClass::Own,
                    owner: None,
                }
            })
            .collect();
        let amount = Money(lines.iter().map(|line| line.amount.0).sum());
        let member = (draw(3) == 0).then(|| DocRef::new(1, u64::try_from(500 + draw(400)).unwrap()));
        let sale = Sale {
            receipt_no: u64::try_from(nth + 1).unwrap(),
            outlet: 1,
            as_member: member.is_some(),
            lines,
            tenders: vec![Tendered {
                tender: Tender::Cash,
                amount,
                handed: Money((amount.0 + 4_999) / 5_000 * 5_000),
            }],
            rounding: Money(0),
            shift: Some(DocRef::new(1, 90)),
            member,
        };
        let paper = Paper::of(&Body::Sale(sale));
        papers.push(Paper { wall_ms, actor: Ref::Doc(DocRef::new(1, 3)), ..paper });
    }
    papers
}

#[test]
fn every_kind_comes_back_in_every_form() {
    let papers: Vec<Paper> = bodies::every_kind().iter().map(|(_, body)| Paper::of(body)).collect();
    for length in [1, 5, 100] {
        let runs = runs(3, 1, papers.clone(), length);
        for form in [Form::Columns(0), Form::Columns(1), Form::Columns(9), Form::Raw] {
            for effort in [-1, 3, 19, 99] {
                assert_eq!(open(&pack(&runs, form, effort, &Rules)), Ok(runs.clone()), "{form:?}");
            }
        }
    }
}

#[test]
fn nothing_packs_into_nothing() {
    let bytes = pack(&[], Form::Columns(1), 3, &Rules);
    assert!(bytes.len() < 16);
    assert_eq!(open(&bytes), Ok(vec![]));
}

#[test]
fn sales_travel_in_a_few_bytes() {
    for (count, most) in [(100, 30), (2_000, 20)] {
        let runs = runs(1, 1, sales(count), count);
        let bytes = pack(&runs, Form::Columns(1), 3, &Rules);
        assert_eq!(open(&bytes).unwrap(), runs);
        let each = bytes.len().div_ceil(count);
        assert!(each <= most, "{count} sales take {each} bytes each");
    }
}

#[test]
fn what_lies_in_the_log_but_is_not_canonical_goes_raw_beside_the_rest() {
    let deep = |depth: usize| [vec![0x81; depth], vec![0]].concat();
    let bodies =
        [vec![], vec![0xff], vec![0x18, 0x01], vec![0xa0], deep(8), deep(9), deep(10_000), vec![0xf6]];
    let mut papers = sales(20);
    papers.extend(bodies.iter().map(|body| Paper::raw(40, body.clone())));
    papers.extend(bodies.iter().map(|body| Paper { effects: body.clone(), ..Paper::raw(9_999, vec![0x80]) }));
    papers.extend(
        bodies.iter().map(|body| Paper { personal: Some(body.clone()), ..Paper::raw(17, vec![0x80]) }),
    );
    papers.extend(sales(20));
    let runs = runs(2, 7, papers, 9);
    let bytes = pack(&runs, Form::Columns(1), 3, &Rules);
    assert_eq!(open(&bytes).unwrap(), runs);
}

#[test]
fn erased_parts_travel_as_their_hash() {
    let part = |nth: u8| Paper {
        personal: Some(vec![0x84, 1, 0, 0x41, nth, 0x41, nth]),
        ..Paper::raw(17, vec![0x80])
    };
    let papers = (0..12).map(|nth| Paper { is_erased: nth % 3 == 0, ..part(nth) }).chain(sales(3));
    let runs = runs(1, 1, papers.collect(), 100);
    let bytes = pack(&runs, Form::Columns(1), 3, &Rules);
    let again = open(&bytes).unwrap();
    assert_eq!(again, runs);
    assert!(
        again[0].documents[0].personal_bytes.is_none()
            && again[0].documents[0].header.personal_hash.is_some()
    );
}

/// Makes other effects than the sender tested.
struct Changed;
impl Expander for Changed {
    fn level(&self) -> u16 {
        1
    }

    fn expand(&self, _: u16, _: u16, _: u16, _: u16, _: &[u8]) -> Option<Vec<u8>> {
        Some(vec![0x83, 0x80, 0x80, 0x80])
    }
}

#[test]
fn effects_stay_away_only_where_the_receiver_makes_the_same() {
    let runs = runs(1, 1, sales(300), 300);
    let lean = pack(&runs, Form::Columns(1), 3, &Rules);
    let full = pack(&runs, Form::Columns(0), 3, &Rules);
    assert!(lean.len() < full.len());
    assert_eq!(pack(&runs, Form::Columns(1), 3, &Nothing), full);
    let without_rules = |bytes: &[u8]| unpack(bytes, BOUNDS, &mut |_, _| Some(BEGINNING), &Nothing);
    assert_eq!(without_rules(&full).unwrap(), runs);
    assert_eq!(without_rules(&lean), Err(RecodeError::NotTheSame { device_no: 1, first_seq: 1 }));

    let changed = unpack(&lean, BOUNDS, &mut |_, _| Some(BEGINNING), &Changed);
    assert_eq!(changed, Err(RecodeError::NotTheSame { device_no: 1, first_seq: 1 }));
    assert_eq!(open(&pack(&runs, Form::Columns(1), 3, &Changed)).unwrap(), runs);
}

#[test]
fn a_run_continues_the_pack_or_what_the_receiver_holds() {
    let mut all = runs(1, 1, sales(30), 10);
    all.extend(runs(2, 41, sales(10), 5));
    let bytes = pack(&all, Form::Columns(1), 3, &Rules);
    let mut asked = Vec::new();
    let mut prev = |device_no, first_seq| {
        asked.push((device_no, first_seq));
        Some(BEGINNING)
    };
    assert_eq!(unpack(&bytes, BOUNDS, &mut prev, &Rules).unwrap(), all);
    assert_eq!(asked, [(1, 1), (2, 41)]);
    let mut nothing_of_two = |device_no, _| (device_no == 1).then_some(BEGINNING);
    let gap = Err(RecodeError::Gap { device_no: 2, first_seq: 41 });
    assert_eq!(unpack(&bytes, BOUNDS, &mut nothing_of_two, &Rules), gap);
    for form in [Form::Columns(1), Form::Raw] {
        let bytes = pack(&all, form, 3, &Rules);
        let forked = unpack(&bytes, BOUNDS, &mut |_, _| Some(Hash([1; 32])), &Rules);
        assert_eq!(forked, Err(RecodeError::NotTheSame { device_no: 1, first_seq: 1 }));
    }
    let lacking = [all[0].clone(), all[2].clone()];
    let bytes = pack(&lacking, Form::Columns(1), 3, &Rules);
    let mut only_the_first = |_, first_seq| (first_seq == 1).then_some(BEGINNING);
    let gap = Err(RecodeError::Gap { device_no: 1, first_seq: 21 });
    assert_eq!(unpack(&bytes, BOUNDS, &mut only_the_first, &Rules), gap);
}

#[test]
fn a_head_that_is_not_the_last_document_is_found_out() {
    let mut runs = runs(1, 1, sales(5), 5);
    runs[0].head.head.hash = Hash([9; 32]);
    for form in [Form::Columns(1), Form::Raw] {
        let bytes = pack(&runs, form, 3, &Rules);
        assert_eq!(open(&bytes), Err(RecodeError::NotTheSame { device_no: 1, first_seq: 1 }));
    }
}

#[test]
fn bounds_hold_before_room_is_made() {
    let runs = runs(1, 1, sales(200), 200);
    let size: usize = runs[0]
        .documents
        .iter()
        .map(|document| {
            document.header_bytes.len() + document.body_bytes.len() + document.effects_bytes.len()
        })
        .sum();
    for form in [Form::Columns(1), Form::Columns(0), Form::Raw] {
        let bytes = pack(&runs, form, 3, &Rules);
        let within = |documents, bytes_max| {
            unpack(&bytes, Bounds { documents, bytes: bytes_max }, &mut |_, _| Some(BEGINNING), &Rules)
        };
        assert_eq!(within(200, size).unwrap(), runs, "{form:?}");
        for (documents, bytes_max) in [(199, size), (200, size - 1), (200, 100), (0, 0)] {
            assert_eq!(within(documents, bytes_max), Err(RecodeError::TooLarge), "{form:?}");
        }
    }
}

/// Papers of nothing but small integers have more values than a reader makes room for.
#[test]
fn what_is_denser_than_papers_are_goes_raw() {
    let dense = |length: u16| {
        let body = [vec![0x99], length.to_be_bytes().to_vec(), vec![7; length.into()]].concat();
        Paper::raw(900, body)
    };
    for lengths in [vec![20_000], vec![300, 20_000, 256], (256..300).collect()] {
        let papers: Vec<Paper> = sales(5).into_iter().chain(lengths.into_iter().map(dense)).collect();
        let runs = runs(1, 1, papers, 10);
        let documents = runs.iter().flat_map(|run| &run.documents);
        let bytes =
            documents.map(|d| d.header_bytes.len() + d.body_bytes.len() + d.effects_bytes.len()).sum();
        let bytes = Bounds { documents: 100, bytes };
        let pack = pack(&runs, Form::Columns(1), 3, &Rules);
        assert_eq!(unpack(&pack, bytes, &mut |_, _| Some(BEGINNING), &Rules).unwrap(), runs);
    }
}

/// One CBOR value of the subset.
fn cbor() -> impl Strategy<Value = Vec<u8>> {
    let integer = prop_oneof![0_i64..30, -300_i64..300, any::<i64>(), Just(i64::MIN), Just(i64::MAX)];
    let bytes = |string: Vec<u8>| minicbor::to_vec(minicbor::bytes::ByteVec::from(string)).unwrap();
    let leaf = prop_oneof![
        6 => integer.prop_map(|value| minicbor::to_vec(value).unwrap()),
        1 => prop_oneof![Just(vec![0xf4]), Just(vec![0xf5]), Just(vec![0xf6])],
        1 => vec(any::<u8>(), 0..40).prop_map(bytes),
        1 => "[a-c]{0,3}|.{0,20}".prop_map(|text| minicbor::to_vec(text).unwrap()),
    ];
    leaf.prop_recursive(7, 60, 6, |inner| {
        vec(inner, 0..6).prop_map(|elements| {
            let mut bytes = vec![0x80 | u8::try_from(elements.len()).unwrap()];
            bytes.extend(elements.concat());
            bytes
        })
    })
}

fn paper() -> impl Strategy<Value = Paper> {
    let known = (0..bodies::every_kind().len()).prop_map(|nth| Paper::of(&bodies::every_kind()[nth].1));
    let sale = (0_usize..40).prop_map(|nth| sales(40).swap_remove(nth));
    let made_up =
        (prop_oneof![40_u16..42, any::<u16>()], cbor()).prop_map(|(kind, body)| Paper::raw(kind, body));
    let garbage = (40_u16..42, vec(any::<u8>(), 0..30)).prop_map(|(kind, body)| Paper::raw(kind, body));
    let original = (0_u32..9, 1_u64..1_000, any::<u8>()).prop_map(|(device_no, seq, byte)| Original {
        device_no,
        seq,
        hash: Hash([byte; 32]),
    });
    let actor =
        prop_oneof![Just(Ref::This), (0_u32..3, 1_u64..6).prop_map(|(d, s)| Ref::Doc(DocRef::new(d, s)))];
    let personal =
        prop_oneof![3 => Just(None), 1 => cbor().prop_map(Some), 1 => vec(any::<u8>(), 0..9).prop_map(Some)];
    let effects =
        prop_oneof![5 => Just(None), 1 => cbor().prop_map(Some), 1 => vec(any::<u8>(), 0..9).prop_map(Some)];
    let wall = prop_oneof![1_700_000_000_000_i64..1_700_000_900_000, any::<i64>()];
    let versions = prop_oneof![4 => Just(None), 1 => any::<(u16, u16)>().prop_map(Some)];
    let rest = (
        personal,
        any::<bool>(),
        effects,
        wall,
        0_i32..2_932_896,
        actor,
        proptest::option::weighted(0.1, original),
        versions,
    );
    (prop_oneof![2 => known, 4 => sale, 2 => made_up, 1 => garbage], rest).prop_map(
        |(paper, (personal, is_erased, effects, wall_ms, day, actor, reissue_of, versions))| {
            let (kind_version, rule_version) = versions.unwrap_or((paper.kind_version, paper.rule_version));
            let effects = effects.unwrap_or_else(|| paper.effects.clone());
            Paper {
                kind_version,
                rule_version,
                effects,
                personal,
                is_erased,
                wall_ms,
                day,
                actor,
                reissue_of,
                ..paper
            }
        },
    )
}

fn form() -> impl Strategy<Value = Form> {
    prop_oneof![4 => Just(Form::Columns(1)), 2 => Just(Form::Columns(0)), 1 => Just(Form::Raw)]
}

/// What an accepted pack may be: runs that each end in their head, every document bound and chained.
fn is_honest(runs: &[Run]) {
    for run in runs {
        let (first, last) = (&run.documents[0], &run.documents[run.documents.len() - 1]);
        assert_eq!((first.at.seq, last.at), (run.head.first_seq, run.head.head.at()));
        assert_eq!(last.hash, run.head.head.hash);
        for pair in run.documents.windows(2) {
            assert_eq!(pair[1].header.prev_hash, pair[0].hash);
        }
        for document in &run.documents {
            assert_eq!(Hash::document(&document.header_bytes), document.hash);
            assert_eq!(Hash::body(&document.body_bytes), document.header.body_hash);
            assert_eq!(Hash::effects(&document.effects_bytes), document.header.effects_hash);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_sealed_comes_back(
        one in vec(paper(), 1..40),
        other in vec(paper(), 0..10),
        length in 1_usize..30,
        first_seq in prop_oneof![Just(1_u64), 1_u64..1_000_000],
        form in form(),
    ) {
        let mut all = runs(1, first_seq, one, length);
        all.extend(runs(7, first_seq + 3, other, length));
        let pack = pack(&all, form, 3, &Rules);
        let documents: Vec<_> = all.iter().flat_map(|run| &run.documents).collect();
        let size = |d: &SealedDocument| {
            let personal = d.personal_bytes.as_ref().map_or(0, Vec::len);
            d.header_bytes.len() + d.body_bytes.len() + d.effects_bytes.len() + personal
        };
        let bounds = Bounds { documents: documents.len(), bytes: documents.iter().map(|d| size(d)).sum() };
        prop_assert_eq!(unpack(&pack, bounds, &mut |_, _| Some(BEGINNING), &Rules), Ok(all));
    }

    #[test]
    fn a_damaged_pack_is_refused_or_honest(
        papers in vec(paper(), 1..20),
        form in form(),
        changes in vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
        cut in proptest::option::of(any::<prop::sample::Index>()),
    ) {
        let mut bytes = pack(&runs(1, 1, papers, 8), form, 3, &Rules);
        for (at, byte) in changes {
            let at = at.index(bytes.len());
            bytes[at] ^= byte;
        }
        if let Some(cut) = cut {
            bytes.truncate(cut.index(bytes.len()));
        }
        if let Ok(runs) = open(&bytes) {
            is_honest(&runs);
        }
    }

    #[test]
    fn noise_is_refused(noise in vec(any::<u8>(), 0..300), documents in 0_u8..100) {
        prop_assert!(open(&noise).is_err() || noise == [1, 0, 0]);
        // A well-formed beginning, then noise in the columns.
        let mut bytes = vec![1, 1, 1, 1, 1, documents];
        bytes.extend([0; 96]);
        bytes.extend([0, 0, 0]);
        bytes.extend(noise);
        prop_assert!(open(&bytes).is_err());
    }
}
