//! Dropped connections: the database goes away in every way that it knows, and nobody hangs.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use http::StatusCode;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{AbortHandle, JoinHandle};

use crate::support::{Answer, Client, Lab, Postgres, QUIET, Service, car, run, until};

/// Nobody waits longer for an honest no: a second for a connection, twice at most.
const BOUND: Duration = Duration::from_millis(2500);

/// Clients that read again and again until they are stopped.
struct Readers {
    stop: Arc<Mutex<bool>>,
    tasks: Vec<JoinHandle<Vec<(Instant, Answer)>>>,
}

impl Readers {
    fn start(client: &Client, count: usize) -> Self {
        let stop = Arc::new(Mutex::new(false));
        let tasks = (0..count).map(|_| tokio::spawn(read(client.clone(), Arc::clone(&stop))));
        Self { tasks: tasks.collect(), stop }
    }

    async fn stop(self) -> Vec<(Instant, Answer)> {
        *self.stop.lock().unwrap() = true;
        let answers = futures::future::join_all(self.tasks).await;
        answers.into_iter().flat_map(Result::unwrap).collect()
    }
}

async fn read(client: Client, stop: Arc<Mutex<bool>>) -> Vec<(Instant, Answer)> {
    let mut answers = Vec::new();
    while !*stop.lock().unwrap() {
        let answer = client.get("/cars?limit=1").await;
        answers.push((Instant::now(), answer));
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    answers
}

#[tokio::test]
async fn when_every_connection_is_ended_no_read_fails() {
    // Time enough to connect anew on a machine that has other things to do, and between two ends,
    // because a read is not tried a third time.
    let lab = Lab::with(&[QUIET, ("DATABASE_ACQUIRE_TIMEOUT", "8s")]).await;
    lab.add(&car("Kia", "EV6", "45000")).await;
    let readers = Readers::start(&lab.service, 20);
    let mut ended = 0;
    for _ in 0..5 {
        tokio::time::sleep(Duration::from_millis(1200)).await;
        ended += lab.postgres.terminate().await;
    }
    tokio::time::sleep(Duration::from_millis(300)).await;
    let answers = readers.stop().await;
    assert!(ended >= 5, "only {ended} connections were ended");
    let failed: Vec<_> = answers.iter().filter(|(_, answer)| answer.status != 200).collect();
    assert!(failed.is_empty(), "{failed:?}");
    assert!(lab.service.metric("db_faults_total", "ended").await > 0.0);
}

#[tokio::test]
async fn a_read_is_tried_twice_and_no_more() {
    let lab = Lab::with(&[("DATABASE_QUERY_TIMEOUT", "10s")]).await;
    let ended = async || {
        until("the read waits", async || {
            let waiting = "select count(*) from pg_stat_activity where wait_event_type = 'Lock'";
            lab.postgres.count(waiting).await == 1
        })
        .await;
        assert!(lab.postgres.terminate().await > 0);
    };
    let lock = lab.postgres.lock("cars").await;
    let twice = async {
        ended().await;
        ended().await;
    };
    let (answer, ()) = tokio::join!(lab.service.get("/cars"), twice);
    answer.problem(503);
    let once = async {
        ended().await;
        drop(lock);
    };
    let (answer, ()) = tokio::join!(lab.service.get("/cars"), once);
    assert_eq!(answer.status, 200);
}

#[tokio::test]
async fn a_write_whose_connection_drops_is_never_repeated() {
    let lab = Lab::new().await;
    // The row is there, and the connection gone before the answer.
    lab.postgres
        .execute(
            "create function drop_connection() returns trigger language plpgsql security definer as
             $$ begin perform pg_terminate_backend(pg_backend_pid()); return null; end $$;
             create trigger drops after insert on cars execute function drop_connection();",
        )
        .await;
    let answer = lab.service.post("/cars", &car("Kia", "EV6", "1")).await;
    answer.problem(503);
    assert!(answer.json()["detail"].as_str().unwrap().contains("may have been made"));
    assert_eq!(lab.service.metric("db_faults_total", "ended").await, 1.0);
    lab.postgres.execute("drop trigger drops on cars").await;
    assert_eq!(lab.service.post("/cars", &car("Kia", "EV6", "1")).await.status, 201);
    assert_eq!(lab.postgres.count("select count(*) from cars").await, 1);
}

#[tokio::test]
async fn a_restart_under_load_is_over_within_a_second() {
    let mut lab = Lab::with(&[QUIET]).await;
    let readers = Readers::start(&lab.service, 20);
    tokio::time::sleep(Duration::from_millis(300)).await;
    lab.postgres.stop();
    let stopped = Instant::now();
    tokio::time::sleep(Duration::from_secs(2)).await;
    let back = lab.postgres.launch().await;
    tokio::time::sleep(Duration::from_secs(2)).await;
    let answers = readers.stop().await;

    for (_, answer) in &answers {
        assert!([200, 503].contains(&answer.status.as_u16()), "{answer:?}");
        assert!(answer.took < BOUND, "{answer:?}");
    }
    let bad = answers.iter().filter(|(_, answer)| answer.status == StatusCode::SERVICE_UNAVAILABLE);
    let bad: Vec<_> = bad.collect();
    assert!(!bad.is_empty() && bad.iter().all(|(_, answer)| answer.header("retry-after") == "1"));
    let last = bad.iter().map(|(at, _)| *at).max().unwrap();
    assert!(last > stopped);
    let late = last.saturating_duration_since(back);
    assert!(late < Duration::from_secs(1), "a read failed {late:?} after the return");
    assert!(answers.iter().any(|(at, answer)| *at > back && answer.status == 200));
}

#[tokio::test]
async fn it_starts_without_its_database_and_says_so() {
    let mut postgres = Postgres::start().await;
    postgres.stop();
    let service = Service::start(&[("DATABASE_URL", &postgres.url())]).await;
    assert_eq!(service.get("/health/live").await.status, 200);
    assert_eq!(service.get("/health/ready").await.status, 503);
    let answer = service.get("/cars").await;
    answer.problem(503);
    assert!(answer.took < BOUND);
    assert_eq!(service.get("/status").await.json()["database"], "unreachable");
    postgres.launch().await;
    service.ready().await;
    assert_eq!(service.get("/cars").await.status, 200);
}

/// An address that leads to one of several servers, as the name of a cluster's endpoint does.
struct Endpoint {
    address: SocketAddr,
    target: Arc<Mutex<u16>>,
    accepting: AbortHandle,
}

impl Endpoint {
    async fn of(postgres: &Postgres) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let target = Arc::new(Mutex::new(postgres.port()));
        let ports = Arc::clone(&target);
        let accepting = tokio::spawn(async move {
            while let Ok((mut client, _)) = listener.accept().await {
                let port = *ports.lock().unwrap();
                tokio::spawn(async move {
                    let mut server = TcpStream::connect(("127.0.0.1", port)).await?;
                    tokio::io::copy_bidirectional(&mut client, &mut server).await
                });
            }
        });
        Self { address, target, accepting: accepting.abort_handle() }
    }

    /// New connections lead to `postgres`; those there are stay where they are.
    fn lead_to(&self, postgres: &Postgres) {
        *self.target.lock().unwrap() = postgres.port();
    }

    /// The URL of `postgres` by way of this endpoint.
    fn url(&self, postgres: &Postgres) -> String {
        let port = format!(":{}/", postgres.port());
        postgres.url().replace(&port, &format!(":{}/", self.address.port()))
    }
}

