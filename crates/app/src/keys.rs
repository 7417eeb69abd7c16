//! The cooperative's keys on this device: sealing and opening personal parts. A till that has just joined has
//! none: it sells, names stay closed, and it writes no personal part until keys are handed to it.

use crate::error::Refused;
use crate::sync::Trouble;
use lumbung_document::personal::associated_data;
use lumbung_document::{PersonalContent, PersonalPart, SealedDocument};
use lumbung_domain::Personal;
use lumbung_primitives::{DocRef, Random};
use lumbung_store::{HeadSigner, Ledger, PersonalReader, StoreError, query};
use lumbung_vault::{CoopKey, DeviceSecrets, identity_index};
use std::collections::BTreeMap;

/// Number of the key of the NIK index; personal parts are sealed with 1 and up.
pub(crate) const INDEX_KEY_NO: u32 = 0;
pub(crate) const FIRST_KEY_NO: u32 = 1;

#[derive(Debug)]
pub(crate) struct Keys {
    coop_id: [u8; 16],
    /// What is sealed with number n is opened with number n; new parts take the greatest.
    parts: BTreeMap<u32, CoopKey>,
    index: Option<CoopKey>,
}

impl Keys {
    pub(crate) fn load(ledger: &Ledger) -> Result<Self, StoreError> {
        let held = query::local::coop_keys(ledger.connection())?;
        let mut parts: BTreeMap<u32, CoopKey> =
            held.into_iter().map(|(number, key)| (number, CoopKey { number, key })).collect();
        let index = parts.remove(&INDEX_KEY_NO);
        Ok(Self { coop_id: ledger.identity().coop_id, parts, index })
    }

    /// Whether personal parts can be read and written here.
    pub(crate) fn are_held(&self) -> bool {
        self.index.is_some() && !self.parts.is_empty()
    }

    /// The number of the key that new parts are sealed with; 0 where there is none.
    pub(crate) fn greatest(&self) -> u32 {
        self.parts.last_key_value().map_or(0, |(number, _)| *number)
    }

    /// Every key, as it is handed to another device.
    pub(crate) fn all(&self) -> Vec<CoopKey> {
        self.index.iter().chain(self.parts.values()).cloned().collect()
    }

    pub(crate) fn seal(
        &self,
        at: DocRef,
        personal: &Personal,
        random: &dyn Random,
    ) -> Result<PersonalPart, Refused> {
        let key = self.parts.last_key_value().filter(|_| self.are_held()).ok_or(Trouble::KeysMissing)?.1;
        let mut nonce = [0; 24];
        random.fill(&mut nonce);
        let bound = associated_data(&self.coop_id, at, key.number, personal.subject);
        let ciphertext = key.seal(&bound, nonce, &personal.content.encode())?;
        Ok(PersonalPart { key_no: key.number, subject: personal.subject, nonce, ciphertext })
    }
}

impl PersonalReader for Keys {
    fn read(&self, at: DocRef, part: &[u8]) -> Option<PersonalContent> {
        // Without the index key a NIK would get no index, so a part is not read before all keys are there.
        self.index.as_ref()?;
        let part = PersonalPart::decode(part).ok()?;
        let key = self.parts.get(&part.key_no)?;
        let bound = associated_data(&self.coop_id, at, part.key_no, part.subject);
        let plain = key.open(&bound, part.nonce, &part.ciphertext).ok()?;
        PersonalContent::decode(&plain).ok()
    }

    fn identity_index(&self, digits: &str) -> [u8; 16] {
        self.index.as_ref().map_or([0; 16], |index| identity_index(&index.key, digits))
    }

    fn books_otherwise(&self, document: &SealedDocument) -> bool {
        crate::maintenance::expansion_fault(document).is_some()
    }
}

/// This device's own secrets, as the store wants them: something that signs heads.
#[derive(Debug)]
pub(crate) struct DeviceSigner(pub(crate) DeviceSecrets);

impl HeadSigner for DeviceSigner {
    fn sign_head(&self, message: &[u8]) -> [u8; 64] {
        self.0.sign(message)
    }
}
