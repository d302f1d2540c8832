//! The counts of rate-based statements.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;

/// How many kinds of requests are told apart at a time, as AWS documents.
const MOST: usize = 10_000;

/// When requests of each kind came, as far back as any window reaches.
#[derive(Debug, Default)]
pub struct Limiter(Mutex<BTreeMap<String, VecDeque<Timestamp>>>);

impl Limiter {
    /// Counts a request, and tells whether with it there were more than `limit` of its kind within
    /// the last `window` seconds.
    pub fn exceeds(&self, kind: String, limit: usize, window: u32, now: Timestamp) -> bool {
        let mut kinds = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let window = Duration::from_secs(window.into());
        let begin = now.checked_sub(window).unwrap_or(Timestamp::MIN);
        if kinds.len() >= MOST && !kinds.contains_key(&kind) {
            kinds.retain(|_, times| times.back().is_some_and(|last| *last > begin));
        }
        let times = kinds.entry(kind).or_default();
        times.push_back(now);
        // One more than the limit is all that there is to know.
        while times.len() > limit + 1 || times.front().is_some_and(|first| *first <= begin) {
            times.pop_front();
        }
        times.len() > limit
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_window_slides() {
        let limiter = Limiter::default();
        let exceeds = |second| {
            let now = Timestamp::from_second(second).unwrap();
            limiter.exceeds("a".to_owned(), 2, 60, now)
        };
        assert_eq!([exceeds(0), exceeds(10), exceeds(20)], [false, false, true]);
        // The first two are out of sight, and what was refused counts as well.
        assert_eq!([exceeds(75), exceeds(76)], [false, true]);
        assert!(!limiter.exceeds("b".to_owned(), 2, 60, Timestamp::from_second(76).unwrap()));
    }
}
