//! The shop of the tests.

use crate::heading::{Heading, MemberLine, Moment, Ticket};
use lumbung_primitives::{BusinessDate, Zone};

pub(crate) fn heading() -> Heading {
    Heading {
        coop_name: "KDMP KARANGREJO".into(),
        outlet_name: "Gerai Sembako".into(),
        address: "Ds. Karangrejo, Kec. Contoh".into(),
        registration_no: "0000000000000".into(),
        footer: None,
    }
}

/// 23 January 2026 in western time.
pub(crate) fn moment(hour: i64, minute: i64) -> Moment {
    let date = BusinessDate::from_ymd(2026, 1, 23).unwrap_or(BusinessDate(0));
    Moment { at_ms: Zone::Wib.instant_ms(date, (hour * 60 + minute) * 60), zone: Zone::Wib }
}

pub(crate) fn ticket(number: &str) -> Ticket {
    Ticket {
        number: number.into(),
        moment: moment(9, 14),
        cashier: "Siti".into(),
        member: Some(MemberLine { number: "A-0005".into(), name: "JOKO S.".into() }),
        is_copy: false,
    }
}
