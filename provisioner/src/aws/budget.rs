//! How many calls a second a service takes, learnt from its throttling.

use std::sync::Mutex;
use std::time::Duration;

use tokio::time::Instant;

/// The least rate to fall to, in calls a second.
const FLOOR: f64 = 0.5;
/// What one throttled call leaves of the rate.
const DECREASE: f64 = 0.7;
/// By how many calls a second the rate grows, each second without throttling.
const INCREASE: f64 = 1.0;

/// A token bucket whose rate falls by a factor when AWS throttles and grows steadily when it does
/// not. Before the first throttling there is no limit: nobody knows an account's quotas, which
/// differ by service, operation and region.
#[derive(Debug, Default)]
pub struct Budget(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    rate: Option<f64>,
    /// When the next call may leave.
    next: Option<Instant>,
    /// Since when `sent` counts, for the rate at the first throttling.
    since: Option<Instant>,
    sent: u32,
    grown: Option<Instant>,
}

impl Budget {
    /// Waits for this call's turn.
    pub async fn turn(&self) {
        let wait = self.with(|state| state.reserve(Instant::now()));
        if !wait.is_zero() {
            tokio::time::sleep(wait).await;
        }
    }

    /// The service said that it was too much.
    pub fn throttled(&self) {
        self.with(|state| state.shrink(Instant::now()));
    }

    /// The service took a call.
    pub fn accepted(&self) {
        self.with(|state| state.grow(Instant::now()));
    }

    fn with<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        change(&mut self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner))
    }
}

impl State {
    fn reserve(&mut self, now: Instant) -> Duration {
        let since = *self.since.get_or_insert(now);
        if now.duration_since(since) > Duration::from_secs(2) {
            (self.since, self.sent) = (Some(now), 0);
        }
        self.sent += 1;
        let Some(rate) = self.rate else { return Duration::ZERO };
        let at = self.next.unwrap_or(now).max(now);
        self.next = Some(at + Duration::from_secs_f64(1.0 / rate));
        at.duration_since(now)
    }

    fn shrink(&mut self, now: Instant) {
        let measured = || {
            let seconds = self.since.map_or(1.0, |since| now.duration_since(since).as_secs_f64());
            f64::from(self.sent) / seconds.max(0.1)
        };
        let rate = self.rate.unwrap_or_else(measured);
        self.rate = Some((rate * DECREASE).max(FLOOR));
        self.grown = Some(now);
    }

    fn grow(&mut self, now: Instant) {
        let (Some(rate), Some(grown)) = (self.rate, self.grown) else { return };
        self.rate = Some(rate + INCREASE * now.duration_since(grown).as_secs_f64());
        self.grown = Some(now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn falls_on_throttling_and_recovers() {
        let start = Instant::now();
        let at = |seconds: f64| start + Duration::from_secs_f64(seconds);
        let mut state = State::default();
        for call in 0..20 {
            let wait = state.reserve(at(f64::from(call) / 20.0));
            assert_eq!(wait, Duration::ZERO, "no limit before the first throttling");
        }

        state.shrink(at(1.0));
        let fallen = state.rate.unwrap();
        assert!((fallen - 20.0 * DECREASE).abs() < 0.01, "{fallen} calls a second");
        let last = (0..10).map(|_| state.reserve(at(1.0))).last().unwrap();
        assert!((last.as_secs_f64() - 9.0 / fallen).abs() < 0.01, "the tenth waits {last:?}");

        state.grow(at(11.0));
        assert!((state.rate.unwrap() - fallen - 10.0).abs() < 0.01);
    }
}
