//! Lines of a paper slip, before any printer: columns of equal width, printable ASCII.

use crate::ascii::plain;
use lumbung_primitives::Money;
use lumbung_primitives::money::group_thousands;

/// The paper's width, which fixes the columns of the printer's standard font.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Paper {
    /// 32 columns.
    #[default]
    Mm58,
    /// 48 columns.
    Mm80,
}

impl Paper {
    pub const fn columns(self) -> usize {
        match self {
            Self::Mm58 => 32,
            Self::Mm80 => 48,
        }
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Emphasis {
    #[default]
    None,
    Bold,
    /// Bold and of double height. Double width would leave 16 columns, too few for a name and an amount.
    Tall,
}

#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Line {
    /// Printable ASCII, no longer than the paper's columns, no blank at its end.
    pub text: String,
    pub emphasis: Emphasis,
}

/// A slip ready for a printer, a preview or a text file.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Slip {
    pub paper: Paper,
    pub lines: Vec<Line>,
    /// Content of a QR below the lines; a printer may be set to leave it out.
    pub qr: Option<String>,
}

impl Slip {
    /// The lines, each with its line end.
    pub fn text(&self) -> String {
        self.lines.iter().flat_map(|line| [line.text.as_str(), "\n"]).collect()
    }
}

/// Collects lines for one width. Every text passes through [`plain`] here, and nowhere else.
pub(crate) struct Writer {
    paper: Paper,
    lines: Vec<Line>,
}

impl Writer {
    pub(crate) fn new(paper: Paper) -> Self {
        Self { paper, lines: Vec::new() }
    }

    pub(crate) fn finish(self, qr: Option<String>) -> Slip {
        Slip { paper: self.paper, lines: self.lines, qr }
    }

    fn push(&mut self, text: &str, emphasis: Emphasis) {
        self.lines.push(Line { text: text.trim_end().to_owned(), emphasis });
    }

    pub(crate) fn rule(&mut self) {
        self.push(&"-".repeat(self.paper.columns()), Emphasis::None);
    }

    pub(crate) fn blank(&mut self) {
        self.push("", Emphasis::None);
    }

    /// Wrapped; continuations are indented by `hang` columns.
    pub(crate) fn left(&mut self, text: &str, hang: usize) {
        for line in wrap(&plain(text), self.paper.columns(), hang) {
            self.push(&line, Emphasis::None);
        }
    }

    pub(crate) fn centre(&mut self, text: &str, emphasis: Emphasis) {
        let columns = self.paper.columns();
        for line in wrap(&plain(text), columns, 0) {
            let line = line.trim();
            let indent = (columns - line.len()) / 2;
            self.push(&format!("{}{line}", " ".repeat(indent)), emphasis);
        }
    }

    /// Text at the left, text at the right edge; on two lines where one is too narrow.
    pub(crate) fn pair(&mut self, left: &str, right: &str, emphasis: Emphasis) {
        let (left, right, columns) = (plain(left), plain(right), self.paper.columns());
        if left.len() + 1 + right.len() <= columns {
            let gap = columns - left.len();
            return self.push(&format!("{left}{right:>gap$}"), emphasis);
        }
        for line in wrap(&left, columns, 2) {
            self.push(&line, emphasis);
        }
        for line in wrap(&right, columns, 0) {
            self.push(&format!("{line:>columns$}"), emphasis);
        }
    }

    pub(crate) fn amount(&mut self, left: &str, amount: Money, emphasis: Emphasis) {
        self.pair(left, &group_thousands(amount.0), emphasis);
    }
}

/// What fits stays as it is. Longer text breaks at blanks, and inside a word only where the word alone is
/// too long; leading blanks are kept as indentation. The text must be ASCII. Blank text gives no line.
fn wrap(text: &str, columns: usize, hang: usize) -> Vec<String> {
    let text = text.trim_end();
    if !text.is_empty() && text.len() <= columns {
        return vec![text.to_owned()];
    }
    let indent = text.len() - text.trim_start().len();
    let mut lines = Vec::new();
    let mut line = " ".repeat(indent.min(columns / 2));
    let mut is_fresh = true;
    for word in text.split_whitespace() {
        let mut word = word;
        if !is_fresh && line.len() + 1 + word.len() <= columns {
            line.push(' ');
            line.push_str(word);
            continue;
        }
        if !is_fresh {
            lines.push(std::mem::replace(&mut line, " ".repeat(hang)));
        }
        while line.len() + word.len() > columns {
            let (head, tail) = word.split_at(columns - line.len());
            line.push_str(head);
            lines.push(std::mem::replace(&mut line, " ".repeat(hang)));
            word = tail;
        }
        line.push_str(word);
        is_fresh = false;
    }
    if !is_fresh {
        lines.push(line);
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_text_breaks_at_blanks() {
        assert_eq!(wrap("Beras pandan wangi kualitas", 12, 2), ["Beras pandan", "  wangi", "  kualitas"]);
        assert_eq!(wrap("  2  pak ", 12, 2), ["  2  pak"]);
        assert_eq!(wrap("abcdefghijklmnop", 6, 2), ["abcdef", "  ghij", "  klmn", "  op"]);
        assert_eq!(wrap("ab cdefghijk", 6, 0), ["ab", "cdefgh", "ijk"]);
        assert_eq!(wrap("   ", 6, 0), [""; 0]);
        assert_eq!(wrap("", 6, 0), [""; 0]);
    }

    #[test]
    fn no_line_is_wider_than_the_paper() {
        for paper in [Paper::Mm58, Paper::Mm80] {
            let mut writer = Writer::new(paper);
            let long = "Kerupuk-udang-super-istimewa-tanpa-pengawet-buatan Sidoarjo é ".repeat(3);
            writer.left(&long, 6);
            writer.centre(&long, Emphasis::Bold);
            writer.pair(&long, &long, Emphasis::Tall);
            writer.amount(&long, Money(i64::MIN), Emphasis::None);
            writer.rule();
            for line in writer.finish(None).lines {
                assert!(line.text.len() <= paper.columns(), "{:?}", line.text);
                assert_eq!(line.text, line.text.trim_end());
            }
        }
    }

    #[test]
    fn amounts_stand_at_the_right_edge() {
        let mut writer = Writer::new(Paper::Mm58);
        writer.amount("Total", Money(270_375), Emphasis::None);
        writer.amount("Tiga puluh satu kolom di kiri..", Money(1), Emphasis::None);
        let lines: Vec<_> = writer.finish(None).lines.into_iter().map(|line| line.text).collect();
        assert_eq!(lines[0], "Total                    270.375");
        assert_eq!(lines[1], "Tiga puluh satu kolom di kiri..");
        assert_eq!(lines[2], "                               1");
    }
}
