use serde_json::{Value as Json, json};

use super::*;

fn acl(rules: Json) -> WebAcl {
    let json = json!({ "scope": "CLOUDFRONT", "default_action": "allow", "rules": rules });
    serde_json::from_value(json).unwrap()
}

fn paths(acl: &WebAcl) -> Vec<String> {
    acl.validate().into_iter().map(|problem| problem.path).collect()
}

fn rule(statement: Json) -> Json {
    json!([{ "name": "one", "priority": 1, "action": "block", "statement": statement }])
}

/// All that a statement can say.
fn statements() -> Vec<Json> {
    let agent = json!({ "single_header": "user-agent" });
    let bytes = json!({ "byte_match_statement": {
        "search_string": "x", "positional_constraint": "CONTAINS", "field_to_match": agent,
        "text_transformations": ["URL_DECODE", "LOWERCASE"],
    }});
    let geo = json!({ "geo_match_statement": { "country_codes": ["DE", "FR"],
        "forwarded_ip_config": { "header_name": "X-Forwarded-For", "fallback_behavior": "MATCH" } } });
    let cookies = json!({ "cookies": { "match_pattern": { "included": ["session"] },
        "match_scope": "VALUE", "oversize_handling": "NO_MATCH" } });
    let headers = json!({ "headers": { "match_pattern": "all" } });
    let body = json!({ "json_body": { "included_paths": ["/name"], "match_scope": "KEY" } });
    vec![
        json!({ "regex_match_statement": {
            "regex_string": "^/a", "field_to_match": "uri_path" } }),
        json!({ "regex_pattern_set_reference_statement": {
            "arn": "arn:a", "field_to_match": "method" } }),
        json!({ "size_constraint_statement": {
            "comparison_operator": "GT", "size": 9, "field_to_match": { "body": "MATCH" } } }),
        json!({ "sqli_match_statement": {
            "field_to_match": cookies, "sensitivity_level": "HIGH" } }),
        json!({ "xss_match_statement": { "field_to_match": body } }),
        json!({ "xss_match_statement": { "field_to_match": headers } }),
        json!({ "ip_set_reference_statement": { "arn": "arn:b", "ip_set_forwarded_ip_config": {
            "header_name": "X", "fallback_behavior": "NO_MATCH", "position": "ANY" } } }),
        json!({ "label_match_statement": { "scope": "NAMESPACE", "key": "a:b:" } }),
        json!({ "rate_based_statement": {
            "limit": 100, "scope_down_statement": { "not_statement": { "statement": geo } } } }),
        json!({ "and_statement": { "statements": [bytes, geo] } }),
        json!({ "or_statement": { "statements": [bytes, geo] } }),
        bytes,
        geo,
    ]
}

#[test]
fn what_is_sent_comes_back() {
    for statement in statements() {
        let acl = acl(rule(statement));
        assert_eq!(acl.validate(), []);
        let rules = acl.rules().unwrap().unwrap();
        let mut back = Rule::from_aws(&rules[0]);
        assert_eq!(back.visibility_config.take().unwrap().metric_name.unwrap(), "one");
        assert_eq!([back], acl.rules.unwrap()[..]);
    }
}

#[test]
fn actions_come_back() {
    let headers = json!({ "insert_headers": { "a": "b" } });
    let response = json!({ "response_code": 429, "custom_response_body_key": "slow",
        "response_headers": { "retry-after": "60" } });
    let plain = ["allow", "block", "count", "captcha", "challenge"].map(Json::from);
    let custom =
        [json!({ "allow": headers }), json!({ "count": headers }), json!({ "block": response })];
    for action in plain.into_iter().chain(custom) {
        let action: Action = serde_json::from_value(action).unwrap();
        assert_eq!(Action::from_aws(&action.to_aws().unwrap()), Some(action));
    }
}

#[test]
fn a_statement_is_one_thing() {
    assert_eq!(paths(&acl(rule(json!({})))), ["rules.0.statement"]);
    let both = json!({
        "geo_match_statement": { "country_codes": ["DE"] },
        "label_match_statement": { "scope": "LABEL", "key": "a" },
    });
    assert_eq!(paths(&acl(rule(both))), ["rules.0.statement"]);
}

#[test]
fn rates_stand_alone() {
    let rate = json!({ "rate_based_statement": { "limit": 100 } });
    let geo = json!({ "geo_match_statement": { "country_codes": ["DE"] } });
    assert_eq!(
        paths(&acl(rule(json!({ "and_statement": { "statements": [geo, rate] } })))),
        ["rules.0.statement.and_statement.statements.1.rate_based_statement"]
    );
    let by_header = json!({ "rate_based_statement": {
        "limit": 100, "aggregate_key_type": "FORWARDED_IP" } });
    assert_eq!(
        paths(&acl(rule(by_header))),
        ["rules.0.statement.rate_based_statement.forwarded_ip_config"]
    );
}

#[test]
fn a_group_overrides_and_others_act() {
    let group = json!({ "managed_rule_group_statement": { "name": "AWSManagedRulesSQLiRuleSet" } });
    assert_eq!(paths(&acl(rule(group.clone()))), ["rules.0.override_action"]);
    let mut rules = rule(group);
    rules[0]["override_action"] = json!("none");
    rules[0].as_object_mut().unwrap().remove("action");
    assert!(paths(&acl(rules)).is_empty());
}

#[test]
fn names_priorities_and_bodies_are_told_apart() {
    let geo = json!({ "geo_match_statement": { "country_codes": ["DE"] } });
    let mut rules = rule(geo);
    let second = rules[0].clone();
    rules.as_array_mut().unwrap().push(second);
    assert_eq!(paths(&acl(rules.clone())), ["rules.1.name", "rules.1.priority"]);
    rules.as_array_mut().unwrap().pop();
    rules[0]["action"] =
        json!({ "block": { "response_code": 403, "custom_response_body_key": "no" } });
    assert_eq!(paths(&acl(rules)), ["rules.0.action"]);
    let mut counting = acl(json!([]));
    counting.default_action = Action::Plain(Verdict::Count);
    assert_eq!(paths(&counting), ["default_action"]);
}
