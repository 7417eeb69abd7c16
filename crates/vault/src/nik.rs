//! Plausibility of a NIK (handbook 2.5): `PP KK CC DDMMYY NNNN`, that is province, regency and district of
//! first registration, birth date with 40 added to a woman's day, and a serial number. There is no check
//! digit, and the registry itself holds mistakes. So findings are shown and never stop a registration.

use crate::sensitive::Sensitive;
use lumbung_primitives::BusinessDate;
use std::fmt;

/// The 38 provinces by the home ministry's codes.
pub const PROVINCES: [u8; 38] = [
    11, 12, 13, 14, 15, 16, 17, 18, 19, 21, 31, 32, 33, 34, 35, 36, 51, 52, 53, 61, 62, 63, 64, 65, 71, 72,
    73, 74, 75, 76, 81, 82, 91, 92, 93, 94, 95, 96,
];

/// Members are adults or about to be; younger ones are asked about.
pub const MEMBER_AGE_YEARS: i32 = 17;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Sex {
    Female,
    Male,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Severity {
    /// This cannot be anyone's NIK: most likely mistyped.
    Error,
    /// It may be right; look again.
    Warning,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum NikFinding {
    /// Not exactly 16 digits once spaces, dots and dashes are gone.
    Length,
    /// No province has this code.
    Province,
    /// Regency 00.
    Regency,
    /// District 00.
    District,
    /// A day other than 1 to 31 (men) or 41 to 71 (women).
    Day,
    /// A day that its month does not have, or no such month.
    Date,
    /// Serial 0000.
    Serial,
    /// The regency is not in the list of regions. NIKs outlive boundary changes.
    RegencyUnknown,
    /// Younger than [`MEMBER_AGE_YEARS`].
    Under17,
    /// Differs from the birth date that was typed.
    BirthDateMismatch,
    /// Differs from the sex that was typed.
    SexMismatch,
}

impl NikFinding {
    pub const fn severity(self) -> Severity {
        match self {
            Self::Length
            | Self::Province
            | Self::Regency
            | Self::District
            | Self::Day
            | Self::Date
            | Self::Serial => Severity::Error,
            Self::RegencyUnknown | Self::Under17 | Self::BirthDateMismatch | Self::SexMismatch => {
                Severity::Warning
            }
        }
    }
}

/// What a NIK says and what is odd about it. Printing it shows the findings alone, for the birth date is
/// personal too.
#[derive(Clone, PartialEq, Eq)]
pub struct NikReport {
    /// The 16 digits without what was typed between them; `None` where they are not 16.
    pub digits: Option<Sensitive<String>>,
    /// `None` where day or date is wrong.
    pub birth_date: Option<BusinessDate>,
    pub sex: Option<Sex>,
    /// In the order of the digits, then the comparisons.
    pub findings: Vec<NikFinding>,
}

impl NikReport {
    /// No finding is an error; warnings may be there.
    pub fn is_plausible(&self) -> bool {
        !self.findings.iter().any(|finding| finding.severity() == Severity::Error)
    }

    /// Compares with what was typed beside it.
    #[must_use]
    pub fn compared_with(mut self, birth_date: Option<BusinessDate>, sex: Option<Sex>) -> Self {
        if differ(self.birth_date, birth_date) {
            self.findings.push(NikFinding::BirthDateMismatch);
        }
        if differ(self.sex, sex) {
            self.findings.push(NikFinding::SexMismatch);
        }
        self
    }

    /// Asks a list of regions, by codes like `32.01`, whether it knows the regency.
    #[must_use]
    pub fn among_regencies(mut self, is_known: impl Fn(&str) -> bool) -> Self {
        let already_wrong = [NikFinding::Province, NikFinding::Regency];
        if let Some(digits) = &self.digits
            && !self.findings.iter().any(|finding| already_wrong.contains(finding))
        {
            let (province, rest) = digits.reveal().split_at(2);
            if !is_known(&format!("{province}.{}", &rest[..2])) {
                self.findings.push(NikFinding::RegencyUnknown);
            }
        }
        self
    }
}

impl fmt::Debug for NikReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NikReport").field("findings", &self.findings).finish_non_exhaustive()
    }
}

