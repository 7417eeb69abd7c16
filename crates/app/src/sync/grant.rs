//! The cooperative's keys handed from till to till, after two people compared four words.

use super::Trouble;
use crate::error::Refused;
use crate::keys::Keys;
use crate::permission::Action;
use crate::{Answer, App};
use lumbung_document::Body;
use lumbung_document::body::KeyGrant;
use lumbung_domain::Decision;
use lumbung_primitives::device_letter;
use lumbung_store::{StoreError, query};
use lumbung_sync::pairing;
use lumbung_vault::{CoopKey, SealedKeys};

/// What a grant is sealed for, so that it opens for one device of one cooperative alone.
fn bound(coop_id: &[u8; 16], device_no: u32) -> Vec<u8> {
    [coop_id.as_slice(), &device_no.to_be_bytes()].concat()
}

impl App {
    /// Seals every key of the cooperative to a device, which opens them when this reaches it.
    pub fn grant_keys(&mut self, device_no: u32) -> Answer<()> {
        self.require(Action::ManageStaff)?;
        let letter = || device_letter(device_no);
        if device_no == 0 || device_no == self.own_device() {
            return Err(Trouble::DeviceUnknown(letter()).into());
        }
        if self.ledger.control().end_of(device_no).is_some() {
            return Err(Trouble::DeviceEnded(letter()).into());
        }
        let decision = self.grant(device_no, &self.keys.all())?;
        self.book(decision)?;
        self.standing.wanted = true;
        Ok(())
    }

    pub(super) fn grant(&self, device_no: u32, keys: &[CoopKey]) -> Result<Decision, Refused> {
        if !self.keys.are_held() {
            return Err(Trouble::KeysMissing.into());
        }
        let connection = self.connection();
        let Some(theirs) = query::device::keys(connection, device_no)? else {
            let invited = query::device::invitations(connection)?;
            let letter = device_letter(device_no);
            return Err(if invited.iter().any(|row| row.device_no == device_no) {
                Trouble::NotEnrolled(letter).into()
            } else {
                Trouble::DeviceUnknown(letter).into()
            });
        };
        let bound = bound(&self.ledger.identity().coop_id, device_no);
        let SealedKeys { one_time_key, sealed } =
            SealedKeys::seal(keys, &theirs.exchange_key, &bound, &self.random)?;
        let body = Body::KeyGrant(KeyGrant { device_no, one_time_key, sealed });
        Ok(Decision::new(body, self.today()))
    }

    /// Opens what was handed to this device. Names that could not be read before are read now. Says whether
    /// there was a key that was not held.
    pub(crate) fn open_grants(&mut self) -> Result<bool, Refused> {
        let own = self.own_device();
        let bound = bound(&self.ledger.identity().coop_id, own);
        let mut new = false;
        for at in query::device::grants_to(self.connection(), own)? {
            let Some(Body::KeyGrant(grant)) = crate::sale::load_body(self.connection(), at)? else {
                continue;
            };
            let sealed = SealedKeys { one_time_key: grant.one_time_key, sealed: grant.sealed };
            // One that does not open was made for other keys than these: it says nothing here.
            let Ok(keys) = self.secrets.0.open_keys(&sealed, &bound) else { continue };
            for key in keys {
                new |= query::local::keep_coop_key(self.connection(), key.number, &key.key)?;
            }
        }
        if new {
            self.keys = Keys::load(&self.ledger)?;
            self.ledger.reread_personal(&self.keys)?;
        }
        Ok(new)
    }

    /// Four words of this device's own keys, to be read aloud while it waits for the cooperative's.
    pub(super) fn own_words(&self) -> Option<Vec<String>> {
        if self.keys.are_held() {
            return None;
        }
        let (device_key, exchange_key) = (self.secrets.0.public_key(), self.secrets.0.exchange_public_key());
        Some(words(&self.ledger.identity().coop_id, self.own_device(), &device_key, &exchange_key))
    }

    /// Four words of another device's keys, as its enrolment says them.
    pub(super) fn words_of(&self, device_no: u32) -> Result<Option<Vec<String>>, StoreError> {
        let coop_id = &self.ledger.identity().coop_id;
        let keys = query::device::keys(self.connection(), device_no)?;
        Ok(keys.map(|keys| words(coop_id, device_no, &keys.device_key, &keys.exchange_key)))
    }
}

fn words(coop_id: &[u8; 16], device_no: u32, device_key: &[u8; 32], exchange_key: &[u8; 32]) -> Vec<String> {
    pairing::words(coop_id, device_no, device_key, exchange_key).to_vec()
}
