//! Ctrl-C: once finishes what is under way, twice stops at once. Either way nothing is lost, and
//! the same command goes on.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

use std::time::Duration;

use sandbox::gateway::hook::{CallInfo, Phase};
use tests::{DOWN, Ended, Gate, Kept, Lab, Objects, PLAN, Place, Run, Signal, UP};

const STOPPING: &str = "stopping: what is under way is finished first";
/// How soon a run that should end at once is over, on a machine with much else to do.
const AT_ONCE: Duration = Duration::from_secs(20);

/// What an undisturbed `up` makes.
async fn expected() -> Objects {
    Lab::new().await.converged().await.objects().await
}

async fn lab(kept: Kept) -> (Lab, Place) {
    let lab = Lab::new().await;
    let place = Place::prepare(&lab, kept).await;
    (lab, place)
}

/// A run that is held at an operation.
async fn held(lab: &Lab, command: &[&str], operation: &'static str, at: Phase) -> (Run, Gate) {
    let gate = lab.hold(move |call: &CallInfo, phase| call.operation == operation && phase == at);
    let run = lab.start(command);
    gate.reached().await;
    (run, gate)
}

/// Interrupts a run, and lets what is under way go on once it has noticed.
async fn interrupted(mut run: Run, gate: Gate, signal: Signal) -> Ended {
    run.signal(signal);
    run.says(STOPPING).await;
    gate.open();
    run.wait().await.expect(130).says(&["the same command goes on from here"])
}

/// Interrupts a run twice, while what is under way gets no answer at all.
async fn stopped(mut run: Run, gate: Gate) {
    run.signal(Signal::INT);
    run.says(STOPPING).await;
    run.signal(Signal::INT);
    let ended = tokio::time::timeout(AT_ONCE, run.wait()).await;
    ended.expect("it goes on").expect(130).says(&["stopped at once", "the next run finds it"]);
    drop(gate);
}

/// The next `up` goes on, and makes what an undisturbed one makes.
async fn goes_on(lab: &Lab, expected: &Objects) {
    lab.leave_alone();
    lab.run(&UP).await.expect(0);
    lab.holds(expected).await;
    lab.run(&PLAN).await.expect(0);
}

/// The status of an object in the state, e.g. `ready`.
async fn status(place: &Place, address: &str) -> Option<String> {
    let state = place.json("state.json").await;
    let objects = state["objects"].as_array().unwrap();
    let object = objects.iter().find(|object| object["address"] == address)?;
    object["status"].as_object().unwrap().keys().next().cloned()
}

async fn once_finishes_what_is_under_way(kept: Kept) {
    let expected = expected().await;
    for signal in [Signal::INT, Signal::TERM] {
        let (lab, place) = lab(kept).await;
        let (run, gate) = held(&lab, &UP, "CreateVpc", Phase::Before).await;
        interrupted(run, gate, signal).await;
        assert_eq!(status(&place, "network.main.vpc").await.as_deref(), Some("ready"));
        assert_eq!(place.get("lock.json").await, None);
        let calls = lab.sandbox().calls().by_operation;
        assert!(!calls.contains_key("ec2:CreateSubnet"), "something was begun: {calls:?}");
        goes_on(&lab, &expected).await;
    }
}

async fn twice_stops_at_once(kept: Kept) {
    let expected = expected().await;
    for at in [Phase::Before, Phase::After] {
        let (lab, place) = lab(kept).await;
        let (run, gate) = held(&lab, &UP, "CreateVpc", at).await;
        stopped(run, gate).await;
        assert_eq!(status(&place, "network.main.vpc").await.as_deref(), Some("creating"));
        assert_eq!(place.get("lock.json").await, None);
        goes_on(&lab, &expected).await;
    }
}

/// AWS works on a NAT gateway when the run is interrupted: once waits for it, twice does not, and
/// the next run waits for the same one.
#[tokio::test(flavor = "multi_thread")]
async fn what_aws_works_on_is_waited_for_or_found_again() {
    let expected = expected().await;
    for times in [1, 2] {
        let (lab, place) = lab(Kept::Locally).await;
        lab.pace(0.03).await;
        let mut run = lab.start(&UP);
        lab.called("ec2:DescribeNatGateways").await;
        run.signal(Signal::INT);
        run.says(STOPPING).await;
        if times == 2 {
            run.signal(Signal::INT);
        }
        run.wait().await.expect(130);
        let (nat, wanted) = ("network.main.nat:a", if times == 1 { "ready" } else { "creating" });
        assert_eq!(status(&place, nat).await.as_deref(), Some(wanted));
        lab.pace(0.0).await;
        goes_on(&lab, &expected).await;
    }
}

async fn a_teardown_goes_on_as_well(kept: Kept) {
    let (lab, place) = lab(kept).await;
    let lab = lab.converged().await;
    let (run, gate) = held(&lab, &DOWN, "DeleteDBCluster", Phase::Before).await;
    interrupted(run, gate, Signal::INT).await;
    assert!(status(&place, "network.main.vpc").await.is_some());
    let (run, gate) = held(&lab, &DOWN, "DeleteVpc", Phase::After).await;
    stopped(run, gate).await;
    lab.leave_alone();
    lab.run(&DOWN).await.expect(0);
    assert_eq!(place.get("state.json").await, None);
    let left = Lab::new().await.converged().await;
    left.run(&DOWN).await.expect(0);
    lab.holds(&left.objects().await).await;
}

async fn before_anything_is_changed_nothing_is(kept: Kept) {
    let (lab, place) = lab(kept).await;
    let lab = lab.converged().await;
    let (objects, state) = (lab.objects().await, place.get("state.json").await);
    lab.replace("stacks/registry.yaml", "countNumber: 7", "countNumber: 8");
    let (run, gate) = held(&lab, &UP, "DescribeVpcs", Phase::Before).await;
    run.signal(Signal::INT);
    run.wait().await.expect(130).says(&["interrupted; nothing was changed"]);
    drop(gate);
    lab.holds(&objects).await;
    assert_eq!(place.get("state.json").await, state);
    assert_eq!(place.get("lock.json").await, None);
    goes_on(&lab, &objects).await;
}

tests::in_each_place! {
    once_finishes_what_is_under_way
    twice_stops_at_once
    a_teardown_goes_on_as_well
    before_anything_is_changed_nothing_is
}
