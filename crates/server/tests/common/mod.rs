//! Tills and worlds for the tests of the centre: real documents, real signatures, a clock and chance of their
//! own.
#![expect(clippy::unwrap_used, reason = "a test stops where it stands")]
#![allow(dead_code, clippy::allow_attributes, reason = "each test program uses its part of this room")]

pub(crate) mod line;
#[cfg(target_os = "linux")]
pub(crate) mod server;
pub(crate) mod till;

use ed25519_dalek::{Signer as _, SigningKey};
use lumbung_primitives::{Clock, Random};
use lumbung_server::centre::Bearer;
use lumbung_server::log::{Glance, Session as _};
use lumbung_server::{Calls, Centre, CentreLog};
use lumbung_sync::pairing::PairingCode;
use lumbung_sync::wire::{
    ChallengeResponse, EnrolAnswer, PROTOCOL, Problem, ProblemCode, SessionRequest, session_message,
};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use till::Till;

/// 2026-01-23 in the morning.
pub(crate) const MORNING_MS: i64 = 1_769_130_000_000;

#[derive(Debug)]
pub(crate) struct Hands(AtomicI64);

impl Hands {
    pub(crate) fn forward(&self, ms: i64) {
        self.0.fetch_add(ms, Ordering::Relaxed);
    }
}

impl Clock for Hands {
    fn now_ms(&self) -> i64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// Not for keys of anybody real.
#[derive(Debug)]
pub(crate) struct Counting(AtomicU64);

impl Counting {
    pub(crate) fn new(seed: u64) -> Self {
        Self(AtomicU64::new(seed))
    }
}

impl Random for Counting {
    fn fill(&self, bytes: &mut [u8]) {
        for byte in bytes {
            let mut z = self.0.fetch_add(0x9e37_79b9_7f4a_7c15, Ordering::Relaxed);
            z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            *byte = (z >> 33).to_le_bytes()[0];
        }
    }
}

/// A centre with the hands of its clock.
#[derive(Debug)]
pub(crate) struct World<L> {
    pub(crate) centre: Centre<L>,
    pub(crate) clock: Arc<Hands>,
}

impl<L: CentreLog> World<L> {
    pub(crate) async fn new(log: L, seed: u64) -> Self {
        let clock = Arc::new(Hands(AtomicI64::new(MORNING_MS)));
        let random = Arc::new(Counting::new(seed));
        let centre = Centre::open(log, Arc::<Hands>::clone(&clock), random).await.unwrap();
        Self { centre, clock }
    }

    /// A cooperative with its founder's device, registered, with nothing sent but the admission of the centre.
    pub(crate) async fn founder(&self, seed: u8) -> Till {
        let mut till = self.founder_alone(seed).await;
        till.admit_centre(&self.centre.centre_id(), &self.centre.centre_key());
        till.push_all(&self.centre).await.unwrap();
        till
    }

    pub(crate) async fn founder_alone(&self, seed: u8) -> Till {
        let (_, code) = self.centre.coop_add("Merah Putih", "32.01.01.2001").await.unwrap();
        let till = Till::founder(seed);
        let answer = self.centre.enrol("founder", till.enrol_request(&code)).await.unwrap();
        assert_eq!(answer.coop_id, till.coop_id);
        till
    }

    /// A further device, invited by the books device.
    pub(crate) async fn further(&self, books: &mut Till, device_no: u32) -> Till {
        let code = self.invited(books, device_no).await;
        let mut till = Till::further(books, device_no);
        till.knows(books);
        till.knows_centre(&self.centre.centre_id(), &self.centre.centre_key());
        self.enrol(&till, &code).await.unwrap();
        till
    }

    pub(crate) async fn invited(&self, books: &mut Till, device_no: u32) -> PairingCode {
        let handle = self.handle_of(books).await;
        let code = PairingCode::new(handle, device_no, [books.seed ^ 0x5a; 8]).unwrap();
        books.invite(device_no, &code);
        books.push_all(&self.centre).await.unwrap();
        code
    }

    pub(crate) async fn enrol(&self, till: &Till, code: &PairingCode) -> Result<EnrolAnswer, Problem> {
        self.centre.enrol("10.0.0.1", till.enrol_request(code)).await
    }

    pub(crate) async fn glance(&self, till: &Till) -> Glance {
        let mut session = self.centre.log().session().await.unwrap();
        session.glance(&till.coop_id, till.device_no, 0).await.unwrap().unwrap()
    }

    pub(crate) async fn handle_of(&self, till: &Till) -> u64 {
        self.glance(till).await.cooperative.handle
    }

    /// A token by the whole exchange.
    pub(crate) async fn token(&self, till: &Till) -> Result<String, Problem> {
        let request = session_request(till, None);
        let challenge = self.centre.session(request).await?.challenge.unwrap();
        let response = answer_to(&till.key, &till.coop_id, till.device_no, challenge.challenge);
        let answer = self.centre.session(session_request(till, Some(response))).await?;
        Ok(answer.session.unwrap().token)
    }
}

pub(crate) fn session_request(till: &Till, response: Option<ChallengeResponse>) -> SessionRequest {
    SessionRequest { protocol: PROTOCOL, coop_id: till.coop_id, device_no: till.device_no, response }
}

pub(crate) fn answer_to(
    key: &SigningKey,
    coop_id: &[u8; 16],
    device_no: u32,
    challenge: [u8; 32],
) -> ChallengeResponse {
    let signature = key.sign(&session_message(coop_id, device_no, &challenge)).to_bytes();
    ChallengeResponse { challenge, signature, wall_ms: MORNING_MS, app_version: "0.1.0".to_owned() }
}

pub(crate) fn bearer(till: &Till) -> Bearer {
    Bearer { coop_id: till.coop_id, device_no: till.device_no }
}

pub(crate) fn code_of<T: std::fmt::Debug>(answer: Result<T, Problem>) -> ProblemCode {
    answer.unwrap_err().code
}
