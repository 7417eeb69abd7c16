//! Writing a file: every series after what the other side is known to hold.

use super::{CourierError, Cover, Progress};
use crate::access::{Access, ask};
use crate::expand::Nothing;
use crate::frame;
use crate::log::{LocalLog, LogError, Portion};
use crate::recode::{self, Form};
use crate::wire::{DOCUMENTS_MAX, RAW_BYTES_MAX, WireHead};
use std::io::{self, Write};

/// A stick has room, and a person waits.
const EFFORT: recode::Effort = 9;
const PORTION: Portion = Portion { documents: DOCUMENTS_MAX, bytes: RAW_BYTES_MAX };

/// What a file carries.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Written {
    pub documents: u64,
    pub packs: u64,
}

/// One series to carry.
struct Series {
    device_no: u32,
    after_seq: u64,
    last_seq: u64,
}

/// Writes everything that this log holds after `since`, heads that the other side is known to hold (empty: all of
/// it). Documents sold while the file is being written wait for the next one.
///
/// # Errors
/// Of the stick and of the log. A file that ended in an error is no file: write it again.
pub fn write(
    access: &mut dyn Access,
    to: &mut dyn Write,
    since: &[WireHead],
    progress: &mut dyn FnMut(Progress),
) -> Result<Written, CourierError> {
    let (cover, series) = ask(access, |log| plan(log, since))?;
    cover.write(to)?;
    let mut written = Written::default();
    for Series { device_no, mut after_seq, last_seq } in series {
        while after_seq < last_seq {
            let runs = ask(access, |log| {
                if device_no == log.own_device_no() {
                    log.own_runs(after_seq, PORTION)
                } else {
                    log.runs_of(device_no, after_seq, PORTION)
                }
            })?;
            let Some(last) = runs.last() else { break };
            after_seq = last.head.last_seq();
            written.documents += runs.iter().map(|run| run.documents.len() as u64).sum::<u64>();
            written.packs += 1;
            let pack = recode::pack(&runs, Form::Columns(0), EFFORT, &Nothing);
            let framed = frame::framed(&pack).ok_or_else(|| io::Error::from(io::ErrorKind::InvalidData))?;
            to.write_all(&framed)?;
            progress(Progress { done: written.documents, total: cover.documents });
        }
    }
    to.write_all(&frame::framed(&[]).unwrap_or_default())?;
    to.write_all(&written.packs.to_be_bytes())?;
    to.flush()?;
    Ok(written)
}

fn plan(log: &dyn LocalLog, since: &[WireHead]) -> Result<(Cover, Vec<Series>), LogError> {
    let mut series = Vec::new();
    let mut heads = Vec::new();
    for head in log.heads()? {
        heads.push(WireHead { device_no: head.device_no, seq: head.seq, hash: head.hash.0 });
        let mut after_seq = 0;
        if let Some(theirs) = since.iter().find(|theirs| theirs.device_no == head.device_no) {
            // Heads of a branch that is not held here say nothing of what the other side needs.
            let hash = log.hash_at(theirs.device_no, theirs.seq)?;
            if hash.is_some_and(|hash| hash.0 == theirs.hash) {
                after_seq = theirs.seq;
            }
        }
        if head.seq > after_seq {
            series.push(Series { device_no: head.device_no, after_seq, last_seq: head.seq });
        }
    }
    // Who admits others first: the reader needs fewer rounds.
    series.sort_by_key(|series| (series.device_no != 1, series.device_no));
    let documents = series.iter().map(|series| series.last_seq - series.after_seq).sum();
    Ok((Cover { coop_id: log.coop_id(), device_no: log.own_device_no(), heads, documents }, series))
}
