//! One till and one centre, scene by scene.

use crate::model::centre::{Centre, EVERYTHING, Reply, problem};
use crate::model::till::Till;
use crate::model::{Rule, key_of, paper};
use lumbung_sync::machine::{Failure, Machine, Matter, Outcome, Request, Settings, Step, Stop, Why};
use lumbung_sync::wire::{self, Epoch, ProblemCode, SyncAnswer, SyncRequest, decode, encode};
use std::time::Duration;

/// How a talk ended.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum End {
    Rest(Why),
    Stopped(Stop),
    Wait,
}

/// On a line that was found to be quick.
pub(crate) fn machine() -> Machine {
    let mut machine = Machine::new(Settings { app_version: "1.0".to_owned() });
    machine.tell_pace(Duration::ZERO);
    machine
}

/// Talks until there is nothing more to say; `between` may put another answer in the centre's place.
pub(crate) fn talk_with(
    machine: &mut Machine,
    till: &mut Till,
    centre: &mut Centre,
    between: &mut dyn FnMut(&Request, Reply) -> Result<Reply, Failure>,
) -> End {
    for _ in 0..2_000 {
        let request = match machine.next(till, &Rule(1_000)).unwrap() {
            Step::Send(request) => request,
            Step::Again => continue,
            Step::Rest(why) => return End::Rest(why),
            Step::Stopped(stop) => return End::Stopped(stop),
        };
        let reply = centre.handle(&request);
        match between(&request, reply) {
            Ok((status, body)) => {
                if machine.answered(till, &Rule(1_000), status, &body).unwrap() != Outcome::Onward {
                    return End::Wait;
                }
            }
            Err(failure) => {
                machine.failed(failure);
                return End::Wait;
            }
        }
    }
    panic!("the talk does not end");
}

pub(crate) fn talk(machine: &mut Machine, till: &mut Till, centre: &mut Centre) -> End {
    talk_with(machine, till, centre, &mut |_, reply| Ok(reply))
}

const DONE: End = End::Rest(Why::UpToDate);

/// A founder, a joining till and a centre that knows both.
pub(crate) fn shop() -> (Till, Till, Centre) {
    let (mut founder, mut joining, mut centre) = (Till::founder(), Till::joining(2), Centre::new());
    let first = founder.runs_of_own();
    centre.take(first);
    centre.enrol(2);
    assert_eq!(talk(&mut machine(), &mut founder, &mut centre), DONE);
    assert_eq!(talk(&mut machine(), &mut joining, &mut centre), DONE);
    assert_eq!(founder.holds(), joining.holds());
    centre.requests.clear();
    (founder, joining, centre)
}

impl Till {
    fn runs_of_own(&mut self) -> Vec<lumbung_sync::Run> {
        use lumbung_sync::log::LocalLog;
        self.own_runs(0, EVERYTHING).unwrap()
    }
}

impl Centre {
    /// Enrolment brought the founder's documents.
    fn take(&mut self, runs: Vec<lumbung_sync::Run>) {
        self.order.clear();
        self.log.series.clear();
        self.log.kept.clear();
        for run in runs {
            self.add(run).unwrap();
        }
    }
}

#[test]
fn what_is_sold_arrives_and_what_others_sold_comes() {
    let (mut founder, mut joining, mut centre) = shop();
    founder.sell(700);
    joining.sell(10);
    let (mut one, mut other) = (machine(), machine());
    assert_eq!(talk(&mut one, &mut founder, &mut centre), DONE);
    assert_eq!(talk(&mut other, &mut joining, &mut centre), DONE);
    one.wake();
    assert_eq!(talk(&mut one, &mut founder, &mut centre), DONE);
    assert_eq!(founder.holds(), joining.holds());
    assert_eq!(founder.holds(), centre.log.holds());
    // 256, then twice that.
    assert_eq!(centre.batches, [256, 444, 10]);
    assert_eq!((one.progress().pushed, one.progress().pulled, one.progress().waiting), (700, 10, 0));
    assert_eq!(one.progress().matter, None);
}

#[test]
fn nothing_new_is_one_question_and_writes_nothing() {
    let (mut founder, _, mut centre) = shop();
    let mut one = machine();
    assert_eq!(talk(&mut one, &mut founder, &mut centre), DONE);
    centre.requests.clear();
    let writes = founder.writes;
    one.wake();
    assert_eq!(talk(&mut one, &mut founder, &mut centre), DONE);
    assert_eq!(centre.requests, ["/v1/sync"]);
    assert_eq!(talk(&mut one, &mut founder, &mut centre), DONE);
    assert_eq!(centre.requests, ["/v1/sync"]);
    assert_eq!(founder.writes, writes);
    // A hundred more are one question too, without being woken.
    founder.sell(100);
    assert_eq!(talk(&mut one, &mut founder, &mut centre), DONE);
    assert_eq!(centre.requests, ["/v1/sync"; 2]);
}

