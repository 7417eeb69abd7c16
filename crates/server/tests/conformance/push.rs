//! Batches in, pages out.

use crate::common::{World, bearer, code_of};
use lumbung_document::effects::Layer;
use lumbung_document::{Effects, Posting};
use lumbung_primitives::Money;
use lumbung_server::centre::Rules;
use lumbung_server::log::Session as _;
use lumbung_server::{Calls as _, CentreLog};
use lumbung_sync::recode::{Form, pack};
use lumbung_sync::wire::{Condition, Notice, ProblemCode};

pub(crate) async fn a_batch_is_accepted_once<L: CentreLog>(world: &World<L>) {
    let mut till = world.founder(1).await;
    till.sell(600);
    let request = till.request(Some(till.batch(till.acked, till.head_seq())));
    let first = world.centre.sync(bearer(&till), request.clone()).await.unwrap();
    assert_eq!(first.acked_seq, 602);
    assert!(first.page.is_none() && first.notices.is_empty() && !first.more);
    let mut session = world.centre.log().session().await.unwrap();
    let totals = session.totals(&till.coop_id).await.unwrap();
    for _ in 0..3 {
        let again = world.centre.sync(bearer(&till), request.clone()).await.unwrap();
        assert_eq!(again.acked_seq, 602);
    }
    assert_eq!(session.totals(&till.coop_id).await.unwrap(), totals);
    let sums = totals.accounts.values().fold((0, 0), |sums, row| (sums.0 + row.0, sums.1 + row.1));
    assert_eq!(sums.0, sums.1);
    assert!(sums.0 > 0);
    assert_eq!(totals.counts.values().copied().collect::<Vec<_>>(), [(600, 602)]);
    let held = session.documents(&till.coop_id, 1, 1, 1_000).await.unwrap();
    assert_eq!(held.len(), 602);
    for (held, written) in held.iter().zip(&till.documents) {
        assert_eq!(
            (&held.header, &held.body, &held.effects),
            (&written.header_bytes, &written.body_bytes, &written.effects_bytes)
        );
    }
}

pub(crate) async fn others_pull_it<L: CentreLog>(world: &World<L>) {
    let mut books = world.founder(1).await;
    books.sell(10);
    let mut other = world.further(&mut books, 2).await;
    other.sell(700);
    let waits = books.sync(&world.centre).await.unwrap();
    assert_eq!(waits.notices.iter().map(|notice| notice.code).collect::<Vec<_>>(), [Notice::WAITS_FOR_KEYS]);
    other.sync(&world.centre).await.unwrap();
    books.sell(5_000);
    books.sync(&world.centre).await.unwrap();
    other.sync(&world.centre).await.unwrap();
    books.sync(&world.centre).await.unwrap();
    assert_eq!(books.others[&2], other.documents);
    assert_eq!(other.others[&1], books.documents);
    assert_eq!(other.others[&0].len(), 1);
    assert_eq!(other.others[&0], books.others[&0]);
    // Nothing is sent a second time.
    let quiet = other.push_all(&world.centre).await.unwrap();
    assert!(quiet.page.is_none() && !quiet.more);
}

pub(crate) async fn a_gap_is_named<L: CentreLog>(world: &World<L>) {
    let mut till = world.founder(1).await;
    till.sell(20);
    let beyond = till.request(Some(till.batch(7, 22)));
    let refusal = world.centre.sync(bearer(&till), beyond).await.unwrap_err();
    assert_eq!((refusal.code, refusal.seq), (ProblemCode::Gap, Some(3)));
    till.push_all(&world.centre).await.unwrap();
    assert_eq!(till.acked, 22);
}

pub(crate) async fn a_fork_stops_the_device<L: CentreLog>(world: &World<L>) {
    let mut books = world.founder(1).await;
    let mut till = world.further(&mut books, 2).await;
    till.sell(10);
    till.push_all(&world.centre).await.unwrap();
    let mut clone = till.clone();
    till.sell(5);
    till.push_all(&world.centre).await.unwrap();
    clone.receipts += 100;
    clone.sell(8);
    let refusal = clone.push_all(&world.centre).await.unwrap_err();
    assert_eq!((refusal.code, refusal.seq), (ProblemCode::Fork, Some(11)));
    assert_eq!(code_of(clone.push_all(&world.centre).await), ProblemCode::Ended);
    till.sell(1);
    assert_eq!(code_of(till.push_all(&world.centre).await), ProblemCode::Ended);
    let answer = books.push_all(&world.centre).await.unwrap();
    let alarm = answer.notices.iter().find(|notice| notice.code == Notice::FORK).unwrap();
    assert_eq!((alarm.device_no, alarm.number), (Some(2), Some(15)));
    assert_eq!(alarm.hash.as_deref(), Some(till.hash_at(15).0.as_slice()));
    let mut session = world.centre.log().session().await.unwrap();
    let before = session.totals(&till.coop_id).await.unwrap();
    books.end_series(2, 15, till.hash_at(15));
    let answer = books.push_all(&world.centre).await.unwrap();
    assert!(answer.notices.is_empty(), "an end was named");
    let after = session.totals(&till.coop_id).await.unwrap();
    assert_eq!(before.accounts, after.accounts);
}

