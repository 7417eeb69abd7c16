//! Opening a session: the centre shows that it is the one that was paired with, the device that it holds its key.

use super::Centre;
use super::problem::problem;
use super::token::{self, Bearer};
use crate::log::{CentreLog, Session as _, Transport};
use ed25519_dalek::{Signature, VerifyingKey};
use lumbung_sync::wire::{
    self, Challenge, ChallengeResponse, Problem, ProblemCode, Session, SessionAnswer, SessionRequest,
    centre_message, session_message,
};

/// A till's clock that is off by more is told so.
const CLOCK_OFF_MS: i64 = 10 * 60_000;

impl<L: CentreLog> Centre<L> {
    pub(super) async fn answer_session(&self, request: SessionRequest) -> Result<SessionAnswer, Problem> {
        if request.protocol < wire::PROTOCOL {
            return Err(problem(ProblemCode::Malformed, "an unknown protocol"));
        }
        let bearer = Bearer { coop_id: request.coop_id, device_no: request.device_no };
        match request.response {
            None => self.give_challenge(bearer).await,
            Some(response) => self.take_response(bearer, response).await,
        }
    }

    async fn give_challenge(&self, bearer: Bearer) -> Result<SessionAnswer, Problem> {
        let mut session = self.log.session().await?;
        let glance = session.glance(&bearer.coop_id, bearer.device_no, 0).await?;
        if bearer.device_no == 0 || glance.is_none_or(|glance| glance.device.is_none()) {
            return Err(problem(ProblemCode::NotFound, "no such device"));
        }
        let challenge = token::challenge(&self.identity.secret, bearer, self.draw(), self.now_ms());
        let signature = self.sign(&centre_message(&bearer.coop_id, bearer.device_no, &challenge));
        Ok(SessionAnswer { challenge: Some(Challenge { challenge, signature }), session: None })
    }

    async fn take_response(
        &self,
        bearer: Bearer,
        response: ChallengeResponse,
    ) -> Result<SessionAnswer, Problem> {
        let now_ms = self.now_ms();
        let refused = || problem(ProblemCode::Session, "the challenge is not answered");
        let secret = &self.identity.secret;
        let expires_ms =
            token::expiry_of_challenge(secret, bearer, &response.challenge, now_ms).ok_or_else(refused)?;
        let mut session = self.log.session().await?;
        let device = session
            .glance(&bearer.coop_id, bearer.device_no, 0)
            .await?
            .and_then(|glance| glance.device)
            .filter(|device| device.device_no != 0)
            .ok_or_else(|| problem(ProblemCode::NotFound, "no such device"))?;
        let message = session_message(&bearer.coop_id, bearer.device_no, &response.challenge);
        let signature = Signature::from_bytes(&response.signature);
        let is_signed = VerifyingKey::from_bytes(&device.device_key)
            .is_ok_and(|key| key.verify_strict(&message, &signature).is_ok());
        if !is_signed {
            return Err(refused());
        }
        if device.transport != Transport::Open {
            return Err(problem(ProblemCode::Ended, "this series has ended"));
        }
        let is_first = session
            .use_challenge(&bearer.coop_id, bearer.device_no, &response.challenge, expires_ms, now_ms)
            .await?;
        if !is_first {
            return Err(refused());
        }
        let clock_off_ms = response.wall_ms.saturating_sub(now_ms);
        Ok(SessionAnswer {
            challenge: None,
            session: Some(Session {
                token: token::write(secret, bearer, now_ms),
                seconds: token::TOKEN_SECONDS,
                clock_off_ms: (clock_off_ms.saturating_abs() > CLOCK_OFF_MS).then_some(clock_off_ms),
            }),
        })
    }
}
