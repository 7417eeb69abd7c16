//! Bytes and time that a ledger's documents take on the wire: `measure LEDGER KEY_FILE [EFFORT]`.
#![expect(
    clippy::unwrap_used,
    clippy::cast_precision_loss,
    clippy::float_arithmetic,
    reason = "a measuring tool"
)]

use lumbung_document::{Body, Hash, Kind, SealedDocument, SignedHead};
use lumbung_primitives::DocRef;
use lumbung_store::Ledger;
use lumbung_sync::recode::{Bounds, Form, pack, unpack};
use lumbung_sync::{Expander, Run, RunHead};
use std::time::Instant;

struct Rules;

impl Expander for Rules {
    fn level(&self) -> u16 {
        1
    }

    fn expand(
        &self,
        _: u16,
        kind: u16,
        kind_version: u16,
        rule_version: u16,
        body: &[u8],
    ) -> Option<Vec<u8>> {
        let body = Body::decode(Kind::from_id(kind), kind_version, body).ok()??;
        lumbung_posting::expand(&body, rule_version).ok().map(|effects| effects.encode())
    }
}

fn read(ledger: &str, key_file: &str) -> Vec<SealedDocument> {
    let key = std::fs::read_to_string(key_file).unwrap();
    let hex = key.split(|c: char| !c.is_ascii_hexdigit()).find(|word| word.len() == 64);
    let ledger = Ledger::open(ledger.as_ref(), hex.unwrap()).unwrap();
    let mut documents = Vec::new();
    lumbung_store::query::document::for_each_raw(
        ledger.connection(),
        |at, header, body, effects, personal| {
            documents.push(SealedDocument::open(at.device_no, header, body, effects, personal).unwrap());
            Ok(())
        },
    )
    .unwrap();
    documents
}

/// The same documents with nothing between them, as a till that does nothing else would write them.
fn chained(documents: impl Iterator<Item = SealedDocument>) -> Vec<SealedDocument> {
    let mut prev_hash = Hash([0; 32]);
    let mut chain = Vec::new();
    for (seq, mut document) in (1..).zip(documents) {
        document.at = DocRef::new(1, seq);
        document.header.seq = seq;
        document.header.prev_hash = prev_hash;
        document.header_bytes = document.header.encode();
        document.hash = Hash::document(&document.header_bytes);
        prev_hash = document.hash;
        chain.push(document);
    }
    chain
}

fn measure(name: &str, documents: &[SealedDocument], of: usize, form: Form, effort: i32) {
    let mut signature = [0; 64];
    signature[..32].copy_from_slice(&Hash::body(b"noise").0);
    signature[32..].copy_from_slice(&Hash::body(b"more noise").0);
    let bounds = Bounds { documents: 2_000, bytes: 64 << 20 };
    let (mut bytes, mut raw, mut packing, mut unpacking, mut slowest) = (0, 0, 0, 0, 0);
    for batch in documents.chunks(of) {
        let (first, last) = (&batch[0], &batch[batch.len() - 1]);
        let head = SignedHead { device_no: last.at.device_no, seq: last.at.seq, hash: last.hash, signature };
        let run = Run { head: RunHead { first_seq: first.at.seq, head }, documents: batch.to_vec() };
        let runs = [run];
        let start = Instant::now();
        let packed = pack(&runs, form, effort, &Rules);
        let took = start.elapsed().as_micros();
        packing += took;
        slowest = slowest.max(took);
        let start = Instant::now();
        let again = unpack(&packed, bounds, &mut |_, _| Some(first.header.prev_hash), &Rules).unwrap();
        unpacking += start.elapsed().as_micros();
        assert_eq!(again, runs);
        bytes += packed.len();
        let size = |d: &SealedDocument| {
            d.header_bytes.len()
                + d.body_bytes.len()
                + d.effects_bytes.len()
                + d.personal_bytes.as_ref().map_or(0, Vec::len)
        };
        raw += batch.iter().map(size).sum::<usize>();
    }
    let count = documents.len() as f64;
    println!(
        "{name:<28} by {of:>4} effort {effort:>2}: {:6.2} B each of {:6.1}; packs {:>8.0}/s (slowest {:>4} ms), unpacks {:>8.0}/s",
        bytes as f64 / count,
        raw as f64 / count,
        count / (packing as f64 / 1e6),
        slowest / 1_000,
        count / (unpacking as f64 / 1e6),
    );
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let documents = read(&arguments[0], &arguments[1]);
    let efforts: Vec<i32> = arguments.get(2).map_or(vec![3, 19], |effort| vec![effort.parse().unwrap()]);
    let sales = documents.iter().filter(|document| document.kind() == Kind::Sale).cloned();
    let sales = chained(sales.take(10_000));
    println!("{} documents, {} sales", documents.len(), sales.len());
    for effort in efforts {
        for of in [2_000, 1_000, 256, 100, 10, 1] {
            measure("sales", &sales, of, Form::Columns(1), effort);
        }
        measure("sales with effects", &sales, 2_000, Form::Columns(0), effort);
        measure("sales with effects", &sales, 100, Form::Columns(0), effort);
        measure("sales raw", &sales, 2_000, Form::Raw, effort);
        measure("all", &documents, 2_000, Form::Columns(1), effort);
        measure("all", &documents, 256, Form::Columns(1), effort);
        measure("all with effects", &documents, 2_000, Form::Columns(0), effort);
        measure("all raw", &documents, 2_000, Form::Raw, effort);
    }
}
