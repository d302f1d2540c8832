//! What a service is made of, on App Runner and on ECS: every kind of it.

use tests::Lab;

use crate::story::{ALL, Moment, SAMPLE, Subject};

const FILE: &str = "stacks/service.yaml";

const SERVICE: Subject = Subject { declare, change, consent: &[], kept: &["ecr/passwords"] };

fn declare(lab: &Lab) {
    lab.only(&[]);
    lab.stack("service", include_str!("../pains/every_kind_service.yaml"));
    // Nobody asks these services for anything that could be watched.
    lab.replace(FILE, "watch: 1,", "watch: 0,");
    lab.write("program", "a program");
    lab.write("migrations/1_cars.sql", "CREATE TABLE cars ();\n");
}

/// The connector can't be changed, so it is replaced, and the scaling is a new revision; both
/// services are rolled out anew with another image; the domain and the tracing go.
fn change(lab: &Lab) {
    lab.write("program", "another program");
    lab.replace(FILE, "tag: first", "tag: second");
    lab.replace(FILE, "subnets: [\"${subnet_a.id}\"]", "subnets: [\"${subnet_b.id}\"]");
    lab.replace(FILE, "max_size: 3", "max_size: 4");
    lab.replace(FILE, "LOG: info", "LOG: debug");
    lab.replace(FILE, "observability_configuration_arn: ${tracing.arn}", "");
    lab.remove(FILE, "tracing");
    lab.remove(FILE, "domain");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_killed_while_it_is_made() {
    SERVICE.killed(Moment::Up, ALL).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_killed_while_it_is_changed() {
    SERVICE.killed(Moment::Change, SAMPLE).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_killed_while_it_is_deleted() {
    SERVICE.killed(Moment::Down, SAMPLE).await;
}
