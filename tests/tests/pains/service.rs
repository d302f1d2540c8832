//! What App Runner is known for: services that are stuck, that fail to come up and say no reason,
//! and connectors whose network interfaces stay.

use sandbox::gateway::faults::Faults;
use tests::{DOWN, Lab, UP};

use crate::stack;

const CONNECTED: &str = "
vpc: { type: ec2.vpc, cidr_block: 10.0.0.0/16 }
subnet: { type: ec2.subnet, vpc_id: '${vpc.id}', cidr_block: 10.0.0.0/24 }
group: { type: ec2.security_group, vpc_id: '${vpc.id}', description: of the service }
connector:
  type: apprunner.vpc_connector
  name_prefix: lab
  subnets: ['${subnet.id}']
  security_groups: ['${group.id}']
logs: { type: logs.log_group, name: /lab/logs }
";

/// A lab with a service that is still to be made.
async fn lab() -> Lab {
    let lab = stack::lab(stack::SERVICE).await;
    lab.write("program", "any");
    lab
}

/// How many services there are, deleted ones left out.
async fn services(lab: &Lab) -> usize {
    let answer = lab.clients().await.apprunner().list_services().send().await.unwrap();
    answer.service_summary_list.len()
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_is_stuck_is_waited_for_and_then_changed() {
    let lab = lab().await;
    lab.suffer(&Faults { stuck_service_ms: 1500, ..Faults::default() });
    lab.run(&UP).await.expect(0);

    // Somebody else has begun something, and App Runner takes nothing more until it is done.
    let arn = stack::id(&lab, "app.service.apprunner");
    let clients = lab.clients().await;
    clients.apprunner().start_deployment().service_arn(&arn).send().await.unwrap();
    lab.replace(stack::FILE, "LOG: info", "LOG: debug");
    lab.run(&UP).await.expect(0);
    stack::settled(&lab).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_fails_to_come_up_says_why_and_is_replaced_by_the_next_run() {
    let lab = lab().await;
    lab.suffer(&Faults { failed_creations: 1, ..Faults::default() });
    let words =
        ["app.service.apprunner could not be created", "CREATE_FAILED", "the next run replaces it"];
    lab.run(&UP).await.expect(1).says(&words);
    let failed = services(&lab).await;
    stack::converged(&lab, &[]).await;
    assert_eq!((failed, services(&lab).await), (1, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn one_down_waits_for_the_interfaces_of_a_connector_and_ends() {
    let lab = stack::lab(CONNECTED).await;
    let before = stack::made(&lab).await;
    let lab = lab.converged().await;
    lab.suffer(&Faults { held_interface_ms: 3000, ..Faults::default() });
    let mut run = lab.start(&DOWN);
    run.says("✓ delete app.connector").await;
    run.says("waiting for network interface").await;
    run.says("✓ delete app.logs").await;
    run.wait().await.expect(0);
    assert_eq!(stack::made(&lab).await, before);
    assert!(!stack::state(&lab).exists());
}
