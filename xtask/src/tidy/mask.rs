//! Rust source with comments and the insides of strings blanked out, byte for byte, so that a rule that looks
//! for a word finds code alone.

/// As long as `text`; line breaks and the quotes around strings stay.
pub(crate) fn masked(text: &str) -> Vec<u8> {
    let mut out = text.as_bytes().to_vec();
    let mut at = 0;
    while at < out.len() {
        let end = token_end(text.as_bytes(), at);
        if let Some((from, to)) = end.blank {
            out[from..to].iter_mut().filter(|byte| **byte != b'\n').for_each(|byte| *byte = b' ');
        }
        at = end.next.max(at + 1);
    }
    out
}

struct Token {
    next: usize,
    /// What of it is not code.
    blank: Option<(usize, usize)>,
}

fn token_end(bytes: &[u8], at: usize) -> Token {
    let rest = &bytes[at..];
    if rest.starts_with(b"//") {
        let next = at + rest.iter().position(|byte| *byte == b'\n').unwrap_or(rest.len());
        return Token { next, blank: Some((at, next)) };
    }
    if rest.starts_with(b"/*") {
        let next = block_comment_end(bytes, at);
        return Token { next, blank: Some((at, next)) };
    }
    match rest[0] {
        b'"' => string(bytes, at),
        b'r' | b'b' | b'c' if !is_word_before(bytes, at) => prefixed_string(bytes, at),
        b'\'' => character(bytes, at),
        _ => Token { next: at + 1, blank: None },
    }
}

fn is_word_before(bytes: &[u8], at: usize) -> bool {
    at > 0 && (bytes[at - 1].is_ascii_alphanumeric() || bytes[at - 1] == b'_')
}

fn block_comment_end(bytes: &[u8], from: usize) -> usize {
    let (mut at, mut depth) = (from, 0_u32);
    while at < bytes.len() {
        if bytes[at..].starts_with(b"/*") {
            depth += 1;
            at += 2;
        } else if bytes[at..].starts_with(b"*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += 1;
        }
    }
    bytes.len()
}

fn string(bytes: &[u8], quote: usize) -> Token {
    let mut at = quote + 1;
    while at < bytes.len() {
        match bytes[at] {
            b'\\' => at += 2,
            b'"' => return Token { next: at + 1, blank: Some((quote + 1, at)) },
            _ => at += 1,
        }
    }
    Token { next: bytes.len(), blank: Some((quote + 1, bytes.len())) }
}

/// `r"…"`, `r#"…"#`, `b"…"`, `br#"…"#`, `c"…"`; a plain name otherwise.
fn prefixed_string(bytes: &[u8], from: usize) -> Token {
    let mut at = from;
    while at < bytes.len() && matches!(bytes[at], b'r' | b'b' | b'c') {
        at += 1;
    }
    let is_raw = bytes[from..at].contains(&b'r');
    let hashes = bytes[at..].iter().take_while(|byte| **byte == b'#').count();
    let quote = at + hashes;
    if bytes.get(quote) != Some(&b'"') || at - from > 2 || (hashes > 0 && !is_raw) {
        return Token { next: from + 1, blank: None };
    }
    if !is_raw {
        return string(bytes, quote);
    }
    let closing: Vec<u8> = std::iter::once(b'"').chain(std::iter::repeat_n(b'#', hashes)).collect();
    let inside = &bytes[quote + 1..];
    let length = inside.windows(closing.len()).position(|part| part == closing).unwrap_or(inside.len());
    let end = quote + 1 + length;
    Token { next: (end + closing.len()).min(bytes.len()), blank: Some((quote + 1, end)) }
}

/// `'x'` and `'\n'` are characters, `'a` in a type is a lifetime.
fn character(bytes: &[u8], quote: usize) -> Token {
    let rest = &bytes[quote + 1..];
    let length = match rest.first() {
        Some(b'\\') => rest.iter().skip(2).position(|byte| *byte == b'\'').map(|position| position + 2),
        // One character of up to four bytes.
        _ => (1..=4).find(|length| rest.get(*length) == Some(&b'\'')),
    };
    match length {
        Some(length) if std::str::from_utf8(&rest[..length]).is_ok_and(is_one_character) => {
            Token { next: quote + 2 + length, blank: Some((quote + 1, quote + 1 + length)) }
        }
        _ => Token { next: quote + 1, blank: None },
    }
}

fn is_one_character(text: &str) -> bool {
    text.starts_with('\\') || text.chars().count() == 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_code_is_left() {
        for (source, expected) in [
            ("a // f64\nb", "a       \nb"),
            ("a /* x /* y */ z */ b", "a                   b"),
            (r#"x("f64 \" y") + 1"#, r#"x("        ") + 1"#),
            ("r#\"a \" b\"# f64", "r#\"     \"# f64"),
            ("fn f<'a>(x: &'a str)", "fn f<'a>(x: &'a str)"),
            ("m('\"', '\\'', 'é')", "m(' ', '  ', '  ')"),
            ("bar\"x\"", "bar\" \""),
            ("let r = b; r#type", "let r = b; r#type"),
        ] {
            assert_eq!(String::from_utf8(masked(source)).unwrap(), expected, "{source}");
        }
    }
}
