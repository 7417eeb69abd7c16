//! The nation in small: 800, 8,000 and 80,000 cooperatives, and an evening on which one in twenty of them
//! pushes a day of 300 sales. What a document costs must not grow with their number.

use super::load::{Line, Push, push};
use super::papers::Writer;
use super::place::{Place, cluster};
use crate::figure::{Figure, Goal};
use anyhow::{Context, Result};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

const STEPS: [u64; 3] = [800, 8_000, 80_000];
const SHARE: u64 = 20;
const DAY: u64 = 300;
const CONNECTIONS: usize = 64;

pub(crate) fn measure() -> Result<Vec<Figure>> {
    super::on_runtime(run())
}

async fn run() -> Result<Vec<Figure>> {
    let place = Place::start(cluster()?, "nation").await?;
    let mut costs = Vec::new();
    let mut story = Vec::new();
    let mut known = 0;
    for step in STEPS {
        let began = Instant::now();
        let mut writers: Vec<Writer> = (known..step).map(Writer::new).collect();
        place.register(&writers).await?;
        let enrolled = began.elapsed().as_secs_f64();
        known = step;
        let wanted = usize::try_from(step / SHARE)?;
        // From the newest cooperatives, so that every burst begins empty books; spread over all of this step.
        let stride = (writers.len() / wanted).max(1);
        let mut pushes = Vec::with_capacity(wanted);
        for writer in writers.iter_mut().step_by(stride).take(wanted) {
            let token = place.token(writer);
            pushes.push(push(&writer.run(DAY)?, &token));
        }
        let documents = pushes.iter().map(|push| push.documents).sum::<u64>();
        let before = size(&place)?;
        let (seconds, batches) = burst(&place.address, Arc::new(pushes)).await?;
        let bytes = (size(&place)? - before) / documents as f64;
        let slowest = batches.iter().copied().fold(0.0, f64::max);
        costs.push(seconds * 1e6 / documents as f64);
        story.push(format!(
            "{step} cooperatives (enrolled {enrolled:.1} s): {documents} sales in {seconds:.1} s, {:.0} documents/s, \
             slowest batch {slowest:.0} ms, {bytes:.0} bytes a sale on disk",
            documents as f64 / seconds
        ));
    }
    Ok(vec![Figure {
        name: "nation_growth".into(),
        unit: "us/document",
        ours: vec![costs[2]],
        limit: vec![costs[1]],
        goal: Goal { mean: Some(1.3), ..Goal::default() },
        work: story.join("; "),
    }])
}

fn size(place: &Place) -> Result<f64> {
    place.cluster.psql("nation", "CHECKPOINT")?;
    Ok(place.cluster.psql("nation", "SELECT pg_database_size('nation')")?.trim().parse()?)
}

async fn burst(address: &str, pushes: Arc<Vec<Push>>) -> Result<(f64, Vec<f64>)> {
    let next = Arc::new(AtomicUsize::new(0));
    let mut lines = Vec::new();
    for _ in 0..CONNECTIONS {
        lines.push(Line::open(address).await?);
    }
    let began = Instant::now();
    let tasks: Vec<_> = lines
        .into_iter()
        .map(|mut line| {
            let (pushes, next) = (Arc::clone(&pushes), Arc::clone(&next));
            tokio::spawn(async move {
                let mut took = Vec::new();
                while let Some(push) = pushes.get(next.fetch_add(1, Ordering::Relaxed)) {
                    took.push(line.send(push).await?);
                }
                anyhow::Ok(took)
            })
        })
        .collect();
    let mut batches = Vec::new();
    for task in tasks {
        batches.extend(task.await.context("a connection")??);
    }
    Ok((began.elapsed().as_secs_f64(), batches))
}
