//! Injected faults: what AWS and networks do now and then, made often. Most befall calls, some the
//! objects that a customer makes.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use rand::rngs::StdRng;
use rand::{Rng, RngExt, SeedableRng};
use serde::{Deserialize, Serialize};

use crate::fault::Fault;
use crate::protocol::Protocol;

/// How often what goes wrong. The probabilities are between 0 and 1, and their sum too.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Faults {
    /// The service refuses because of too many requests.
    pub throttle: f64,
    /// The service fails with HTTP 500 or 503; the operation was not executed.
    pub server_error: f64,
    /// No answer until the client gives up; in one half of the cases the operation was executed.
    pub timeout: f64,
    /// The connection is closed before the operation was executed.
    pub drop_before: f64,
    /// The operation was executed, and the connection closed before the answer.
    pub drop_after: f64,
    /// How much longer every call takes, in milliseconds.
    pub latency_ms: u64,
    /// How much longer an operation on an App Runner service is in progress, in milliseconds.
    /// Nothing else can be done to the service for so long.
    pub stuck_service_ms: u64,
    /// How many App Runner services, of those that are made next, end as `CREATE_FAILED`.
    pub failed_creations: u32,
    /// How much longer a VPC connector's network interfaces stay after its deletion, in
    /// milliseconds; their subnets and security groups can't be deleted for so long.
    pub held_interface_ms: u64,
    /// The services whose calls are afflicted; all when empty.
    pub services: Vec<String>,
    /// The operations that are afflicted as calls; all when empty.
    pub operations: Vec<String>,
    /// Makes the same faults again; drawn at random when absent.
    pub seed: Option<u64>,
}

/// Faults that make no sense.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the probabilities of faults must each, and together, be between 0 and 1")]
pub struct InvalidFaults;

/// What goes wrong with one call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Injected {
    /// A throttling error.
    Throttle,
    /// An error of the service with this HTTP status.
    ServerError(u16),
    /// No answer.
    Timeout {
        /// Whether the operation is executed.
        executed: bool,
    },
    /// A closed connection, and nothing was done.
    DropBefore,
    /// A closed connection after the operation was executed.
    DropAfter,
}

/// Draws the faults.
#[derive(Debug)]
pub struct Injector(Mutex<(Faults, StdRng)>);

impl Injector {
    /// Draws from these faults.
    ///
    /// # Errors
    /// When the probabilities are out of range.
    pub fn new(faults: Faults) -> Result<Self, InvalidFaults> {
        let injector = Self(Mutex::new((Faults::default(), StdRng::seed_from_u64(0))));
        injector.set(faults)?;
        Ok(injector)
    }

    /// Draws from other faults from now on.
    ///
    /// # Errors
    /// When the probabilities are out of range; the old ones stay.
    pub fn set(&self, faults: Faults) -> Result<(), InvalidFaults> {
        let each = [
            faults.throttle,
            faults.server_error,
            faults.timeout,
            faults.drop_before,
            faults.drop_after,
        ];
        let valid = each.iter().all(|probability| (0.0..=1.0).contains(probability));
        if !valid || each.iter().sum::<f64>() > 1.0 + 1e-9 {
            return Err(InvalidFaults);
        }
        let seed = faults.seed.unwrap_or_else(|| rand::rng().next_u64());
        *self.lock() = (faults, StdRng::seed_from_u64(seed));
        Ok(())
    }

    /// The faults in force.
    pub fn get(&self) -> Faults {
        self.lock().0.clone()
    }

    /// How much longer this call takes, in milliseconds, and what goes wrong with it.
    pub fn draw(&self, service: &str, operation: &str) -> (u64, Option<Injected>) {
        let mut guard = self.lock();
        let (faults, random) = &mut *guard;
        let concerns = |names: &[String], name: &str| {
            names.is_empty() || names.iter().any(|candidate| candidate == name)
        };
        if !concerns(&faults.services, service) || !concerns(&faults.operations, operation) {
            return (0, None);
        }
        let coin = random.random_bool(0.5);
        let table = [
            (faults.throttle, Injected::Throttle),
            (faults.server_error, Injected::ServerError(if coin { 500 } else { 503 })),
            (faults.timeout, Injected::Timeout { executed: coin }),
            (faults.drop_before, Injected::DropBefore),
            (faults.drop_after, Injected::DropAfter),
        ];
        let mut point: f64 = random.random_range(0.0..1.0);
        let injected = table.into_iter().find_map(|(probability, injected)| {
            point -= probability;
            (point < 0.0).then_some(injected)
        });
        (faults.latency_ms, injected)
    }

