//! I16: between cooperatives there is a wall. I5: nothing that is sent twice counts twice.

use crate::common::{World, answer_to, bearer, code_of, session_request};
use lumbung_server::centre::Bearer;
use lumbung_server::log::{Changes, Device, NewRun, RunRow, Session as _, StoredDocument, Totals};
use lumbung_server::{Calls as _, CentreLog};
use lumbung_sync::wire::ProblemCode;

type Everything = (Vec<Device>, Vec<RunRow>, Vec<StoredDocument>, Totals, u64);

async fn everything<L: CentreLog>(world: &World<L>, coop_id: &[u8; 16]) -> Everything {
    let mut session = world.centre.log().session().await.unwrap();
    let devices = session.devices(coop_id).await.unwrap();
    let runs = session.runs_after(coop_id, 0, 10_000).await.unwrap();
    let documents = session.documents_of(coop_id, &runs).await.unwrap();
    let totals = session.totals(coop_id).await.unwrap();
    let last = session.glance(coop_id, 1, 0).await.unwrap().unwrap().cooperative.last_server_seq;
    (devices, runs, documents, totals, last)
}

/// Attack 19: A's token with everything of B's.
pub(crate) async fn nothing_passes_between_cooperatives<L: CentreLog>(world: &World<L>) {
    let mut a = world.founder(1).await;
    let mut b = world.founder(2).await;
    a.sell(5);
    a.sync(&world.centre).await.unwrap();
    b.sell(40);
    b.sync(&world.centre).await.unwrap();
    let blob = world.centre.checkpoint(bearer(&b), 1).await.unwrap().blob;
    let (before_a, before_b) = (everything(world, &a.coop_id).await, everything(world, &b.coop_id).await);
    let mut continued = b.clone();
    continued.sell(3);
    // B's documents with A's token.
    let batch = continued.batch(b.acked, continued.head_seq());
    let refusal = world.centre.sync(bearer(&a), a.request(Some(batch))).await.unwrap_err();
    assert_eq!(refusal.code, ProblemCode::Gap);
    let whole = world.centre.sync(bearer(&a), a.request(Some(b.batch(0, b.head_seq())))).await;
    assert_eq!(code_of(whole), ProblemCode::SendRaw);
    let raw = lumbung_sync::recode::pack(
        &continued.runs(0, 45),
        lumbung_sync::recode::Form::Raw,
        3,
        &lumbung_server::centre::Rules,
    );
    let raw = world.centre.sync(bearer(&a), a.request(Some(raw))).await;
    assert_eq!(code_of(raw), ProblemCode::NotProven, "hashes bind the cooperative");
    let relay = crate::relay::request(&continued.runs(0, 45));
    assert_eq!(code_of(world.centre.relay(bearer(&a), relay).await), ProblemCode::SendRaw);
    // A's own place in B, an absent device, an absent cooperative: one answer.
    let mut answers = Vec::new();
    for (coop_id, device_no) in [(b.coop_id, 2), (b.coop_id, 77), ([9; 16], 1)] {
        let bearer = Bearer { coop_id, device_no };
        answers.push(world.centre.sync(bearer, a.request(None)).await.unwrap_err());
        answers.push(world.centre.heads(bearer).await.unwrap_err());
        let mut request = session_request(&a, None);
        (request.coop_id, request.device_no) = (coop_id, device_no);
        answers.push(world.centre.session(request).await.unwrap_err());
    }
    assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:?}");
    // B's blob by its hash: as one that is not there.
    let foreign = world.centre.blob(bearer(&a), blob, 0, 100).await.unwrap_err();
    assert_eq!(foreign, world.centre.blob(bearer(&a), [3; 32], 0, 100).await.unwrap_err());
    let heads = world.centre.heads(bearer(&a)).await.unwrap();
    assert_eq!(heads.cursor.server_seq, a.head_seq());
    // A's answer to a challenge that was given to B.
    let challenge = world.centre.session(session_request(&b, None)).await.unwrap().challenge.unwrap();
    let response = answer_to(&a.key, &a.coop_id, 1, challenge.challenge);
    let crossed = world.centre.session(session_request(&a, Some(response.clone()))).await;
    assert_eq!(code_of(crossed), ProblemCode::Session);
    let crossed = world.centre.session(session_request(&b, Some(response))).await;
    assert_eq!(code_of(crossed), ProblemCode::Session);
    assert_eq!(everything(world, &a.coop_id).await, before_a);
    assert_eq!(everything(world, &b.coop_id).await, before_b);
}

