use super::*;
use crate::wire::encode;
use lumbung_document::body::Genesis;
use lumbung_document::sealed::Position;
use lumbung_document::{Draft, Effects};
use lumbung_primitives::{BusinessDate, DocRef, Ref};

const COOP: [u8; 16] = [7; 16];
const CENTRE_KEY: [u8; 32] = [5; 32];
const FOUNDER: Identity = Identity { device_id: [1; 16], device_key: [2; 32], exchange_key: [3; 32] };
const OTHER: Identity = Identity { device_id: [4; 16], device_key: [6; 32], exchange_key: [8; 32] };

fn code(device_no: u32) -> PairingCode {
    PairingCode::new(77, device_no, [9; 8]).unwrap()
}

fn genesis(prev_hash: Hash) -> SealedDocument {
    let body = Body::Genesis(Genesis {
        coop_id: COOP,
        device_id: FOUNDER.device_id,
        device_key: FOUNDER.device_key,
        exchange_key: FOUNDER.exchange_key,
        coop_name: "Maju".to_owned(),
        region_code: String::new(),
        utc_offset_hours: 7,
        chart_version: 1,
    });
    let (business_date, effects) = (BusinessDate(20_400), Effects::default());
    let draft = Draft { body, rule_version: 0, effects, business_date, reissue_of: None };
    let position = Position { at: DocRef::new(1, 1), prev_hash, wall_ms: 0, actor: Ref::This };
    SealedDocument::seal(&draft, position, None)
}

fn first() -> SealedDocument {
    genesis(Hash::genesis(&COOP, &FOUNDER.device_id, &FOUNDER.device_key))
}

fn parts(document: &SealedDocument) -> WireDocument {
    WireDocument {
        header: document.header_bytes.clone(),
        body: document.body_bytes.clone(),
        effects: document.effects_bytes.clone(),
        personal: None,
    }
}

fn answer(code: &PairingCode, device_key: &[u8; 32]) -> EnrolAnswer {
    EnrolAnswer {
        coop_id: COOP,
        centre_id: [10; 16],
        centre_key: CENTRE_KEY,
        proof: centre_proof(&code.hash(), &CENTRE_KEY, device_key),
        genesis: parts(&first()),
    }
}

#[test]
fn a_till_joins_and_asks_the_same_again() {
    let enrolment = Enrolment::join(&code(2), &OTHER, "1.0");
    assert_eq!(enrolment.request(), Enrolment::join(&code(2), &OTHER, "1.0").request());
    let sent: EnrolRequest = wire::decode(&enrolment.request().body).unwrap();
    assert_eq!((sent.handle, sent.device_no, sent.genesis), (77, 2, None));
    let proof = till_proof(&code(2).hash(), &OTHER.device_id, &OTHER.device_key, &OTHER.exchange_key);
    assert_eq!(sent.proof, proof);
    let enrolled = enrolment.answered(200, &encode(&answer(&code(2), &OTHER.device_key))).unwrap();
    assert_eq!((enrolled.coop_id, enrolled.device_no, enrolled.centre_key), (COOP, 2, CENTRE_KEY));
    assert_eq!(enrolled.genesis, first());
}

#[test]
fn the_founder_brings_the_first_document() {
    assert!(matches!(
        Enrolment::found(&code(2), &FOUNDER, "1.0", &first()),
        Err(EnrolError::OtherDevice { code: 2, store: 1 })
    ));
    let enrolment = Enrolment::found(&code(1), &FOUNDER, "1.0", &first()).unwrap();
    let mut right = answer(&code(1), &FOUNDER.device_key);
    assert!(enrolment.answered(200, &encode(&right)).is_ok());
    right.genesis = parts(&genesis(Hash([0; 32])));
    assert!(matches!(enrolment.answered(200, &encode(&right)), Err(EnrolError::BadGenesis(_))));
}

#[test]
fn whoever_does_not_know_the_code_is_not_believed() {
    let enrolment = Enrolment::join(&code(2), &OTHER, "1.0");
    let right = answer(&code(2), &OTHER.device_key);
    let mut wrong = vec![
        answer(&code(3), &OTHER.device_key),
        answer(&code(2), &FOUNDER.device_key),
        EnrolAnswer { centre_key: [6; 32], ..right.clone() },
    ];
    for answer in wrong.drain(..) {
        assert_eq!(enrolment.answered(200, &encode(&answer)), Err(EnrolError::NotTheCentre));
    }
    let other_coop = EnrolAnswer { coop_id: [8; 16], ..right.clone() };
    let loose = EnrolAnswer { genesis: parts(&genesis(Hash([0; 32]))), ..right.clone() };
    let mut torn = right;
    torn.genesis.body.push(0);
    for answer in [other_coop, loose, torn] {
        assert!(matches!(enrolment.answered(200, &encode(&answer)), Err(EnrolError::BadGenesis(_))));
    }
}

#[test]
fn refusals_are_told_apart_and_portals_are_none() {
    let enrolment = Enrolment::join(&code(2), &OTHER, "1.0");
    let told = |code: ProblemCode| {
        let problem = Problem { code, seq: None, wait_s: Some(60), detail: String::new() };
        enrolment.answered(code.status(), &encode(&problem)).unwrap_err()
    };
    assert_eq!(told(ProblemCode::NotFound), EnrolError::BadCode);
    assert_eq!(told(ProblemCode::TooMany), EnrolError::TooMany { wait_s: 60 });
    assert_eq!(told(ProblemCode::Registered), EnrolError::Registered);
    assert_eq!(told(ProblemCode::Busy), EnrolError::NotNow);
    assert!(matches!(told(ProblemCode::Malformed), EnrolError::Refused { .. }));
    for (status, body) in [(200, "<html>"), (404, "<html>"), (302, ""), (502, "Bad Gateway")] {
        assert_eq!(enrolment.answered(status, body.as_bytes()), Err(EnrolError::NotNow));
    }
}
