//! Nothing is ever lost: a run is killed at every single call to AWS, once before the call is
//! carried out and once after, and the next run finds what the dead one made.

use futures::{StreamExt, stream};
use sandbox::gateway::hook::Phase;
use tests::{DOWN, ENVIRONMENT, Lab, Objects, PLAN, UP, difference};

/// How many labs at once: each has a sandbox and a program that keep a processor busy.
const AT_ONCE: usize = 3;

const CHANGE: [&str; 5] = ["up", ENVIRONMENT, "--yes", "--allow-replace", "registry.api"];

/// What a lab begins with, and what is run and killed in it.
#[derive(Clone, Copy)]
enum Story {
    /// Everything is made.
    Up,
    /// Some objects are replaced, in both orders, some changed and some deleted.
    Change,
    /// Everything is deleted.
    Down,
}

impl Story {
    async fn begin(self) -> Lab {
        let lab = Lab::new().await;
        if !matches!(self, Self::Up) {
            lab.run(&UP).await.expect(0);
        }
        if matches!(self, Self::Change) {
            change(&lab);
        }
        lab
    }

    fn command(self) -> &'static [&'static str] {
        match self {
            Self::Up => &UP,
            Self::Change => &CHANGE,
            Self::Down => &DOWN,
        }
    }

    /// The run without a crash: how many calls it makes, and what is there after it.
    async fn model(self) -> (u64, Objects) {
        let lab = self.begin().await;
        let before = lab.calls();
        lab.run(self.command()).await.expect(0);
        (lab.calls() - before, lab.objects().await)
    }

    /// Kills one run, runs again, and tells what is wrong then.
    async fn crash(self, number: u64, phase: Phase, expected: &Objects) -> Option<String> {
        let lab = self.begin().await;
        lab.run_and_kill(self.command(), number, phase).await;
        let again = lab.run(self.command()).await;
        if again.code != Some(0) {
            return Some(format!("{phase:?} call {number}: the next run failed:\n{}", again.text));
        }
        let objects = lab.objects().await;
        if objects != *expected {
            let wrong = difference(&objects, expected);
            return Some(format!("{phase:?} call {number}: {wrong}"));
        }
        if matches!(self, Self::Down) {
            return None;
        }
        let plan = lab.run(&PLAN).await;
        (plan.code != Some(0)).then(|| format!("{phase:?} call {number}: not done:\n{}", plan.text))
    }
}

/// The repository's name can't be changed, so it is replaced; the NAT gateway goes, with its
/// address and its route; a parameter changes in place.
fn change(lab: &Lab) {
    let nat = "nat_gateways: ${config.network.nat_gateways}";
    lab.replace("stacks/network.yaml", nat, "nat_gateways: none");
    lab.replace("stacks/db.yaml", "statement: 500", "statement: 250");
    lab.replace("stacks/registry.yaml", "${env.prefix}/api", "${env.prefix}/service");
}

async fn at_every_call(story: Story) {
    let (calls, expected) = story.model().await;
    assert!(calls > 20, "{calls} calls");
    let cases = (1..=calls).flat_map(|number| [(number, Phase::Before), (number, Phase::After)]);
    let wrong: Vec<String> = stream::iter(cases)
        .map(|(number, phase)| {
            let expected = expected.clone();
            async move { story.crash(number, phase, &expected).await }
        })
        .buffer_unordered(AT_ONCE)
        .filter_map(std::future::ready)
        .collect()
        .await;
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), calls * 2, wrong.join("\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn up_killed_at_every_call() {
    at_every_call(Story::Up).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn down_killed_at_every_call() {
    at_every_call(Story::Down).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_killed_at_every_call() {
    at_every_call(Story::Change).await;
}
