//! What a `compliance` stands for.

use std::collections::BTreeMap;
use std::path::Path;

use crate::aws::kinds;
use crate::components::components;
use crate::definition::{self, Declaration, Definition, File, Files, Refusal};

const ACCOUNT: &str = "account: \"123456789012\"\n";

fn compiled(account: &str, properties: &str) -> Result<Definition, Refusal> {
    let stack = format!("stack: audit\nresources:\n  main: {{ type: compliance{properties} }}\n");
    let environment = format!("{account}region: eu-central-1\nprefix: acme\nendpoint: sandbox\n");
    let files = Files {
        environment: File::new("config/dev.yaml", environment),
        stacks: vec![File::new("stacks/audit.yaml", stack)],
    };
    definition::compile(Path::new("/project"), "dev", files, &kinds(), &components())
}

/// The children by name.
fn children(properties: &str) -> BTreeMap<String, Declaration> {
    let program = match compiled(ACCOUNT, properties) {
        Ok(definition) => definition.program,
        Err(refusal) => panic!("{:?}", refusal.diagnostics),
    };
    let named = program.declarations.into_iter().map(|(address, declaration)| {
        let name = address.as_str().trim_start_matches("audit.main.").to_owned();
        (name, declaration)
    });
    named.collect()
}

fn names(children: &BTreeMap<String, Declaration>) -> Vec<&str> {
    children.keys().map(String::as_str).collect()
}

#[test]
fn it_watches_and_hardens_an_account() {
    assert_eq!(
        names(&children("")),
        [
            "accesses",
            "accesses_policy",
            "bucket",
            "bucket_policy",
            "channel",
            "config_role",
            "detector",
            "hub",
            "key",
            "password_policy",
            "public_access_block",
            "recorder",
            "recording",
            "standard:aws-foundational-security-best-practices-v1-0-0",
            "standard:nist-800-53-v5-0-0",
            "trail",
            "trail_log",
            "trail_role",
            "volume_encryption",
        ]
    );
}

#[test]
fn a_part_that_somebody_else_sees_to_is_left_out() {
    let without = ", trail: false, recorder: false, guardduty: false, account_settings: false";
    let only_hub = children(&format!("{without}, standards: []"));
    assert_eq!(names(&only_hub), ["hub"]);
    let no_hub = children(", trail: false, security_hub: false, account_settings: false");
    assert!(!no_hub.contains_key("hub") && no_hub.contains_key("bucket"));
}

#[test]
fn it_stays_unless_told_otherwise() {
    assert!(children("").values().all(|child| child.retain));
    assert!(children(", retain: false").values().all(|child| !child.retain));
}

/// Terraform's users know the order: a recorder, its channel, and only then is it started.
#[test]
fn a_standard_comes_when_something_is_recorded() {
    let children = children("");
    let needs = |name: &str, need: &str| {
        let need = format!("audit.main.{need}");
        children[name].depends_on.contains(need.as_str())
    };
    assert!(needs("standard:nist-800-53-v5-0-0", "recording") && needs("recording", "channel"));
    assert!(needs("channel", "recorder") && needs("channel", "bucket_policy"));
    assert!(needs("trail", "bucket_policy") && needs("trail", "key"));
}

/// Any other trail that is told of this bucket can't write to it.
#[test]
fn policies_name_the_trail() {
    let children = children("");
    let text = |name: &str| {
        let lookup = |_: &_, output: &str| Some(format!("<{output}>").into());
        children[name].properties.evaluate(&lookup).to_string()
    };
    let arn = "arn:aws:cloudtrail:eu-central-1:123456789012:trail/acme-audit-main-trail";
    for name in ["key", "bucket_policy", "trail_role"] {
        assert!(text(name).contains(arn), "{name}");
    }
    assert!(text("trail").contains("\"acme-audit-main-trail\""));
    assert!(text("bucket_policy").contains("/config/AWSLogs/123456789012/*"));
}

#[test]
fn an_environment_must_say_which_account() {
    let refusal = compiled("", "").err().unwrap();
    let details: Vec<&str> =
        refusal.diagnostics.iter().map(|mistake| mistake.detail.as_str()).collect();
    assert_eq!(
        details,
        ["The policies of its buckets and keys name the account, which the environment does not."]
    );
}
