//! What a till does all day, on a disk of a test's own: units of one document and of many, documents of
//! another device, a rebuild, checkpoints and restarts. What a step writes follows from the seed, from how many
//! steps there were and from what the ledger holds.

use super::{Chance, Disk, Image, VFS};
use lumbung_document::body::payment::{SavingsDeposit, SavingsKind, SavingsLine};
use lumbung_document::body::purchase::{Purchase, PurchaseLine};
use lumbung_document::body::reference::{Change, Field, Reference, Value};
use lumbung_document::body::sale::{GoodsClass, Sale, SaleLine, Tender, Tendered};
use lumbung_document::head::head_message;
use lumbung_document::{Body, Draft, Hash, PersonalContent, PersonalPart, Position, SealedDocument};
use lumbung_primitives::{BusinessDate, DocRef, Money, Quantity, Random, Ref, Zone};
use lumbung_store::{Founding, HeadSigner, Identity, Ledger, PersonalReader, StoreError, state_hash};
use lumbung_vault::DeviceSecrets;

pub const FILE: &str = "ledger.db";
const COOP: [u8; 16] = [4; 16];
const KEY_HEX: &str = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";
const OWN: u32 = 1;
const OTHER: u32 = 2;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Step {
    /// One own document, and the window's draft that it became.
    Sell,
    /// So many own documents of several kinds in one unit.
    Group(u64),
    /// The next documents of the other device, in one unit.
    Receive(usize),
    Rebuild,
    /// Copies the WAL back into the file, and cuts it off or begins it anew.
    Checkpoint {
        cut: bool,
    },
    Restart,
}

/// A long day by this seed. Every kind of step is in it.
pub fn day(seed: u64, steps: usize) -> Vec<Step> {
    let mut chance = Chance::new(seed);
    let step = |nth: usize| match (nth, chance.below(40)) {
        (11, _) | (_, 0) => Step::Restart,
        (17, _) => Step::Rebuild,
        (23, _) | (_, 1) => Step::Checkpoint { cut: true },
        (29, _) | (_, 2) => Step::Checkpoint { cut: false },
        (_, 3..10) => Step::Receive(1 + chance.below(9)),
        (_, 10..18) => Step::Group(2 + chance.next_u64() % 6),
        _ => Step::Sell,
    };
    (0..steps).map(step).collect()
}

/// What a ledger says, as far as a crash could have torn it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Standing {
    pub documents: i64,
    pub personal_parts: i64,
    pub drafts: i64,
    pub prices: i64,
    pub heads: Vec<(u32, u64, Hash)>,
    pub state_hash: String,
}

impl Standing {
    pub fn of(ledger: &Ledger) -> Result<Self, StoreError> {
        let count = |sql: &str| ledger.connection().query_row(sql, [], |row| row.get(0));
        Ok(Self {
            documents: count("SELECT count(*) FROM document_log")?,
            personal_parts: count("SELECT count(*) FROM personal_part")?,
            drafts: count("SELECT count(*) FROM local_draft")?,
            prices: count("SELECT coalesce(sum(price_rp * item), 0) FROM item")?,
            heads: ledger.heads()?.iter().map(|head| (head.device_no, head.seq, head.hash)).collect(),
            state_hash: state_hash::state_hash(ledger.connection())?,
        })
    }
}

/// Σ of all postings, which is 0 in every prefix of every log.
pub fn trial_balance(ledger: &Ledger) -> Result<i64, StoreError> {
    let sql = "SELECT coalesce(sum(amount_rp), 0) FROM posting";
    Ok(ledger.connection().query_row(sql, [], |row| row.get(0))?)
}

/// A disk with a new ledger on it, closed.
pub fn founded() -> Result<Image, StoreError> {
    let disk = Disk::new(0);
    let (own, other) = (secrets(OWN), secrets(OTHER));
    let founding = Founding {
        identity: Identity {
            coop_id: COOP,
            own_device_no: OWN,
            coop_name: "KDMP Listrik Padam".into(),
            region_code: String::new(),
            zone: Zone::Wib,
            chart_version: 1,
        },
        device_id: device_id(OWN),
        device_key: own.public_key(),
        exchange_key: own.exchange_public_key(),
        coop_keys: vec![],
    };
    let ledger = Ledger::found_on(VFS, &disk.path(FILE), KEY_HEX, &founding)?;
    ledger.admit_device(OTHER, &device_id(OTHER), &other.public_key(), &other.exchange_public_key())?;
    drop(ledger);
    Ok(disk.image())
}

