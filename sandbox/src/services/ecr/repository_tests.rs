use serde_json::{Value, json};

use crate::testing::Fixture;

fn create(fixture: &mut Fixture, request: Value) -> Value {
    fixture.call("ecr", "CreateRepository", request).unwrap()["repository"].clone()
}

#[test]
fn a_repository_has_an_address_and_defaults() {
    let mut fixture = Fixture::new();
    let repository = create(&mut fixture, json!({"repositoryName": "team/api"}));
    for (member, expected) in [
        ("registryId", json!("123456789012")),
        ("repositoryArn", json!("arn:aws:ecr:us-east-1:123456789012:repository/team/api")),
        ("repositoryUri", json!("123456789012.dkr.ecr.us-east-1.amazonaws.com/team/api")),
        ("imageTagMutability", json!("MUTABLE")),
        ("imageScanningConfiguration", json!({"scanOnPush": false})),
        ("encryptionConfiguration", json!({"encryptionType": "AES256"})),
    ] {
        assert_eq!(repository[member], expected, "{member}");
    }
}

#[test]
fn names_are_unique_and_have_rules() {
    let mut fixture = Fixture::new();
    create(&mut fixture, json!({"repositoryName": "api"}));
    for (name, code) in [
        ("api", "RepositoryAlreadyExistsException"),
        ("a", "InvalidParameterException"),
        ("Api", "InvalidParameterException"),
        ("api/", "InvalidParameterException"),
        ("a..b", "InvalidParameterException"),
    ] {
        let request = json!({"repositoryName": name});
        assert_eq!(fixture.fault("ecr", "CreateRepository", request), code, "{name}");
    }
    create(&mut fixture, json!({"repositoryName": "a--b/c__d/e.f"}));
}

#[test]
fn encryption_names_the_key() {
    let mut fixture = Fixture::new();
    let with =
        |encryption: Value| json!({"repositoryName": "api", "encryptionConfiguration": encryption});
    let repository = create(&mut fixture, with(json!({"encryptionType": "KMS"})));
    let key = repository["encryptionConfiguration"]["kmsKey"].clone();
    let aws = fixture.call("kms", "DescribeKey", json!({"KeyId": "alias/aws/ecr"})).unwrap();
    assert_eq!(key, aws["KeyMetadata"]["Arn"]);
    fixture.call("ecr", "DeleteRepository", json!({"repositoryName": "api"})).unwrap();
    for (encryption, code) in [
        (json!({"encryptionType": "KMS", "kmsKey": "alias/none"}), "KmsException"),
        (json!({"encryptionType": "AES256", "kmsKey": key}), "InvalidParameterException"),
    ] {
        assert_eq!(fixture.fault("ecr", "CreateRepository", with(encryption)), code);
    }
}

#[test]
fn repositories_are_described_by_name_and_by_pages() {
    let mut fixture = Fixture::new();
    for name in ["aa", "bb", "cc"] {
        create(&mut fixture, json!({"repositoryName": name}));
    }
    let mut names = |request: Value| {
        let described = fixture.call("ecr", "DescribeRepositories", request).unwrap();
        let repositories = described["repositories"].as_array().unwrap().iter();
        let names: Vec<Value> = repositories.map(|one| one["repositoryName"].clone()).collect();
        (names, described["nextToken"].clone())
    };
    assert_eq!(names(json!({"repositoryNames": ["cc", "aa"]})).0, ["cc", "aa"]);
    let (first, token) = names(json!({"maxResults": 2}));
    assert_eq!(first, ["aa", "bb"]);
    assert_eq!(names(json!({"maxResults": 2, "nextToken": token})).0, ["cc"]);
    let missing = json!({"repositoryNames": ["none"]});
    let fault = fixture.call("ecr", "DescribeRepositories", missing).unwrap_err();
    assert_eq!(fault.code, "RepositoryNotFoundException");
    assert_eq!(
        fault.message,
        "The repository with name 'none' does not exist in the registry with id '123456789012'"
    );
    let elsewhere = json!({"repositoryNames": ["aa"], "registryId": "999999999999"});
    let code = fixture.fault("ecr", "DescribeRepositories", elsewhere);
    assert_eq!(code, "RepositoryNotFoundException");
}

#[test]
fn a_repository_with_images_needs_force_to_go() {
    let mut fixture = Fixture::new();
    create(&mut fixture, json!({"repositoryName": "api"}));
    let manifest = json!({"schemaVersion": 2, "layers": []}).to_string();
    let image = json!({"repositoryName": "api", "imageManifest": manifest, "imageTag": "v1"});
    fixture.call("ecr", "PutImage", image).unwrap();
    let code = fixture.fault("ecr", "DeleteRepository", json!({"repositoryName": "api"}));
    assert_eq!(code, "RepositoryNotEmptyException");
    let force = json!({"repositoryName": "api", "force": true});
    fixture.call("ecr", "DeleteRepository", force.clone()).unwrap();
    assert_eq!(fixture.fault("ecr", "DeleteRepository", force), "RepositoryNotFoundException");
}

#[test]
fn scanning_is_switched() {
    let mut fixture = Fixture::new();
    create(&mut fixture, json!({"repositoryName": "api"}));
    let request = json!({
        "repositoryName": "api", "imageScanningConfiguration": {"scanOnPush": true},
    });
    fixture.call("ecr", "PutImageScanningConfiguration", request).unwrap();
    let described = fixture.call("ecr", "DescribeRepositories", json!({})).unwrap();
    let scanning = &described["repositories"][0]["imageScanningConfiguration"];
    assert_eq!(scanning["scanOnPush"], true);
}
