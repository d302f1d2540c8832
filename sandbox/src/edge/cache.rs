//! What an edge keeps: whole responses, up to a bound, the longest unused go first.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use jiff::Timestamp;

/// The largest response that is kept.
pub(super) const LARGEST: usize = 8 << 20;
/// How much is kept in all.
const CAPACITY: usize = 64 << 20;
/// What an entry takes up besides its body, about.
const OVERHEAD: usize = 1024;

/// What tells one response apart from all others.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Key {
    pub distribution: String,
    pub path: String,
    pub request: String,
}

/// A response that was kept.
#[derive(Debug, Clone)]
pub(super) struct Kept {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Bytes,
    /// When it, or the news that it still holds, came from the origin.
    pub since: Timestamp,
    pub fresh_for: Duration,
}

impl Kept {
    pub(super) fn age(&self, now: Timestamp) -> Duration {
        Duration::try_from(now.duration_since(self.since)).unwrap_or_default()
    }

    pub(super) fn is_fresh(&self, now: Timestamp) -> bool {
        self.age(now) < self.fresh_for
    }
}

/// All that is kept.
#[derive(Debug, Default)]
pub(super) struct Cache(Mutex<Contents>);

#[derive(Debug, Default)]
struct Contents {
    entries: HashMap<Key, (u64, Arc<Kept>)>,
    /// The keys by their last use.
    uses: BTreeMap<u64, Key>,
    clock: u64,
    size: usize,
}

impl Cache {
    pub(super) fn get(&self, key: &Key) -> Option<Arc<Kept>> {
        let mut contents = self.lock();
        contents.clock += 1;
        let now = contents.clock;
        let (used, kept) = contents.entries.get_mut(key)?;
        let (before, kept) = (std::mem::replace(used, now), kept.clone());
        if let Some(key) = contents.uses.remove(&before) {
            contents.uses.insert(now, key);
        }
        Some(kept)
    }

    pub(super) fn put(&self, key: Key, kept: Arc<Kept>) {
        let mut contents = self.lock();
        contents.remove(&key);
        contents.clock += 1;
        let now = contents.clock;
        contents.size += kept.body.len() + OVERHEAD;
        contents.uses.insert(now, key.clone());
        contents.entries.insert(key, (now, kept));
        while contents.size > CAPACITY {
            let Some((_, oldest)) = contents.uses.pop_first() else { return };
            contents.remove(&oldest);
        }
    }

    pub(super) fn forget(&self, key: &Key) {
        self.lock().remove(key);
    }

    fn lock(&self) -> MutexGuard<'_, Contents> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Contents {
    fn remove(&mut self, key: &Key) {
        if let Some((used, kept)) = self.entries.remove(key) {
            self.uses.remove(&used);
            self.size -= kept.body.len() + OVERHEAD;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(path: usize) -> Key {
        let path = format!("/{path}");
        Key { distribution: "E1".to_owned(), path, request: String::new() }
    }

    fn kept(size: usize) -> Arc<Kept> {
        Arc::new(Kept {
            status: StatusCode::OK,
            headers: HeaderMap::new(),
            body: Bytes::from(vec![0; size]),
            since: Timestamp::UNIX_EPOCH,
            fresh_for: Duration::from_secs(60),
        })
    }

    #[test]
    fn the_longest_unused_go_first() {
        let cache = Cache::default();
        for path in 0..8 {
            cache.put(key(path), kept(LARGEST - OVERHEAD));
        }
        assert!(cache.get(&key(0)).is_some());
        cache.put(key(8), kept(LARGEST - OVERHEAD));
        assert!(cache.get(&key(0)).is_some());
        assert!(cache.get(&key(1)).is_none());
        cache.forget(&key(0));
        assert!(cache.get(&key(0)).is_none());
        assert_eq!(cache.lock().size, 7 * LARGEST);
    }

    #[test]
    fn what_is_kept_ages() {
        let kept = kept(0);
        let at = |seconds| Timestamp::from_second(seconds).unwrap();
        assert!(kept.is_fresh(at(59)));
        assert!(!kept.is_fresh(at(60)));
    }
}
