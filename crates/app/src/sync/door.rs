//! Lending the open cooperative for short pieces of work, so that a till that sells never waits for a line.

use crate::keys::{DeviceSigner, Keys};
use crate::sync::LedgerLog;
use crate::{Answer, App};
use lumbung_document::{Hash, Kind, SignedHead};
use lumbung_sync::access::Access;
use lumbung_sync::log::{BlobPlace, Link, LocalLog, LogError, Portion, ReceiveError, Received};
use lumbung_sync::run::Run;
use std::cell::{OnceCell, RefCell};
use std::collections::BTreeSet;

/// Lends the open cooperative. In the window that is a lock, which a command waits for; so what is done under it
/// is short, and never the line.
pub trait Door {
    fn lend(&mut self, work: &mut dyn FnMut(&mut App) -> Answer<()>) -> Answer<()>;
}

impl Door for App {
    fn lend(&mut self, work: &mut dyn FnMut(&mut App) -> Answer<()>) -> Answer<()> {
        work(self)
    }
}

/// A door that several borrowers go through in turn.
pub(crate) type Shared<'d> = RefCell<&'d mut dyn Door>;

/// One question to the open cooperative.
pub(crate) fn ask<T>(door: &Shared<'_>, question: impl FnOnce(&mut App) -> Answer<T>) -> Answer<T> {
    let (mut question, mut answer) = (Some(question), None);
    door.borrow_mut().lend(&mut |app| {
        if let Some(question) = question.take() {
            answer = Some(question(app)?);
        }
        Ok(())
    })?;
    answer.ok_or_else(|| lumbung_store::StoreError::Damaged("the ledger was not lent".to_owned()).into())
}

/// The log through a door: each question is one loan, and a page is taken run by run, so that whoever sells
/// comes in between.
struct LentLog<'a, 'd> {
    door: &'a Shared<'d>,
    peer: &'a str,
    coop_id: [u8; 16],
    own_device_no: u32,
    centre_key: [u8; 32],
    /// Where the own series ended when it was first asked: what is sold meanwhile goes with the next request.
    end: OnceCell<Option<SignedHead>>,
}

/// Lends the log to whoever drives a machine or reads a file.
pub(crate) struct Lending<'a, 'd> {
    pub(crate) door: &'a Shared<'d>,
    pub(crate) peer: &'a str,
    pub(crate) centre_key: [u8; 32],
}

impl Access for Lending<'_, '_> {
    fn lend(
        &mut self,
        work: &mut dyn FnMut(&mut dyn LocalLog) -> Result<(), LogError>,
    ) -> Result<(), LogError> {
        work(&mut LentLog::new(self.door, self.peer, self.centre_key).map_err(lost)?)
    }
}

impl<'a, 'd> LentLog<'a, 'd> {
    fn new(door: &'a Shared<'d>, peer: &'a str, centre_key: [u8; 32]) -> Answer<Self> {
        let (coop_id, own_device_no) = ask(door, |app| {
            let identity = app.ledger.identity();
            Ok((identity.coop_id, identity.own_device_no))
        })?;
        Ok(Self { door, peer, coop_id, own_device_no, centre_key, end: OnceCell::new() })
    }

    fn on<T>(&self, question: impl FnOnce(&mut LedgerLog<'_>) -> Result<T, LogError>) -> Result<T, LogError> {
        let (peer, centre_key) = (self.peer, self.centre_key);
        ask(self.door, |app| Ok(app.log(peer, centre_key, question))).map_err(lost)?
    }

    fn take(&self, page: &[Run], link: Option<&Link>) -> Result<Received, ReceiveError> {
        let (peer, centre_key) = (self.peer, self.centre_key);
        let answer = ask(self.door, |app| {
            let mut arrived = BTreeSet::new();
            let taken = app.log(peer, centre_key, |log| {
                let taken = log.receive(page, link);
                arrived = std::mem::take(&mut log.arrived);
                taken
            });
            app.absorb(&arrived)?;
            Ok(taken)
        });
        answer.map_err(|error| ReceiveError::Log(lost(error)))?
    }
}

fn lost(error: crate::AppError) -> LogError {
    LogError(Box::new(error))
}

impl LocalLog for LentLog<'_, '_> {
    fn coop_id(&self) -> [u8; 16] {
        self.coop_id
    }

    fn own_device_no(&self) -> u32 {
        self.own_device_no
    }

