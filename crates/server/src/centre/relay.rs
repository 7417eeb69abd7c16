//! Documents of any device, brought by one that holds them: how a restored centre is healed, and how a hub
//! hands on. Each run carries its own proof.

use super::control::{Board, CENTRE};
use super::judge::{self, Weighed};
use super::problem::problem;
use super::push::{after, place, place_own};
use super::token::Bearer;
use super::{Centre, admit, hash_at};
use crate::log::{CentreLog, Changes, Device, Session as _, Transport};
use lumbung_sync::Run;
use lumbung_sync::wire::{self, Problem, ProblemCode, RelayAnswer, RelayRequest};
use std::collections::HashMap;

impl<L: CentreLog> Centre<L> {
    pub(super) async fn answer_relay(
        &self,
        bearer: Bearer,
        request: RelayRequest,
    ) -> Result<RelayAnswer, Problem> {
        if request.protocol < wire::PROTOCOL {
            return Err(problem(ProblemCode::Malformed, "an unknown protocol"));
        }
        let mut session = self.log.session().await?;
        let (glance, _) = admit(&mut session, bearer, 0).await?;
        let coop_id = glance.cooperative.coop_id;
        let devices = session.devices(&coop_id).await?;
        let runs = judge::open(&mut session, &coop_id, &devices, &request.runs).await?;
        for run in &runs {
            let device = devices.iter().find(|device| device.device_no == run.head.device_no());
            let device = device.ok_or_else(|| problem(ProblemCode::Gap, "a device that is not known yet"))?;
            judge::prove(run, device, &coop_id)?;
        }
        check_order(&runs)?;
        let Some((cooperative, _)) = session.lock(&coop_id, bearer.device_no).await? else {
            return Err(problem(ProblemCode::NotFound, "no such device"));
        };
        let mut board = Board::load(&mut session, cooperative).await?;
        let mut changes = Changes::new(board.cooperative.clone());
        let mut weighed = Weighed::default();
        let mut new = 0;
        let mut forked = Vec::new();
        for run in &runs {
            let Some(device) = board.devices.get(&run.head.device_no()).cloned() else { continue };
            match self.lies(&mut session, &coop_id, &device, run).await {
                Ok(Lies::Held | Lies::Beyond) => {}
                Ok(Lies::OtherBranch) => forked.push(device),
                Ok(Lies::Continues) => {
                    let held = device.head_seq;
                    let fresh = after(run, held);
                    new += fresh.len() as u64;
                    weighed.take(fresh, |seq| device.stands(seq));
                    changes.runs.push(place(&mut board.cooperative, run, held));
                    if let Some(device) = board.device_mut(run.head.device_no()) {
                        device.head_seq = run.head.last_seq();
                        device.head_hash = run.head.head.hash;
                    }
                }
                Err(refusal) => {
                    session.unlock().await?;
                    return Err(refusal);
                }
            }
        }
        let quarantined = weighed.quarantine.len() as u64;
        // Somebody met another branch of these; whoever brought the news is not to blame.
        let mut own = Vec::new();
        for device in forked {
            if device.device_no == CENTRE {
                tracing::error!("another branch of the centre's own series is about");
            } else if device.transport == Transport::Open {
                own.extend(self.halt(&mut board, device.device_no, Transport::Forked));
            }
        }
        for run in &own {
            weighed.take(&run.documents, |_| true);
        }
        place_own(&mut board, own, &mut changes);
        self.steer(&mut session, &mut board, &runs, weighed, &mut changes).await?;
        board.write(&mut changes);
        session.commit(&changes).await?;
        self.tally.relay(new);
        self.tally.quarantine(quarantined);
        Ok(RelayAnswer { new })
    }

    async fn lies(
        &self,
        session: &mut L::Session<'_>,
        coop_id: &crate::log::CoopId,
        device: &Device,
        run: &Run,
    ) -> Result<Lies, Problem> {
        let (first, last) = (run.head.first_seq, run.head.last_seq());
        if !device.stands(first) {
            return Ok(Lies::Beyond);
        }
        let shared = last.min(device.head_seq);
        if shared >= first {
            let at = usize::try_from(shared - first).unwrap_or(usize::MAX);
            let given = run.documents.get(at).map(|document| document.hash);
            if given != hash_at(session, coop_id, device, shared).await? {
                return Ok(Lies::OtherBranch);
            }
        }
        if last <= device.head_seq {
            return Ok(Lies::Held);
        }
        if first > device.head_seq + 1 {
            return Err(super::problem::gap(device.head_seq + 1));
        }
        let prev = run.documents.first().map(|document| document.header.prev_hash);
        if first == device.head_seq + 1 && prev != Some(device.head_hash) {
            return Ok(Lies::OtherBranch);
        }
        // What a stopped device had acknowledged is what its end will name: nothing is added until then.
        Ok(match device.transport {
            Transport::Open | Transport::Ended => Lies::Continues,
            _ => Lies::Beyond,
        })
    }
}

/// How a run lies to what is held of its device.
enum Lies {
    Held,
    Continues,
    /// After an end, or of a device whose end is being waited for.
    Beyond,
    OtherBranch,
}

/// Runs of one device follow one another within a message.
fn check_order(runs: &[Run]) -> Result<(), Problem> {
    let mut next: HashMap<u32, u64> = HashMap::new();
    for run in runs {
        let expected = next.insert(run.head.device_no(), run.head.last_seq() + 1);
        if expected.is_some_and(|expected| expected != run.head.first_seq) {
            return Err(problem(ProblemCode::Malformed, "runs that do not follow one another"));
        }
    }
    Ok(())
}