#[test]
fn an_answer_lost_after_the_commit_changes_nothing() {
    let (mut founder, _, mut centre) = shop();
    founder.sell(50);
    let mut one = machine();
    let mut lost = 0;
    loop {
        let end = talk_with(&mut one, &mut founder, &mut centre, &mut |request, reply| {
            if request.path == "/v1/sync" && lost < 3 {
                lost += 1;
                return Err(Failure::Timeout);
            }
            Ok(reply)
        });
        if end == DONE {
            break;
        }
        assert_eq!(one.progress().matter, Some(Matter::NoContact(Failure::Timeout)));
    }
    assert_eq!(centre.log.seq_of(1), founder.seq_of(1));
    assert_eq!(centre.order.iter().map(|run| run.documents.len() as u64).sum::<u64>(), centre.server_seq());
    assert_eq!(one.progress().matter, None);
}

#[test]
fn batches_halve_when_nothing_comes() {
    let (mut founder, _, mut centre) = shop();
    founder.sell(300);
    let mut one = machine();
    let mut sizes = Vec::new();
    while talk_with(&mut one, &mut founder, &mut centre, &mut |request, reply| {
        if sizes.len() >= 3 || request.path != "/v1/sync" {
            return Ok(reply);
        }
        // Between two batches it asks what of the first counts, and that gets no answer either.
        let batch = decode::<SyncRequest>(&request.body).ok().and_then(|message| message.batch);
        sizes.extend(batch.map(|batch| batch.len()));
        Err(Failure::Timeout)
    }) != DONE
    {}
    assert_eq!(centre.batches[..3], [256, 64, 16]);
    assert_eq!(centre.log.seq_of(1), founder.seq_of(1));
    assert!(sizes.is_sorted_by(|a, b| a > b));
}

#[test]
fn what_is_not_ours_changes_nothing() {
    let (mut founder, _, mut centre) = shop();
    founder.sell(5);
    let html = b"<html><body>Selamat datang! Masuk untuk internet gratis</body></html>".to_vec();
    let others: [Reply; 9] = [
        (200, html.clone()),
        (200, Vec::new()),
        (302, Vec::new()),
        (401, html.clone()),
        (403, html.clone()),
        (409, html.clone()),
        (502, b"Bad Gateway".to_vec()),
        (403, encode(&problem(ProblemCode::Busy, None).1.len())),
        (409, problem(ProblemCode::Ended, None).1),
    ];
    let mut one = machine();
    for at in 0..3 {
        for other in &others {
            let before = (founder.link, founder.holds());
            let mut asked = 0;
            let end = talk_with(&mut one, &mut founder, &mut centre.clone(), &mut |_, reply| {
                asked += 1;
                Ok(if asked > at { other.clone() } else { reply })
            });
            assert_eq!(end, End::Wait);
            assert_eq!((founder.link, founder.holds()), before);
            assert_eq!(one.progress().matter, Some(Matter::NoContact(Failure::NotNow)));
            one = machine();
        }
    }
    // An answer that was cut off is none.
    let end = talk_with(&mut one, &mut founder, &mut centre, &mut |request, (status, mut body)| {
        if request.path == "/v1/sync" {
            body.truncate(body.len() - 1);
        }
        Ok((status, body))
    });
    assert_eq!(end, End::Wait);
    assert_eq!(talk(&mut one, &mut founder, &mut centre), DONE);
    assert_eq!(centre.log.seq_of(1), founder.seq_of(1));
}

#[test]
fn somebody_without_the_key_gets_no_document() {
    let (mut founder, _, mut centre) = shop();
    founder.sell(5);
    founder.centre_key = key_of(9).verifying_key().to_bytes();
    assert_eq!(talk(&mut machine(), &mut founder, &mut centre), End::Stopped(Stop::WrongCentre));
    assert_eq!(centre.requests, ["/v1/session"]);
    founder.centre_key = [0; 32];
    assert_eq!(talk(&mut machine(), &mut founder, &mut centre), End::Stopped(Stop::NotPaired));
    assert_eq!(centre.requests.len(), 1);
}

