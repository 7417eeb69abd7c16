//! Memory of the server over a long load: new batches and old ones again, from 64 devices. Ten minutes unless
//! `LUMBUNG_SOAK_MINUTES` says otherwise.

use super::load::{Line, push};
use super::papers::Writer;
use super::place::{Place, cluster};
use crate::figure::{Figure, Goal};
use anyhow::{Context, Result};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

const DEVICES: u64 = 64;
const BATCH: u64 = 100;
const SAMPLE: Duration = Duration::from_secs(5);

pub(crate) fn measure() -> Result<Vec<Figure>> {
    super::on_runtime(run())
}

async fn run() -> Result<Vec<Figure>> {
    let minutes: u64 =
        std::env::var("LUMBUNG_SOAK_MINUTES").ok().and_then(|text| text.parse().ok()).unwrap_or(10);
    let whole = Duration::from_mins(minutes);
    let place = Place::start(cluster()?, "soak").await?;
    let writers: Vec<Writer> = (0..DEVICES).map(Writer::new).collect();
    place.register(&writers).await?;
    let sent = Arc::new(AtomicU64::new(0));
    let began = Instant::now();
    let tasks: Vec<_> = writers
        .into_iter()
        .map(|mut writer| {
            let (token, address, sent) = (place.token(&writer), place.address.clone(), Arc::clone(&sent));
            tokio::spawn(async move {
                let mut line = Line::open(&address).await?;
                while began.elapsed() < whole {
                    let push = push(&writer.run(BATCH)?, &token);
                    line.send(&push).await?;
                    line.send(&push).await?;
                    sent.fetch_add(push.documents, Ordering::Relaxed);
                }
                anyhow::Ok(())
            })
        })
        .collect();
    let mut samples = Vec::new();
    while began.elapsed() < whole {
        tokio::time::sleep(SAMPLE).await;
        samples.push(place.memory_kib()?);
    }
    for task in tasks {
        task.await.context("a device")??;
    }
    // The first tenth fills pools and caches; then the first third stands against the last.
    let warm = &samples[samples.len() / 10..];
    let third = warm.len() / 3;
    let documents = sent.load(Ordering::Relaxed);
    Ok(vec![Figure {
        name: "server_memory".into(),
        unit: "KiB",
        ours: warm[warm.len() - third..].to_vec(),
        limit: warm[..third].to_vec(),
        goal: Goal { mean: Some(1.1), ..Goal::default() },
        work: format!(
            "{minutes} minutes, {documents} new documents, each sent twice; last third against first"
        ),
    }])
}
