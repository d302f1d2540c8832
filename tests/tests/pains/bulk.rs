//! Plans that get slow as systems grow: here they are made of bulk reads.

use std::fmt::Write;

use tests::{ENVIRONMENT, Lab, PLAN, UP};

use crate::stack::{self, is_read};

/// How many calls an empty plan makes.
async fn calls_of_a_plan(lab: &Lab) -> Vec<String> {
    let before = stack::calls(lab).len();
    lab.run(&PLAN).await.expect(0);
    stack::calls(lab).split_off(before)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_plan_of_the_whole_system_makes_few_calls() {
    let lab = Lab::new().await.converged().await;
    let listed = lab.run(&["state", "list", ENVIRONMENT]).await.expect(0).out;
    let objects = listed.lines().count();
    assert!(objects >= 34, "{listed}");
    let calls = calls_of_a_plan(&lab).await;
    assert!(calls.iter().all(|call| is_read(call)), "{calls:?}");
    assert!(calls.len() <= 36, "{} calls for {objects} objects: {calls:?}", calls.len());
}

/// A VPC with so many subnets, and so many log groups.
fn many(subnets: usize, groups: usize) -> String {
    let mut text = "vpc: { type: ec2.vpc, cidr_block: 10.0.0.0/16 }\n".to_owned();
    let names = (0..groups).map(|number| format!("group-{number}"));
    let _ = writeln!(
        text,
        "subnet: {{ type: ec2.subnet, for_each: {:?}, vpc_id: '${{vpc.id}}', cidr_block: '10.0.${{each.value}}.0/24' }}",
        (0..subnets).map(|number| number.to_string()).collect::<Vec<_>>()
    );
    let _ = writeln!(
        text,
        "logs: {{ type: logs.log_group, for_each: {:?}, name: '/lab/${{each.value}}' }}",
        names.collect::<Vec<_>>()
    );
    text
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_times_as_many_objects_are_not_ten_times_as_many_calls() {
    let lab = stack::lab(&many(2, 2)).await.converged().await;
    let few = calls_of_a_plan(&lab).await;
    stack::declare(&lab, &many(20, 200));
    lab.run(&UP).await.expect(0);
    let many = calls_of_a_plan(&lab).await;
    // DescribeLogGroups takes fifty names: three more of them, and none for the subnets.
    assert!(many.len() <= few.len() + 3, "{few:?} became {many:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn timings_say_where_the_time_went() {
    let lab = Lab::small().await.converged().await;
    let before = lab.calls();
    let ended = lab.run(&["plan", ENVIRONMENT, "--timings"]).await.expect(0);
    let calls = lab.calls() - before;
    ended.says(&[
        "where the time went",
        "load",
        "connect",
        "refresh",
        "plan",
        &format!("{calls} calls to AWS"),
        "ecr:DescribeRepositories",
    ]);
}
