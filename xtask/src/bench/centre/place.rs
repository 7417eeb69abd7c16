//! A durable PostgreSQL cluster and a server process on it.

use super::papers::Writer;
use anyhow::{Context, Result};
use lumbung_server::ambient::{SystemClock, SystemRandom};
use lumbung_server::centre::Centre;
use lumbung_server::centre::bulk::Founded;
use lumbung_server::log::postgres::PostgresLog;
use lumbung_testbed::postgres::{Cluster, Options};
use lumbung_testbed::process::Spawned;
use std::net::{SocketAddr, TcpListener};
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

pub(crate) struct Place {
    pub(crate) cluster: Cluster,
    pub(crate) server: Spawned,
    pub(crate) address: String,
    pub(crate) centre: Centre<PostgresLog>,
    _logs: tempfile::TempDir,
}

pub(crate) fn cluster() -> Result<Cluster> {
    Cluster::start_with(&Options::default())
}

impl Place {
    pub(crate) async fn start(cluster: Cluster, database: &str) -> Result<Self> {
        let url = cluster.create_database(database)?;
        let log = PostgresLog::open(&url, 2).await?;
        let centre = Centre::open(log, Arc::new(SystemClock), Arc::new(SystemRandom)).await?;
        let logs = tempfile::tempdir()?;
        let free = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        let program = std::env::current_exe()?.with_file_name("lumbung-server");
        let mut command = Command::new(program);
        command.args(["--log", "warn", "--database-url", &url]).args([
            "serve",
            "--listen",
            &free.to_string(),
            "--workers",
            "8",
        ]);
        let server = Spawned::start(command, logs.path().join("server.log"))?;
        let address: SocketAddr = free;
        server.wait_for_http(address, "/healthz", Duration::from_secs(30))?;
        Ok(Self { cluster, server, address: address.to_string(), centre, _logs: logs })
    }

    /// Registers the writers' cooperatives, a thousand at a time.
    pub(crate) async fn register(&self, writers: &[Writer]) -> Result<()> {
        for portion in writers.chunks(1_000) {
            let founded: Vec<Founded> = portion
                .iter()
                .map(|writer| Founded {
                    coop_id: writer.coop_id,
                    device_id: writer.device_id,
                    device_key: writer.device_key(),
                })
                .collect();
            self.centre.bulk_register(&founded).await?;
        }
        Ok(())
    }

    pub(crate) fn token(&self, writer: &Writer) -> String {
        self.centre.bulk_token(writer.coop_id, 1)
    }

    /// Resident memory of the server process, in KiB.
    pub(crate) fn memory_kib(&self) -> Result<f64> {
        let id = self.server.id().context("the server runs")?;
        let status = std::fs::read_to_string(format!("/proc/{id}/status"))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("VmRSS")?;
        Ok(line.trim().trim_end_matches("kB").trim().parse()?)
    }
}
