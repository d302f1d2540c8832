//! The registry of images, as its clients speak to it: by hand, and by `skopeo` where it is there.
#![expect(clippy::unwrap_used, reason = "a test may fail")]
#![allow(dead_code, clippy::print_stderr, reason = "the support is for other tests as well")]

mod support;

use std::path::Path;
use std::process::Command;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use http::{HeaderMap, Method, Request, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use sandbox::{Options, Sandbox};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use support::{Client, Fixture};
use tokio::net::TcpStream;

const TARGET: &str = "AmazonEC2ContainerRegistry_V20150921";
const REPOSITORY: &str = "acme/api";
const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";

/// A sandbox with one repository, and the password for its registry.
struct Registry {
    fixture: Fixture,
    password: String,
}

/// What came back.
#[derive(Debug)]
struct Reply {
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
}

impl Reply {
    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    /// The code of the error that this is.
    fn code(&self) -> String {
        self.json()["errors"][0]["code"].as_str().unwrap().to_owned()
    }
}

async fn ecr(client: &Client, operation: &str, request: &Value) -> Value {
    let target = format!("{TARGET}.{operation}");
    let answer = client.json("ecr", &target, &request.to_string()).await.unwrap();
    assert_eq!(answer.status, 200, "{answer:?}");
    serde_json::from_str(&answer.body).unwrap()
}

/// The password that goes with the user `AWS`.
async fn password(client: &Client) -> String {
    let token = ecr(client, "GetAuthorizationToken", &json!({})).await;
    let data = &token["authorizationData"][0];
    let endpoint = data["proxyEndpoint"].as_str().unwrap();
    assert_eq!(endpoint, format!("http://{}", client.authority));
    let decoded = BASE64_STANDARD.decode(data["authorizationToken"].as_str().unwrap()).unwrap();
    String::from_utf8(decoded).unwrap().strip_prefix("AWS:").unwrap().to_owned()
}

impl Registry {
    async fn new(settings: Value) -> Self {
        let fixture = Fixture::start().await;
        let client = fixture.client();
        let mut request = json!({ "repositoryName": REPOSITORY });
        request.as_object_mut().unwrap().extend(settings.as_object().unwrap().clone());
        ecr(&client, "CreateRepository", &request).await;
        let password = password(&client).await;
        Self { fixture, password }
    }

    async fn ecr(&self, operation: &str, request: Value) -> Value {
        ecr(&self.fixture.client(), operation, &request).await
    }

    async fn ask(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Reply {
        let basic = format!("Basic {}", BASE64_STANDARD.encode(format!("AWS:{}", self.password)));
        self.ask_as(&basic, method, path, headers, body).await
    }

    async fn ask_as(
        &self,
        authorization: &str,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Reply {
        let authority = self.fixture.client().authority;
        let stream = TcpStream::connect(&authority).await.unwrap();
        let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.unwrap();
        let connection = tokio::spawn(connection);
        let mut request = Request::builder().method(method).uri(path).header("host", authority);
        if !authorization.is_empty() {
            request = request.header("authorization", authorization);
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(Full::new(Bytes::copy_from_slice(body))).unwrap();
        let (head, body) = sender.send_request(request).await.unwrap().into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        connection.abort();
        Reply { status: head.status, headers: head.headers, body }
    }

    async fn get(&self, path: &str) -> Reply {
        self.ask(Method::GET, path, &[], b"").await
    }

    /// Begins an upload, and gives its path.
    async fn begin(&self) -> String {
        let path = format!("/v2/{REPOSITORY}/blobs/uploads/");
        let reply = self.ask(Method::POST, &path, &[], b"").await;
        assert_eq!(reply.status, 202);
        reply.header("location").to_owned()
    }

    /// Uploads a blob in one piece, and gives its digest.
    async fn push_blob(&self, bytes: &[u8]) -> String {
        let digest = digest(bytes);
        let path = format!("/v2/{REPOSITORY}/blobs/uploads/?digest={digest}");
        let reply = self.ask(Method::POST, &path, &[], bytes).await;
        assert_eq!(reply.status, 201, "{reply:?}");
        assert_eq!(reply.header("docker-content-digest"), digest);
        digest
    }

    /// A manifest of one layer, whose parts are there.
    async fn manifest(&self, layer: &[u8]) -> String {
        let (config, layer_digest) = (self.push_blob(b"{}").await, self.push_blob(layer).await);
        json!({
            "schemaVersion": 2, "mediaType": MANIFEST,
            "config": { "mediaType": "application/vnd.oci.image.config.v1+json",
                        "digest": config, "size": 2 },
            "layers": [{ "mediaType": "application/vnd.oci.image.layer.v1.tar+gzip",
                         "digest": layer_digest, "size": layer.len() }],
        })
        .to_string()
    }

    async fn put(&self, reference: &str, manifest: &str) -> Reply {
        let path = format!("/v2/{REPOSITORY}/manifests/{reference}");
        let headers = [("content-type", MANIFEST)];
        self.ask(Method::PUT, &path, &headers, manifest.as_bytes()).await
    }
}

fn digest(bytes: &[u8]) -> String {
    let digest = Sha256::digest(bytes);
    digest.iter().fold("sha256:".to_owned(), |text, byte| format!("{text}{byte:02x}"))
}

#[tokio::test]
async fn only_who_has_the_password_gets_in() {
    let registry = Registry::new(json!({})).await;
    let basic = |text: &str| format!("Basic {}", BASE64_STANDARD.encode(text));
    for wrong in [String::new(), basic("AWS:guess"), basic(&format!("me:{}", registry.password))] {
        let reply = registry.ask_as(&wrong, Method::GET, "/v2/", &[], b"").await;
        assert_eq!((reply.status.as_u16(), reply.code()), (401, "UNAUTHORIZED".to_owned()));
        assert!(reply.header("www-authenticate").starts_with("Basic realm="));
    }
    let reply = registry.get("/v2/").await;
    assert_eq!(reply.status, 200);
    assert_eq!(reply.header("docker-distribution-api-version"), "registry/2.0");
}

#[tokio::test]
async fn an_image_that_was_pushed_is_one_of_ecrs() {
    let registry = Registry::new(json!({})).await;
    let manifest = registry.manifest(b"layer").await;
    let reply = registry.put("v1", &manifest).await;
    assert_eq!(reply.status, 201, "{reply:?}");
    let digest = digest(manifest.as_bytes());
    assert_eq!(reply.header("docker-content-digest"), digest);

    let described = registry.ecr("DescribeImages", json!({ "repositoryName": REPOSITORY })).await;
    let image = &described["imageDetails"][0];
    assert_eq!((&image["imageDigest"], &image["imageTags"]), (&json!(digest), &json!(["v1"])));
    assert_eq!(image["imageSizeInBytes"], 5);

    for reference in ["v1", &digest] {
        let reply = registry.get(&format!("/v2/{REPOSITORY}/manifests/{reference}")).await;
        assert_eq!(reply.body, manifest.as_bytes());
        assert_eq!(reply.header("content-type"), MANIFEST);
    }
    let gone = json!({ "repositoryName": REPOSITORY, "imageIds": [{ "imageDigest": digest }] });
    registry.ecr("BatchDeleteImage", gone).await;
    let reply = registry.get(&format!("/v2/{REPOSITORY}/manifests/v1")).await;
    assert_eq!((reply.status.as_u16(), reply.code()), (404, "MANIFEST_UNKNOWN".to_owned()));
}

#[tokio::test]
async fn an_upload_goes_on_where_it_broke_off() {
    let registry = Registry::new(json!({})).await;
    let upload = registry.begin().await;
    let reply = registry.ask(Method::PATCH, &upload, &[("content-range", "0-4")], b"hello").await;
    assert_eq!((reply.status.as_u16(), reply.header("range")), (202, "0-4"));
    let stale = registry.ask(Method::PATCH, &upload, &[("content-range", "3-7")], b"again").await;
    assert_eq!((stale.status.as_u16(), stale.header("range")), (416, "0-4"));
    let asked = registry.get(&upload).await;
    assert_eq!((asked.status.as_u16(), asked.header("range")), (204, "0-4"));
    let digest = digest(b"hello world");
    let wrong = format!("{upload}?digest={}", digest.replace('a', "b"));
    let path = format!("{upload}?digest={digest}");
    let reply = registry.ask(Method::PATCH, &upload, &[], b" world").await;
    assert_eq!(reply.status, 202);
    assert_eq!(registry.ask(Method::PUT, &wrong, &[], b"").await.code(), "DIGEST_INVALID");
    assert_eq!(registry.ask(Method::PUT, &path, &[], b"").await.status, 201);
    let blob = format!("/v2/{REPOSITORY}/blobs/{digest}");
    assert_eq!(registry.get(&blob).await.body, "hello world");
    let head = registry.ask(Method::HEAD, &blob, &[], b"").await;
    assert_eq!((head.status.as_u16(), head.header("content-length")), (200, "11"));
    assert_eq!(registry.ask(Method::PUT, &path, &[], b"").await.code(), "BLOB_UPLOAD_UNKNOWN");
}

#[tokio::test]
async fn a_blob_of_another_repository_is_mounted_and_not_sent() {
    let registry = Registry::new(json!({})).await;
    let digest = registry.push_blob(b"shared").await;
    registry.ecr("CreateRepository", json!({ "repositoryName": "acme/other" })).await;
    let path = format!("/v2/acme/other/blobs/uploads/?mount={digest}&from={REPOSITORY}");
    assert_eq!(registry.ask(Method::POST, &path, &[], b"").await.status, 201);
    assert_eq!(registry.get(&format!("/v2/acme/other/blobs/{digest}")).await.body, "shared");
    // What the other does not have has to be sent.
    let missing = path.replace(&digest, &self::digest(b"missing"));
    assert_eq!(registry.ask(Method::POST, &missing, &[], b"").await.status, 202);
}

#[tokio::test]
async fn what_does_not_fit_together_is_refused() {
    let registry = Registry::new(json!({ "imageTagMutability": "IMMUTABLE" })).await;
    let manifest = registry.manifest(b"one").await;
    let lacking = manifest.replace(&digest(b"one"), &digest(b"never sent"));
    assert_eq!(registry.put("v1", &lacking).await.code(), "MANIFEST_BLOB_UNKNOWN");
    assert_eq!(registry.put("v1", "{").await.code(), "MANIFEST_INVALID");
    assert_eq!(registry.put(&digest(b"x"), &manifest).await.code(), "DIGEST_INVALID");
    assert_eq!(registry.put("v1", &manifest).await.status, 201);
    assert_eq!(registry.put("v1", &manifest).await.status, 201, "the same again is no change");
    let other = registry.manifest(b"two").await;
    assert_eq!(registry.put("v1", &other).await.code(), "TAG_INVALID");
    let nowhere = registry.get("/v2/acme/nothing/tags/list").await;
    assert_eq!((nowhere.status.as_u16(), nowhere.code()), (404, "NAME_UNKNOWN".to_owned()));
    let path = format!("/v2/{REPOSITORY}/manifests/v1");
    let delete = registry.ask(Method::DELETE, &path, &[], b"").await;
    assert_eq!(delete.code(), "UNSUPPORTED");
}

#[tokio::test]
async fn tags_come_in_pages_and_referrers_by_their_subject() {
    let registry = Registry::new(json!({})).await;
    let manifest = registry.manifest(b"layer").await;
    for tag in ["c", "a", "b"] {
        assert_eq!(registry.put(tag, &manifest).await.status, 201);
    }
    let page = registry.get(&format!("/v2/{REPOSITORY}/tags/list?n=2")).await;
    assert_eq!(page.json()["tags"], json!(["a", "b"]));
    let next = page.header("link").trim_start_matches('<').split('>').next().unwrap();
    assert_eq!(registry.get(next).await.json()["tags"], json!(["c"]));

    let subject = digest(manifest.as_bytes());
    let mut bill: Value = serde_json::from_str(&registry.manifest(b"bill").await).unwrap();
    bill["artifactType"] = json!("application/spdx+json");
    bill["subject"] = json!({ "mediaType": MANIFEST, "digest": subject, "size": manifest.len() });
    let bill = bill.to_string();
    let reply = registry.put(&digest(bill.as_bytes()), &bill).await;
    assert_eq!((reply.status.as_u16(), reply.header("oci-subject")), (201, &*subject));
    let referrers = format!("/v2/{REPOSITORY}/referrers/{subject}");
    let index = registry.get(&referrers).await.json();
    assert_eq!(index["manifests"][0]["digest"], digest(bill.as_bytes()));
    assert_eq!(index["manifests"][0]["artifactType"], "application/spdx+json");
    let none = registry.get(&format!("{referrers}?artifactType=other")).await;
    assert_eq!(none.json()["manifests"], json!([]));
}

#[tokio::test]
async fn images_and_their_layers_survive_a_restart() {
    let registry = Registry::new(json!({})).await;
    let manifest = registry.manifest(b"lasting").await;
    assert_eq!(registry.put("v1", &manifest).await.status, 201);
    let Registry { fixture: Fixture { directory, sandbox }, password } = registry;
    sandbox.stop().await.unwrap();
    let sandbox = Sandbox::start(Options::new(directory.path())).await.unwrap();
    let registry = Registry { fixture: Fixture { directory, sandbox }, password };
    let layer = format!("/v2/{REPOSITORY}/blobs/{}", digest(b"lasting"));
    assert_eq!(registry.get(&layer).await.body, "lasting");
    let path = format!("/v2/{REPOSITORY}/manifests/v1");
    assert_eq!(registry.get(&path).await.body, manifest.as_bytes());

    // The layers of a repository that is gone are gone at the next start.
    let delete = json!({ "repositoryName": REPOSITORY, "force": true });
    registry.ecr("DeleteRepository", delete).await;
    let Registry { fixture: Fixture { directory, sandbox }, .. } = registry;
    sandbox.stop().await.unwrap();
    let sandbox = Sandbox::start(Options::new(directory.path())).await.unwrap();
    let left = std::fs::read_dir(directory.path().join("ecr/blobs")).unwrap().count();
    assert_eq!(left, 0);
    sandbox.stop().await.unwrap();
}

/// An image as a folder, as `skopeo` reads it.
fn image_folder(folder: &Path) {
    let blobs = folder.join("blobs/sha256");
    std::fs::create_dir_all(&blobs).unwrap();
    let keep = |bytes: &[u8]| {
        let digest = digest(bytes);
        std::fs::write(blobs.join(digest.strip_prefix("sha256:").unwrap()), bytes).unwrap();
        (digest, bytes.len())
    };
    let (layer, layer_size) = keep(&vec![7; 3 << 20]);
    let config = json!({ "architecture": "amd64", "os": "linux", "config": {},
                         "rootfs": { "type": "layers", "diff_ids": [layer] } });
    let (config, config_size) = keep(config.to_string().as_bytes());
    let manifest = json!({
        "schemaVersion": 2, "mediaType": MANIFEST,
        "config": { "mediaType": "application/vnd.oci.image.config.v1+json",
                    "digest": config, "size": config_size },
        "layers": [{ "mediaType": "application/vnd.oci.image.layer.v1.tar",
                     "digest": layer, "size": layer_size }],
    });
    let (manifest, manifest_size) = keep(manifest.to_string().as_bytes());
    let index = json!({ "schemaVersion": 2, "manifests": [{
        "mediaType": MANIFEST, "digest": manifest, "size": manifest_size,
        "annotations": { "org.opencontainers.image.ref.name": "latest" } }] });
    std::fs::write(folder.join("index.json"), index.to_string()).unwrap();
    std::fs::write(folder.join("oci-layout"), r#"{"imageLayoutVersion":"1.0.0"}"#).unwrap();
}

fn skopeo(arguments: &[&str]) -> String {
    let output = Command::new("skopeo").args(arguments).output().unwrap();
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "skopeo {arguments:?}: {error}");
    String::from_utf8(output.stdout).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn skopeo_pushes_and_pulls() {
    if Command::new("skopeo").arg("--version").output().is_err() {
        eprintln!("skipped: skopeo is not installed");
        return;
    }
    let registry = Registry::new(json!({})).await;
    let folder = tempfile::tempdir().unwrap();
    let (here, there) = (folder.path().join("here"), folder.path().join("there"));
    image_folder(&here);
    let from = format!("oci:{}:latest", here.display());
    let host = registry.fixture.client().authority;
    let at = format!("docker://{host}/{REPOSITORY}:v1");
    let to = format!("oci:{}:latest", there.display());
    let credentials = format!("AWS:{}", registry.password);
    let anywhere = "--insecure-policy";
    skopeo(&[
        anywhere,
        "copy",
        "--preserve-digests",
        "--dest-tls-verify=false",
        "--dest-creds",
        &credentials,
        &from,
        &at,
    ]);
    let inspected =
        skopeo(&[anywhere, "inspect", "--tls-verify=false", "--creds", &credentials, &at]);
    let inspected: Value = serde_json::from_str(&inspected).unwrap();
    assert_eq!(inspected["RepoTags"], json!(["v1"]));
    skopeo(&[
        anywhere,
        "copy",
        "--preserve-digests",
        "--dest-oci-accept-uncompressed-layers",
        "--src-tls-verify=false",
        "--src-creds",
        &credentials,
        &at,
        &to,
    ]);
    let blobs = |folder: &Path| {
        let entries = std::fs::read_dir(folder.join("blobs/sha256")).unwrap();
        let mut names: Vec<_> = entries.map(|entry| entry.unwrap().file_name()).collect();
        names.sort();
        names
    };
    assert_eq!(blobs(&here), blobs(&there));
}