#[test]
fn a_session_that_ran_out_is_opened_again() {
    let (mut founder, _, mut centre) = shop();
    let mut one = machine();
    assert_eq!(talk(&mut one, &mut founder, &mut centre), DONE);
    centre.sessions.clear();
    founder.sell(3);
    assert_eq!(talk(&mut one, &mut founder, &mut centre), DONE);
    assert_eq!(centre.log.seq_of(1), founder.seq_of(1));
    // One that never holds does not turn in a circle.
    founder.sell(1);
    let end = talk_with(&mut one, &mut founder, &mut centre, &mut |request, reply| {
        Ok(if request.path == "/v1/sync" { problem(ProblemCode::Session, None) } else { reply })
    });
    assert_eq!(end, End::Wait);
}

#[test]
fn a_gap_is_filled_from_where_the_centre_is() {
    let (mut founder, _, mut centre) = shop();
    founder.sell(100);
    let older = centre.clone();
    let mut one = machine();
    assert_eq!(talk(&mut one, &mut founder, &mut centre), DONE);
    // The same incarnation, yet it lost what it had acknowledged.
    let epoch = centre.epoch;
    centre.restore(&older, epoch);
    founder.sell(1);
    one.wake();
    assert_eq!(talk(&mut one, &mut founder, &mut centre), DONE);
    assert_eq!(centre.log.seq_of(1), founder.seq_of(1));
}

#[test]
fn columns_that_do_not_give_the_hash_go_raw_once() {
    let (mut founder, mut joining, mut centre) = shop();
    founder.sell(10);
    centre.rule = 5;
    let mut one = machine();
    assert_eq!(talk(&mut one, &mut founder, &mut centre), DONE);
    assert_eq!(centre.log.seq_of(1), founder.seq_of(1));
    let syncs = centre.requests.iter().filter(|path| *path == "/v1/sync").count();
    assert_eq!(syncs, 2);
    // The way down: the centre packs by a rule that gives other effects, so it sends them with the documents.
    assert_eq!(talk(&mut machine(), &mut joining, &mut centre), DONE);
    assert_eq!(joining.holds(), founder.holds());
}

#[test]
fn a_clone_is_stopped_and_its_twin_is_not() {
    let (mut founder, _, mut centre) = shop();
    founder.sell(10);
    let mut clone = founder.clone();
    founder.sell(3);
    for seq in 0..2 {
        clone.write_at(paper(), seq + 77);
    }
    assert_eq!(talk(&mut machine(), &mut founder, &mut centre), DONE);
    let mut other = machine();
    assert!(matches!(talk(&mut other, &mut clone, &mut centre), End::Stopped(Stop::Forked { .. })));
    other.wake();
    assert!(matches!(talk(&mut other, &mut clone, &mut centre), End::Stopped(Stop::Forked { .. })));
    assert_eq!(centre.log.holds(), founder.holds());
}

#[test]
fn a_restored_copy_says_so_once_and_stops() {
    let (mut founder, _, mut centre) = shop();
    founder.sell(10);
    assert_eq!(talk(&mut machine(), &mut founder, &mut centre), DONE);
    let mut old = founder.clone();
    founder.sell(5);
    assert_eq!(talk(&mut machine(), &mut founder, &mut centre), DONE);
    centre.requests.clear();
    let stop = End::Stopped(Stop::Restored { acked_seq: founder.seq_of(1) });
    let mut again = machine();
    assert_eq!(talk(&mut again, &mut old, &mut centre), stop);
    assert!(centre.restored.contains(&1));
    assert_eq!(centre.requests, ["/v1/session", "/v1/session", "/v1/sync", "/v1/sync"]);
    // It sells on, and is a fork then.
    old.write_at(paper(), 5);
    old.sell(8);
    assert_eq!(talk(&mut again, &mut old, &mut centre), stop);
    assert!(matches!(talk(&mut machine(), &mut old, &mut centre), End::Stopped(_)));
    assert_eq!(centre.log.holds(), founder.holds());
}

#[test]
fn an_ended_series_stops() {
    let (mut founder, _, mut centre) = shop();
    founder.sell(1);
    centre.ended.insert(1);
    assert_eq!(talk(&mut machine(), &mut founder, &mut centre), End::Stopped(Stop::Ended));
}

