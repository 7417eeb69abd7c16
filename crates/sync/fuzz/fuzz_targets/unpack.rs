//! A pack from anyone: refused, or runs that each end in their head.
#![no_main]

use libfuzzer_sys::fuzz_target;
use lumbung_document::{Body, Hash, Kind};
use lumbung_sync::Expander;
use lumbung_sync::recode::{Bounds, Form, pack, unpack};

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

const BOUNDS: Bounds = Bounds { documents: 256, bytes: 1 << 20 };

fuzz_target!(|bytes: &[u8]| {
    let beginning = Hash([42; 32]);
    let Ok(runs) = unpack(bytes, BOUNDS, &mut |_, _| Some(beginning), &Rules) else { return };
    for run in &runs {
        let last = run.documents.last().expect("a run has documents");
        assert_eq!((last.at, last.hash), (run.head.head.at(), run.head.head.hash));
        for document in &run.documents {
            assert_eq!(Hash::document(&document.header_bytes), document.hash);
        }
    }
    // What was taken once is taken again, however it is written.
    for form in [Form::Columns(1), Form::Columns(0), Form::Raw] {
        let again = unpack(&pack(&runs, form, 3, &Rules), BOUNDS, &mut |_, _| Some(beginning), &Rules);
        assert_eq!(again.as_ref(), Ok(&runs), "{form:?}");
    }
});
