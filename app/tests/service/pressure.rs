//! Pool exhaustion: more clients than connections wait for a bounded time or are told to come
//! back, and none hangs.

use std::time::{Duration, Instant};

use http::Method;

use crate::support::{Answer, Client, Lab, QUIET, until};

const CONNECTIONS: usize = 10;
const CLIENTS: usize = 500;
/// How long a statement takes.
const STATEMENT: Duration = Duration::from_millis(50);
const TIME: Duration = Duration::from_secs(4);
/// What waits longer than [`ACQUIRE`] is refused; the rest is the time of the statement, and of a
/// machine with two cores for both sides.
const BOUND: Duration = Duration::from_millis(2500);
const ACQUIRE: Duration = Duration::from_secs(1);

async fn under_pressure() -> Lab {
    let lab = Lab::with(&[
        ("DATABASE_CONNECTIONS", &CONNECTIONS.to_string()),
        ("DATABASE_WAITING", "100"),
        ("DATABASE_ACQUIRE_TIMEOUT", "1s"),
        QUIET,
    ])
    .await;
    lab.slow(STATEMENT).await;
    lab
}

/// Asks again and again; whoever is turned away comes back as told, but four times as fast.
async fn insist(client: Client, until: Instant) -> Vec<Answer> {
    let mut answers = Vec::new();
    while Instant::now() < until {
        let answer = client.get("/cars").await;
        if answer.status == 503 {
            tokio::time::sleep(Duration::from_millis(250)).await;
        }
        answers.push(answer);
    }
    answers
}

#[tokio::test]
async fn with_fifty_clients_a_connection_each_answer_is_one_and_in_time() {
    let lab = under_pressure().await;
    let until = Instant::now() + TIME;
    let clients = (0..CLIENTS).map(|_| tokio::spawn(insist((*lab.service).clone(), until)));
    let answers = futures::future::join_all(clients).await;
    let answers: Vec<Answer> = answers.into_iter().flat_map(Result::unwrap).collect();

    let mut times: Vec<Duration> = answers.iter().map(|answer| answer.took).collect();
    times.sort();
    let p99 = times[times.len() * 99 / 100];
    assert!(p99 < BOUND, "p99 is {p99:?}");

    let served = answers.iter().filter(|answer| answer.status == 200).count();
    let turned_away: Vec<_> = answers.iter().filter(|answer| answer.status == 503).collect();
    assert_eq!(served + turned_away.len(), answers.len(), "others than 200 and 503");
    for answer in &turned_away {
        assert_eq!(answer.header("retry-after"), "1");
        assert!(answer.took < ACQUIRE + BOUND / 2);
    }
    assert!(!turned_away.is_empty(), "no pressure");
    // The connections were at work, as far as two cores for both sides allow.
    let possible = CONNECTIONS * (TIME.as_millis() / STATEMENT.as_millis()) as usize;
    assert!(served > possible / 4, "{served} of {possible}");

    let refused = lab.service.metric("db_pool_refused_total", "").await;
    let unconnected = lab.service.metric("db_faults_total", "no_connection").await;
    assert_eq!((refused + unconnected) as usize, turned_away.len());
    assert!(lab.service.metric("db_pool_acquire_seconds_count", "").await >= served as f64);
}

#[tokio::test]
async fn when_the_pressure_is_gone_nothing_is_left_of_it() {
    let lab = under_pressure().await;
    let crowd = (0..CLIENTS).map(|_| lab.service.get("/cars"));
    futures::future::join_all(crowd).await;
    for state in ["in_use", "waiting"] {
        let label = format!("state=\"{state}\"");
        assert_eq!(lab.service.metric("db_pool_connections", &label).await, 0.0, "{state}");
    }
    let answer = lab.service.get("/cars").await;
    assert_eq!(answer.status, 200);
    assert!(answer.took < STATEMENT * 5, "{answer:?}");
}

#[tokio::test]
async fn who_gives_up_holds_no_connection() {
    let lab = under_pressure().await;
    let crowd = futures::future::join_all((0..CLIENTS).map(|_| lab.service.get("/cars")));
    let _ = tokio::time::timeout(STATEMENT / 2, crowd).await;
    until("all connections are free", async || {
        lab.service.metric("db_pool_connections", "state=\"in_use\"").await == 0.0
    })
    .await;
    let backends = "select count(*) from pg_stat_activity where usename = 'app'";
    assert!(lab.postgres.count(backends).await <= CONNECTIONS as i64 + 1);
    assert_eq!(lab.service.get("/cars").await.status, 200);
}

#[tokio::test]
async fn a_busy_pool_does_not_make_it_unhealthy() {
    let lab = under_pressure().await;
    let until = Instant::now() + TIME / 2;
    let crowd: Vec<_> =
        (0..CLIENTS).map(|_| tokio::spawn(insist((*lab.service).clone(), until))).collect();
    tokio::time::sleep(TIME / 4).await;
    for path in ["/health/live", "/health/ready", "/metrics"] {
        let answer = lab.service.send(Method::GET, path, &[], "").await;
        assert_eq!(answer.status, 200, "{path}");
    }
    futures::future::join_all(crowd).await;
}
