//! A security group that can't be deleted because a network interface bears it.

use tests::{DOWN, Lab, UP};

use crate::stack;

const NETWORK: &str = "
vpc: { type: ec2.vpc, cidr_block: 10.0.0.0/16 }
subnet: { type: ec2.subnet, vpc_id: '${vpc.id}', cidr_block: 10.0.0.0/24 }
web: { type: ec2.security_group, vpc_id: '${vpc.id}', description: first, timeout: 3s }
logs: { type: logs.log_group, name: /lab/logs }
images: { type: ecr.repository, name: lab/images }
";

/// Something of somebody else's that bears the group.
async fn interface(lab: &Lab) -> String {
    let request = lab.clients().await.ec2().create_network_interface().description("of a function");
    let request = request.subnet_id(stack::id(lab, "app.subnet"));
    let answer = request.groups(stack::id(lab, "app.web")).send().await.unwrap();
    answer.network_interface().unwrap().network_interface_id().unwrap().to_owned()
}

async fn remove(lab: &Lab, interface: &str) {
    let request = lab.clients().await.ec2().delete_network_interface();
    request.network_interface_id(interface).send().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn one_down_waits_for_the_interface_and_ends() {
    let lab = stack::lab(NETWORK).await;
    let before = stack::made(&lab).await;
    let lab = lab.converged().await;
    let interface = interface(&lab).await;

    let mut run = lab.start(&DOWN);
    run.says(&format!("waiting for network interface {interface} (“of a function”")).await;
    run.says("✓ delete app.logs").await;
    run.says("✓ delete app.images").await;
    remove(&lab, &interface).await;
    run.wait().await.expect(0);
    assert_eq!(stack::made(&lab).await, before);
    assert!(!stack::state(&lab).exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn in_the_end_the_interface_is_named_and_the_next_run_goes_on() {
    let lab = stack::lab(NETWORK).await.converged().await;
    let interface = interface(&lab).await;
    // A replacement: the new group is there, the old one stays until it can go.
    lab.replace(stack::FILE, "description: first", "description: second");
    lab.run(&UP).await.expect(1).says(&[
        "app.web could not be replaced",
        "--> stacks/app.yaml:",
        "DependencyViolation",
        "request ",
        &format!("is still needed by network interface {interface}"),
        "run again",
    ]);
    remove(&lab, &interface).await;
    stack::converged(&lab, &[]).await;
}
