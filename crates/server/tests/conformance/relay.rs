//! A centre that lost documents, and how tills heal it.

use crate::common::till::Till;
use crate::common::{World, bearer, code_of};
use lumbung_server::centre::Rules;
use lumbung_server::log::Session as _;
use lumbung_server::{Calls as _, CentreLog};
use lumbung_sync::Run;
use lumbung_sync::recode::{Form, pack};
use lumbung_sync::wire::{Cursor, PROTOCOL, ProblemCode, RelayRequest};

pub(crate) fn request(runs: &[Run]) -> RelayRequest {
    RelayRequest { protocol: PROTOCOL, runs: pack(runs, Form::Columns(1), 3, &Rules).into() }
}

/// F12. `today` lost its disk; `yesterday` is the copy that was put back: the same centre up to a point.
pub(crate) async fn a_restored_centre_is_healed<L: CentreLog>(today: &World<L>, yesterday: &World<L>) {
    let mut tills = Vec::new();
    for world in [today, yesterday] {
        let mut books = world.founder(1).await;
        let mut till = world.further(&mut books, 2).await;
        till.sell(300);
        till.sync(&world.centre).await.unwrap();
        books.sell(20);
        books.sync(&world.centre).await.unwrap();
        tills = vec![books, till];
    }
    let [mut books, mut till] = tills.try_into().unwrap();
    let epoch = books.epoch;
    let mut third = today.further(&mut books, 3).await;
    for _ in 0..3 {
        till.sell(100);
        third.sell(10);
        books.sell(1);
        for till in [&mut till, &mut third, &mut books] {
            till.sync(&today.centre).await.unwrap();
        }
    }
    till.sync(&today.centre).await.unwrap();
    books.sync(&today.centre).await.unwrap();
    assert_eq!(books.others[&2], till.documents);

    let mut after = books.clone();
    let answer = after.push_all(&yesterday.centre).await.unwrap();
    assert_ne!(answer.epoch, epoch, "the copy is another incarnation");
    assert_eq!(answer.cursor, Cursor::default());
    let heads = yesterday.centre.heads(bearer(&books)).await.unwrap();
    assert_eq!(heads.epoch, answer.epoch);
    let held = |device_no: u32| {
        heads.heads.iter().find(|head| head.device_no == device_no).map_or(0, |head| head.seq)
    };
    // The enrolment of device 3 lies in its invitation (books) and its admission (series 0).
    let mut invitation = books.clone();
    invitation.acked = held(1);
    assert_eq!(
        code_of(yesterday.centre.relay(bearer(&books), request(&third.runs(0, 30))).await),
        ProblemCode::Gap
    );
    let admission = runs_of(today, &books, 0, held(0)).await;
    let mut new = yesterday.centre.relay(bearer(&till), request(&admission)).await.unwrap().new;
    let own = books.runs(held(1), books.head_seq());
    new += yesterday.centre.relay(bearer(&till), request(&own)).await.unwrap().new;
    for other in [&till, &third] {
        let runs = runs_of(today, &books, other.device_no, held(other.device_no)).await;
        new += yesterday.centre.relay(bearer(&books), request(&runs)).await.unwrap().new;
        assert_eq!(yesterday.centre.relay(bearer(&till), request(&runs)).await.unwrap().new, 0);
    }
    let (lost, whole) = (today.glance(&books).await, yesterday.glance(&books).await);
    assert_eq!(whole.cooperative.last_server_seq, lost.cooperative.last_server_seq);
    assert_eq!(new, 3 * 100 + 3 * 10 + 3 + 2);
    let totals = |world| totals_of(world, &books);
    assert_eq!(totals(today).await, totals(yesterday).await);
    third.sell(5);
    third.sync(&yesterday.centre).await.unwrap();
    books.sync(&yesterday.centre).await.unwrap();
    books.sync(&yesterday.centre).await.unwrap();
    assert_eq!(books.others[&3], third.documents);
    assert_eq!(books.others[&2], till.documents);
}

