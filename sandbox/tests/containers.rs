//! Services that really run: an image is pushed, App Runner runs it, and its name answers.
#![expect(clippy::unwrap_used, reason = "a test may fail")]
#![allow(dead_code, clippy::print_stderr, reason = "the support is for other tests as well")]

mod support;

use std::path::Path;
use std::time::{Duration, Instant};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use http::{Method, Request, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use sandbox::Options;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use support::{Client, Fixture};
use tokio::net::TcpStream;

/// A static program that can serve files.
const BUSYBOX: [&str; 2] = ["/bin/busybox", "/usr/bin/busybox"];
const PATIENCE: Duration = Duration::from_secs(60);
const SERVE: &str =
    "echo started on $PORT as $(id -u); exec /bin/busybox httpd -f -p $PORT -h /www";

struct World {
    fixture: Fixture,
    client: Client,
    token: String,
    busybox: Vec<u8>,
}

impl World {
    /// A live sandbox with a repository, or none where the machine lacks what images are made of.
    async fn new() -> Option<Self> {
        let Some(busybox) = BUSYBOX.iter().find_map(|path| std::fs::read(path).ok()) else {
            eprintln!("skipped: there is no busybox");
            return None;
        };
        let fixture = Fixture::with(|options| Options { live: true, ..options }).await;
        let client = fixture.client();
        let mut world = Self { fixture, client, token: String::new(), busybox };
        world.ecr("CreateRepository", json!({ "repositoryName": "acme/api" })).await;
        let answer = world.ecr("GetAuthorizationToken", json!({})).await;
        let token = answer["authorizationData"][0]["authorizationToken"].as_str().unwrap();
        token.clone_into(&mut world.token);
        let user = String::from_utf8(BASE64_STANDARD.decode(token).unwrap()).unwrap();
        assert!(user.starts_with("AWS:"));
        Some(world)
    }

    async fn ecr(&self, operation: &str, request: Value) -> Value {
        let target = format!("AmazonEC2ContainerRegistry_V20150921.{operation}");
        let answer = self.client.json("ecr", &target, &request.to_string()).await.unwrap();
        assert_eq!(answer.status, 200, "{answer:?}");
        serde_json::from_str(&answer.body).unwrap()
    }

    async fn app_runner(&self, operation: &str, request: Value) -> Value {
        let target = format!("AppRunner.{operation}");
        let answer = self.client.json("apprunner", &target, &request.to_string()).await.unwrap();
        assert_eq!(answer.status, 200, "{operation}: {answer:?}");
        serde_json::from_str(&answer.body).unwrap()
    }

    /// A role that App Runner may pull images with.
    async fn role(&self) -> String {
        self.role_of("pull", "build.apprunner.amazonaws.com").await
    }

    async fn role_of(&self, name: &str, principal: &str) -> String {
        let policy = json!({ "Version": "2012-10-17", "Statement": [{
            "Effect": "Allow",
            "Principal": { "Service": principal },
            "Action": "sts:AssumeRole",
        }] });
        let policy = policy.to_string();
        let policy =
            percent_encoding::utf8_percent_encode(&policy, percent_encoding::NON_ALPHANUMERIC);
        let body = format!(
            "Action=CreateRole&Version=2010-05-08&RoleName={name}&AssumeRolePolicyDocument={policy}"
        );
        let answer = self.client.form("iam", &body).await.unwrap();
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.element("Arn").to_owned()
    }

    /// Pushes an image that serves this page; says what it is pulled as.
    async fn push(&self, page: &str, script: &str) -> String {
        let mut archive = tar::Builder::new(Vec::new());
        for (path, mode, content) in [
            ("bin/busybox", 0o755, self.busybox.as_slice()),
            ("bin/sh", 0o755, self.busybox.as_slice()),
            ("bin/id", 0o755, self.busybox.as_slice()),
            ("www/index.html", 0o644, page.as_bytes()),
        ] {
            let mut header = tar::Header::new_ustar();
            header.set_size(content.len() as u64);
            header.set_mode(mode);
            archive.append_data(&mut header, path, content).unwrap();
        }
        let layer = self.blob(&archive.into_inner().unwrap()).await;
        let config = json!({ "architecture": "amd64", "os": "linux",
            "config": { "Entrypoint": ["/bin/sh", "-c"], "Cmd": [script], "Env": ["GIVEN=image"] },
            "rootfs": { "type": "layers", "diff_ids": [layer] } });
        let config = config.to_string();
        let manifest = json!({ "schemaVersion": 2,
            "mediaType": "application/vnd.oci.image.manifest.v1+json",
            "config": { "mediaType": "application/vnd.oci.image.config.v1+json",
                "digest": self.blob(config.as_bytes()).await, "size": config.len() },
            "layers": [{ "mediaType": "application/vnd.oci.image.layer.v1.tar",
                "digest": layer, "size": 1 }] });
        let manifest = manifest.to_string();
        let digest = format!("sha256:{:x}", Digested(Sha256::digest(manifest.as_bytes()).to_vec()));
        let path = format!("/v2/acme/api/manifests/{digest}");
        let media_type = "application/vnd.oci.image.manifest.v1+json";
        let status = self.registry(Method::PUT, &path, media_type, manifest.into_bytes()).await;
        assert_eq!(status, StatusCode::CREATED);
        format!("123456789012.dkr.ecr.eu-west-1.amazonaws.com/acme/api@{digest}")
    }

    async fn blob(&self, content: &[u8]) -> String {
        let digest = format!("sha256:{:x}", Digested(Sha256::digest(content).to_vec()));
        let path = format!("/v2/acme/api/blobs/uploads/?digest={digest}");
        let media_type = "application/octet-stream";
        let status = self.registry(Method::POST, &path, media_type, content.to_vec()).await;
        assert_eq!(status, StatusCode::CREATED);
        digest
    }

    async fn registry(&self, method: Method, path: &str, kind: &str, body: Vec<u8>) -> StatusCode {
        let stream = TcpStream::connect(&self.client.authority).await.unwrap();
        let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.unwrap();
        tokio::spawn(connection);
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header("host", &self.client.authority)
            .header("authorization", format!("Basic {}", self.token))
            .header("content-type", kind)
            .body(Full::new(Bytes::from(body)))
            .unwrap();
        sender.send_request(request).await.unwrap().status()
    }

    fn source(role: &str, image: &str) -> Value {
        json!({
            "ImageRepository": {
                "ImageIdentifier": image,
                "ImageRepositoryType": "ECR",
                "ImageConfiguration": { "Port": "8080",
                    "RuntimeEnvironmentVariables": { "GIVEN": "service" } },
            },
            "AuthenticationConfiguration": { "AccessRoleArn": role },
            "AutoDeploymentsEnabled": false,
        })
    }

    async fn describe(&self, arn: &str) -> Value {
        self.app_runner("DescribeService", json!({ "ServiceArn": arn })).await["Service"].clone()
    }

    /// Waits until nothing is done to a service; says what it is then.
    async fn settled(&self, arn: &str) -> String {
        let began = Instant::now();
        loop {
            let service = self.describe(arn).await;
            let status = service["Status"].as_str().unwrap();
            if status != "OPERATION_IN_PROGRESS" {
                return status.to_owned();
            }
            assert!(began.elapsed() < PATIENCE, "{service}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    async fn last_operation(&self, arn: &str) -> String {
        let listed = self.app_runner("ListOperations", json!({ "ServiceArn": arn })).await;
        listed["OperationSummaryList"][0]["Status"].as_str().unwrap().to_owned()
    }

    /// What a service answers at its name.
    async fn get(&self, host: &str) -> (StatusCode, String) {
        get(&self.client.authority, host).await
    }

    async fn words(&self, group: &str) -> String {
        let request = json!({ "logGroupName": group });
        let target = "Logs_20140328.FilterLogEvents";
        let answer = self.client.json("logs", target, &request.to_string()).await.unwrap();
        answer.body
    }
}

async fn get(authority: &str, host: &str) -> (StatusCode, String) {
    let stream = TcpStream::connect(authority).await.unwrap();
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.unwrap();
    tokio::spawn(connection);
    let request = Request::get("/").header("host", host).body(Full::new(Bytes::new())).unwrap();
    let response = sender.send_request(request).await.unwrap();
    let status = response.status();
    let body = response.into_body().collect().await.unwrap().to_bytes();
    (status, String::from_utf8(body.to_vec()).unwrap())
}

/// Bytes, to be shown in hexadecimal.
struct Digested(Vec<u8>);

impl std::fmt::LowerHex for Digested {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// The processes whose command line has this in it.
fn processes(text: &str) -> Vec<u32> {
    let entries = std::fs::read_dir("/proc").unwrap().flatten();
    let pids = entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    let has = |pid: &u32| {
        let line = std::fs::read(Path::new("/proc").join(pid.to_string()).join("cmdline"));
        String::from_utf8_lossy(&line.unwrap_or_default()).contains(text)
    };
    pids.filter(has).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_image_that_was_pushed_answers_at_the_name_of_its_service() {
    let Some(world) = World::new().await else { return };
    let role = world.role().await;
    let one = world.push("one", SERVE).await;
    let created = world
        .app_runner(
            "CreateService",
            json!({ "ServiceName": "cars", "SourceConfiguration": World::source(&role, &one) }),
        )
        .await;
    let service = &created["Service"];
    let (arn, host) =
        (service["ServiceArn"].as_str().unwrap(), service["ServiceUrl"].as_str().unwrap());
    assert_eq!(world.settled(arn).await, "RUNNING");
    assert_eq!(world.get(host).await, (StatusCode::OK, "one".to_owned()));
    let id = service["ServiceId"].as_str().unwrap();
    let service = format!(
        r#"{{"Name": "ServiceName", "Value": "cars"}}, {{"Name": "ServiceID", "Value": "{id}"}}"#
    );
    for name in ["Requests", "2xxStatusResponses", "ActiveInstances"] {
        assert!(world.client.metric("eu-west-1", "AWS/AppRunner", name, &service).await >= 1.0);
    }
    let group = format!("/aws/apprunner/cars/{id}/application");
    let began = Instant::now();
    while !world.words(&group).await.contains("started on") {
        assert!(began.elapsed() < PATIENCE);
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert!(world.words(&group).await.contains("as 65532"), "it is nobody's user");

    // A version that does not start leaves the old one where it is, and nobody notices.
    let load = tokio::spawn(load(world.client.authority.clone(), host.to_owned()));
    let broken = world.push("broken", "echo it breaks; exit 3").await;
    let update = json!({ "ServiceArn": arn, "SourceConfiguration": World::source(&role, &broken) });
    world.app_runner("UpdateService", update).await;
    assert_eq!(world.settled(arn).await, "RUNNING");
    assert_eq!(world.last_operation(arn).await, "ROLLBACK_SUCCEEDED");
    assert_eq!(world.get(host).await.1, "one");
    assert!(world.words(&format!("/aws/apprunner/cars/{id}/service")).await.contains("it breaks"));

    let two = world.push("two", SERVE).await;
    let update = json!({ "ServiceArn": arn, "SourceConfiguration": World::source(&role, &two) });
    world.app_runner("UpdateService", update).await;
    assert_eq!(world.settled(arn).await, "RUNNING");
    assert_eq!(world.last_operation(arn).await, "SUCCEEDED");
    assert_eq!(world.get(host).await.1, "two");
    load.abort();
    if let Err(error) = load.await {
        assert!(error.is_cancelled(), "a request failed during the deployments: {error}");
    }

    world.app_runner("DeleteService", json!({ "ServiceArn": arn })).await;
    let began = Instant::now();
    while world.get(host).await.0 != StatusCode::NOT_FOUND {
        assert!(began.elapsed() < PATIENCE);
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    world.fixture.sandbox.stop().await.unwrap();
}

/// Asks again and again; every answer must be a good one.
async fn load(authority: String, host: String) {
    loop {
        let (status, body) = get(&authority, &host).await;
        assert!(status.is_success() && (body == "one" || body == "two"), "{status} {body}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_service_whose_image_does_not_start_has_failed_and_says_why() {
    let Some(world) = World::new().await else { return };
    let role = world.role().await;
    let image = world.push("broken", "echo there is no database; exit 3").await;
    let created = world
        .app_runner(
            "CreateService",
            json!({ "ServiceName": "cars", "SourceConfiguration": World::source(&role, &image) }),
        )
        .await;
    let service = &created["Service"];
    let arn = service["ServiceArn"].as_str().unwrap();
    assert_eq!(world.settled(arn).await, "CREATE_FAILED");
    let id = service["ServiceId"].as_str().unwrap();
    let words = world.words(&format!("/aws/apprunner/cars/{id}/service")).await;
    assert!(words.contains("exit status: 3") && words.contains("there is no database"), "{words}");
    world.fixture.sandbox.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_instance_that_dies_is_replaced_and_all_end_with_the_sandbox() {
    let Some(world) = World::new().await else { return };
    let role = world.role().await;
    let mark = format!("mark-{}", std::process::id());
    let script = format!(": {mark}; {}", SERVE.replace("exec ", ""));
    let image = world.push("one", &script).await;
    let created = world
        .app_runner(
            "CreateService",
            json!({ "ServiceName": "cars", "SourceConfiguration": World::source(&role, &image) }),
        )
        .await;
    let service = &created["Service"];
    let (arn, host) =
        (service["ServiceArn"].as_str().unwrap(), service["ServiceUrl"].as_str().unwrap());
    assert_eq!(world.settled(arn).await, "RUNNING");
    let before = processes(&mark);
    assert!(!before.is_empty());
    for pid in &before {
        let _ = std::process::Command::new("kill").args(["-KILL", &pid.to_string()]).status();
    }
    let began = Instant::now();
    loop {
        let now = processes(&mark);
        if !now.is_empty() && now.iter().all(|pid| !before.contains(pid)) {
            break;
        }
        assert!(began.elapsed() < PATIENCE, "it does not come back");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let began = Instant::now();
    while world.get(host).await.0 != StatusCode::OK {
        assert!(began.elapsed() < PATIENCE, "it does not answer");
    }
    world.fixture.sandbox.stop().await.unwrap();
    assert!(processes(&mark).is_empty());
}

impl World {
    async fn ecs(&self, operation: &str, request: Value) -> Value {
        let target = format!("AmazonEC2ContainerServiceV20141113.{operation}");
        let answer = self.client.json("ecs", &target, &request.to_string()).await.unwrap();
        assert_eq!(answer.status, 200, "{operation}: {answer:?}");
        serde_json::from_str(&answer.body).unwrap()
    }

    async fn ec2(&self, element: &str, body: &str) -> String {
        let answer = self.client.form("ec2", &format!("{body}&Version=2016-11-15")).await.unwrap();
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.element(element).to_owned()
    }

    /// Two subnets in two zones.
    async fn subnets(&self) -> [String; 2] {
        let vpc = self.ec2("vpcId", "Action=CreateVpc&CidrBlock=10.0.0.0%2F16").await;
        let subnet = |number: u8, zone: &str| {
            let zone = format!("AvailabilityZone=eu-west-1{zone}");
            format!("Action=CreateSubnet&VpcId={vpc}&CidrBlock=10.0.{number}.0%2F24&{zone}")
        };
        let (one, two) = (subnet(0, "a"), subnet(1, "b"));
        [self.ec2("subnetId", &one).await, self.ec2("subnetId", &two).await]
    }

    /// Waits until the last deployment of a service is over; says what became of it.
    async fn deployed(&self, arn: &str) -> (String, Value) {
        let began = Instant::now();
        loop {
            let shown =
                self.ecs("DescribeExpressGatewayService", json!({ "serviceArn": arn })).await;
            let current = &shown["service"]["currentDeployment"];
            let request = json!({ "serviceDeploymentArns": [current] });
            let answer = self.ecs("DescribeServiceDeployments", request).await;
            let deployment = answer["serviceDeployments"][0].clone();
            let status = deployment["status"].as_str().unwrap();
            if status != "IN_PROGRESS" {
                return (status.to_owned(), deployment);
            }
            assert!(began.elapsed() < PATIENCE, "{deployment}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}

fn container(image: &str) -> Value {
    let variables = json!([{ "name": "GIVEN", "value": "service" }]);
    json!({ "image": image, "containerPort": 8080, "environment": variables })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_express_service_runs_is_rolled_back_and_goes() {
    let Some(world) = World::new().await else { return };
    let execution = world.role_of("execution", "ecs-tasks.amazonaws.com").await;
    let infrastructure = world.role_of("infrastructure", "ecs.amazonaws.com").await;
    let subnets = world.subnets().await;
    let one = world.push("one", SERVE).await;
    let request = json!({
        "serviceName": "cars",
        "executionRoleArn": execution,
        "infrastructureRoleArn": infrastructure,
        "primaryContainer": container(&one),
        "networkConfiguration": { "subnets": subnets },
        "healthCheckPath": "/",
    });
    let service = world.ecs("CreateExpressGatewayService", request).await["service"].clone();
    let arn = service["serviceArn"].as_str().unwrap();
    let configuration = &service["activeConfigurations"][0];
    let host = configuration["ingressPaths"][0]["endpoint"].as_str().unwrap();
    assert_eq!(world.deployed(arn).await.0, "SUCCESSFUL");
    assert_eq!(world.get(host).await, (StatusCode::OK, "one".to_owned()));
    let logs = &configuration["primaryContainer"]["awsLogsConfiguration"]["logGroup"];
    let began = Instant::now();
    loop {
        let words = world.words(logs.as_str().unwrap()).await;
        if words.contains("started on") && words.contains("ecs/Main/") {
            break;
        }
        assert!(began.elapsed() < PATIENCE, "{words}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }

    let load = tokio::spawn(load(world.client.authority.clone(), host.to_owned()));
    let broken = world.push("broken", "echo it breaks; exit 3").await;
    let update = |image: &str| json!({ "serviceArn": arn, "primaryContainer": container(image) });
    world.ecs("UpdateExpressGatewayService", update(&broken)).await;
    let (status, deployment) = world.deployed(arn).await;
    assert_eq!(status, "ROLLBACK_SUCCESSFUL");
    assert!(deployment["statusReason"].as_str().unwrap().contains("it breaks"), "{deployment}");
    assert_eq!(world.get(host).await.1, "one");
    let two = world.push("two", SERVE).await;
    world.ecs("UpdateExpressGatewayService", update(&two)).await;
    assert_eq!(world.deployed(arn).await.0, "SUCCESSFUL");
    assert_eq!(world.get(host).await.1, "two");
    load.abort();
    if let Err(error) = load.await {
        assert!(error.is_cancelled(), "a request failed during the deployments: {error}");
    }

    world.ecs("DeleteExpressGatewayService", json!({ "serviceArn": arn })).await;
    let began = Instant::now();
    while world.get(host).await.0 != StatusCode::NOT_FOUND {
        assert!(began.elapsed() < PATIENCE);
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    world.fixture.sandbox.stop().await.unwrap();
}
