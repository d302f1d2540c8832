//! The gate in front of a pool: as many may pass as there are connections, a bounded number may
//! wait for a bounded time, and everybody else is turned away at once.
//!
//! Without the bound on waiting, a burst that the database can't serve makes everybody wait for the
//! whole timeout. With it, those who wait are served soon, and the rest knows at once.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Why somebody did not get through.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The queue is full.
    #[error("{0} requests wait for a connection already")]
    Full(usize),
    /// The wait was too long.
    #[error("no connection came free within {0:?}")]
    TimedOut(Duration),
}

/// Lets a bounded number through at a time.
#[derive(Debug)]
pub struct Gate {
    permits: Arc<Semaphore>,
    capacity: usize,
    waiting: AtomicUsize,
    most_waiting: usize,
    patience: Duration,
}

/// Counts one who waits, until dropped.
struct Waiting<'a>(&'a AtomicUsize);

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Gate {
    /// Lets `capacity` through at a time, while at most `most_waiting` wait for up to `patience`.
    pub fn new(capacity: usize, most_waiting: usize, patience: Duration) -> Self {
        let permits = Arc::new(Semaphore::new(capacity));
        Self { permits, capacity, waiting: AtomicUsize::new(0), most_waiting, patience }
    }

    /// Passes, in the order of arrival; until the permit is dropped, one fewer can pass.
    ///
    /// # Errors
    /// When too many wait already, or the wait was too long.
    pub async fn pass(&self) -> Result<OwnedSemaphorePermit, Refusal> {
        if let Ok(permit) = Arc::clone(&self.permits).try_acquire_owned() {
            return Ok(permit);
        }
        let waiting = Waiting(&self.waiting);
        if self.waiting.fetch_add(1, Ordering::Relaxed) >= self.most_waiting {
            return Err(Refusal::Full(self.most_waiting));
        }
        let permit =
            tokio::time::timeout(self.patience, Arc::clone(&self.permits).acquire_owned()).await;
        drop(waiting);
        match permit {
            Ok(Ok(permit)) => Ok(permit),
            _ => Err(Refusal::TimedOut(self.patience)),
        }
    }

    /// How many wait.
    pub fn waiting(&self) -> usize {
        self.waiting.load(Ordering::Relaxed)
    }

    /// How many are through.
    pub fn inside(&self) -> usize {
        self.capacity - self.permits.available_permits()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONG: Duration = Duration::from_secs(60);

    #[tokio::test]
    async fn who_finds_the_queue_full_is_turned_away_at_once() {
        let gate = Arc::new(Gate::new(1, 1, LONG));
        let inside = gate.pass().await.unwrap();
        let queued = tokio::spawn({
            let gate = Arc::clone(&gate);
            async move { gate.pass().await.is_ok() }
        });
        while gate.waiting() == 0 {
            tokio::task::yield_now().await;
        }
        assert_eq!(gate.pass().await.unwrap_err(), Refusal::Full(1));
        assert_eq!((gate.inside(), gate.waiting()), (1, 1));
        drop(inside);
        assert!(queued.await.unwrap());
        assert_eq!((gate.inside(), gate.waiting()), (0, 0));
    }

    #[tokio::test]
    async fn nobody_waits_longer_than_the_patience() {
        let patience = Duration::from_millis(20);
        let gate = Gate::new(1, 5, patience);
        let _inside = gate.pass().await.unwrap();
        assert_eq!(gate.pass().await.unwrap_err(), Refusal::TimedOut(patience));
        assert_eq!(gate.waiting(), 0);
    }

    #[tokio::test]
    async fn who_gives_up_waits_no_more() {
        let gate = Gate::new(1, 5, LONG);
        let _inside = gate.pass().await.unwrap();
        assert!(tokio::time::timeout(Duration::from_millis(5), gate.pass()).await.is_err());
        assert_eq!(gate.waiting(), 0);
    }
}
