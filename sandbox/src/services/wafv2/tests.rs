use std::net::IpAddr;

use http::{HeaderMap, HeaderValue, Method};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::evaluation::{Limiter, Request, Surroundings, Verdict};
use crate::testing::Fixture;

fn visibility(metric: &str) -> Value {
    json!({"SampledRequestsEnabled": true, "CloudWatchMetricsEnabled": false, "MetricName": metric})
}

fn rule(name: &str, priority: u32, statement: Value) -> Value {
    json!({
        "Name": name,
        "Priority": priority,
        "Statement": statement,
        "Action": {"Block": {}},
        "VisibilityConfig": visibility(name),
    })
}

fn group(name: &str, more: Value) -> Value {
    let mut statement = json!({"VendorName": "AWS", "Name": name});
    statement.as_object_mut().unwrap().extend(more.as_object().cloned().unwrap());
    let mut rule = rule(name, 0, json!({"ManagedRuleGroupStatement": statement}));
    let members = rule.as_object_mut().unwrap();
    members.remove("Action");
    members.insert("OverrideAction".to_owned(), json!({"None": {}}));
    rule
}

fn acl(rules: Vec<Value>) -> Value {
    json!({
        "Name": "site",
        "Scope": "CLOUDFRONT",
        "DefaultAction": {"Allow": {}},
        "VisibilityConfig": visibility("site"),
        "Rules": rules,
    })
}

fn create(fixture: &mut Fixture, rules: Vec<Value>) -> Value {
    fixture.call("wafv2", "CreateWebACL", acl(rules)).unwrap()["Summary"].clone()
}

/// A web ACL that was made, and its counts.
struct Guard {
    fixture: Fixture,
    arn: String,
    limiter: Limiter,
}

impl Guard {
    fn new(rules: Vec<Value>) -> Self {
        let mut fixture = Fixture::new();
        let arn = create(&mut fixture, rules)["ARN"].as_str().unwrap().to_owned();
        Self { fixture, arn, limiter: Limiter::default() }
    }

    fn sees(&mut self, path: &str, query: &str, second: i64) -> Verdict {
        let protection =
            self.fixture.world.region("us-east-1").wafv2.protection(&self.arn).unwrap();
        let mut headers = HeaderMap::new();
        headers.insert("user-agent", HeaderValue::from_static("browser"));
        headers.insert("host", HeaderValue::from_static("d1.cloudfront.localhost"));
        let request = Request {
            method: &Method::GET,
            path,
            query,
            headers: &headers,
            body: b"",
            address: IpAddr::from([127, 0, 0, 1]),
            now: Timestamp::from_second(second).unwrap(),
        };
        let around = Surroundings {
            arn: &self.arn,
            namespace: "awswaf:123456789012:webacl:site:",
            ip_sets: &protection.ip_sets,
            limiter: &self.limiter,
        };
        protection.acl.evaluate(&request, &around)
    }

    fn blocks(&mut self, path: &str, query: &str) -> bool {
        self.sees(path, query, 0).block.is_some()
    }
}

fn path_is(text: &str, constraint: &str) -> Value {
    use base64::Engine;
    json!({"ByteMatchStatement": {
        "SearchString": base64::prelude::BASE64_STANDARD.encode(text),
        "FieldToMatch": {"UriPath": {}},
        "TextTransformations": [{"Priority": 0, "Type": "LOWERCASE"}],
        "PositionalConstraint": constraint,
    }})
}

#[test]
fn a_change_names_the_lock_that_it_has_seen() {
    let mut fixture = Fixture::new();
    let made = create(&mut fixture, Vec::new());
    assert_eq!(
        fixture.fault("wafv2", "CreateWebACL", acl(Vec::new())),
        "WAFDuplicateItemException"
    );
    let mut update = acl(Vec::new());
    update["Id"] = made["Id"].clone();
    update["LockToken"] = made["LockToken"].clone();
    let next = fixture.call("wafv2", "UpdateWebACL", update.clone()).unwrap();
    assert_ne!(next["NextLockToken"], made["LockToken"]);
    assert_eq!(fixture.fault("wafv2", "UpdateWebACL", update), "WAFOptimisticLockException");
}

