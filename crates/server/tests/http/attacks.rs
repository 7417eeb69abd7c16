//! Attacks 3 to 8, 14, 18 and 19 of the threat model over HTTP. After each the honest till works on as before,
//! and the process has not grown.

use crate::common::line::{Line, connect, read_reply};
use crate::common::server::Server;
use crate::common::till::Till;
use lumbung_document::SealedDocument;
use lumbung_server::centre::Rules;
use lumbung_server::run_inline;
use lumbung_sync::pairing::PairingCode;
use lumbung_sync::recode::{Form, pack};
use lumbung_sync::wire::{self, BODY_MAX, ProblemCode, SyncRequest};
use std::io::{BufReader, Write as _};

/// What one bad request may make the process hold more than before: two bodies, their documents, a page.
const GROWTH_MAX: u64 = 48 << 20;

struct Scene {
    server: Server,
    coop: String,
    till: Till,
    line: Line,
    baseline: u64,
}

impl Scene {
    fn new() -> Self {
        let server = Server::start(None);
        let (mut till, coop) = server.founder(1);
        let line = Line::open(server.address, &till).unwrap();
        till.sell(1_500);
        run_inline(till.sync(&line)).unwrap();
        let baseline = server.peak_memory();
        Self { server, coop, till, line, baseline }
    }

    fn others_are_unaffected(&mut self) {
        self.till.sell(3);
        run_inline(self.till.sync(&self.line)).unwrap();
        assert_eq!(self.till.acked, self.till.head_seq());
        let peak = self.server.peak_memory();
        assert!(peak < self.baseline + GROWTH_MAX, "grew from {} to {peak}", self.baseline);
    }

    fn attacker(&self, seed: u8) -> (Till, Line) {
        let (till, _) = self.server.founder(seed);
        let line = Line::open(self.server.address, &till).unwrap();
        (till, line)
    }
}

fn sync(line: &Line, request: &SyncRequest) -> (u16, Option<ProblemCode>) {
    let reply = line.ask("POST", "/v1/sync", &wire::encode(request)).unwrap();
    let code = (reply.status != 200).then(|| reply.problem().code);
    assert_eq!(code.map_or(200, ProblemCode::status), reply.status);
    (reply.status, code)
}

/// A pack that begins as an honest one of one document and goes on with these piles.
fn with_piles(till: &Till, stated: u64, frame: &[u8]) -> Vec<u8> {
    let run = till.run(1, 1);
    let mut bytes = vec![1, 1, 1, 1, 1, 1];
    bytes.extend_from_slice(&run.head.head.hash.0);
    bytes.extend_from_slice(&run.head.head.signature);
    for mut length in [0, stated, frame.len() as u64] {
        while length >= 0x80 {
            bytes.push(length.to_le_bytes()[0] | 0x80);
            length >>= 7;
        }
        bytes.push(length.to_le_bytes()[0]);
    }
    bytes.extend_from_slice(frame);
    bytes
}

#[test]
fn a_zstd_bomb_does_not_go_off() {
    let mut scene = Scene::new();
    let (till, line) = scene.attacker(2);
    let bomb = {
        let mut encoder = zstd::stream::Encoder::new(Vec::new(), 19).unwrap();
        for _ in 0..1_024 {
            encoder.write_all(&vec![0; 1 << 20]).unwrap();
        }
        encoder.finish().unwrap()
    };
    assert!(bomb.len() < 1 << 18, "a gibibyte in {} bytes", bomb.len());
    for (stated, expected) in [(1 << 30, 413), (u64::MAX, 413), (4 << 20, 400), (100, 400), (2 << 20, 400)] {
        let request = till.request(Some(with_piles(&till, stated, &bomb)));
        assert_eq!(sync(&line, &request).0, expected, "stated {stated}");
        scene.others_are_unaffected();
    }
}