pub(crate) async fn a_restored_store_is_stopped<L: CentreLog>(world: &World<L>) {
    let mut books = world.founder(1).await;
    let mut till = world.further(&mut books, 2).await;
    till.sell(10);
    let backup = till.clone();
    till.sell(5);
    till.push_all(&world.centre).await.unwrap();
    // It sells on: another branch, which the mark gives away before any document is sent.
    let mut branch = backup.clone();
    branch.receipts += 50;
    branch.sell(3);
    let mut forking = branch.request(None);
    forking.batch = None;
    assert_eq!(code_of(world.centre.sync(bearer(&till), forking).await), ProblemCode::Fork);
    let mut other = world.further(&mut books, 3).await;
    other.sell(4);
    other.push_all(&world.centre).await.unwrap();
    // It says itself that it was restored.
    let mut request = other.request(None);
    request.condition = Condition::Restored;
    assert_eq!(code_of(world.centre.sync(bearer(&other), request).await), ProblemCode::Ended);
    let notices = books.push_all(&world.centre).await.unwrap().notices;
    let told: Vec<_> = notices.iter().map(|notice| (notice.code, notice.device_no, notice.number)).collect();
    assert_eq!(told, [(Notice::FORK, Some(2), Some(15)), (Notice::RESTORED, Some(3), Some(4))]);
}

pub(crate) async fn a_late_request_is_no_fork<L: CentreLog>(world: &World<L>) {
    let mut till = world.founder(1).await;
    till.sell(10);
    let early = till.request(Some(till.batch(till.acked, till.head_seq())));
    till.push_all(&world.centre).await.unwrap();
    till.sell(600);
    till.push_all(&world.centre).await.unwrap();
    for _ in 0..3 {
        assert_eq!(world.centre.sync(bearer(&till), early.clone()).await.unwrap().acked_seq, 612);
    }
    // Cut elsewhere, half of it held.
    till.sell(10);
    let runs = [till.run(600, 605), till.run(606, 617), till.run(618, 622)];
    let batch = pack(&runs, Form::Columns(1), 3, &Rules);
    let answer = world.centre.sync(bearer(&till), till.request(Some(batch))).await.unwrap();
    assert_eq!(answer.acked_seq, 622);
    let mut session = world.centre.log().session().await.unwrap();
    let totals = session.totals(&till.coop_id).await.unwrap();
    assert_eq!(totals.counts.values().copied().collect::<Vec<_>>(), [(620, 622)]);
}

pub(crate) async fn columns_that_fail_are_asked_for_raw_once<L: CentreLog>(world: &World<L>) {
    let mut till = world.founder(1).await;
    till.sell(5);
    let mut runs = till.runs(till.acked, till.head_seq());
    runs[0].head.head.hash.0[0] ^= 1;
    let columns = pack(&runs, Form::Columns(1), 3, &Rules);
    let raw = pack(&runs, Form::Raw, 3, &Rules);
    let answer = world.centre.sync(bearer(&till), till.request(Some(columns))).await;
    assert_eq!(code_of(answer), ProblemCode::SendRaw);
    let answer = world.centre.sync(bearer(&till), till.request(Some(raw))).await;
    assert_eq!(code_of(answer), ProblemCode::NotProven);
    let honest = pack(&till.runs(till.acked, till.head_seq()), Form::Raw, 3, &Rules);
    let answer = world.centre.sync(bearer(&till), till.request(Some(honest))).await.unwrap();
    assert_eq!(answer.acked_seq, till.head_seq());
}