#[test]
fn a_centre_that_lost_days_is_healed_and_nothing_is_read_twice() {
    let (mut founder, mut joining, mut centre) = shop();
    let older = centre.clone();
    let (mut one, mut other) = (machine(), machine());
    founder.sell(600);
    joining.sell(300);
    for _ in 0..2 {
        one.wake();
        other.wake();
        assert_eq!(talk(&mut one, &mut founder, &mut centre), DONE);
        assert_eq!(talk(&mut other, &mut joining, &mut centre), DONE);
    }
    let all = founder.holds();
    assert_eq!(joining.holds(), all);
    centre.restore(&older, [2; 8]);
    one.wake();
    assert_eq!(talk(&mut one, &mut founder, &mut centre), DONE);
    // The founder gave the centre the other till's documents too.
    assert_eq!(centre.log.holds(), all);
    assert_eq!((founder.link.epoch, one.progress().relayed), ([2; 8], 900));
    let pages = centre.pages;
    other.wake();
    assert_eq!(talk(&mut other, &mut joining, &mut centre), DONE);
    assert_eq!((centre.pages, other.progress().known), (pages, 0));
    assert_eq!(joining.link.cursor.server_seq, centre.server_seq());
    founder.sell(1);
    assert_eq!(talk(&mut one, &mut founder, &mut centre), DONE);
    other.wake();
    assert_eq!(talk(&mut other, &mut joining, &mut centre), DONE);
    assert_eq!(joining.holds(), founder.holds());
}

#[test]
fn a_batch_that_is_refused_does_not_hold_up_the_others() {
    let (mut founder, mut joining, mut centre) = shop();
    founder.sell(5);
    joining.sell(5);
    assert_eq!(talk(&mut machine(), &mut joining, &mut centre), DONE);
    let mut one = machine();
    let mut refuse = |request: &Request, reply| {
        let batch = decode::<SyncRequest>(&request.body).ok().and_then(|message| message.batch);
        Ok(if batch.is_some() { problem(ProblemCode::NotProven, None) } else { reply })
    };
    let end = talk_with(&mut one, &mut founder, &mut centre.clone(), &mut refuse);
    assert_eq!(end, End::Rest(Why::Refused));
    assert_eq!(founder.seq_of(2), 5);
    assert!(matches!(one.progress().matter, Some(Matter::PushRefused { after_seq: 2, .. })));
    one = machine();
    assert_eq!(talk(&mut one, &mut founder, &mut centre), DONE);
    assert_eq!(one.progress().matter, None);
}

#[test]
fn a_page_that_never_follows_is_told_and_own_documents_still_go() {
    let (mut founder, mut joining, mut centre) = shop();
    joining.sell(5);
    assert_eq!(talk(&mut machine(), &mut joining, &mut centre), DONE);
    // The centre forgets that it has the first of them, and goes on from the third.
    let run = centre.order.pop().unwrap();
    let mut later = run.clone();
    later.documents.drain(..2);
    later.head.first_seq = 3;
    centre.order.push(later);
    founder.sell(2);
    let mut one = machine();
    let end = talk(&mut one, &mut founder, &mut centre);
    assert_eq!(end, End::Wait);
    assert!(matches!(one.progress().matter, Some(Matter::PageRefused { .. })), "{:?}", one.progress());
    assert_eq!(talk(&mut one, &mut founder, &mut centre), End::Rest(Why::Refused));
    assert_eq!(centre.log.seq_of(1), founder.seq_of(1));
    // Mended, everything comes.
    let at = centre.order.iter().position(|run| run.head.device_no() == 2).unwrap();
    centre.order[at] = run;
    one.wake();
    assert_eq!(talk(&mut one, &mut founder, &mut centre), DONE);
    assert_eq!(founder.holds(), joining_and(&founder, &joining));
}

/// What both hold together.
fn joining_and(founder: &Till, joining: &Till) -> Vec<(u32, u64, lumbung_document::Hash)> {
    let mut all = founder.clone();
    all.series.insert(2, joining.series[&2].clone());
    all.holds()
}

#[test]
fn a_device_and_what_admits_it_may_come_in_one_page() {
    let (mut founder, _, mut centre) = shop();
    let mut third = Till::joining(3);
    centre.enrol(3);
    assert_eq!(talk(&mut machine(), &mut third, &mut centre), DONE);
    third.sell(3);
    assert_eq!(talk(&mut machine(), &mut third, &mut centre), DONE);
    assert_eq!(talk(&mut machine(), &mut founder, &mut centre), DONE);
    assert_eq!(founder.holds(), third.holds());
}

