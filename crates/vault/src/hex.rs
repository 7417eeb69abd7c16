//! Bytes as lower-case hexadecimal, for keys of fixed length.

use zeroize::{Zeroize, Zeroizing};

const DIGITS: &[u8; 16] = b"0123456789abcdef";

/// The text's capacity is taken at once, so that no half-written copy is left behind by growing.
pub(crate) fn encode(bytes: &[u8]) -> Zeroizing<String> {
    let mut text = Zeroizing::new(String::with_capacity(bytes.len() * 2));
    for byte in bytes {
        text.push(char::from(DIGITS[usize::from(byte >> 4)]));
        text.push(char::from(DIGITS[usize::from(byte & 15)]));
    }
    text
}

/// `None` unless the text is exactly `2 × N` hexadecimal digits.
pub(crate) fn decode<const N: usize>(text: &str) -> Option<[u8; N]> {
    let digits = text.as_bytes();
    if digits.len() != N * 2 {
        return None;
    }
    let mut bytes = [0; N];
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
        let (Some(high), Some(low)) = (value(pair[0]), value(pair[1])) else {
            bytes.zeroize();
            return None;
        };
        *byte = high << 4 | low;
    }
    Some(bytes)
}

fn value(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        b'A'..=b'F' => Some(digit - b'A' + 10),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_come_back_and_bad_text_does_not() {
        assert_eq!(*encode(&[0, 1, 0xab, 0xff]), "0001abff");
        assert_eq!(decode::<4>("0001abFF"), Some([0, 1, 0xab, 0xff]));
        for bad in ["", "0001abf", "0001abfff", "0001abfg", "0001ab é"] {
            assert_eq!(decode::<4>(bad), None, "{bad}");
        }
    }
}
