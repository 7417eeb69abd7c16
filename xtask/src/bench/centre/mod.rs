//! The centre under load: what it accepts beside what the database itself can take from a bare client.

mod bare;
mod ingest;
mod load;
mod nation;
mod papers;
mod place;
mod soak;

pub(crate) use ingest::measure as ingest;
pub(crate) use nation::measure as nation;
pub(crate) use soak::measure as soak;

use anyhow::Result;

/// One runtime for a figure; the load shares the cores with what it measures.
fn on_runtime<T>(work: impl Future<Output = Result<T>>) -> Result<T> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(work)
}
