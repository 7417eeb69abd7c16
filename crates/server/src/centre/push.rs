//! A device's own documents into the log.

use super::control::Board;
use super::judge::{self, Weighed};
use super::problem::{fork, gap, problem};
use super::{Centre, hash_at};
use crate::log::{CentreLog, Changes, CoopId, Cooperative, Device, NewRun, Session, Transport};
use lumbung_document::body::SeriesEnd;
use lumbung_document::body::control::EndReason;
use lumbung_document::{Body, Hash};
use lumbung_sync::Run;
use lumbung_sync::wire::{Problem, ProblemCode};
use std::borrow::Cow;

/// How things stand after a batch.
#[derive(Debug)]
pub(super) struct Pushed {
    pub(super) cooperative: Cooperative,
    pub(super) device: Device,
    /// Seqs that fail check_v1.
    pub(super) quarantined: Vec<u64>,
    /// What the log held before, where the batch brought anything: all that follows is the pusher's own.
    pub(super) appended_after: Option<u64>,
}

/// How a batch lies to what is held.
enum Overlap {
    /// Nothing in it is new.
    Held,
    /// New from the seq after the head on.
    Continues,
    /// Another document for this seq is held.
    Differs(u64),
}

impl<L: CentreLog> Centre<L> {
    pub(super) async fn push(
        &self,
        session: &mut L::Session<'_>,
        cooperative: Cooperative,
        mut device: Device,
        pack: &[u8],
    ) -> Result<Pushed, Problem> {
        let coop_id = cooperative.coop_id;
        let runs = judge::open(session, &coop_id, std::slice::from_ref(&device), pack).await?;
        let documents: u64 = runs.iter().map(|run| run.documents.len() as u64).sum();
        check_order(&runs, device.device_no)?;
        loop {
            let held = device.head_seq;
            match overlap(session, &coop_id, &device, &runs).await? {
                Overlap::Held => {
                    self.tally.duplicate(documents);
                    return Ok(Pushed { cooperative, device, quarantined: Vec::new(), appended_after: None });
                }
                Overlap::Differs(seq) => {
                    for run in &runs {
                        judge::prove(run, &device, &coop_id)?;
                    }
                    self.stop(session, &coop_id, device.device_no, Transport::Forked).await?;
                    return Err(fork(Some(seq)));
                }
                Overlap::Continues => {}
            }
            let mut weighed = Weighed::default();
            for run in runs.iter().filter(|run| run.head.last_seq() > held) {
                judge::prove(run, &device, &coop_id)?;
                weighed.take(after(run, held), |seq| device.stands(seq));
            }
            let Some((cooperative, now)) = session.lock(&coop_id, device.device_no).await? else {
                return Err(problem(ProblemCode::NotFound, "no such device"));
            };
            let Some(now) = now.filter(|now| now.transport == Transport::Open) else {
                session.unlock().await?;
                return Err(problem(ProblemCode::Ended, "this series has ended"));
            };
            if now.head_seq != held {
                // Another request of this device came first: look again.
                session.unlock().await?;
                device = now;
                continue;
            }
            let pushed = self.append(session, cooperative, now, &runs, weighed).await?;
            self.tally.accept(pushed.device.head_seq - held);
            self.tally.duplicate(documents - (pushed.device.head_seq - held));
            self.tally.quarantine(pushed.quarantined.len() as u64);
            return Ok(pushed);
        }
    }

    /// Within the lock: everything beyond the head, and what follows from it.
    async fn append(
        &self,
        session: &mut L::Session<'_>,
        mut cooperative: Cooperative,
        mut device: Device,
        runs: &[Run],
        weighed: Weighed,
    ) -> Result<Pushed, Problem> {
        let held = device.head_seq;
        let appended_after = cooperative.last_server_seq;
        let mut new = Vec::with_capacity(runs.len());
        for run in runs.iter().filter(|run| run.head.last_seq() > held) {
            new.push(place(&mut cooperative, run, held));
            device.head_seq = run.head.last_seq();
            device.head_hash = run.head.head.hash;
        }
        let quarantined = weighed.quarantine.iter().map(|quarantined| quarantined.at.seq).collect();
        let mut changes = Changes::new(cooperative);
        changes.runs = new;
        if weighed.control.is_empty() && weighed.grants.is_empty() && weighed.erased.is_empty() {
            changes.devices.push(device.clone());
            changes.is_heads_alone = true;
            changes.totals = weighed.totals;
            changes.quarantine = weighed.quarantine;
        } else {
            let mut board = Board::load(session, changes.cooperative.clone()).await?;
            board.put_device(device.clone());
            self.steer(session, &mut board, runs, weighed, &mut changes).await?;
            board.write(&mut changes);
        }
        session.commit(&changes).await?;
        Ok(Pushed {
            cooperative: changes.cooperative,
            device,
            quarantined,
            appended_after: Some(appended_after),
        })
    }

