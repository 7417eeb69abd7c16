//! Codes, sessions, and those who guess.

use crate::common::till::Till;
use crate::common::{World, answer_to, bearer, code_of, session_request};
use lumbung_server::log::Session as _;
use lumbung_server::{Calls as _, CentreLog};
use lumbung_sync::pairing::{PairingCode, centre_proof};
use lumbung_sync::wire::{Problem, ProblemCode, centre_message};

const MINUTE_MS: i64 = 60_000;

pub(crate) async fn the_founder_registers<L: CentreLog>(world: &World<L>) {
    let (handle, code) = world.centre.coop_add("Merah Putih", "32").await.unwrap();
    let till = Till::founder(1);
    let answer = world.enrol(&till, &code).await.unwrap();
    assert_eq!((answer.coop_id, answer.centre_key), (till.coop_id, world.centre.centre_key()));
    assert_eq!(answer.proof, centre_proof(&code.hash(), &world.centre.centre_key(), &till.public()));
    assert_eq!(answer.genesis.header, till.documents[0].header_bytes);
    // The answer was lost: it is given again, also after the code ran out.
    world.clock.forward(60 * MINUTE_MS);
    assert_eq!(world.enrol(&till, &code).await.unwrap(), answer);
    // Another founder with the same code.
    assert_eq!(code_of(world.enrol(&Till::founder(2), &code).await), ProblemCode::NotFound);
    assert_eq!(world.handle_of(&till).await, handle);
    // The same cooperative at another place.
    let (_, second) = world.centre.coop_add("Another", "32").await.unwrap();
    assert_eq!(code_of(world.enrol(&till, &second).await), ProblemCode::Registered);
    // Which is free for its own founder then.
    world.enrol(&Till::founder(3), &second).await.unwrap();
}

pub(crate) async fn a_founder_without_proof_is_refused<L: CentreLog>(world: &World<L>) {
    let (_, code) = world.centre.coop_add("Merah Putih", "32").await.unwrap();
    let till = Till::founder(1);
    let other = Till::founder(2);
    let mut request = till.enrol_request(&code);
    request.genesis = other.enrol_request(&code).genesis;
    assert_eq!(code_of(world.centre.enrol("a", request).await), ProblemCode::NotProven);
    let mut request = till.enrol_request(&code);
    if let Some(genesis) = &mut request.genesis {
        genesis.body[20] ^= 1;
    }
    assert_eq!(code_of(world.centre.enrol("a", request).await), ProblemCode::NotProven);
    let mut request = till.enrol_request(&code);
    request.device_key[0] ^= 1;
    assert_eq!(code_of(world.centre.enrol("a", request).await), ProblemCode::NotFound);
    world.enrol(&till, &code).await.unwrap();
}

pub(crate) async fn a_further_device_is_admitted_once<L: CentreLog>(world: &World<L>) {
    let mut books = world.founder(1).await;
    let code = world.invited(&mut books, 2).await;
    let till = Till::further(&books, 2);
    let answer = world.enrol(&till, &code).await.unwrap();
    assert_eq!(answer.genesis.body, books.documents[0].body_bytes);
    assert_eq!(world.enrol(&till, &code).await.unwrap(), answer);
    let mut thief = Till::further(&books, 2);
    thief.key = ed25519_dalek::SigningKey::from_bytes(&[77; 32]);
    assert_eq!(code_of(world.enrol(&thief, &code).await), ProblemCode::NotFound);
    books.sync(&world.centre).await.unwrap();
    assert_eq!(books.others[&0].len(), 1, "one admission was written");
}

pub(crate) async fn the_centre_invites_within_its_block<L: CentreLog>(world: &World<L>) {
    let mut books = world.founder_alone(1).await;
    let handle = world.handle_of(&books).await;
    assert_eq!(code_of(world.centre.device_invite(handle).await), ProblemCode::Fault);
    books.admit_centre(&world.centre.centre_id(), &world.centre.centre_key());
    books.push_all(&world.centre).await.unwrap();
    for device_no in 100..108 {
        let code = world.centre.device_invite(handle).await.unwrap();
        assert_eq!(code.device_no, device_no);
        if device_no == 103 {
            let till = Till::further(&books, device_no);
            world.enrol(&till, &code).await.unwrap();
        }
    }
    assert_eq!(code_of(world.centre.device_invite(handle).await), ProblemCode::Fault);
    assert_eq!(code_of(world.centre.device_invite(handle ^ 1).await), ProblemCode::NotFound);
    books.sync(&world.centre).await.unwrap();
    assert_eq!(books.others[&0].len(), 9);
}

/// Attack 14. An unknown place, a wrong code, a burnt one and one that ran out are one answer.
pub(crate) async fn guessing_leads_nowhere<L: CentreLog>(world: &World<L>) {
    let mut books = world.founder(1).await;
    let code = world.invited(&mut books, 2).await;
    let till = Till::further(&books, 2);
    let guess = |n: u8| PairingCode::new(code.handle, 2, [n; 8]).unwrap();
    let mut answers: Vec<Problem> = Vec::new();
    for n in 0..5 {
        answers.push(world.centre.enrol("guesser", till.enrol_request(&guess(n))).await.unwrap_err());
    }
    answers.push(world.enrol(&till, &code).await.unwrap_err());
    let nowhere = PairingCode::new(code.handle ^ 5, 2, [1; 8]).unwrap();
    answers.push(world.enrol(&till, &nowhere).await.unwrap_err());
    let unreserved = PairingCode::new(code.handle, 9, [1; 8]).unwrap();
    answers.push(world.enrol(&till, &unreserved).await.unwrap_err());
    let late = world.invited(&mut books, 3).await;
    world.clock.forward(10 * MINUTE_MS);
    answers.push(world.enrol(&Till::further(&books, 3), &late).await.unwrap_err());
    assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
    assert_eq!(answers[0].code, ProblemCode::NotFound);
}