impl Drop for Endpoint {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

#[tokio::test]
async fn a_writer_that_was_demoted_is_left_at_once() {
    let (old, new) = (Postgres::start().await, Postgres::start().await);
    assert!(run(&["migrate"], &[("DATABASE_URL", &new.url())]).status.success());
    let endpoint = Endpoint::of(&old).await;
    let service = Service::start(&[("DATABASE_URL", &endpoint.url(&old))]).await;
    service.ready().await;
    assert_eq!(service.post("/cars", &car("Kia", "before", "1")).await.status, 201);

    // The connections stay, but lead to what is a reader now.
    old.execute("alter system set default_transaction_read_only = on").await;
    old.execute("select pg_reload_conf()").await;
    tokio::time::sleep(Duration::from_millis(200)).await;
    endpoint.lead_to(&new);
    let answer = service.post("/cars", &car("Kia", "after", "1")).await;
    assert_eq!(answer.status, 201, "{answer:?}");
    assert_eq!(new.count("select count(*) from cars where model = 'after'").await, 1);
    assert_eq!(service.metric("db_faults_total", "read_only").await, 1.0);
}

#[tokio::test]
async fn while_there_is_no_writer_changes_are_refused_and_reads_go_on() {
    let lab = Lab::new().await;
    lab.add(&car("Kia", "EV6", "1")).await;
    lab.postgres.execute("alter system set default_transaction_read_only = on").await;
    lab.postgres.execute("select pg_reload_conf()").await;
    tokio::time::sleep(Duration::from_millis(200)).await;
    let answer = lab.service.post("/cars", &car("Kia", "EV9", "1")).await;
    answer.problem(503);
    assert_eq!(answer.header("retry-after"), "1");
    assert_eq!(lab.service.get("/cars").await.status, 200);
}

#[tokio::test]
async fn reads_go_to_the_reader_and_writes_to_the_writer() {
    let (writer, reader) = (Postgres::start().await, Postgres::start().await);
    assert!(run(&["migrate"], &[("DATABASE_URL", &reader.url())]).status.success());
    let urls = [("DATABASE_URL", writer.url()), ("DATABASE_READER_URL", reader.url())];
    let urls = urls.each_ref().map(|(name, url)| (*name, url.as_str()));
    let service = Service::start(&urls).await;
    service.ready().await;
    until("the writer's schema is there", async || {
        service.post("/cars", &car("Kia", "EV6", "1")).await.status == 201
    })
    .await;
    assert_eq!(service.get("/cars").await.json()["items"], serde_json::json!([]));
    assert!(writer.count("select count(*) from cars").await >= 1);
    assert_eq!(reader.count("select count(*) from cars").await, 0);
}

#[tokio::test]
async fn connections_grow_no_older_than_they_may() {
    let lab = Lab::with(&[("DATABASE_CONNECTION_LIFETIME", "1s")]).await;
    let oldest = "select coalesce(max(extract(epoch from now() - backend_start) * 1000), 0)::bigint
                  from pg_stat_activity where usename = 'app' and query not like '%_sqlx_migrations%'";
    let begun = Instant::now();
    while begun.elapsed() < Duration::from_secs(3) {
        assert_eq!(lab.service.get("/cars").await.status, 200);
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let age = lab.postgres.count(oldest).await;
    assert!(age < 1500, "a connection is {age} ms old");
}
