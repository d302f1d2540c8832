//! Deploys: the schema moves under a lock, forwards and back, and instances come and go unnoticed.

use std::process::Output;
use std::time::Duration;

use http::Method;

use crate::support::{Lab, Postgres, QUIET, Service, car, run, until};

fn migrate(postgres: &Postgres, arguments: &[&str]) -> Output {
    run(&[&["migrate"], arguments].concat(), &[("DATABASE_URL", &postgres.url())])
}

/// The migrations that are applied, oldest first.
fn applied(postgres: &Postgres) -> Vec<String> {
    let listed = migrate(postgres, &["--list"]);
    assert!(listed.status.success(), "{listed:?}");
    let text = String::from_utf8(listed.stdout).unwrap();
    let applied = text.lines().filter(|line| line.contains("applied"));
    applied.map(|line| line.split(' ').next().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn the_schema_goes_forwards_and_back() {
    let postgres = Postgres::start().await;
    assert!(applied(&postgres).is_empty());
    assert!(migrate(&postgres, &[]).status.success());
    let all = applied(&postgres);
    assert!(all.len() > 1);
    for version in all.iter().rev().skip(1).map(String::as_str).chain(["0"]) {
        assert!(migrate(&postgres, &["--undo-to", version]).status.success());
        let last = applied(&postgres).pop();
        assert_eq!(last.unwrap_or("0".to_owned()), version);
    }
    assert_eq!(postgres.count("select count(*) from pg_tables where tablename = 'cars'").await, 0);
    assert!(migrate(&postgres, &[]).status.success());
    assert_eq!(applied(&postgres), all);
    let unknown = migrate(&postgres, &["--undo-to", "7"]);
    assert!(!unknown.status.success());
    let told = String::from_utf8(unknown.stderr).unwrap();
    assert!(told.contains("there is no migration 7"), "{told}");
}

#[tokio::test]
async fn an_inventory_that_has_cars_is_not_mixed_with_others() {
    let postgres = Postgres::start().await;
    let url = postgres.url();
    let seed = |arguments: &[&str]| {
        let output =
            run(&[&["seed", "--count", "7"], arguments].concat(), &[("DATABASE_URL", &url)]);
        (output.status.success(), String::from_utf8_lossy(&output.stdout).into_owned())
    };
    assert_eq!(seed(&["--if-empty"]), (true, "added 7 cars\n".to_owned()));
    assert!(!seed(&[]).0);
    assert_eq!(seed(&["--if-empty"]), (true, "the inventory is not empty: it has 7 cars\n".into()));
    assert_eq!(postgres.count("select count(*) from cars").await, 7);
}

#[tokio::test]
async fn many_may_migrate_at_once() {
    let postgres = Postgres::start().await;
    let url = postgres.url();
    let migrations = (0..6).map(|_| {
        let url = url.clone();
        tokio::task::spawn_blocking(move || run(&["migrate"], &[("DATABASE_URL", &url)]))
    });
    for output in futures::future::join_all(migrations).await {
        let output = output.unwrap();
        assert!(output.status.success(), "{output:?}");
    }
    assert_eq!(
        postgres.count("select count(*) from _sqlx_migrations").await as usize,
        applied(&postgres).len()
    );
}

#[tokio::test]
async fn one_migrates_while_the_others_wait_for_its_lock() {
    let postgres = Postgres::start().await;
    assert!(migrate(&postgres, &[]).status.success());
    assert!(migrate(&postgres, &["--undo-to", "0"]).status.success());
    let history = postgres.lock("_sqlx_migrations").await;
    let url = postgres.url();
    let start = || {
        let url = url.clone();
        tokio::task::spawn_blocking(move || run(&["migrate"], &[("DATABASE_URL", &url)]))
    };
    let runs = [start(), start(), start()];
    until("one holds the lock, and two wait for it", async || {
        let locks =
            "select count(*) filter (where granted) * 10 + count(*) filter (where not granted)
                     from pg_locks where locktype = 'advisory'";
        postgres.count(locks).await == 12
    })
    .await;
    drop(history);
    for run in runs {
        assert!(run.await.unwrap().status.success());
    }
    assert!(applied(&postgres).len() > 1);
}

#[tokio::test]
async fn it_is_ready_when_the_schema_is_current() {
    let postgres = Postgres::start().await;
    let url = postgres.url();
    let service = Service::start(&[("DATABASE_URL", &*url), ("MIGRATE_AT_START", "false")]).await;
    let answer = service.get("/health/ready").await;
    assert_eq!(answer.status, 503);
    assert_eq!(service.get("/status").await.json()["database"], "migrations pending");
    assert!(migrate(&postgres, &[]).status.success());
    service.ready().await;
    // Rolled back to this version from a newer one, whose schema is still there.
    postgres
        .execute(
            "insert into _sqlx_migrations (version, description, success, checksum, execution_time)
             values (99990101000000, 'of a newer version', true, '', 0)",
        )
        .await;
    let older = Service::start(&[("DATABASE_URL", &*url)]).await;
    older.ready().await;
    assert_eq!(older.post("/cars", &car("Kia", "EV6", "1")).await.status, 201);
}

#[tokio::test]
async fn the_version_before_works_on_the_schema_of_now() {
    let postgres = Postgres::start().await;
    assert!(migrate(&postgres, &[]).status.success());
    // What the first version of the program asked of the first version of the schema.
    postgres
        .execute(
            "insert into cars (make, model, year, color, price) values ('a', 'b', 2020, 'c', 1.5);
             update cars set price = 2, version = version + 1, updated_at = now() where id = 1;
             select id, make, model, year, color, price, created_at, updated_at, version from cars;
             delete from cars where id = 1",
        )
        .await;
}

#[tokio::test]
async fn what_is_under_way_is_answered_before_the_end() {
    let mut lab = Lab::with(&[]).await;
    lab.slow(Duration::from_secs(1)).await;
    let client = (*lab.service).clone();
    let slow = tokio::spawn(async move { client.get("/cars").await });
    tokio::time::sleep(Duration::from_millis(300)).await;
    lab.service.terminate();
    assert_eq!(slow.await.unwrap().status, 200);
    assert!(lab.service.ended().await.success());
    assert!(lab.service.try_send(Method::GET, "/", &[], "").await.is_err());
    let sessions = "select count(*) from pg_stat_activity where usename = 'app'";
    assert_eq!(lab.postgres.count(sessions).await, 0);
}

#[tokio::test]
async fn it_serves_on_while_load_balancers_look_away() {
    let mut lab = Lab::with(&[("SHUTDOWN_DELAY", "1s")]).await;
    lab.service.terminate();
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert_eq!(lab.service.get("/health/ready").await.status, 503);
    assert_eq!(lab.service.get("/health/live").await.status, 200);
    assert_eq!(lab.service.get("/cars").await.status, 200);
    assert!(lab.service.ended().await.success());
}

#[tokio::test]
async fn what_does_not_end_is_left_behind_in_time() {
    let mut lab = Lab::with(&[("SHUTDOWN_TIMEOUT", "300ms"), QUIET]).await;
    lab.slow(Duration::from_secs(3)).await;
    let client = (*lab.service).clone();
    let slow = tokio::spawn(async move { client.try_send(Method::GET, "/cars", &[], "").await });
    tokio::time::sleep(Duration::from_millis(300)).await;
    let begun = std::time::Instant::now();
    lab.service.terminate();
    lab.service.ended().await;
    assert!(begun.elapsed() < Duration::from_secs(2), "{:?}", begun.elapsed());
    slow.abort();
}

#[tokio::test]
async fn a_wrong_environment_is_refused_before_anything_starts() {
    let refused = run(&["serve"], &[("PORT", "http"), ("DATABASE_CONNECTIONS", "0")]);
    assert!(!refused.status.success());
    let told = String::from_utf8(refused.stderr).unwrap();
    assert!(told.contains("PORT is not a port"), "{told}");
    assert!(told.contains("DATABASE_CONNECTIONS is not a number above 0"), "{told}");
    let nowhere = run(&["serve"], &[]);
    let told = String::from_utf8(nowhere.stderr).unwrap();
    assert!(told.contains("DATABASE_URL"), "{told}");
    let help = String::from_utf8(run(&["--help"], &[]).stdout).unwrap();
    assert!(help.contains("Examples:") && help.contains("DATABASE_CONNECTIONS"), "{help}");
}