    /// Draws the conclusions from control documents among `runs`, and takes over what the documents weigh.
    pub(super) async fn steer(
        &self,
        session: &mut L::Session<'_>,
        board: &mut Board,
        runs: &[Run],
        weighed: Weighed,
        changes: &mut Changes<'_>,
    ) -> Result<(), Problem> {
        for document in runs.iter().flat_map(|run| &run.documents) {
            if weighed.control.iter().any(|row| row.at == document.at) {
                board.hear(document);
            }
        }
        board.settle(&self.identity, &self.centre_key(), self.now_ms());
        for device_no in weighed.grants {
            if board.devices.get(&device_no).is_some_and(|device| device.waits_for_keys)
                && let Some(device) = board.device_mut(device_no)
            {
                device.waits_for_keys = false;
            }
        }
        let erasures = u32::try_from(weighed.erased.len()).unwrap_or(u32::MAX);
        board.cooperative.erasures = board.cooperative.erasures.saturating_add(erasures);
        changes.totals = weighed.totals;
        changes.quarantine = weighed.quarantine;
        changes.control = weighed.control;
        changes.erased = weighed.erased;
        self.end_stopped_holder(board, changes);
        let reissues = std::mem::take(&mut board.reissues);
        reissues.settle(session, board, runs, changes).await?;
        Ok(board.recount(session, changes).await?)
    }

    /// A device that was stopped before it came to keep the books can be ended by nobody else either.
    fn end_stopped_holder(&self, board: &mut Board, changes: &mut Changes<'_>) {
        let device_no = board.cooperative.books_device;
        let Some(device) = board.devices.get(&device_no) else { return };
        let is_stopped = !matches!(device.transport, Transport::Open | Transport::Ended);
        if !is_stopped || device.ended.is_some() {
            return;
        }
        let (transport, seq, hash) = (device.transport, device.head_seq, device.head_hash);
        let Some(run) = self.write_end(board, device_no, (seq, hash), transport) else { return };
        let mut weighed = Weighed::default();
        weighed.take(&run.documents, |_| true);
        changes.control.append(&mut weighed.control);
        place_own(board, vec![run], changes);
        board.settle(&self.identity, &self.centre_key(), self.now_ms());
    }

    fn write_end(
        &self,
        board: &mut Board,
        device_no: u32,
        (seq, hash): (u64, Hash),
        transport: Transport,
    ) -> Option<Run> {
        let reason = match transport {
            Transport::Forked | Transport::Restored => EndReason::FORK,
            _ => EndReason::REVOKED,
        };
        self.write_own(board, Body::SeriesEnd(SeriesEnd { device_no, seq, hash, reason }))
    }

    /// Commits what the board decided together with documents of series 0.
    pub(super) async fn commit_own(
        &self,
        session: &mut L::Session<'_>,
        mut board: Board,
        own: Vec<Run>,
    ) -> Result<(), Problem> {
        let mut weighed = Weighed::default();
        for run in &own {
            weighed.take(&run.documents, |_| true);
        }
        let mut changes = Changes::new(board.cooperative.clone());
        // Before what the board decides: more documents of series 0 may follow from these.
        place_own(&mut board, own.clone(), &mut changes);
        self.steer(session, &mut board, &own, weighed, &mut changes).await?;
        board.write(&mut changes);
        Ok(session.commit(&changes).await?)
    }

    /// Stops a device's transport. Where it keeps the books nobody else could end its series, so the centre
    /// does; that document is returned.
    pub(super) fn halt(&self, board: &mut Board, device_no: u32, transport: Transport) -> Option<Run> {
        let device = board.device_mut(device_no)?;
        device.transport = transport;
        let (seq, hash) = (device.head_seq, device.head_hash);
        self.tally.stop(transport);
        tracing::warn!(device_no, transport = ?transport, "a device was stopped");
        if board.cooperative.books_device != device_no {
            return None;
        }
        self.write_end(board, device_no, (seq, hash), transport)
    }

