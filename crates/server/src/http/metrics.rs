//! `/metrics`, in Prometheus' text format. Figures alone: no name, number or address of anybody.

use crate::centre::Tally;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// Upper bounds of the histogram, in milliseconds.
const BOUNDS_MS: [u64; 11] = [2, 5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 10_000];

/// What the HTTP side counts.
#[derive(Debug, Default)]
pub(super) struct Metrics {
    requests: Mutex<BTreeMap<(&'static str, u16), u64>>,
    batches: [AtomicU64; BOUNDS_MS.len() + 1],
    batch_micros: AtomicU64,
    connections: AtomicU64,
    bytes_in: AtomicU64,
    bytes_out: AtomicU64,
}

impl Metrics {
    pub(super) fn request(&self, call: &'static str, status: u16, bytes_in: usize, bytes_out: u64) {
        let mut requests = self.requests.lock().unwrap_or_else(PoisonError::into_inner);
        *requests.entry((call, status)).or_default() += 1;
        self.bytes_in.fetch_add(bytes_in as u64, Ordering::Relaxed);
        self.bytes_out.fetch_add(bytes_out, Ordering::Relaxed);
    }

    /// A sync that brought a batch.
    pub(super) fn batch(&self, took: Duration) {
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        let at = BOUNDS_MS.iter().position(|bound| micros <= bound * 1_000).unwrap_or(BOUNDS_MS.len());
        if let Some(bucket) = self.batches.get(at) {
            bucket.fetch_add(1, Ordering::Relaxed);
        }
        self.batch_micros.fetch_add(micros, Ordering::Relaxed);
    }

    pub(super) fn opened(&self) {
        self.connections.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn closed(&self) {
        self.connections.fetch_sub(1, Ordering::Relaxed);
    }

    pub(super) fn write(&self, tally: &Tally) -> String {
        let mut out = String::new();
        // Writing to a string cannot fail.
        let _ = self.write_to(&mut out, tally);
        out
    }

    fn write_to(&self, out: &mut String, tally: &Tally) -> std::fmt::Result {
        writeln!(out, "# HELP lumbung_requests_total Answers by call and status.")?;
        writeln!(out, "# TYPE lumbung_requests_total counter")?;
        for ((call, status), count) in self.requests.lock().unwrap_or_else(PoisonError::into_inner).iter() {
            writeln!(out, "lumbung_requests_total{{call=\"{call}\",status=\"{status}\"}} {count}")?;
        }
        for (name, help, value) in tally.counted() {
            counter(out, name, help, value)?;
        }
        let load = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        counter(out, "body_bytes_in_total", "Bytes of request bodies.", load(&self.bytes_in))?;
        counter(out, "body_bytes_out_total", "Bytes of answers' bodies.", load(&self.bytes_out))?;
        writeln!(out, "# HELP lumbung_batch_seconds Syncs that brought a batch, from body to answer.")?;
        writeln!(out, "# TYPE lumbung_batch_seconds histogram")?;
        let mut sum = 0;
        for (at, bucket) in self.batches.iter().enumerate() {
            sum += load(bucket);
            match BOUNDS_MS.get(at) {
                Some(bound) => {
                    let (whole, rest) = (bound / 1_000, bound % 1_000);
                    writeln!(out, "lumbung_batch_seconds_bucket{{le=\"{whole}.{rest:03}\"}} {sum}")?;
                }
                None => writeln!(out, "lumbung_batch_seconds_bucket{{le=\"+Inf\"}} {sum}")?,
            }
        }
        let micros = load(&self.batch_micros);
        writeln!(out, "lumbung_batch_seconds_sum {}.{:06}", micros / 1_000_000, micros % 1_000_000)?;
        writeln!(out, "lumbung_batch_seconds_count {sum}")?;
        writeln!(out, "# HELP lumbung_connections Open connections.")?;
        writeln!(out, "# TYPE lumbung_connections gauge")?;
        writeln!(out, "lumbung_connections {}", load(&self.connections))
    }
}

fn counter(out: &mut String, name: &str, help: &str, value: u64) -> std::fmt::Result {
    writeln!(out, "# HELP lumbung_{name} {help}")?;
    writeln!(out, "# TYPE lumbung_{name} counter")?;
    writeln!(out, "lumbung_{name} {value}")
}
