//! Identity: a document is (device number, seq), and whatever it created bears that name.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::fmt;
use std::str::FromStr;

/// The name of a document and of the member, item or shift that it created.
/// Shown and sent to the window as `device-seq`, for example `1-127`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct DocRef {
    /// 1 is the founder's device; 0 is the centre.
    pub device_no: u32,
    /// 1, 2, 3… without gaps within one device.
    pub seq: u64,
}

const SEQ_BITS: u32 = 40;

impl DocRef {
    pub const fn new(device_no: u32, seq: u64) -> Self {
        Self { device_no, seq }
    }

    /// One integer that sorts as (device_no, seq) does: the row key in the store.
    /// Seq stays below 2^40 and device numbers below 2^23, far beyond any shop.
    #[expect(clippy::cast_possible_wrap, reason = "seq is below 2^40 by its range check at decoding")]
    pub const fn key(self) -> i64 {
        ((self.device_no as i64) << SEQ_BITS) | (self.seq as i64)
    }

    #[expect(clippy::cast_sign_loss, reason = "keys are made by key(), never negative")]
    pub const fn from_key(key: i64) -> Self {
        Self { device_no: (key >> SEQ_BITS) as u32, seq: (key & ((1 << SEQ_BITS) - 1)) as u64 }
    }

    /// Whether both parts fit their ranges (device_no below 2^23, seq 1 to 2^40 − 1).
    pub const fn is_valid(self) -> bool {
        self.device_no < (1 << 23) && self.seq > 0 && self.seq < (1 << SEQ_BITS)
    }
}

impl fmt::Display for DocRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.device_no, self.seq)
    }
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a document reference: {0:?} (expected device-seq, like 1-127)")]
pub struct BadReference(pub String);

impl FromStr for DocRef {
    type Err = BadReference;
    fn from_str(text: &str) -> Result<Self, BadReference> {
        let bad = || BadReference(text.to_owned());
        let (device_no, seq) = text.split_once('-').ok_or_else(bad)?;
        let reference =
            Self { device_no: device_no.parse().map_err(|_| bad())?, seq: seq.parse().map_err(|_| bad())? };
        if reference.is_valid() { Ok(reference) } else { Err(bad()) }
    }
}

impl Serialize for DocRef {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for DocRef {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(de::Error::custom)
    }
}

impl specta::Type for DocRef {
    fn definition(types: &mut specta::Types) -> specta::datatype::DataType {
        <String as specta::Type>::definition(types)
    }
}

/// A reference inside a document, which may name the document itself (written as 0).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Ref {
    This,
    Doc(DocRef),
}

impl Ref {
    pub const fn resolve(self, this: DocRef) -> DocRef {
        match self {
            Self::This => this,
            Self::Doc(reference) => reference,
        }
    }
}

impl From<DocRef> for Ref {
    fn from(reference: DocRef) -> Self {
        Self::Doc(reference)
    }
}

/// The letter before a device's receipt numbers: 1 = A … 26 = Z, 27 = AA.
pub fn device_letter(device_no: u32) -> String {
    let mut number = device_no;
    let mut letters = Vec::new();
    while number > 0 {
        let digit = u8::try_from((number - 1) % 26).unwrap_or(0);
        letters.push(char::from(b'A' + digit));
        number = (number - 1) / 26;
    }
    letters.iter().rev().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_run_past_z() {
        for (number, letter) in [(1, "A"), (2, "B"), (26, "Z"), (27, "AA"), (53, "BA"), (703, "AAA")] {
            assert_eq!(device_letter(number), letter);
        }
    }

    #[test]
    fn keys_sort_as_references_do_and_come_back() {
        let ordered = [DocRef::new(0, 9), DocRef::new(1, 1), DocRef::new(1, 2_000_000), DocRef::new(2, 1)];
        for pair in ordered.windows(2) {
            assert!(pair[0].key() < pair[1].key());
        }
        for reference in ordered {
            assert_eq!(DocRef::from_key(reference.key()), reference);
            assert_eq!(reference.to_string().parse(), Ok(reference));
        }
        for bad in ["", "1", "1-0", "x-1", "1-99999999999999", "-1-2"] {
            assert!(bad.parse::<DocRef>().is_err(), "{bad}");
        }
    }
}
