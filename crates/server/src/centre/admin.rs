//! What an administrator of the centre does: a place for a cooperative, a code for a further device, the end
//! of a stolen one.

use super::Centre;
use super::control::{Board, CODE_MS, FOUNDER};
use super::problem::problem;
use crate::log::{CentreLog, Cooperative, Invitation, Session as _, Transport};
use lumbung_document::Body;
use lumbung_document::body::DeviceInvited;
use lumbung_sync::pairing::{HANDLE_BITS, PairingCode};
use lumbung_sync::wire::{Problem, ProblemCode};

/// Longest name and region code of a place, in bytes.
const TEXT_MAX: usize = 200;

impl<L: CentreLog> Centre<L> {
    /// An empty place: its handle, and the code with which the founder's device registers there, good for ten
    /// minutes.
    pub async fn coop_add(&self, name: &str, region: &str) -> Result<(u64, PairingCode), Problem> {
        if name.len() > TEXT_MAX || region.len() > TEXT_MAX {
            return Err(problem(ProblemCode::TooLarge, "a name of more than 200 bytes"));
        }
        let place = self.empty_place(name, region);
        let code = self.code(place.handle, FOUNDER)?;
        let invitation = self.invitation(&code);
        self.log.session().await?.found(&place, &[], &[invitation]).await?;
        Ok((place.handle, code))
    }

    /// A row with random ids, not registered.
    pub(super) fn empty_place(&self, name: &str, region: &str) -> Cooperative {
        Cooperative {
            coop_id: self.draw(),
            handle: u64::from_be_bytes(self.draw()) >> (64 - HANDLE_BITS),
            name: name.to_owned(),
            region: region.to_owned(),
            utc_offset: 7,
            is_registered: false,
            claim: None,
            epoch: self.new_epoch(),
            last_server_seq: 0,
            books_device: FOUNDER,
            block_first: 0,
            block_count: 0,
            alarms: 0,
            erasures: 0,
        }
    }

    fn code(&self, handle: u64, device_no: u32) -> Result<PairingCode, Problem> {
        PairingCode::new(handle, device_no, self.draw())
            .ok_or_else(|| problem(ProblemCode::Fault, "a number that no code can carry"))
    }

    fn invitation(&self, code: &PairingCode) -> Invitation {
        Invitation {
            device_no: code.device_no,
            code_hash: code.hash().0,
            expires_ms: self.now_ms().saturating_add(CODE_MS),
            tries: 0,
            is_used: false,
        }
    }

    /// A code for a further device, its number out of the block that the founder gave the centre; where the
    /// place still waits for its founder, a new code for that.
    ///
    /// # Errors
    /// `NotFound`; `Fault` where the block is used up or the founder has not given one yet.
    pub async fn device_invite(&self, handle: u64) -> Result<PairingCode, Problem> {
        let mut session = self.log.session().await?;
        let place = self.the_place(&mut session, handle).await?;
        let Some((cooperative, _)) = session.lock(&place.coop_id, FOUNDER).await? else {
            return Err(problem(ProblemCode::NotFound, "no such place"));
        };
        let mut board = Board::load(&mut session, cooperative).await?;
        if !board.cooperative.is_registered {
            let code = self.code(handle, FOUNDER)?;
            // The row is replaced whole: the code before it is gone.
            session.unlock().await?;
            session.forget(&place.coop_id).await?;
            session.found(&place, &[], &[self.invitation(&code)]).await?;
            return Ok(code);
        }
        let (first, count) = (board.cooperative.block_first, board.cooperative.block_count);
        let is_free = |no: &u32| !board.devices.contains_key(no) && !board.invitations.contains_key(no);
        let Some(device_no) = (first.max(1)..first.saturating_add(count)).find(is_free) else {
            session.unlock().await?;
            let why = if count == 0 {
                "the founder has not admitted this centre yet: it must sync once"
            } else {
                "the centre's numbers are used up: invite from the books device"
            };
            return Err(problem(ProblemCode::Fault, why));
        };
        let code = self.code(handle, device_no)?;
        let body = Body::DeviceInvited(DeviceInvited { device_no, code_hash: code.hash().0 });
        let own = self.write_own(&mut board, body);
        self.commit_own(&mut session, board, own.into_iter().collect()).await?;
        Ok(code)
    }

    /// Stops a device's transport at once. Its series ends with a document of the books device, or, where
    /// this is the books device, of the centre.
    pub async fn device_revoke(&self, handle: u64, device_no: u32) -> Result<(), Problem> {
        let mut session = self.log.session().await?;
        let place = self.the_place(&mut session, handle).await?;
        let device = session.glance(&place.coop_id, device_no, 0).await?.and_then(|glance| glance.device);
        if device_no == 0 || device.is_none() {
            return Err(problem(ProblemCode::NotFound, "no such device"));
        }
        self.stop(&mut session, &place.coop_id, device_no, Transport::Revoked).await
    }

    async fn the_place(&self, session: &mut L::Session<'_>, handle: u64) -> Result<Cooperative, Problem> {
        let mut places = session.by_handle(handle).await?;
        match (places.pop(), places.is_empty()) {
            (Some(place), true) => Ok(place),
            (None, _) => Err(problem(ProblemCode::NotFound, "no such place")),
            (Some(_), false) => Err(problem(ProblemCode::Fault, "several places bear this handle")),
        }
    }
}