fn differ<T: PartialEq>(found: Option<T>, typed: Option<T>) -> bool {
    matches!((found, typed), (Some(found), Some(typed)) if found != typed)
}

/// `today` is the cooperative's date. It settles the century: born in 20yy unless that day is still to
/// come, then in 19yy.
pub fn check_nik(text: &str, today: BusinessDate) -> NikReport {
    let digits: String = text.chars().filter(|letter| !matches!(letter, ' ' | '.' | '-')).collect();
    if digits.len() != 16 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return NikReport { digits: None, birth_date: None, sex: None, findings: vec![NikFinding::Length] };
    }
    let pair = |at: usize| (digits.as_bytes()[at] - b'0') * 10 + (digits.as_bytes()[at + 1] - b'0');
    let mut findings = Vec::new();
    if !PROVINCES.contains(&pair(0)) {
        findings.push(NikFinding::Province);
    }
    if pair(2) == 0 {
        findings.push(NikFinding::Regency);
    }
    if pair(4) == 0 {
        findings.push(NikFinding::District);
    }
    let born = born(pair(6), pair(8), pair(10), today);
    if let Err(finding) = born {
        findings.push(finding);
    }
    if digits.ends_with("0000") {
        findings.push(NikFinding::Serial);
    }
    let (birth_date, sex) = born.ok().unzip();
    if birth_date.is_some_and(|birth_date| is_younger_than_member_age(birth_date, today)) {
        findings.push(NikFinding::Under17);
    }
    NikReport { digits: Some(Sensitive::new(digits)), birth_date, sex, findings }
}

fn born(day: u8, month: u8, year: u8, today: BusinessDate) -> Result<(BusinessDate, Sex), NikFinding> {
    let (day, sex) = match day {
        1..=31 => (day, Sex::Male),
        41..=71 => (day - 40, Sex::Female),
        _ => return Err(NikFinding::Day),
    };
    let in_century =
        |century: i32| BusinessDate::from_ymd(century + i32::from(year), u32::from(month), u32::from(day));
    let date = in_century(2000).filter(|date| *date <= today).or_else(|| in_century(1900));
    date.map(|date| (date, sex)).ok_or(NikFinding::Date)
}

/// Someone born on 29 February comes of age on 1 March of a year without that day.
fn is_younger_than_member_age(birth_date: BusinessDate, today: BusinessDate) -> bool {
    let first = BusinessDate::first_of_month(birth_date.month_index() + MEMBER_AGE_YEARS * 12);
    let of_month = birth_date.0 - BusinessDate::first_of_month(birth_date.month_index()).0;
    today < first.plus_days(of_month)
}

#[cfg(test)]
mod tests {
    use super::NikFinding as F;
    use super::*;

    /// Not by parsing, which is for business dates and begins at 1970; people are older.
    fn date(text: &str) -> BusinessDate {
        let part = |range: std::ops::Range<usize>| text.get(range).unwrap().parse().unwrap();
        BusinessDate::from_ymd(text[..4].parse().unwrap(), part(5..7), part(8..10)).unwrap()
    }

    fn report(nik: &str) -> NikReport {
        check_nik(nik, date("2026-01-23"))
    }

    /// Serials begin with 999 so that no line points at a living person.
    #[test]
    fn birth_date_and_sex_are_read_from_a_plausible_nik() {
        for (nik, birth_date, sex) in [
            ("3201011508859991", "1985-08-15", Sex::Male),
            ("3201015508859991", "1985-08-15", Sex::Female),
            ("3201012902849992", "1984-02-29", Sex::Male),
            ("32.01.01.150885.9991", "1985-08-15", Sex::Male),
            ("3201 0115 0885-9991", "1985-08-15", Sex::Male),
            ("3201014112059998", "2005-12-01", Sex::Female),
            ("9501017112039999", "2003-12-31", Sex::Female),
            ("3201011508269991", "1926-08-15", Sex::Male),
            ("3201011508279991", "1927-08-15", Sex::Male),
            ("3201012902009993", "2000-02-29", Sex::Male),
        ] {
            let report = report(nik);
            assert_eq!(report.birth_date, Some(date(birth_date)), "{nik}");
            assert_eq!(report.sex, Some(sex), "{nik}");
            assert_eq!(report.findings, [], "{nik}");
            assert_eq!(report.digits.as_ref().unwrap().reveal().len(), 16);
        }
    }

