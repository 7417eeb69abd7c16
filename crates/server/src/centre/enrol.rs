//! A device proves that it was given a code. Whoever asks wrongly learns nothing: an unknown place, a wrong
//! code and a burnt one are one answer.

use super::control::{Board, CENTRE, FOUNDER};
use super::problem::{problem, wait};
use super::{Centre, token};
use crate::log::{CentreLog, Cooperative, Device, Invitation, NIL, Session as _, StoredDocument, Transport};
use lumbung_document::body::{DeviceEnrolled, Genesis};
use lumbung_document::{Body, Hash, SealedDocument};
use lumbung_sync::pairing::{CodeHash, centre_proof, proves, till_proof};
use lumbung_sync::wire::{self, EnrolAnswer, EnrolRequest, Problem, ProblemCode, WireDocument};

/// Wrong proofs after which a code is burnt.
const TRIES_PER_CODE: u32 = 5;
/// Wrong proofs in an hour from one address.
const TRIES_PER_ADDRESS: u32 = 20;
const HOUR_MS: i64 = 3_600_000;

impl<L: CentreLog> Centre<L> {
    pub(super) async fn answer_enrol(
        &self,
        address: &str,
        request: EnrolRequest,
    ) -> Result<EnrolAnswer, Problem> {
        if request.protocol < wire::PROTOCOL {
            return Err(problem(ProblemCode::Malformed, "an unknown protocol"));
        }
        let now_ms = self.now_ms();
        let address = token::address(&self.identity.secret, address);
        let hour = now_ms.div_euclid(HOUR_MS);
        let mut session = self.log.session().await?;
        if session.attempts(&address, hour).await? >= TRIES_PER_ADDRESS {
            let left = (HOUR_MS - now_ms.rem_euclid(HOUR_MS) + 999) / 1000;
            let left = u32::try_from(left).unwrap_or(3600);
            return Err(wait(ProblemCode::TooMany, left, "too many wrong codes from this address"));
        }
        let answer = self.with_code(&mut session, &request, now_ms).await;
        if answer.as_ref().is_err_and(|refusal| refusal.code == ProblemCode::NotFound) {
            session.add_attempt(&address, hour).await?;
            self.tally.wrong_code();
            tracing::warn!("an enrolment was refused");
        }
        answer
    }

    async fn with_code(
        &self,
        session: &mut L::Session<'_>,
        request: &EnrolRequest,
        now_ms: i64,
    ) -> Result<EnrolAnswer, Problem> {
        let places = session.by_handle(request.handle).await?;
        let mut found = None;
        // A handle may be borne by several; each is asked, and where there is none time passes as well.
        let mut is_any = false;
        for place in places {
            let invitations = session.invitations(&place.coop_id).await?;
            let invitation = invitations.into_iter().find(|row| row.device_no == request.device_no);
            if let Some(invitation) = invitation {
                is_any = true;
                if is_proven(&invitation, request) {
                    found = Some((place, invitation));
                } else {
                    self.count_try(session, &place, request.device_no).await?;
                }
            }
        }
        if !is_any {
            let nobody = CodeHash(self.identity.secret);
            let keys = (&request.device_id, &request.device_key, &request.exchange_key);
            proves(&till_proof(&nobody, keys.0, keys.1, keys.2), &request.proof);
        }
        let Some((place, invitation)) = found else { return Err(refused()) };
        let devices = session.devices(&place.coop_id).await?;
        let is_good =
            !invitation.is_used && invitation.tries < TRIES_PER_CODE && now_ms < invitation.expires_ms;
        match devices.iter().find(|device| device.device_no == request.device_no) {
            // The answer was lost: it is given again.
            Some(device) if is_same(device, request) => {
                self.enrolled(session, &place, &invitation, request).await
            }
            None if is_good && place.is_registered => {
                self.admit_further(session, &place, request, now_ms).await
            }
            None if is_good && request.device_no == FOUNDER => {
                self.register(session, place, &invitation, request).await
            }
            _ => Err(refused()),
        }
    }

    async fn count_try(
        &self,
        session: &mut L::Session<'_>,
        place: &Cooperative,
        device_no: u32,
    ) -> Result<(), Problem> {
        let Some((cooperative, _)) = session.lock(&place.coop_id, device_no).await? else { return Ok(()) };
        let mut board = Board::load(session, cooperative).await?;
        if let Some(invitation) = board.invitation_mut(device_no) {
            invitation.tries = invitation.tries.saturating_add(1);
        }
        self.commit_own(session, board, Vec::new()).await
    }

