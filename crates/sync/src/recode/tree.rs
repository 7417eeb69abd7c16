//! CBOR as a tree without meaning, and back to the one way of writing it.

/// Arrays within arrays, the outermost counting as one, as in a document's parts.
pub(super) const DEPTH_MAX: u32 = 8;

/// One value of the subset that documents are written in.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Node<'a> {
    Null,
    Bool(bool),
    Integer(i64),
    Bytes(&'a [u8]),
    /// UTF-8.
    Text(&'a [u8]),
    Array(Vec<Node<'a>>),
}

impl Node<'_> {
    /// How many values there are, arrays and what is in them.
    pub(super) fn count(&self) -> usize {
        match self {
            Self::Array(nodes) => nodes.iter().map(Self::count).sum::<usize>() + 1,
            _ => 1,
        }
    }
}

pub(super) const INTEGER: u8 = 0;
pub(super) const NEGATIVE: u8 = 1;
pub(super) const BYTES: u8 = 2;
pub(super) const TEXT: u8 = 3;
pub(super) const ARRAY: u8 = 4;

/// The tree of bytes that hold exactly one value of the subset in its one shortest form; `None` of others.
pub(super) fn parse(bytes: &[u8]) -> Option<Node<'_>> {
    let mut rest = bytes;
    let node = value(&mut rest, 0)?;
    rest.is_empty().then_some(node)
}

fn value<'a>(rest: &mut &'a [u8], depth: u32) -> Option<Node<'a>> {
    let (first, after) = rest.split_first()?;
    *rest = after;
    match first {
        0xf4 => return Some(Node::Bool(false)),
        0xf5 => return Some(Node::Bool(true)),
        0xf6 => return Some(Node::Null),
        _ => (),
    }
    let argument = argument(first & 0x1f, rest)?;
    match first >> 5 {
        INTEGER => i64::try_from(argument).ok().map(Node::Integer),
        NEGATIVE => i64::try_from(argument).ok().map(|n| Node::Integer(-1 - n)),
        BYTES => take(rest, argument).map(Node::Bytes),
        TEXT => take(rest, argument).filter(|text| std::str::from_utf8(text).is_ok()).map(Node::Text),
        ARRAY if depth < DEPTH_MAX => {
            // Every element has a byte at least, so a claimed length allocates nothing that is not there.
            let length = usize::try_from(argument).ok().filter(|length| *length <= rest.len())?;
            (0..length).map(|_| value(rest, depth + 1)).collect::<Option<Vec<_>>>().map(Node::Array)
        }
        _ => None,
    }
}

fn argument(low: u8, rest: &mut &[u8]) -> Option<u64> {
    let (length, least) = match low {
        0..24 => return Some(u64::from(low)),
        24 => (1, 24),
        25 => (2, 1 << 8),
        26 => (4, 1 << 16),
        27 => (8, 1 << 32),
        _ => return None,
    };
    let bytes = take(rest, length)?;
    let argument = bytes.iter().fold(0, |so_far, byte| (so_far << 8) | u64::from(*byte));
    (argument >= least).then_some(argument)
}

fn take<'a>(rest: &mut &'a [u8], length: u64) -> Option<&'a [u8]> {
    let (taken, after) = rest.split_at_checked(usize::try_from(length).ok()?)?;
    *rest = after;
    Some(taken)
}

pub(super) fn write_null(out: &mut Vec<u8>) {
    out.push(0xf6);
}

pub(super) fn write_bool(out: &mut Vec<u8>, value: bool) {
    out.push(if value { 0xf5 } else { 0xf4 });
}

pub(super) fn write_integer(out: &mut Vec<u8>, value: i64) {
    if value < 0 {
        write_start(out, NEGATIVE, (!value).unsigned_abs());
    } else {
        write_start(out, INTEGER, value.unsigned_abs());
    }
}

/// The beginning of a byte string, a text or an array of `argument` bytes or elements, in shortest form.
pub(super) fn write_start(out: &mut Vec<u8>, major: u8, argument: u64) {
    let major = major << 5;
    let bytes = argument.to_be_bytes();
    match argument {
        0..24 => out.push(major | bytes[7]),
        24..0x100 => out.extend_from_slice(&[major | 0x18, bytes[7]]),
        0x100..0x1_0000 => {
            out.push(major | 0x19);
            out.extend_from_slice(&bytes[6..]);
        }
        0x1_0000..0x1_0000_0000 => {
            out.push(major | 0x1a);
            out.extend_from_slice(&bytes[4..]);
        }
        _ => {
            out.push(major | 0x1b);
            out.extend_from_slice(&bytes);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use lumbung_document::canonical;
    use proptest::prelude::*;

    fn write(out: &mut Vec<u8>, node: &Node<'_>) {
        match node {
            Node::Null => write_null(out),
            Node::Bool(value) => write_bool(out, *value),
            Node::Integer(value) => write_integer(out, *value),
            Node::Bytes(bytes) => {
                write_start(out, BYTES, bytes.len() as u64);
                out.extend_from_slice(bytes);
            }
            Node::Text(bytes) => {
                write_start(out, TEXT, bytes.len() as u64);
                out.extend_from_slice(bytes);
            }
            Node::Array(nodes) => {
                write_start(out, ARRAY, nodes.len() as u64);
                for node in nodes {
                    write(out, node);
                }
            }
        }
    }

    fn agrees(bytes: &[u8]) {
        let node = parse(bytes);
        assert_eq!(node.is_some(), canonical::check("body", bytes).is_ok(), "{bytes:02x?}");
        if let Some(node) = node {
            let mut again = Vec::new();
            write(&mut again, &node);
            assert_eq!(again, bytes);
        }
    }

    #[test]
    fn the_edges_of_the_subset() {
        for value in [0, 23, 24, 255, 256, 65_535, 65_536, 4_294_967_295, 4_294_967_296, i64::MAX] {
            for value in [value, -value, -1 - value] {
                let mut bytes = Vec::new();
                write_integer(&mut bytes, value);
                assert_eq!(parse(&bytes), Some(Node::Integer(value)));
                agrees(&bytes);
            }
        }
        let deep = |depth: usize| [vec![0x81; depth], vec![0]].concat();
        for bytes in [&deep(8)[..], &deep(9), &deep(10_000), &[0x18, 0x17], &[0xa0], &[0xf7], &[0, 0], &[]] {
            agrees(bytes);
        }
    }

    proptest! {
        #[test]
        fn takes_what_a_document_may_hold_and_nothing_else(bytes in proptest::collection::vec(
            prop_oneof![any::<u8>(), 0x78_u8..0x90, 0x18_u8..0x1c, Just(0xf6)], 0..24,
        )) {
            agrees(&bytes);
        }
    }
}
