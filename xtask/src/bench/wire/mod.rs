//! What a sale weighs on the wire and how long it takes on a bad line: a till's own machine and driver against
//! the centre, with every byte counted.

mod bytes;
mod limited;
mod slow;

pub(crate) use bytes::measure as bytes;
pub(crate) use slow::measure as slow;

use crate::shop;
use anyhow::{Context, Result, bail};
use limited::Limited;
use lumbung_app::sync::{LedgerLog, Rules};
use lumbung_document::{Body, Kind, PersonalContent};
use lumbung_primitives::DocRef;
use lumbung_server::ambient::{SystemClock, SystemRandom};
use lumbung_server::centre::Centre;
use lumbung_server::centre::bulk::Founded;
use lumbung_server::http::Options;
use lumbung_server::log::sqlite::SqliteLog;
use lumbung_store::{HeadSigner, Ledger, PersonalReader, query};
use lumbung_sync::http::{Carry, End, Line, Roots, round};
use lumbung_sync::log::{LocalLog, LogError};
use lumbung_sync::machine::{Machine, Settings};
use lumbung_vault::{DeviceSecrets, KeyPlace};
use std::collections::BTreeSet;
use std::net::TcpListener;
use std::sync::Arc;

/// Days whose sales are a little over 10,000.
const DAYS: i32 = 37;
const PEER: &str = "centre";

struct NoNames;

impl PersonalReader for NoNames {
    fn read(&self, _: DocRef, _: &[u8]) -> Option<PersonalContent> {
        None
    }

    fn identity_index(&self, _: &str) -> [u8; 16] {
        [0; 16]
    }
}

struct Signer(DeviceSecrets);

impl HeadSigner for Signer {
    fn sign_head(&self, message: &[u8]) -> [u8; 64] {
        self.0.sign(message)
    }
}

/// A shop's ledger, not yet known to any centre, and where its sales lie.
struct Shop {
    ledger: Ledger,
    signer: Signer,
    sales: Vec<u64>,
    founded: Founded,
    _folder: tempfile::TempDir,
}

impl Shop {
    fn open() -> Result<Self> {
        let folder = tempfile::tempdir_in(shop::kept_folder()?)?;
        let copy = shop::ledger(DAYS)?.copy_to(folder.path())?;
        let secrets = KeyPlace::File(copy.key_file()).load()?.context("the key file is there")?;
        let ledger = Ledger::open(&copy.file(), &copy.key()?)?;
        let (mut sales, mut founded) = (Vec::new(), None);
        query::document::for_each_raw(ledger.connection(), |at, header, body, effects, personal| {
            let document =
                lumbung_document::SealedDocument::open(at.device_no, header, body, effects, personal)?;
            match document.kind() {
                Kind::Sale | Kind::SaleReturn => sales.push(at.seq),
                Kind::Genesis => {
                    if let Some(Body::Genesis(genesis)) = document.body()? {
                        founded = Some(Founded {
                            coop_id: genesis.coop_id,
                            device_id: genesis.device_id,
                            device_key: genesis.device_key,
                        });
                    }
                }
                _ => {}
            }
            Ok(())
        })?;
        let founded = founded.context("a genesis document")?;
        Ok(Self { ledger, signer: Signer(secrets), sales, founded, _folder: folder })
    }

    /// The last document before the sale with this index, counted from 0.
    fn before_sale(&self, index: usize) -> Result<u64> {
        Ok(self.sales.get(index).context("enough sales")? - 1)
    }

    /// Turns `machine` until everything up to `limit` is sent.
    fn sync(
        &mut self,
        machine: &mut Machine,
        line: &mut dyn Carry,
        limit: u64,
        centre_key: [u8; 32],
    ) -> Result<End> {
        let (ledger, signer) = (&mut self.ledger, &self.signer);
        let mut access = |work: &mut dyn FnMut(&mut dyn LocalLog) -> Result<(), LogError>| {
            let arrived = BTreeSet::new();
            let ledger = &mut *ledger;
            let inner = LedgerLog { ledger, reader: &NoNames, signer, peer: PEER, centre_key, arrived };
            work(&mut Limited { inner, limit })
        };
        machine.wake();
        let end = round(machine, &mut access, &Rules, line, &mut |_| true)?;
        Ok(end)
    }

    fn must_sync(
        &mut self,
        machine: &mut Machine,
        line: &mut dyn Carry,
        limit: u64,
        centre_key: [u8; 32],
    ) -> Result<()> {
        match self.sync(machine, line, limit, centre_key)? {
            End::Rest(_) => Ok(()),
            other => bail!("the sync ended with {other:?}"),
        }
    }
}

fn machine() -> Machine {
    Machine::new(Settings { app_version: "0.1.0".into() })
}

fn line(url: &str) -> Result<Line> {
    Ok(Line::new(url.parse().context("an address")?, &Roots::Web)?)
}

/// A centre in this process, serving on whatever listeners it is given.
struct Served {
    centre: Arc<Centre<SqliteLog>>,
    runtime: tokio::runtime::Runtime,
    _folder: tempfile::TempDir,
}

impl Served {
    fn start() -> Result<Self> {
        let folder = tempfile::tempdir_in(shop::kept_folder()?)?;
        let log = SqliteLog::open(folder.path())?;
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
        let centre = runtime.block_on(Centre::open(log, Arc::new(SystemClock), Arc::new(SystemRandom)))?;
        Ok(Self { centre: Arc::new(centre), runtime, _folder: folder })
    }

    fn register(&self, founded: Founded) -> Result<()> {
        Ok(self.runtime.block_on(self.centre.bulk_register(&[founded]))?)
    }

    fn listen(&self, listener: TcpListener) -> Result<()> {
        listener.set_nonblocking(true)?;
        let _entered = self.runtime.enter();
        let listener = tokio::net::TcpListener::from_std(listener)?;
        let centre = Arc::clone(&self.centre);
        self.runtime.spawn(lumbung_server::http::serve(
            listener,
            centre,
            Options::default(),
            std::future::pending(),
        ));
        Ok(())
    }
}
