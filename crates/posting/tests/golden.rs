//! Golden bytes and hashes of every kind and rule version. A file that is there is never written again:
//! what it holds must decode, chain, check and expand alike for ever.
#![expect(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

mod bodies;

use lumbung_document::{
    Body, Draft, Effects, Hash, Header, Kind, Original, Position, SealedDocument, SignedHead, check_v1,
};
use lumbung_primitives::{BusinessDate, DocRef, Random, Ref};
use lumbung_vault::DeviceSecrets;
use std::collections::BTreeMap;
use std::path::PathBuf;

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/golden/v1")
}

#[derive(Debug)]
struct Fixed;

impl Random for Fixed {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(0x5a);
    }
}

fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::new(), |mut digits, byte| {
        write!(digits, "{byte:02x}").unwrap();
        digits
    })
}

fn unhex(text: &str) -> Vec<u8> {
    (0..text.len()).step_by(2).map(|at| u8::from_str_radix(&text[at..at + 2], 16).unwrap()).collect()
}

fn seal(body: &Body) -> SealedDocument {
    let rule_version = lumbung_posting::rule_for(body);
    let effects = lumbung_posting::expand(body, rule_version).unwrap();
    let draft = Draft {
        body: body.clone(),
        rule_version,
        effects,
        business_date: BusinessDate(20_476),
        reissue_of: None,
    };
    let position = Position {
        at: DocRef::new(1, 128),
        prev_hash: Hash([1; 32]),
        wall_ms: 1_769_134_440_000,
        actor: Ref::Doc(DocRef::new(1, 3)),
    };
    SealedDocument::seal(&draft, position, None)
}

fn written(document: &SealedDocument) -> String {
    let secrets = DeviceSecrets::generate(&Fixed);
    let message = lumbung_document::head::head_message(&[7; 16], 1, document.at.seq, &document.hash);
    format!(
        "body {}\neffects {}\nheader {}\nhash {}\nhead_signature {}\n",
        hex(&document.body_bytes),
        hex(&document.effects_bytes),
        hex(&document.header_bytes),
        document.hash,
        hex(&secrets.sign(&message))
    )
}

#[test]
fn every_kind_is_written_as_in_its_golden_file() {
    let mut made = Vec::new();
    for (name, body) in bodies::every_kind() {
        let path = folder().join(format!("{name}.txt"));
        let now = written(&seal(&body));
        // Only a kind that is new has no file yet; it is made once and committed.
        if path.exists() {
            assert_eq!(std::fs::read_to_string(&path).unwrap(), now, "{name} is frozen");
        } else {
            std::fs::create_dir_all(folder()).unwrap();
            std::fs::write(&path, &now).unwrap();
            made.push(name);
        }
    }
    assert!(made.is_empty(), "golden files were made now, commit them: {made:?}");
}

#[test]
fn every_known_kind_that_this_app_writes_has_a_golden_file() {
    let named: Vec<Kind> = bodies::every_kind().iter().map(|(_, body)| body.kind()).collect();
    for kind in Kind::KNOWN {
        let writes = Body::decode(kind, 1, &[0xff]).is_err();
        assert_eq!(named.contains(&kind), writes, "{}", kind.name());
    }
}

/// A re-issue names its orphan by device, seq and hash: two branches of one series share device and seq.
#[test]
fn a_reissue_is_written_as_it_was_first() {
    let (_, body) = bodies::every_kind().into_iter().find(|(name, _)| *name == "shift_open").unwrap();
    let plain = seal(&body);
    let original = Original { device_no: 2, seq: 300, hash: Hash([15; 32]) };
    let mut header = plain.header.clone();
    header.reissue_of = Some(original);
    let bytes = header.encode();
    // The last element alone differs: [2, 300, h'0f…'] in place of null.
    let (before, after) = plain.header_bytes.split_at(plain.header_bytes.len() - 1);
    assert_eq!(after, [0xf6]);
    assert_eq!(hex(&bytes), format!("{}830219012c5820{}", hex(before), "0f".repeat(32)));
    assert_eq!(Header::decode(&bytes).unwrap(), header);
}

/// Reads the files alone, not the code that made them.
#[test]
fn golden_files_decode_check_and_expand() {
    let secrets = DeviceSecrets::generate(&Fixed);
    let mut files = 0;
    for entry in std::fs::read_dir(folder()).unwrap() {
        let path = entry.unwrap().path();
        let text = std::fs::read_to_string(&path).unwrap();
        let parts: BTreeMap<&str, &str> = text.lines().map(|line| line.split_once(' ').unwrap()).collect();
        let document = SealedDocument::open(
            1,
            unhex(parts["header"]),
            unhex(parts["body"]),
            unhex(parts["effects"]),
            None,
        )
        .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        assert_eq!(document.hash.to_string(), parts["hash"]);
        let effects: Effects = check_v1(&document).unwrap();
        let body = document.body().unwrap().expect("a kind that this app knows");
        assert_eq!(body.encode(), document.body_bytes, "{}", path.display());
        assert_eq!(effects.encode(), document.effects_bytes, "{}", path.display());
        if !matches!(body, Body::Reversal(_)) {
            assert_eq!(lumbung_posting::expand(&body, document.header.rule_version).unwrap(), effects);
        }
        let head = SignedHead {
            device_no: 1,
            seq: document.at.seq,
            hash: document.hash,
            signature: unhex(parts["head_signature"]).try_into().unwrap(),
        };
        assert!(head.is_signed_by(&secrets.public_key(), &[7; 16]));
        assert!(!head.is_signed_by(&secrets.public_key(), &[6; 16]), "another cooperative's");
        files += 1;
    }
    assert_eq!(files, bodies::every_kind().len());
}
