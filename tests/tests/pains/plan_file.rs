//! What was reviewed is what is done: saved plans, exit codes, stacks, and the order in which an
//! object is replaced.

use tests::{ENVIRONMENT, Lab, PLAN, UP};

use crate::stack::{self, is_read};

const SAVE: [&str; 4] = ["plan", ENVIRONMENT, "--out", "saved.plan"];

/// Saves a plan, and gives the command that carries it out.
async fn saved(lab: &Lab) -> [String; 5] {
    let file = lab.path("saved.plan").display().to_string();
    let arguments = [SAVE[0], SAVE[1], SAVE[2], &file];
    lab.run(&arguments).await.expect(0);
    [UP[0], UP[1], UP[2], "--plan", &file].map(str::to_owned)
}

fn arguments(command: &[String]) -> Vec<&str> {
    command.iter().map(String::as_str).collect()
}

const TWO: &str = "
logs: { type: logs.log_group, name: /lab/logs, retention_in_days: 30 }
images: { type: ecr.repository, name: lab/images }
";

#[tokio::test(flavor = "multi_thread")]
async fn a_saved_plan_is_carried_out() {
    let lab = stack::lab(TWO).await;
    let up = saved(&lab).await;
    assert!(stack::calls(&lab).iter().all(|call| is_read(call)));
    lab.run(&arguments(&up)).await.expect(0);
    stack::settled(&lab).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_saved_plan_is_refused_once_the_world_has_moved() {
    let lab = stack::lab(TWO).await;
    let words = ["the world has moved", "app.logs", "make the plan again"];

    // Somebody carries it out, or most of it, in another run.
    let up = saved(&lab).await;
    lab.run(&UP).await.expect(0);
    stack::refused(&lab, &arguments(&up), &words).await;

    // Somebody changes the definitions.
    lab.replace(stack::FILE, "retention_in_days: 30", "retention_in_days: 60");
    let up = saved(&lab).await;
    lab.replace(stack::FILE, "retention_in_days: 60", "retention_in_days: 90");
    stack::refused(&lab, &arguments(&up), &words).await;

    // Somebody changes the object itself.
    let up = saved(&lab).await;
    let request = lab.clients().await.logs().put_retention_policy().log_group_name("/lab/logs");
    request.retention_in_days(7).send().await.unwrap();
    stack::refused(&lab, &arguments(&up), &words).await;

    let up = saved(&lab).await;
    lab.run(&arguments(&up)).await.expect(0);
    stack::settled(&lab).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_plan_of_this_environment_is_refused() {
    let lab = stack::lab(TWO).await;
    let up = saved(&lab).await;
    lab.replace("saved.plan", "\"environment\": \"lab\"", "\"environment\": \"prod\"");
    stack::refused(&lab, &arguments(&up), &["`prod`"]).await;
    lab.write("saved.plan", "{}");
    stack::refused(&lab, &arguments(&up), &["saved.plan"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_exit_code_tells_whether_there_are_changes() {
    let lab = stack::lab(TWO).await;
    lab.run(&PLAN).await.expect(2);
    lab.run(&["plan", ENVIRONMENT]).await.expect(0);
    lab.run(&UP).await.expect(0);
    lab.run(&PLAN).await.expect(0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stack_comes_with_what_it_depends_on_and_nothing_else() {
    let lab = Lab::new().await;
    lab.run(&["up", ENVIRONMENT, "--yes", "--stack", "db"]).await.expect(0);
    let objects = lab.objects().await;
    assert!(objects.keys().any(|kind| kind.contains("cluster")), "{objects:?}");
    let listed = lab.run(&["state", "list", ENVIRONMENT]).await.expect(0).out;
    assert!(listed.contains("network.main.vpc") && !listed.contains("registry."), "{listed}");
    lab.run(&["plan", ENVIRONMENT, "--stack", "db", "--detailed-exitcode"]).await.expect(0);
    lab.run(&PLAN).await.expect(2).says(&["registry"]);
}

/// The place of a call among all calls.
fn place(lab: &Lab, call: &str) -> usize {
    stack::calls(lab).iter().rposition(|made| made == call).unwrap_or_else(|| panic!("no {call}"))
}

const NETWORK: &str = "
vpc: { type: ec2.vpc, cidr_block: 10.0.0.0/16 }
web: { type: ec2.security_group, vpc_id: '${vpc.id}', description: first }
peer:
  type: ec2.security_group
  vpc_id: ${vpc.id}
  ingress: [{ from_port: 80, security_groups: ['${web.id}'] }]
";

#[tokio::test(flavor = "multi_thread")]
async fn what_can_stand_beside_its_successor_is_deleted_last() {
    let lab = stack::lab(NETWORK).await.converged().await;
    let old = stack::id(&lab, "app.web");
    lab.replace(stack::FILE, "description: first", "description: second");
    lab.run(&PLAN).await.expect(2).says(&["replace web", "the new one first", "description"]);
    stack::converged(&lab, &[]).await;
    let (made, deleted) = ("ec2:CreateSecurityGroup", "ec2:DeleteSecurityGroup");
    assert!(place(&lab, made) < place(&lab, deleted));
    assert_ne!(stack::id(&lab, "app.web"), old);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_can_not_is_deleted_first() {
    let lab = stack::lab("subnets: { type: ec2.vpc, cidr_block: 10.0.0.0/16 }").await;
    let subnet = "vpc: { type: ec2.vpc, cidr_block: 10.0.0.0/16 }
one: { type: ec2.subnet, vpc_id: '${vpc.id}', cidr_block: 10.0.0.0/24 }";
    stack::declare(&lab, subnet);
    stack::converged(&lab, &[]).await;
    lab.replace(stack::FILE, "10.0.0.0/24", "10.0.0.0/25");
    lab.run(&PLAN).await.expect(2).says(&["replace one", "the old one goes first", "cidr_block"]);
    stack::converged(&lab, &[]).await;
    assert!(place(&lab, "ec2:DeleteSubnet") < place(&lab, "ec2:CreateSubnet"));
}
