//! The limit of a push: the same document, run, head and total rows in the same transactions, by a client that
//! unpacks, proves and sums nothing.

use anyhow::Result;
use lumbung_document::{Effects, SealedDocument};
use lumbung_sync::Run;
use std::collections::BTreeMap;
use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, Statement};

/// One batch as rows, made before the clock runs.
#[derive(Debug)]
pub(crate) struct Batch {
    pub(crate) coop_id: Vec<u8>,
    seqs: Vec<i64>,
    headers: Vec<Vec<u8>>,
    bodies: Vec<Vec<u8>>,
    effects: Vec<Vec<u8>>,
    first_seq: i64,
    last_seq: i64,
    hash: Vec<u8>,
    signature: Vec<u8>,
    bytes: i64,
    totals: Totals,
    counts: Counts,
}

#[derive(Debug, Default)]
struct Totals {
    days: Vec<i32>,
    accounts: Vec<i64>,
    debits: Vec<i64>,
    credits: Vec<i64>,
}

#[derive(Debug, Default)]
struct Counts {
    days: Vec<i32>,
    documents: Vec<i64>,
}

impl Batch {
    pub(crate) fn of(coop_id: &[u8; 16], run: &Run) -> Result<Self> {
        let documents = &run.documents;
        let part =
            |of: fn(&SealedDocument) -> &Vec<u8>| documents.iter().map(|one| of(one).clone()).collect();
        let (headers, bodies, effects): (Vec<_>, Vec<_>, Vec<_>) =
            (part(|one| &one.header_bytes), part(|one| &one.body_bytes), part(|one| &one.effects_bytes));
        let weight = |parts: &Vec<Vec<u8>>| parts.iter().map(Vec::len).sum::<usize>();
        let bytes = i64::try_from(weight(&headers) + weight(&bodies) + weight(&effects))?;
        let (mut sums, mut days) = (BTreeMap::<(i32, u32), (i64, i64)>::new(), BTreeMap::<i32, i64>::new());
        for document in documents {
            let day = document.header.business_date.0;
            *days.entry(day).or_default() += 1;
            for posting in Effects::decode(&document.effects_bytes)?.postings {
                let sum = sums.entry((day, posting.account)).or_default();
                if posting.amount.0 > 0 { sum.0 += posting.amount.0 } else { sum.1 -= posting.amount.0 }
            }
        }
        let mut totals = Totals::default();
        for ((day, account), (debit, credit)) in sums {
            totals.days.push(day);
            totals.accounts.push(account.into());
            totals.debits.push(debit);
            totals.credits.push(credit);
        }
        let counts =
            Counts { days: days.keys().copied().collect(), documents: days.values().copied().collect() };
        Ok(Self {
            coop_id: coop_id.to_vec(),
            seqs: documents.iter().map(|one| i64::try_from(one.at.seq)).collect::<Result<_, _>>()?,
            headers,
            bodies,
            effects,
            first_seq: i64::try_from(run.head.first_seq)?,
            last_seq: i64::try_from(run.head.last_seq())?,
            hash: run.head.head.hash.0.to_vec(),
            signature: run.head.head.signature.to_vec(),
            bytes,
            totals,
            counts,
        })
    }

    pub(crate) fn documents(&self) -> u64 {
        self.seqs.len() as u64
    }
}

/// A parameter of a statement.
type Value<'a> = &'a (dyn ToSql + Sync);

#[derive(Debug)]
pub(crate) struct Writer {
    client: Client,
    lock: Statement,
    document: Statement,
    run: Statement,
    totals: Statement,
    counts: Statement,
    head: Statement,
}

impl Writer {
    pub(crate) async fn open(url: &str) -> Result<Self> {
        let (client, connection) = tokio_postgres::connect(url, tokio_postgres::NoTls).await?;
        tokio::spawn(connection);
        let lock = client
            .prepare(
                "UPDATE cooperative SET last_server_seq = greatest(last_server_seq, $2) WHERE coop_id = $1",
            )
            .await?;
        let document = client
            .prepare(
                "INSERT INTO document SELECT $1, 1, * FROM unnest($2::bigint[], $3::bytea[], $4::bytea[], $5::bytea[])
                 ON CONFLICT DO NOTHING",
            )
            .await?;
        let run = client
            .prepare("INSERT INTO run VALUES ($1, $2, $3, 1, $3, $2, $4, $5, $6) ON CONFLICT DO NOTHING")
            .await?;
        let totals = client
            .prepare(
                "INSERT INTO daily_total SELECT $1, * FROM unnest($2::int[], $3::bigint[], $4::bigint[], $5::bigint[])
                 ON CONFLICT (coop_id, day, account) DO UPDATE SET debit_rp = daily_total.debit_rp + excluded.debit_rp,
                    credit_rp = daily_total.credit_rp + excluded.credit_rp",
            )
            .await?;
        let counts = client
            .prepare(
                "INSERT INTO daily_count SELECT $1, day, n, n FROM unnest($2::int[], $3::bigint[]) AS t (day, n)
                 ON CONFLICT (coop_id, day) DO UPDATE SET sales = daily_count.sales + excluded.sales,
                    documents = daily_count.documents + excluded.documents",
            )
            .await?;
        let head = client
            .prepare("UPDATE device SET head_seq = $2, head_hash = $3 WHERE coop_id = $1 AND device_no = 1")
            .await?;
        Ok(Self { client, lock, document, run, totals, counts, head })
    }

    /// One batch, one transaction. Its statements go out together, as fast as a client can.
    pub(crate) async fn write(&mut self, batch: &Batch) -> Result<()> {
        let transaction = self.client.transaction().await?;
        let (coop_id, totals, counts): (Value, _, _) = (&batch.coop_id, &batch.totals, &batch.counts);
        let lock: [Value; 2] = [coop_id, &batch.last_seq];
        let document: [Value; 5] = [coop_id, &batch.seqs, &batch.headers, &batch.bodies, &batch.effects];
        let run: [Value; 6] =
            [coop_id, &batch.last_seq, &batch.first_seq, &batch.hash, &batch.signature, &batch.bytes];
        let sums: [Value; 5] = [coop_id, &totals.days, &totals.accounts, &totals.debits, &totals.credits];
        let numbers: [Value; 3] = [coop_id, &counts.days, &counts.documents];
        let head: [Value; 3] = [coop_id, &batch.last_seq, &batch.hash];
        tokio::try_join!(
            transaction.execute(&self.lock, &lock),
            transaction.execute(&self.document, &document),
            transaction.execute(&self.run, &run),
            transaction.execute(&self.totals, &sums),
            transaction.execute(&self.counts, &numbers),
            transaction.execute(&self.head, &head),
        )?;
        transaction.commit().await?;
        Ok(())
    }

    /// The same batch again: every document is there, so nothing but a look at the first is due.
    pub(crate) async fn write_again(&mut self, batch: &Batch) -> Result<()> {
        let transaction = self.client.transaction().await?;
        let lock: [Value; 2] = [&batch.coop_id, &batch.last_seq];
        let document: [Value; 5] =
            [&batch.coop_id, &batch.seqs, &batch.headers, &batch.bodies, &batch.effects];
        tokio::try_join!(
            transaction.execute(&self.lock, &lock),
            transaction.execute(&self.document, &document),
        )?;
        transaction.commit().await?;
        Ok(())
    }
}
