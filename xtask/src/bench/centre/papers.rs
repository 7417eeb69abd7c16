//! Series of sales as a village shop writes them, made without a shop: the load of the centre's figures.

use anyhow::{Context, Result};
use lumbung_document::body::sale::{GoodsClass, Sale, SaleLine, Tender, Tendered};
use lumbung_document::head::head_message;
use lumbung_document::{Body, Draft, Hash, Position, SealedDocument, SignedHead};
use lumbung_primitives::{BusinessDate, DocRef, Money, Quantity, Random, Ref};
use lumbung_sync::{Run, RunHead};
use lumbung_vault::DeviceSecrets;

/// A small generator of numbers with a seed (splitmix64): the same load in every run.
#[derive(Debug)]
pub(crate) struct Chance(pub(crate) u64);

impl Chance {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut word = self.0;
        word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        word ^ (word >> 31)
    }

    fn below(&mut self, bound: u64) -> u64 {
        self.next() % bound
    }

    fn amount(&mut self, bound: u64) -> i64 {
        i64::try_from(self.below(bound)).unwrap_or(0)
    }
}

struct Seeded(u64);

impl Random for Seeded {
    fn fill(&self, bytes: &mut [u8]) {
        let mut chance = Chance(self.0);
        for chunk in bytes.chunks_mut(8) {
            chunk.copy_from_slice(&chance.next().to_le_bytes()[..chunk.len()]);
        }
    }
}

/// The founder's device of one cooperative, writing sales.
#[derive(Debug)]
pub(crate) struct Writer {
    pub(crate) coop_id: [u8; 16],
    pub(crate) device_id: [u8; 16],
    secrets: DeviceSecrets,
    chance: Chance,
    at: u64,
    prev: Hash,
    wall_ms: i64,
}

const FOUNDER: u32 = 1;
const ITEMS: u64 = 1_500;
const MEMBERS: u64 = 600;
/// 2026-01-05.
const FIRST_DAY: i32 = 20_458;

impl Writer {
    pub(crate) fn new(number: u64) -> Self {
        let mut coop_id = [0xc0; 16];
        coop_id[8..].copy_from_slice(&Chance(number).next().to_be_bytes());
        coop_id[..8].copy_from_slice(&number.to_be_bytes());
        let secrets = DeviceSecrets::generate(&Seeded(number));
        let device_id = coop_id;
        let prev = Hash::genesis(&coop_id, &device_id, &secrets.public_key());
        let wall_ms = i64::from(FIRST_DAY) * 86_400_000;
        Self { coop_id, device_id, secrets, chance: Chance(number ^ 0x5a1e), at: 0, prev, wall_ms }
    }

    pub(crate) fn device_key(&self) -> [u8; 32] {
        self.secrets.public_key()
    }

    /// The next so many sales as one run.
    pub(crate) fn run(&mut self, count: u64) -> Result<Run> {
        let first_seq = self.at + 1;
        let mut documents = Vec::with_capacity(usize::try_from(count)?);
        for _ in 0..count {
            documents.push(self.sale()?);
        }
        let head = SignedHead {
            device_no: FOUNDER,
            seq: self.at,
            hash: self.prev,
            signature: self.secrets.sign(&head_message(&self.coop_id, FOUNDER, self.at, &self.prev)),
        };
        Ok(Run { head: RunHead { first_seq, head }, documents })
    }

    fn sale(&mut self) -> Result<SealedDocument> {
        self.at += 1;
        self.wall_ms += 20_000 + self.chance.amount(120_000);
        let lines: Vec<SaleLine> = (0..=self.chance.below(5)).map(|_| self.line()).collect();
        let total = lines.iter().map(|line| line.amount).sum::<Money>();
        let member =
            (self.chance.below(10) < 6).then(|| DocRef::new(FOUNDER, 2_000 + self.chance.below(MEMBERS)));
        let tender = match self.chance.below(100) {
            0..=78 => Tender::Cash,
            79..=92 => Tender::Qris,
            _ => Tender::Bon,
        };
        let handed = if tender == Tender::Cash { Money((total.0 + 9_999) / 10_000 * 10_000) } else { total };
        let body = Body::Sale(Sale {
            receipt_no: self.at,
            outlet: 1,
            as_member: member.is_some(),
            lines,
            tenders: vec![Tendered { tender, amount: total, handed }],
            rounding: Money(0),
            shift: Some(DocRef::new(FOUNDER, 3_000 + self.at / 300)),
            member,
        });
        let rule_version = lumbung_posting::rule_for(&body);
        let effects = lumbung_posting::expand(&body, rule_version).context("a sale expands")?;
        let day = FIRST_DAY + i32::try_from(self.at / 300)?;
        let draft = Draft { body, rule_version, effects, business_date: BusinessDate(day), reissue_of: None };
        let position = Position {
            at: DocRef::new(FOUNDER, self.at),
            prev_hash: self.prev,
            wall_ms: self.wall_ms,
            actor: Ref::Doc(DocRef::new(FOUNDER, 2)),
        };
        let document = SealedDocument::seal(&draft, position, None);
        self.prev = document.hash;
        Ok(document)
    }

    fn line(&mut self) -> SaleLine {
        // Few items sell often: the square of a fair die.
        let die = self.chance.below(ITEMS);
        let item = die * die / ITEMS;
        let unit_price = Money(1_000 + i64::try_from(item * 7_919 % 97).unwrap_or(0) * 500);
        let pieces = if self.chance.below(4) == 0 { 1 + self.chance.amount(4) } else { 1 };
        let amount = Money(unit_price.0 * pieces);
        SaleLine {
            item: DocRef::new(FOUNDER, 10 + item),
            quantity: Quantity(pieces * 1_000),
            unit_price,
            amount,
            discount: Money(0),
            cost: Money(amount.0 * 82 / 100),
            stock_account: 114_100,
            class: GoodsClass::Own,
            owner: None,
        }
    }
}