    /// How much longer an operation on an App Runner service is in progress.
    pub fn stuck_service(&self) -> Duration {
        Duration::from_millis(self.lock().0.stuck_service_ms)
    }

    /// How much longer the interfaces of a VPC connector stay.
    pub fn held_interface(&self) -> Duration {
        Duration::from_millis(self.lock().0.held_interface_ms)
    }

    /// Whether the App Runner service that is being made is one of those that fail.
    pub fn fails_creation(&self) -> bool {
        let left = &mut self.lock().0.failed_creations;
        let fails = *left > 0;
        *left = left.saturating_sub(1);
        fails
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, (Faults, StdRng)> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The throttling error in the words of each service.
pub fn throttled(service: &str, protocol: Protocol) -> Fault {
    match (service, protocol) {
        ("ec2", _) => {
            Fault::new("RequestLimitExceeded", "Request limit exceeded.").with_status(503)
        }
        ("s3", _) => Fault::new("SlowDown", "Please reduce your request rate.").with_status(503),
        (_, Protocol::RestJson) => {
            Fault::new("ThrottlingException", "Rate exceeded").with_status(429)
        }
        (_, Protocol::Query | Protocol::Ec2 | Protocol::RestXml) => {
            Fault::new("Throttling", "Rate exceeded")
        }
        (_, Protocol::Json | Protocol::Cbor) => Fault::new("ThrottlingException", "Rate exceeded"),
    }
}

/// The service's own failure, in its words.
pub fn failed(service: &str, status: u16) -> Fault {
    let code = match (service, status) {
        ("ec2" | "s3", 500) => "InternalError",
        ("ec2", _) => "Unavailable",
        ("ecr", 500) => "ServerException",
        ("kms", 500) => "KMSInternalException",
        ("secretsmanager", 500) => "InternalServiceError",
        ("logs", _) => "ServiceUnavailableException",
        (_, 500) => "InternalFailure",
        (_, _) => "ServiceUnavailable",
    };
    let message = if status == 500 {
        "An internal error has occurred."
    } else {
        "The service is temporarily unavailable. Please try again."
    };
    Fault::new(code, message).with_status(status)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_come_as_often_as_told_and_the_same_again_for_a_seed() {
        let faults = Faults { throttle: 0.2, drop_after: 0.1, seed: Some(7), ..Faults::default() };
        let draw = || {
            let injector = Injector::new(faults.clone()).unwrap();
            (0..10_000).map(|_| injector.draw("ec2", "CreateVpc").1).collect::<Vec<_>>()
        };
        let drawn = draw();
        let count = |what| drawn.iter().filter(|injected| **injected == Some(what)).count();
        assert!((1_800..2_200).contains(&count(Injected::Throttle)));
        assert!((850..1_150).contains(&count(Injected::DropAfter)));
        assert_eq!(drawn, draw());
    }

    #[test]
    fn filters_spare_the_others() {
        let faults = Faults {
            throttle: 1.0,
            latency_ms: 5,
            services: vec!["ec2".to_owned()],
            operations: vec!["CreateVpc".to_owned()],
            ..Faults::default()
        };
        let injector = Injector::new(faults).unwrap();
        assert_eq!(injector.draw("ec2", "CreateVpc"), (5, Some(Injected::Throttle)));
        assert_eq!(injector.draw("ec2", "DeleteVpc"), (0, None));
        assert_eq!(injector.draw("rds", "CreateVpc"), (0, None));
    }

    #[test]
    fn impossible_probabilities_are_refused() {
        for faults in [
            Faults { throttle: 1.1, ..Faults::default() },
            Faults { throttle: -0.1, ..Faults::default() },
            Faults { throttle: f64::NAN, ..Faults::default() },
            Faults { throttle: 0.6, timeout: 0.6, ..Faults::default() },
        ] {
            assert_eq!(Injector::new(faults).unwrap_err(), InvalidFaults);
        }
    }
}
