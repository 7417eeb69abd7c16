//! F11: the server dies in the middle of pushes and comes back. What was acknowledged is there, once.

use crate::common::line::Line;
use crate::common::server::Server;
use crate::common::till::Till;
use lumbung_server::centre::Bearer;
use lumbung_server::{Calls as _, run_inline};
use lumbung_sync::wire::{Problem, ProblemCode};
use lumbung_testbed::postgres::{Cluster, Options};
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{scope, sleep};
use std::time::Duration;

const TILLS: u32 = 4;
const KILLS: u64 = 20;

#[test]
fn over_sqlite_nothing_is_lost_or_doubled() {
    let mut server = Server::start(None);
    shoot(&mut server, |server, _| server.kill_9_and_restart());
}

/// By turns the server and the database itself.
#[test]
fn over_postgres_nothing_is_lost_or_doubled() {
    let mut cluster = Cluster::start_with(&Options::quick()).unwrap();
    let url = cluster.create_database("killed").unwrap();
    let mut server = Server::start(Some(&url));
    shoot(&mut server, |server, nth| {
        if nth % 4 == 3 {
            cluster.kill_9_and_restart().unwrap();
        } else {
            server.kill_9_and_restart();
        }
    });
}

fn shoot(server: &mut Server, mut kill: impl FnMut(&mut Server, u64)) {
    let (mut books, coop) = server.founder(1);
    let mut tills: Vec<Till> = (2..2 + TILLS).map(|no| server.further(&mut books, &coop, no)).collect();
    let is_over = AtomicBool::new(false);
    let address = server.address;
    scope(|scope| {
        for till in &mut tills {
            let is_over = &is_over;
            scope.spawn(move || sell_on(address, till, is_over));
        }
        for nth in 0..KILLS {
            sleep(Duration::from_millis(40 + nth * 37 % 160));
            kill(server, nth);
        }
        is_over.store(true, Ordering::Relaxed);
    });
    let line = Line::open(address, &books).unwrap();
    let bearer = Bearer { coop_id: books.coop_id, device_no: 1 };
    let heads = run_inline(line.heads(bearer)).unwrap();
    for till in &tills {
        let head = heads.heads.iter().find(|head| head.device_no == till.device_no).unwrap();
        assert_eq!((head.seq, head.hash), (till.head_seq(), till.hash_at(till.head_seq()).0));
    }
    run_inline(books.sync(&line)).unwrap();
    for till in &tills {
        assert_eq!(books.others[&till.device_no], till.documents);
    }
    let all: u64 = heads.heads.iter().map(|head| head.seq).sum();
    assert_eq!(heads.cursor.server_seq, all, "server_seq without holes");
    println!("{KILLS} kills, {all} documents, nothing lost or doubled");
}

/// Sells and pushes; whatever goes wrong with the line is tried again, with what was acknowledged in mind.
fn sell_on(address: SocketAddr, till: &mut Till, is_over: &AtomicBool) {
    let mut line: Option<Line> = None;
    loop {
        let is_last = is_over.load(Ordering::Relaxed);
        till.sell(u64::from(till.device_no) * 3);
        let acked = till.acked;
        loop {
            let pushed = match &line {
                Some(line) => run_inline(till.push_all(line)).map(drop),
                None => Line::open(address, till).map(|opened| line = Some(opened)),
            };
            match pushed {
                Ok(()) if till.acked == till.head_seq() => break,
                Ok(()) => {}
                Err(Problem { code: ProblemCode::Busy | ProblemCode::Fault, .. }) => {
                    line = None;
                    sleep(Duration::from_millis(10));
                }
                Err(other) => unreachable!("{other:?}"),
            }
            assert!(till.acked >= acked, "what was acknowledged is gone");
        }
        if is_last {
            return;
        }
    }
}
