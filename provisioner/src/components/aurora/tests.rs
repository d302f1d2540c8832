//! What an `aurora` stands for.

use std::path::Path;

use serde_json::{Map, Value as Json, json};

use crate::aws::kinds;
use crate::components::components;
use crate::definition::{self, Definition, File, Files, Refusal};

const ENVIRONMENT: &str = "region: eu-central-1\nprefix: acme-dev\nendpoint: sandbox\n";

const SMALL: &str = r#"
    type: aurora
    engine_version: "16.6"
    subnets: [subnet-a, subnet-b]
    security_groups: [sg-1]
    username: app
    capacity: { min: 0.5, max: 4 }
"#;

fn compiled(properties: &str) -> Result<Definition, Refusal> {
    let stack = format!("stack: db\nresources:\n  main:{properties}");
    let files = Files {
        environment: File::new("config/dev.yaml", ENVIRONMENT),
        stacks: vec![File::new("stacks/db.yaml", stack)],
    };
    definition::compile(Path::new("/project"), "dev", files, &kinds(), &components())
}

/// Each child with its properties, `<address.output>` where AWS has not answered yet.
fn children(properties: &str) -> Map<String, Json> {
    let program = match compiled(properties) {
        Ok(definition) => definition.program,
        Err(refusal) => panic!("{:?}", refusal.diagnostics),
    };
    let declarations = program.declarations.iter().map(|(address, declaration)| {
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
fn a_small_one() {
    insta::assert_json_snapshot!(children(SMALL));
}

#[test]
fn everything_that_can_be_asked_for() {
    let large = r#"
    type: aurora
    name: orders
    engine_version: "16.6"
    vpc_id: vpc-1
    subnets: [subnet-a, subnet-b, subnet-c]
    security_groups: [sg-1]
    database: orders
    username: app
    instance_class: db.r7g.large
    instances: 3
    parameters: { log_min_duration_statement: 500, rds.force_ssl: true }
    port: 5433
    kms_key: own
    storage_type: aurora-iopt1
    iam_authentication: false
    backup_retention_days: 35
    backup_window: 03:00-04:00
    maintenance_window: sun:05:00-sun:05:30
    auto_minor_version_upgrade: false
    apply_immediately: false
    ca_cert_identifier: rds-ca-rsa2048-g1
    deletion_protection: true
    final_snapshot: false
    log_exports: [postgresql, iam-db-auth-error]
    log_retention_days: 365
    database_insights: advanced
    monitoring_interval: 15
    proxy: { security_groups: [sg-2], iam_authentication: true, max_connections_percent: 70 }
"#;
    insta::assert_json_snapshot!(children(large));
}

#[test]
fn nothing_is_made_that_is_switched_off() {
    let off = format!(
        "{SMALL}    log_exports: []\n    monitoring_interval: 0\n    proxy: false\n    performance_insights: false\n"
    );
    let names: Vec<_> = children(&off).keys().cloned().collect();
    let expected = ["cluster", "instance:1", "parameter_group", "subnet_group"]
        .map(|n| format!("db.main.{n}"));
    let mut sorted = names;
    sorted.sort();
    assert_eq!(sorted, expected);
}

#[test]
fn rules_are_checked_before_anything_is_declared() {
    let both = format!("{SMALL}    instance_class: db.r7g.large\n");
    assert!(complaints(&both).contains("either a `capacity` or a class"));
    let key = format!("{SMALL}    kms_key: mine\n");
    assert!(complaints(&key).contains("`mine` is not a key"));
    let one = SMALL.replace("[subnet-a, subnet-b]", "[subnet-a]");
    assert!(complaints(&one).contains("at least two availability zones"));
    let nobody = SMALL.replace("username: app", "database: app");
    assert!(complaints(&nobody).contains("needs a master user"));
    assert_eq!(complaints(SMALL), "");
}
