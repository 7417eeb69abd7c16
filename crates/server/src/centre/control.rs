//! Control documents: which devices there are, who keeps the books, which series have ended. As on every
//! replica a pure function of the documents held, so that any order of arrival ends in the same answer.

use super::judge;
use super::reissue::Reissues;
use crate::log::{
    Changes, Cooperative, Device, Identity, Invitation, LogFault, Session, StoredDocument, Transport,
};
use lumbung_document::{Body, Hash, Kind, SealedDocument, check_v1};
use lumbung_primitives::DocRef;
use lumbung_sync::pairing::{CodeHash, proves, till_proof};
use std::collections::{BTreeMap, BTreeSet};

/// The centre's own series.
pub(super) const CENTRE: u32 = 0;
/// The founder's device is the first to keep the books.
pub(super) const FOUNDER: u32 = 1;
/// How long a code is good for, from when its invitation reached the centre.
pub(super) const CODE_MS: i64 = 10 * 60_000;

const KINDS: [Kind; 4] = [Kind::DeviceInvited, Kind::DeviceEnrolled, Kind::SeriesEnd, Kind::BooksDevice];

/// Whether a kind is read here.
pub(super) fn is_steering(kind: Kind) -> bool {
    KINDS.contains(&kind)
}

/// All that control documents decide, of one cooperative, under its lock.
#[derive(Debug)]
pub(super) struct Board {
    pub(super) cooperative: Cooperative,
    pub(super) devices: BTreeMap<u32, Device>,
    pub(super) invitations: BTreeMap<u32, Invitation>,
    documents: BTreeMap<DocRef, Body>,
    changed_devices: BTreeSet<u32>,
    changed_invitations: BTreeSet<u32>,
    /// Series whose end moved, with what stood before.
    moved_ends: BTreeMap<u32, Option<(u64, Hash)>>,
    /// As they were when this was loaded.
    pub(super) reissues: Reissues,
}

impl Board {
    pub(super) async fn load(session: &mut impl Session, cooperative: Cooperative) -> Result<Self, LogFault> {
        let coop_id = cooperative.coop_id;
        let devices = session.devices(&coop_id).await?;
        let invitations = session.invitations(&coop_id).await?;
        let stored = session.control(&coop_id, &KINDS.map(Kind::id)).await?;
        let mut board = Self {
            cooperative,
            devices: devices.into_iter().map(|device| (device.device_no, device)).collect(),
            invitations: invitations.into_iter().map(|row| (row.device_no, row)).collect(),
            documents: BTreeMap::new(),
            changed_devices: BTreeSet::new(),
            changed_invitations: BTreeSet::new(),
            moved_ends: BTreeMap::new(),
            reissues: Reissues::default(),
        };
        for document in stored {
            if let Some(document) = sealed(document) {
                board.hear(&document);
            }
        }
        board.reissues = Reissues::load(session, &board).await?;
        Ok(board)
    }

    /// Takes note of a document, which decides nothing before [`Board::settle`].
    pub(super) fn hear(&mut self, document: &SealedDocument) {
        if is_steering(document.kind())
            && let Ok(Some(body)) = document.body()
        {
            self.documents.insert(document.at, body);
        }
    }

    pub(super) fn device_mut(&mut self, device_no: u32) -> Option<&mut Device> {
        self.changed_devices.insert(device_no);
        self.devices.get_mut(&device_no)
    }

    pub(super) fn invitation_mut(&mut self, device_no: u32) -> Option<&mut Invitation> {
        self.changed_invitations.insert(device_no);
        self.invitations.get_mut(&device_no)
    }

    pub(super) fn put_device(&mut self, device: Device) {
        self.changed_devices.insert(device.device_no);
        self.devices.insert(device.device_no, device);
    }

    pub(super) fn put_invitation(&mut self, invitation: Invitation) {
        self.changed_invitations.insert(invitation.device_no);
        self.invitations.insert(invitation.device_no, invitation);
    }