/// A till whose ledger lies on a disk.
#[derive(Debug)]
pub struct Till {
    disk: Disk,
    secrets: DeviceSecrets,
    seed: u64,
    wal_pages: i64,
    steps: i64,
    /// The documents that the last step appended, or was about to.
    pub tried: Vec<(DocRef, Hash)>,
    /// Absent after a restart that failed.
    pub ledger: Option<Ledger>,
}

impl Till {
    /// `wal_pages`: after how many pages SQLite copies the WAL back by itself.
    pub fn on(disk: &Disk, seed: u64, wal_pages: i64) -> Self {
        Self {
            disk: disk.clone(),
            secrets: secrets(OWN),
            seed,
            wal_pages,
            steps: 0,
            tried: vec![],
            ledger: None,
        }
    }

    /// As [`Ledger::open`] does it, on a disk of a test's own.
    pub fn open(disk: &Disk) -> Result<Ledger, StoreError> {
        if let Some(wal) = disk.image().read(&format!("{FILE}-wal")) {
            lumbung_store::wal::check(wal.as_slice())?;
        }
        Ledger::open_on(VFS, &disk.path(FILE), KEY_HEX)
    }

    /// The faults that a full proof finds.
    pub fn faults(ledger: &Ledger) -> Result<Vec<String>, StoreError> {
        Ok(ledger.verify(KEY_HEX, &NoNames, &|_| None, &mut |_, _| ())?.faults)
    }

    /// Ok: everything of the step is durable. An error: the step may have happened or not, but not in part.
    pub fn take(&mut self, step: Step) -> Result<(), StoreError> {
        self.tried.clear();
        self.steps += 1;
        if self.ledger.is_none() {
            self.start()?;
        }
        if step == Step::Restart {
            self.ledger = None;
            return self.start();
        }
        let Some(ledger) = &mut self.ledger else { return Ok(()) };
        match step {
            Step::Sell | Step::Group(_) => {
                let documents = if let Step::Group(documents) = step { documents } else { 1 };
                // What the clock says makes another document of each try.
                let wall_ms = self.steps;
                let signer = Signer(&self.secrets);
                let mut unit = ledger.begin(&NoNames, &signer)?;
                for _ in 0..documents {
                    let document = write(self.seed, unit.next_position(wall_ms, Ref::This))?;
                    self.tried.push((document.at, document.hash));
                    unit.append(&document)?;
                    unit.remember_draft(&format!("draft {} at {wall_ms}", document.at), document.at)?;
                }
                unit.commit()
            }
            Step::Receive(documents) => receive(ledger, documents, &mut self.tried),
            Step::Rebuild => ledger.rebuild(&NoNames, &mut |_, _| ()).map(drop),
            Step::Checkpoint { cut } => {
                let mode = if cut { "TRUNCATE" } else { "RESTART" };
                let sql = format!("PRAGMA wal_checkpoint({mode})");
                Ok(ledger.connection().query_row(&sql, [], |_| Ok(()))?)
            }
            Step::Restart => Ok(()),
        }
    }

    fn start(&mut self) -> Result<(), StoreError> {
        let ledger = Self::open(&self.disk)?;
        ledger.connection().pragma_update(None, "wal_autocheckpoint", self.wal_pages)?;
        self.ledger = Some(ledger);
        Ok(())
    }
}

struct NoNames;

impl PersonalReader for NoNames {
    fn read(&self, _: DocRef, _: &[u8]) -> Option<PersonalContent> {
        None
    }

    fn identity_index(&self, _: &str) -> [u8; 16] {
        [0; 16]
    }
}

struct Signer<'a>(&'a DeviceSecrets);

impl HeadSigner for Signer<'_> {
    fn sign_head(&self, message: &[u8]) -> [u8; 64] {
        self.0.sign(message)
    }
}

struct Seeded(u32);

impl Random for Seeded {
    fn fill(&self, bytes: &mut [u8]) {
        Chance::new(self.0.into()).fill(bytes);
    }
}

fn secrets(device_no: u32) -> DeviceSecrets {
    DeviceSecrets::generate(&Seeded(device_no))
}

fn device_id(device_no: u32) -> [u8; 16] {
    u128::from(device_no).to_be_bytes()
}

