use serde_json::{Value, json};

use crate::testing::Fixture;

fn fixture(mutability: &str) -> Fixture {
    let mut fixture = Fixture::new();
    let request = json!({"repositoryName": "api", "imageTagMutability": mutability});
    fixture.call("ecr", "CreateRepository", request).unwrap();
    fixture
}

/// A manifest that differs from others by the size of its layer.
fn manifest(size: u64) -> String {
    json!({"schemaVersion": 2, "layers": [{"size": size}]}).to_string()
}

fn put(size: u64, tag: &str) -> Value {
    json!({"repositoryName": "api", "imageManifest": manifest(size), "imageTag": tag})
}

fn digest(fixture: &mut Fixture, request: Value) -> Value {
    let image = fixture.call("ecr", "PutImage", request).unwrap();
    image["image"]["imageId"]["imageDigest"].clone()
}

fn list(fixture: &mut Fixture, status: &str) -> Value {
    let request = json!({"repositoryName": "api", "filter": {"tagStatus": status}});
    fixture.call("ecr", "ListImages", request).unwrap()["imageIds"].clone()
}

#[test]
fn the_digest_is_that_of_the_manifest() {
    let mut fixture = fixture("MUTABLE");
    let request = json!({"repositoryName": "api", "imageManifest": "{}", "imageTag": "v1"});
    assert_eq!(
        digest(&mut fixture, request),
        "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"
    );
    let mut other = put(1, "v2");
    other["imageDigest"] = json!("sha256:0");
    assert_eq!(fixture.fault("ecr", "PutImage", other), "ImageDigestDoesNotMatchException");
}

#[test]
fn a_tag_moves_and_leaves_an_untagged_image() {
    let mut fixture = fixture("MUTABLE");
    let first = digest(&mut fixture, put(1, "latest"));
    let second = digest(&mut fixture, put(2, "latest"));
    assert_eq!(list(&mut fixture, "UNTAGGED"), json!([{"imageDigest": first}]));
    assert_eq!(
        list(&mut fixture, "TAGGED"),
        json!([{"imageDigest": second, "imageTag": "latest"}])
    );
    let code = fixture.fault("ecr", "PutImage", put(2, "latest"));
    assert_eq!(code, "ImageAlreadyExistsException");
}

#[test]
fn an_immutable_tag_stays() {
    let mut fixture = fixture("IMMUTABLE");
    digest(&mut fixture, put(1, "v1"));
    let code = fixture.fault("ecr", "PutImage", put(2, "v1"));
    assert_eq!(code, "ImageTagAlreadyExistsException");
    digest(&mut fixture, put(1, "v2"));
    let mutability = json!({
        "repositoryName": "api", "imageTagMutability": "IMMUTABLE_WITH_EXCLUSION",
        "imageTagMutabilityExclusionFilters": [{"filterType": "WILDCARD", "filter": "v*"}],
    });
    fixture.call("ecr", "PutImageTagMutability", mutability).unwrap();
    digest(&mut fixture, put(2, "v1"));
}

#[test]
fn images_are_described_by_tag_and_digest() {
    let mut fixture = fixture("MUTABLE");
    let digest = digest(&mut fixture, put(7, "v1"));
    fixture.call("ecr", "PutImage", put(7, "v2")).unwrap();
    let mut describe = |id: Value| {
        let request = json!({"repositoryName": "api", "imageIds": [id]});
        fixture.call("ecr", "DescribeImages", request)
    };
    let described = describe(json!({"imageTag": "v1"})).unwrap();
    let detail = &described["imageDetails"][0];
    assert_eq!(detail["imageTags"], json!(["v1", "v2"]));
    assert_eq!(detail["imageSizeInBytes"], 7);
    assert_eq!(detail["imageDigest"], digest);
    let fault = describe(json!({"imageTag": "none"})).unwrap_err();
    assert_eq!(fault.code, "ImageNotFoundException");
}

#[test]
fn batches_report_what_they_did_not_find() {
    let mut fixture = fixture("MUTABLE");
    let digest = digest(&mut fixture, put(1, "v1"));
    let ids = json!([
        {"imageTag": "v1"}, {"imageTag": "none"}, {},
        {"imageTag": "v1", "imageDigest": "sha256:0"},
    ]);
    let request = json!({"repositoryName": "api", "imageIds": ids});
    let got = fixture.call("ecr", "BatchGetImage", request).unwrap();
    assert_eq!(got["images"][0]["imageId"]["imageDigest"], digest);
    assert_eq!(got["images"][0]["imageManifest"], manifest(1));
    let failures = got["failures"].as_array().unwrap().iter();
    let codes: Vec<&Value> = failures.map(|failure| &failure["failureCode"]).collect();
    assert_eq!(codes, ["ImageNotFound", "MissingDigestAndTag", "ImageTagDoesNotMatchDigest"]);
}

#[test]
fn an_image_goes_with_its_last_tag_or_by_digest() {
    let mut fixture = fixture("MUTABLE");
    let digest = digest(&mut fixture, put(1, "v1"));
    fixture.call("ecr", "PutImage", put(1, "v2")).unwrap();
    let mut delete = |id: Value| {
        let request = json!({"repositoryName": "api", "imageIds": [id]});
        fixture.call("ecr", "BatchDeleteImage", request).unwrap()["imageIds"].clone()
    };
    let expected = json!([{"imageDigest": digest, "imageTag": "v1"}]);
    assert_eq!(delete(json!({"imageTag": "v1"})), expected);
    delete(json!({"imageTag": "v2"}));
    assert_eq!(list(&mut fixture, "ANY"), json!([]));
}

#[test]
fn a_list_of_images_holds_its_images() {
    let mut fixture = fixture("MUTABLE");
    let member = digest(&mut fixture, put(1, "v1-arm64"));
    let index = |digest: &Value| {
        let manifest = json!({"schemaVersion": 2, "manifests": [{"digest": digest}]});
        json!({
            "repositoryName": "api", "imageManifest": manifest.to_string(), "imageTag": "v1",
        })
    };
    let code = fixture.fault("ecr", "PutImage", index(&json!("sha256:0")));
    assert_eq!(code, "ReferencedImagesNotFoundException");
    digest(&mut fixture, index(&member));
    let request = json!({"repositoryName": "api", "imageIds": [{"imageDigest": member}]});
    let response = fixture.call("ecr", "BatchDeleteImage", request).unwrap();
    assert_eq!(response["failures"][0]["failureCode"], "ImageReferencedByManifestList");
}
