//! What was called: the last calls in full, and counts of all.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// How many calls are kept in full.
const KEPT: usize = 10_000;
/// How much of a text is kept, in characters; CloudTrail keeps as much.
const LONGEST: usize = 1024;

/// One call that came to its end.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// Which call it was since the sandbox started, from 1.
    pub number: u64,
    /// When it came.
    pub at: Timestamp,
    /// The service, by the name in its credential scope.
    pub service: String,
    /// The operation, as AWS spells it.
    pub operation: String,
    /// The region.
    pub region: String,
    /// The access key.
    pub access_key: String,
    /// The HTTP status; none when the connection was dropped or the client gave up.
    pub status: Option<u16>,
    /// The error's code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    /// Whether the operation was executed.
    pub executed: bool,
    /// How long it took, in milliseconds.
    pub milliseconds: f64,
    /// The request's id.
    pub request_id: String,
    /// What the client says of itself, cut off where it is long.
    #[serde(skip)]
    pub user_agent: String,
    /// The error's message, cut off too; none where it may repeat what was sent.
    #[serde(skip)]
    pub message: Option<String>,
}

impl Entry {
    /// A text, cut off where a client could fill the memory with it.
    pub fn cut(text: &str) -> String {
        text.chars().take(LONGEST).collect()
    }

    /// Notes that the call failed. What is said of a request that is not well-formed repeats its
    /// values, which may be secret.
    pub fn fail(&mut self, code: &str, message: &str) {
        let repeats =
            ["Validation", "Serialization", "Malformed"].iter().any(|it| code.contains(it));
        self.code = Some(code.to_owned());
        self.message = (!repeats).then(|| Self::cut(message));
    }
}

/// The calls so far.
#[derive(Debug, Default)]
pub struct CallLog(Mutex<Inner>);

#[derive(Debug, Default)]
struct Inner {
    begun: u64,
    entries: VecDeque<Entry>,
    counts: BTreeMap<String, u64>,
}

impl CallLog {
    /// The number of the next call, which is counted from now on.
    pub fn begin(&self, service: &str, operation: &str) -> u64 {
        let mut inner = self.lock();
        inner.begun += 1;
        *inner.counts.entry(format!("{service}:{operation}")).or_default() += 1;
        inner.begun
    }

    /// Keeps a call that came to its end.
    pub fn end(&self, entry: Entry) {
        let mut inner = self.lock();
        if inner.entries.len() == KEPT {
            inner.entries.pop_front();
        }
        inner.entries.push_back(entry);
    }

    /// The last calls, oldest first.
    pub fn tail(&self, count: usize) -> Vec<Entry> {
        let inner = self.lock();
        inner.entries.iter().skip(inner.entries.len().saturating_sub(count)).cloned().collect()
    }

    /// What is found in the calls that are kept, oldest first.
    pub fn select<T>(&self, find: impl FnMut(&Entry) -> Option<T>) -> Vec<T> {
        self.lock().entries.iter().filter_map(find).collect()
    }

    /// How many calls each `service:operation` had.
    pub fn counts(&self) -> BTreeMap<String, u64> {
        self.lock().counts.clone()
    }

    /// How many calls there were.
    pub fn total(&self) -> u64 {
        self.lock().begun
    }

    /// Forgets entries and counts; numbers go on, so that they stay unique.
    pub fn clear(&self) {
        let mut inner = self.lock();
        inner.entries.clear();
        inner.counts.clear();
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(number: u64) -> Entry {
        Entry {
            number,
            at: Timestamp::UNIX_EPOCH,
            service: "ec2".to_owned(),
            operation: "CreateVpc".to_owned(),
            region: "us-east-1".to_owned(),
            access_key: "AKID".to_owned(),
            status: Some(200),
            code: None,
            executed: true,
            milliseconds: 1.0,
            request_id: "id".to_owned(),
            user_agent: String::new(),
            message: None,
        }
    }

    #[test]
    fn the_oldest_calls_are_forgotten_and_all_are_counted() {
        let log = CallLog::default();
        for _ in 0..KEPT + 5 {
            let number = log.begin("ec2", "CreateVpc");
            log.end(entry(number));
        }
        assert_eq!(log.tail(usize::MAX).len(), KEPT);
        assert_eq!(log.tail(1)[0].number, KEPT as u64 + 5);
        assert_eq!(log.counts()["ec2:CreateVpc"], KEPT as u64 + 5);
    }
}
