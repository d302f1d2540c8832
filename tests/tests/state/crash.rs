//! A run is killed at every call, those to the bucket of its state among them.

use futures::{StreamExt, stream};
use sandbox::gateway::hook::Phase;
use tests::{DOWN, Kept, Lab, PLAN, Place, UP};

const REPOSITORIES: &str = "us-east-1/ecr/repositories";

/// How many labs at once: each has a sandbox and a program that keep a processor busy.
const AT_ONCE: usize = 3;

/// A lab with its state in S3: converged where everything is to go, else empty.
async fn lab(command: &[&str]) -> (Lab, Place) {
    let lab = Lab::small().await;
    let place = Place::prepare(&lab, Kept::InS3).await;
    match command == DOWN {
        true => (lab.converged().await, place),
        false => (lab, place),
    }
}

/// How many calls an undisturbed run makes.
async fn calls(command: &[&str]) -> u64 {
    let (lab, _) = lab(command).await;
    let before = lab.calls();
    lab.run(command).await.expect(0);
    lab.calls() - before
}

/// Kills one run, runs again, and tells what is wrong then.
async fn crash(command: &[&str], number: u64, phase: Phase) -> Option<String> {
    let (lab, place) = lab(command).await;
    lab.run_and_kill(command, number, phase).await;
    let again = lab.run(command).await;
    let plan = lab.run(&PLAN).await;
    let repositories = lab.objects().await.get(REPOSITORIES).copied().unwrap_or_default();
    let expected = if command == DOWN { (Some(2), 0) } else { (Some(0), 1) };
    let done = again.code == Some(0) && (plan.code, repositories) == expected;
    let clean = place.get("lock.json").await.is_none();
    (!done || !clean).then(|| format!("{phase:?} call {number}:\n{}{}", again.text, plan.text))
}

async fn at_every_call(command: &'static [&'static str]) {
    let calls = calls(command).await;
    assert!(calls > 8, "{calls} calls");
    let cases = (1..=calls).flat_map(|number| [(number, Phase::Before), (number, Phase::After)]);
    let wrong: Vec<String> = stream::iter(cases)
        .map(|(number, phase)| crash(command, number, phase))
        .buffer_unordered(AT_ONCE)
        .filter_map(std::future::ready)
        .collect()
        .await;
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), calls * 2, wrong.join("\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn up_killed_at_every_call() {
    at_every_call(&UP).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn down_killed_at_every_call() {
    at_every_call(&DOWN).await;
}
