//! What every slip begins and ends with.

use crate::labels::Labels;
use crate::slip::{Emphasis, Writer};
use lumbung_primitives::Zone;

/// The shop's own lines. Empty texts print nothing.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Heading {
    pub coop_name: String,
    pub outlet_name: String,
    pub address: String,
    /// The cooperative's registration number, not a person's.
    pub registration_no: String,
    /// Replaces the standard two lines at the end of a receipt.
    pub footer: Option<Vec<String>>,
}

/// An instant in the shop's zone.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Moment {
    /// Milliseconds since 1970-01-01T00:00:00Z.
    pub at_ms: i64,
    pub zone: Zone,
}

/// `23/01/2026 09.14 WIB`.
impl std::fmt::Display for Moment {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.zone.local(self.at_ms).format("%d/%m/%Y %H.%M"), self.zone.name())
    }
}

/// How a member is named on paper: by number and name. Nothing else of a member is ever printed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct MemberLine {
    pub number: String,
    pub name: String,
}

/// What identifies a slip.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Ticket {
    /// `A-000042`.
    pub number: String,
    pub moment: Moment,
    pub cashier: String,
    pub member: Option<MemberLine>,
    /// Printed again: says so.
    pub is_copy: bool,
}

impl Writer {
    pub(crate) fn heading(&mut self, heading: &Heading, labels: &Labels) {
        self.centre(&heading.coop_name, Emphasis::Bold);
        self.centre(&heading.outlet_name, Emphasis::None);
        self.centre(&heading.address, Emphasis::None);
        if !heading.registration_no.is_empty() {
            self.centre(&format!("{} {}", labels.registration_no, heading.registration_no), Emphasis::None);
        }
        self.rule();
    }

    pub(crate) fn title(&mut self, title: Option<&str>, is_copy: bool, labels: &Labels) {
        if let Some(title) = title {
            self.centre(title, Emphasis::Bold);
        }
        if is_copy {
            self.centre(labels.copy, Emphasis::Bold);
        }
    }

    pub(crate) fn labelled(&mut self, label: &str, value: &str) {
        self.left(&format!("{label} {value}"), 6);
    }

    pub(crate) fn ticket(&mut self, ticket: &Ticket, labels: &Labels) {
        self.labelled(labels.number, &ticket.number);
        self.labelled(labels.date, &ticket.moment.to_string());
        self.labelled(labels.cashier, &ticket.cashier);
        if let Some(MemberLine { number, name }) = &ticket.member {
            self.labelled(labels.member, &format!("{number} {name}"));
        }
        self.rule();
    }

    pub(crate) fn footer(&mut self, heading: &Heading, labels: &Labels) {
        self.rule();
        self.footer_lines(heading, labels);
    }

    pub(crate) fn footer_lines(&mut self, heading: &Heading, labels: &Labels) {
        let Some(lines) = &heading.footer else {
            self.centre(labels.keep_receipt, Emphasis::None);
            return self.centre(labels.thanks, Emphasis::None);
        };
        for line in lines {
            self.centre(line, Emphasis::None);
        }
    }

    /// Room to sign, above the signer's role.
    pub(crate) fn signature(&mut self, role: &str) {
        self.blank();
        self.blank();
        self.left(&format!("{role}: ................"), 0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_shows_the_shops_own_clock() {
        // 2026-01-22T23:30:00Z.
        let at_ms = 1_769_124_600_000;
        for (zone, text) in [
            (Zone::Wib, "23/01/2026 06.30 WIB"),
            (Zone::Wita, "23/01/2026 07.30 WITA"),
            (Zone::Wit, "23/01/2026 08.30 WIT"),
        ] {
            assert_eq!(Moment { at_ms, zone }.to_string(), text);
        }
    }
}
