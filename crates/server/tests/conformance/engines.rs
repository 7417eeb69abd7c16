//! A database of its own for each case, in one cluster for all.

use lumbung_server::PostgresLog;
use lumbung_testbed::postgres::{Cluster, Options};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

static CLUSTER: OnceLock<Cluster> = OnceLock::new();
static NEXT: AtomicU32 = AtomicU32::new(0);

/// URL of an empty database.
pub(crate) fn database() -> String {
    let cluster = CLUSTER.get_or_init(|| Cluster::start_with(&Options::quick()).unwrap());
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    cluster.create_database(&format!("case_{number}")).unwrap()
}

/// In an empty database.
pub(crate) async fn log() -> PostgresLog {
    PostgresLog::open(&database(), 10).await.unwrap()
}

pub(crate) fn with_runtime(case: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
    runtime.unwrap().block_on(case);
}
