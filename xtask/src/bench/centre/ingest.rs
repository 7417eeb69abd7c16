//! Documents a second from 64 devices in batches of 100, signatures and totals included, beside the bare client.

use super::bare::{Batch, Writer as Bare};
use super::load::{Line, Push, push};
use super::papers::Writer;
use super::place::{Place, cluster};
use crate::figure::{Figure, Goal};
use anyhow::{Context, Result};
use std::sync::Arc;
use std::time::Instant;
use tokio::sync::Mutex;

const DEVICES: u64 = 64;
const BATCHES: usize = 12;
const BATCH: u64 = 100;
const ROUNDS: u64 = 5;
/// As many as the bare client is fastest with on two cores.
const BARE_CONNECTIONS: usize = 8;

pub(crate) fn measure() -> Result<Vec<Figure>> {
    super::on_runtime(run())
}

/// Microseconds a document, and milliseconds of each batch.
#[derive(Debug, Default)]
struct Taken {
    document_us: Vec<f64>,
    batch_ms: Vec<f64>,
}

impl Taken {
    fn add(&mut self, began: Instant, documents: u64, batches: Vec<f64>) {
        self.document_us.push(began.elapsed().as_secs_f64() * 1e6 / documents as f64);
        self.batch_ms.extend(batches);
    }
}

async fn run() -> Result<Vec<Figure>> {
    let place = Place::start(cluster()?, "ours").await?;
    // The same schema in a database of its own, founded by the same code.
    let bare_url = place.cluster.create_database("bare")?;
    let bare_log = lumbung_server::log::postgres::PostgresLog::open(&bare_url, 2).await?;
    let bare_centre = lumbung_server::centre::Centre::open(
        bare_log,
        Arc::new(lumbung_server::ambient::SystemClock),
        Arc::new(lumbung_server::ambient::SystemRandom),
    )
    .await?;
    let mut bare = Vec::new();
    for _ in 0..BARE_CONNECTIONS {
        bare.push(Arc::new(Mutex::new(Bare::open(&bare_url).await?)));
    }
    let (mut ours, mut limit) = (Taken::default(), Taken::default());
    let (mut again, mut limit_again) = (Taken::default(), Taken::default());
    for round in 0..=ROUNDS {
        let mut writers: Vec<Writer> =
            (0..DEVICES).map(|device| Writer::new(round * DEVICES + device)).collect();
        place.register(&writers).await?;
        let founded: Vec<_> = writers
            .iter()
            .map(|writer| lumbung_server::centre::bulk::Founded {
                coop_id: writer.coop_id,
                device_id: writer.device_id,
                device_key: writer.device_key(),
            })
            .collect();
        bare_centre.bulk_register(&founded).await?;
        let (mut pushes, mut batches) = (Vec::new(), Vec::new());
        for writer in &mut writers {
            let token = place.token(writer);
            let (mut of_device, mut rows) = (Vec::new(), Vec::new());
            for _ in 0..BATCHES {
                let run = writer.run(BATCH)?;
                of_device.push(push(&run, &token));
                rows.push(Batch::of(&writer.coop_id, &run)?);
            }
            pushes.push(Arc::new(of_device));
            batches.push(Arc::new(rows));
        }
        let mut unmeasured = Taken::default();
        // The first round warms both up.
        let warm = round > 0;
        pushed(&place.address, &pushes, if warm { &mut ours } else { &mut unmeasured }).await?;
        written(&bare, &batches, false, if warm { &mut limit } else { &mut unmeasured }).await?;
        pushed(&place.address, &pushes, if warm { &mut again } else { &mut unmeasured }).await?;
        written(&bare, &batches, true, if warm { &mut limit_again } else { &mut unmeasured }).await?;
    }
    let half = Goal { mean: Some(2.0), ..Goal::default() };
    let work = format!(
        "{DEVICES} devices, batches of {BATCH}, {BATCHES} a round, {ROUNDS} rounds, PostgreSQL durable"
    );
    let per_second =
        |taken: &Taken| 1e6 * taken.document_us.len() as f64 / taken.document_us.iter().sum::<f64>();
    let speeds = format!("; {:.0} documents/s, bare {:.0}", per_second(&ours), per_second(&limit));
    let speeds_again =
        format!("; {:.0} documents/s, bare {:.0}", per_second(&again), per_second(&limit_again));
    Ok(vec![
        Figure {
            name: "server_ingest".into(),
            unit: "us/document",
            ours: ours.document_us,
            limit: limit.document_us,
            goal: half,
            work: work.clone() + &speeds,
        },
        Figure {
            name: "server_again".into(),
            unit: "us/document",
            ours: again.document_us,
            limit: limit_again.document_us,
            goal: half,
            work: work.clone() + ", everything sent once more" + &speeds_again,
        },
        Figure {
            name: "server_batch".into(),
            unit: "ms",
            ours: ours.batch_ms,
            limit: limit.batch_ms,
            goal: Goal { p99: Some(2.0), ..Goal::default() },
            work,
        },
    ])
}

async fn pushed(address: &str, pushes: &[Arc<Vec<Push>>], taken: &mut Taken) -> Result<()> {
    let mut lines = Vec::new();
    for _ in pushes {
        lines.push(Line::open(address).await?);
    }
    let documents = pushes.iter().flat_map(|of| of.iter()).map(|push| push.documents).sum();
    let began = Instant::now();
    let tasks: Vec<_> = lines
        .into_iter()
        .zip(pushes)
        .map(|(mut line, pushes)| {
            let pushes = Arc::clone(pushes);
            tokio::spawn(async move {
                let mut took = Vec::new();
                for push in pushes.iter() {
                    took.push(line.send(push).await?);
                }
                anyhow::Ok(took)
            })
        })
        .collect();
    let mut batches = Vec::new();
    for task in tasks {
        batches.extend(task.await.context("a device")??);
    }
    taken.add(began, documents, batches);
    Ok(())
}

async fn written(
    writers: &[Arc<Mutex<Bare>>],
    batches: &[Arc<Vec<Batch>>],
    again: bool,
    taken: &mut Taken,
) -> Result<()> {
    let documents = batches.iter().flat_map(|of| of.iter()).map(Batch::documents).sum();
    let began = Instant::now();
    let tasks: Vec<_> = batches
        .iter()
        .enumerate()
        .map(|(device, batches)| {
            let (batches, writer) = (Arc::clone(batches), Arc::clone(&writers[device % writers.len()]));
            tokio::spawn(async move {
                let mut took = Vec::new();
                for batch in batches.iter() {
                    let began = Instant::now();
                    let mut writer = writer.lock().await;
                    if again {
                        writer.write_again(batch).await?;
                    } else {
                        writer.write(batch).await?;
                    }
                    took.push(began.elapsed().as_secs_f64() * 1e3);
                }
                anyhow::Ok(took)
            })
        })
        .collect();
    let mut all = Vec::new();
    for task in tasks {
        all.extend(task.await.context("a bare device")??);
    }
    taken.add(began, documents, all);
    Ok(())
}
