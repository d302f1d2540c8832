use std::time::Duration;

use serde_json::{Value, json};

use crate::testing::Fixture;

fn ask(fixture: &mut Fixture, token: &str) -> Value {
    let request = json!({
        "DomainName": "example.com",
        "SubjectAlternativeNames": ["*.example.com"],
        "ValidationMethod": "DNS",
        "IdempotencyToken": token,
    });
    fixture.call("acm", "RequestCertificate", request).unwrap()["CertificateArn"].clone()
}

fn describe(fixture: &mut Fixture, arn: &Value) -> Value {
    fixture.call("acm", "DescribeCertificate", json!({"CertificateArn": arn})).unwrap()
        ["Certificate"]
        .clone()
}

#[test]
fn a_certificate_is_issued_when_its_records_would_have_been_found() {
    let mut fixture = Fixture::with_scale(1.0);
    let arn = ask(&mut fixture, "one");
    let asked = describe(&mut fixture, &arn);
    assert_eq!(asked["Status"], "PENDING_VALIDATION");
    assert!(asked["DomainValidationOptions"][0].get("ResourceRecord").is_none());
    fixture.pass(Duration::from_secs(5));
    let pending = describe(&mut fixture, &arn);
    let options = &pending["DomainValidationOptions"];
    assert_eq!(options[0]["ResourceRecord"], options[1]["ResourceRecord"]);
    fixture.pass(Duration::from_secs(120));
    assert_eq!(describe(&mut fixture, &arn)["Status"], "ISSUED");
}

#[test]
fn a_token_tells_requests_apart() {
    let mut fixture = Fixture::new();
    let first = ask(&mut fixture, "one");
    assert_eq!(ask(&mut fixture, "one"), first);
    assert_ne!(ask(&mut fixture, "two"), first);
}

#[test]
fn a_certificate_that_is_shown_stays() {
    let mut fixture = Fixture::new();
    let arn = ask(&mut fixture, "one");
    let config = json!({
        "CallerReference": "one",
        "Comment": "",
        "Enabled": true,
        "Aliases": {"Quantity": 1, "Items": ["www.example.com"]},
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
        "ViewerCertificate": {"ACMCertificateArn": arn, "SSLSupportMethod": "sni-only"},
    });
    fixture
        .call("cloudfront", "CreateDistribution", json!({"DistributionConfig": config}))
        .unwrap();
    assert_eq!(describe(&mut fixture, &arn)["InUseBy"].as_array().map(Vec::len), Some(1));
    assert_eq!(
        fixture.fault("acm", "DeleteCertificate", json!({"CertificateArn": arn})),
        "ResourceInUseException"
    );
}

#[test]
fn what_is_no_name_gets_no_certificate() {
    let mut fixture = Fixture::new();
    for name in ["example", "a..example.com", "-a.example.com", "*.*.example.com"] {
        let request = json!({"DomainName": name, "ValidationMethod": "DNS"});
        assert_eq!(
            fixture.fault("acm", "RequestCertificate", request),
            "InvalidParameterException",
            "{name}"
        );
    }
}
