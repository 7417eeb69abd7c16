//! Batches in, pages out.

use crate::common::{World, bearer, code_of};
use lumbung_server::log::Session as _;
use lumbung_server::{Calls as _, CentreLog};
use lumbung_sync::wire::{Notice, ProblemCode};

pub async fn a_batch_is_accepted_once<L: CentreLog>(world: &World<L>) {
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

pub async fn others_pull_it<L: CentreLog>(world: &World<L>) {
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

pub async fn a_gap_is_named<L: CentreLog>(world: &World<L>) {
    let mut till = world.founder(1).await;
    till.sell(20);
    let beyond = till.request(Some(till.batch(7, 22)));
    let refusal = world.centre.sync(bearer(&till), beyond).await.unwrap_err();
    assert_eq!((refusal.code, refusal.seq), (ProblemCode::Gap, Some(3)));
    till.push_all(&world.centre).await.unwrap();
    assert_eq!(till.acked, 22);
}

pub async fn a_fork_stops_the_device<L: CentreLog>(world: &World<L>) {
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
