//! What a scanner sent, told apart by content (handbook 5.9). Whether a product bears the code is for the
//! caller to look up; one code may belong to several products.

/// A scan or a typed code.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Code {
    /// 13 digits, check digit right. UPC-A's 12 digits come here with a leading 0, and so do shop codes
    /// beginning with 20 to 29 that are not set up as scale labels.
    Ean13(String),
    /// 8 digits, check digit right.
    Ean8(String),
    /// A label of the shop's own scale: prefix, five digits of PLU, five of grams, check digit.
    ScaleLabel {
        /// 0 to 99 999.
        plu: u32,
        /// 0 to 99 999.
        grams: u32,
    },
    /// The member number on a card.
    MemberCard(String),
    /// A receipt number like `A-000127`, from a receipt's QR or typed.
    ReceiptCode(String),
    /// Anything else, as it came: codes that the shop made up, and QR contents of others.
    Short(String),
    /// Length of an EAN or UPC, but the last digit does not fit: misread, mistyped, or a shop's own number.
    /// Look it up as it stands first, and say that it may be misread where nothing bears it.
    BadCheckDigit { code: String, expected: u8 },
}

/// Before the member number on a card.
pub const MEMBER_PREFIX: &str = "AGT:";
/// Before the receipt number in a receipt's QR.
pub const RECEIPT_PREFIX: &str = "STR:";

/// Digits after the letter of a receipt number, at least; a member number like `A-0005` has fewer.
const RECEIPT_DIGITS: usize = 6;

/// The first two digits of labels from the shop's scales, each 20 to 29 (GS1 leaves these to the shop).
/// Only configured ones are read as labels, because a shop's own codes may begin with 20 too.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ScalePrefixes(Vec<u8>);

#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("a scale label cannot begin with {0:02}; choose a prefix from 20 to 29 and set the scale to it")]
pub struct BadPrefix(pub u8);

impl ScalePrefixes {
    /// An empty list means that the shop has no label scale.
    pub fn new(prefixes: &[u8]) -> Result<Self, BadPrefix> {
        match prefixes.iter().find(|prefix| !(20..=29).contains(*prefix)) {
            Some(prefix) => Err(BadPrefix(*prefix)),
            None => Ok(Self(prefixes.to_vec())),
        }
    }
}

impl Default for ScalePrefixes {
    fn default() -> Self {
        Self(vec![21])
    }
}

pub fn classify(text: &str, scale_prefixes: &ScalePrefixes) -> Code {
    let text = text.trim_matches(|letter: char| letter.is_whitespace() || letter.is_control());
    if let Some(member_no) = after_prefix(text, MEMBER_PREFIX) {
        return Code::MemberCard(member_no.to_owned());
    }
    if let Some(receipt_no) = receipt_number(after_prefix(text, RECEIPT_PREFIX).unwrap_or(text)) {
        return Code::ReceiptCode(receipt_no);
    }
    if !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Code::Short(text.to_owned());
    }
    match text.len() {
        8 => checked(text.to_owned(), Code::Ean8),
        12 => match checked(format!("0{text}"), Code::Ean13) {
            // Looked up as it was scanned, not as the UPC that it turned out not to be.
            Code::BadCheckDigit { expected, .. } => Code::BadCheckDigit { code: text.to_owned(), expected },
            code => code,
        },
        13 => {
            checked(text.to_owned(), |code| scale_label(&code, scale_prefixes).unwrap_or(Code::Ean13(code)))
        }
        _ => Code::Short(text.to_owned()),
    }
}

/// Case does not matter: a scanner types, and Caps Lock turns what it types.
fn after_prefix<'text>(text: &'text str, prefix: &str) -> Option<&'text str> {
    let (start, rest) = text.split_at_checked(prefix.len())?;
    (start.eq_ignore_ascii_case(prefix) && !rest.is_empty()).then_some(rest)
}

fn receipt_number(text: &str) -> Option<String> {
    let (letters, digits) = text.split_once('-')?;
    let shaped = (1..=3).contains(&letters.len())
        && letters.bytes().all(|byte| byte.is_ascii_alphabetic())
        && (RECEIPT_DIGITS..=12).contains(&digits.len())
        && digits.bytes().all(|byte| byte.is_ascii_digit());
    shaped.then(|| text.to_ascii_uppercase())
}

fn checked(code: String, right: impl FnOnce(String) -> Code) -> Code {
    let (body, last) = code.split_at(code.len() - 1);
    match check_digit(body) {
        Some(expected) if last.bytes().eq([b'0' + expected]) => right(code),
        Some(expected) => Code::BadCheckDigit { code, expected },
        None => Code::Short(code),
    }
}

fn scale_label(code: &str, prefixes: &ScalePrefixes) -> Option<Code> {
    let number = |range: std::ops::Range<usize>| code.get(range)?.parse::<u32>().ok();
    let prefix = u8::try_from(number(0..2)?).ok()?;
    let label = Code::ScaleLabel { plu: number(2..7)?, grams: number(7..12)? };
    prefixes.0.contains(&prefix).then_some(label)
}

