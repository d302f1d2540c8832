//! Trying again, bounded and by reason.

use std::time::Duration;

use tokio::time::Instant;

use crate::aws::Error;

/// How long to go on after each kind of error.
#[derive(Debug, Clone, Copy)]
pub(super) struct Patience {
    /// Throttling, connections that break, the service's own faults.
    pub transport: Duration,
    /// Something made a moment ago that AWS does not see everywhere yet: roles take up to a
    /// minute to reach other services, and what EC2 made may not be found by the next call.
    pub not_yet: Duration,
    /// An object that is being changed by somebody, e.g. a cluster in `modifying`.
    pub busy: Duration,
    /// Something still needs the object: its network interfaces go minutes after their user.
    pub dependency: Duration,
}

impl Patience {
    /// For a call that makes or changes an object, within `timeout`.
    pub(super) fn within(timeout: Duration) -> Self {
        Self {
            transport: timeout.min(Duration::from_secs(180)),
            not_yet: timeout.min(Duration::from_secs(120)),
            busy: timeout,
            dependency: Duration::ZERO,
        }
    }

    /// For a deletion, within `timeout`.
    pub(super) fn deleting(timeout: Duration) -> Self {
        Self { dependency: timeout, ..Self::within(timeout) }
    }

    fn after(&self, error: &Error) -> Duration {
        if error.is_throttled() || error.is_ambiguous() {
            self.transport
        } else if error.is_not_yet_visible() || error.is_not_found() {
            self.not_yet
        } else if error.is_busy() {
            self.busy
        } else if error.is_dependency_violation() {
            self.dependency
        } else {
            Duration::ZERO
        }
    }
}

/// Counts the attempts at one thing.
#[derive(Debug)]
pub(super) struct Attempts {
    patience: Patience,
    began: Instant,
    count: i32,
}

impl Attempts {
    pub(super) fn new(patience: Patience) -> Self {
        Self { patience, began: Instant::now(), count: 0 }
    }

    /// Whether there will be another attempt after this error.
    pub(super) fn go_on(&self, error: &Error) -> bool {
        self.began.elapsed() + self.pause() <= self.patience.after(error)
    }

    fn pause(&self) -> Duration {
        Duration::from_millis(100).mul_f64(1.6_f64.powi(self.count.min(11)))
    }

    /// Sleeps before the next attempt.
    ///
    /// # Errors
    /// The error as it is, when it is final or patience is at its end.
    pub(super) async fn again(&mut self, error: Error) -> Result<(), Error> {
        if !self.go_on(&error) {
            return Err(error);
        }
        let pause = self.pause();
        self.count += 1;
        tokio::time::sleep(pause.mul_f64(0.75 + 0.5 * rand::random::<f64>())).await;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_what_may_pass_is_tried_again() {
        let mut attempts = Attempts::new(Patience::within(Duration::from_secs(60)));
        assert!(attempts.again(Error::with_code("ThrottlingException", "")).await.is_ok());
        assert!(attempts.again(Error::with_code("ValidationException", "")).await.is_err());
        assert!(attempts.again(Error::with_code("DependencyViolation", "")).await.is_err());
        let mut attempts = Attempts::new(Patience::deleting(Duration::from_secs(60)));
        assert!(attempts.again(Error::with_code("DependencyViolation", "")).await.is_ok());
    }
}
