//! What an answer weighs, and what parts of a blob come as.

use crate::common::line::{Line, connect, hex};
use crate::common::server::Server;
use lumbung_server::centre::Bearer;
use lumbung_server::{Calls as _, run_inline};
use lumbung_sync::wire;
use std::io::Write as _;
use std::thread::sleep;
use std::time::{Duration, Instant};

#[test]
fn nothing_new_is_one_small_question() {
    let server = Server::start(None);
    let (mut till, _) = server.founder(1);
    till.sell(700);
    let line = Line::open(server.address, &till).unwrap();
    run_inline(till.sync(&line)).unwrap();
    let reply = line.ask("POST", "/v1/sync", &wire::encode(&till.request(None))).unwrap();
    assert_eq!(reply.status, 200);
    let names: Vec<_> = reply.headers.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(names, ["content-length"]);
    println!("nothing new: {} bytes, heads and bodies, both ways", reply.bytes);
    assert!(reply.bytes <= 300, "{} bytes", reply.bytes);
}

#[test]
fn a_blob_comes_in_parts() {
    let server = Server::start(None);
    let (mut till, _) = server.founder(1);
    till.sell(900);
    let line = Line::open(server.address, &till).unwrap();
    run_inline(till.sync(&line)).unwrap();
    let bearer = Bearer { coop_id: till.coop_id, device_no: 1 };
    let checkpoint = run_inline(line.checkpoint(bearer, 1)).unwrap();
    let path = format!("/v1/blob/{}", hex(&checkpoint.blob));
    let whole = line.ask("GET", &path, &[]).unwrap();
    assert_eq!((whole.status, whole.body.len() as u64), (200, checkpoint.bytes));
    let half = checkpoint.bytes / 2;
    let rest = line.ask_with("GET", &path, &format!("range: bytes={half}-\r\n"), &[]).unwrap();
    let place = format!("bytes {half}-{}/{}", checkpoint.bytes - 1, checkpoint.bytes);
    assert_eq!((rest.status, rest.header("content-range")), (206, Some(place.as_str())));
    assert_eq!(rest.body, whole.body[usize::try_from(half).unwrap()..]);
    let (total, part) = run_inline(line.blob(bearer, checkpoint.blob, 5, 9)).unwrap();
    assert_eq!((total, part.as_slice()), (checkpoint.bytes, &whole.body[5..14]));
    let beyond = format!("range: bytes={}-\r\n", checkpoint.bytes);
    assert_eq!(line.ask_with("GET", &path, &beyond, &[]).unwrap().status, 416);
    assert_eq!(line.ask("GET", "/v1/blob/zz", &[]).unwrap().status, 404);
    assert_eq!(Line::new(server.address).ask("GET", &path, &[]).unwrap().status, 401);
}

/// A batch in slices: what has come counts, also where the line is cut in the middle of the next.
#[test]
fn slices_count_as_they_come() {
    let server = Server::start(None);
    let (mut till, _) = server.founder(1);
    till.sell(100);
    let line = Line::open(server.address, &till).unwrap();
    let slices: Vec<Vec<u8>> = (0..5)
        .map(|nth| wire::encode(&till.request(Some(till.batch(2 + nth * 20, 22 + nth * 20)))))
        .collect();
    let whole = slices.concat();
    let cut = slices[..3].concat().len() + slices[3].len() / 2;
    let mut stream = connect(server.address).unwrap();
    let head = format!(
        "POST /v1/sync HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {}\r\ncontent-length: {}\r\n\r\n",
        line.token(),
        whole.len()
    );
    stream.write_all(head.as_bytes()).unwrap();
    for part in whole[..cut].chunks(77) {
        stream.write_all(part).unwrap();
        sleep(Duration::from_millis(1));
    }
    // Before the rest comes, and though it never does, three slices are held.
    let until = Instant::now() + Duration::from_secs(10);
    while server.metric("lumbung_documents_accepted_total") < 62 {
        assert!(Instant::now() < until);
        sleep(Duration::from_millis(5));
    }
    drop(stream);
    let again = line.ask("POST", "/v1/sync", &whole).unwrap();
    let answer: wire::SyncAnswer = wire::decode(&again.body).unwrap();
    assert_eq!((again.status, answer.acked_seq), (200, 102));
    // The first that is refused answers for all, and what follows it is not looked at.
    till.sell(60);
    let parts = [(102, 110), (130, 140), (110, 130)];
    let parts = parts.map(|(after, last)| wire::encode(&till.request(Some(till.batch(after, last)))));
    let reply = line.ask("POST", "/v1/sync", &parts.concat()).unwrap();
    assert_eq!((reply.status, reply.problem().seq), (409, Some(111)));
    assert_eq!(server.metric("lumbung_documents_accepted_total"), 110);
    // More messages than a portion has slices.
    let small = wire::encode(&till.request(None));
    assert_eq!(line.ask("POST", "/v1/sync", &small.repeat(256)).unwrap().status, 200);
    assert_eq!(line.ask("POST", "/v1/sync", &small.repeat(257)).unwrap().status, 413);
    assert_eq!(line.ask("POST", "/v1/sync", &[&small[..], &[0x81]].concat()).unwrap().status, 400);
    run_inline(till.sync(&line)).unwrap();
    assert_eq!(till.acked, 162);
}
