//! A whole life with the state in S3.

use sandbox::gateway::faults::Faults;
use tests::{DOWN, ENVIRONMENT, Kept, Lab, Moto, PLAN, Place, Project, UP};

/// Up, nothing more to do, looked at, changed, and down: with nothing on this machine meanwhile,
/// and nothing in the bucket at the end.
async fn lives(project: &Project) {
    let place = Place::prepare(project, Kept::InS3).await;
    project.run(&UP).await.expect(0);
    assert_eq!(place.json("state.json").await["environment"], ENVIRONMENT);
    assert_eq!(place.get("lock.json").await, None);
    project.run(&PLAN).await.expect(0);
    project.run(&["status", ENVIRONMENT]).await.expect(0).says(&["ecr.repository"]);
    let url = project.run(&["outputs", ENVIRONMENT, "registry.url"]).await.expect(0);
    assert!(url.out.contains(".dkr.ecr.us-east-1.amazonaws.com/"), "{}", url.out);

    let serial = place.json("state.json").await["serial"].as_u64();
    project.replace("stacks/registry.yaml", "countNumber: 7", "countNumber: 8");
    project.run(&UP).await.expect(0);
    assert!(place.json("state.json").await["serial"].as_u64() > serial);
    project.run(&PLAN).await.expect(0);

    project.run(&DOWN).await.expect(0);
    assert_eq!(place.get("state.json").await, None);
    assert_eq!(place.get("lock.json").await, None);
    assert!(!project.path(".provision").exists());
    assert!(!project.path(".local").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_life_with_the_state_in_the_sandboxs_s3() {
    let lab = Lab::new().await;
    lives(&lab).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_life_with_the_state_in_motos_s3() {
    match Moto::start().await {
        Some(moto) => lives(&moto).await,
        None => eprintln!("skipped: moto_server is not installed"),
    }
}

/// A write whose answer is lost is told from somebody else's.
#[tokio::test(flavor = "multi_thread")]
async fn a_life_with_an_s3_that_loses_calls_and_answers() {
    let lab = Lab::small().await;
    Place::prepare(&lab, Kept::InS3).await;
    let faults = Faults {
        throttle: 0.05,
        server_error: 0.05,
        drop_before: 0.1,
        drop_after: 0.2,
        services: vec!["s3".to_owned()],
        seed: Some(3),
        ..Faults::default()
    };
    lab.suffer(&faults);
    lab.run(&UP).await.expect(0);
    lab.run(&PLAN).await.expect(0);
    lab.run(&DOWN).await.expect(0);
}