/// Attack 6: every message that a till ever sent, again.
pub(crate) async fn replays_change_nothing<L: CentreLog>(world: &World<L>) {
    let (_, code) = world.centre.coop_add("Merah Putih", "32").await.unwrap();
    let mut books = crate::common::till::Till::founder(1);
    let enrolment = books.enrol_request(&code);
    world.centre.enrol("a", enrolment.clone()).await.unwrap();
    books.admit_centre(&world.centre.centre_id(), &world.centre.centre_key());
    let mut requests = Vec::new();
    for count in [3, 300, 1, 0, 12] {
        books.sell(count);
        let batch = (count > 0).then(|| books.batch(books.acked, books.head_seq()));
        let request = books.request(batch);
        books.take(&world.centre.sync(bearer(&books), request.clone()).await.unwrap());
        requests.push(request);
    }
    let invitation = world.invited(&mut books, 2).await;
    let till = crate::common::till::Till::further(&books, 2);
    let further = till.enrol_request(&invitation);
    world.centre.enrol("a", further.clone()).await.unwrap();
    let relay = crate::relay::request(&books.runs(0, books.head_seq()));
    assert_eq!(world.centre.relay(bearer(&books), relay.clone()).await.unwrap().new, 0);
    let challenge = world.centre.session(session_request(&books, None)).await.unwrap().challenge.unwrap();
    let response = answer_to(&books.key, &books.coop_id, 1, challenge.challenge);
    let response = session_request(&books, Some(response));
    world.centre.session(response.clone()).await.unwrap();
    let before = everything(world, &books.coop_id).await;
    let epoch = world.glance(&books).await.cooperative.epoch;
    for _ in 0..2 {
        for request in requests.iter().rev() {
            let answer = world.centre.sync(bearer(&books), request.clone()).await.unwrap();
            assert_eq!(answer.acked_seq, books.acked);
        }
        world.centre.enrol("a", enrolment.clone()).await.unwrap();
        world.centre.enrol("a", further.clone()).await.unwrap();
        world.centre.relay(bearer(&books), relay.clone()).await.unwrap();
        assert_eq!(code_of(world.centre.session(response.clone()).await), ProblemCode::Session);
    }
    assert_eq!(everything(world, &books.coop_id).await, before);
    assert_eq!(world.glance(&books).await.cooperative.epoch, epoch);
}

/// A session that ends in the middle takes everything back, and the next one is not disturbed.
pub(crate) async fn a_dropped_session_leaves_no_trace<L: CentreLog>(world: &World<L>) {
    let mut books = world.founder(1).await;
    let before = everything(world, &books.coop_id).await;
    for _ in 0..20 {
        let mut session = world.centre.log().session().await.unwrap();
        session.lock(&books.coop_id, 1).await.unwrap();
        drop(session);
    }
    assert_eq!(everything(world, &books.coop_id).await, before);
    books.sell(1);
    books.push_all(&world.centre).await.unwrap();
}

/// One statement of a transaction fails in the middle: nothing of it stays, neither what came before nor after.
pub(crate) async fn half_a_transaction_is_none<L: CentreLog>(world: &World<L>) {
    let mut books = world.founder(1).await;
    books.sell(5);
    books.push_all(&world.centre).await.unwrap();
    let before = everything(world, &books.coop_id).await;
    let mut session = world.centre.log().session().await.unwrap();
    let (cooperative, device) = session.lock(&books.coop_id, 1).await.unwrap().unwrap();
    let mut changes = Changes::new(cooperative);
    changes.cooperative.last_server_seq += 1;
    let mut device = device.unwrap();
    device.head_seq += 1;
    changes.devices.push(device);
    // A document that is held, once more.
    let run = books.run(books.head_seq(), books.head_seq());
    changes.runs.push(NewRun {
        first_server_seq: changes.cooperative.last_server_seq,
        device_no: 1,
        hash: run.head.head.hash,
        signature: run.head.head.signature,
        documents: run.documents.into(),
    });
    changes.totals.counts.insert(20_476, (1, 1));
    session.commit(&changes).await.unwrap_err();
    drop(session);
    assert_eq!(everything(world, &books.coop_id).await, before);
    books.sell(1);
    books.push_all(&world.centre).await.unwrap();
    assert_eq!(books.acked, books.head_seq());
}
