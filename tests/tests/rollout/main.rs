//! A new version that AWS finds healthy, and that fails its users all the same.

#![allow(clippy::unwrap_used, reason = "tests")]

use std::time::Duration;

use tests::{ENVIRONMENT, Ended, Lab, PLAN, UP, client};

const STACK: &str = r#"
stack: api
resources:
  repository: { type: ecr.repository, name: lab/rollout, force_delete: true }
  image:
    type: image
    repository: ${repository.name}
    build:
      command: [rustc, -O, -C, target-feature=+crt-static, program.rs, -o, "{output}"]
      sources: [program.rs]
  service:
    type: service
    runtime: RUNTIME
    image: ${image.uri}
    repository: ${repository.arn}
    port: 3000
    cpu: 256
    memory: 512
    subnets: ${stack.network.private_subnets}
    public_subnets: ${stack.network.public_subnets}
    environment: { ANSWER: 200, DELAY_MS: 0 }
    health_check: { path: /health, interval: 1 }
    rollout: { watch: 2, paths: [/cars, /health], max_p99_ms: 400 }
outputs:
  url: ${service.url}
"#;
const FILE: &str = "stacks/api.yaml";

/// A service that runs and is good.
async fn service(runtime: &str) -> Lab {
    let lab = Lab::live().await;
    lab.only(&["network"]);
    lab.write("program.rs", include_str!("program.rs"));
    lab.write(FILE, &STACK.replace("RUNTIME", runtime));
    lab.run(&UP).await.expect(0);
    assert_eq!(status(&lab, "/cars").await, 200);
    lab
}

async fn deploy(lab: &Lab) -> Ended {
    lab.run(&["up", ENVIRONMENT, "--yes"]).await
}

/// Where a path of the service is.
async fn url(lab: &Lab, path: &str) -> String {
    let outputs = lab.run(&["outputs", ENVIRONMENT, "api.url"]).await.expect(0);
    format!("{}{path}", outputs.out.trim())
}

/// What a path of the service is answered with.
async fn status(lab: &Lab, path: &str) -> u16 {
    let url = url(lab, path).await;
    client(&url).get(&url).send().await.unwrap().status().as_u16()
}

async fn versions_that_fail_their_users_are_taken_back(runtime: &str) {
    let lab = service(runtime).await;
    lab.replace(FILE, "ANSWER: 200", "ANSWER: 500");
    let failed = deploy(&lab).await.expect(1);
    failed.says(&["was taken back", "requests failed (/cars 500 ×", "provision logs"]);
    assert_eq!(status(&lab, "/cars").await, 200, "the version before serves");

    lab.replace(FILE, "ANSWER: 500, DELAY_MS: 0", "ANSWER: 200, DELAY_MS: 600");
    deploy(&lab).await.expect(1).says(&["was taken back", "took longer than 400 ms"]);

    lab.replace(FILE, "DELAY_MS: 600", "DELAY_MS: 1");
    deploy(&lab).await.expect(0);
    lab.run(&PLAN).await.expect(0);

    // Only what reaches the program is watched; this takes no call that changes anything.
    lab.replace(FILE, "watch: 2", "watch: 3600");
    deploy(&lab).await.expect(0);
    lab.run(&PLAN).await.expect(0);
}

#[tokio::test(flavor = "multi_thread")]
async fn on_app_runner() {
    versions_that_fail_their_users_are_taken_back("apprunner").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn on_ecs_express() {
    versions_that_fail_their_users_are_taken_back("ecs_express").await;
}

/// What nobody asks for but its users is counted by AWS, minute by minute.
#[tokio::test(flavor = "multi_thread")]
async fn failures_that_only_users_meet_are_counted() {
    let lab = service("ecs_express").await;
    lab.replace(FILE, "watch: 2, paths: [/cars, /health]", "watch: 300, paths: [/health]");
    lab.replace(FILE, "ANSWER: 200", "ANSWER: 500");
    let cars = url(&lab, "/cars").await;
    let people = tokio::spawn(async move {
        let client = client(&cars);
        loop {
            let _ = client.get(&cars).send().await;
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    });
    let deployed = lab.start(&UP).wait_for(Duration::from_secs(300)).await;
    people.abort();
    deployed.expect(1).says(&["was taken back", "CloudWatch counts", "failures of"]);
    assert_eq!(status(&lab, "/cars").await, 200, "the version before serves");
}