#[test]
fn a_new_till_reads_a_checkpoint_and_goes_on_where_it_was_killed() {
    let (mut founder, _, mut centre) = shop();
    for _ in 0..24 {
        founder.sell(256);
        assert_eq!(talk(&mut machine(), &mut founder, &mut centre), DONE);
    }
    centre.check_point(1_000);
    founder.sell(30);
    assert_eq!(talk(&mut machine(), &mut founder, &mut centre), DONE);
    centre.enrol(3);
    let mut third = Till::joining(3);
    third.sell(2);
    let mut killed = 0_u32;
    let mut one = machine();
    let mut bytes = 0;
    loop {
        let end = talk_with(&mut one, &mut third, &mut centre, &mut |request, reply| {
            if request.range.is_some() {
                killed += 1;
                if killed.is_multiple_of(2) {
                    return Err(Failure::Timeout);
                }
                bytes += reply.1.len();
            }
            Ok(reply)
        });
        if end == DONE {
            break;
        }
        one = machine();
    }
    assert!(killed > 1, "the blob was not read");
    let whole = centre.checkpoint.as_ref().unwrap().1.len();
    assert!(bytes < 2 * whole, "{bytes} of {whole}");
    let mut all = founder.clone();
    all.series.insert(3, third.series[&3].clone());
    all.series.insert(0, third.series[&0].clone());
    assert_eq!(third.holds(), all.holds());
    assert_eq!(third.place, None);
}

#[test]
fn a_checkpoint_that_lies_is_left_for_pages() {
    let (mut founder, _, mut centre) = shop();
    founder.sell(6_000);
    assert_eq!(talk(&mut machine(), &mut founder, &mut centre), DONE);
    centre.enrol(3);
    for damage in 0..3 {
        let mut centre = centre.clone();
        centre.check_point(1_000);
        let (answer, blob) = centre.checkpoint.as_mut().unwrap();
        match damage {
            0 => answer.signature[3] ^= 1,
            1 => {
                let middle = blob.len() / 2;
                blob[middle] ^= 0x55;
            }
            _ => blob[..5].copy_from_slice(&[0xff; 5]),
        }
        let mut third = Till::joining(3);
        let mut one = machine();
        assert_eq!(talk(&mut one, &mut third, &mut centre), DONE);
        assert_eq!(third.holds(), centre.log.holds());
    }
}

#[test]
fn the_first_contact_asks_before_it_sends() {
    let (mut founder, _, mut centre) = shop();
    founder.link = lumbung_sync::log::Link::default();
    founder.sell(20);
    let mut seen: Vec<(Epoch, bool)> = Vec::new();
    let end = talk_with(&mut machine(), &mut founder, &mut centre, &mut |request, reply| {
        if let Ok(message) = decode::<SyncRequest>(&request.body)
            && request.path == "/v1/sync"
        {
            seen.push((message.epoch, message.batch.is_some()));
        }
        let _: Result<SyncAnswer, _> = decode(&reply.1);
        Ok(reply)
    });
    assert_eq!(end, DONE);
    assert_eq!(seen, [([0; 8], false), ([1; 8], true)]);
}

/// On a slow line a batch goes in slices, and each that came whole counts, wherever the line breaks.
#[test]
fn a_cut_in_the_middle_costs_less_than_a_slice() {
    let (mut founder, _, mut centre) = shop();
    founder.sell(200);
    let mut one = machine();
    one.tell_pace(Duration::from_secs(1));
    let Step::Send(request) = one.next(&mut founder, &Rule(1_000)).unwrap() else { panic!("a session") };
    let (status, body) = centre.handle(&request);
    one.answered(&mut founder, &Rule(1_000), status, &body).unwrap();
    let Step::Send(request) = one.next(&mut founder, &Rule(1_000)).unwrap() else { panic!("a session") };
    let (status, body) = centre.handle(&request);
    one.answered(&mut founder, &Rule(1_000), status, &body).unwrap();
    let Step::Send(mut whole) = one.next(&mut founder, &Rule(1_000)).unwrap() else { panic!("a batch") };
    let slices: Vec<usize> = wire::messages(&whole.body).map(<[u8]>::len).collect();
    assert_eq!(slices.len(), 10, "200 documents in slices of 20");
    // The line breaks in the middle of the seventh.
    whole.body.truncate(slices[..6].iter().sum::<usize>() + slices[6] / 2);
    centre.handle(&whole);
    one.failed(Failure::NotNow);
    let mut again = Vec::new();
    let end = talk_with(&mut one, &mut founder, &mut centre, &mut |request, reply| {
        if request.path == "/v1/sync" {
            again.push(request.body.len());
        }
        Ok(reply)
    });
    assert_eq!(end, DONE);
    // First a question what counts, then what is left.
    assert_eq!(again.len(), 2);
    assert!(again[1] <= slices[6..].iter().sum::<usize>() + 8, "{again:?} after {slices:?}");
    assert!(centre.heads().heads.iter().any(|head| (head.device_no, head.seq) == (1, founder.seq_of(1))));
}