    #[test]
    fn errors_name_the_group_of_digits() {
        for (nik, finding) in [
            ("320101150885999", NikFinding::Length),
            ("32010115088599911", NikFinding::Length),
            ("32010115088599a1", NikFinding::Length),
            ("", NikFinding::Length),
            ("３２０１", NikFinding::Length),
            ("0001011508859991", NikFinding::Province),
            ("3701011508859991", NikFinding::Province),
            ("9701011508859991", NikFinding::Province),
            ("3200011508859991", NikFinding::Regency),
            ("3201001508859991", NikFinding::District),
            ("3201010000909995", NikFinding::Day),
            ("3201013208909996", NikFinding::Day),
            ("3201014008909997", NikFinding::Day),
            ("3201017208909996", NikFinding::Day),
            ("3201012902859993", NikFinding::Date),
            ("3201013102909994", NikFinding::Date),
            ("3201011513909994", NikFinding::Date),
            ("3201011500909994", NikFinding::Date),
            ("3201011508850000", NikFinding::Serial),
        ] {
            let report = report(nik);
            assert_eq!(report.findings, [finding], "{nik}");
            assert!(!report.is_plausible());
            let dated = !matches!(finding, NikFinding::Length | NikFinding::Day | NikFinding::Date);
            assert_eq!(report.birth_date.is_some(), dated, "{nik}");
        }
        let all = report("0000000000000000").findings;
        assert_eq!(all, [F::Province, F::Regency, F::District, F::Day, F::Serial]);
    }

    #[test]
    fn children_are_asked_about_until_their_birthday() {
        for (nik, today, young) in [
            ("3201012301099991", "2026-01-22", true),
            ("3201012301099991", "2026-01-23", false),
            ("3201012902089991", "2025-02-28", true),
            ("3201012902089991", "2025-03-01", false),
            ("3201012301269991", "2026-01-23", true),
            ("3201012401269991", "2026-01-23", false),
        ] {
            let report = check_nik(nik, date(today));
            assert_eq!(report.findings.contains(&NikFinding::Under17), young, "{nik} {today}");
            assert!(report.is_plausible());
        }
    }

    #[test]
    fn what_was_typed_beside_it_is_compared() {
        let nik = "3201015508859991";
        let same = report(nik).compared_with(Some(date("1985-08-15")), Some(Sex::Female));
        assert_eq!(same.findings, []);
        assert_eq!(report(nik).compared_with(None, None).findings, []);
        let other = report(nik).compared_with(Some(date("1985-08-16")), Some(Sex::Male));
        assert_eq!(other.findings, [NikFinding::BirthDateMismatch, NikFinding::SexMismatch]);
        assert!(other.is_plausible());
        let unreadable = report("320").compared_with(Some(date("1985-08-16")), Some(Sex::Male));
        assert_eq!(unreadable.findings, [NikFinding::Length]);
    }

    #[test]
    fn an_unknown_regency_is_a_warning() {
        let known = |code: &str| code == "32.01";
        assert_eq!(report("3201011508859991").among_regencies(known).findings, []);
        let unknown = report("3299011508859991").among_regencies(known);
        assert_eq!(unknown.findings, [NikFinding::RegencyUnknown]);
        assert!(unknown.is_plausible());
        assert_eq!(report("0001011508859991").among_regencies(known).findings, [NikFinding::Province]);
        assert_eq!(report("320").among_regencies(known).findings, [NikFinding::Length]);
    }

    #[test]
    fn a_report_prints_its_findings_alone() {
        assert_eq!(format!("{:?}", report("3201011508850000")), "NikReport { findings: [Serial], .. }");
    }
}
