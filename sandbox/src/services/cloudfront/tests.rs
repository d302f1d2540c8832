use std::time::Duration;

use serde_json::{Value, json};

use crate::testing::Fixture;

fn config(reference: &str) -> Value {
    json!({
        "CallerReference": reference,
        "Comment": "",
        "Enabled": true,
        "Origins": {"Quantity": 1, "Items": [{
            "Id": "site",
            "DomainName": "site.s3.us-east-1.amazonaws.com",
            "S3OriginConfig": {"OriginAccessIdentity": ""},
        }]},
        "DefaultCacheBehavior": {
            "TargetOriginId": "site",
            "ViewerProtocolPolicy": "redirect-to-https",
            "CachePolicyId": "658327ea-f89d-4fab-a63d-7e88639e58f6",
        },
    })
}

fn create(fixture: &mut Fixture, config: Value) -> Value {
    fixture.call("cloudfront", "CreateDistribution", json!({"DistributionConfig": config})).unwrap()
}

fn refusal(change: impl FnOnce(&mut Value)) -> String {
    let mut wrong = config("one");
    change(&mut wrong);
    Fixture::new().fault("cloudfront", "CreateDistribution", json!({"DistributionConfig": wrong}))
}

#[test]
fn a_distribution_has_cloudfronts_defaults() {
    let mut fixture = Fixture::new();
    let made = create(&mut fixture, config("one"));
    let config = &made["Distribution"]["DistributionConfig"];
    assert_eq!(config["PriceClass"], "PriceClass_All");
    assert_eq!(config["ViewerCertificate"]["CloudFrontDefaultCertificate"], true);
    assert_eq!(config["DefaultCacheBehavior"]["AllowedMethods"]["Quantity"], 2);
    assert_eq!(config["Aliases"], json!({"Quantity": 0}));
    let domain = made["Distribution"]["DomainName"].as_str().unwrap();
    let label = domain.strip_suffix(".cloudfront.localhost:4566").unwrap();
    assert_eq!((label.len(), label.starts_with('d')), (14, true));
}

#[test]
fn the_same_reference_gives_the_same_distribution() {
    let mut fixture = Fixture::new();
    let first = create(&mut fixture, config("one"));
    let again = create(&mut fixture, config("one"));
    assert_eq!(first["Distribution"]["Id"], again["Distribution"]["Id"]);
    let mut other = config("one");
    other["Comment"] = json!("other");
    let request = json!({"DistributionConfig": other});
    assert_eq!(
        fixture.fault("cloudfront", "CreateDistribution", request),
        "DistributionAlreadyExists"
    );
}

#[test]
fn a_change_takes_its_time_to_reach_the_edges() {
    let mut fixture = Fixture::with_scale(1.0);
    let made = create(&mut fixture, config("one"));
    let id = made["Distribution"]["Id"].clone();
    let status = |fixture: &mut Fixture| {
        let got = fixture.call("cloudfront", "GetDistribution", json!({"Id": id})).unwrap();
        got["Distribution"]["Status"].clone()
    };
    assert_eq!(status(&mut fixture), "InProgress");
    fixture.pass(Duration::from_secs(240));
    assert_eq!(status(&mut fixture), "Deployed");
}

#[test]
fn only_what_is_disabled_and_deployed_is_deleted() {
    let mut fixture = Fixture::with_scale(1.0);
    let made = create(&mut fixture, config("one"));
    let id = made["Distribution"]["Id"].clone();
    let delete = |etag: &Value| json!({"Id": id, "IfMatch": etag});
    let fault = |fixture: &mut Fixture, etag: &Value| {
        fixture.fault("cloudfront", "DeleteDistribution", delete(etag))
    };
    fixture.pass(Duration::from_secs(240));
    assert_eq!(fault(&mut fixture, &json!(null)), "InvalidIfMatchVersion");
    assert_eq!(fault(&mut fixture, &json!("E0")), "PreconditionFailed");
    assert_eq!(fault(&mut fixture, &made["ETag"]), "DistributionNotDisabled");
    let mut disabled = config("one");
    disabled["Enabled"] = json!(false);
    let update = json!({"Id": id, "IfMatch": made["ETag"], "DistributionConfig": disabled});
    let updated = fixture.call("cloudfront", "UpdateDistribution", update).unwrap();
    assert_eq!(fault(&mut fixture, &updated["ETag"]), "DistributionNotDisabled");
    fixture.pass(Duration::from_secs(240));
    fixture.call("cloudfront", "DeleteDistribution", delete(&updated["ETag"])).unwrap();
    assert_eq!(
        fixture.fault("cloudfront", "GetDistribution", json!({"Id": id})),
        "NoSuchDistribution"
    );
}

