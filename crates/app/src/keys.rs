//! The cooperative's keys on this device: sealing and opening personal parts.

use lumbung_document::personal::associated_data;
use lumbung_document::{PersonalContent, PersonalPart};
use lumbung_domain::Personal;
use lumbung_primitives::{DocRef, Random};
use lumbung_store::{HeadSigner, Ledger, PersonalReader, StoreError};
use lumbung_vault::{CoopKey, DeviceSecrets, VaultError, identity_index};

/// Number of the key of the NIK index; personal parts are sealed with 1 and up.
pub(crate) const INDEX_KEY_NO: u32 = 0;
pub(crate) const FIRST_KEY_NO: u32 = 1;

#[derive(Debug)]
pub(crate) struct Keys {
    coop_id: [u8; 16],
    current: CoopKey,
    index: CoopKey,
}

impl Keys {
    pub(crate) fn load(ledger: &Ledger) -> Result<Self, StoreError> {
        let missing = || StoreError::Damaged("the cooperative's keys are missing".into());
        let key = |number| -> Result<CoopKey, StoreError> {
            Ok(CoopKey { number, key: ledger.coop_key(number)?.ok_or_else(missing)? })
        };
        Ok(Self {
            coop_id: ledger.identity().coop_id,
            current: key(FIRST_KEY_NO)?,
            index: key(INDEX_KEY_NO)?,
        })
    }

    pub(crate) fn seal(
        &self,
        at: DocRef,
        personal: &Personal,
        random: &dyn Random,
    ) -> Result<PersonalPart, VaultError> {
        let mut nonce = [0; 24];
        random.fill(&mut nonce);
        let bound = associated_data(&self.coop_id, at, self.current.number, personal.subject);
        let ciphertext = self.current.seal(&bound, nonce, &personal.content.encode())?;
        Ok(PersonalPart { key_no: self.current.number, subject: personal.subject, nonce, ciphertext })
    }
}

impl PersonalReader for Keys {
    fn read(&self, at: DocRef, part: &[u8]) -> Option<PersonalContent> {
        let part = PersonalPart::decode(part).ok()?;
        if part.key_no != self.current.number {
            return None;
        }
        let bound = associated_data(&self.coop_id, at, part.key_no, part.subject);
        let plain = self.current.open(&bound, part.nonce, &part.ciphertext).ok()?;
        PersonalContent::decode(&plain).ok()
    }

    fn identity_index(&self, digits: &str) -> [u8; 16] {
        identity_index(&self.index.key, digits)
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