    fn own_head(&self) -> Result<Option<SignedHead>, LogError> {
        if let Some(head) = self.end.get() {
            return Ok(head.clone());
        }
        let head = self.on(|log| log.own_head())?;
        Ok(self.end.get_or_init(|| head).clone())
    }

    fn hash_at(&self, device_no: u32, seq: u64) -> Result<Option<Hash>, LogError> {
        self.on(|log| log.hash_at(device_no, seq))
    }

    fn link(&self) -> Result<Link, LogError> {
        self.on(|log| log.link())
    }

    fn set_link(&mut self, link: &Link) -> Result<(), LogError> {
        self.on(|log| log.set_link(link))
    }

    fn own_runs(&mut self, after_seq: u64, portion: Portion) -> Result<Vec<Run>, LogError> {
        let end = self.own_head()?.map_or(0, |head| head.seq);
        let most = usize::try_from(end.saturating_sub(after_seq)).unwrap_or(usize::MAX);
        if most == 0 {
            return Ok(Vec::new());
        }
        let portion = Portion { documents: portion.documents.min(most), ..portion };
        self.on(|log| log.own_runs(after_seq, portion))
    }

    fn runs_of(&self, device_no: u32, after_seq: u64, portion: Portion) -> Result<Vec<Run>, LogError> {
        self.on(|log| log.runs_of(device_no, after_seq, portion))
    }

    fn heads(&self) -> Result<Vec<SignedHead>, LogError> {
        self.on(|log| log.heads())
    }

    /// Not one transaction but one a run. A page that is cut off is read again, and what is held is passed over;
    /// the link moves with the last run alone.
    fn receive(&mut self, page: &[Run], link: Option<&Link>) -> Result<Received, ReceiveError> {
        let Some((last, before)) = page.split_last() else { return self.take(page, link) };
        let place = self.link()?.cursor;
        let mut received = Received::default();
        for run in before {
            let taken = self.take(std::slice::from_ref(run), None)?;
            received.new_documents += taken.new_documents;
            received.known_documents += taken.known_documents;
            std::thread::yield_now();
        }
        // A run that leaves a branch sets the link back to the beginning; there it must stay.
        let stays = before.is_empty() || self.link()?.cursor == place;
        let taken = self.take(std::slice::from_ref(last), link.filter(|_| stays))?;
        Ok(Received {
            new_documents: received.new_documents + taken.new_documents,
            known_documents: received.known_documents + taken.known_documents,
        })
    }

    fn blob_place(&self) -> Result<Option<BlobPlace>, LogError> {
        self.on(|log| log.blob_place())
    }

    fn set_blob_place(&mut self, place: Option<&BlobPlace>) -> Result<(), LogError> {
        self.on(|log| log.set_blob_place(place))
    }

    fn sign(&self, message: &[u8]) -> [u8; 64] {
        // A signature of zeros is refused like any other that does not hold.
        self.on(|log| Ok(log.sign(message))).unwrap_or([0; 64])
    }

    fn centre_key(&self) -> [u8; 32] {
        self.centre_key
    }
}

impl App {
    /// The ledger as `sync` wants it, for one piece of work.
    pub(crate) fn log<T>(
        &mut self,
        peer: &str,
        centre_key: [u8; 32],
        work: impl FnOnce(&mut LedgerLog<'_>) -> T,
    ) -> T {
        let Self { ledger, keys, secrets, .. } = self;
        let (reader, signer): (&Keys, &DeviceSigner) = (keys, secrets);
        work(&mut LedgerLog { ledger, reader, signer, peer, centre_key, arrived: BTreeSet::new() })
    }

    /// What follows from documents that came: indexes in memory, and keys that were handed to this till.
    pub(crate) fn absorb(&mut self, arrived: &BTreeSet<Kind>) -> Answer<()> {
        let granted = arrived.contains(&Kind::KeyGrant) && self.open_grants()?;
        // Control documents take others out of the log or bring them back.
        let control = arrived.iter().any(|kind| kind.is_control());
        if control || arrived.contains(&Kind::Item) {
            self.catalogue = crate::catalogue::Catalogue::load(self.connection())?;
        }
        let people = [Kind::Member, Kind::Supplier, Kind::Staff];
        if granted || control || people.iter().any(|kind| arrived.contains(kind)) {
            self.directory = crate::directory::Directory::load(self.connection())?;
        }
        Ok(())
    }
}
