//! Replays what fuzzing is seeded with, and whatever it found, on the stable toolchain.
#![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

#[path = "../../posting/tests/bodies/mod.rs"]
mod bodies;
mod papers;

use lumbung_sync::recode::{Bounds, Form, pack, unpack};
use papers::{BEGINNING, Paper, Rules, runs};
use std::path::PathBuf;

const BOUNDS: Bounds = Bounds { documents: 256, bytes: 1 << 20 };

fn folder() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/fuzz/corpus/unpack"))
}

#[test]
fn no_pack_of_the_corpus_does_harm() {
    let mut count = 0;
    for file in std::fs::read_dir(folder()).unwrap() {
        let bytes = std::fs::read(file.unwrap().path()).unwrap();
        let _ = unpack(&bytes, BOUNDS, &mut |_, _| Some(BEGINNING), &Rules);
        count += 1;
    }
    assert!(count > 5, "the corpus has gone");
}

/// After a change of the pack's form: `LUMBUNG_WRITE_CORPUS=1 cargo test -p lumbung-sync --test corpus` writes the
/// seeds again, into the source tree. Otherwise each of them is made and must unpack to what went in.
#[test]
fn the_seeds_can_be_made() {
    let list = |length: u8| {
        Paper::raw(900, [vec![0x80 | length], [0x82, 1, 0x18, 40].repeat(length.into())].concat())
    };
    let text = |text: &str| Paper::raw(16, minicbor::to_vec((text, true, [1, 2])).unwrap());
    let personal =
        |nth: u8| Paper { personal: Some(vec![0x82, 1, 0x41, nth]), is_erased: nth == 2, ..text("a") };
    let seeds = [
        ("empty", vec![]),
        ("kinds", bodies::every_kind().iter().map(|(_, body)| Paper::of(body)).collect()),
        ("one", vec![Paper::raw(40, vec![0x80])]),
        ("lists", (0..9).map(list).collect()),
        ("texts", ["Beras", "Gula", "Beras", "Minyak goreng"].map(text).to_vec()),
        ("personal", (0..4).map(personal).collect()),
        ("not_canonical", vec![Paper::raw(40, vec![0x18, 1]), list(2), text("b")]),
        ("shapes", vec![list(1), Paper::raw(900, vec![0x82, 0, 0xf6]), Paper::raw(900, vec![0xf6])]),
    ];
    for (name, papers) in seeds {
        for (form, suffix) in [(Form::Columns(1), "columns"), (Form::Raw, "raw")] {
            let bytes = pack(&runs(1, 1, papers.clone(), 3), form, 3, &Rules);
            if std::env::var_os("LUMBUNG_WRITE_CORPUS").is_some() {
                std::fs::write(folder().join(format!("{name}_{suffix}")), &bytes).unwrap();
            }
            let back = unpack(&bytes, BOUNDS, &mut |_, _| Some(BEGINNING), &Rules).unwrap();
            let (made, read) = (runs(1, 1, papers.clone(), 3), back);
            let hashes = |runs: &[lumbung_sync::Run]| -> Vec<_> {
                runs.iter().flat_map(|run| run.documents.iter().map(|one| one.hash)).collect()
            };
            assert_eq!(hashes(&made), hashes(&read), "{name}_{suffix}");
        }
    }
}
