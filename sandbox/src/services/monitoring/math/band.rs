//! `ANOMALY_DETECTION_BAND`: where a metric is expected to be.
//!
//! AWS learns the hours and days of a metric. The sandbox's expectation is plain: the mean of what
//! was measured before, and so many standard deviations around it. Like AWS, it expects nothing
//! before it has seen enough.

use super::super::metric::Window;
use super::{Evaluator, Outcome, Points, Problem, function};

/// How far back it looks, in seconds: two weeks, as AWS.
const TRAINING: i64 = 14 * 24 * 60 * 60;
/// How many periods it must have seen.
const ENOUGH: usize = 15;

impl Evaluator<'_> {
    /// The upper and the lower edge for a metric, in each period of the window.
    pub(super) fn band(&self, id: &str, width: f64) -> Result<Outcome, Problem> {
        let query = self.queries.iter().find(|query| query.id == id);
        let stat = query.and_then(|query| query.metric_stat.as_ref());
        let stat = stat.ok_or(Problem::Arguments("ANOMALY_DETECTION_BAND"))?;
        let Window { start, period, .. } = self.window;
        let start = start - TRAINING / period * period;
        let window = Window { start, end: self.window.end, period };
        let seen = Evaluator { window, ..*self }.metric(stat);
        let edges = self.window.periods().filter_map(|at| {
            let before: Vec<f64> = seen.range(..at).map(|(_, value)| *value).collect();
            (before.len() >= ENOUGH).then(|| (at, expected(&before, width)))
        });
        let (mut upper, mut lower) = (Points::new(), Points::new());
        for (at, (above, below)) in edges {
            upper.insert(at, above);
            lower.insert(at, below);
        }
        Ok(Outcome::Many(vec![upper, lower]))
    }
}

fn expected(values: &[f64], width: f64) -> (f64, f64) {
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    let distance = width * function::deviation(values);
    (mean + distance, mean - distance)
}