    /// The founder's device gives the place its cooperative.
    async fn register(
        &self,
        session: &mut L::Session<'_>,
        place: Cooperative,
        invitation: &Invitation,
        request: &EnrolRequest,
    ) -> Result<EnrolAnswer, Problem> {
        let genesis = genesis_of(request)?;
        let coop_id = genesis.coop_id;
        // Two cooperatives are never written in one transaction, so the place is claimed first: whoever
        // comes with the same code and other keys is too late from here on.
        let claim = Hash::named("lumbung-claim", &[&coop_id, &request.device_id, &request.device_key]).0;
        self.claim(session, &place, Some(claim)).await?;
        let genesis_hash = Hash::genesis(&coop_id, &request.device_id, &request.device_key);
        let cooperative = Cooperative {
            coop_id,
            utc_offset: genesis.utc_offset_hours,
            is_registered: true,
            claim: None,
            epoch: self.new_epoch(),
            ..place.clone()
        };
        let device = Device {
            device_no: FOUNDER,
            device_id: request.device_id,
            device_key: request.device_key,
            exchange_key: request.exchange_key,
            genesis_hash,
            head_seq: 0,
            head_hash: genesis_hash,
            transport: Transport::Open,
            ended: None,
            waits_for_keys: false,
        };
        let burnt = Invitation { is_used: true, ..invitation.clone() };
        let devices = [self.own_device(&coop_id), device];
        let is_new = session.found(&cooperative, &devices, std::slice::from_ref(&burnt)).await?;
        if !is_new {
            let there = session.glance(&coop_id, FOUNDER, 0).await?;
            let is_ours = there.is_some_and(|there| {
                there.cooperative.handle == place.handle
                    && there.device.is_some_and(|device| is_same(&device, request))
            });
            if !is_ours {
                self.claim(session, &place, None).await?;
                return Err(problem(ProblemCode::Registered, "the cooperative is registered elsewhere"));
            }
        }
        session.forget(&place.coop_id).await?;
        self.enrolled(session, &cooperative, &burnt, request).await
    }

    async fn claim(
        &self,
        session: &mut L::Session<'_>,
        place: &Cooperative,
        claim: Option<[u8; 32]>,
    ) -> Result<(), Problem> {
        let Some((mut cooperative, _)) = session.lock(&place.coop_id, FOUNDER).await? else {
            return Err(refused());
        };
        if claim.is_some() && cooperative.claim.is_some() && cooperative.claim != claim {
            session.unlock().await?;
            return Err(refused());
        }
        cooperative.claim = claim;
        Ok(session.commit(&crate::log::Changes::new(cooperative)).await?)
    }

    async fn admit_further(
        &self,
        session: &mut L::Session<'_>,
        place: &Cooperative,
        request: &EnrolRequest,
        now_ms: i64,
    ) -> Result<EnrolAnswer, Problem> {
        let Some((cooperative, _)) = session.lock(&place.coop_id, CENTRE).await? else {
            return Err(refused());
        };
        let mut board = Board::load(session, cooperative).await?;
        let invitation = board.invitations.get(&request.device_no).cloned().filter(|invitation| {
            !invitation.is_used && invitation.tries < TRIES_PER_CODE && now_ms < invitation.expires_ms
        });
        let Some(invitation) = invitation else {
            session.unlock().await?;
            return Err(refused());
        };
        let body = Body::DeviceEnrolled(DeviceEnrolled {
            device_no: request.device_no,
            device_id: request.device_id,
            device_key: request.device_key,
            exchange_key: request.exchange_key,
            proof: request.proof,
            block: None,
        });
        let own = self.write_own(&mut board, body);
        self.commit_own(session, board, own.into_iter().collect()).await?;
        self.enrolled(session, place, &invitation, request).await
    }

    async fn enrolled(
        &self,
        session: &mut L::Session<'_>,
        place: &Cooperative,
        invitation: &Invitation,
        request: &EnrolRequest,
    ) -> Result<EnrolAnswer, Problem> {
        let stored = session.documents(&place.coop_id, FOUNDER, 1, 1).await?;
        let genesis = match (stored.into_iter().next(), &request.genesis) {
            (Some(StoredDocument { header, body, effects, personal, .. }), _) => {
                WireDocument { header, body, effects, personal }
            }
            // The founder has not sent its first document yet, and brought it along.
            (None, Some(genesis)) if request.device_no == FOUNDER => genesis.clone(),
            (None, _) => return Err(refused()),
        };
        let centre_key = self.centre_key();
        Ok(EnrolAnswer {
            coop_id: place.coop_id,
            centre_id: self.identity.centre_id,
            centre_key,
            proof: centre_proof(&CodeHash(invitation.code_hash), &centre_key, &request.device_key),
            genesis,
        })
    }
}

fn refused() -> Problem {
    problem(ProblemCode::NotFound, "no such code")
}

fn is_proven(invitation: &Invitation, request: &EnrolRequest) -> bool {
    let code = CodeHash(invitation.code_hash);
    let expected = till_proof(&code, &request.device_id, &request.device_key, &request.exchange_key);
    proves(&expected, &request.proof)
}

fn is_same(device: &Device, request: &EnrolRequest) -> bool {
    device.device_id == request.device_id
        && device.device_key == request.device_key
        && device.exchange_key == request.exchange_key
}

/// The founder's first document, which must be about the keys of the request.
fn genesis_of(request: &EnrolRequest) -> Result<Genesis, Problem> {
    let not_proven = |why| problem(ProblemCode::NotProven, why);
    let Some(given) = request.genesis.clone() else { return Err(refused()) };
    let WireDocument { header, body, effects, personal } = given;
    let document = SealedDocument::open(FOUNDER, header, body, effects, personal)
        .map_err(|_| not_proven("the genesis document is malformed"))?;
    let Ok(Some(Body::Genesis(genesis))) = document.body() else {
        return Err(not_proven("the genesis document is of another kind"));
    };
    let prev = Hash::genesis(&genesis.coop_id, &request.device_id, &request.device_key);
    let is_theirs = genesis.device_id == request.device_id
        && genesis.device_key == request.device_key
        && genesis.exchange_key == request.exchange_key
        && document.at.seq == 1
        && document.header.prev_hash == prev
        && genesis.coop_id != NIL;
    if is_theirs { Ok(genesis) } else { Err(not_proven("the genesis document is not this device's")) }
}
