//! What may happen to a request, and what does.

use crate::random::Dice;
use std::time::Duration;

const THOUSAND: u64 = 1_000;

/// Of 1,000 requests, to how many each thing happens. To one request one thing, so together at most 1,000; a
/// delay comes on top. What happens to the n-th request hangs on the seed and n alone.
///
/// In what is no HTTP (TLS, say) the whole connection is one request, and only the cuts and the delay occur.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chaos {
    /// Cut (RST to both) at a random byte before the request has wholly passed: the server never acts on it.
    pub cut_request: u64,
    /// Cut (RST to both) at a random byte of the answer: the server acted, the client does not know.
    pub cut_response: u64,
    /// The answer ends early and politely (FIN).
    pub truncate_response: u64,
    /// The request reaches the server a second time, by a connection of its own; that answer is thrown away.
    pub duplicate: u64,
    /// The second copy comes late by up to so much, and so perhaps after later requests.
    pub duplicate_late_up_to: Duration,
    /// The proxy answers 502; the server never sees the request.
    pub bad_gateway: u64,
    /// A captive portal answers 200 with its own page.
    pub captive_portal: u64,
    /// A captive portal answers 302 …
    pub redirect: u64,
    /// … to here.
    pub redirect_to: String,
    pub delay: u64,
    pub delay_up_to: Duration,
    /// Of 1,000 connections, so many are cut (RST) before anything is read.
    pub refuse_connection: u64,
}

impl Default for Chaos {
    fn default() -> Self {
        Self::none()
    }
}

impl Chaos {
    /// Everything passes untouched.
    pub fn none() -> Self {
        Self {
            cut_request: 0,
            cut_response: 0,
            truncate_response: 0,
            duplicate: 0,
            duplicate_late_up_to: Duration::ZERO,
            bad_gateway: 0,
            captive_portal: 0,
            redirect: 0,
            redirect_to: "http://portal.invalid/login".to_owned(),
            delay: 0,
            delay_up_to: Duration::ZERO,
            refuse_connection: 0,
        }
    }

    /// Everything, each to so many of 1,000 (at most 142); delays of a few milliseconds, to shuffle threads.
    pub fn storm(each: u64) -> Self {
        Self {
            cut_request: each,
            cut_response: each,
            truncate_response: each,
            duplicate: each,
            duplicate_late_up_to: Duration::from_millis(20),
            bad_gateway: each,
            captive_portal: each,
            redirect: each,
            delay: each,
            delay_up_to: Duration::from_millis(20),
            refuse_connection: each,
            ..Self::none()
        }
    }

    pub(super) fn fate_of_request(&self, seed: u64, number: u64) -> Fate {
        let mut dice = Dice::of(seed, number);
        let throw = dice.below(THOUSAND);
        let place = dice.below(THOUSAND);
        let late = below(&mut dice, self.duplicate_late_up_to);
        let delay =
            if dice.below(THOUSAND) < self.delay { Some(below(&mut dice, self.delay_up_to)) } else { None };
        let happenings = [
            (self.cut_request, Happening::CutRequest),
            (self.cut_response, Happening::CutResponse),
            (self.truncate_response, Happening::TruncateResponse),
            (self.duplicate, Happening::Duplicate),
            (self.bad_gateway, Happening::BadGateway),
            (self.captive_portal, Happening::CaptivePortal),
            (self.redirect, Happening::Redirect),
        ];
        let mut bound = 0;
        let happening = happenings.into_iter().find_map(|(share, happening)| {
            bound += share;
            (throw < bound).then_some(happening)
        });
        Fate { happening, place, late, delay }
    }

    pub(super) fn refuses(&self, seed: u64, connection: u64) -> bool {
        // Other dice than those of the requests: a connection must not tell what becomes of its first request.
        Dice::of(!seed, connection).below(THOUSAND) < self.refuse_connection
    }
}

fn below(dice: &mut Dice, end: Duration) -> Duration {
    Duration::from_micros(dice.below(u64::try_from(end.as_micros()).unwrap_or(u64::MAX)))
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Happening {
    CutRequest,
    CutResponse,
    TruncateResponse,
    Duplicate,
    BadGateway,
    CaptivePortal,
    Redirect,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Fate {
    pub(super) happening: Option<Happening>,
    /// Where, in thousandths of the message: from 0 to 999.
    pub(super) place: u64,
    pub(super) late: Duration,
    pub(super) delay: Option<Duration>,
}

impl Fate {
    /// The byte of a message of `total` bytes before which it is cut; at least one is always missing.
    pub(super) fn cut_at(&self, total: u64) -> u64 {
        let product = u128::from(total) * u128::from(self.place) / u128::from(THOUSAND);
        u64::try_from(product).unwrap_or(u64::MAX)
    }
}

/// What the proxy says in the server's place.
pub(super) fn answer(happening: Happening, redirect_to: &str) -> Option<Vec<u8>> {
    const PORTAL: &str =
        "<!doctype html><html><title>Wi-Fi</title><body>Silakan masuk untuk memakai Wi-Fi.</body></html>\n";
    let (status, extra, body) = match happening {
        Happening::BadGateway => ("502 Bad Gateway", String::new(), "<html>502 Bad Gateway</html>\n"),
        Happening::CaptivePortal => ("200 OK", String::new(), PORTAL),
        Happening::Redirect => ("302 Found", format!("Location: {redirect_to}\r\n"), ""),
        _ => return None,
    };
    let length = body.len();
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Type: text/html\r\n{extra}Content-Length: {length}\r\nConnection: close\r\n\r\n"
    );
    Some(format!("{head}{body}").into_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_storm_brings_everything_in_its_share_and_the_same_again() {
        let chaos = Chaos::storm(50);
        let fates: Vec<_> = (0..20_000).map(|number| chaos.fate_of_request(3, number)).collect();
        let again: Vec<_> = (0..20_000).map(|number| chaos.fate_of_request(3, number)).collect();
        assert_eq!(fates, again);
        for happening in [
            Happening::CutRequest,
            Happening::CutResponse,
            Happening::TruncateResponse,
            Happening::Duplicate,
            Happening::BadGateway,
            Happening::CaptivePortal,
            Happening::Redirect,
        ] {
            let count = fates.iter().filter(|fate| fate.happening == Some(happening)).count();
            assert!((850..1_150).contains(&count), "{happening:?} came {count} times");
        }
        assert!(fates.iter().all(|fate| fate.cut_at(100) < 100 && fate.cut_at(1) == 0));
        assert!((0..1_000).all(|number| Chaos::none().fate_of_request(3, number).happening.is_none()));
        assert!((0..1_000).all(|number| !Chaos::none().refuses(3, number)));
    }
}
