//! The instances that answer for a service, and which of them is next.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use tokio::time::Instant;

/// How long a request waits for an instance before it is turned away.
const WAIT: Duration = Duration::from_secs(2);
const POLL: Duration = Duration::from_millis(10);

/// The instances that answer for a service now.
#[derive(Debug, Default)]
pub struct Fleet(RwLock<Vec<Arc<Instance>>>);

/// An instance, as whoever sends requests sees it.
#[derive(Debug)]
pub struct Instance {
    /// The port at which it listens.
    pub port: u16,
    in_flight: AtomicUsize,
}

impl Instance {
    /// An instance with nothing to do.
    pub fn new(port: u16) -> Arc<Self> {
        Arc::new(Self { port, in_flight: AtomicUsize::new(0) })
    }

    /// How many requests it is answering.
    pub fn in_flight(&self) -> usize {
        self.in_flight.load(Ordering::SeqCst)
    }
}

/// A request that an instance is answering; it is over when this is dropped.
#[derive(Debug)]
pub struct Turn(Arc<Instance>);

impl Turn {
    /// The instance's port.
    pub fn port(&self) -> u16 {
        self.0.port
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.0.in_flight.fetch_sub(1, Ordering::SeqCst);
    }
}

impl Fleet {
    /// Lets these answer from now on.
    pub fn set(&self, instances: Vec<Arc<Instance>>) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = instances;
    }

    /// How many instances there are.
    pub fn len(&self) -> usize {
        self.0.read().unwrap_or_else(PoisonError::into_inner).len()
    }

    /// How many requests are being answered.
    pub fn in_flight(&self) -> usize {
        let instances = self.0.read().unwrap_or_else(PoisonError::into_inner);
        instances.iter().map(|instance| instance.in_flight()).sum()
    }

    /// A turn with the instance that has least to do. Where there is none, one may be on its way.
    pub async fn next(&self) -> Option<Turn> {
        let deadline = Instant::now() + WAIT;
        loop {
            if let Some(turn) = self.now() {
                return Some(turn);
            }
            if Instant::now() > deadline {
                return None;
            }
            tokio::time::sleep(POLL).await;
        }
    }

    fn now(&self) -> Option<Turn> {
        // The count grows under the lock: an instance that is taken out later has it.
        let instances = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let instance = instances.iter().min_by_key(|instance| instance.in_flight())?.clone();
        instance.in_flight.fetch_add(1, Ordering::SeqCst);
        Some(Turn(instance))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_one_with_least_to_do_is_next() {
        let fleet = Fleet::default();
        assert!(fleet.next().await.is_none());
        fleet.set(vec![Instance::new(1), Instance::new(2)]);
        let (one, two) = (fleet.next().await.unwrap(), fleet.next().await.unwrap());
        assert_ne!(one.port(), two.port());
        assert_eq!(fleet.in_flight(), 2);
        let port = one.port();
        drop(one);
        assert_eq!(fleet.next().await.unwrap().port(), port);
    }
}
