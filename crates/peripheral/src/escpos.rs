//! A slip in ESC/POS, the language of receipt printers (Epson's command reference; 58 mm printers of other
//! makers follow the part used here). Only printable ASCII of a line passes, whoever made the line.

use crate::slip::{Emphasis, Slip};

const INIT: &[u8] = b"\x1b@";
const LINE_END: u8 = b'\n';
/// `ESC E n`.
const BOLD_ON: &[u8] = b"\x1bE\x01";
const BOLD_OFF: &[u8] = b"\x1bE\x00";
/// `GS ! n`: the low half of n is the height less one.
const TALL_ON: &[u8] = b"\x1d!\x01";
const TALL_OFF: &[u8] = b"\x1d!\x00";
/// `ESC a n`.
const ALIGN_CENTRE: &[u8] = b"\x1ba\x01";
const ALIGN_LEFT: &[u8] = b"\x1ba\x00";
/// `ESC d n`: past the tear bar of a printer without a cutter.
const FEED_4: &[u8] = b"\x1bd\x04";
/// `GS V 0`: full cut.
const CUT: &[u8] = b"\x1dV\x00";
/// `ESC p m t1 t2`: pin 2, 50 ms on, 500 ms off (units of 2 ms).
const DRAWER: &[u8] = b"\x1bp\x00\x19\xfa";

/// What the printer at hand has and is asked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct PrinterOptions {
    /// Only where there is a cutter.
    pub cut: bool,
    /// Opens the cash drawer before printing. Not for copies or payments without cash.
    pub open_drawer: bool,
    /// Prints the slip's QR, where it has one and the printer knows how.
    pub qr: bool,
}

pub fn encode(slip: &Slip, options: PrinterOptions) -> Vec<u8> {
    let mut out = Vec::with_capacity(slip.lines.len() * (slip.paper.columns() + 1) + 128);
    out.extend_from_slice(INIT);
    if options.open_drawer {
        out.extend_from_slice(DRAWER);
    }
    for line in &slip.lines {
        let (on, off): (&[&[u8]], &[&[u8]]) = match line.emphasis {
            Emphasis::None => (&[], &[]),
            Emphasis::Bold => (&[BOLD_ON], &[BOLD_OFF]),
            Emphasis::Tall => (&[BOLD_ON, TALL_ON], &[TALL_OFF, BOLD_OFF]),
        };
        out.extend(on.iter().copied().flatten());
        out.extend(printable(&line.text));
        out.push(LINE_END);
        out.extend(off.iter().copied().flatten());
    }
    if let Some(content) = slip.qr.as_ref().filter(|_| options.qr) {
        put_qr(&mut out, content);
    }
    out.extend_from_slice(FEED_4);
    if options.cut {
        out.extend_from_slice(CUT);
    }
    out
}

fn printable(text: &str) -> impl Iterator<Item = u8> {
    text.bytes().filter(|byte| (b' '..=b'~').contains(byte))
}

/// `GS ( k`, functions 165, 167, 169, 180 and 181 for QR. A content longer than 255 characters is left out:
/// a receipt number never is.
fn put_qr(out: &mut Vec<u8>, content: &str) {
    let content: Vec<u8> = printable(content).collect();
    let Ok(length @ 1..) = u8::try_from(content.len()) else { return };
    // Model 2, modules of 6 dots, correction level M.
    qr_command(out, 2, b"A2\x00");
    qr_command(out, 1, b"C\x06");
    qr_command(out, 1, b"E1");
    qr_command(out, u16::from(length) + 1, b"P0");
    out.extend_from_slice(&content);
    out.extend_from_slice(ALIGN_CENTRE);
    qr_command(out, 1, b"Q0");
    out.push(LINE_END);
    out.extend_from_slice(ALIGN_LEFT);
}

/// `parameters` counts the bytes after the function's letter, those that the caller adds included.
fn qr_command(out: &mut Vec<u8>, parameters: u16, function_and_data: &[u8]) {
    out.extend_from_slice(b"\x1d(k");
    out.extend_from_slice(&parameters.saturating_add(2).to_le_bytes());
    out.push(b'1');
    out.extend_from_slice(function_and_data);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::slip::{Line, Paper};

    fn slip(lines: &[(&str, Emphasis)], qr: Option<&str>) -> Slip {
        let lines = lines
            .iter()
            .map(|(text, emphasis)| Line { text: (*text).to_owned(), emphasis: *emphasis })
            .collect();
        Slip { paper: Paper::Mm58, lines, qr: qr.map(str::to_owned) }
    }

    fn hex(bytes: &[u8]) -> String {
        bytes.iter().map(|byte| format!("{byte:02x}")).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn every_byte_of_a_small_slip() {
        let slip = slip(
            &[("AB", Emphasis::Bold), ("c", Emphasis::None), ("Rp1", Emphasis::Tall)],
            Some("STR:A-000042"),
        );
        let options = PrinterOptions { cut: true, open_drawer: true, qr: true };
        let expected = [
            "1b 40",
            "1b 70 00 19 fa",
            "1b 45 01 41 42 0a 1b 45 00",
            "63 0a",
            "1b 45 01 1d 21 01 52 70 31 0a 1d 21 00 1b 45 00",
            "1d 28 6b 04 00 31 41 32 00",
            "1d 28 6b 03 00 31 43 06",
            "1d 28 6b 03 00 31 45 31",
            "1d 28 6b 0f 00 31 50 30 53 54 52 3a 41 2d 30 30 30 30 34 32",
            "1b 61 01",
            "1d 28 6b 03 00 31 51 30 0a",
            "1b 61 00",
            "1b 64 04",
            "1d 56 00",
        ];
        assert_eq!(hex(&encode(&slip, options)), expected.join(" "));
    }

    #[test]
    fn a_plain_printer_gets_text_and_feed_alone() {
        let slip = slip(&[("c", Emphasis::None)], Some("STR:A-000042"));
        assert_eq!(hex(&encode(&slip, PrinterOptions::default())), "1b 40 63 0a 1b 64 04");
    }

    #[test]
    fn no_command_passes_inside_a_line() {
        let evil = "a\u{1b}p\0\u{19}\u{fa}\u{1d}V\0\n\u{9b}b";
        let out = encode(&slip(&[(evil, Emphasis::None)], None), PrinterOptions::default());
        assert_eq!(hex(&out), format!("1b 40 {} 0a 1b 64 04", hex(b"apVb")));
    }

    #[test]
    fn an_impossible_qr_is_left_out() {
        let options = PrinterOptions { qr: true, ..PrinterOptions::default() };
        for content in [String::new(), "\u{1b}".to_owned(), "x".repeat(256)] {
            let out = encode(&slip(&[], Some(&content)), options);
            assert_eq!(hex(&out), "1b 40 1b 64 04");
        }
        assert!(encode(&slip(&[], Some(&"x".repeat(255))), options).len() > 255);
    }
}
