//! Opening a session: the centre proves itself first, then the device.

use super::reply::{Reply, wait_of};
use super::{InFlight, Machine, Matter, Outcome, Request, Stop};
use crate::log::LocalLog;
use crate::wire::{
    self, ChallengeResponse, PROTOCOL, Problem, ProblemCode, SessionAnswer, SessionRequest, centre_message,
    session_message,
};
use ed25519_dalek::{Signature, VerifyingKey};

const PATH: &str = "/v1/session";
/// Longest token that is put into a header.
const TOKEN_MAX: usize = 512;

impl Machine {
    pub(super) fn ask_session(&self, log: &dyn LocalLog) -> (Request, InFlight) {
        let (coop_id, device_no) = (log.coop_id(), log.own_device_no());
        let response = self.challenge.map(|challenge| ChallengeResponse {
            challenge,
            signature: log.sign(&session_message(&coop_id, device_no, &challenge)),
            wall_ms: self.wall_ms,
            app_version: self.settings.app_version.clone(),
        });
        let in_flight = if response.is_some() { InFlight::Session } else { InFlight::Challenge };
        let message = SessionRequest { protocol: PROTOCOL, coop_id, device_no, response };
        (Request::post(PATH, None, wire::encode(&message)), in_flight)
    }

    pub(super) fn challenge_answered(&mut self, log: &dyn LocalLog, status: u16, body: &[u8]) -> Outcome {
        let answer = match Reply::<SessionAnswer>::read(status, body) {
            Reply::NotOurs => return self.not_ours(status),
            Reply::Problem(problem) => return self.session_refused(&problem),
            Reply::Answer(answer) => answer,
        };
        let Some(given) = answer.challenge else { return self.not_ours(status) };
        let message = centre_message(&log.coop_id(), log.own_device_no(), &given.challenge);
        if !is_signed(&log.centre_key(), &message, &given.signature) {
            return self.stop(Stop::WrongCentre);
        }
        self.challenge = Some(given.challenge);
        Outcome::Onward
    }

    pub(super) fn session_answered(&mut self, status: u16, body: &[u8]) -> Outcome {
        self.challenge = None;
        let answer = match Reply::<SessionAnswer>::read(status, body) {
            Reply::NotOurs => return self.not_ours(status),
            Reply::Problem(problem) => return self.session_refused(&problem),
            Reply::Answer(answer) => answer,
        };
        let Some(session) = answer.session else { return self.not_ours(status) };
        let printable = session.token.bytes().all(|byte| byte.is_ascii_graphic());
        if session.token.is_empty() || session.token.len() > TOKEN_MAX || !printable {
            return self.not_ours(status);
        }
        self.token = Some(session.token);
        self.progress.clock_off_ms = session.clock_off_ms;
        if self.progress.matter == Some(Matter::NotKnown) {
            self.progress.matter = None;
        }
        Outcome::Onward
    }

    fn session_refused(&mut self, problem: &Problem) -> Outcome {
        match problem.code {
            ProblemCode::Ended => self.stop(Stop::Ended),
            // The challenge was used or ran out on a slow line.
            ProblemCode::Session => self.turn(Matter::NotKnown),
            // A centre restored from an older copy learns of this device when another one relays it.
            ProblemCode::NotFound => self.matter(Matter::NotKnown),
            _ => self.waited(problem),
        }
    }

    /// The session ran out.
    pub(super) fn session_lost(&mut self) -> Outcome {
        self.token = None;
        self.challenge = None;
        self.turn(Matter::NotKnown)
    }

    /// A problem that says nothing about what was sent.
    pub(super) fn waited(&mut self, problem: &Problem) -> Outcome {
        self.progress.matter = Some(match wait_of(problem) {
            Some(_) => Matter::Busy,
            None => Matter::Circle { detail: problem.detail.clone() },
        });
        Outcome::Wait { at_least_s: wait_of(problem).unwrap_or(0) }
    }
}

/// Whether the holder of the key signed the message. Weak keys and malleable signatures fail.
pub(super) fn is_signed(key: &[u8; 32], message: &[u8], signature: &[u8; 64]) -> bool {
    VerifyingKey::from_bytes(key)
        .is_ok_and(|key| key.verify_strict(message, &Signature::from_bytes(signature)).is_ok())
}