#[test]
fn a_gibibyte_is_cut_at_the_limit() {
    let mut scene = Scene::new();
    let (_, line) = scene.attacker(2);
    for (token, status) in [(line.token(), 413), ("", 401)] {
        // Its length is told: nothing of it is read.
        let head = format!(
            "POST /v1/sync HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {token}\r\ncontent-length: {}\r\n\r\n",
            1_u64 << 30
        );
        let mut stream = BufReader::new(connect(scene.server.address).unwrap());
        stream.get_mut().write_all(head.as_bytes()).unwrap();
        let reply = read_reply(&mut stream).unwrap();
        assert_eq!((reply.status, reply.header("connection")), (status, Some("close")));
        // It is not told: the connection ends soon after the limit.
        let head = format!(
            "POST /v1/relay HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {token}\r\ntransfer-encoding: chunked\r\n\r\n"
        );
        let mut stream = connect(scene.server.address).unwrap();
        stream.write_all(head.as_bytes()).unwrap();
        let chunk = [format!("{:x}\r\n", 1 << 16).as_bytes(), &vec![0; 1 << 16], b"\r\n"].concat();
        let sent = (0..16_384).take_while(|_| stream.write_all(&chunk).is_ok()).count();
        let most = BODY_MAX / (1 << 16) + 128;
        assert!(sent < most, "{sent} chunks of 64 KiB were taken");
        scene.others_are_unaffected();
    }
    // Calls without a bearer take little.
    for path in ["/v1/enrol", "/v1/session"] {
        assert_eq!(Line::new(scene.server.address).ask("POST", path, &vec![0; 70_000]).unwrap().status, 413);
    }
    scene.others_are_unaffected();
}

#[test]
fn nesting_and_noise_are_refused() {
    let mut scene = Scene::new();
    let (mut till, line) = scene.attacker(2);
    let nested = [vec![0x81; 10_000], vec![0]].concat();
    let mut deep = wire::encode(&till.request(None));
    // One more element than is known, ten thousand deep: passed over or refused, never followed.
    deep[0] += 1;
    deep.extend_from_slice(&nested);
    let reply = line.ask("POST", "/v1/sync", &deep).unwrap();
    assert!(matches!(reply.status, 200 | 400), "{}", reply.status);
    let mut truncated = wire::encode(&till.request(Some(till.batch(0, 2))));
    truncated.truncate(truncated.len() - 1);
    for bad in [&nested[..], &[], &[0xff; 64], &[0x9b; 9], &[0xbf; 1_000], &truncated] {
        let reply = line.ask("POST", "/v1/sync", bad).unwrap();
        assert_eq!((reply.status, reply.problem().code), (400, ProblemCode::Malformed));
    }
    for path in ["/v1/session", "/v1/enrol", "/v1/relay"] {
        let status = line.ask("POST", path, &nested).unwrap().status;
        assert!(matches!(status, 400 | 413), "{path}: {status}");
    }
    for noise in [vec![], vec![1], vec![2; 40], vec![1, 0, 1, 1, 1, 0x80], vec![0xff; 100_000]] {
        let (status, _) = sync(&line, &till.request(Some(noise)));
        assert!(matches!(status, 400 | 413), "{status}");
    }
    // A document whose body is nested, signed by its device: a bad document, and no more than that.
    till.sell(1);
    let honest = till.documents.pop().unwrap();
    let mut header = honest.header.clone();
    header.body_hash = lumbung_document::Hash::body(&nested);
    let bytes = header.encode();
    let document =
        SealedDocument::open(1, bytes, nested.clone(), honest.effects_bytes.clone(), None).unwrap();
    till.documents.push(document);
    till.sell(2);
    let answer = run_inline(till.push_all(&line)).unwrap();
    assert_eq!((answer.acked_seq, answer.notices.len()), (5, 1));
    scene.others_are_unaffected();
}