    /// Draws the conclusions from everything heard.
    pub(super) fn settle(&mut self, centre: &Identity, centre_key: &[u8; 32], now_ms: i64) {
        let said = Said::of(&self.documents);
        self.cooperative.books_device = said.holders.last().map_or(FOUNDER, |holder| holder.device_no);
        for (device_no, end) in &said.ends {
            self.end(*device_no, *end);
        }
        if let Some(block) = self.documents.iter().find_map(|(at, body)| match body {
            Body::DeviceEnrolled(body)
                if body.device_no == CENTRE
                    && said.by_holder(*at)
                    && body.device_id == centre.centre_id
                    && body.device_key == *centre_key =>
            {
                body.block
            }
            _ => None,
        }) {
            self.cooperative.block_first = block.first;
            self.cooperative.block_count = block.count;
        }
        self.invite(&said, now_ms);
        self.admit(&said);
    }

    fn end(&mut self, device_no: u32, end: (u64, Hash)) {
        let Some(device) = self.devices.get_mut(&device_no) else { return };
        if device.ended != Some(end) {
            self.moved_ends.entry(device_no).or_insert(device.ended);
            device.ended = Some(end);
            self.changed_devices.insert(device_no);
        }
        if device.transport != Transport::Ended {
            device.transport = Transport::Ended;
            self.changed_devices.insert(device_no);
        }
    }

    fn invite(&mut self, said: &Said, now_ms: i64) {
        let mut new = Vec::new();
        for (at, body) in &self.documents {
            let Body::DeviceInvited(body) = body else { continue };
            let is_free = body.device_no > FOUNDER && body.device_no < 1 << 23;
            if is_free && said.may_admit(*at) && !self.invitations.contains_key(&body.device_no) {
                new.push(Invitation {
                    device_no: body.device_no,
                    code_hash: body.code_hash,
                    expires_ms: now_ms.saturating_add(CODE_MS),
                    tries: 0,
                    is_used: self.devices.contains_key(&body.device_no),
                });
            }
        }
        for invitation in new {
            if !self.invitations.contains_key(&invitation.device_no) {
                self.put_invitation(invitation);
            }
        }
    }

    fn admit(&mut self, said: &Said) {
        let mut new = Vec::new();
        for (at, body) in &self.documents {
            let Body::DeviceEnrolled(body) = body else { continue };
            let is_known = self.devices.contains_key(&body.device_no);
            let Some(invitation) = self.invitations.get(&body.device_no) else { continue };
            let code = CodeHash(invitation.code_hash);
            let expected = till_proof(&code, &body.device_id, &body.device_key, &body.exchange_key);
            if is_known || !said.may_admit(*at) || !proves(&expected, &body.proof) {
                continue;
            }
            let genesis = Hash::genesis(&self.cooperative.coop_id, &body.device_id, &body.device_key);
            new.push(Device {
                device_no: body.device_no,
                device_id: body.device_id,
                device_key: body.device_key,
                exchange_key: body.exchange_key,
                genesis_hash: genesis,
                head_seq: 0,
                head_hash: genesis,
                transport: Transport::Open,
                ended: None,
                waits_for_keys: true,
            });
        }
        for device in new {
            if self.devices.contains_key(&device.device_no) {
                continue;
            }
            if let Some(invitation) = self.invitation_mut(device.device_no) {
                invitation.is_used = true;
            }
            let end = said.ends.get(&device.device_no).copied();
            let device_no = device.device_no;
            self.put_device(device);
            if let Some(end) = end {
                self.end(device_no, end);
            }
        }
    }

