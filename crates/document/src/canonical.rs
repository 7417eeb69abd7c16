//! The subset of CBOR that documents are written in: integers in the range of i64, byte strings, UTF-8
//! text, arrays of definite length to depth 8, true, false, null; each in its one shortest form.

use crate::Malformed;
use minicbor::data::Type;
use minicbor::{Decoder, Encoder};

/// Arrays within arrays, the outermost counting as one.
const DEPTH_MAX: usize = 8;

/// Accepts exactly one value of the subset, in shortest form, with nothing after it.
///
/// Shortest form is proved by writing the value again and comparing: one rule for every type.
pub fn check(part: &'static str, bytes: &[u8]) -> Result<(), Malformed> {
    let mut decoder = Decoder::new(bytes);
    let mut again = Encoder::new(Vec::with_capacity(bytes.len()));
    copy(&mut decoder, &mut again, 0).map_err(|reason| Malformed::new(part, reason))?;
    if decoder.position() != bytes.len() {
        return Err(Malformed::new(part, "bytes after the end"));
    }
    if again.writer().as_slice() != bytes {
        return Err(Malformed::new(part, "not in shortest form"));
    }
    Ok(())
}

fn copy(decoder: &mut Decoder<'_>, again: &mut Encoder<Vec<u8>>, depth: usize) -> Result<(), String> {
    let text = |error: minicbor::decode::Error| error.to_string();
    let written = match decoder.datatype().map_err(text)? {
        Type::Bool => again.bool(decoder.bool().map_err(text)?).map(drop),
        Type::Null => {
            decoder.null().map_err(text)?;
            again.null().map(drop)
        }
        Type::U8 | Type::U16 | Type::U32 | Type::U64 | Type::I8 | Type::I16 | Type::I32 | Type::I64 => {
            again.i64(decoder.i64().map_err(text)?).map(drop)
        }
        Type::Bytes => again.bytes(decoder.bytes().map_err(text)?).map(drop),
        Type::String => again.str(decoder.str().map_err(text)?).map(drop),
        Type::Array => {
            let length = decoder.array().map_err(text)?.ok_or("array of indefinite length")?;
            if depth == DEPTH_MAX {
                return Err(format!("arrays deeper than {DEPTH_MAX}"));
            }
            again.array(length).map_err(|never| never.to_string())?;
            for _ in 0..length {
                copy(decoder, again, depth + 1)?;
            }
            return Ok(());
        }
        other => return Err(format!("{other} is not in the subset")),
    };
    written.map_err(|never| never.to_string())
}

#[cfg(test)]
mod tests {
    use super::check;

    #[test]
    fn accepts_the_subset_and_nothing_else() {
        let nested = |depth: usize| {
            let mut bytes = vec![0x81; depth];
            bytes.push(0x00);
            bytes
        };
        let deep = nested(8);
        let too_deep = nested(9);
        let cases: [(&str, &[u8], bool); 17] = [
            ("small integer", &[0x17], true),
            ("integer in two bytes that fits one", &[0x18, 0x17], false),
            ("largest i64", &[0x1b, 0x7f, 255, 255, 255, 255, 255, 255, 255], true),
            ("beyond i64", &[0x1b, 0x80, 0, 0, 0, 0, 0, 0, 0], false),
            ("below i64", &[0x3b, 0x80, 0, 0, 0, 0, 0, 0, 0], false),
            ("text", &[0x62, b'i', b'd'], true),
            ("text that is not UTF-8", &[0x61, 0xff], false),
            ("text of indefinite length", &[0x7f, 0x61, b'a', 0xff], false),
            ("array of indefinite length", &[0x9f, 0xff], false),
            ("map", &[0xa0], false),
            ("tag", &[0xc0, 0x00], false),
            ("half float", &[0xf9, 0, 0], false),
            ("undefined", &[0xf7], false),
            ("trailing byte", &[0x00, 0x00], false),
            ("cut off", &[0x82, 0x00], false),
            ("depth 8", &deep, true),
            ("depth 9", &too_deep, false),
        ];
        for (name, bytes, accepted) in cases {
            assert_eq!(check("body", bytes).is_ok(), accepted, "{name}");
        }
    }

    #[test]
    fn a_claimed_length_does_not_allocate() {
        assert!(check("body", &[0x9b, 0, 0, 255, 255, 255, 255, 255, 255]).is_err());
        assert!(check("body", &[0x5b, 0, 0, 255, 255, 255, 255, 255, 255]).is_err());
    }
}