async fn totals_of<L: CentreLog>(world: &World<L>, till: &Till) -> lumbung_server::log::Totals {
    world.centre.log().session().await.unwrap().totals(&till.coop_id).await.unwrap()
}

/// Runs of a device as any till would have them from its pages.
async fn runs_of<L: CentreLog>(world: &World<L>, till: &Till, device_no: u32, after: u64) -> Vec<Run> {
    let mut session = world.centre.log().session().await.unwrap();
    let rows = session.runs_after(&till.coop_id, 0, 10_000).await.unwrap();
    let mut runs = Vec::new();
    for row in rows.iter().filter(|row| row.device_no == device_no && row.last_seq > after) {
        let documents =
            session.documents(&till.coop_id, device_no, row.first_seq, row.last_seq).await.unwrap();
        let documents = documents
            .into_iter()
            .map(|held| {
                lumbung_document::SealedDocument::open(
                    device_no,
                    held.header,
                    held.body,
                    held.effects,
                    held.personal,
                )
                .unwrap()
            })
            .collect();
        let head = lumbung_document::SignedHead {
            device_no,
            seq: row.last_seq,
            hash: row.hash,
            signature: row.signature,
        };
        runs.push(Run { head: lumbung_sync::RunHead { first_seq: row.first_seq, head }, documents });
    }
    runs
}

/// A cursor that the log never gave out. Everybody is told once; an old epoch is no proof a second time.
pub(crate) async fn a_wrong_cursor_begins_an_epoch<L: CentreLog>(world: &World<L>) {
    let mut books = world.founder(1).await;
    let mut till = world.further(&mut books, 2).await;
    till.sync(&world.centre).await.unwrap();
    let first = till.epoch;
    let mut wrong = till.pull_request();
    wrong.cursor.mark[0] ^= 1;
    let answer = world.centre.sync(bearer(&till), wrong.clone()).await.unwrap();
    assert_ne!(answer.epoch, first);
    assert_eq!((answer.cursor, answer.more, answer.page.is_none()), (Cursor::default(), true, true));
    let second = answer.epoch;
    for request in [wrong, till.pull_request()] {
        let answer = world.centre.sync(bearer(&till), request).await.unwrap();
        assert_eq!((answer.epoch, answer.cursor), (second, Cursor::default()));
    }
    let mut beyond = till.pull_request();
    (beyond.epoch, beyond.cursor.server_seq) = (second, 1_000_000);
    assert_ne!(world.centre.sync(bearer(&till), beyond).await.unwrap().epoch, second);
    till.sync(&world.centre).await.unwrap();
    assert_eq!(till.others[&1], books.documents);
}

/// Another branch comes by relay: the device is stopped, whoever brought it goes on.
pub(crate) async fn a_fork_comes_by_relay<L: CentreLog>(world: &World<L>) {
    let mut books = world.founder(1).await;
    let mut till = world.further(&mut books, 2).await;
    till.sell(4);
    till.push_all(&world.centre).await.unwrap();
    let mut clone = till.clone();
    till.sell(3);
    till.push_all(&world.centre).await.unwrap();
    clone.receipts += 9;
    clone.sell(5);
    let answer = world.centre.relay(bearer(&books), request(&clone.runs(0, 9))).await.unwrap();
    assert_eq!(answer.new, 0);
    assert_eq!(code_of(till.push_all(&world.centre).await), ProblemCode::Ended);
    books.push_all(&world.centre).await.unwrap();
    // What was acknowledged is what counts.
    assert_eq!(world.glance(&till).await.device.unwrap().head_hash, till.hash_at(7));
    let mut forged = till.runs(0, 7);
    forged[0].head.head.signature[0] ^= 1;
    assert_eq!(code_of(world.centre.relay(bearer(&books), request(&forged)).await), ProblemCode::NotProven);
}
