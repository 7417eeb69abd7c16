//! Joining: a device proves that it was given a code, and holds the answer against it.

use crate::machine::Request;
use crate::pairing::{CodeHash, PairingCode, centre_proof, proves, till_proof};
use crate::wire::{self, EnrolAnswer, EnrolRequest, PROTOCOL, Problem, ProblemCode, WireDocument};
use lumbung_document::{Body, Hash, SealedDocument};

const PATH: &str = "/v1/enrol";

/// Who the device is: made once, kept before the first try, so that a lost answer is asked for with the same.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Identity {
    pub device_id: [u8; 16],
    /// Ed25519 public key that signs heads.
    pub device_key: [u8; 32],
    /// X25519 public key to which the cooperative's keys are sealed.
    pub exchange_key: [u8; 32],
}

/// One enrolment. Made again from the same code and identity it asks the same question, and gets the same answer.
#[derive(Clone, Debug)]
pub struct Enrolment {
    message: EnrolRequest,
    code: CodeHash,
}

/// What a device knows once it belongs.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Enrolled {
    pub coop_id: [u8; 16],
    pub device_no: u32,
    pub centre_id: [u8; 16],
    /// Only whoever holds it is spoken to from now on.
    pub centre_key: [u8; 32],
    /// The cooperative's first document, from which a joining device makes its store.
    pub genesis: SealedDocument,
}

/// Why there is no enrolment.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum EnrolError {
    /// No answer of a centre: ask again with the same code and identity.
    #[error("no centre answers at this address")]
    NotNow,
    /// The code is unknown, used or too old; the same answer to all three.
    #[error("the code does not hold: it is mistyped, used or older than ten minutes")]
    BadCode,
    #[error("too many tries: again in {wait_s} seconds")]
    TooMany { wait_s: u32 },
    #[error("the cooperative is registered already")]
    Registered,
    #[error("the centre refuses ({code:?}): {detail}")]
    Refused { code: ProblemCode, detail: String },
    /// Whoever answered does not know the code.
    #[error("whoever answers at this address does not know the code")]
    NotTheCentre,
    /// The answer's founding document is not one.
    #[error("the answer's founding document does not hold: {0}")]
    BadGenesis(String),
    /// A founder's code carries number 1, and a joining till's another.
    #[error("the code is for device {code}, and this store is device {store}")]
    OtherDevice { code: u32, store: u32 },
}

impl Enrolment {
    /// For a till that joins.
    pub fn join(code: &PairingCode, identity: &Identity, app_version: &str) -> Self {
        Self::new(code, identity, app_version, None)
    }

    /// For the founder, whose store registers the cooperative with its first document.
    ///
    /// # Errors
    /// [`EnrolError::OtherDevice`] where the code is not for number 1.
    pub fn found(
        code: &PairingCode,
        identity: &Identity,
        app_version: &str,
        genesis: &SealedDocument,
    ) -> Result<Self, EnrolError> {
        if code.device_no != genesis.at.device_no {
            return Err(EnrolError::OtherDevice { code: code.device_no, store: genesis.at.device_no });
        }
        let genesis = WireDocument {
            header: genesis.header_bytes.clone(),
            body: genesis.body_bytes.clone(),
            effects: genesis.effects_bytes.clone(),
            personal: genesis.personal_bytes.clone(),
        };
        Ok(Self::new(code, identity, app_version, Some(genesis)))
    }

    fn new(
        code: &PairingCode,
        identity: &Identity,
        app_version: &str,
        genesis: Option<WireDocument>,
    ) -> Self {
        let hash = code.hash();
        let Identity { device_id, device_key, exchange_key } = *identity;
        let message = EnrolRequest {
            protocol: PROTOCOL,
            handle: code.handle,
            device_no: code.device_no,
            device_id,
            device_key,
            exchange_key,
            app_version: app_version.to_owned(),
            proof: till_proof(&hash, &device_id, &device_key, &exchange_key),
            genesis,
        };
        Self { message, code: hash }
    }

    /// What to send, as often as it takes.
    pub fn request(&self) -> Request {
        Request::post(PATH, None, wire::encode(&self.message))
    }

    /// Holds the answer against the code.
    ///
    /// # Errors
    /// After [`EnrolError::NotNow`] and [`EnrolError::TooMany`] the same request may be sent again.
    pub fn answered(&self, status: u16, body: &[u8]) -> Result<Enrolled, EnrolError> {
        if status != 200 {
            let problem =
                wire::decode::<Problem>(body).ok().filter(|problem| problem.code.status() == status);
            return Err(problem.map_or(EnrolError::NotNow, refused));
        }
        let answer: EnrolAnswer = wire::decode(body).map_err(|_| EnrolError::NotNow)?;
        let expected = centre_proof(&self.code, &answer.centre_key, &self.message.device_key);
        if !proves(&expected, &answer.proof) {
            return Err(EnrolError::NotTheCentre);
        }
        let own = self.message.genesis.as_ref();
        if own.is_some_and(|own| *own != answer.genesis) {
            return Err(EnrolError::BadGenesis("it is not the one that was sent".to_owned()));
        }
        Ok(Enrolled {
            coop_id: answer.coop_id,
            device_no: self.message.device_no,
            centre_id: answer.centre_id,
            centre_key: answer.centre_key,
            genesis: open_genesis(answer.genesis, &answer.coop_id).map_err(EnrolError::BadGenesis)?,
        })
    }
}

fn refused(problem: Problem) -> EnrolError {
    match problem.code {
        ProblemCode::NotFound => EnrolError::BadCode,
        ProblemCode::TooMany => EnrolError::TooMany { wait_s: problem.wait_s.unwrap_or(0) },
        ProblemCode::Registered => EnrolError::Registered,
        ProblemCode::Busy | ProblemCode::Fault => EnrolError::NotNow,
        code => EnrolError::Refused { code, detail: problem.detail },
    }
}

/// The first document of device 1, which binds the cooperative, the founder's device and its key.
fn open_genesis(document: WireDocument, coop_id: &[u8; 16]) -> Result<SealedDocument, String> {
    let WireDocument { header, body, effects, personal } = document;
    let sealed =
        SealedDocument::open(1, header, body, effects, personal).map_err(|error| error.to_string())?;
    let Ok(Some(Body::Genesis(genesis))) = sealed.body() else {
        return Err("it is another kind of document".to_owned());
    };
    if sealed.at.seq != 1 || genesis.coop_id != *coop_id {
        return Err("it founds another cooperative".to_owned());
    }
    if sealed.header.prev_hash != Hash::genesis(coop_id, &genesis.device_id, &genesis.device_key) {
        return Err("its chain does not begin with its own device".to_owned());
    }
    Ok(sealed)
}

#[cfg(test)]
mod tests;
