//! Judging what came: bytes into runs, signatures, check_v1, sums. Nothing here writes.

use super::control::is_steering;
use super::problem::{gap, problem};
use super::reissue::REISSUE;
use super::{Rules, hash_at};
use crate::log::{ControlRow, CoopId, Device, Quarantined, Session, Totals};
use lumbung_document::{Effects, Hash, Kind, SealedDocument, check_v1};
use lumbung_sync::Run;
use lumbung_sync::recode::{Bounds, RecodeError, unpack};
use lumbung_sync::wire::{BODY_MAX, DOCUMENTS_MAX, Problem, ProblemCode};
use std::collections::HashMap;

/// What a batch may grow to. One document may lie beyond the portion that tills keep to.
const BOUNDS: Bounds = Bounds { documents: DOCUMENTS_MAX + 256, bytes: 2 * BODY_MAX };

/// Rebuilds the runs of a pack and proves that each continues what is held of `devices`, or overlaps it.
/// Signatures are asked of [`prove`].
pub(super) async fn open(
    session: &mut impl Session,
    coop_id: &CoopId,
    devices: &[Device],
    pack: &[u8],
) -> Result<Vec<Run>, Problem> {
    let mut looked_up: HashMap<(u32, u64), Hash> = HashMap::new();
    loop {
        let mut wanted = None;
        let mut prev = |device_no: u32, first_seq: u64| {
            let device = devices.iter().find(|device| device.device_no == device_no)?;
            if first_seq == 1 {
                return Some(device.genesis_hash);
            }
            if first_seq == device.head_seq + 1 {
                return Some(device.head_hash);
            }
            let known = looked_up.get(&(device_no, first_seq)).copied();
            if known.is_none() && first_seq <= device.head_seq {
                wanted = Some((device, first_seq));
            }
            known
        };
        let error = match unpack(pack, BOUNDS, &mut prev, &Rules) {
            Ok(runs) => return Ok(runs),
            Err(error) => error,
        };
        match (error, wanted) {
            // It overlaps what is held: the hash that it continues lies in the log.
            (RecodeError::Gap { .. }, Some((device, first_seq))) => {
                let hash = hash_at(session, coop_id, device, first_seq - 1).await?;
                let hash = hash.ok_or_else(|| problem(ProblemCode::Fault, "a document is missing"))?;
                looked_up.insert((device.device_no, first_seq), hash);
            }
            (error, _) => return Err(refusal(&error, pack, devices)),
        }
    }
}

fn refusal(error: &RecodeError, pack: &[u8], devices: &[Device]) -> Problem {
    match error {
        RecodeError::NotAPack(why) => problem(ProblemCode::Malformed, why),
        RecodeError::TooLarge => problem(ProblemCode::TooLarge, "the batch grows beyond what is allowed"),
        RecodeError::Gap { device_no, .. } => {
            let held = devices.iter().find(|device| device.device_no == *device_no);
            gap(held.map_or(1, |device| device.head_seq + 1))
        }
        RecodeError::Malformed(_) | RecodeError::NotTheSame { .. } if is_plain(pack) => {
            problem(ProblemCode::NotProven, "the documents do not give the signed hash")
        }
        RecodeError::Malformed(_) | RecodeError::NotTheSame { .. } => {
            problem(ProblemCode::SendRaw, "columns did not give the signed hash")
        }
    }
}

/// Whether nothing was left out of a pack for the receiver to make: its level, the number after the version,
/// is 0. Then there is nothing to be gained from asking for it again.
fn is_plain(pack: &[u8]) -> bool {
    pack.get(1) == Some(&0)
}

/// Whether the device vouches for the run.
pub(super) fn prove(run: &Run, device: &Device, coop_id: &CoopId) -> Result<(), Problem> {
    if run.head.head.is_signed_by(&device.device_key, coop_id) {
        Ok(())
    } else {
        Err(problem(ProblemCode::NotProven, "a head is not signed by its device"))
    }
}

/// What documents add up to.
#[derive(Clone, Debug, Default)]
pub(super) struct Weighed {
    pub(super) totals: Totals,
    pub(super) quarantine: Vec<Quarantined>,
    pub(super) control: Vec<ControlRow>,
    pub(super) grants: Vec<u32>,
    pub(super) erased: Vec<lumbung_primitives::DocRef>,
}

impl Weighed {
    /// Takes documents of one device. Those that do not stand beyond its end are looked at and not summed.
    pub(super) fn take(&mut self, documents: &[SealedDocument], stands: impl Fn(u64) -> bool) {
        for document in documents {
            match check_v1(document) {
                Err(fault) => {
                    self.quarantine.push(Quarantined { at: document.at, reason: fault.to_string() });
                }
                Ok(effects) => {
                    if document.header.reissue_of.is_some() {
                        self.control.push(ControlRow { at: document.at, kind: REISSUE });
                    } else if stands(document.at.seq) {
                        add(&mut self.totals, document, &effects, 1);
                    }
                    if is_steering(document.kind()) {
                        self.control.push(ControlRow { at: document.at, kind: document.kind().id() });
                    }
                    self.note(document);
                }
            }
        }
    }

    fn note(&mut self, document: &SealedDocument) {
        if !matches!(document.kind(), Kind::MemberErased | Kind::KeyGrant) {
            return;
        }
        match document.body() {
            Ok(Some(lumbung_document::Body::MemberErased(body))) => self.erased.push(body.member),
            Ok(Some(lumbung_document::Body::KeyGrant(body))) => self.grants.push(body.device_no),
            _ => {}
        }
    }
}

/// Adds a document's postings to the totals of its day, or with `sign` −1 takes them out.
pub(super) fn add(totals: &mut Totals, document: &SealedDocument, effects: &Effects, sign: i64) {
    let day = document.header.business_date.0;
    for posting in &effects.postings {
        // check_v1 bounds every amount by 10^12, and a batch by its bytes.
        let amount = posting.amount.0;
        let sums = totals.accounts.entry((day, posting.account)).or_default();
        if amount > 0 {
            sums.0 += sign * amount;
        } else {
            sums.1 -= sign * amount;
        }
    }
    let counts = totals.counts.entry(day).or_default();
    counts.0 += sign * i64::from(document.kind() == Kind::Sale);
    counts.1 += sign;
}
