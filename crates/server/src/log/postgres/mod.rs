//! The log in PostgreSQL: for a province or a nation. Nothing is kept in the process, so any number of servers
//! work over one database behind a load balancer.
//!
//! A transaction is two trips: one that locks and looks, one that writes and commits. What belongs to one trip
//! is sent at once, without waiting for the answers in between.

mod read;
mod rows;
mod write;

use super::{
    CentreLog, Changes, Checkpoint, CoopId, Cooperative, Device, Glance, Identity, Invitation, LogFault, NIL,
    Quarantined, RunRow, Session, StoredDocument, Totals, to_i64, to_u64,
};
use deadpool_postgres::{
    Hook, HookError, Manager, ManagerConfig, Object, Pool, PoolError, RecyclingMethod, Runtime, Timeouts,
};
use std::time::Duration;
use tokio_postgres::error::SqlState;
use tokio_postgres::types::ToSql;
use tokio_postgres::{NoTls, Row, Statement};

const SCHEMA: &str = "lumbung-server schema 1";
/// Under it the first server to start makes the schema while others wait.
const SCHEMA_LOCK: i64 = 0x6c75_6d62_756e_6701;
/// For a connection that is free, and for a new one.
const PATIENCE: Duration = Duration::from_secs(20);

pub struct PostgresLog {
    pool: Pool,
}

impl std::fmt::Debug for PostgresLog {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PostgresLog").field("status", &self.pool.status()).finish()
    }
}

impl PostgresLog {
    /// Connects and makes the schema where it is missing. At most `connections` are open at one time.
    pub async fn open(url: &str, connections: usize) -> Result<Self, LogFault> {
        let config: tokio_postgres::Config = url.parse()?;
        let recycling = ManagerConfig { recycling_method: RecyclingMethod::Fast };
        let pool = Pool::builder(Manager::from_config(config, NoTls, recycling))
            .max_size(connections.max(1))
            .runtime(Runtime::Tokio1)
            .timeouts(Timeouts { wait: Some(PATIENCE), create: Some(PATIENCE), recycle: Some(PATIENCE) })
            // What is acknowledged is on disk, whatever the cluster's default.
            .post_create(Hook::async_fn(|client, _| {
                Box::pin(async move {
                    let durable = "SELECT set_config('synchronous_commit', 'on', false)
                                   WHERE current_setting('synchronous_commit') IN ('off', 'local')";
                    client.batch_execute(durable).await.map_err(HookError::Backend)
                })
            }))
            .build()
            .map_err(|error| LogFault::Broken(Box::new(error)))?;
        let log = Self { pool };
        log.found_schema().await?;
        Ok(log)
    }

    async fn found_schema(&self) -> Result<(), LogFault> {
        let mut client = self.pool.get().await?;
        let transaction = client.transaction().await?;
        transaction.execute("SELECT pg_advisory_xact_lock($1)", &[&SCHEMA_LOCK]).await?;
        let said = "SELECT obj_description(to_regclass('centre'), 'pg_class')";
        let there: Option<String> = transaction.query_one(said, &[]).await?.try_get(0)?;
        match there.as_deref() {
            Some(SCHEMA) => {}
            Some(_) => return Err(LogFault::broken("the database is of another version")),
            None => {
                transaction.batch_execute(include_str!("schema.sql")).await?;
                transaction.batch_execute("COMMENT ON TABLE centre IS 'lumbung-server schema 1'").await?;
            }
        }
        Ok(transaction.commit().await?)
    }
}

impl CentreLog for PostgresLog {
    type Session<'a> = PostgresSession;

    async fn session(&self) -> Result<PostgresSession, LogFault> {
        Ok(PostgresSession { client: Some(self.pool.get().await?), is_locked: false })
    }
}

pub struct PostgresSession {
    /// Always there until it is dropped.
    client: Option<Object>,
    is_locked: bool,
}

impl std::fmt::Debug for PostgresSession {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PostgresSession").field("is_locked", &self.is_locked).finish_non_exhaustive()
    }
}

impl Drop for PostgresSession {
    fn drop(&mut self) {
        // A transaction that nobody ended is not for the next one: its connection is closed, which undoes it.
        if self.is_locked
            && let Some(client) = self.client.take()
        {
            drop(Object::take(client));
        }
    }
}

