//! What a `service` stands for.

use std::path::Path;

use serde_json::{Map, Value as Json, json};

use crate::aws::kinds;
use crate::components::components;
use crate::definition::{self, Definition, File, Files, Refusal};

const ENVIRONMENT: &str = "region: eu-central-1\nprefix: acme-dev\nendpoint: sandbox\n";

const DIGEST: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

const LARGE: &str = r#"
    type: service
    runtime: RUNTIME
    image: IMAGE
    port: 3000
    cpu: 2048
    memory: 4096
    scaling: { min: 2, max: 6, concurrency: 40 }
    environment: { LOG: info, WORKERS: 4, DATABASE_HOST: "${db.endpoint}" }
    secrets:
      DATABASE_USER: { secret: "${db.secret_arn}", key: username }
      DATABASE_PASSWORD: { secret: "${db.secret_arn}", key: password }
      TOKEN: { secret: "arn:aws:secretsmanager:eu-central-1:1:secret:token-a", kms_key: "${key.arn}" }
      WHOLE: arn:aws:secretsmanager:eu-central-1:1:secret:whole-b
    subnets: [subnet-a, subnet-b]
    public_subnets: [subnet-c, subnet-d]
    security_groups: [sg-1]
    health_check: { path: /health/ready, interval: 10, timeout: 3, healthy_threshold: 1, unhealthy_threshold: 4 }
    tracing: true
    policies:
      - { Effect: Allow, Action: "s3:GetObject", Resource: "arn:aws:s3:::acme/*" }
"#;

const OTHERS: &str = r#"
  db:
    type: aurora
    engine_version: "16.6"
    subnets: [subnet-a, subnet-b]
    security_groups: [sg-1]
    username: app
    capacity: { min: 0.5, max: 4 }
  key: { type: kms.key }
"#;

fn image() -> String {
    format!("123456789012.dkr.ecr.eu-central-1.amazonaws.com/acme/api@sha256:{DIGEST}")
}

fn compiled(properties: &str) -> Result<Definition, Refusal> {
    let stack = format!("stack: api\nresources:\n{OTHERS}\n  main:{properties}");
    let files = Files {
        environment: File::new("config/dev.yaml", ENVIRONMENT),
        stacks: vec![File::new("stacks/api.yaml", stack.replace("IMAGE", &image()))],
    };
    definition::compile(Path::new("/project"), "dev", files, &kinds(), &components())
}

/// Each child with its properties, `<address.output>` where AWS has not answered yet.
fn children(properties: &str) -> Map<String, Json> {
    let program = match compiled(properties) {
        Ok(definition) => definition.program,
        Err(refusal) => panic!("{:?}", refusal.diagnostics),
    };
    let own = |address: &str| address.starts_with("api.main.");
    let children = program.declarations.iter().filter(|(address, _)| own(address.as_str()));
    let declarations = children.map(|(address, declaration)| {
        let properties = declaration
            .properties
            .evaluate(&|address, output| Some(json!(format!("<{address}.{output}>"))));
        let kind = declaration.kind.name();
        (address.to_string(), json!({ "kind": kind, "properties": properties }))
    });
    declarations.collect()
}

fn complaints(properties: &str) -> String {
    compiled(properties)
        .err()
        .map_or_else(String::new, |refusal| format!("{:?}", refusal.diagnostics))
}

#[test]
fn on_app_runner() {
    insta::assert_json_snapshot!(children(&LARGE.replace("RUNTIME", "apprunner")));
}

#[test]
fn on_ecs_express() {
    insta::assert_json_snapshot!(children(&LARGE.replace("RUNTIME", "ecs_express")));
}

#[test]
fn a_small_one_has_only_what_it_needs() {
    let small = children("\n    type: service\n    image: IMAGE\n");
    let names: Vec<&str> = small.keys().map(String::as_str).collect();
    let expected = ["access_role", "apprunner", "instance_role", "scaling"];
    assert_eq!(names, expected.map(|name| format!("api.main.{name}")));
    assert_eq!(small["api.main.instance_role"]["properties"]["inline_policies"], json!({}));
    let public =
        format!("\n    type: service\n    image: public.ecr.aws/acme/api@sha256:{DIGEST}\n");
    assert!(!children(&public).contains_key("api.main.access_role"));
    let named = children("\n    type: service\n    image: IMAGE\n    domain: api.example.com\n");
    let domain = &named["api.main.domain"]["properties"];
    assert_eq!(domain["domain_name"], "api.example.com");
    assert_eq!(domain["service_arn"], "<api.main.apprunner.arn>");
}

/// The runtimes share no child, so that a change of the runtime makes all of the new one before
/// anything of the old one goes.
#[test]
fn the_runtimes_have_no_object_in_common() {
    let old = children(&LARGE.replace("RUNTIME", "apprunner"));
    let new = children(&LARGE.replace("RUNTIME", "ecs_express"));
    assert!(old.keys().all(|name| !new.contains_key(name)));
}

#[test]
fn rules_are_checked_before_anything_is_declared() {
    let of = |more: &str| complaints(&format!("\n    type: service\n    image: IMAGE\n{more}"));
    assert_eq!(of(""), "");
    assert!(of("    scaling: { min: 3, max: 2 }\n").contains("at least than at most"));
    let twice = "    environment: { A: b }\n    secrets: { A: \"arn:aws:secretsmanager:x\" }\n";
    assert!(of(twice).contains("in the environment as well"));
    let named = "    runtime: ecs_express\n    domain: api.example.com\n";
    assert!(of(named).contains("names of its own alone"));
    let unknown = complaints("\n    type: service\n    image: ${db.cluster_arn}\n");
    assert!(unknown.contains("Which repository"), "{unknown}");
    let tagged = complaints(
        "\n    type: service\n    image: 1.dkr.ecr.eu-central-1.amazonaws.com/api:latest\n",
    );
    assert!(tagged.contains("by its tag"), "{tagged}");
}