#[test]
fn what_makes_no_sense_is_refused() {
    let of = |behavior: &'static str, value: Value| {
        refusal(|config| config["DefaultCacheBehavior"][behavior] = value)
    };
    assert_eq!(of("TargetOriginId", json!("other")), "NoSuchOrigin");
    assert_eq!(of("CachePolicyId", json!("none")), "NoSuchCachePolicy");
    assert_eq!(of("OriginRequestPolicyId", json!("none")), "NoSuchOriginRequestPolicy");
    assert_eq!(of("ResponseHeadersPolicyId", json!("none")), "NoSuchResponseHeadersPolicy");
    assert_eq!(of("CachePolicyId", json!(null)), "InvalidArgument");
    assert_eq!(
        refusal(|config| config["Origins"]["Items"][0]["OriginAccessControlId"] = json!("E1")),
        "InvalidOriginAccessControl"
    );
    assert_eq!(
        refusal(|config| config["Aliases"] = json!({"Quantity": 1, "Items": ["a.example.com"]})),
        "InvalidViewerCertificate"
    );
    assert_eq!(
        refusal(|config| config["Aliases"] = json!({"Quantity": 2, "Items": ["a.example.com"]})),
        "InconsistentQuantities"
    );
    assert_eq!(
        refusal(|config| config["DefaultRootObject"] = json!("/index.html")),
        "InvalidDefaultRootObject"
    );
}

#[test]
fn a_policy_that_is_used_stays() {
    let mut fixture = Fixture::new();
    let control = fixture
        .call(
            "cloudfront",
            "CreateOriginAccessControl",
            json!({"OriginAccessControlConfig": {
                "Name": "site",
                "SigningProtocol": "sigv4",
                "SigningBehavior": "always",
                "OriginAccessControlOriginType": "s3",
            }}),
        )
        .unwrap();
    let id = &control["OriginAccessControl"]["Id"];
    let mut config = config("one");
    config["Origins"]["Items"][0]["OriginAccessControlId"] = id.clone();
    create(&mut fixture, config);
    let delete = json!({"Id": id, "IfMatch": control["ETag"]});
    assert_eq!(
        fixture.fault("cloudfront", "DeleteOriginAccessControl", delete),
        "OriginAccessControlInUse"
    );
}

#[test]
fn awss_own_policies_are_listed_and_cannot_be_changed() {
    let mut fixture = Fixture::new();
    let listed =
        fixture.call("cloudfront", "ListCachePolicies", json!({"Type": "managed"})).unwrap();
    let items = listed["CachePolicyList"]["Items"].as_array().unwrap();
    assert!(items.iter().all(|item| item["Type"] == "managed"));
    let names: Vec<&str> = items
        .iter()
        .filter_map(|item| item["CachePolicy"]["CachePolicyConfig"]["Name"].as_str())
        .collect();
    assert!(names.contains(&"Managed-CachingOptimized"), "{names:?}");
    let delete = json!({"Id": "4135ea2d-6df8-44a3-9df3-4b5a84be39ad", "IfMatch": "E1"});
    assert_eq!(fixture.fault("cloudfront", "DeleteCachePolicy", delete), "IllegalUpdate");
}

#[test]
fn an_invalidation_is_told_apart_by_its_reference() {
    let mut fixture = Fixture::with_scale(1.0);
    let made = create(&mut fixture, config("one"));
    let request = |paths: Value| {
        json!({
            "DistributionId": made["Distribution"]["Id"],
            "InvalidationBatch": {"CallerReference": "r", "Paths": {"Quantity": 1, "Items": paths}},
        })
    };
    let first = fixture.call("cloudfront", "CreateInvalidation", request(json!(["/*"]))).unwrap();
    let again = fixture.call("cloudfront", "CreateInvalidation", request(json!(["/*"]))).unwrap();
    assert_eq!(first["Invalidation"]["Id"], again["Invalidation"]["Id"]);
    assert_eq!(first["Invalidation"]["Status"], "InProgress");
    for wrong in [json!(["/other"]), json!(["no-slash"]), json!(["/a*b"])] {
        assert_eq!(
            fixture.fault("cloudfront", "CreateInvalidation", request(wrong)),
            "InvalidArgument"
        );
    }
}