type Given<'a> = &'a [&'a (dyn ToSql + Sync)];

impl PostgresSession {
    fn client(&self) -> Result<&Object, LogFault> {
        self.client.as_ref().ok_or_else(|| LogFault::broken("a session without a connection"))
    }

    async fn statement(&self, sql: &str) -> Result<Statement, LogFault> {
        Ok(self.client()?.prepare_cached(sql).await?)
    }

    async fn rows(&self, sql: &str, given: Given<'_>) -> Result<Vec<Row>, LogFault> {
        let statement = self.statement(sql).await?;
        Ok(self.client()?.query(&statement, given).await?)
    }

    async fn row(&self, sql: &str, given: Given<'_>) -> Result<Option<Row>, LogFault> {
        let statement = self.statement(sql).await?;
        Ok(self.client()?.query_opt(&statement, given).await?)
    }

    async fn change(&self, sql: &str, given: Given<'_>) -> Result<u64, LogFault> {
        let statement = self.statement(sql).await?;
        Ok(self.client()?.execute(&statement, given).await?)
    }

    async fn begin(&mut self) -> Result<(), LogFault> {
        self.is_locked = true;
        Ok(self.client()?.batch_execute("BEGIN").await?)
    }

    async fn end(&mut self) -> Result<(), LogFault> {
        self.client()?.batch_execute("COMMIT").await?;
        self.is_locked = false;
        Ok(())
    }
}

impl From<tokio_postgres::Error> for LogFault {
    fn from(error: tokio_postgres::Error) -> Self {
        let passes = error.code().is_none_or(|code| {
            let class = code.code().get(..2).unwrap_or_default();
            // Connections (08), resources (53), an administrator's or a crash's end (57), deadlocks.
            matches!(class, "08" | "53" | "57") || *code == SqlState::T_R_DEADLOCK_DETECTED
        });
        if error.is_closed() || passes { Self::Away(Box::new(error)) } else { Self::Broken(Box::new(error)) }
    }
}

impl From<PoolError> for LogFault {
    fn from(error: PoolError) -> Self {
        match error {
            PoolError::Backend(error) => error.into(),
            other => Self::Away(Box::new(other)),
        }
    }
}

/// Device numbers stay below 2^23; other counts at the end of their range.
fn to_i32(number: u32) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

impl Session for PostgresSession {
    async fn identity(&mut self, fresh: &Identity) -> Result<Identity, LogFault> {
        let insert = "INSERT INTO centre (coop_id, centre_id, signing_key, secret) VALUES ($1, $2, $3, $4)
                      ON CONFLICT DO NOTHING";
        let (id, key, secret) = (&fresh.centre_id[..], &fresh.signing_key[..], &fresh.secret[..]);
        self.change(insert, &[&&NIL[..], &id, &key, &secret]).await?;
        let select = "SELECT centre_id, signing_key, secret FROM centre WHERE coop_id = $1";
        let row = self.row(select, &[&&NIL[..]]).await?;
        read::identity(&row.ok_or_else(|| LogFault::broken("a centre without identity"))?)
    }

    async fn glance(
        &mut self,
        coop_id: &CoopId,
        device_no: u32,
        server_seq: u64,
    ) -> Result<Option<Glance>, LogFault> {
        let given: Given<'_> = &[&&coop_id[..], &to_i32(device_no), &to_i64(server_seq)];
        self.row(read::GLANCE, given).await?.map(|row| read::glance(&row)).transpose()
    }

    async fn lock(
        &mut self,
        coop_id: &CoopId,
        device_no: u32,
    ) -> Result<Option<(Cooperative, Option<Device>)>, LogFault> {
        if self.is_locked {
            return Err(LogFault::broken("a transaction within another"));
        }
        let lock = self.statement(read::LOCK).await?;
        let device = self.statement(read::DEVICE).await?;
        self.is_locked = true;
        let client = self.client()?;
        let (coop_id, device_no) = (&coop_id[..], to_i32(device_no));
        let (of_coop, of_device): ([&(dyn ToSql + Sync); 1], [&(dyn ToSql + Sync); 2]) =
            ([&coop_id], [&coop_id, &device_no]);
        let (begun, cooperative, device) = tokio::join!(
            biased;
            client.batch_execute("BEGIN"),
            client.query_opt(&lock, &of_coop),
            client.query_opt(&device, &of_device),
        );
        begun?;
        let (cooperative, device) = (cooperative?, device?);
        let Some(cooperative) = cooperative else {
            self.unlock().await?;
            return Ok(None);
        };
        let device = device.map(|row| read::device(&row)).transpose()?;
        Ok(Some((read::cooperative(&cooperative)?, device)))
    }

    async fn unlock(&mut self) -> Result<(), LogFault> {
        self.client()?.batch_execute("ROLLBACK").await?;
        self.is_locked = false;
        Ok(())
    }

    async fn commit(&mut self, changes: &Changes<'_>) -> Result<(), LogFault> {
        if !self.is_locked {
            return Err(LogFault::broken("a commit without its transaction"));
        }
        Box::pin(write::changes(self.client()?, changes)).await?;
        self.is_locked = false;
        Ok(())
    }

    async fn found(
        &mut self,
        cooperative: &Cooperative,
        devices: &[Device],
        invitations: &[Invitation],
    ) -> Result<bool, LogFault> {
        self.begin().await?;
        let is_new = write::found(self.client()?, cooperative, devices, invitations).await?;
        self.end().await?;
        Ok(is_new)
    }

    async fn found_many(&mut self, cooperatives: &[(Cooperative, Vec<Device>)]) -> Result<(), LogFault> {
        self.begin().await?;
        write::found_many(self.client()?, cooperatives).await?;
        self.end().await
    }

    async fn forget(&mut self, coop_id: &CoopId) -> Result<(), LogFault> {
        let sql = "DELETE FROM cooperative WHERE coop_id = $1 AND NOT is_registered";
        self.change(sql, &[&&coop_id[..]]).await.map(drop)
    }

    async fn by_handle(&mut self, handle: u64) -> Result<Vec<Cooperative>, LogFault> {
        let rows = self.rows(read::BY_HANDLE, &[&to_i64(handle)]).await?;
        rows.iter().map(read::cooperative).collect()
    }

    async fn devices(&mut self, coop_id: &CoopId) -> Result<Vec<Device>, LogFault> {
        let rows = self.rows(read::DEVICES, &[&&coop_id[..]]).await?;
        rows.iter().map(read::device).collect()
    }

    async fn invitations(&mut self, coop_id: &CoopId) -> Result<Vec<Invitation>, LogFault> {
        let rows = self.rows(read::INVITATIONS, &[&&coop_id[..]]).await?;
        rows.iter().map(read::invitation).collect()
    }

    async fn documents(
        &mut self,
        coop_id: &CoopId,
        device_no: u32,
        first: u64,
        last: u64,
    ) -> Result<Vec<StoredDocument>, LogFault> {
        let given: Given<'_> = &[&&coop_id[..], &to_i32(device_no), &to_i64(first), &to_i64(last)];
        let rows = self.rows(read::DOCUMENTS, given).await?;
        rows.iter().map(read::document).collect()
    }

    async fn control(&mut self, coop_id: &CoopId, kinds: &[u16]) -> Result<Vec<StoredDocument>, LogFault> {
        let kinds: Vec<i16> = kinds.iter().map(|kind| i16::try_from(*kind).unwrap_or(i16::MAX)).collect();
        let rows = self.rows(read::CONTROL, &[&&coop_id[..], &kinds]).await?;
        rows.iter().map(read::document).collect()
    }

    async fn runs_after(
        &mut self,
        coop_id: &CoopId,
        server_seq: u64,
        limit: usize,
    ) -> Result<Vec<RunRow>, LogFault> {
        let given: Given<'_> = &[&&coop_id[..], &to_i64(server_seq), &to_i64(limit as u64)];
        let rows = self.rows(read::RUNS, given).await?;
        rows.iter().map(read::run).collect()
    }

    async fn documents_of(
        &mut self,
        coop_id: &CoopId,
        runs: &[RunRow],
    ) -> Result<Vec<StoredDocument>, LogFault> {
        let device_nos: Vec<i32> = runs.iter().map(|run| to_i32(run.device_no)).collect();
        let firsts: Vec<i64> = runs.iter().map(|run| to_i64(run.first_seq)).collect();
        let lasts: Vec<i64> = runs.iter().map(|run| to_i64(run.last_seq)).collect();
        let given: Given<'_> = &[&&coop_id[..], &device_nos, &firsts, &lasts];
        let rows = self.rows(read::DOCUMENTS_OF, given).await?;
        rows.iter().map(read::document).collect()
    }

    async fn use_challenge(
        &mut self,
        coop_id: &CoopId,
        device_no: u32,
        challenge: &[u8; 32],
        expires_ms: i64,
        now_ms: i64,
    ) -> Result<bool, LogFault> {
        let delete = "DELETE FROM challenge WHERE coop_id = $1 AND device_no = $2 AND expires_ms < $3";
        self.change(delete, &[&&coop_id[..], &to_i32(device_no), &now_ms]).await?;
        let insert = "INSERT INTO challenge (coop_id, device_no, challenge, expires_ms)
                      VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING";
        let given: Given<'_> = &[&&coop_id[..], &to_i32(device_no), &&challenge[..], &expires_ms];
        Ok(self.change(insert, given).await? == 1)
    }

    async fn attempts(&mut self, address: &[u8; 16], window: i64) -> Result<u32, LogFault> {
        let sql = "SELECT tries FROM attempt WHERE coop_id = $1 AND address = $2 AND hour = $3";
        let row = self.row(sql, &[&&NIL[..], &&address[..], &window]).await?;
        let tries: Option<i32> = row.map(|row| row.try_get(0)).transpose()?;
        Ok(tries.and_then(|tries| u32::try_from(tries).ok()).unwrap_or(0))
    }

    async fn add_attempt(&mut self, address: &[u8; 16], window: i64) -> Result<(), LogFault> {
        let delete = "DELETE FROM attempt WHERE coop_id = $1 AND hour < $2";
        self.change(delete, &[&&NIL[..], &(window - 1)]).await?;
        let insert = "INSERT INTO attempt AS held (coop_id, address, hour, tries) VALUES ($1, $2, $3, 1)
                      ON CONFLICT (coop_id, address, hour) DO UPDATE SET tries = held.tries + 1";
        self.change(insert, &[&&NIL[..], &&address[..], &window]).await.map(drop)
    }

    async fn checkpoint(&mut self, coop_id: &CoopId, level: u16) -> Result<Option<Checkpoint>, LogFault> {
        let level = i16::try_from(level).unwrap_or(i16::MAX);
        let row = self.row(read::CHECKPOINT, &[&&coop_id[..], &level]).await?;
        row.map(|row| read::checkpoint(&row)).transpose()
    }

    async fn put_checkpoint(
        &mut self,
        coop_id: &CoopId,
        checkpoint: &Checkpoint,
        blob: &[u8],
    ) -> Result<(), LogFault> {
        self.begin().await?;
        write::checkpoint(self.client()?, coop_id, checkpoint, blob).await?;
        self.end().await
    }

    async fn blob(
        &mut self,
        coop_id: &CoopId,
        blob_hash: &[u8; 32],
        offset: u64,
        length: u64,
    ) -> Result<Option<(u64, Vec<u8>)>, LogFault> {
        // Parts of a value are counted with 31 bits there.
        let part = |number: u64| i32::try_from(number).unwrap_or(i32::MAX - 1);
        let sql = "SELECT bytes, substring(content FROM $3 + 1 FOR $4) FROM checkpoint
                   WHERE coop_id = $1 AND blob_hash = $2";
        let given: Given<'_> = &[&&coop_id[..], &&blob_hash[..], &part(offset), &part(length)];
        let Some(row) = self.row(sql, given).await? else { return Ok(None) };
        Ok(Some((to_u64(row.try_get(0)?), row.try_get(1)?)))
    }

    async fn quarantine(&mut self, coop_id: &CoopId) -> Result<Vec<Quarantined>, LogFault> {
        let rows = self.rows(read::QUARANTINE, &[&&coop_id[..]]).await?;
        rows.iter().map(read::quarantined).collect()
    }

    async fn totals(&mut self, coop_id: &CoopId) -> Result<Totals, LogFault> {
        let accounts = "SELECT day, account, debit_rp, credit_rp FROM daily_total WHERE coop_id = $1";
        let counts = "SELECT day, sales, documents FROM daily_count WHERE coop_id = $1";
        let accounts = self.rows(accounts, &[&&coop_id[..]]).await?;
        let counts = self.rows(counts, &[&&coop_id[..]]).await?;
        read::totals(&accounts, &counts)
    }
}
