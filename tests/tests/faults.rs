//! AWS throttles, fails, keeps silent and hangs up, far more often than it does: one run converges
//! all the same, and makes nothing twice.

use futures::future::join_all;
use sandbox::gateway::faults::Faults;
use tests::{DOWN, ENVIRONMENT, Lab, Objects, PLAN, UP};

/// Each kind of fault at one call in five, and all of them together.
fn cases() -> [(&'static str, Faults); 6] {
    let faults = Faults { seed: Some(1), ..Faults::default() };
    [
        ("throttling", Faults { throttle: 0.2, ..faults.clone() }),
        ("failures of the service", Faults { server_error: 0.2, ..faults.clone() }),
        ("no answer", Faults { timeout: 0.2, ..faults.clone() }),
        ("dropped before it was carried out", Faults { drop_before: 0.2, ..faults.clone() }),
        ("dropped after it was carried out", Faults { drop_after: 0.2, ..faults.clone() }),
        (
            "everything",
            Faults {
                throttle: 0.05,
                server_error: 0.05,
                timeout: 0.05,
                drop_before: 0.05,
                drop_after: 0.05,
                ..faults
            },
        ),
    ]
}

/// What is there after an `up` and after a `down` to which nothing happened.
async fn undisturbed() -> (Objects, Objects) {
    let lab = Lab::new().await.converged().await;
    let up = lab.objects().await;
    lab.run(&DOWN).await.expect(0);
    (up, lab.objects().await)
}

/// One `up` and one `down` under these faults.
async fn converges_under(faults: Faults, up: &Objects, down: &Objects) {
    let lab = Lab::new().await;
    // A call that gets no answer is given up soon, for the sake of this test's duration.
    lab.configure("attempt_timeout: 500ms");

    lab.suffer(&faults);
    lab.run(&UP).await.expect(0);
    lab.recover();
    lab.holds(up).await;
    lab.run(&PLAN).await.expect(0);
    lab.run(&["drift", ENVIRONMENT]).await.expect(0);

    lab.suffer(&faults);
    lab.run(&DOWN).await.expect(0);
    lab.recover();
    lab.holds(down).await;
    assert!(afflicted(&lab) > 15, "hardly anything went wrong");
}

/// How many calls were not carried out, or not answered.
fn afflicted(lab: &Lab) -> usize {
    let calls = lab.sandbox().calls().entries;
    calls.iter().filter(|call| !call.executed || call.status.is_none()).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_converges_whatever_goes_wrong_with_its_calls() {
    let (up, down) = undisturbed().await;
    let stories = cases().map(|(name, faults)| {
        let (up, down) = (up.clone(), down.clone());
        let story = tokio::spawn(async move { converges_under(faults, &up, &down).await });
        async move { story.await.err().map(|error| format!("{name}: {error}")) }
    });
    let wrong: Vec<String> = join_all(stories).await.into_iter().flatten().collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
