//! Labs with stacks of a test's own, and what is asked of them again and again.

use std::path::PathBuf;

use serde_json::Value as Json;
use tests::{ENVIRONMENT, Ended, Lab, Objects, PLAN, UP};

/// The stack of a test's own.
pub const FILE: &str = "stacks/app.yaml";

/// A service and all that it needs, made from a file of the name `program`.
pub const SERVICE: &str = r#"
repository: { type: ecr.repository, name: lab/api, force_delete: true }
image:
  type: image
  repository: ${repository.name}
  build: { command: [cp, program, "{output}"], sources: [program] }
service:
  type: service
  runtime: apprunner
  image: ${image.uri}
  repository: ${repository.arn}
  environment: { LOG: info }
"#;

/// A lab with one stack, `app`, that has these resources.
pub async fn lab(resources: &str) -> Lab {
    let lab = Lab::new().await;
    lab.only(&[]);
    declare(&lab, resources);
    lab
}

/// Writes the resources of the stack `app`, and nothing else of it.
pub fn declare(lab: &Lab, resources: &str) {
    lab.stack("app", resources);
}

/// Expects that everything is as declared, and as it was left.
pub async fn settled(lab: &Lab) {
    lab.run(&PLAN).await.expect(0);
    lab.run(&["drift", ENVIRONMENT]).await.expect(0);
}

/// Converges with this consent, and expects that everything is settled then.
pub async fn converged(lab: &Lab, consent: &[&str]) -> Ended {
    let ended = lab.run(&[&UP, consent].concat()).await.expect(0);
    settled(lab).await;
    ended
}

/// Expects that a command is refused with these words, and that it changed nothing.
pub async fn refused(lab: &Lab, arguments: &[&str], words: &[&str]) -> Ended {
    let before = lab.objects().await;
    let ended = lab.run(arguments).await.expect(1).says(words);
    lab.holds(&before).await;
    ended
}

/// Where the state is.
pub fn state(lab: &Lab) -> PathBuf {
    lab.path(".provision").join(ENVIRONMENT).join("state.json")
}

/// What AWS calls an object.
pub fn id(lab: &Lab, address: &str) -> String {
    let document = serde_json::from_slice::<Json>(&std::fs::read(state(lab)).unwrap()).unwrap();
    let mut objects = document["objects"].as_array().unwrap().iter();
    let object = objects.find(|object| object["address"] == address);
    let id = object.and_then(|object| object["status"]["ready"]["id"].as_str());
    id.unwrap_or_else(|| panic!("{address} is not ready: {document:#}")).to_owned()
}

/// What is there, but for what AWS puts there by itself when a service is first used, and shows
/// for a while after it is deleted.
pub async fn made(lab: &Lab) -> Objects {
    let mut objects = lab.objects().await;
    let once = ["ec2/dhcp_options", "ecr/scanning", "ecr/passwords", "ecs/clusters"];
    let gone = ["ec2/nat_gateways", "kms/keys", "ecs/services", "monitoring/history"];
    for kind in once.into_iter().chain(gone) {
        objects.remove(&format!("us-east-1/{kind}"));
    }
    objects.retain(|kind, _| !kind.starts_with("us-east-1/apprunner/"));
    objects
}

/// Everything that was called so far, in order: `ec2:CreateVpc`.
pub fn calls(lab: &Lab) -> Vec<String> {
    let mut entries = lab.sandbox().calls().entries;
    entries.sort_by_key(|entry| entry.number);
    entries.iter().map(|entry| format!("{}:{}", entry.service, entry.operation)).collect()
}

/// Which calls change nothing.
pub fn is_read(call: &str) -> bool {
    let operation = call.split(':').next_back().unwrap_or_default();
    ["Describe", "Get", "List", "BatchGet"].iter().any(|verb| operation.starts_with(verb))
}