    /// [`Centre::halt`] in a transaction of its own.
    pub(super) async fn stop(
        &self,
        session: &mut L::Session<'_>,
        coop_id: &CoopId,
        device_no: u32,
        transport: Transport,
    ) -> Result<(), Problem> {
        let Some((cooperative, device)) = session.lock(coop_id, device_no).await? else {
            return Err(problem(ProblemCode::NotFound, "no such device"));
        };
        if device.is_none_or(|device| device.transport != Transport::Open) {
            return Ok(session.unlock().await?);
        }
        let mut board = Board::load(session, cooperative).await?;
        let own = self.halt(&mut board, device_no, transport);
        self.commit_own(session, board, own.into_iter().collect()).await
    }
}

/// The documents of a run after `held`.
pub(super) fn after(run: &Run, held: u64) -> &[lumbung_document::SealedDocument] {
    let skipped = (held + 1).saturating_sub(run.head.first_seq);
    run.documents.get(usize::try_from(skipped).unwrap_or(usize::MAX)..).unwrap_or_default()
}

/// Gives the documents after `held` of a run their places behind everything accepted so far.
pub(super) fn place<'a>(cooperative: &mut Cooperative, run: &'a Run, held: u64) -> NewRun<'a> {
    let documents = after(run, held);
    let first_server_seq = cooperative.last_server_seq + 1;
    cooperative.last_server_seq += documents.len() as u64;
    NewRun {
        first_server_seq,
        device_no: run.head.device_no(),
        hash: run.head.head.hash,
        signature: run.head.head.signature,
        documents: Cow::Borrowed(documents),
    }
}

/// The same for documents of series 0, which nobody else holds on to.
pub(super) fn place_own(board: &mut Board, own: Vec<Run>, changes: &mut Changes<'_>) {
    for run in own {
        let placed = place(&mut board.cooperative, &run, run.head.first_seq - 1);
        let NewRun { first_server_seq, device_no, hash, signature, .. } = placed;
        let documents = Cow::Owned(run.documents);
        changes.runs.push(NewRun { first_server_seq, device_no, hash, signature, documents });
    }
}

/// A batch is of one device, without holes.
fn check_order(runs: &[Run], device_no: u32) -> Result<(), Problem> {
    if runs.iter().any(|run| run.head.device_no() != device_no) {
        return Err(problem(ProblemCode::NotProven, "a run of another device"));
    }
    if runs.windows(2).any(|pair| pair[1].head.first_seq != pair[0].head.last_seq() + 1) {
        return Err(problem(ProblemCode::Malformed, "runs that do not follow one another"));
    }
    Ok(())
}

async fn overlap(
    session: &mut impl Session,
    coop_id: &CoopId,
    device: &Device,
    runs: &[Run],
) -> Result<Overlap, Problem> {
    let (Some(first), Some(last)) = (runs.first(), runs.last()) else { return Ok(Overlap::Held) };
    let (first, last) = (first.head.first_seq, last.head.last_seq());
    if first > device.head_seq + 1 {
        return Err(gap(device.head_seq + 1));
    }
    // The chain vouches for all documents before the last that both hold.
    let shared = last.min(device.head_seq);
    if shared >= first && hash_in(runs, shared) != hash_at(session, coop_id, device, shared).await? {
        return Ok(Overlap::Differs(first_difference(session, coop_id, device, runs, shared).await?));
    }
    Ok(if last > device.head_seq { Overlap::Continues } else { Overlap::Held })
}

fn hash_in(runs: &[Run], seq: u64) -> Option<Hash> {
    let run = runs.iter().find(|run| (run.head.first_seq..=run.head.last_seq()).contains(&seq))?;
    let at = usize::try_from(seq - run.head.first_seq).ok()?;
    run.documents.get(at).map(|document| document.hash)
}

/// Chains that part never meet again, so the place is found by halving.
async fn first_difference(
    session: &mut impl Session,
    coop_id: &CoopId,
    device: &Device,
    runs: &[Run],
    differs: u64,
) -> Result<u64, Problem> {
    let (mut same, mut differs) = (runs.first().map_or(0, |run| run.head.first_seq - 1), differs);
    while differs - same > 1 {
        let middle = same + (differs - same) / 2;
        if hash_in(runs, middle) == hash_at(session, coop_id, device, middle).await? {
            same = middle;
        } else {
            differs = middle;
        }
    }
    Ok(differs)
}
