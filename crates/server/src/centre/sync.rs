//! The one call that does the work: a batch in, a page out.

use super::problem::{fork, problem};
use super::pull::Wish;
use super::token::Bearer;
use super::{Centre, Rules, admit, hash_at, mark_of};
use crate::log::{CentreLog, CoopId, Cooperative, Device, LogFault, Session, Transport};
use lumbung_document::Hash;
use lumbung_sync::expand::Expander as _;
use lumbung_sync::wire::{
    self, Condition, Cursor, Epoch, Notice, Problem, ProblemCode, SyncAnswer, SyncRequest,
};

impl<L: CentreLog> Centre<L> {
    pub(super) async fn answer_sync(
        &self,
        bearer: Bearer,
        request: SyncRequest,
    ) -> Result<SyncAnswer, Problem> {
        if request.protocol < wire::PROTOCOL {
            return Err(problem(ProblemCode::Malformed, "an unknown protocol"));
        }
        let mut session = self.log.session().await?;
        let (glance, mut device) = admit(&mut session, bearer, request.cursor.server_seq).await?;
        let mut cooperative = glance.cooperative;
        let coop_id = cooperative.coop_id;
        if request.condition == Condition::Restored {
            self.stop(&mut session, &coop_id, bearer.device_no, Transport::Restored).await?;
            return Err(problem(ProblemCode::Ended, "this store was restored from an older copy"));
        }
        if let Some(seq) = is_other_branch(&mut session, &coop_id, &device, &request).await? {
            self.stop(&mut session, &coop_id, bearer.device_no, Transport::Forked).await?;
            return Err(fork(Some(seq)));
        }
        let (epoch, cursor) = self.place_of(&mut session, &cooperative, &request, glance.cursor_hash).await?;
        let mut notices = Vec::new();
        let mut appended_after = None;
        if let Some(batch) = &request.batch {
            let pushed = self.push(&mut session, cooperative, device, batch).await?;
            cooperative = pushed.cooperative;
            device = pushed.device;
            appended_after = pushed.appended_after;
            notices.extend(pushed.quarantined.into_iter().map(|seq| Notice {
                code: Notice::QUARANTINED,
                device_no: Some(device.device_no),
                number: Some(seq),
                hash: None,
            }));
        }
        if cooperative.alarms > 0 {
            notices.extend(alarms(&mut session, &coop_id, device.device_no).await?);
        }
        let is_to_compare = epoch != request.epoch && request.epoch != Epoch::default();
        let wish = Wish {
            cursor,
            device_no: device.device_no,
            // A till that knew another incarnation compares heads before it reads on.
            documents: if is_to_compare { 0 } else { request.page_documents },
            level: request.level,
        };
        let page = if appended_after == Some(cursor.server_seq) && wish.documents > 0 {
            // All that came since is what it has just sent.
            let mark = mark_of(&device.head_hash);
            super::pull::Page {
                cursor: Cursor { server_seq: cooperative.last_server_seq, mark },
                more: false,
                pack: None,
            }
        } else {
            self.pull(&mut session, &cooperative, wish).await?
        };
        Ok(SyncAnswer {
            epoch,
            acked_seq: device.head_seq,
            level: Rules.level(),
            cursor: page.cursor,
            more: page.more,
            notices,
            page: page.pack.map(Into::into),
        })
    }

    /// Where a till reads on. A cursor that this log never gave out shows that the log is older than what
    /// the till has read: it was restored, and is another incarnation from now on.
    async fn place_of(
        &self,
        session: &mut L::Session<'_>,
        cooperative: &Cooperative,
        request: &SyncRequest,
        cursor_hash: Option<Hash>,
    ) -> Result<(Epoch, Cursor), LogFault> {
        if request.epoch != cooperative.epoch {
            return Ok((cooperative.epoch, Cursor::default()));
        }
        let cursor = request.cursor;
        if cursor.server_seq == 0 || cursor_hash.is_some_and(|hash| mark_of(&hash) == cursor.mark) {
            return Ok((cooperative.epoch, cursor));
        }
        let Some((cooperative, _)) = session.lock(&cooperative.coop_id, 0).await? else {
            return Ok((cooperative.epoch, Cursor::default()));
        };
        if cooperative.epoch != request.epoch {
            session.unlock().await?;
            return Ok((cooperative.epoch, Cursor::default()));
        }
        let mut changes = crate::log::Changes::new(cooperative);
        changes.cooperative.epoch = self.new_epoch();
        session.commit(&changes).await?;
        self.tally.epoch();
        tracing::warn!("a till had read more than this log holds: a new epoch begins");
        Ok((changes.cooperative.epoch, Cursor::default()))
    }

    /// Random, and never the zeros of a first contact.
    pub(super) fn new_epoch(&self) -> Epoch {
        loop {
            let epoch = self.draw();
            if epoch != Epoch::default() {
                return epoch;
            }
        }
    }
}

/// The seq at which the asker's series is not the one that is held, where what it says of itself shows that.
/// An end before the head that is held is nothing strange: old requests arrive late.
async fn is_other_branch(
    session: &mut impl Session,
    coop_id: &CoopId,
    device: &Device,
    request: &SyncRequest,
) -> Result<Option<u64>, Problem> {
    let seq = request.head_seq;
    if seq == 0 || seq > device.head_seq {
        return Ok(None);
    }
    let held = hash_at(session, coop_id, device, seq).await?;
    Ok(held.is_none_or(|held| mark_of(&held) != request.head_mark).then_some(seq))
}

/// Devices of the cooperative that the others are to hear of.
async fn alarms(session: &mut impl Session, coop_id: &CoopId, asker: u32) -> Result<Vec<Notice>, LogFault> {
    let devices = session.devices(coop_id).await?;
    let alarming = devices.iter().filter(|device| device.is_alarming() && device.device_no != asker);
    Ok(alarming
        .map(|device| match device.transport {
            Transport::Open => Notice {
                code: Notice::WAITS_FOR_KEYS,
                device_no: Some(device.device_no),
                number: None,
                hash: None,
            },
            transport => Notice {
                code: if transport == Transport::Forked { Notice::FORK } else { Notice::RESTORED },
                device_no: Some(device.device_no),
                number: Some(device.head_seq),
                hash: Some(device.head_hash.0.to_vec()),
            },
        })
        .collect())
}
