//! The limit of a sale: the very rows that ours writes, by prepared statements in one SQLCipher transaction
//! with WAL and full synchronisation, without deciding, hashing or signing.

use anyhow::{Context, Result};
use lumbung_document::body::sale::{ReturnLine, SaleLine};
use lumbung_document::{Body, Effects, SealedDocument};
use lumbung_primitives::{DocRef, Ref};
use lumbung_store::query;
use rusqlite::{Connection, params};

/// Every row of one document, ready to be written.
pub(crate) struct Rows {
    document: SealedDocument,
    effects: Effects,
    draft_id: String,
    receipt_no: u64,
}

const ADD_ACCOUNT: &str = "INSERT INTO account_total VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
    ON CONFLICT DO UPDATE SET debit_rp = debit_rp + excluded.debit_rp, credit_rp = credit_rp + excluded.credit_rp";
const ADD_STOCK: &str = "INSERT INTO stock_balance VALUES (?1, ?2, ?3, ?4, 0, ?5, ?6, 1)
    ON CONFLICT DO UPDATE SET quantity_milli = quantity_milli + excluded.quantity_milli,
    value_rp = value_rp + excluded.value_rp, issues = issues + excluded.issues";
const ADD_MEMBER: &str = "INSERT INTO member_total VALUES (?1, ?2, ?3, ?4)
    ON CONFLICT DO UPDATE SET amount_rp = amount_rp + excluded.amount_rp";
const ADD_SHIFT: &str = "INSERT INTO shift_total VALUES (?1, ?2, ?3, ?4)
    ON CONFLICT DO UPDATE SET amount_rp = amount_rp + excluded.amount_rp";
const ADD_PARTY: &str = "INSERT INTO party_total VALUES (?1, ?2, ?3)
    ON CONFLICT DO UPDATE SET amount_rp = amount_rp + excluded.amount_rp";

impl Rows {
    /// Reads back what ours has just written.
    pub(crate) fn of(connection: &Connection, at: DocRef) -> Result<Self> {
        let document = query::document::load(connection, at)?.context("the sale is in the log")?;
        let effects = document.effects()?;
        let receipt_no = document.body()?.and_then(|body| body.receipt_no()).unwrap_or(0);
        Ok(Self { document, effects, draft_id: format!("bare-{at}"), receipt_no })
    }

    pub(crate) fn write(&self, connection: &Connection) -> rusqlite::Result<()> {
        let transaction = connection.unchecked_transaction()?;
        self.write_log(&transaction)?;
        self.write_effects(&transaction)?;
        transaction.commit()
    }

    pub(crate) fn write_log(&self, connection: &Connection) -> rusqlite::Result<()> {
        let document = &self.document;
        let key = document.at.key();
        connection.prepare_cached("INSERT INTO document_log VALUES (?1, ?2, ?3, ?4)")?.execute(params![
            key,
            document.header_bytes,
            document.body_bytes,
            document.effects_bytes
        ])?;
        connection.prepare_cached("INSERT INTO document_day VALUES (?1, ?2, ?3)")?.execute(params![
            document.header.business_date.0,
            document.header.kind.id(),
            key
        ])?;
        if self.receipt_no > 0 {
            let number = i64::try_from(self.receipt_no).unwrap_or(0);
            connection.prepare_cached("INSERT INTO receipt VALUES (?1, ?2, ?3)")?.execute(params![
                document.at.device_no,
                number,
                key
            ])?;
        }
        connection
            .prepare_cached("INSERT INTO local_draft VALUES (?1, ?2)")?
            .execute(params![self.draft_id, key])?;
        connection.prepare_cached("INSERT OR REPLACE INTO head VALUES (1, ?1, ?2, ?3)")?.execute(params![
            i64::try_from(document.at.seq).unwrap_or(0),
            document.hash.0,
            [7_u8; 64]
        ])?;
        Ok(())
    }

