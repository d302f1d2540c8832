use provisioner::aws::logs::log_group::LogGroup;
use provisioner::aws::wafv2::web_acl::WebAcl;
use provisioner::resource::Resource;
use serde_json::{Value as Json, json};

use crate::harness::{
    World, delete, differences, life_cycle, made, made_twice, owner, ready, spec, update,
};

fn group(priority: i32, name: &str) -> Json {
    json!({
        "name": name, "priority": priority, "override_action": "none",
        "statement": { "managed_rule_group_statement": { "name": name } },
    })
}

/// A web ACL with all that one before a site has.
fn acl(scope: &str) -> Json {
    let mut common = group(0, "AWSManagedRulesCommonRuleSet");
    common["statement"]["managed_rule_group_statement"]["rule_action_overrides"] = json!([
        { "name": "SizeRestrictions_BODY", "action_to_use": "count" },
    ]);
    let rate = json!({
        "name": "rate", "priority": 2,
        "action": { "block": { "response_code": 429, "custom_response_body_key": "slow" } },
        "statement": { "rate_based_statement": { "limit": 2000, "evaluation_window_sec": 60 } },
    });
    let path = json!({
        "name": "internal", "priority": 3, "action": "block", "rule_labels": ["site:internal"],
        "visibility_config": { "metric_name": "inside", "sampled_requests_enabled": false },
        "statement": { "and_statement": { "statements": [
            { "byte_match_statement": {
                "search_string": "/internal", "positional_constraint": "STARTS_WITH",
                "field_to_match": "uri_path", "text_transformations": ["LOWERCASE"] } },
            { "not_statement": { "statement": {
                "geo_match_statement": { "country_codes": ["DE"] } } } },
        ] } },
    });
    json!({
        "scope": scope,
        "description": "before the site",
        "default_action": "allow",
        "rules": [common, group(1, "AWSManagedRulesSQLiRuleSet"), rate, path],
        "custom_response_bodies": {
            "slow": { "content_type": "TEXT_PLAIN", "content": "too fast" },
        },
    })
}

#[tokio::test]
async fn web_acl() {
    let mut changed = acl("REGIONAL");
    changed["description"] = json!("before the service");
    changed["default_action"] = json!({ "block": { "response_code": 404 } });
    changed["visibility_config"] = json!({ "metric_name": "all" });
    let rules = changed["rules"].as_array_mut().unwrap();
    rules.swap(0, 1);
    rules[2]["statement"]["rate_based_statement"]["limit"] = json!(100);
    rules[3]["action"] = json!("count");
    life_cycle::<WebAcl>(&*World::new().await, "acl", acl("REGIONAL"), changed).await;
}

#[tokio::test]
async fn web_acl_before_cloudfront() {
    let world = World::new().await;
    if world.does_all("moto has a code of its own for a name that is taken") {
        made_twice::<WebAcl>(&world, "twice", acl("CLOUDFRONT")).await;
    }
    let live = made::<WebAcl>(&world, "site", acl("CLOUDFRONT")).await;
    assert!(live.outputs.arn.starts_with("arn:aws:wafv2:us-east-1:"), "{:?}", live.outputs);
    let definition = spec::<WebAcl>(acl("CLOUDFRONT"));
    assert!(definition.find(&world, &owner("other")).await.unwrap().is_empty());
    delete(&world, &definition, &live.outputs.arn.as_str().into()).await;
}

/// What is taken out of a rule or of the definition is taken away.
#[tokio::test]
async fn what_is_no_longer_declared_goes() {
    let world = World::new().await;
    let before = spec::<WebAcl>(acl("REGIONAL"));
    let live = made::<WebAcl>(&world, "less", acl("REGIONAL")).await;
    let mut less = acl("REGIONAL");
    less["rules"] = json!([group(0, "AWSManagedRulesCommonRuleSet")]);
    less.as_object_mut().unwrap().remove("custom_response_bodies");
    let less = spec::<WebAcl>(less);
    let id = live.outputs.arn.as_str().into();
    assert_ne!(differences(&less, &live, Some(&before)), [""; 0]);
    update(&world, &id, &less, (live, Some(&before))).await;
    let live = ready::<WebAcl>(&world, &id).await;
    assert_eq!(differences(&less, &live, Some(&less)), [""; 0]);
    if world.does_all("moto keeps the bodies that an update leaves out") {
        assert_eq!(live.spec.custom_response_bodies, None);
    }
    delete(&world, &less, &id).await;
}

#[tokio::test]
async fn requests_are_logged_without_their_secrets() {
    let world = World::new().await;
    let name = "aws-waf-logs-kinds";
    let log = made::<LogGroup>(&world, "log", json!({ "name": name })).await.outputs.arn;
    let mut first = acl("REGIONAL");
    first["logging"] = json!({
        "log_destination": log,
        "redacted_fields": [{ "single_header": "authorization" }, "query_string"],
        "logging_filter": { "default_behavior": "DROP", "filters": [{
            "behavior": "KEEP", "requirement": "MEETS_ANY",
            "conditions": [{ "action": "BLOCK" }, { "action": "COUNT" }],
        }] },
    });
    let mut changed = first.clone();
    changed["logging"]["redacted_fields"] = json!([{ "single_header": "cookie" }]);
    life_cycle::<WebAcl>(&world, "logging", first.clone(), changed).await;

    let live = made::<WebAcl>(&world, "silent", first.clone()).await;
    let (id, applied) = (live.outputs.arn.as_str().into(), spec::<WebAcl>(first.clone()));
    first.as_object_mut().unwrap().remove("logging");
    let silent = spec::<WebAcl>(first);
    update(&world, &id, &silent, (live, Some(&applied))).await;
    assert_eq!(ready::<WebAcl>(&world, &id).await.spec.logging, None);
    delete(&world, &silent, &id).await;
}

/// An update replaces the whole: what somebody else has set goes back as it was.
#[tokio::test]
async fn a_change_leaves_alone_what_it_does_not_say() {
    let world = World::new().await;
    let live = made::<WebAcl>(&world, "shared", acl("REGIONAL")).await;
    let (id, before) = (live.outputs.arn.as_str().into(), spec::<WebAcl>(acl("REGIONAL")));
    let mut other = acl("REGIONAL");
    other["token_domains"] = json!(["example.com"]);
    update(&world, &id, &spec::<WebAcl>(other), (live, Some(&before))).await;
    let live = ready::<WebAcl>(&world, &id).await;

    let mut changed = acl("REGIONAL");
    changed["default_action"] = json!("block");
    let changed = spec::<WebAcl>(changed);
    update(&world, &id, &changed, (live, Some(&before))).await;
    let live = ready::<WebAcl>(&world, &id).await;
    assert_eq!(live.spec.token_domains, Some(vec!["example.com".to_owned()]));
    assert_eq!(differences(&changed, &live, Some(&changed)), [""; 0]);
    delete(&world, &changed, &id).await;
}
