//! The bucket stops answering in mid-run: the run stops, and what it knows waits on this machine.

use std::fs;
use std::sync::atomic::{AtomicBool, Ordering};

use sandbox::fault::Fault;
use sandbox::gateway::hook::Verdict;
use tests::{Ended, Kept, Lab, PLAN, Place, UP};

const JOURNAL: &str = ".local/journal/lab/journal.json";

/// A run whose bucket refuses everything from the first time on that `operation` is called.
async fn run_without_bucket_from(lab: &Lab, operation: &'static str) -> Ended {
    let gone = AtomicBool::new(false);
    lab.treat(move |call, _| {
        gone.fetch_or(call.operation == operation, Ordering::Relaxed);
        match call.service == "s3" && gone.load(Ordering::Relaxed) {
            true => Verdict::Fail(Fault::new("AccessDenied", "Access Denied").with_status(403)),
            false => Verdict::Continue,
        }
    });
    let ended = lab.run(&UP).await;
    lab.leave_alone();
    ended
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_bucket_missed_is_brought_back_by_the_next_run() {
    let expected = Lab::new().await.converged().await.objects().await;
    let lab = Lab::new().await;
    let place = Place::prepare(&lab, Kept::InS3).await;
    let ended = run_without_bucket_from(&lab, "CreateSubnet").await.expect(1);
    let journal = lab.path(JOURNAL).display().to_string();
    ended.says(&["could not be written", "AccessDenied", &journal, "the next run"]);
    let known = lab.read(JOURNAL);
    assert!(known.contains("\"subnet-"), "{known}");
    assert!(
        !String::from_utf8(place.get("state.json").await.unwrap()).unwrap().contains("\"subnet-")
    );

    lab.run(&UP).await.expect(0);
    lab.holds(&expected).await;
    assert!(!lab.path(JOURNAL).exists());
    lab.run(&PLAN).await.expect(0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bucket_that_can_not_be_reached_from_the_start_changes_nothing() {
    let lab = Lab::small().await;
    Place::prepare(&lab, Kept::InS3).await;
    let ended = run_without_bucket_from(&lab, "GetCallerIdentity").await.expect(1);
    ended.says(&["AccessDenied", "check that the place exists"]);
    assert_eq!(lab.objects().await, Lab::new().await.objects().await);
    lab.run(&UP).await.expect(0);
}

/// Another machine has gone on from what the bucket held: what this one knows must neither be lost
/// nor overwrite that.
#[tokio::test(flavor = "multi_thread")]
async fn a_journal_that_another_machine_has_overtaken_is_kept_and_named() {
    let lab = Lab::small().await;
    let place = Place::prepare(&lab, Kept::InS3).await;
    run_without_bucket_from(&lab, "CreateRepository").await.expect(1);
    let (here, away) = (lab.path(JOURNAL), lab.path("journal.away"));
    fs::rename(&here, &away).unwrap();
    lab.replace("stacks/registry.yaml", "countNumber: 7", "countNumber: 9");
    lab.run(&UP).await.expect(0);
    assert_eq!(lab.objects().await["us-east-1/ecr/repositories"], 1);
    fs::rename(&away, &here).unwrap();

    let (journal, state) = (lab.read(JOURNAL), place.get("state.json").await);
    let path = here.display().to_string();
    for command in [&UP[..], &PLAN] {
        lab.run(command).await.expect(1).says(&[&path, "delete it"]);
    }
    assert_eq!((lab.read(JOURNAL), place.get("state.json").await), (journal, state));
    fs::remove_file(&here).unwrap();
    lab.run(&PLAN).await.expect(0);
}