    /// Sums of documents that counted and do not any more, or the other way round, since ends moved.
    pub(super) async fn recount(
        &self,
        session: &mut impl Session,
        changes: &mut Changes<'_>,
    ) -> Result<(), LogFault> {
        for (device_no, before) in &self.moved_ends {
            let Some(device) = self.devices.get(device_no) else { continue };
            let last = |end: Option<(u64, Hash)>| end.map_or(device.head_seq, |(seq, _)| seq);
            let (old, new) = (last(*before), last(device.ended));
            let (from, to, sign) = if new < old { (new, old, -1) } else { (old, new, 1) };
            if from == to {
                continue;
            }
            let coop_id = self.cooperative.coop_id;
            let stored = session.documents(&coop_id, *device_no, from + 1, to).await?;
            let mut moved: Vec<SealedDocument> = stored.into_iter().filter_map(sealed).collect();
            let coming = changes.runs.iter().filter(|run| run.device_no == *device_no);
            let coming = coming.flat_map(|run| run.documents.iter());
            moved.extend(coming.filter(|document| (from + 1..=to).contains(&document.at.seq)).cloned());
            // Re-issues are looked after by themselves.
            for document in moved.iter().filter(|document| document.header.reissue_of.is_none()) {
                if let Ok(effects) = check_v1(document) {
                    judge::add(&mut changes.totals, document, &effects, sign);
                }
            }
        }
        Ok(())
    }

    /// Rows that changed.
    pub(super) fn write(mut self, changes: &mut Changes<'_>) {
        let alarming = self.devices.values().filter(|device| device.is_alarming()).count();
        self.cooperative.alarms = u32::try_from(alarming).unwrap_or(u32::MAX);
        changes.devices = self.changed_devices.iter().filter_map(|no| self.devices.remove(no)).collect();
        changes.invitations =
            self.changed_invitations.iter().filter_map(|no| self.invitations.remove(no)).collect();
        changes.cooperative = self.cooperative;
    }
}

/// A stored document as it was received. What does not open was never accepted.
pub(super) fn sealed(stored: StoredDocument) -> Option<SealedDocument> {
    let StoredDocument { at, header, body, effects, personal } = stored;
    let document = lumbung_document::Header::decode(&header).ok()?;
    Some(SealedDocument {
        at,
        hash: Hash::document(&header),
        header: document,
        header_bytes: header,
        body_bytes: body,
        effects_bytes: effects,
        personal_bytes: personal,
    })
}

/// Who keeps the books and which series have ended, by what was said.
#[derive(Debug)]
struct Said {
    holders: Vec<Holder>,
    ends: BTreeMap<u32, (u64, Hash)>,
}

#[derive(Clone, Copy, Debug)]
struct Holder {
    device_no: u32,
    /// What made it the holder: the genesis document or a hand-over.
    by: DocRef,
}

impl Said {
    fn of(documents: &BTreeMap<DocRef, Body>) -> Self {
        let mut said = Self {
            holders: vec![Holder { device_no: FOUNDER, by: DocRef::new(FOUNDER, 1) }],
            ends: BTreeMap::new(),
        };
        // The centre's word on an ended series comes before any device's, and it never speaks of itself.
        said.take_ends(documents, |at| at.device_no == CENTRE);
        loop {
            let before = (said.holders.len(), said.ends.len());
            said.hand_over(documents);
            said.take_ends(documents, |_| true);
            if before == (said.holders.len(), said.ends.len()) {
                return said;
            }
        }
    }

    fn stands(&self, at: DocRef) -> bool {
        self.ends.get(&at.device_no).is_none_or(|(last, _)| at.seq <= *last)
    }

    /// Whether the author kept the books when it wrote this, as far as its own series tells. One that gave
    /// them away and got them back holds up to its own hand-over, and after.
    fn by_holder(&self, at: DocRef) -> bool {
        let held = self.holders.iter().enumerate().any(|(nth, holder)| {
            let given = self.holders.get(nth + 1).filter(|next| next.by.device_no == at.device_no);
            // One that named itself cannot have kept them before.
            let has_begun = holder.by.device_no != at.device_no || holder.by.seq <= at.seq;
            let in_time = given.is_none_or(|next| at.seq <= next.by.seq);
            holder.device_no == at.device_no && has_begun && in_time
        });
        held && self.stands(at)
    }

    /// Who may reserve and fill numbers.
    fn may_admit(&self, at: DocRef) -> bool {
        at.device_no == CENTRE || self.by_holder(at)
    }

