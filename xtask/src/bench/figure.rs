//! One figure: ours beside its limit, and the goal for their ratio.

use serde_json::{Value, json};

#[derive(Debug, Clone)]
pub(crate) struct Figure {
    pub(crate) name: String,
    pub(crate) unit: &'static str,
    pub(crate) ours: Vec<f64>,
    pub(crate) limit: Vec<f64>,
    /// What the ratios may be; absent where only others count.
    pub(crate) goal: Goal,
    /// What was done, for a reader.
    pub(crate) work: String,
}

#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Goal {
    pub(crate) p50: Option<f64>,
    pub(crate) p99: Option<f64>,
    pub(crate) mean: Option<f64>,
}

impl Figure {
    pub(crate) fn json(&self) -> Value {
        let (ours, limit) = (Spread::of(&self.ours), Spread::of(&self.limit));
        json!({
            "name": self.name,
            "unit": self.unit,
            "ours_p50": ours.p50,
            "ours_p99": ours.p99,
            "ours_mean": ours.mean,
            "limit_p50": limit.p50,
            "limit_p99": limit.p99,
            "limit_mean": limit.mean,
            "ratio_p50": round(ours.p50 / limit.p50),
            "ratio_p99": round(ours.p99 / limit.p99),
            "ratio_mean": round(ours.mean / limit.mean),
            "goal_p50": self.goal.p50,
            "goal_p99": self.goal.p99,
            "goal_mean": self.goal.mean,
            "ok": self.holds(),
            "work": self.work,
        })
    }

    pub(crate) fn holds(&self) -> bool {
        let (ours, limit) = (Spread::of(&self.ours), Spread::of(&self.limit));
        let within = |ratio: f64, goal: Option<f64>| goal.is_none_or(|goal| ratio <= goal);
        within(ours.p50 / limit.p50, self.goal.p50)
            && within(ours.p99 / limit.p99, self.goal.p99)
            && within(ours.mean / limit.mean, self.goal.mean)
    }
}

struct Spread {
    p50: f64,
    p99: f64,
    mean: f64,
}

impl Spread {
    fn of(values: &[f64]) -> Self {
        let mut sorted = values.to_vec();
        sorted.sort_by(f64::total_cmp);
        let at = |share: f64| {
            let last = sorted.len().saturating_sub(1);
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "an index of a list")]
            let index = ((sorted.len() as f64 * share) as usize).min(last);
            sorted.get(index).copied().unwrap_or(f64::NAN)
        };
        let mean = sorted.iter().sum::<f64>() / sorted.len().max(1) as f64;
        Self { p50: round(at(0.5)), p99: round(at(0.99)), mean: round(mean) }
    }
}

/// Four significant decimals are more than the machine repeats.
fn round(value: f64) -> f64 {
    (value * 10_000.0).round() / 10_000.0
}