#[test]
fn what_is_used_stays() {
    let mut fixture = Fixture::new();
    let addresses = json!({
        "Name": "office",
        "Scope": "CLOUDFRONT",
        "IPAddressVersion": "IPV4",
        "Addresses": ["10.0.0.0/8"],
    });
    let set = fixture.call("wafv2", "CreateIPSet", addresses).unwrap()["Summary"].clone();
    create(
        &mut fixture,
        vec![rule("office", 0, json!({"IPSetReferenceStatement": {"ARN": set["ARN"]}}))],
    );
    let delete = json!({
        "Name": "office",
        "Scope": "CLOUDFRONT",
        "Id": set["Id"],
        "LockToken": set["LockToken"],
    });
    assert_eq!(fixture.fault("wafv2", "DeleteIPSet", delete), "WAFAssociatedItemException");
}

#[test]
fn rules_go_by_priority_and_the_first_ends_it() {
    let mut allow = rule("allow", 1, path_is("/admin/health", "EXACTLY"));
    allow["Action"] = json!({"Allow": {}});
    let mut count = rule("count", 0, path_is("/admin", "STARTS_WITH"));
    count["Action"] = json!({"Count": {}});
    count["RuleLabels"] = json!([{"Name": "admin"}]);
    let label = json!({"LabelMatchStatement": {"Scope": "LABEL", "Key": "admin"}});
    let mut guard = Guard::new(vec![rule("block", 2, label), allow, count]);
    assert!(!guard.blocks("/", ""));
    assert!(!guard.blocks("/admin/health", ""));
    let verdict = guard.sees("/ADMIN/users", "", 0);
    assert_eq!((verdict.action(), verdict.rule.as_deref()), ("BLOCK", Some("block")));
    assert_eq!(verdict.counted, ["count"]);
    assert_eq!(verdict.labels, ["awswaf:123456789012:webacl:site:admin"]);
}

#[test]
fn too_many_requests_are_blocked_for_a_while() {
    let rate = json!({"RateBasedStatement": {
        "Limit": 10,
        "EvaluationWindowSec": 60,
        "AggregateKeyType": "IP",
        "ScopeDownStatement": path_is("/api", "STARTS_WITH"),
    }});
    let mut guard = Guard::new(vec![rule("rate", 0, rate)]);
    for _ in 0..10 {
        assert_eq!(guard.sees("/api/cars", "", 0).action(), "ALLOW");
    }
    assert_eq!(guard.sees("/api/cars", "", 1).action(), "BLOCK");
    assert_eq!(guard.sees("/", "", 1).action(), "ALLOW");
    assert_eq!(guard.sees("/api/cars", "", 62).action(), "ALLOW");
}

#[test]
fn managed_groups_block_unless_they_are_told_to_count() {
    const SQL: &str = "AWSManagedRulesSQLiRuleSet";
    let query = "q=1%27%20OR%201=1%20--";
    assert!(Guard::new(vec![group(SQL, json!({}))]).blocks("/", query));
    let only_counts = json!({"RuleActionOverrides": [
        {"Name": "SQLi_QUERYARGUMENTS", "ActionToUse": {"Count": {}}},
    ]});
    let mut guard = Guard::new(vec![group(SQL, only_counts)]);
    let verdict = guard.sees("/", query, 0);
    assert_eq!(verdict.action(), "ALLOW");
    assert_eq!(verdict.labels, ["awswaf:managed:aws:sql-database:SQLi_QueryArguments"]);
    let mut common = Guard::new(vec![group("AWSManagedRulesCommonRuleSet", json!({}))]);
    assert!(!common.blocks("/cars/7", "page=2&name=O%27Neil"));
    assert!(common.blocks("/", "file=../../etc/passwd"));
    let mut bad = Guard::new(vec![group("AWSManagedRulesKnownBadInputsRuleSet", json!({}))]);
    assert!(!bad.blocks("/", ""));
    assert!(bad.blocks("/", "x=$%7Bjndi:ldap://x/%7D"));
}

#[test]
fn what_is_not_evaluated_is_refused() {
    let mut fixture = Fixture::new();
    let mut captcha = rule("captcha", 0, path_is("/", "EXACTLY"));
    captcha["Action"] = json!({"Captcha": {}});
    assert_eq!(fixture.fault("wafv2", "CreateWebACL", acl(vec![captcha])), "NotImplemented");
    let unknown = group("AWSManagedRulesNone", json!({}));
    assert_eq!(
        fixture.fault("wafv2", "CreateWebACL", acl(vec![unknown])),
        "WAFInvalidParameterException"
    );
    let twice = vec![rule("a", 0, path_is("/", "EXACTLY")), rule("b", 0, path_is("/", "EXACTLY"))];
    assert_eq!(fixture.fault("wafv2", "CreateWebACL", acl(twice)), "WAFInvalidParameterException");
}
