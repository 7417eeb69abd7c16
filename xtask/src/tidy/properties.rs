//! Which properties the sources hold, and how many cases each runs, so that they cannot shrink unseen.

use super::Source;
use super::mask::masked;

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Property {
    pub(crate) name: String,
    pub(crate) cases: u64,
}

/// What proptest runs where nothing else is said.
const USUAL_CASES: u64 = 256;

pub(crate) fn all(sources: &[Source]) -> Vec<Property> {
    let usual =
        std::env::var("PROPTEST_CASES").ok().and_then(|text| text.parse().ok()).unwrap_or(USUAL_CASES);
    let rust = sources.iter().filter(|source| source.ends_with_any(&["rs"]));
    rust.flat_map(|source| in_text(&source.text, usual)).collect()
}

fn in_text(text: &str, usual: u64) -> Vec<Property> {
    let code = masked(text);
    let code = String::from_utf8_lossy(&code);
    let mut properties = Vec::new();
    for (at, opening) in code.match_indices("proptest! {") {
        let block = &code[at..at + block_length(&code[at..])];
        let told = block.split_once("with_cases(").and_then(|(_, rest)| {
            let digits: String =
                rest.chars().filter(|c| *c != '_').take_while(char::is_ascii_digit).collect();
            digits.parse().ok()
        });
        let inside = &block[opening.len()..];
        for (found, _) in inside.match_indices("#[test]") {
            let name = inside[found..].split_once("fn ").and_then(|(_, rest)| rest.split(['(', '<']).next());
            if let Some(name) = name {
                properties.push(Property { name: name.trim().to_owned(), cases: told.unwrap_or(usual) });
            }
        }
    }
    properties
}

fn block_length(code: &str) -> usize {
    let mut depth = 0_i32;
    for (at, byte) in code.bytes().enumerate() {
        depth += i32::from(byte == b'{') - i32::from(byte == b'}');
        if byte == b'}' && depth == 0 {
            return at + 1;
        }
    }
    code.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cases_are_read_from_each_block() {
        let text = "proptest! {\n #[test]\n fn a(x in 0..1) { b(); }\n}\nproptest! {\n\
            #![proptest_config(Config::with_cases(1_000))]\n /// why\n #[test]\n fn c(x in 0..1) {}\n}";
        let property = |name: &str, cases| Property { name: name.into(), cases };
        assert_eq!(in_text(text, 256), [property("a", 256), property("c", 1000)]);
    }
}