pub(crate) async fn an_address_is_slowed_down<L: CentreLog>(world: &World<L>) {
    let mut books = world.founder(1).await;
    let code = world.invited(&mut books, 2).await;
    let till = Till::further(&books, 2);
    for n in 0..20_u8 {
        let nowhere = PairingCode::new(u64::from(n) + 1, 2, [n; 8]).unwrap();
        let answer = world.centre.enrol("guesser", till.enrol_request(&nowhere)).await;
        assert_eq!(code_of(answer), ProblemCode::NotFound);
    }
    let slowed = world.centre.enrol("guesser", till.enrol_request(&code)).await.unwrap_err();
    assert_eq!(slowed.code, ProblemCode::TooMany);
    assert!(slowed.wait_s.is_some_and(|wait| (1..=3_600).contains(&wait)));
    // Others are not.
    world.centre.enrol("neighbour", till.enrol_request(&code)).await.unwrap();
    world.clock.forward(60 * MINUTE_MS);
    world.centre.enrol("guesser", till.enrol_request(&code)).await.unwrap();
}

/// Attack 6.
pub(crate) async fn a_challenge_is_answered_once<L: CentreLog>(world: &World<L>) {
    let till = world.founder(1).await;
    let challenge = world.centre.session(session_request(&till, None)).await.unwrap().challenge.unwrap();
    let message = centre_message(&till.coop_id, 1, &challenge.challenge);
    let key = ed25519_dalek::VerifyingKey::from_bytes(&world.centre.centre_key()).unwrap();
    key.verify_strict(&message, &ed25519_dalek::Signature::from_bytes(&challenge.signature)).unwrap();
    let response = answer_to(&till.key, &till.coop_id, 1, challenge.challenge);
    let forged = answer_to(&Till::founder(9).key, &till.coop_id, 1, challenge.challenge);
    let forged = world.centre.session(session_request(&till, Some(forged))).await;
    assert_eq!(code_of(forged), ProblemCode::Session);
    let request = session_request(&till, Some(response));
    let session = world.centre.session(request.clone()).await.unwrap().session.unwrap();
    assert_eq!(session.clock_off_ms, None);
    assert_eq!(world.centre.bearer(&session.token).unwrap(), bearer(&till));
    assert_eq!(code_of(world.centre.session(request).await), ProblemCode::Session);
    let challenge = world.centre.session(session_request(&till, None)).await.unwrap().challenge.unwrap();
    world.clock.forward(MINUTE_MS);
    let late = answer_to(&till.key, &till.coop_id, 1, challenge.challenge);
    assert_eq!(code_of(world.centre.session(session_request(&till, Some(late))).await), ProblemCode::Session);
    let own = answer_to(&till.key, &till.coop_id, 1, [7; 32]);
    assert_eq!(code_of(world.centre.session(session_request(&till, Some(own))).await), ProblemCode::Session);
    world.clock.forward(13 * 60 * MINUTE_MS);
    assert_eq!(code_of(world.centre.bearer(&session.token)), ProblemCode::Session);
    // A till whose clock stands is told by how much.
    let challenge = world.centre.session(session_request(&till, None)).await.unwrap().challenge.unwrap();
    let response = answer_to(&till.key, &till.coop_id, 1, challenge.challenge);
    let session =
        world.centre.session(session_request(&till, Some(response))).await.unwrap().session.unwrap();
    assert_eq!(session.clock_off_ms, Some(-(13 * 60 + 1) * MINUTE_MS));
}

/// Attack 8.
pub(crate) async fn a_revoked_device_is_refused_everything<L: CentreLog>(world: &World<L>) {
    let mut books = world.founder(1).await;
    let mut till = world.further(&mut books, 2).await;
    till.sell(3);
    till.push_all(&world.centre).await.unwrap();
    let held = bearer(&till);
    let handle = world.handle_of(&books).await;
    assert_eq!(code_of(world.centre.device_revoke(handle, 7).await), ProblemCode::NotFound);
    world.centre.device_revoke(handle, 2).await.unwrap();
    till.sell(3);
    assert_eq!(code_of(till.push_all(&world.centre).await), ProblemCode::Ended);
    assert_eq!(code_of(world.centre.heads(held).await), ProblemCode::Ended);
    assert_eq!(code_of(world.centre.checkpoint(held, 1).await), ProblemCode::Ended);
    assert_eq!(code_of(world.centre.blob(held, [0; 32], 0, 9).await), ProblemCode::Ended);
    assert_eq!(code_of(world.token(&till).await), ProblemCode::Ended);
    // Nobody brings them in its stead.
    let relay = crate::relay::request(&till.runs(0, till.head_seq()));
    assert_eq!(world.centre.relay(bearer(&books), relay).await.unwrap().new, 0);
    // The books device itself: the centre ends it, since nobody else may.
    world.centre.device_revoke(handle, 1).await.unwrap();
    assert_eq!(code_of(books.push_all(&world.centre).await), ProblemCode::Ended);
    let mut session = world.centre.log().session().await.unwrap();
    let devices = session.devices(&books.coop_id).await.unwrap();
    let founder = devices.iter().find(|device| device.device_no == 1).unwrap();
    assert_eq!(founder.ended, Some((books.acked, books.hash_at(books.acked))));
    assert_eq!(session.documents(&books.coop_id, 0, 1, 9).await.unwrap().len(), 2);
}