/// The digit that completes an EAN-13, EAN-8 or UPC-A: weights 3, 1, 3… from the right, then what is
/// missing to the next ten (GS1 General Specifications, 7.9). `None` unless there are digits only, 1 to 17.
pub fn check_digit(body: &str) -> Option<u8> {
    if !(1..=17).contains(&body.len()) || !body.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let weighted = |(digit, weight): (u8, u32)| u32::from(digit - b'0') * weight;
    let sum: u32 = body.bytes().rev().zip([3, 1].into_iter().cycle()).map(weighted).sum();
    u8::try_from((10 - sum % 10) % 10).ok()
}

/// Whether the last digit is the check digit of those before it.
pub fn has_right_check_digit(code: &str) -> bool {
    let Some((at, last)) = code.char_indices().next_back() else { return false };
    check_digit(&code[..at]).is_some_and(|expected| char::from(b'0' + expected) == last)
}

/// What a member card's barcode or QR holds.
pub fn member_card(member_no: &str) -> String {
    format!("{MEMBER_PREFIX}{member_no}")
}

/// What a receipt's QR holds.
pub fn receipt_code(receipt_no: &str) -> String {
    format!("{RECEIPT_PREFIX}{receipt_no}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scan(text: &str) -> Code {
        classify(text, &ScalePrefixes::default())
    }

    fn short(text: &str) -> Code {
        Code::Short(text.to_owned())
    }

    #[test]
    fn check_digits_of_goods_from_the_shelf() {
        for code in [
            "8992696404441",
            "8999999706081",
            "8998866608602",
            "8996001600269",
            "8992628022156",
            "8998866200318",
            "0089686010947",
            "8993560025090",
            "8999999059309",
            "8992702000063",
            "96385074",
            "089686010947",
        ] {
            assert!(has_right_check_digit(code), "{code}");
        }
        assert_eq!(check_digit("899123456789"), Some(1));
        assert_eq!(check_digit("899123450001"), Some(0));
        for bad in ["", "1234a", "٣", "123456789012345678"] {
            assert_eq!(check_digit(bad), None, "{bad}");
        }
        assert!(!has_right_check_digit(""));
        assert!(!has_right_check_digit("8"));
        assert!(!has_right_check_digit("899é"));
    }

    #[test]
    fn every_single_wrong_digit_is_noticed() {
        let good = "8992696404441";
        for at in 0..good.len() {
            for digit in '0'..='9' {
                let mut code = good.to_owned();
                code.replace_range(at..=at, &digit.to_string());
                assert_eq!(has_right_check_digit(&code), code == good, "{code}");
            }
        }
    }

    #[test]
    fn scans_are_told_apart_by_content() {
        for (text, expected) in [
            ("8992696404441", Code::Ean13("8992696404441".into())),
            (" 8992696404441\r\n", Code::Ean13("8992696404441".into())),
            ("089686010947", Code::Ean13("0089686010947".into())),
            ("0089686010947", Code::Ean13("0089686010947".into())),
            ("96385074", Code::Ean8("96385074".into())),
            ("2100123012503", Code::ScaleLabel { plu: 123, grams: 1250 }),
            ("2100007005003", Code::ScaleLabel { plu: 7, grams: 500 }),
            ("2100007005004", Code::BadCheckDigit { code: "2100007005004".into(), expected: 3 }),
            ("2000000000015", Code::Ean13("2000000000015".into())),
            ("8991234567890", Code::BadCheckDigit { code: "8991234567890".into(), expected: 1 }),
            ("8991234500015", Code::BadCheckDigit { code: "8991234500015".into(), expected: 0 }),
            ("089686010948", Code::BadCheckDigit { code: "089686010948".into(), expected: 7 }),
            ("96385075", Code::BadCheckDigit { code: "96385075".into(), expected: 4 }),
            ("AGT:A-0005", Code::MemberCard("A-0005".into())),
            ("agt:a-0005", Code::MemberCard("a-0005".into())),
            ("AGT:A-000127", Code::MemberCard("A-000127".into())),
            ("STR:A-000127", Code::ReceiptCode("A-000127".into())),
            ("str:aa-1000000", Code::ReceiptCode("AA-1000000".into())),
            ("a-000127", Code::ReceiptCode("A-000127".into())),
        ] {
            assert_eq!(scan(text), expected, "{text}");
        }
        for text in [
            "",
            "7",
            "42",
            "1234567",
            "12345678901234",
            "TELUR",
            "A-0005",
            "AGT:",
            "STR:",
            "STR:telur",
            "É-000127",
            "A-00012x",
            "STR:8992696404441",
            "00020101021126…",
            "é",
        ] {
            assert_eq!(scan(text), short(text), "{text}");
        }
    }

    #[test]
    fn only_configured_prefixes_are_scale_labels() {
        let none = ScalePrefixes::new(&[]);
        assert_eq!(
            none.map(|prefixes| classify("2100123012503", &prefixes)),
            Ok(Code::Ean13("2100123012503".into()))
        );
        let two = ScalePrefixes::new(&[20, 21]);
        assert_eq!(
            two.map(|prefixes| classify("2000000000015", &prefixes)),
            Ok(Code::ScaleLabel { plu: 0, grams: 1 })
        );
        assert_eq!(ScalePrefixes::new(&[21, 89]), Err(BadPrefix(89)));
    }

    #[test]
    fn printed_codes_come_back() {
        assert_eq!(scan(&member_card("K/12-07")), Code::MemberCard("K/12-07".into()));
        assert_eq!(scan(&receipt_code("A-000042")), Code::ReceiptCode("A-000042".into()));
    }
}
