//! One run at a time: the others are told who is at work, and nobody waits for the dead.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::time::Duration;

use futures::future::join_all;
use jiff::{SignedDuration, Timestamp};
use sandbox::gateway::hook::{CallInfo, Phase};
use serde_json::{Value, json};
use tests::{DOWN, ENVIRONMENT, Kept, Lab, PLAN, Place, UP};

/// A lock is renewed every ten seconds.
const PATIENCE: Duration = Duration::from_secs(60);
const UNLOCK: [&str; 3] = ["unlock", ENVIRONMENT, "--yes"];

/// A lab with one repository to make, and where its state is kept.
async fn lab(kept: Kept) -> (Lab, Place) {
    let lab = Lab::small().await;
    let place = Place::prepare(&lab, kept).await;
    (lab, place)
}

/// The moment before the repository is made.
fn in_the_middle(call: &CallInfo, phase: Phase) -> bool {
    call.operation == "CreateRepository" && phase == Phase::Before
}

/// Leaves a lock behind: a real one, of a run that was killed, with `change` made to it.
async fn abandon(lab: &Lab, place: &Place, change: impl FnOnce(&mut Value)) -> Vec<u8> {
    lab.kill_at(&UP, in_the_middle).await;
    let mut lock = place.json("lock.json").await;
    change(&mut lock);
    let lock = serde_json::to_vec_pretty(&lock).unwrap();
    place.put("lock.json", lock.clone()).await;
    lock
}

/// As a run on another machine holds it that renewed it so long ago.
fn elsewhere(lock: &mut Value, renewed: SignedDuration) {
    lock["host"] = json!("runner-7");
    lock["user"] = json!("ci");
    lock["process"]["space"] = json!("another boot of another machine");
    lock["renewed"] = json!(Timestamp::now() - renewed);
}

/// The next run makes the repository, and nothing is left of any lock.
async fn converges(lab: &Lab, place: &Place) {
    lab.run(&UP).await.expect(0);
    finished(lab, place).await;
}

async fn finished(lab: &Lab, place: &Place) {
    lab.run(&PLAN).await.expect(0);
    assert_eq!(lab.objects().await.get("us-east-1/ecr/repositories"), Some(&1));
    assert_eq!(place.get("lock.json").await, None);
}

async fn the_second_is_refused(kept: Kept) {
    let (lab, place) = lab(kept).await;
    let gate = lab.hold(in_the_middle);
    let first = lab.start(&UP);
    gate.reached().await;
    let lock = place.json("lock.json").await;
    let pid = format!("(process {})", first.pid());
    let since = lock["since"].as_str().unwrap().split_once('.').unwrap().0.replace('T', " ");
    let who = [
        lock["host"].as_str().unwrap(),
        &pid,
        "running `provision up lab`",
        &format!("since {since} UTC"),
        "s ago",
    ];
    for refused in [&UP[..], &DOWN, &["state", "rm", ENVIRONMENT, "registry.api"]] {
        lab.run(refused).await.expect(4).says(&who);
    }
    // Who only looks may look.
    lab.run(&["state", "list", ENVIRONMENT]).await.expect(0);
    lab.run(&PLAN).await.expect(2);
    gate.open();
    first.wait().await.expect(0);
    finished(&lab, &place).await;
}

async fn of_many_at_once_each_works_alone(kept: Kept) {
    let (lab, place) = lab(kept).await;
    let runs: Vec<_> = (0..4).map(|_| lab.start(&UP)).collect();
    let ended = join_all(runs.into_iter().map(tests::Run::wait)).await;
    assert!(ended.iter().any(|run| run.code == Some(0)), "{ended:?}");
    assert!(ended.iter().all(|run| matches!(run.code, Some(0 | 4))), "{ended:?}");
    finished(&lab, &place).await;
}

async fn a_dead_holder_is_no_holder(kept: Kept) {
    let (lab, place) = lab(kept).await;
    abandon(&lab, &place, |_| {}).await;
    lab.run(&UP).await.expect(0).says(&["took over the lock of a dead run"]);
    finished(&lab, &place).await;
}

async fn another_machine_holds_it_while_its_lease_lasts(kept: Kept) {
    let (lab, place) = lab(kept).await;
    let renewed =
        |seconds| move |lock: &mut Value| elsewhere(lock, SignedDuration::from_secs(seconds));
    let lock = abandon(&lab, &place, renewed(5)).await;
    lab.run(&UP).await.expect(4).says(&["ci@runner-7", "`provision unlock`"]);
    assert_eq!(place.get("lock.json").await, Some(lock));
    lab.run(&UNLOCK).await.expect(0);
    abandon(&lab, &place, renewed(90)).await;
    lab.run(&UP).await.expect(0).says(&["took over the lock of a dead run", "ci@runner-7"]);
    finished(&lab, &place).await;
}

async fn unlock_shows_it_before_it_breaks_it(kept: Kept) {
    let (lab, place) = lab(kept).await;
    let lock = abandon(&lab, &place, |lock| elsewhere(lock, SignedDuration::ZERO)).await;
    let shown =
        ["locked by ci@runner-7", "running `provision up lab`", "nobody is there to confirm"];
    lab.run(&["unlock", ENVIRONMENT]).await.expect(1).says(&shown);
    assert_eq!(place.get("lock.json").await, Some(lock));
    lab.run(&UNLOCK).await.expect(0).says(&["locked by ci@runner-7", "the lock is broken"]);
    lab.run(&UNLOCK).await.expect(0).says(&["nobody holds the lock"]);
    converges(&lab, &place).await;
}

async fn a_lock_that_nobody_understands_can_be_broken(kept: Kept) {
    let (lab, place) = lab(kept).await;
    place.put("lock.json", "{\"id\": 7").await;
    lab.run(&UP).await.expect(1).says(&["can't be understood", "`provision unlock` removes it"]);
    assert_eq!(place.get("lock.json").await, Some(b"{\"id\": 7".to_vec()));
    lab.run(&UNLOCK).await.expect(0).says(&["the lock is broken"]);
    converges(&lab, &place).await;
}

/// Somebody breaks the lock of a run that is alive: it notices when it renews the lock, begins
/// nothing more, and the other one's work stands.
async fn a_run_whose_lock_was_taken_stops(kept: Kept) {
    let lab = Lab::new().await;
    let place = Place::prepare(&lab, kept).await;
    let gate = lab.hold(|call, phase| call.operation == "CreateVpc" && phase == Phase::Before);
    let mut first = lab.start(&UP);
    gate.reached().await;
    lab.run(&UNLOCK).await.expect(0).says(&["the lock is broken"]);
    let told = tokio::time::timeout(PATIENCE, first.says("another run has taken the lock"));
    assert!(told.await.is_ok(), "it does not notice");
    gate.open();
    first.wait().await.expect(1).says(&["the same command goes on from here"]);
    converges(&lab, &place).await;
}

tests::in_each_place! {
    the_second_is_refused
    of_many_at_once_each_works_alone
    a_dead_holder_is_no_holder
    another_machine_holds_it_while_its_lease_lasts
    unlock_shows_it_before_it_breaks_it
    a_lock_that_nobody_understands_can_be_broken
    a_run_whose_lock_was_taken_stops
}