#[test]
fn what_is_not_proven_is_not_taken() {
    let mut scene = Scene::new();
    let (mut till, line) = scene.attacker(2);
    till.sell(20);
    let held = till.acked;
    let runs = till.runs(held, till.head_seq());
    let forms =
        |runs: &[lumbung_sync::Run]| [Form::Columns(1), Form::Raw].map(|form| pack(runs, form, 3, &Rules));
    // Attack 3: a document is changed under an old signature; a signature under nobody's key.
    let mut changed = runs.clone();
    changed[0].documents.remove(7);
    changed[0].head.head.seq -= 1;
    let mut signed = runs.clone();
    signed[0].head.head.signature = till.key.to_bytes().repeat(2).try_into().unwrap();
    let mut moved = runs.clone();
    moved[0].head.head.hash.0[31] ^= 1;
    for bad in [&changed, &signed, &moved] {
        let [columns, raw] = forms(bad);
        assert!(matches!(sync(&line, &till.request(Some(columns))).0, 409 | 422));
        assert_eq!(sync(&line, &till.request(Some(raw))), (422, Some(ProblemCode::NotProven)));
    }
    // A hole.
    let beyond = pack(&[till.run(held + 5, held + 9)], Form::Columns(1), 3, &Rules);
    assert_eq!(sync(&line, &till.request(Some(beyond))), (409, Some(ProblemCode::Gap)));
    // Attack 19: the honest till's documents under this one's token.
    let foreign = pack(&scene.till.runs(0, 300), Form::Raw, 3, &Rules);
    assert_eq!(sync(&line, &till.request(Some(foreign))), (422, Some(ProblemCode::NotProven)));
    // Every bit of a token counts.
    let token = line.token().to_owned();
    for at in [0, 20, 22, 30, 47] {
        let other = if token.as_bytes()[at] == b'A' { "B" } else { "A" };
        let touched = [&token[..at], other, &token[at + 1..]].concat();
        let touched = Line::with_token(scene.server.address, &touched);
        assert_eq!(sync(&touched, &till.request(None)), (401, Some(ProblemCode::Session)));
    }
    // Attack 6: an honest push, sent again and again.
    let honest = till.request(Some(till.batch(held, till.head_seq())));
    for _ in 0..4 {
        assert_eq!(sync(&line, &honest), (200, None));
    }
    assert_eq!(scene.server.metric("lumbung_documents_duplicate_total"), 3 * 20);
    // Attacks 4 and 5: a clone.
    let mut clone = till.clone();
    clone.documents.truncate(15);
    clone.receipts += 100;
    clone.sell(9);
    assert_eq!(sync(&line, &clone.request(Some(clone.batch(held, 24)))), (409, Some(ProblemCode::Fork)));
    assert_eq!(sync(&line, &honest), (403, Some(ProblemCode::Ended)));
    scene.others_are_unaffected();
}

#[test]
fn a_revoked_device_is_out_at_once() {
    let mut scene = Scene::new();
    let coop = scene.coop.clone();
    let mut stolen = scene.server.further(&mut scene.till, &coop, 2);
    let line = Line::open(scene.server.address, &stolen).unwrap();
    stolen.sell(2);
    run_inline(stolen.sync(&line)).unwrap();
    scene.server.administer(&["device", "revoke", &scene.coop, "B"]);
    stolen.sell(2);
    let batch = stolen.batch(stolen.acked, stolen.head_seq());
    assert_eq!(sync(&line, &stolen.request(Some(batch))), (403, Some(ProblemCode::Ended)));
    for path in ["/v1/heads", "/v1/checkpoint?level=1"] {
        assert_eq!(line.ask("GET", path, &[]).unwrap().status, 403, "{path}");
    }
    assert_eq!(Line::open(scene.server.address, &stolen).unwrap_err().code, ProblemCode::Ended);
    scene.others_are_unaffected();
}

#[test]
fn guessing_is_slowed_down() {
    let mut scene = Scene::new();
    let handle: u64 = scene.coop.parse().unwrap();
    let line = Line::new(scene.server.address);
    let statuses: Vec<u16> = (0..25_u8)
        .map(|n| {
            let code = PairingCode::new(handle, 2, [n; 8]).unwrap();
            let request = Till::further(&scene.till, 2).enrol_request(&code);
            line.ask("POST", "/v1/enrol", &wire::encode(&request)).unwrap().status
        })
        .collect();
    assert_eq!(statuses, [[404; 20].as_slice(), &[429; 5]].concat());
    let log = scene.server.process.output().unwrap();
    assert_eq!(log.matches("an enrolment was refused").count(), 20, "an alarm each");
    assert!(!log.contains("127.0.0.1\"") && !log.contains(line.token()) || line.token().is_empty());
    scene.others_are_unaffected();
}
