//! What a `site` stands for.

use std::path::Path;

use serde_json::{Map, Value as Json, json};

use crate::aws::kinds;
use crate::components::components;
use crate::definition::{self, Definition, File, Files, Refusal};

const LARGE: &str = "
    type: site
    api: { host: '${api.id}.example.org', paths: [/api/*, /health/*], read_timeout: 60 }
    headers: { content-security-policy: \"default-src 'self'\", permissions-policy: camera=() }
    domain: www.example.com
    aliases: [example.com]
    price_class: PriceClass_100
    access_log_days: 400
    firewall:
      rate_limit: 500
      rule_groups: [{ name: AWSManagedRulesCommonRuleSet, counted_rules: [SizeRestrictions_BODY] }]
";

fn compiled(region: &str, properties: &str) -> Result<Definition, Refusal> {
    let others = "  api: { type: ec2.vpc, cidr_block: 10.0.0.0/16 }\n";
    let stack = format!("stack: web\nresources:\n{others}  site:{properties}");
    let environment = format!("region: {region}\nprefix: acme-dev\nendpoint: sandbox\n");
    let files = Files {
        environment: File::new("config/dev.yaml", environment),
        stacks: vec![File::new("stacks/web.yaml", stack)],
    };
    definition::compile(Path::new("/project"), "dev", files, &kinds(), &components())
}

/// Each child's properties by its name, `<address.output>` where AWS has not answered yet.
fn children(properties: &str) -> Map<String, Json> {
    let program = match compiled("us-east-1", properties) {
        Ok(definition) => definition.program,
        Err(refusal) => panic!("{:?}", refusal.diagnostics),
    };
    let own = program.declarations.iter().filter_map(|(address, declaration)| {
        let name = address.as_str().strip_prefix("web.site.")?;
        let properties = declaration
            .properties
            .evaluate(&|address, output| Some(json!(format!("<{address}.{output}>"))));
        Some((name.to_owned(), properties))
    });
    own.collect()
}

fn complaints(region: &str, properties: &str) -> String {
    match compiled(region, properties) {
        Ok(_) => String::new(),
        Err(refusal) => format!("{:?}", refusal.diagnostics),
    }
}

fn names(children: &Map<String, Json>) -> Vec<&str> {
    let mut names: Vec<&str> = children.keys().map(String::as_str).collect();
    names.sort_unstable();
    names
}

#[test]
fn a_small_one_is_as_safe_as_a_large_one() {
    let small = children("\n    type: site\n");
    let all = [
        "access",
        "bucket",
        "distribution",
        "firewall",
        "firewall_log",
        "headers",
        "logs",
        "logs_policy",
        "policy",
    ];
    assert_eq!(names(&small), all);
    assert_eq!(small["bucket"]["versioning"], json!(true));
    assert_eq!(small["bucket"]["object_ownership"], json!("BucketOwnerEnforced"));
    let rules = small["firewall"]["rules"].as_array().unwrap();
    assert_eq!(rules.len(), 5);
    assert_eq!(rules[0]["statement"]["rate_based_statement"]["limit"], json!(2000));
    assert_eq!(small["firewall_log"]["name"], json!("aws-waf-logs-acme-dev-web-site"));
    let distribution = &small["distribution"];
    assert_eq!(distribution["origins"].as_array().unwrap().len(), 1);
    assert_eq!(distribution["web_acl_id"], json!("<web.site.firewall.arn>"));
    assert!(
        distribution.get("aliases").is_none() && distribution.get("viewer_certificate").is_none()
    );
}

#[test]
fn only_the_distribution_reads_the_files_and_none_of_the_bookkeeping() {
    let site = children("\n    type: site\n");
    let statements = site["policy"]["policy"]["Statement"].as_array().unwrap();
    let allowed = statements.iter().filter(|it| it["Effect"] == "Allow");
    let arn = json!({ "StringEquals": { "AWS:SourceArn": "<web.site.distribution.arn>" } });
    for statement in allowed.clone() {
        assert_eq!(statement["Principal"], json!({ "Service": "cloudfront.amazonaws.com" }));
        assert_eq!(statement["Condition"], arn);
    }
    let actions: Vec<_> = allowed.map(|it| it["Action"].as_str().unwrap()).collect();
    assert_eq!(actions, ["s3:GetObject", "s3:ListBucket"]);
    assert_eq!(statements[3]["Resource"], json!("<web.site.bucket.arn>/.provision/*"));
    for policy in ["policy", "logs_policy"] {
        let tls = &site[policy]["policy"]["Statement"][0];
        assert_eq!(tls["Effect"], json!("Deny"));
        assert_eq!(tls["Condition"], json!({ "Bool": { "aws:SecureTransport": "false" } }));
    }
}

#[test]
fn paths_of_the_api_are_passed_on_as_they_come() {
    let site = children(LARGE);
    let distribution = &site["distribution"];
    let api = &distribution["origins"][1];
    assert_eq!(api["domain_name"], json!("<web.api.id>.example.org"));
    assert_eq!(api["custom_origin_config"]["origin_read_timeout"], json!(60));
    let behaviors = distribution["ordered_cache_behaviors"].as_array().unwrap();
    let paths: Vec<_> = behaviors.iter().map(|it| it["path_pattern"].as_str().unwrap()).collect();
    assert_eq!(paths, ["/api/*", "/health/*"]);
    assert!(behaviors.iter().all(|it| it["target_origin_id"] == "api"));
}

#[test]
fn a_page_replaces_404_and_not_what_the_firewall_refuses() {
    let site = children("\n    type: site\n    not_found: missing.html\n");
    let pages = json!([
        { "error_code": 404, "response_page_path": "/missing.html", "response_code": 404 },
    ]);
    assert_eq!(site["distribution"]["custom_error_responses"], pages);
}

#[test]
fn names_of_ones_own_get_a_certificate() {
    let site = children(LARGE);
    let certificate = json!({
        "domain_name": "www.example.com",
        "subject_alternative_names": ["example.com"],
        "region": "us-east-1",
    });
    assert_eq!(site["certificate"], certificate);
    let distribution = &site["distribution"];
    assert_eq!(distribution["aliases"], json!(["www.example.com", "example.com"]));
    let arn = &distribution["viewer_certificate"]["acm_certificate_arn"];
    assert_eq!(*arn, json!("<web.site.certificate.arn>"));

    let given = format!("{LARGE}    certificate: arn:aws:acm:us-east-1:1:certificate/a\n");
    assert!(!children(&given).contains_key("certificate"));
    assert!(complaints("us-east-1", "\n    type: site\n    aliases: [a.b]\n").contains("domain"));
}

#[test]
fn a_firewall_counts_logs_and_can_be_left_out() {
    let site = children(LARGE);
    let rules = site["firewall"]["rules"].as_array().unwrap();
    assert_eq!(rules.len(), 2);
    let group = &rules[1]["statement"]["managed_rule_group_statement"];
    let counted = json!([{ "name": "SizeRestrictions_BODY", "action_to_use": "count" }]);
    assert_eq!(group["rule_action_overrides"], counted);
    let logging = &site["firewall"]["logging"];
    assert_eq!(logging["log_destination"], json!("<web.site.firewall_log.arn>"));
    assert_eq!(logging["logging_filter"]["default_behavior"], json!("DROP"));

    let bare = children("\n    type: site\n    firewall: false\n    access_log_days: 0\n");
    assert_eq!(names(&bare), ["access", "bucket", "distribution", "headers", "policy"]);
    assert!(bare["distribution"].get("web_acl_id").is_none());
}

#[test]
fn cloudfront_logs_at_home() {
    let here = complaints("eu-central-1", "\n    type: site\n");
    assert!(here.contains("us-east-1, which the environment is not in"), "{here}");
    let silent = "\n    type: site\n    firewall: { logged_requests: none }\n";
    assert_eq!(complaints("eu-central-1", silent), "");
}

#[test]
fn headers_are_read_from_a_file() {
    let missing = complaints("us-east-1", "\n    type: site\n    headers: no/such.json\n");
    assert!(missing.contains("can't be read"), "{missing}");
    let site = children(LARGE);
    let policy = json!([{ "header": "permissions-policy", "value": "camera=()" }]);
    assert_eq!(site["headers"]["custom_headers"], policy);
}