    fn write_effects(&self, connection: &Connection) -> rusqlite::Result<()> {
        let at = self.document.at;
        let day = self.document.header.business_date;
        let key = |reference: Option<Ref>| reference.map_or(0, |reference| reference.resolve(at).key());
        let mut insert =
            connection.prepare_cached("INSERT INTO posting VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)")?;
        for (line, posting) in (0_i64..).zip(&self.effects.postings) {
            let (account, amount) = (posting.account, posting.amount.0);
            insert.execute(params![
                at.key(),
                line,
                account,
                amount,
                posting.outlet,
                key(posting.party),
                key(posting.shift),
                posting.flow,
                posting.layer.0
            ])?;
            let mut add = connection.prepare_cached(ADD_ACCOUNT)?;
            for (grain, period) in [(0, day.0), (1, day.month_index()), (2, day.year())] {
                add.execute(params![
                    grain,
                    period,
                    account,
                    posting.outlet,
                    0,
                    amount.max(0),
                    (-amount).max(0)
                ])?;
            }
            if posting.shift.is_some() {
                connection.prepare_cached(ADD_SHIFT)?.execute(params![
                    key(posting.shift),
                    account,
                    posting.flow,
                    amount
                ])?;
            }
            if posting.party.is_some() {
                connection.prepare_cached(ADD_PARTY)?.execute(params![
                    account,
                    key(posting.party),
                    amount
                ])?;
            }
        }
        let mut insert =
            connection.prepare_cached("INSERT INTO stock_move VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, 0)")?;
        let mut add = connection.prepare_cached(ADD_STOCK)?;
        for (line, moved) in (0_i64..).zip(&self.effects.stock_moves) {
            let (item, account) = (moved.item.key(), moved.account.unwrap_or(0));
            let (quantity, value) = (moved.quantity.0, moved.value.0);
            insert.execute(params![
                at.key(),
                line,
                item,
                moved.outlet,
                moved.bin,
                account,
                quantity,
                value
            ])?;
            add.execute(params![item, moved.outlet, moved.bin, account, quantity, value])?;
        }
        let mut insert =
            connection.prepare_cached("INSERT INTO member_move VALUES (?1, ?2, ?3, ?4, ?5, ?6)")?;
        let mut add = connection.prepare_cached(ADD_MEMBER)?;
        for (line, moved) in (0_i64..).zip(&self.effects.member_moves) {
            let (member, kind, amount) = (moved.member.key(), moved.kind.0, moved.amount.0);
            insert.execute(params![member, at.key(), line, kind, amount, moved.period.unwrap_or(0)])?;
            add.execute(params![member, kind, day.year(), amount])?;
        }
        Ok(())
    }

    /// The sale in the narrow tables that the file is weighed against.
    pub(crate) fn write_bare(&self, connection: &Connection, id: i64) -> Result<()> {
        let header = &self.document.header;
        let (member, tender, lines) = match self.document.body()? {
            Some(Body::Sale(body)) => (body.member, body.tenders.first().cloned(), sale_lines(&body.lines)),
            Some(Body::SaleReturn(body)) => {
                (body.member, body.tenders.first().cloned(), return_lines(&body.lines))
            }
            _ => return Ok(()),
        };
        let tender = tender.context("a sale is paid somehow")?;
        connection
            .prepare_cached("INSERT INTO sale VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)")?
            .execute(params![
                id,
                i64::try_from(self.receipt_no)?,
                header.business_date.0,
                header.wall_ms,
                1,
                member.map(DocRef::key),
                1,
                tender.tender as i64,
                tender.amount.0,
                tender.handed.0
            ])?;
        for (line, (item, quantity, price, amount, cost)) in (0_i64..).zip(lines) {
            connection
                .prepare_cached("INSERT INTO sale_line VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)")?
                .execute(params![id, line, item, quantity, price, amount, cost])?;
        }
        for (line, posting) in (0_i64..).zip(&self.effects.postings) {
            connection
                .prepare_cached("INSERT INTO posting VALUES (?1, ?2, ?3, ?4, ?5)")?
                .execute(params![id, line, posting.account, posting.amount.0, member.map(DocRef::key)])?;
        }
        for (line, moved) in (0_i64..).zip(&self.effects.stock_moves) {
            connection.prepare_cached("INSERT INTO stock_move VALUES (?1, ?2, ?3, ?4, ?5)")?.execute(
                params![id, line, i64::try_from(moved.item.seq)?, moved.quantity.0, moved.value.0],
            )?;
        }
        Ok(())
    }

    pub(crate) fn write_all(rows: &[Self], connection: &Connection) -> rusqlite::Result<()> {
        let transaction = connection.unchecked_transaction()?;
        for row in rows {
            row.write_log(&transaction)?;
            row.write_effects(&transaction)?;
        }
        transaction.commit()
    }
}

/// (item, quantity, unit price, amount, cost).
type Line = (i64, i64, i64, i64, i64);

fn sale_lines(lines: &[SaleLine]) -> Vec<Line> {
    let line = |line: &SaleLine| {
        let item = i64::try_from(line.item.seq).unwrap_or(0);
        (item, line.quantity.0, line.unit_price.0, line.amount.0, line.cost.0)
    };
    lines.iter().map(line).collect()
}

fn return_lines(lines: &[ReturnLine]) -> Vec<Line> {
    let line = |line: &ReturnLine| {
        (i64::try_from(line.item.seq).unwrap_or(0), -line.quantity.0, 0, -line.amount.0, -line.cost.0)
    };
    lines.iter().map(line).collect()
}
