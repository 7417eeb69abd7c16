//! Three tills and a centre over a line that cuts, delays, sends twice and truncates, with everything shot in
//! between: at the end one ledger, every sale once. On SQLite and on PostgreSQL.
#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test may stop at the first surprise")]

mod centre;
mod common;

use centre::{Centre, Till, founded, joined, synced};
use lumbung_testbed::postgres::{Cluster, Options};
use lumbung_testbed::process::Spawned;
use lumbung_testbed::proxy::Chaos;
use std::path::Path;
use std::time::Duration;

const ROUNDS: usize = 6;

fn trade_through_a_storm(centre: &mut Centre, folder: &Path) {
    let books = founded(centre, &folder.join("a"));
    let tills = [joined(centre, &books, &folder.join("b")), joined(centre, &books, &folder.join("c"))];
    let tills: Vec<&Till> = [&books].into_iter().chain(&tills).collect();
    centre.proxy.set_chaos(Chaos::storm(60));
    let mut sold = 0;
    for round in 0..ROUNDS {
        for (number, till) in tills.iter().enumerate() {
            let sales = 20 + 15 * number + round;
            assert_eq!(till.sell(sales).len(), sales);
            sold += sales;
            // Shot at some moment of its sync, and sometimes so early that it did nothing.
            let mut process =
                Spawned::start(till.command(&["sync"]), till.folder().join("sync.log")).unwrap();
            std::thread::sleep(Duration::from_millis(
                5 + 37 * u64::try_from(round * 3 + number).unwrap() % 150,
            ));
            process.kill_9().unwrap();
            if (round + number) % 4 == 1 {
                centre.kill_and_restart();
            }
            let _ = till.run(&["sync", "--once"]);
        }
    }
    let storm = centre.proxy.counters();
    centre.proxy.set_chaos(Chaos::none());
    for till in tills.iter().chain(&tills) {
        synced(till);
    }
    let states: Vec<_> = tills.iter().map(|till| till.state()).collect();
    assert!(states.iter().all(|state| *state == states[0]), "{states:?}");
    let shelf = -1_000 * i64::try_from(sold).unwrap();
    for till in &tills {
        assert_eq!(till.stock_milli(), shelf, "every sale is there once");
    }
    println!("{sold} sales, {} documents, storm: {storm:?}", states[0].1);
}

#[test]
fn three_tills_end_with_one_ledger_over_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    let mut centre = Centre::on_sqlite(folder.path(), 11);
    trade_through_a_storm(&mut centre, folder.path());
}

#[test]
fn three_tills_end_with_one_ledger_over_postgres() {
    let folder = tempfile::tempdir().unwrap();
    let cluster = Cluster::start_with(&Options::quick()).unwrap();
    let url = cluster.create_database("centre").unwrap();
    let mut centre = Centre::on_postgres(folder.path(), &url, 12);
    trade_through_a_storm(&mut centre, folder.path());
}
