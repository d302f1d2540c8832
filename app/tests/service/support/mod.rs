//! What every test stands on: the program as users run it, and a database of its own.

mod client;
mod postgres;
mod service;

pub use client::{Answer, Client};
pub use postgres::{PASSWORD, Postgres};
pub use service::{QUIET, Service, TOKEN, run};

use std::time::Duration;

use serde_json::{Value, json};

/// The program, and the database behind it.
pub struct Lab {
    pub service: Service,
    pub postgres: Postgres,
}

impl Lab {
    /// With the settings that hold unless told otherwise.
    pub async fn new() -> Self {
        Self::with(&[]).await
    }

    /// With these variables in the environment as well.
    pub async fn with(variables: &[(&str, &str)]) -> Self {
        let postgres = Postgres::start().await;
        let url = postgres.url();
        let service = Service::start(&[&[("DATABASE_URL", &*url)], variables].concat()).await;
        service.ready().await;
        Self { service, postgres }
    }

    /// Adds a car, and gives what the service says of it.
    pub async fn add(&self, car: &Value) -> Value {
        let answer = self.service.post("/cars", car).await;
        assert_eq!(answer.status, 201, "{answer:?}");
        answer.json()
    }

    /// Has every statement on cars take this long. There is one car at least then: without any,
    /// nothing asks for the policy.
    pub async fn slow(&self, time: Duration) {
        self.postgres
            .execute(&format!(
                "insert into cars (make, model, year, color, price)
                 values ('Trabant', '601', 1964, 'White', 1);
                 alter table cars enable row level security;
                 alter table cars force row level security;
                 create policy slow on cars using ((select pg_sleep({})) is not null)",
                time.as_secs_f64()
            ))
            .await;
    }
}

/// A car as a client describes it.
pub fn car(make: &str, model: &str, price: &str) -> Value {
    json!({ "make": make, "model": model, "year": 2024, "color": "Blue", "price": price })
}

/// Waits until something holds, but not for ever.
pub async fn until<F: Future<Output = bool>>(what: &str, condition: impl Fn() -> F) {
    let wait = async {
        while !condition().await {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), wait)
        .await
        .unwrap_or_else(|_| panic!("never: {what}"));
}
