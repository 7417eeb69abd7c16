//! Slow senders, and an orderly end.

use crate::common::line::{Line, connect, read_reply};
use crate::common::server::Server;
use lumbung_server::run_inline;
use lumbung_sync::wire;
use std::io::{BufReader, Write as _};
use std::time::{Duration, Instant};

/// F19: requests in flight are finished, nothing new is accepted, the status is success.
#[test]
fn what_is_in_flight_is_finished() {
    let mut server = Server::start(None);
    let (mut till, _) = server.founder(1);
    let line = Line::open(server.address, &till).unwrap();
    till.sell(50);
    let body = wire::encode(&till.request(Some(till.batch(till.acked, till.head_seq()))));
    let mut stream = BufReader::new(connect(server.address).unwrap());
    let head = format!(
        "POST /v1/sync HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {}\r\ncontent-length: {}\r\n\r\n",
        line.token(),
        body.len()
    );
    stream.get_mut().write_all(&[head.as_bytes(), &body[..100]].concat()).unwrap();
    std::thread::sleep(Duration::from_millis(100));
    let rest = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(400));
        stream.get_mut().write_all(&body[100..]).unwrap();
        read_reply(&mut stream).unwrap()
    });
    let began = Instant::now();
    let status = server.process.stop(Duration::from_secs(20)).unwrap().unwrap();
    assert!(status.success(), "{status}");
    assert!(began.elapsed() >= Duration::from_millis(300));
    let reply = rest.join().unwrap();
    assert_eq!(reply.status, 200);
    let answer: wire::SyncAnswer = wire::decode(&reply.body).unwrap();
    assert_eq!(answer.acked_seq, till.head_seq());
    assert!(connect(server.address).is_err());
    server.kill_9_and_restart();
    let line = Line::open(server.address, &till).unwrap();
    till.take(&answer);
    run_inline(till.sync(&line)).unwrap();
    assert_eq!(till.acked, till.head_seq());
}

/// Those who open connections and say nothing, or half of it, take no turn from others.
#[test]
fn silence_costs_nobody_else() {
    let server = Server::start(None);
    let (mut till, _) = server.founder(1);
    let line = Line::open(server.address, &till).unwrap();
    let mut silent = Vec::new();
    for _ in 0..100 {
        let mut stream = connect(server.address).unwrap();
        let head = format!(
            "POST /v1/sync HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {}\r\ncontent-length: 2000000\r\n\r\nab",
            line.token()
        );
        stream.write_all(head.as_bytes()).unwrap();
        silent.push(stream);
    }
    let began = Instant::now();
    till.sell(10);
    run_inline(till.sync(&line)).unwrap();
    assert!(began.elapsed() < Duration::from_secs(5));
    assert!(server.metric("lumbung_connections") > 100);
}
