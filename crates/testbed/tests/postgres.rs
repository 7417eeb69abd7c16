//! A cluster lives through kill -9, and leaves nothing behind.
#![cfg(target_os = "linux")]

use lumbung_testbed::postgres::{Cluster, Options};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

#[test]
fn what_was_committed_is_there_after_kill_9() {
    let mut cluster = Cluster::start_with(&Options::quick()).unwrap();
    let url = cluster.create_database("koperasi").unwrap();
    assert_eq!(url, format!("postgresql://postgres@127.0.0.1:{}/koperasi", cluster.port()));
    cluster.psql("koperasi", "CREATE TABLE barang (nama text, stok bigint)").unwrap();
    cluster.psql("koperasi", "INSERT INTO barang VALUES ('beras', 12), ('gula', 7)").unwrap();

    // A statement that is under way when the server dies.
    let mut sleeper = Command::new("psql")
        .args([&url, "-c", "SELECT pg_sleep(600)"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let asleep =
        "SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%pg_sleep(600)' AND pid <> pg_backend_pid()";
    while cluster.psql("koperasi", asleep).unwrap() != "1" {
        std::thread::sleep(Duration::from_millis(10));
    }

    cluster.kill_9_and_restart().unwrap();
    assert!(!sleeper.wait().unwrap().success());
    assert_eq!(cluster.psql("koperasi", "SELECT * FROM barang ORDER BY nama").unwrap(), "beras|12\ngula|7");
    let log = std::fs::read_to_string(cluster.log()).unwrap();
    assert!(log.contains("was not properly shut down; automatic recovery"), "{log}");

    cluster.stop().unwrap();
    assert!(cluster.psql("koperasi", "SELECT 1").is_err());
    cluster.start_again().unwrap();
    assert_eq!(cluster.psql("koperasi", "SELECT sum(stok) FROM barang").unwrap(), "19");
    assert!(cluster.version().unwrap().contains('.'));
}

#[test]
fn options_are_obeyed_and_nothing_is_left_behind() {
    let cluster = Cluster::start_with(&Options { max_connections: 17, ..Options::default() }).unwrap();
    let setting = |name| cluster.psql("postgres", &format!("SHOW {name}")).unwrap();
    assert_eq!(setting("fsync"), "on");
    assert_eq!(setting("synchronous_commit"), "on");
    assert_eq!(setting("full_page_writes"), "on");
    assert_eq!(setting("max_connections"), "17");
    assert_eq!(setting("listen_addresses"), "127.0.0.1");
    let refusal = cluster.psql("postgres", "SELECT nothing").unwrap_err().to_string();
    assert!(refusal.contains("does not exist"), "{refusal}");

    let quick = Cluster::start_with(&Options::quick()).unwrap();
    assert_eq!(quick.psql("postgres", "SHOW fsync").unwrap(), "off");
    assert_ne!(quick.port(), cluster.port());

    let folder = cluster.log().parent().unwrap().to_owned();
    let postmaster = std::fs::read_to_string(folder.join("data/postmaster.pid")).unwrap();
    let postmaster = postmaster.lines().next().unwrap().to_owned();
    assert!(Path::new("/proc").join(&postmaster).exists());
    drop(cluster);
    assert!(!folder.exists());
    assert!(!Path::new("/proc").join(&postmaster).exists());
}