pub(crate) async fn a_wrong_signature_proves_nothing<L: CentreLog>(world: &World<L>) {
    let mut till = world.founder(1).await;
    till.sell(300);
    let mut runs = till.runs(till.acked, till.head_seq());
    runs[0].head.head.signature[5] ^= 1;
    let batch = pack(&runs, Form::Columns(1), 3, &Rules);
    let answer = world.centre.sync(bearer(&till), till.request(Some(batch))).await;
    assert_eq!(code_of(answer), ProblemCode::NotProven);
    // Somebody else's key.
    let mut thief = till.clone();
    thief.key = ed25519_dalek::SigningKey::from_bytes(&[99; 32]);
    let batch = pack(&[till.run(3, 302)], Form::Columns(1), 3, &Rules);
    let forged = pack(
        &[{
            let mut run = till.run(3, 302);
            run.head.head = thief.signed_head(302);
            run
        }],
        Form::Columns(1),
        3,
        &Rules,
    );
    assert_eq!(
        code_of(world.centre.sync(bearer(&till), till.request(Some(forged))).await),
        ProblemCode::NotProven
    );
    assert_eq!(world.centre.sync(bearer(&till), till.request(Some(batch))).await.unwrap().acked_seq, 302);
}

pub(crate) async fn a_bad_document_delays_nobody<L: CentreLog>(world: &World<L>) {
    let mut books = world.founder(1).await;
    let mut till = world.further(&mut books, 2).await;
    till.sell(3);
    let unbalanced = Effects {
        postings: vec![Posting {
            account: 111_100,
            amount: Money(5_000),
            outlet: 1,
            party: None,
            shift: None,
            flow: 0,
            layer: Layer::NORMAL,
        }],
        ..Effects::default()
    };
    let body = till.sale(700);
    let bad = till.write_with(body, 1, unbalanced);
    till.sell(3);
    let answer = till.push_all(&world.centre).await.unwrap();
    assert_eq!(answer.acked_seq, 7);
    assert_eq!(answer.notices.len(), 1);
    assert_eq!((answer.notices[0].code, answer.notices[0].number), (Notice::QUARANTINED, Some(4)));
    let mut session = world.centre.log().session().await.unwrap();
    let aside = session.quarantine(&till.coop_id).await.unwrap();
    assert_eq!(aside.iter().map(|row| row.at).collect::<Vec<_>>(), [bad]);
    let totals = session.totals(&till.coop_id).await.unwrap();
    let sums = totals.accounts.values().fold((0, 0), |sums, row| (sums.0 + row.0, sums.1 + row.1));
    assert_eq!(sums.0, sums.1);
    assert_eq!(totals.counts.values().map(|counts| counts.0).sum::<i64>(), 6);
    books.sync(&world.centre).await.unwrap();
    assert_eq!(books.others[&2], till.documents, "it is handed on like any other");
}

/// F13: commit order is the order of server_seq, without holes, whoever comes when.
pub(crate) async fn eight_devices_push_at_once<L: CentreLog>(world: &World<L>) {
    const ROUNDS: u64 = 12;
    let mut books = world.founder(1).await;
    let mut tills = vec![];
    for device_no in 2..=9 {
        tills.push(world.further(&mut books, device_no).await);
    }
    let before = world.glance(&books).await.cooperative.last_server_seq;
    let handle = tokio::runtime::Handle::try_current().ok();
    std::thread::scope(|scope| {
        for till in &mut tills {
            let handle = handle.clone();
            scope.spawn(move || {
                for round in 0..ROUNDS {
                    till.sell(1 + (round * u64::from(till.device_no)) % 40);
                    let pause = (u64::from(till.device_no) * 7 + round * 13) % 11;
                    std::thread::sleep(std::time::Duration::from_millis(pause));
                    let pushed = till.push_all(&world.centre);
                    match &handle {
                        Some(handle) => handle.block_on(pushed),
                        None => lumbung_server::run_inline(pushed),
                    }
                    .unwrap();
                }
            });
        }
    });
    let written: u64 = tills.iter().map(crate::common::till::Till::head_seq).sum();
    let after = world.glance(&books).await.cooperative.last_server_seq;
    assert_eq!(after - before, written);
    let mut session = world.centre.log().session().await.unwrap();
    let runs = session.runs_after(&books.coop_id, 0, 10_000).await.unwrap();
    let mut expected = 1;
    for run in &runs {
        assert_eq!(run.first_server_seq, expected);
        assert_eq!(run.last_server_seq - run.first_server_seq, run.last_seq - run.first_seq);
        expected = run.last_server_seq + 1;
    }
    assert_eq!(expected, after + 1);
    drop(session);
    books.sync(&world.centre).await.unwrap();
    for till in &mut tills {
        assert_eq!(books.others[&till.device_no], till.documents);
        till.sync(&world.centre).await.unwrap();
    }
    let totals = world.centre.log().session().await.unwrap().totals(&books.coop_id).await.unwrap();
    assert_eq!(totals.counts.values().map(|counts| counts.1).sum::<i64>(), i64::try_from(after).unwrap());
}
