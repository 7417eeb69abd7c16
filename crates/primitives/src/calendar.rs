//! Business dates and the three Indonesian time zones. There is no daylight saving.

use chrono::{DateTime, Datelike, FixedOffset, NaiveDate, TimeDelta};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::fmt;
use std::str::FromStr;

/// A day in the cooperative's own zone, as days since 1970-01-01. Written `2026-01-23`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct BusinessDate(pub i32);

const EPOCH: NaiveDate = NaiveDate::from_ymd_opt(1970, 1, 1).unwrap();

impl BusinessDate {
    /// 1970-01-01 to 9999-12-31: what a document may carry.
    pub const fn is_valid(self) -> bool {
        self.0 >= 0 && self.0 <= 2_932_896
    }

    pub fn from_ymd(year: i32, month: u32, day: u32) -> Option<Self> {
        NaiveDate::from_ymd_opt(year, month, day).map(Self::from_naive)
    }

    pub fn from_naive(date: NaiveDate) -> Self {
        Self(i32::try_from((date - EPOCH).num_days()).unwrap_or(i32::MAX))
    }

    pub fn to_naive(self) -> NaiveDate {
        EPOCH.checked_add_signed(TimeDelta::days(i64::from(self.0))).unwrap_or(EPOCH)
    }

    pub fn year(self) -> i32 {
        self.to_naive().year()
    }

    /// Year and month as one number, `year × 12 + month − 1`, so that months can be counted.
    pub fn month_index(self) -> i32 {
        let date = self.to_naive();
        date.year() * 12 + i32::try_from(date.month0()).unwrap_or(0)
    }

    pub fn first_of_month(month_index: i32) -> Self {
        let (year, month0) = (month_index.div_euclid(12), month_index.rem_euclid(12));
        Self::from_ymd(year, u32::try_from(month0 + 1).unwrap_or(1), 1).unwrap_or(Self(0))
    }

    #[must_use]
    pub const fn plus_days(self, days: i32) -> Self {
        Self(self.0.saturating_add(days))
    }
}

impl fmt::Display for BusinessDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.to_naive().format("%Y-%m-%d"))
    }
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("not a date: {0:?} (expected year-month-day, like 2026-01-23)")]
pub struct BadDate(pub String);

impl FromStr for BusinessDate {
    type Err = BadDate;
    fn from_str(text: &str) -> Result<Self, BadDate> {
        let date = NaiveDate::parse_from_str(text, "%Y-%m-%d").map_err(|_| BadDate(text.to_owned()))?;
        // Birth dates lie before 1970; what a document's own date may be is `is_valid`.
        if (1900..=9999).contains(&date.year()) {
            Ok(Self::from_naive(date))
        } else {
            Err(BadDate(text.to_owned()))
        }
    }
}

impl Serialize for BusinessDate {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for BusinessDate {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(de::Error::custom)
    }
}

impl specta::Type for BusinessDate {
    fn definition(types: &mut specta::Types) -> specta::datatype::DataType {
        <String as specta::Type>::definition(types)
    }
}

/// A zone of the archipelago.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Zone {
    /// UTC+7: Sumatra, Java, West and Central Kalimantan.
    Wib,
    /// UTC+8: the rest of Kalimantan, Bali, Nusa Tenggara, Sulawesi.
    Wita,
    /// UTC+9: Maluku and Papua.
    Wit,
}

impl Zone {
    /// By the province, the first two digits of a region code (handbook 7.2). Unknown provinces get WIB.
    pub fn of_region(region_code: &str) -> Self {
        match region_code.get(..2).and_then(|province| province.parse::<u8>().ok()) {
            Some(51..=53 | 63..=65 | 71..=76) => Self::Wita,
            Some(81 | 82 | 91..=96) => Self::Wit,
            _ => Self::Wib,
        }
    }

    pub const fn utc_offset_hours(self) -> i32 {
        match self {
            Self::Wib => 7,
            Self::Wita => 8,
            Self::Wit => 9,
        }
    }

    pub const fn from_offset_hours(hours: i64) -> Option<Self> {
        match hours {
            7 => Some(Self::Wib),
            8 => Some(Self::Wita),
            9 => Some(Self::Wit),
            _ => None,
        }
    }

    pub const fn name(self) -> &'static str {
        match self {
            Self::Wib => "WIB",
            Self::Wita => "WITA",
            Self::Wit => "WIT",
        }
    }

    /// The local time of an instant. Instants outside chrono's range show as 1970.
    pub fn local(self, wall_ms: i64) -> DateTime<FixedOffset> {
        let offset = FixedOffset::east_opt(self.utc_offset_hours() * 3600)
            .unwrap_or_else(|| chrono::Offset::fix(&chrono::Utc));
        DateTime::from_timestamp_millis(wall_ms).unwrap_or_default().with_timezone(&offset)
    }

    pub fn business_date(self, wall_ms: i64) -> BusinessDate {
        BusinessDate::from_naive(self.local(wall_ms).date_naive())
    }

    /// The instant of a local date and second of the day: how an import's own times come in.
    pub fn instant_ms(self, date: BusinessDate, second_of_day: i64) -> i64 {
        (i64::from(date.0) * 86_400 + second_of_day - i64::from(self.utc_offset_hours()) * 3600) * 1000
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_come_back_as_written() {
        for text in ["1958-03-02", "1970-01-01", "2024-02-29", "2026-01-23", "9999-12-31"] {
            assert_eq!(text.parse::<BusinessDate>().map(|date| date.to_string()), Ok(text.to_owned()));
        }
        for text in ["2026-02-29", "23/01/2026", "", "1899-12-31"] {
            assert!(text.parse::<BusinessDate>().is_err(), "{text}");
        }
    }

    #[test]
    fn months_count_through_a_year_end() {
        let december = BusinessDate::from_ymd(2025, 12, 31).unwrap_or(BusinessDate(0));
        assert_eq!(BusinessDate::first_of_month(december.month_index() + 1).to_string(), "2026-01-01");
    }

    #[test]
    fn zone_follows_the_province() {
        for (region, zone) in [("32.01.01.2001", "WIB"), ("51.02", "WITA"), ("91", "WIT"), ("", "WIB")] {
            assert_eq!(Zone::of_region(region).name(), zone);
        }
        let just_after_midnight_in_jayapura = Zone::Wit.instant_ms(BusinessDate(20_000), 60);
        assert_eq!(Zone::Wit.business_date(just_after_midnight_in_jayapura), BusinessDate(20_000));
        assert_eq!(Zone::Wib.business_date(just_after_midnight_in_jayapura), BusinessDate(19_999));
    }
}
