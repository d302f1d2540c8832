//! An object's state, and the next one that it reaches by itself.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A state, and possibly the one that follows it at a known moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress<S> {
    current: S,
    next: Option<(Timestamp, S)>,
}

impl<S: Copy> Progress<S> {
    /// A state that stays.
    pub fn resting(state: S) -> Self {
        Self { current: state, next: None }
    }

    /// A state that gives way to another at a moment.
    pub fn towards(state: S, next: S, at: Timestamp) -> Self {
        Self { current: state, next: Some((at, next)) }
    }

    /// The state now.
    pub fn state(&self) -> S {
        self.current
    }

    /// Goes on to the next state if its moment has come; says to which and when it was due.
    pub fn settle(&mut self, now: Timestamp) -> Option<(Timestamp, S)> {
        let due = self.next.take_if(|(moment, _)| *moment <= now)?;
        self.current = due.1;
        Some(due)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_next_state_comes_once_at_its_moment() {
        let at = |second| Timestamp::from_second(second).unwrap();
        let mut progress = Progress::towards("pending", "available", at(10));
        assert_eq!(progress.settle(at(9)), None);
        assert_eq!(progress.state(), "pending");
        assert_eq!(progress.settle(at(10)), Some((at(10), "available")));
        assert_eq!(progress.settle(at(11)), None);
        assert_eq!(progress.state(), "available");
    }
}
