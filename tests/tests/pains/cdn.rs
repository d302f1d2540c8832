//! CloudFront takes minutes to bring a change to all of its places.

use std::time::{Duration, Instant};

use sandbox::gateway::hook::Phase;
use tests::{DOWN, ENVIRONMENT, Ended, Lab, PLAN, UP};

use crate::stack;

/// CloudFront takes four minutes, here a fiftieth of them.
const PACE: f64 = 0.02;
const SPREADS: Duration = Duration::from_millis(4800);

const SITE: &str = "
site:
  type: cloudfront.distribution
  comment: first
  origins:
    - { id: api, domain_name: api.example.com, custom_origin_config: {} }
  default_cache_behavior:
    target_origin_id: api
    viewer_protocol_policy: redirect-to-https
    cache_policy_id: CachingDisabled
";

async fn timed(lab: &Lab, arguments: &[&str]) -> (Ended, Duration) {
    let began = Instant::now();
    let ended = lab.run(arguments).await;
    (ended, began.elapsed())
}

/// CloudFront's word for the distribution, and the name of its origin.
async fn distribution(lab: &Lab) -> (String, String) {
    let request = lab.clients().await.cloudfront().get_distribution();
    let answer = request.id(stack::id(lab, "app.site")).send().await.unwrap();
    let distribution = answer.distribution.unwrap();
    let origins = distribution.distribution_config.unwrap().origins.unwrap();
    (distribution.status, origins.items[0].domain_name.clone())
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_waited_for_only_when_that_is_asked_for() {
    let lab = stack::lab(SITE).await;
    lab.pace(PACE).await;
    let (ended, took) = timed(&lab, &UP).await;
    ended.expect(0);
    assert!(took < SPREADS, "{took:?}");
    assert_eq!(distribution(&lab).await.0, "InProgress");
    lab.run(&PLAN).await.expect(0);
    lab.run(&["status", ENVIRONMENT]).await.expect(0).says(&["InProgress"]);

    lab.replace(stack::FILE, "comment: first", "comment: second");
    let (ended, took) = timed(&lab, &[&UP[..], &["--wait"]].concat()).await;
    ended.expect(0);
    assert!(took >= SPREADS, "{took:?}");
    assert_eq!(distribution(&lab).await.0, "Deployed");

    // Only what nobody is led to any more can be deleted.
    let (ended, took) = timed(&lab, &DOWN).await;
    ended.expect(0);
    assert!(took >= SPREADS, "{took:?}");
}

/// A change of the runtime is blue/green: at no moment is a request led to what is not there.
#[tokio::test(flavor = "multi_thread")]
async fn the_old_service_goes_when_the_new_one_is_known_everywhere() {
    let lab = Lab::new().await;
    lab.only(&["network"]);
    let site = SITE.replace("api.example.com", "\"${service.host}\"");
    let subnets = "  subnets: ${stack.network.private_subnets}\n";
    stack::declare(&lab, &[stack::SERVICE.trim_end(), "\n", subnets, site.trim()].concat());
    lab.write("program", "any");
    lab.run(&UP).await.expect(0);
    lab.pace(PACE).await;
    let old = distribution(&lab).await.1;
    assert!(old.contains("awsapprunner"), "{old}");

    lab.replace(stack::FILE, "runtime: apprunner", "runtime: ecs_express");
    let gate = lab.hold(|call, phase| phase == Phase::Before && call.operation == "DeleteService");
    let run = lab.start(&UP);
    gate.reached().await;
    let (status, new) = distribution(&lab).await;
    assert_eq!(status, "Deployed");
    assert!(new.contains("ecs") && new != old, "{new}");
    let services = lab.clients().await.apprunner().list_services().send().await.unwrap();
    assert_eq!(services.service_summary_list.len(), 1, "the old one is there all the while");
    gate.open();
    run.wait().await.expect(0);
    stack::settled(&lab).await;
}
