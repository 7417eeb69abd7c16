//! What control documents do at the centre.

use crate::common::{World, bearer, code_of};
use lumbung_document::Body;
use lumbung_document::body::MemberErased;
use lumbung_primitives::DocRef;
use lumbung_server::log::{Session as _, Transport};
use lumbung_server::{Calls as _, CentreLog};
use lumbung_sync::wire::ProblemCode;

pub(crate) async fn an_end_takes_back_what_lies_beyond<L: CentreLog>(world: &World<L>) {
    let mut books = world.founder(1).await;
    let mut till = world.further(&mut books, 2).await;
    till.sell(10);
    till.push_all(&world.centre).await.unwrap();
    let mut session = world.centre.log().session().await.unwrap();
    let at_ten = session.totals(&till.coop_id).await.unwrap();
    till.sell(7);
    till.push_all(&world.centre).await.unwrap();
    books.end_series(2, 10, till.hash_at(10));
    books.push_all(&world.centre).await.unwrap();
    let mut now = session.totals(&till.coop_id).await.unwrap();
    for counts in now.counts.values_mut() {
        counts.1 -= 1;
    }
    assert_eq!(now, at_ten, "but for the end itself");
    assert_eq!(code_of(till.push_all(&world.centre).await), ProblemCode::Ended);
    // Said twice, or by somebody else, it changes nothing.
    books.end_series(2, 5, till.hash_at(5));
    books.push_all(&world.centre).await.unwrap();
    let device = session.devices(&till.coop_id).await.unwrap().pop().unwrap();
    assert_eq!((device.transport, device.ended), (Transport::Ended, Some((10, till.hash_at(10)))));
}

pub(crate) async fn only_the_keeper_of_the_books_speaks<L: CentreLog>(world: &World<L>) {
    let mut books = world.founder(1).await;
    let mut till = world.further(&mut books, 2).await;
    let mut third = world.further(&mut books, 3).await;
    third.sell(3);
    third.push_all(&world.centre).await.unwrap();
    till.end_series(3, 1, third.hash_at(1));
    let code = lumbung_sync::pairing::PairingCode::new(world.handle_of(&books).await, 4, [1; 8]).unwrap();
    till.invite(4, &code);
    till.push_all(&world.centre).await.unwrap();
    let mut fourth = crate::common::till::Till::further(&books, 4);
    assert_eq!(code_of(world.enrol(&fourth, &code).await), ProblemCode::NotFound);
    third.push_all(&world.centre).await.unwrap();
    // The books are handed over: what it says counts from then on.
    let handed = books.hand_books_to(2, DocRef::new(1, 1), None);
    books.push_all(&world.centre).await.unwrap();
    assert_eq!(world.glance(&books).await.cooperative.books_device, 2);
    assert_eq!(
        code_of(third.push_all(&world.centre).await),
        ProblemCode::Ended,
        "an end heard earlier holds now"
    );
    fourth.knows(&books);
    world.enrol(&fourth, &code).await.unwrap();
    books.end_series(4, 0, fourth.hash_at(0));
    books.push_all(&world.centre).await.unwrap();
    fourth.sell(1);
    fourth.push_all(&world.centre).await.unwrap();
    till.hand_books_to(4, handed, None);
    till.push_all(&world.centre).await.unwrap();
    assert_eq!(world.glance(&books).await.cooperative.books_device, 4);
}

/// The keeper of the books is cloned: nobody could end its series, so the centre does, and two people name the
/// next.
pub(crate) async fn the_centre_ends_a_forked_books_device<L: CentreLog>(world: &World<L>) {
    let mut books = world.founder(1).await;
    let mut till = world.further(&mut books, 2).await;
    books.sell(5);
    books.push_all(&world.centre).await.unwrap();
    let mut clone = books.clone();
    books.sell(2);
    books.push_all(&world.centre).await.unwrap();
    clone.receipts += 30;
    clone.sell(1);
    assert_eq!(code_of(clone.push_all(&world.centre).await), ProblemCode::Fork);
    till.sync(&world.centre).await.unwrap();
    let end = till.others[&0].last().unwrap().body().unwrap();
    let Some(Body::SeriesEnd(end)) = end else { panic!("the centre wrote no end") };
    assert_eq!((end.device_no, end.seq, end.hash), (1, books.head_seq(), books.hash_at(books.head_seq())));
    assert_eq!(world.glance(&till).await.cooperative.alarms, 1, "device 2 waits for keys, 1 has its end");
    till.hand_books_to(2, DocRef::new(1, 1), None);
    till.push_all(&world.centre).await.unwrap();
    assert_eq!(world.glance(&till).await.cooperative.books_device, 1, "one person is not enough");
    till.hand_books_to(2, DocRef::new(1, 1), Some(DocRef::new(1, 2)));
    till.push_all(&world.centre).await.unwrap();
    assert_eq!(world.glance(&till).await.cooperative.books_device, 2);
    let code = world.invited(&mut till, 3).await;
    world.enrol(&crate::common::till::Till::further(&till, 3), &code).await.unwrap();
}

pub(crate) async fn erased_data_goes_and_stays_away<L: CentreLog>(world: &World<L>) {
    let mut books = world.founder(1).await;
    let mut till = world.further(&mut books, 2).await;
    let member = books.register_person(None);
    let other = books.register_person(None);
    books.register_person(Some(member));
    books.sync(&world.centre).await.unwrap();
    let blob = world.centre.checkpoint(bearer(&books), 1).await.unwrap();
    till.sync(&world.centre).await.unwrap();
    let parts = |till: &crate::common::till::Till| {
        till.others[&1].iter().filter(|document| document.personal_bytes.is_some()).count()
    };
    assert_eq!(parts(&till), 3);
    books.write(Body::MemberErased(MemberErased { member }));
    books.register_person(Some(member));
    books.register_person(Some(other));
    books.sync(&world.centre).await.unwrap();
    books.register_person(Some(member));
    books.sync(&world.centre).await.unwrap();
    let mut late = world.further(&mut books, 3).await;
    late.sync(&world.centre).await.unwrap();
    assert_eq!(late.others[&1].len(), books.documents.len());
    let kept: Vec<_> = late.others[&1]
        .iter()
        .filter(|document| document.personal_bytes.is_some())
        .map(|doc| doc.at)
        .collect();
    assert_eq!(kept, [other, DocRef::new(1, member.seq + 5)]);
    for (came, written) in late.others[&1].iter().zip(&books.documents) {
        assert_eq!(came.header_bytes, written.header_bytes, "the chain holds");
    }
    let gone = world.centre.blob(bearer(&books), blob.blob, 0, 10).await;
    assert_eq!(code_of(gone), ProblemCode::NotFound, "a checkpoint held the parts too");
}

pub(crate) async fn whoever_has_keys_waits_no_more<L: CentreLog>(world: &World<L>) {
    let mut books = world.founder(1).await;
    world.further(&mut books, 2).await;
    assert_eq!(books.push_all(&world.centre).await.unwrap().notices.len(), 1);
    books.write(Body::KeyGrant(lumbung_document::body::KeyGrant {
        device_no: 2,
        one_time_key: [1; 32],
        sealed: vec![2; 48],
    }));
    assert!(books.push_all(&world.centre).await.unwrap().notices.is_empty());
    assert_eq!(world.glance(&books).await.cooperative.alarms, 0);
}
