//! What an answer weighs, and what parts of a blob come as.

use crate::common::line::{Line, hex};
use crate::common::server::Server;
use lumbung_server::centre::Bearer;
use lumbung_server::{Calls as _, run_inline};
use lumbung_sync::wire;

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
