//! The repository's own network, database and registry.

use tests::Lab;

use crate::story::{ALL, Moment, Subject};

const INFRASTRUCTURE: Subject =
    Subject { declare: |_| {}, change, consent: &["--allow-replace", "registry.api"], kept: &[] };

/// The repository's name can't be changed, so it is replaced; the NAT gateway goes, with its
/// address and its route; a parameter changes in place.
fn change(lab: &Lab) {
    let nat = "nat_gateways: ${config.network.nat_gateways}";
    lab.replace("stacks/network.yaml", nat, "nat_gateways: none");
    lab.replace("stacks/db.yaml", "statement: 500", "statement: 250");
    lab.replace("stacks/registry.yaml", "${env.prefix}/api", "${env.prefix}/service");
}

#[tokio::test(flavor = "multi_thread")]
async fn up_killed_at_every_call() {
    INFRASTRUCTURE.killed(Moment::Up, ALL).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn down_killed_at_every_call() {
    INFRASTRUCTURE.killed(Moment::Down, ALL).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_killed_at_every_call() {
    INFRASTRUCTURE.killed(Moment::Change, ALL).await;
}
