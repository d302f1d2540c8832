//! The least that axum and sqlx need to list cars: what `scripts/load.sh` measures the API beside.
#![allow(clippy::unwrap_used, reason = "an example")]

use axum::extract::State;
use axum::routing::get;
use axum::{Json, Router};
use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use serde::Serialize;
use sqlx::PgPool;
use sqlx::postgres::PgPoolOptions;

#[derive(Serialize, sqlx::FromRow)]
struct Car {
    id: i64,
    make: String,
    model: String,
    year: i32,
    color: String,
    price: Decimal,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

#[tokio::main]
async fn main() {
    let url = std::env::var("DATABASE_URL").unwrap();
    let port = std::env::var("PORT").unwrap();
    let pool = PgPoolOptions::new().max_connections(10).connect(&url).await.unwrap();
    let router = Router::new().route("/cars", get(list)).with_state(pool);
    let listener = tokio::net::TcpListener::bind(format!("127.0.0.1:{port}")).await.unwrap();
    axum::serve(listener, router).await.unwrap();
}

async fn list(State(pool): State<PgPool>) -> Json<Vec<Car>> {
    let cars = sqlx::query_as(
        "select id, make, model, year, color, price, created_at, updated_at from cars
         order by created_at desc, id desc limit 20",
    );
    Json(cars.fetch_all(&pool).await.unwrap())
}