fn receive(ledger: &mut Ledger, documents: usize, tried: &mut Vec<(DocRef, Hash)>) -> Result<(), StoreError> {
    let device = secrets(OTHER);
    let head = ledger.heads()?.into_iter().find(|head| head.device_no == OTHER);
    let (mut seq, mut prev_hash) = head.map_or_else(
        || (0, Hash::genesis(&COOP, &device_id(OTHER), &device.public_key())),
        |head| (head.seq, head.hash),
    );
    let signer = Signer(&device);
    let mut unit = ledger.begin(&NoNames, &signer)?;
    for _ in 0..documents {
        seq += 1;
        let position = Position { at: DocRef::new(OTHER, seq), prev_hash, wall_ms: 0, actor: Ref::This };
        let document = write(0, position)?;
        prev_hash = document.hash;
        tried.push((document.at, document.hash));
        let signature = device.sign(&head_message(&COOP, OTHER, seq, &document.hash));
        let (device_no, seq) = (document.at.device_no, document.at.seq);
        let head = lumbung_document::SignedHead { device_no, seq, hash: document.hash, signature };
        let run = lumbung_store::runs::LogRun { first_seq: seq, head, documents: vec![document] };
        unit.receive_run(&run).map_err(|fault| StoreError::Damaged(fault.to_string()))?;
    }
    unit.commit()
}

/// The document that this seed has at this place.
fn write(seed: u64, position: Position) -> Result<SealedDocument, StoreError> {
    let mut chance = Chance::new(seed << 40 ^ position.at.seq << 8 ^ u64::from(position.at.device_no));
    let personal = chance.percent(20).then(|| {
        let mut part = PersonalPart { key_no: 1, subject: None, nonce: [7; 24], ciphertext: vec![0; 300] };
        chance.fill(&mut part.ciphertext);
        part
    });
    let body = body(&mut chance, position.at.seq);
    let rule_version = lumbung_posting::rule_for(&body);
    let effects = lumbung_posting::expand(&body, rule_version)
        .map_err(|error| StoreError::Damaged(format!("the workload books nothing sound: {error:?}")))?;
    let business_date = BusinessDate(20_100 + i32::try_from(position.at.seq / 50).unwrap_or(0));
    let draft = Draft { body, rule_version, effects, business_date, reissue_of: None };
    Ok(SealedDocument::seal(&draft, position, personal.as_ref()))
}

fn body(chance: &mut Chance, seq: u64) -> Body {
    let item = |nth: usize| DocRef::new(OWN, 1 + u64::try_from(nth).unwrap_or(0));
    let rupiah = |chance: &mut Chance| Money(1 + i64::try_from(chance.below(90_000)).unwrap_or(0));
    let milli = |chance: &mut Chance| Quantity(1 + i64::try_from(chance.below(5_000)).unwrap_or(0));
    match chance.below(10) {
        0 => Body::Purchase(Purchase {
            outlet: 1,
            lines: vec![PurchaseLine {
                item: item(chance.below(20)),
                quantity: milli(chance),
                value: rupiah(chance),
                stock_account: 114_100,
            }],
            paid: vec![],
            supplier: Some(DocRef::new(1, 2)),
            shift: None,
        }),
        1 | 2 => Body::SavingsDeposit(SavingsDeposit {
            receipt_no: seq,
            outlet: 1,
            member: DocRef::new(1, 1 + seq % 30),
            lines: vec![SavingsLine {
                kind: SavingsKind::Wajib,
                amount: rupiah(chance),
                period: Some(24_300),
            }],
            account: 111_100,
            shift: Some(DocRef::new(1, 1)),
        }),
        3 => {
            let value = Value::Integer(rupiah(chance).0);
            let v = u32::try_from(seq).unwrap_or(u32::MAX);
            let change = Change { field: Field::ITEM_PRICE, v, value, seen: vec![] };
            Body::Item(Reference { target: Ref::Doc(item(chance.below(20))), changes: vec![change] })
        }
        // A whole trolley now and then, so that documents spill over pages.
        nth => {
            let lines = if nth == 4 { 60 } else { 1 + chance.below(4) };
            let lines = (0..lines).map(|nth| {
                let (quantity, price) = (milli(chance), rupiah(chance));
                sale_line(item(nth % 20), quantity, price)
            });
            sale(lines.collect(), seq)
        }
    }
}

fn sale_line(item: DocRef, quantity: Quantity, unit_price: Money) -> SaleLine {
    let amount = quantity.times_price(unit_price).unwrap_or(Money::ZERO);
    SaleLine {
        item,
        quantity,
        unit_price,
        amount,
        discount: Money::ZERO,
        cost: Money(amount.0 * 9 / 10),
        stock_account: 114_100,
        class: GoodsClass::Own,
        owner: None,
    }
}

fn sale(lines: Vec<SaleLine>, receipt_no: u64) -> Body {
    let amount = Money(lines.iter().map(|line| line.amount.0).sum());
    Body::Sale(Sale {
        receipt_no,
        outlet: 1,
        as_member: false,
        lines,
        tenders: vec![Tendered { tender: Tender::Cash, amount, handed: amount }],
        rounding: Money::ZERO,
        shift: Some(DocRef::new(1, 1)),
        member: None,
    })
}