    fn hand_over(&mut self, documents: &BTreeMap<DocRef, Body>) {
        while let Some(last) = self.holders.last().copied() {
            let is_lost = self.ends.contains_key(&last.device_no);
            // In order of (device, seq): of several the smallest holds.
            let next = documents.iter().find_map(|(at, body)| match body {
                Body::BooksDevice(body) if body.after == last.by && self.stands(*at) => {
                    let may = at.device_no == last.device_no || (is_lost && body.second.is_some());
                    may.then_some(Holder { device_no: body.device_no, by: *at })
                }
                _ => None,
            });
            match next {
                // A chain that names a document twice would never end.
                Some(next) if self.holders.iter().all(|holder| holder.by != next.by) => {
                    self.holders.push(next);
                }
                _ => return,
            }
        }
    }

    fn take_ends(&mut self, documents: &BTreeMap<DocRef, Body>, from: impl Fn(DocRef) -> bool) {
        for (at, body) in documents {
            let Body::SeriesEnd(body) = body else { continue };
            // Nobody takes back the document by which the books came to a holder: without it the end would not
            // hold.
            let made_holder = self
                .holders
                .iter()
                .any(|holder| holder.by.device_no == body.device_no && holder.by.seq > body.seq);
            let is_allowed = from(*at) && (at.device_no == CENTRE || (!made_holder && self.by_holder(*at)));
            if is_allowed && body.device_no != CENTRE {
                self.ends.entry(body.device_no).or_insert((body.seq, body.hash));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use lumbung_document::body::control::EndReason;
    use lumbung_document::body::{BooksDevice, SeriesEnd};

    fn end(device_no: u32, seq: u64) -> Body {
        Body::SeriesEnd(SeriesEnd { device_no, seq, hash: Hash([1; 32]), reason: EndReason::FORK })
    }

    fn hands_to(device_no: u32, after: (u32, u64), by_two: bool) -> Body {
        let second = by_two.then_some(DocRef::new(1, 2));
        Body::BooksDevice(BooksDevice { device_no, after: DocRef::new(after.0, after.1), second })
    }

    #[test]
    fn ends_and_hand_overs_hold_by_who_wrote_them() {
        let said = |documents: &[((u32, u64), Body)]| {
            let documents =
                documents.iter().map(|((no, seq), body)| (DocRef::new(*no, *seq), body.clone())).collect();
            let said = Said::of(&documents);
            let ends: Vec<_> = said.ends.iter().map(|(no, (seq, _))| (*no, *seq)).collect();
            (said.holders.last().map(|holder| holder.device_no), ends)
        };
        assert_eq!(said(&[((1, 9), end(2, 5))]), (Some(1), vec![(2, 5)]));
        assert_eq!(said(&[((3, 9), end(2, 5))]), (Some(1), vec![]), "not the books device");
        assert_eq!(
            said(&[((0, 3), end(1, 7)), ((1, 9), end(2, 5))]),
            (Some(1), vec![(1, 7)]),
            "beyond its end"
        );
        assert_eq!(
            said(&[((0, 3), end(2, 4)), ((1, 9), end(2, 5))]),
            (Some(1), vec![(2, 4)]),
            "the centre's holds"
        );
        let over = [((1, 5), hands_to(2, (1, 1), false)), ((1, 9), end(3, 5)), ((2, 2), end(3, 8))];
        assert_eq!(said(&over), (Some(2), vec![(3, 8)]), "the former holder's word came too late");
        let back = [
            ((1, 5), hands_to(2, (1, 1), false)),
            ((1, 9), end(3, 5)),
            ((2, 2), hands_to(1, (1, 5), false)),
            ((2, 3), end(4, 8)),
        ];
        assert_eq!(said(&back), (Some(1), vec![(3, 5)]), "it got the books back");
        let lost =
            [((0, 1), end(1, 3)), ((3, 2), hands_to(3, (1, 1), true)), ((2, 9), hands_to(2, (1, 1), true))];
        assert_eq!(said(&lost), (Some(2), vec![(1, 3)]), "of two the smaller");
        assert_eq!(said(&[((3, 2), hands_to(3, (1, 1), true))]).0, Some(1), "the holder is not lost");
    }
}
